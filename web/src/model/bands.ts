// A temperature row: several sensors of one place, and what they did lately. Pure.

export interface BandInput {
  now: number[]; // of the sensors that are to be believed
  low: number[]; // lowest and highest of each lately
  high: number[];
}

export interface Band {
  value: number; // their mean
  low: number;
  high: number;
}

export function bandOf({ now, low, high }: BandInput): Band | null {
  if (!now.length) return null;
  const value = now.reduce((sum, v) => sum + v, 0) / now.length;
  return { value, low: Math.min(...now, ...low), high: Math.max(...now, ...high) };
}

/** One axis for all rows, in steps of twenty, so that it stays where it is. */
export function axisOf(bands: (Band | null)[]): { from: number; to: number } {
  const values = bands.flatMap((band) => (band ? [band.low, band.high] : []));
  if (!values.length) return { from: 0, to: 40 };
  const from = Math.floor((Math.min(...values) - 2) / 20) * 20;
  return { from: Math.min(from, 0), to: Math.max(40, Math.ceil((Math.max(...values) + 2) / 20) * 20) };
}
