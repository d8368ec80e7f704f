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
  disk_full: "the disk was full",
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

/** `per_s`: how many records came in a second before, where that is known. */
export function gapText(gap: { from_ms: number; to_ms: number; reason: string; where: string; count: number | string | null }, per_s: number | null = null): string {
  const long = (gap.to_ms - gap.from_ms) / 1000;
  const span = long >= 0.1 ? ` for ${duration(long)}` : "";
  const lost = gap.count !== null ? `${plural(gap.count, "record")} lost`
    : gap.reason === "downtime" ? (!per_s ? "what went by is not known" : `about ${count(roundish(per_s * long))} records went by`)
    : "how much was lost is not known";
  const where = gap.where && gap.reason !== "downtime" ? `${gap.where}: ` : "";
  return `${where}${reasonText(gap.reason)}${span}, ${lost}`;
}

/** Two digits are what such a guess is worth. */
function roundish(n: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1);
  return Math.round(n / step) * step;
}

/** What stands over a gap in a chart: "gap 2.1 s", "14 lost". */
export function gapMark(gap: { from_ms: number; to_ms: number; count: number | string | null }): string {
  if (gap.count !== null && Number(gap.count) > 0) return `${count(gap.count)} lost`;
  const long = (gap.to_ms - gap.from_ms) / 1000;
  return long >= 0.1 ? `gap ${duration(long)}` : "gap";
}

export const gapTimes = (gap: Gap) => ({ ...gap, from_ms: Date.parse(gap.from), to_ms: Date.parse(gap.to) });

const working = (state: string): boolean => state === "live" || state === "caught_up";

const NEAR_MS = 10_000;

export interface Loss {
  at: number; // ms, of the node
  per_s: number | null;
}

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

  /** `loss`: when this page last lost the node, and how many records came in a second then. */
  takeStatus(status: NodeStatus, before: NodeStatus | null, loss: Loss | null = null): void {
    const now = Number(BigInt(status.time_ns) / 1_000_000n);
    if (status.started) {
      this.add(Date.parse(status.started), "plain", `node started, run ${count(status.epoch)}`, `epoch ${status.epoch}`);
    }
    const filled = status.filled_in;
    if (filled) this.add(filled.to_ms, "plain", `${duration((filled.to_ms - filled.from_ms) / 1000)} before were filled in, not captured`, "filled in");
    for (const gap of status.gaps.recent.map(gapTimes)) this.takeGap(gap, loss);
    for (const lane of status.lanes) {
      const old = before?.epoch === status.epoch ? before.lanes.find((other) => other.name === lane.name) : undefined;
      this.takeLane(now, lane, old);
      this.takeEarlier(status, before ? now : Date.parse(status.started ?? "") || now, lane);
    }
    if (before && before.journal.ok !== status.journal.ok) {
      this.add(now, status.journal.ok ? "good" : "bad",
        status.journal.ok ? `the journal is written again, ${sizeText(status.journal.bytes)}` : `the journal cannot be written: ${status.journal.message}`);
    }
  }

  private takeGap(gap: ReturnType<typeof gapTimes>, loss: Loss | null): void {
    const per_s = loss && Math.abs(gap.from_ms - loss.at) < NEAR_MS ? loss.per_s : null;
    const tone = gap.count === null || Number(gap.count) > 0 ? "warn" : "plain";
    // Of an outage each source tells; it is one.
    const key = gap.reason === "downtime" ? `downtime ${Math.round(gap.to_ms / 5000)}` : `gap ${gap.from} ${gap.where} ${gap.reason}`;
    this.add(gap.to_ms, tone, gapText(gap, per_s), key);
  }

  /** What a store still had to get of the run before is in the journal; this says that it came. */
  private takeEarlier({ epoch }: NodeStatus, at: number, lane: LaneStatus): void {
    const { received, dropped, rejected, pending } = lane.earlier;
    if (!lane.durable || Number(received) === 0 || Number(pending) > 0 || !working(lane.state)) return;
    const lost = Number(dropped) + Number(rejected);
    this.add(at, lost ? "bad" : "good", `${lane.name} took ${plural(received, "record")} of the run before from the journal, ${count(lost)} lost`,
      `earlier ${epoch} ${lane.name}`);
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
