import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api/get";
import type { Gap } from "../api/types";
import { gapTimes } from "../model/events";
import { column, fetchSeries, gridOf, type Column, type Fetched, type Grid } from "../model/series";
import { waitsInJournal } from "../model/waits";
import { store } from "./live";

export interface GapSpan {
  from_ms: number;
  to_ms: number;
  reason: string;
  where: string;
  count: number | string | null;
}

export interface SeriesView {
  grid: Grid;
  columns: Map<string, Column>;
  gaps: GapSpan[];
  loading: boolean;
  failed: string | null;
}

interface Loaded {
  of: string;
  fetched: Map<string, Fetched>;
  gaps: GapSpan[];
  failed: string | null;
}

const REFRESH_MS = 240_000; // less than what the page keeps itself
const RETRY_MS = 5000; // after a question that failed
export const WAITS = "waits in the journal";
const NOT_OF_DATA = new Set(["lane_overflow", "journal_cap"]);

async function load(keys: string[], window_ms: number, points: number): Promise<Omit<Loaded, "of">> {
  const to = store.chartNow();
  const from = to - window_ms;
  const fetched = new Map<string, Fetched>();
  let failed: string | null = null;
  const gaps = getJson<{ gaps: Gap[] }>("api/gaps", { since: (from / 1000).toFixed(3), limit: 1000 })
    .then((answer) => answer.gaps.map(gapTimes), () => []);
  await Promise.all(keys.map(async (key) => {
    const signal = store.signals.get(key);
    if (!signal) return;
    try {
      fetched.set(key, await fetchSeries(signal, from, to, points));
    } catch (problem) {
      failed = problem instanceof Error ? problem.message : String(problem);
    }
  }));
  const found: GapSpan[] = await gaps;
  for (const one of fetched.values()) found.push(...one.gaps);
  return { fetched, gaps: found, failed };
}

/** The gaps that concern these signals: of their channels and sources, or of the whole node. Each once, ascending: one answer has the fractions of a millisecond, another has not. */
function concerning(keys: string[], lists: GapSpan[][]): GapSpan[] {
  const streams = keys.flatMap((key) => store.signals.get(key)?.stream ?? []);
  const mine = new Set(streams.flatMap((stream) => [stream.channel, stream.source]));
  const others = new Set([...store.streams.flatMap((stream) => [stream.channel, stream.source]), ...(store.status?.lanes ?? []).map((lane) => lane.name)]);
  const found = new Map<string, GapSpan>();
  for (const gap of lists.flat()) {
    if (NOT_OF_DATA.has(gap.reason) || (others.has(gap.where) && !mine.has(gap.where))) continue;
    found.set(`${Math.floor(gap.from_ms)} ${gap.where} ${gap.reason}`, gap);
  }
  return [...found.values()].sort((a, b) => a.from_ms - b.from_ms);
}

/** Signals over the last `window_ms`, kept current. Call it from a component that follows the store. */
export function useSeries(keys: string[], window_ms: number, points: number): SeriesView {
  const of = `${keys.join(" ")} ${window_ms} ${points}`;
  const [loaded, set] = useState<Loaded | null>(null);
  const known = keys.every((key) => store.signals.has(key));
  useEffect(() => {
    if (!known) return;
    let wanted = true;
    let timer = 0;
    const go = async () => {
      const got = await load(keys, window_ms, points);
      if (!wanted) return;
      // What could not be had again stays as it was.
      set((old) => ({ of, ...got, fetched: new Map([...(old?.of === of ? old.fetched : []), ...got.fetched]) }));
      timer = window.setTimeout(() => void go(), got.failed === null ? REFRESH_MS : RETRY_MS);
    };
    void go();
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [of, known, store.historyVersion]);

  const to = store.chartNow();
  const grid = gridOf(to - window_ms, to, points);
  const current = loaded?.of === of ? loaded : null;
  const gaps = concerning(keys, [current?.gaps ?? [], (store.status?.gaps.recent ?? []).map(gapTimes)])
    .filter((gap) => gap.to_ms > grid.from);
  if (store.lostAt !== null) {
    gaps.push({ from_ms: store.lostAt, to_ms: to, reason: "connection lost", where: "", count: null });
  }
  const seen_from = Math.min(to, ...keys.map((key) => store.recent(key).buckets[0]?.t ?? to));
  const waits = waitsInJournal(store.status?.lanes ?? [], store.nodeNow(), seen_from);
  if (waits) gaps.push({ ...waits, reason: WAITS, where: "", count: null });
  const columns = new Map<string, Column>();
  for (const key of keys) {
    const signal = store.signals.get(key);
    const stale = Math.max(3000, signal ? store.seen.get(signal.stream.stream)?.row.stale_after_ms ?? 5000 : 0);
    columns.set(key, column(grid, current?.fetched.get(key), store.recent(key).buckets, stale, gaps));
  }
  return { grid, columns, gaps, loading: current === null, failed: current?.failed ?? null };
}
