import type { LaneStatus, Ledger, NodeStatus } from "../api/types";
import { EventLog, gapMark, gapText } from "./events";

const ledger = (pending: number, dropped = 0): Ledger =>
  ({ received: 1, delivered: 1, filtered: 0, undecoded: 0, superseded: 0, rejected: 0, dropped, pending, balances: true });
const status = (seconds: number, state: string, pending: number, rest: Partial<NodeStatus> = {}): NodeStatus => ({
  node: "n", version: "", time_ns: String(seconds * 1e9), started: "1970-01-01T00:00:00Z", uptime_s: seconds, epoch: 1, ready: true, received: 1, balances: true, sources: [],
  lanes: [{ name: "history", type: "sqlite", durable: true, state, message: "disk I/O error", queued_bytes: 0, ledger: ledger(pending), earlier: ledger(0) } satisfies LaneStatus],
  journal: { ok: true, message: "", bytes: 0, cap_bytes: 0, segments: 1, appended_bytes: 0, unsynced_age_ms: 0 },
  gaps: { count: 0, recent: [] }, process: { cpu_percent: 0, rss_bytes: 0 }, ...rest,
});

it("a lane that was away says for how long, what it caught up, and that nothing was lost", () => {
  const log = new EventLog();
  const story = [status(10, "caught_up", 5), status(20, "backing_off", 900), status(60, "backing_off", 61_402), status(67, "catching_up", 30_000), status(68, "caught_up", 4)];
  story.forEach((now, i) => log.takeStatus(now, story[i - 1] ?? null));
  expect(log.list[0]).toMatchObject({ tone: "good", text: "history back after 48 s, 61,402 records caught up, 0 lost" });
  expect(log.list[1]).toMatchObject({ tone: "warn", text: "history is away: disk I/O error; the journal keeps all for it" });
});

it("a gap is told once, in words", () => {
  const gap = { from: "1970-01-01T00:00:10Z", to: "1970-01-01T00:00:11Z", reason: "receive_overflow", where: "can0", count: 14 };
  const log = new EventLog();
  const now = status(20, "caught_up", 0, { gaps: { count: 1, recent: [gap] } });
  log.takeStatus(now, null);
  log.takeStatus(now, now);
  expect(log.list.filter((one) => one.text === "can0: receive queue overflowed for 1.0 s, 14 records lost")).toHaveLength(1);
});

it("an unknown number is said to be unknown", () => {
  const outage = { from_ms: 0, to_ms: 4000, reason: "downtime", where: "can0", count: null };
  expect(gapText(outage)).toBe("the node was not running for 4.0 s, what went by is not known");
  expect(gapText(outage, 287)).toBe("the node was not running for 4.0 s, about 1,100 records went by");
  expect(gapText({ ...outage, reason: "driver_drop" }, 287)).toBe("can0: the driver dropped frames for 4.0 s, how much was lost is not known");
});

it("an outage is one, however many sources tell of it, and is judged by the rate before", () => {
  const gap = (where: string, ms: number) => ({ from: "1970-01-01T00:00:10Z", to: `1970-01-01T00:00:12.${ms}Z`, reason: "downtime", where, count: null });
  const log = new EventLog();
  const before = status(9, "caught_up", 0);
  log.takeStatus(before, null);
  log.takeStatus(status(13, "catching_up", 0, { epoch: 2 }), before, { at: 10_400, per_s: 300 }); // the gap is told a moment later
  const after = status(14, "caught_up", 0, { epoch: 2, gaps: { count: 2, recent: [gap("can0", 100), gap("can1", 101)] } });
  log.takeStatus(after, status(13, "catching_up", 0, { epoch: 2 }), { at: 10_400, per_s: 300 });
  expect(log.list.filter((one) => one.text === "the node was not running for 2.1 s, about 630 records went by")).toHaveLength(1);
});

it("what a store lacked of the run before is told when it has come, once", () => {
  const log = new EventLog();
  const lane = (state: string, pending: number) => [{ ...status(0, state, 0).lanes[0]!, earlier: { ...ledger(pending), received: 97 } }];
  log.takeStatus(status(1, "catching_up", 0, { epoch: 2, lanes: lane("catching_up", 60) }), null);
  expect(log.list.some((one) => one.text.includes("of the run before"))).toBe(false);
  for (const at of [2, 3]) log.takeStatus(status(at, "caught_up", 0, { epoch: 2, lanes: lane("caught_up", 0) }), null);
  expect(log.list.filter((one) => one.text === "history took 97 records of the run before from the journal, 0 lost")).toHaveLength(1);
});

it("a gap's mark says how much, else how long", () => {
  expect(gapMark({ from_ms: 0, to_ms: 3, count: 14 })).toBe("14 lost");
  expect(gapMark({ from_ms: 0, to_ms: 2100, count: null })).toBe("gap 2.1 s");
  expect(gapMark({ from_ms: 0, to_ms: 2100, count: 0 })).toBe("gap 2.1 s");
  expect(gapMark({ from_ms: 0, to_ms: 3, count: null })).toBe("gap");
});

it("a new run is told", () => {
  const log = new EventLog();
  log.takeStatus(status(1, "caught_up", 0), null);
  log.takeStatus(status(2, "caught_up", 0, { epoch: 2 }), status(1, "caught_up", 0));
  expect(log.list.filter((one) => one.text.startsWith("node started"))).toHaveLength(2);
});
