import type { NodeStatus, SourceStatus, StreamInfo } from "../api/types";
import { expected, reasons, trouble } from "./silence";

const source = (rest: Partial<SourceStatus> = {}): SourceStatus =>
  ({ name: "can0", type: "socketcan", state: "running", message: "", hint: "", records: 0, gaps: 0, lost: 0, last_record: null, ...rest });
const status = (...sources: SourceStatus[]) => ({ started: "2026-11-28T12:00:00Z", sources }) as unknown as NodeStatus;
const stream = (id: number | null): StreamInfo =>
  ({ stream: "can0:M", channel: "can0", source: "can0", message: "M", id, extended: false, cycle_ms: null, sender: "", comment: "",
    signals: [{ name: "a", type: "f64", unit: "", min: null, max: null, optional: false, comment: "", labels: [] }] });

it("takes a source's own word for why no data comes", () => {
  const hint = "can0 is up, no frames for 12 s; check bit rate (500,000 bit/s now), termination and wiring";
  expect(reasons(status(source({ hint, records: 12 })), [stream(null)], 0)).toEqual([{ of: "can0", tone: "warn", text: hint }]);
  expect(trouble(source({ state: "waiting", message: "there is no interface can0" }))).toEqual({ of: "can0", tone: "warn", text: "there is no interface can0" });
  expect(trouble(source({ state: "failed", message: "port 5 is taken" }))?.tone).toBe("bad");
  expect(trouble(source())).toBeNull();
});

it("counts to zero where a source says nothing", () => {
  expect(reasons(status(source()), [], 0)[0]?.text).toMatch(/^is open, 0 frames since \d\d:\d\d:\d\d$/);
  expect(reasons(status(source({ state: "ended" })), [], 0)[0]?.text).toMatch(/^has ended, 0 frames/);
});

it("tells a bus without a DBC from one whose DBC knows none of its frames", () => {
  expect(reasons(status(source({ records: 1234 })), [], 12)[0]?.text).toBe("1,234 frames came, with 12 identifiers; no DBC is given, so they are shown as they are");
  expect(reasons(status(source({ records: 1234 })), [stream(5)], 1)[0]?.text).toBe("1,234 frames came, with 1 identifier; the DBC knows none of them");
});

it("says what will appear", () => {
  expect(expected([stream(5), stream(6), stream(null)])).toBe("2 signals in 2 messages are known from the DBC; their tiles appear with the first frame.");
  expect(expected([stream(null)])).toContain('dbc = "my.dbc"');
});
