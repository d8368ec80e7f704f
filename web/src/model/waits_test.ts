import { expect, it } from "vitest";
import type { LaneStatus } from "../api/types";
import { waitsInJournal } from "./waits";

const lane = (of: Partial<LaneStatus>): LaneStatus => ({ name: "history", durable: true, state: "backing_off", behind_ms: 60_000, ...of }) as LaneStatus;

it("tells of the time between what the store has and what the page saw", () => {
  expect(waitsInJournal([lane({})], 1_000_000, 990_000)).toEqual({ from_ms: 940_000, to_ms: 990_000 });
  expect(waitsInJournal([lane({ state: "catching_up", behind_ms: 30_000 }), lane({})], 1_000_000, 1_000_000)).toEqual({ from_ms: 940_000, to_ms: 1_000_000 });
});

it("says nothing where the store follows, is no store, or the page saw all of it", () => {
  expect(waitsInJournal([lane({ state: "caught_up" }), lane({ durable: false })], 1_000_000, 1_000_000)).toBeNull();
  expect(waitsInJournal([lane({})], 1_000_000, 930_000)).toBeNull();
  expect(waitsInJournal([lane({ behind_ms: null })], 1_000_000, 1_000_000)).toBeNull();
  expect(waitsInJournal([], 1_000_000, 1_000_000)).toBeNull();
});
