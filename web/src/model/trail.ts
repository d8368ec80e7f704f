// A track in a box, without a map. Pure.
import type { Column } from "./series";

export interface Track {
  pieces: { d: string; opacity: number }[];
  end: [number, number] | null;
  metres: number; // across the box's width
}

const METRES_PER_DEGREE = 111_320;
const PIECES = 12;

/** North is up, degrees of longitude shrink with latitude, both axes have one scale. Older pieces fade. */
export function trackOf(lat: Column, lon: Column, width: number, height: number, pad = 12): Track {
  const points: ([number, number] | null)[] = lat.mean.map((y, i) => {
    const x = lon.mean[i];
    return y == null || x == null || (y === 0 && x === 0) ? null : [x, y];
  });
  const known = points.filter((p): p is [number, number] => p !== null);
  if (!known.length) return { pieces: [], end: null, metres: 0 };
  const [west, east] = [Math.min(...known.map((p) => p[0])), Math.max(...known.map((p) => p[0]))];
  const [south, north] = [Math.min(...known.map((p) => p[1])), Math.max(...known.map((p) => p[1]))];
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const wide = Math.max((east - west) * shrink, 1e-5);
  const high = Math.max(north - south, 1e-5);
  const scale = Math.min((width - 2 * pad) / wide, (height - 2 * pad) / high);
  const left = (width - (east - west) * shrink * scale) / 2;
  const top = (height - (north - south) * scale) / 2;
  const place = ([x, y]: [number, number]): [number, number] => [left + (x - west) * shrink * scale, top + (north - y) * scale];
  const pieces = Array.from({ length: PIECES }, () => "");
  let before: string | null = null;
  points.forEach((point, i) => {
    if (!point) return void (before = null);
    const at = place(point).map((v) => v.toFixed(1)).join(" ");
    const piece = Math.min(PIECES - 1, Math.floor((i / points.length) * PIECES));
    if (before) pieces[piece] += `${pieces[piece]!.endsWith(before) ? "" : `M${before}`}L${at}`;
    before = at;
  });
  return {
    pieces: pieces.flatMap((d, i) => (d ? [{ d, opacity: 0.15 + (0.85 * (i + 1)) / PIECES }] : [])),
    end: place(known[known.length - 1]!),
    metres: (width / scale) * METRES_PER_DEGREE,
  };
}

/** A round length for the scale bar: about a quarter of the box. */
export function barLength(metres: number): number {
  const target = metres / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(target, 1)));
  return [5, 2, 1].map((m) => m * power).find((length) => length <= target) ?? power;
}
