import { useState } from "preact/hooks";
import { decimalsFor, clockTime, dayOf, number, plural, when } from "../model/format";
import { gapMark, reasonText } from "../model/events";
import { OUT } from "../model/quality";
import { product, type Column, type Grid } from "../model/series";
import { isOut } from "../model/signal";
import type { Charging, Line } from "../layout/tile";
import { store, useLive } from "./live";
import { Plot, type PlotLine } from "./plot";
import type { Span } from "./plot_paint";
import { useSeries, WAITS, type GapSpan } from "./use_series";

const INKS = ["accent", "violet", "mute", "text"];
const inkOf = (line: Line, i: number, lines: Line[]): string =>
  line.keys.length === 2 ? "flow" : INKS[(i - (lines[0]?.keys.length === 2 ? 1 : 0)) % INKS.length]!;

function gapSpan(gap: GapSpan): Span {
  if (gap.reason === "connection lost") return { ...gap, kind: "lost", text: "no connection" };
  if (gap.reason === WAITS) return { ...gap, kind: "waits", text: WAITS };
  return { ...gap, kind: "gap", text: gapMark(gap) };
}

/** Where a flag is set, as spans. */
export function flagged(grid: Grid, flag: Column | undefined, kind: Span["kind"], text: string): Span[] {
  const spans: Span[] = [];
  flag?.mean.forEach((value, i) => {
    if (value === null || value < 0.5) return;
    const from_ms = grid.from + i * grid.step;
    const last = spans[spans.length - 1];
    if (last && last.to_ms === from_ms) last.to_ms += grid.step;
    else spans.push({ from_ms, to_ms: from_ms + grid.step, kind, text });
  });
  return spans;
}

/** With the day in front where a chart does not end today: that of a recording. */
const dated = (to_ms: number, text: string): string => (Math.abs(store.nodeNow() - to_ms) < 3_600_000 ? text : `${dayOf(to_ms)}, ${text}`);

interface Props {
  lines: Line[];
  window_ms: number;
  points: number;
  height: number;
  label: string;
  charging?: Charging | null;
  sync?: string;
}

/** Lines over time with a legend that says the values under the cursor. */
export function Chart({ lines, window_ms, points, height, label, charging, sync }: Props) {
  useLive(1000);
  const [index, setIndex] = useState<number | null>(null);
  const flag = charging?.flag ?? null;
  const keys = [...new Set([...lines.flatMap((line) => line.keys), ...(flag ? [flag] : [])])];
  const { grid, columns, gaps, loading, failed } = useSeries(keys, window_ms, points);
  const plotted = lines.map((line, i): PlotLine => {
    const [a, b] = line.keys.map((key) => columns.get(key)!);
    return { label: line.label, unit: line.unit, ink: inkOf(line, i, lines), column: b ? product(a!, b, line.scale) : a!, of: line.keys };
  });
  const spans = [...gaps.map(gapSpan), ...flagged(grid, flag ? columns.get(flag) : undefined, "charging", "charging")];
  const filled = store.status?.filled_in;
  if (filled && filled.to_ms > grid.from) spans.push({ from_ms: filled.from_ms, to_ms: filled.to_ms, kind: "filled", text: "filled in beforehand" });
  const shown = index !== null && index < grid.n ? index : null;
  const at = shown === null ? null : grid.from + shown * grid.step;
  const missing = at === null ? undefined : gaps.find((gap) => gap.from_ms <= at && at < gap.to_ms);
  const counted = (kind: Span["kind"]) => spans.filter((span) => span.kind === kind).length;
  return (
    <div class="chart" data-gaps={counted("gap")} data-lost={counted("lost")} data-charging={counted("charging")} data-filled={counted("filled")}>
      <div class="legend" aria-live="off">
        {plotted.map((line) => <LegendEntry key={line.label} line={line} index={shown} missing={missing !== undefined} />)}
        <span class={`at ${at === null ? "idle" : ""}`}>{missing ? reasonText(missing.reason) : at !== null ? (window_ms > 86_400_000 ? when(at) : clockTime(at))
          : failed ?? (loading ? "reading the history" : dated(grid.from + grid.n * grid.step, "min–max band"))}</span>
      </div>
      <Plot lines={plotted} grid={grid} spans={spans} height={height} label={[label, ...gaps.length ? [plural(gaps.length, "gap")] : [], ...counted("charging") ? ["charging"] : []].join(", ")} onCursor={setIndex} {...(sync ? { sync } : {})} />
    </div>
  );
}

/** Why there is no value, or how one is not as it should be. Of the past that this page has not seen, only that there is none. */
function doubtOf(line: PlotLine, at: number, now: boolean, value: number | null): string | undefined {
  const signals = line.of.flatMap((key) => store.signals.get(key) ?? []);
  if (now) return signals.map((signal) => store.reading(signal).why?.word).find(Boolean);
  if (value === null) return line.column.why[at] ?? "no value";
  const [only] = signals;
  return signals.length === 1 && only && (isOut(only.info, line.column.min[at] ?? value) || isOut(only.info, line.column.max[at] ?? value)) ? OUT.word : undefined;
}

function LegendEntry({ line, index, missing }: { line: PlotLine; index: number | null; missing: boolean }) {
  const { mean } = line.column;
  let at = index ?? mean.length - 1;
  if (index === null) while (at > 0 && mean.length - at < 8 && mean[at] === null) --at;
  const doubt = missing ? undefined : doubtOf(line, at, index === null, mean[at] ?? null); // a gap has its own word
  const value = index === null && mean[mean.length - 1] === null && line.column.why[mean.length - 1] !== undefined ? null : mean[at] ?? null;
  const ink = line.ink === "flow" ? (value !== null && value < 0 ? "good" : "warn") : line.ink;
  return (
    <span class={`key ink-${ink}`}>
      <i />{line.label} <b>{value === null ? "–" : number(value, decimalsFor(value, 1))}</b> {line.unit}{doubt ? <small class="doubt">{doubt}</small> : null}
    </span>
  );
}
