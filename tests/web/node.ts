// A node as a process, in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BINARY = resolve(process.env.CANTRAIL_BIN ?? new URL("../../build/dev/src/cli/cantrail", import.meta.url).pathname);
const PATIENCE_MS = 60_000;

const freePort = (): Promise<number> => new Promise((done) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address();
    probe.close(() => done(typeof address === "object" && address ? address.port : 0));
  });
});

export async function until<T>(what: string, condition: () => Promise<T | false | null | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

export class Node {
  private process: ChildProcess | null = null;
  private constructor(readonly folder: string, readonly port: number, private readonly command: string[], readonly other = 0, private readonly terminal = false) {}

  /** `cantrail demo`: the simulated car. */
  static async demo(terminal = false): Promise<Node> {
    const folder = mkdtempSync(join(tmpdir(), "cantrail-web-"));
    const port = await freePort();
    return new Node(folder, port, ["demo", "--listen", `127.0.0.1:${port}`, "--folder", join(folder, "demo")], 0, terminal).start();
  }

  /** `cantrail run` with a history. `config`: sources, and what else is wanted; PORT stands for a free one. */
  static async run(config: string, files: Record<string, string> = {}): Promise<Node> {
    const folder = mkdtempSync(join(tmpdir(), "cantrail-web-"));
    const [port, other] = [await freePort(), await freePort()];
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "node.toml"), `config_version = 1\ndata = "${folder}"\n[node]\nname = "tested"\n[server]\nlisten = "127.0.0.1:${port}"\n` +
      `${config.replaceAll("PORT", String(other))}\n[sink.history]\ntype = "sqlite"\npath = "history.db"\n`);
    return new Node(folder, port, ["run", join(folder, "node.toml")], other).start();
  }

  /** One simulated bus: of the leaf, or of a DBC. */
  static simulated(scenario: string, files: Record<string, string> = {}, dbc = scenario, more = ""): Promise<Node> {
    return Node.run(`[source.can0]\ntype = "simulate"\nscenario = "${scenario}"\n${dbc ? `dbc = "${dbc}"` : ""}\n${more}`, files);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  async start(): Promise<this> {
    const log = openSync(join(this.folder, "log.txt"), "a");
    // script(1) of util-linux is a terminal: keys written to it are pressed.
    this.process = this.terminal ? spawn("script", ["-qec", [BINARY, ...this.command].join(" "), "/dev/null"], { cwd: this.folder, stdio: ["pipe", log, log] })
      : spawn(BINARY, this.command, { cwd: this.folder, stdio: ["ignore", log, log] });
    await until("the node to be ready", async () => {
      if (this.process!.exitCode !== null) throw new Error(`the node ended:\n${this.log()}`);
      return fetch(`${this.url}readyz`).then((answer) => answer.ok, () => false);
    });
    return this;
  }

  get<T>(path: string): Promise<T> {
    return fetch(this.url + path).then((answer) => answer.json() as Promise<T>);
  }

  press(key: string): void {
    this.process!.stdin!.write(key);
  }

  /** Frames of a candump log, sent to the source that listens at PORT. */
  replay(log: string): void {
    const child = spawn(BINARY, ["replay", "-", "--to", `cannelloni:127.0.0.1:${this.other}`], { stdio: ["pipe", "ignore", "ignore"] });
    child.stdin.end(log);
  }

  log(): string {
    return readFileSync(join(this.folder, "log.txt"), "utf8");
  }

  /** SIGKILL: no orderly end. */
  async kill(): Promise<void> {
    const process = this.process;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((done) => process.once("exit", done));
    process.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    const process = this.process;
    if (process && process.exitCode === null && process.signalCode === null) {
      const ended = new Promise((done) => process.once("exit", done));
      this.terminal ? this.press("q") : process.kill("SIGTERM");
      const timer = setTimeout(() => process.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
