import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { clockMinute, dayOf, decimalsOf, number, plain } from "../model/format";
import { gridTimes, type Column, type Grid } from "../model/series";
import { flowInk, paintOver, paintUnder, type Span } from "./plot_paint";
import { canvasFont, scale, useScale } from "./scale";
import { colour, useTheme } from "./theme";

export interface PlotLine {
  label: string;
  unit: string;
  ink: string; // name of a colour; "flow": amber above zero, green below
  column: Column;
  of: string[]; // signals
}

interface Props {
  lines: PlotLine[];
  grid: Grid;
  spans: Span[];
  height: number;
  sync?: string;
  label: string;
  onCursor?: (index: number | null) => void;
}

const HOUR = 3600;
const TIMES = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, ...[1, 2, 5, 10].map((days) => days * 24 * HOUR)]; // apart

function timeText(seconds: number, range_s: number): string {
  const minute = clockMinute(seconds * 1000);
  return range_s <= 20 * HOUR ? minute : minute === "00:00" || range_s > 5 * 24 * HOUR ? dayOf(seconds * 1000) : minute;
}

/** As many decimals as the ticks are apart; very large ones with a power of ten. */
const tickText = (value: number, apart: number): string => (Math.abs(value) >= 1e7 ? plain(Number(value.toPrecision(4))) : number(value, Math.min(6, decimalsOf(apart))));

/** The width of the widest label in CSS pixels. */
function widest(plot: uPlot, texts: string[] | null): number {
  plot.ctx.font = canvasFont(devicePixelRatio);
  return Math.max(0, ...(texts ?? []).map((text) => plot.ctx.measureText(text).width)) / devicePixelRatio;
}

function axes(units: string[], small: boolean): uPlot.Axis[] {
  const unit = scale();
  const shared = { stroke: () => colour("mute"), font: canvasFont(), ticks: { show: false } };
  const grid = { stroke: () => colour("line"), width: 1 };
  return [
    { ...shared, grid: { show: false }, incrs: TIMES, space: 80 * unit, size: 24 * unit, gap: 8 * unit,
      values: (plot, at) => at.map((s) => timeText(s, (plot.scales.x!.max ?? 0) - (plot.scales.x!.min ?? 0))) },
    ...units.slice(0, 2).map((name, i): uPlot.Axis => ({
      ...shared, scale: name, side: i === 0 ? 3 : 1, size: (plot, texts) => Math.max((small ? 38 : 44) * unit, widest(plot, texts) + 12 * unit), gap: 6 * unit, space: 38 * unit,
      grid: i === 0 ? grid : { show: false }, values: (_, at, __, ___, apart) => at.map((value) => tickText(value, apart)),
    })),
  ];
}

function scaleRange(_: uPlot, low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null) return [0, 1];
  const pad = high > low ? (high - low) * 0.08 : Math.max(Math.abs(high) * 0.1, 1e-3);
  return [low >= 0 && low < (high - low) * 1.5 ? 0 : low - pad, high + pad];
}

const tint = (ink: string): string => `color-mix(in srgb, ${ink} 22%, transparent)`;

function options(lines: PlotLine[], size: { width: number; height: number }, props: () => Props): uPlot.Options {
  const units = [...new Set(lines.map((line) => line.unit))];
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const line of lines) {
    const ink = line.ink === "flow" ? (plot: uPlot) => flowInk(plot, line.unit) : () => colour(line.ink);
    const at = series.length;
    series.push({ label: line.label, scale: line.unit, stroke: ink, width: 2, points: { show: false } });
    const edge: uPlot.Series = { scale: line.unit, width: 0, stroke: "transparent", points: { show: false } };
    series.push({ ...edge }, { ...edge });
    bands.push({ series: [at + 1, at + 2], fill: line.ink === "flow" ? (plot: uPlot) => flowInk(plot, line.unit, tint) : () => tint(colour(line.ink)) });
  }
  const sync = props().sync;
  return {
    ...size, series, bands, legend: { show: false }, padding: [22 * scale(), units.length > 1 ? 0 : 12, 0, 0], // above: the words of spans
    scales: { x: { time: true }, ...Object.fromEntries(units.map((unit) => [unit, { range: scaleRange }])) },
    axes: axes(units, size.width < 500),
    cursor: { y: false, drag: { x: false, y: false }, ...(sync ? { sync: { key: sync } } : {}),
      points: { size: 8, width: 2, fill: (plot, i) => (plot.series[i]!.width ? colour("panel") : "transparent"),
        stroke: (plot, i) => (plot.series[i]!.width ? colour("text") : "transparent") } },
    hooks: {
      drawAxes: [(plot) => paintUnder(plot, props().spans)],
      draw: [(plot) => paintOver(plot, props().spans)],
      setCursor: [(plot) => props().onCursor?.(plot.cursor.idx ?? null)],
    },
  };
}

/** One chart. Its lines may change their values, not their number. */
export function Plot(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const theme = useTheme();
  const unit = useScale();
  const least = Math.round(props.height * unit);
  const shape = props.lines.map((line) => `${line.label} ${line.unit} ${line.ink}`).join("|");
  const data = (): uPlot.AlignedData =>
    [gridTimes(latest.current.grid), ...latest.current.lines.flatMap(({ column }) => [column.mean, column.max, column.min])] as uPlot.AlignedData;

  useEffect(() => {
    const element = box.current!;
    const size = () => ({ width: Math.max(120, element.clientWidth), height: Math.max(least, element.clientHeight) });
    const made = (plot.current = new uPlot(options(latest.current.lines, size(), () => latest.current), data(), element));
    const watcher = new ResizeObserver(() => made.setSize(size()));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, theme, unit, least, props.sync]);
  useEffect(() => plot.current?.setData(data()));

  return <div class="plot" ref={box} role="img" aria-label={props.label} style={{ minHeight: `${least}px` }} />;
}
