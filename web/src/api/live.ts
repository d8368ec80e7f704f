import { apiUrl } from "./get";
import type { LiveMessage } from "./types";

const SLOWEST_RETRY_MS = 5000;
const SILENCE_MS = 4000; // a status comes each second

/** Keeps a WebSocket to /api/live open. `changed(false)` once for each loss, `changed(true)` with each first message. */
export class LiveConnection {
  private socket: WebSocket | null = null;
  private heard = 0;
  private open = false;
  private retry_ms = 250;
  private timer = 0;

  constructor(
    private readonly take: (message: LiveMessage) => void,
    private readonly changed: (open: boolean) => void,
  ) {}

  start(): void {
    this.connect();
    window.setInterval(() => {
      if (this.open && performance.now() - this.heard > SILENCE_MS) this.lost();
    }, 1000);
    window.addEventListener("online", () => !this.open && this.connect());
  }

  private connect(): void {
    window.clearTimeout(this.timer);
    this.drop();
    const url = apiUrl("api/live?interval=200ms");
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this.socket = new WebSocket(url));
    socket.onmessage = (event: MessageEvent<string>) => {
      this.heard = performance.now();
      if (!this.open) {
        this.open = true;
        this.retry_ms = 250;
        this.changed(true);
      }
      this.take(JSON.parse(event.data) as LiveMessage);
    };
    socket.onclose = () => this.lost();
  }

  private drop(): void {
    if (!this.socket) return;
    this.socket.onclose = this.socket.onmessage = null;
    this.socket.close();
    this.socket = null;
  }

  private lost(): void {
    this.drop();
    if (this.open) this.changed(false);
    this.open = false;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.connect(), this.retry_ms);
    this.retry_ms = Math.min(SLOWEST_RETRY_MS, this.retry_ms * 2);
  }
}
