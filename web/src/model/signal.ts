// One signal of the catalog with all that is known of it, and how its value stands.
import type { Row, Scalar, SignalInfo, StreamInfo } from "../api/types";
import { decimalsOf } from "./format";
import { absence, NEVER, OUT, STALE, type Why } from "./quality";

export interface Signal {
  key: string; // "can0:VehicleSpeed.kmh", as /api/series takes it
  stream: StreamInfo;
  info: SignalInfo;
}

/** Without a value: absent, and error where something is broken. */
export type Standing = "good" | "absent" | "error" | "stale" | "out";

export interface Reading {
  standing: Standing;
  why: Why | null; // it is not good
  value: number | null; // as a number, if it is one
  scalar: Scalar | undefined;
  label: string | undefined;
  age_ms: number;
}

export const signalKey = (stream: string, signal: string): string => `${stream}.${signal}`;

/** Names on a bus can be anything, "constructor" as well. */
export const own = <T>(object: Record<string, T>, name: string): T | undefined => (Object.hasOwn(object, name) ? object[name] : undefined);

export function toNumber(value: Scalar | undefined): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string" && value !== "" && Number.isFinite(Number(value))) return Number(value);
  return null;
}

export const isText = (info: SignalInfo): boolean => info.type === "text" || info.type === "string" || info.type === "bytes";

/** Outside of the range that the DBC declares. */
export const isOut = (info: SignalInfo, value: number): boolean =>
  (info.min !== null && value < info.min) || (info.max !== null && value > info.max);

const HELD_MS = 10_000; // a multiplexed value is believed for as long as its turn may take

/** How a signal stands, given the latest row of its stream and how old that is. */
export function standing(info: SignalInfo, row: Row | undefined, age_ms: number): Reading {
  const scalar = row && own(row.signals, info.name);
  if (!row || scalar === undefined || scalar === null) {
    const quality = row && own(row.quality ?? {}, info.name);
    return { standing: quality === "error" ? "error" : "absent", why: row ? absence(quality) : NEVER, value: null, scalar: undefined, label: undefined, age_ms };
  }
  const value = toNumber(scalar);
  const out = value !== null && isOut(info, value);
  const stale = info.optional ? age_ms > Math.max(HELD_MS, 3 * row.stale_after_ms) : row.stale || age_ms > row.stale_after_ms;
  return { standing: stale ? "stale" : out ? "out" : "good", why: stale ? STALE : out ? OUT : null, value, scalar, label: own(row.labels, info.name), age_ms };
}

export const isAbsent = (reading: Reading): boolean => reading.scalar === undefined;

/** Enough that no two steps look alike, and no more than the step itself has: 0.392157 (a byte as per cent) asks for 2, not 6. */
const decimalsToTell = (step: number): number => Math.min(decimalsOf(step), Math.max(0, Math.ceil(-Math.log10(Math.abs(step))) + 1));

/** Decimals for a signal: those of its factor and offset. Without a layout, those seen so far, so that texts keep their width. */
export class Decimals {
  private readonly seen = new Map<string, number>();

  of(signal: Signal, value: number | null): number {
    const layout = signal.info.layout;
    if (layout && !layout.float) return Math.max(decimalsToTell(layout.factor), Math.min(3, decimalsOf(layout.offset)));
    if (signal.info.type !== "f64") return 0;
    const now = value === null ? 0 : Math.min(3, decimalsOf(Number(value.toFixed(3))));
    const most = Math.max(now, this.seen.get(signal.key) ?? 0);
    this.seen.set(signal.key, most);
    return most;
  }
}
