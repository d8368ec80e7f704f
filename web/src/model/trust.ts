// The accounts in words. Pure.
import type { LaneStatus, Ledger, NodeStatus } from "../api/types";
import { duration } from "./format";

export const FATES = ["delivered", "filtered", "undecoded", "superseded", "rejected", "dropped", "pending"] as const;
export type Fate = (typeof FATES)[number];
const LOSSES = new Set<Fate>(["rejected", "dropped"]);
const SHOWN_ALWAYS = new Set<Fate>(["delivered", "filtered", "rejected", "dropped", "pending"]);

export interface Term {
  fate: Fate;
  n: number;
  loss: boolean;
}

/** The right side of the equation: what is never left out, and what there is of the rest. */
export const termsOf = (ledger: Ledger): Term[] =>
  FATES.map((fate) => ({ fate, n: Number(ledger[fate]), loss: LOSSES.has(fate) && Number(ledger[fate]) > 0 }))
    .filter((term) => SHOWN_ALWAYS.has(term.fate) || term.n > 0);

/** The lane whose account stands for the node: the durable one that is furthest behind, else the first. */
export function leadingLane(lanes: readonly LaneStatus[]): LaneStatus | null {
  const durable = lanes.filter((lane) => lane.durable);
  const broken = lanes.find((lane) => !lane.ledger.balances);
  if (broken) return broken;
  return durable.reduce<LaneStatus | null>((most, lane) => (!most || Number(lane.ledger.pending) > Number(most.ledger.pending) ? lane : most), null) ?? lanes[0] ?? null;
}

/** How long ago what a lane writes now came in, seconds: as the node says, else what waits over the rate; null: not known. */
export function behind_s(lane: LaneStatus, per_s: number | null): number | null {
  if (lane.behind_ms != null) return lane.behind_ms / 1000;
  const pending = Number(lane.ledger.pending);
  if (pending === 0) return 0;
  return per_s && per_s > 0 ? pending / per_s : null;
}

export type LaneTone = "accent" | "warn" | "bad";

export function laneTone(lane: LaneStatus): LaneTone {
  if (lane.state === "failed" || !lane.ledger.balances) return "bad";
  return lane.state === "backing_off" || lane.state === "catching_up" ? "warn" : "accent";
}

export function laneText(lane: LaneStatus, behind: number | null): string {
  const lost = Number(lane.ledger.dropped);
  const kept = lost === 0 && lane.durable ? ", all kept" : "";
  const by = behind === null ? "" : ` ${duration(behind)}`;
  switch (lane.state) {
    case "failed": return "failed";
    case "backing_off": return `away${by}${kept}`;
    case "catching_up": return `catching up,${by} behind`;
    default: return behind === null ? "follows" : behind < 0.001 ? "nothing waits" : `${duration(behind)} behind`;
  }
}

/** The width of a lane's bar, 0…1: a decade of seconds is an equal step, from 10 ms to a day. */
export const behindShare = (behind: number | null): number =>
  behind === null || behind <= 0 ? 0.015 : Math.min(1, Math.max(0.03, (Math.log10(behind) + 2) / (Math.log10(86_400) + 2)));

/** How long the journal remembers at this rate: its space, or what the disk has for it, if that is less. Seconds; null: nothing is written. */
export function holds_s(journal: NodeStatus["journal"], bytes_per_s: number | null): number | null {
  const free = journal.disk_free_bytes == null ? Infinity : Number(journal.disk_free_bytes);
  const cap = Math.min(Number(journal.cap_bytes), Number(journal.bytes) + free);
  return bytes_per_s && bytes_per_s > 0 && cap > 0 ? cap / bytes_per_s : null;
}

/** The last few ages of what is not on disk yet, as one bound: half seconds, because the schedule has such steps. */
export function withinText(ages_ms: readonly number[]): string {
  const most = Math.max(0, ...ages_ms);
  return duration(Math.max(0.5, Math.ceil(most / 500 - 0.2) / 2));
}
