// What a chart shows besides its lines: gaps as hatching, spans as shading.
import type uPlot from "uplot";
import { placeLabels } from "./plot_labels";
import { canvasFont, scale } from "./scale";
import { colour } from "./theme";

export interface Span {
  from_ms: number;
  to_ms: number;
  kind: "gap" | "lost" | "waits" | "charging" | "filled";
  text: string;
}

const edges = (plot: uPlot, span: Span, least: number): [number, number] | null => {
  const { left, width } = plot.bbox;
  const from = Math.max(left, plot.valToPos(span.from_ms / 1000, "x", true));
  const to = Math.min(left + width, plot.valToPos(span.to_ms / 1000, "x", true));
  if (to < left || from > left + width) return null;
  return [from, Math.max(least, to - from)];
};

function hatch(g: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, ratio: number): void {
  g.beginPath();
  g.rect(x, y, w, h);
  g.clip();
  g.lineWidth = 2 * ratio;
  g.globalAlpha = 0.5;
  g.beginPath();
  for (let d = -h; d < w; d += 9 * ratio) {
    g.moveTo(x + d, y + h);
    g.lineTo(x + d + h, y);
  }
  g.stroke();
}

/** Under the lines: when it charged, what was filled in beforehand. */
export function paintUnder(plot: uPlot, spans: readonly Span[]): void {
  const g = plot.ctx;
  const { top, height } = plot.bbox;
  for (const span of spans) {
    if (span.kind !== "charging" && span.kind !== "filled") continue;
    const at = edges(plot, span, 1);
    if (!at) continue;
    g.save();
    g.fillStyle = colour(span.kind === "charging" ? "good" : "text");
    g.globalAlpha = span.kind === "charging" ? 0.12 : 0.045;
    g.fillRect(at[0], top, at[1], height);
    g.restore();
  }
}

/** Over the lines: what is missing; and above them the words for all spans. */
export function paintOver(plot: uPlot, spans: readonly Span[]): void {
  const g = plot.ctx;
  const ratio = devicePixelRatio;
  const { top, height } = plot.bbox;
  for (const span of spans) {
    if (!isHole(span)) continue;
    const at = edges(plot, span, 3 * ratio);
    if (!at) continue;
    g.save();
    g.strokeStyle = colour(INKS[span.kind]);
    hatch(g, at[0], top, at[1], height, ratio);
    g.restore();
  }
  paintWords(plot, spans);
}

const INKS: Record<Span["kind"], string> = { gap: "warn", lost: "mute", waits: "accent", charging: "good", filled: "mute" };
const isHole = (span: Span): boolean => span.kind === "gap" || span.kind === "lost" || span.kind === "waits";

function paintWords(plot: uPlot, spans: readonly Span[]): void {
  const g = plot.ctx;
  const unit = devicePixelRatio * scale();
  const { left, top, width } = plot.bbox;
  g.save();
  g.font = canvasFont(devicePixelRatio);
  g.textAlign = "left";
  g.textBaseline = "alphabetic";
  const said = spans.flatMap((span) => {
    const at = span.text ? edges(plot, span, 1) : null;
    const wide = g.measureText(span.text).width;
    return at ? [{ span, from: at[0], to: at[0] + at[1], wide, urgent: isHole(span) || (span.kind === "charging" && wide > at[1]) }] : [];
  });
  placeLabels(said, left, left + width, 10 * unit).forEach((x, i) => {
    if (x === null) return;
    g.fillStyle = colour(INKS[said[i]!.span.kind]);
    g.fillText(said[i]!.span.text, x, top - 6 * unit);
  });
  g.restore();
}

/** Amber above zero, green below: given away and flowing back. `tint` makes of each what is drawn. */
export function flowInk(plot: uPlot, unit: string, tint: (ink: string) => string = (ink) => ink): CanvasGradient | string {
  const { top, height } = plot.bbox;
  const range = plot.scales[unit];
  const [out, back] = [tint(colour("warn")), tint(colour("good"))];
  if (range?.min == null || range.max == null || !height) return out;
  const zero = Math.min(1, Math.max(0, (plot.valToPos(0, unit, true) - top) / height));
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, out);
  gradient.addColorStop(zero, out);
  gradient.addColorStop(zero, back);
  gradient.addColorStop(1, back);
  return gradient;
}
