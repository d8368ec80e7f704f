// What a store has not got yet but the journal keeps for it. Pure.
import type { LaneStatus } from "../api/types";

const WORTH_A_WORD_MS = 2000;

/** The time that a chart can not show: behind what the store has, and before what the page saw itself. Null: none. */
export function waitsInJournal(lanes: readonly LaneStatus[], now_ms: number, seen_from_ms: number): { from_ms: number; to_ms: number } | null {
  const behind = lanes.filter((lane) => lane.durable && (lane.state === "backing_off" || lane.state === "catching_up")).map((lane) => lane.behind_ms ?? 0);
  const from_ms = now_ms - Math.max(0, ...behind);
  return seen_from_ms - from_ms > WORTH_A_WORD_MS ? { from_ms, to_ms: seen_from_ms } : null;
}
