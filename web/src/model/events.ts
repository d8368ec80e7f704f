// "Just now": gaps, lanes and connection in words. Pure but for its own list.
import type { Gap, LaneStatus, NodeStatus } from "../api/types";
import { bytes as sizeText, count, duration, plural } from "./format";

export type Tone = "good" | "warn" | "bad" | "plain";

export interface Happening {
  at: number; // ms
  tone: Tone;
  text: string;
  key: string;
}

const KEEP = 60;

const REASONS: Record<string, string> = {
  receive_overflow: "receive queue overflowed",
  driver_drop: "the driver dropped frames",
  network_loss: "packets lost on the network",
  pool_exhausted: "the node was short of memory",
  journal_failed: "the journal could not be written",
  journal_cap: "older records fell out of the journal",
  journal_corrupt: "the journal was damaged",
  downtime: "the node was not running",
  bus_off: "bus off",
  source_down: "the source was away",
  malformed_input: "lines that are no frames",
  lane_overflow: "the lane was too slow",
  too_many_channels: "more channels or streams than the node holds",
  blob_lost: "large values could not be kept",
};

export const reasonText = (reason: string): string => REASONS[reason] ?? reason.replace(/_/g, " ");

export function gapText(gap: { from_ms: number; to_ms: number; reason: string; where: string; count: number | string | null }): string {
  const long = (gap.to_ms - gap.from_ms) / 1000;
  const span = long >= 0.1 ? ` for ${duration(long)}` : "";
  const lost = gap.count === null ? "how much was lost is not known" : `${plural(gap.count, "record")} lost`;
  const where = gap.where && gap.reason !== "downtime" ? `${gap.where}: ` : "";
  return `${where}${reasonText(gap.reason)}${span}, ${lost}`;
}

export const gapTimes = (gap: Gap) => ({ ...gap, from_ms: Date.parse(gap.from), to_ms: Date.parse(gap.to) });

const working = (state: string): boolean => state === "live" || state === "caught_up";

export class EventLog {
  list: Happening[] = []; // newest first
  private readonly known = new Set<string>();
  private readonly away = new Map<string, { at: number; pending: number; dropped: number; message: string }>();

  add(at: number, tone: Tone, text: string, key = `${at} ${text}`): void {
    if (this.known.has(key)) return;
    this.known.add(key);
    this.list = [{ at, tone, text, key }, ...this.list].sort((a, b) => b.at - a.at).slice(0, KEEP);
  }

  lost(at: number): void {
    this.add(at, "warn", "this page lost the node");
  }

  found(from: number, to: number): void {
    this.add(to, "good", `this page found the node again after ${duration((to - from) / 1000)}`);
  }

  takeStatus(status: NodeStatus, before: NodeStatus | null): void {
    const now = Number(BigInt(status.time_ns) / 1_000_000n);
    if (status.started) {
      this.add(Date.parse(status.started), "plain", `node started, run ${count(status.epoch)}`, `epoch ${status.epoch}`);
    }
    for (const gap of status.gaps.recent.map(gapTimes)) {
      const tone = gap.count === null || Number(gap.count) > 0 ? "warn" : "plain";
      this.add(gap.to_ms, tone, gapText(gap), `gap ${gap.from} ${gap.where} ${gap.reason}`);
    }
    for (const lane of status.lanes) {
      const old = before?.epoch === status.epoch ? before.lanes.find((other) => other.name === lane.name) : undefined;
      this.takeLane(now, lane, old);
    }
    if (before && before.journal.ok !== status.journal.ok) {
      this.add(now, status.journal.ok ? "good" : "bad",
        status.journal.ok ? `the journal is written again, ${sizeText(status.journal.bytes)}` : `the journal cannot be written: ${status.journal.message}`);
    }
  }

  private takeLane(now: number, lane: LaneStatus, old: LaneStatus | undefined): void {
    const troubled = lane.state === "backing_off" || lane.state === "failed";
    if (troubled && !this.away.has(lane.name)) {
      this.away.set(lane.name, { at: now, pending: 0, dropped: Number(lane.ledger.dropped), message: lane.message });
      const why = lane.message ? `: ${lane.message}` : "";
      this.add(now, lane.state === "failed" ? "bad" : "warn", `${lane.name} is away${why}; the journal keeps all for it`);
    }
    const away = this.away.get(lane.name);
    if (!away) return;
    away.pending = Math.max(away.pending, Number(lane.ledger.pending));
    if (working(lane.state) && (!old || Number(lane.ledger.pending) < 1000)) {
      this.away.delete(lane.name);
      const lost = Number(lane.ledger.dropped) - away.dropped;
      this.add(now, lost > 0 ? "warn" : "good",
        `${lane.name} back after ${duration((now - away.at) / 1000)}, ${plural(away.pending, "record")} caught up, ${count(lost)} lost`);
    }
  }
}
