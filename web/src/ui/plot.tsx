import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { clockMinute, number, when } from "../model/format";
import { gridTimes, type Column, type Grid } from "../model/series";
import { flowStroke, paintOver, paintUnder, type Span } from "./plot_paint";
import { colour, useTheme } from "./theme";

export interface PlotLine {
  label: string;
  unit: string;
  ink: string; // name of a colour; "flow": amber above zero, green below
  column: Column;
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

function timeText(seconds: number, range_s: number): string {
  return range_s > 20 * HOUR ? when(seconds * 1000).slice(0, -3) : clockMinute(seconds * 1000);
}

const tickText = (value: number): string => number(value, Math.abs(value) >= 10 || Number.isInteger(value) ? 0 : Math.abs(value) >= 1 ? 1 : 2);

function axes(units: string[], small: boolean): uPlot.Axis[] {
  const shared = { stroke: () => colour("faint"), font: `11px ${getComputedStyle(document.body).fontFamily}`, ticks: { show: false } };
  const grid = { stroke: () => colour("line"), width: 1 };
  return [
    { ...shared, grid: { show: false }, space: 80, size: 24, gap: 8,
      values: (plot, at) => at.map((s) => timeText(s, (plot.scales.x!.max ?? 0) - (plot.scales.x!.min ?? 0))) },
    ...units.slice(0, 2).map((unit, i): uPlot.Axis => ({
      ...shared, scale: unit, side: i === 0 ? 3 : 1, size: small ? 38 : 44, gap: 6, space: 38,
      grid: i === 0 ? grid : { show: false }, values: (_, at) => at.map(tickText),
    })),
  ];
}

function scaleRange(_: uPlot, low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null) return [0, 1];
  const pad = Math.max((high - low) * 0.08, Math.abs(high) * 0.01, 1e-3);
  return [low >= 0 && low < (high - low) * 1.5 ? 0 : low - pad, high + pad];
}

function options(lines: PlotLine[], size: { width: number; height: number }, props: () => Props): uPlot.Options {
  const units = [...new Set(lines.map((line) => line.unit))];
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const line of lines) {
    const ink = line.ink === "flow" ? (plot: uPlot) => flowStroke(plot, line.unit) : () => colour(line.ink);
    const at = series.length;
    series.push({ label: line.label, scale: line.unit, stroke: ink, width: 2, points: { show: false } });
    const edge: uPlot.Series = { scale: line.unit, width: 0, stroke: "transparent", points: { show: false } };
    series.push({ ...edge }, { ...edge });
    bands.push({ series: [at + 1, at + 2], fill: () => `color-mix(in srgb, ${colour(line.ink === "flow" ? "warn" : line.ink)} 20%, transparent)` });
  }
  const sync = props().sync;
  return {
    ...size, series, bands, legend: { show: false }, padding: [8, units.length > 1 ? 0 : 12, 0, 0],
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
  const shape = props.lines.map((line) => `${line.label} ${line.unit} ${line.ink}`).join("|");
  const data = (): uPlot.AlignedData =>
    [gridTimes(latest.current.grid), ...latest.current.lines.flatMap(({ column }) => [column.mean, column.max, column.min])] as uPlot.AlignedData;

  useEffect(() => {
    const element = box.current!;
    const size = () => ({ width: Math.max(120, element.clientWidth), height: Math.max(latest.current.height, element.clientHeight) });
    const made = (plot.current = new uPlot(options(latest.current.lines, size(), () => latest.current), data(), element));
    const watcher = new ResizeObserver(() => made.setSize(size()));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, theme, props.height, props.sync]);
  useEffect(() => plot.current?.setData(data()));

  return <div class="plot" ref={box} role="img" aria-label={props.label} style={{ minHeight: `${props.height}px` }} />;
}
