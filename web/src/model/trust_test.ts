import type { LaneStatus, Ledger, NodeStatus } from "../api/types";
import { behind_s, behindShare, holds_s, laneText, laneTone, leadingLane, termsOf, withinText } from "./trust";

const ledger = (rest: Partial<Ledger> = {}): Ledger =>
  ({ received: 1000, delivered: 982, filtered: 0, undecoded: 0, superseded: 0, rejected: 0, dropped: 0, pending: 18, balances: true, ...rest });
const lane = (rest: Partial<LaneStatus> = {}): LaneStatus =>
  ({ name: "history", type: "sqlite", durable: true, state: "caught_up", message: "", queued_bytes: 0, ledger: ledger(), earlier: ledger(), ...rest });
const journal = (rest: Partial<NodeStatus["journal"]>): NodeStatus["journal"] =>
  ({ ok: true, message: "", bytes: 0, cap_bytes: 0, segments: 1, appended_bytes: 0, unsynced_age_ms: 0, ...rest });

describe("the ledger", () => {
  it("leaves out what did not happen, but never losses and what waits", () => {
    expect(termsOf(ledger()).map((term) => term.fate)).toEqual(["delivered", "filtered", "rejected", "dropped", "pending"]);
    expect(termsOf(ledger({ superseded: "5" })).some((term) => term.fate === "superseded" && term.n === 5)).toBe(true);
    expect(termsOf(ledger({ dropped: 14 })).find((term) => term.fate === "dropped")?.loss).toBe(true);
  });
  it("shown is of the lane that does not balance, else of the durable one furthest behind", () => {
    const live = lane({ name: "live", durable: false });
    const cloud = lane({ name: "cloud", ledger: ledger({ pending: 500 }) });
    expect(leadingLane([live, lane(), cloud])?.name).toBe("cloud");
    expect(leadingLane([lane(), lane({ name: "odd", ledger: ledger({ balances: false }) })])?.name).toBe("odd");
    expect(leadingLane([live])?.name).toBe("live");
    expect(leadingLane([])).toBeNull();
  });
});

describe("a lane", () => {
  it("is behind by what waits over the rate, unless the node knows better", () => {
    expect(behind_s(lane(), 360)).toBeCloseTo(0.05);
    expect(behind_s(lane({ behind_ms: 2000 }), 360)).toBe(2);
    expect(behind_s(lane({ ledger: ledger({ pending: 0 }) }), null)).toBe(0);
    expect(behind_s(lane(), null)).toBeNull();
  });
  it("that is away keeps all, and says so", () => {
    expect(laneText(lane({ state: "backing_off" }), 7440)).toBe("away 2 h 4 min, all kept");
    expect(laneText(lane({ state: "backing_off", ledger: ledger({ dropped: 3 }) }), 60)).toBe("away 60 s");
    expect(laneText(lane(), 0.4)).toBe("0.4 s behind");
    expect(laneTone(lane({ state: "backing_off" }))).toBe("warn");
    expect(laneTone(lane({ ledger: ledger({ balances: false }) }))).toBe("bad");
  });
  it("has a bar that grows with the logarithm", () => {
    expect(behindShare(0)).toBeLessThan(behindShare(0.4));
    expect(behindShare(0.4)).toBeLessThan(behindShare(60));
    expect(behindShare(1e9)).toBe(1);
  });
});

it("the journal holds what its cap allows at this rate", () => {
  expect(holds_s(journal({ cap_bytes: String(8 * 2 ** 30) }), 20_000)).toBeCloseTo(429_496.7, 0);
  expect(holds_s(journal({ cap_bytes: 1000, bytes: 200, disk_free_bytes: 300 }), 10)).toBe(50); // the disk is fuller than it was thought
  expect(holds_s(journal({ cap_bytes: 1000, bytes: 200, disk_free_bytes: "90000" }), 10)).toBe(100);
  expect(holds_s(journal({ cap_bytes: 100 }), null)).toBeNull();
});

it("what is not on disk has one bound", () => {
  expect(withinText([3, 120, 480])).toBe("0.5 s");
  expect(withinText([3, 560])).toBe("0.5 s");
  expect(withinText([900])).toBe("1.0 s");
});
