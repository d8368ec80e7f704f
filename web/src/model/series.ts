// Values over time on a grid of equal steps: what was fetched, and behind it what the page saw itself.
import { ApiProblem, getJson } from "../api/get";
import { offers } from "../api/offers";
import type { HistoryRow, SeriesAnswer, SeriesGap } from "../api/types";
import type { Bucket } from "./recent";
import { toNumber, type Signal } from "./signal";

export interface Fetched {
  bucket_ms: number; // 0: single values
  time_ms: number[];
  min: (number | null)[];
  max: (number | null)[];
  mean: (number | null)[];
  gaps: SeriesGap[];
}

export interface Grid {
  from: number; // ms, a multiple of step
  step: number; // ms
  n: number;
}

export interface Column {
  min: (number | null)[];
  max: (number | null)[];
  mean: (number | null)[];
  why: (string | undefined)[]; // there is no value, as far as this page has seen
}

const EMPTY: Fetched = { bucket_ms: 0, time_ms: [], min: [], max: [], mean: [], gaps: [] };
const AT_ONCE = 2; // questions to the history; a node takes a few at a time
let asking = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
  if (asking >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  ++asking;
  try {
    return await ask();
  } finally {
    --asking;
    waiting.shift()?.();
  }
}

/** Fails with an ApiProblem or a network error; a node without a history has no values. */
export const fetchSeries = (signal: Signal, from: number, to: number, points: number): Promise<Fetched> =>
  inTurn(() => ask(signal, from, to, points));

async function ask(signal: Signal, from: number, to: number, points: number): Promise<Fetched> {
  if (!(await offers("/api/series"))) return fetchRows(signal, from, to, points);
  try {
    const got = await getJson<SeriesAnswer>("api/series", { signal: signal.key, from: seconds(from), to: seconds(to), points });
    return { bucket_ms: got.resolution === "raw" ? 0 : got.bucket_ms, time_ms: got.time_ms, min: got.min, max: got.max,
      mean: got.mean, gaps: got.gaps ?? [] };
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 503) return EMPTY;
    throw problem;
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
// Globs match literally but for * and ?, and a ? matches itself as well.
const exactly = (name: string): string => name.replace(/\*/g, "?");

async function fetchRows(signal: Signal, from: number, to: number, points: number): Promise<Fetched> {
  const every = Math.max(1, Math.round((to - from) / 1000 / points));
  const name = signal.info.name;
  const answer = await getJson<{ rows: HistoryRow[] }>("api/state/history", {
    since: seconds(from), until: seconds(to), every: `${every}s`, limit: 10000,
    message: exactly(signal.stream.stream), signal: exactly(name),
  }).catch((problem: unknown) => {
    if (problem instanceof ApiProblem && problem.status === 503) return { rows: [] };
    throw problem;
  });
  const out: Fetched = { bucket_ms: 0, time_ms: [], min: [], max: [], mean: [], gaps: [] };
  for (const row of answer.rows) {
    const value = Object.hasOwn(row.signals, name) && row.message === signal.stream.message ? toNumber(row.signals[name]) : null;
    if (value === null) continue;
    out.time_ms.push(Number(BigInt(row.time_ns) / 1_000_000n));
    for (const list of [out.min, out.max, out.mean]) list.push(value);
  }
  return out;
}

export function gridOf(from: number, to: number, points: number): Grid {
  const step = Math.max(1000, Math.ceil((to - from) / points / 1000) * 1000);
  const start = Math.floor(from / step) * step;
  return { from: start, step, n: Math.max(1, Math.ceil((to - start) / step)) };
}

export const gridTimes = (grid: Grid): number[] => Array.from({ length: grid.n }, (_, i) => (grid.from + i * grid.step) / 1000);

/**
 * One signal on a grid. A cell without a value repeats the one before for at most `hold_ms`: longer is a hole, and so is
 * every cell in a gap.
 */
export function column(grid: Grid, fetched: Fetched | undefined, live: readonly Bucket[], hold_ms: number,
  gaps: readonly { from_ms: number; to_ms: number }[]): Column {
  const out: Column = { min: blank(grid), max: blank(grid), mean: blank(grid), why: new Array<string | undefined>(grid.n).fill(undefined) };
  const weights = new Float64Array(grid.n);
  const put = (t: number, length: number, min: number | null, max: number | null, mean: number | null, weight: number) => {
    if (mean === null || min === null || max === null) return;
    const first = Math.floor((t - grid.from) / grid.step);
    const last = length > 0 ? Math.floor((t + length - 1 - grid.from) / grid.step) : first;
    for (let i = Math.max(0, first); i <= Math.min(grid.n - 1, last); ++i) {
      const before = weights[i]!;
      out.min[i] = before ? Math.min(out.min[i]!, min) : min;
      out.max[i] = before ? Math.max(out.max[i]!, max) : max;
      out.mean[i] = before ? (out.mean[i]! * before + mean * weight) / (before + weight) : mean;
      weights[i] = before + weight;
    }
  };
  const firstLive = live[0]?.t ?? Infinity;
  fetched?.time_ms.forEach((t, i) => {
    if (t < firstLive) put(t, fetched.bucket_ms, fetched.min[i] ?? null, fetched.max[i] ?? null, fetched.mean[i] ?? null, 1);
  });
  for (const b of live) {
    if (b.n > 0) put(b.t, 0, b.min, b.max, b.sum / b.n, b.n);
    const cell = Math.floor((b.t - grid.from) / grid.step);
    if (b.why !== undefined && cell >= 0 && cell < grid.n) out.why[cell] = b.why;
  }
  hold(grid, out, hold_ms);
  for (const gap of gaps) cut(grid, out, gap.from_ms, gap.to_ms);
  return out;
}

const blank = (grid: Grid): (number | null)[] => new Array<number | null>(grid.n).fill(null);

function hold(grid: Grid, out: Column, hold_ms: number): void {
  const most = Math.max(1, Math.ceil(hold_ms / grid.step));
  let since = Infinity;
  let value: number | null = null;
  for (let i = 0; i < grid.n; ++i) {
    if (out.mean[i] !== null) {
      delete out.why[i];
      since = 0;
      value = out.mean[i]!;
    } else if (out.why[i] !== undefined) {
      value = null; // said to be absent: nothing is held over that
    } else if (value !== null && ++since <= most && i < grid.n - 1) {
      out.min[i] = out.max[i] = out.mean[i] = value;
    }
  }
}

function cut(grid: Grid, out: Column, from: number, to: number): void {
  const first = Math.max(0, Math.ceil((from - grid.from) / grid.step));
  const last = Math.min(grid.n - 1, Math.floor((to - grid.from) / grid.step) - 1);
  for (let i = first; i <= last; ++i) out.min[i] = out.max[i] = out.mean[i] = null;
}

/** Two columns multiplied and scaled, as volts and amperes are to kilowatts. */
export function product(a: Column, b: Column, scale: number): Column {
  const n = a.mean.length;
  const out: Column = { min: new Array<number | null>(n).fill(null), max: new Array<number | null>(n).fill(null), mean: new Array<number | null>(n).fill(null),
    why: Array.from({ length: n }, (_, i) => a.why[i] ?? b.why[i]) };
  for (let i = 0; i < n; ++i) {
    const [x, y] = [a.mean[i], b.mean[i]];
    if (x == null || y == null) continue;
    const corners = [a.min[i]! * b.min[i]!, a.min[i]! * b.max[i]!, a.max[i]! * b.min[i]!, a.max[i]! * b.max[i]!].map((v) => v * scale);
    out.min[i] = Math.min(...corners);
    out.max[i] = Math.max(...corners);
    out.mean[i] = x * y * scale;
  }
  return out;
}
