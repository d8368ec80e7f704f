// All that the page knows: catalog, newest rows, status, connection. Views read it when they draw; it wakes them at most ten
// times a second.
import { getJson } from "../api/get";
import { LiveConnection } from "../api/live";
import type { Catalog, LiveMessage, NodeStatus, Row, StreamInfo } from "../api/types";
import { readLayout } from "./bits";
import { EventLog, type Loss } from "./events";
import { Held, type Aged } from "./held";
import { absence, STALE } from "./quality";
import { Recent } from "./recent";
import { Rate } from "./rates";
import { readableUnit } from "./units";
import { Decimals, own, signalKey, standing, toNumber, type Reading, type Signal } from "./signal";

export interface Seen extends Aged {
  rate: Rate;
}

const TICK_MS = 100;
const FIRST_WAIT_MS = 1000; // before a catalog that lacks something is asked for again
const MOST_WAIT_MS = 60_000;
export const streamKey = (row: { channel: string | null; message: string }): string =>
  (row.channel === null ? "" : `${row.channel}:`) + row.message;

export class Store {
  streams: StreamInfo[] = [];
  readonly signals = new Map<string, Signal>();
  readonly seen = new Map<string, Seen>();
  status: NodeStatus | null = null;
  connected = false;
  lostAt: number | null = null; // node's ms, while not connected
  layoutVersion = 0; // changes when other streams are there
  historyVersion = 0; // changes when what was fetched should be fetched again
  readonly events = new EventLog();
  readonly received = new Rate(3);
  readonly appended = new Rate(120);
  readonly laneRates = new Map<string, Rate>();
  readonly decimals = new Decimals();
  unsynced_ms: number[] = [];

  private lastLoss: Loss | null = null;
  private readonly held = new Held();
  private readonly recents = new Map<string, Recent>();
  private readonly watched = new Map<string, string[]>(); // stream → signals with a Recent
  private readonly listeners = new Set<() => void>();
  private clockOffset_ms = 0; // the node's clock minus this one's
  private newest_ms = 0; // the newest event time
  private kept_ms = 0; // that of the newest row that was kept before this page was open
  private timer = 0;
  private catalogAsked = 0;

  start(): void {
    void this.loadCatalog();
    new LiveConnection((message) => this.take(message), (open) => this.connection(open)).start();
    window.setInterval(() => this.touch(), 1000); // ages grow without news
  }

  // --- reading ---

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  nodeNow(): number {
    return Date.now() + this.clockOffset_ms;
  }

  /** The right edge of charts: now, or where a recording is that is being played, or was. */
  chartNow(): number {
    const now = this.nodeNow();
    const over = this.status?.sources.every((source) => source.state === "ended") ?? false;
    const newest = this.newest_ms || (over ? this.kept_ms : 0);
    return newest !== 0 && Math.abs(now - newest) > 3_600_000 && this.connected ? newest : now;
  }

  age_ms(seen: { at: number }): number {
    return Math.max(0, performance.now() - seen.at);
  }

  reading(signal: Signal): Reading {
    const seen = this.newestWith(signal);
    const reading = standing(signal.info, seen?.row, seen ? this.age_ms(seen) : Infinity);
    return !this.connected && reading.standing === "good" ? { ...reading, standing: "stale", why: STALE } : reading;
  }

  /** Whether it has come, or may with the next row of its stream: not so of a multiplexed one that nobody has sent yet. */
  isSent(signal: Signal): boolean {
    return this.seen.has(signal.stream.stream) && (!signal.info.optional || this.held.has(signal.key));
  }

  /** The newest row that has this signal, or says why it has no value; where none does, the newest of its stream. */
  newestWith(signal: Signal): Aged | undefined {
    const seen = this.seen.get(signal.stream.stream);
    const { name, optional } = signal.info;
    const waits = seen && optional && own(seen.row.signals, name) == null && own(seen.row.quality ?? {}, name) === undefined;
    return waits ? this.held.of(signal.key) ?? seen : seen;
  }

  /** Buckets of the last ten minutes, kept from the first time that somebody asks. */
  recent(key: string): Recent {
    let recent = this.recents.get(key);
    const signal = this.signals.get(key);
    if (!recent) {
      this.recents.set(key, (recent = new Recent()));
      if (signal) {
        const of = this.watched.get(signal.stream.stream);
        of ? of.push(signal.info.name) : this.watched.set(signal.stream.stream, [signal.info.name]);
      }
    }
    return recent;
  }

  // --- what comes in ---

  private take(message: LiveMessage): void {
    if (message.type === "status") return this.takeStatus(message.status);
    this.clockOffset_ms = Number(BigInt(message.time_ns) / 1_000_000n) - Date.now();
    for (const row of message.rows) this.takeRow(row);
    this.touch();
  }

  private takeRow(row: Row): void {
    const key = streamKey(row);
    const at = performance.now() - row.age_ms;
    const before = this.seen.get(key);
    if (before) Object.assign(before, { row: { ...row, units: row.units ?? before.row.units }, at });
    else this.firstRow(key, row, at);
    this.seen.get(key)!.rate.add(performance.now() / 1000, row.rows);
    const known = this.held.count;
    this.held.take(key, { row, at }, performance.now(), (of) => this.signals.get(of)?.info.optional ?? false);
    if (this.held.count !== known) ++this.layoutVersion;
    if (row.stale) return;
    const time = Number(BigInt(row.time_ns) / 1_000_000n);
    this.newest_ms = time;
    for (const name of this.watched.get(key) ?? []) {
      const recent = this.recents.get(signalKey(key, name))!;
      const earlier = own(row.earlier ?? {}, name);
      const before = toNumber(earlier?.value);
      if (earlier && before !== null) recent.add(Number(BigInt(earlier.time_ns) / 1_000_000n), before);
      const value = toNumber(own(row.signals, name));
      const quality = own(row.quality ?? {}, name);
      if (value !== null) recent.add(time, value);
      else if (quality !== undefined) recent.addAbsent(time, absence(quality).word);
    }
  }

  private firstRow(key: string, row: Row, at: number): void {
    this.seen.set(key, { row, at, rate: new Rate(5) });
    ++this.layoutVersion;
    if (!this.streams.some((stream) => stream.stream === key)) void this.loadCatalog();
  }

  private takeStatus(status: NodeStatus): void {
    const at = Number(BigInt(status.time_ns) / 1_000_000n) / 1000;
    this.received.add(at, Number(status.received));
    this.appended.add(at, Number(status.journal.appended_bytes));
    for (const lane of status.lanes) {
      const rate = this.laneRates.get(lane.name) ?? new Rate(5);
      rate.add(at, Number(lane.ledger.received));
      this.laneRates.set(lane.name, rate);
    }
    this.unsynced_ms = [...this.unsynced_ms.slice(-29), status.journal.unsynced_age_ms];
    this.events.takeStatus(status, this.status, this.lastLoss);
    if (this.status && this.status.epoch !== status.epoch) ++this.historyVersion;
    this.status = status;
    this.touch();
  }

  private connection(open: boolean): void {
    this.connected = open;
    const now = this.nodeNow();
    if (!open) {
      this.lostAt = now;
      this.lastLoss = { at: now, per_s: this.received.per_s };
      this.events.lost(now);
    } else {
      if (this.lostAt !== null) this.events.found(this.lostAt, now);
      this.lostAt = null;
      ++this.historyVersion;
      void this.loadCatalog();
      void this.loadKept();
    }
    this.touch();
  }

  /** A node that has just begun knows only some of its streams: what is missing is taken from before, and asked for again. */
  private async loadCatalog(wait_ms = FIRST_WAIT_MS): Promise<void> {
    const asked = ++this.catalogAsked;
    const catalog = await getJson<Catalog>("api/signals").catch(() => null);
    if (asked !== this.catalogAsked) return;
    const streams = withUnnamed(catalog?.streams ?? [], this.streams, this.seen);
    if (catalog) this.setStreams(streams);
    if (catalog?.streams.length === streams.length) return;
    window.setTimeout(() => asked === this.catalogAsked && void this.loadCatalog(Math.min(MOST_WAIT_MS, 2 * wait_ms)), wait_ms);
  }

  private async loadKept(): Promise<void> {
    const answer = await getJson<{ rows: { time_ns: string }[] }>("api/state/history", { limit: 1 }).catch(() => null);
    const newest = answer?.rows[0];
    if (!newest) return;
    this.kept_ms = Number(BigInt(newest.time_ns) / 1_000_000n);
    ++this.historyVersion;
    this.touch();
  }

  private setStreams(streams: StreamInfo[]): void {
    this.streams = streams;
    for (const stream of streams) {
      for (const written of stream.signals) {
        const info = { ...written, unit: readableUnit(written.unit), layout: readLayout(written.layout) };
        const key = signalKey(stream.stream, info.name);
        this.signals.set(key, { key, stream, info });
      }
    }
    ++this.layoutVersion;
    this.touch();
  }

  private touch(): void {
    if (this.timer !== 0) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      for (const listener of this.listeners) listener();
    }, TICK_MS);
  }
}

/** The catalog's streams, and those that are seen but not in it: as they were known before, else as their rows tell. */
export function withUnnamed(catalog: StreamInfo[], before: readonly StreamInfo[], seen: ReadonlyMap<string, { row: Row }>): StreamInfo[] {
  const named = new Set(catalog.map((stream) => stream.stream));
  const known = new Map(before.map((stream) => [stream.stream, stream]));
  return [...catalog, ...[...seen].filter(([key]) => !named.has(key)).map(([key, { row }]) => known.get(key) ?? streamOf(key, row))];
}

/** What a row tells of a stream that is in no catalog. */
function streamOf(key: string, row: Row): StreamInfo {
  const signals = Object.entries(row.signals).map(([name, value]) => ({
    name, type: typeof value === "number" ? "f64" : "text", unit: row.units?.[name] ?? "",
    min: null, max: null, optional: false, comment: "", labels: [],
  }));
  return { stream: key, channel: row.channel, source: null, message: row.message, id: row.id, extended: row.extended,
    cycle_ms: null, sender: "", comment: "", signals };
}

