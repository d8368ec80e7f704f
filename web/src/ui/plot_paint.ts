// What a chart shows besides its lines: gaps as hatching, spans as shading.
import type uPlot from "uplot";
import { colour } from "./theme";

export interface Span {
  from_ms: number;
  to_ms: number;
  kind: "gap" | "lost" | "charging" | "filled";
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
  const ratio = devicePixelRatio;
  const { top, height } = plot.bbox;
  for (const span of spans) {
    if (span.kind !== "charging" && span.kind !== "filled") continue;
    const at = edges(plot, span, 1);
    if (!at) continue;
    g.save();
    g.fillStyle = colour(span.kind === "charging" ? "good" : "text");
    g.globalAlpha = span.kind === "charging" ? 0.12 : 0.045;
    g.fillRect(at[0], top, at[1], height);
    g.globalAlpha = 0.9;
    if (span.kind === "filled") g.fillStyle = colour("faint");
    g.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
    const wide = g.measureText(span.text).width;
    if (wide + 12 * ratio < at[1]) g.fillText(span.text, at[0] + 6 * ratio, span.kind === "filled" ? top + height - 7 * ratio : top + 14 * ratio);
    g.restore();
  }
}

/** Over the lines: what is missing. */
export function paintOver(plot: uPlot, spans: readonly Span[]): void {
  const g = plot.ctx;
  const ratio = devicePixelRatio;
  const { top, height } = plot.bbox;
  for (const span of spans) {
    if (span.kind !== "gap" && span.kind !== "lost") continue;
    const at = edges(plot, span, 3 * ratio);
    if (!at) continue;
    const ink = colour(span.kind === "gap" ? "warn" : "faint");
    g.save();
    g.strokeStyle = ink;
    hatch(g, at[0], top, at[1], height, ratio);
    g.restore();
    g.save();
    g.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
    const wide = g.measureText(span.text).width;
    if (span.text && at[1] >= 5 * ratio) {
      const x = Math.min(Math.max(at[0] + at[1] / 2, plot.bbox.left + wide / 2 + 4 * ratio), plot.bbox.left + plot.bbox.width - wide / 2 - 4 * ratio);
      g.textAlign = "center";
      g.fillStyle = colour("panel");
      g.fillRect(x - wide / 2 - 4 * ratio, top + 4 * ratio, wide + 8 * ratio, 16 * ratio);
      g.fillStyle = ink;
      g.fillText(span.text, x, top + 16 * ratio);
    }
    g.restore();
  }
}

/** Amber above zero, green below: given away and flowing back. */
export function flowStroke(plot: uPlot, scale: string): CanvasGradient | string {
  const { top, height } = plot.bbox;
  const range = plot.scales[scale];
  if (range?.min == null || range.max == null || !height) return colour("warn");
  const zero = Math.min(1, Math.max(0, (plot.valToPos(0, scale, true) - top) / height));
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, colour("warn"));
  gradient.addColorStop(zero, colour("warn"));
  gradient.addColorStop(zero, colour("good"));
  gradient.addColorStop(1, colour("good"));
  return gradient;
}
