// A trip out of speed and power over time. Pure.
import type { Column, Grid } from "./series";

export interface Trip {
  from_ms: number;
  km: number;
  kwh: number; // net, from the battery
  out_kwh: number;
  back_kwh: number;
  seconds: number;
}

const STOOD_MS = 300_000; // standing for longer ends a trip
const MOVING = 1;

/** Speed in km/h, power in kW. The latest trip on the grid; null: nothing moved. */
export function tripOf(grid: Grid, speed: Column, power: Column): Trip | null {
  let first = -1;
  let last = -1;
  for (let i = 0; i < grid.n; ++i) {
    if ((speed.mean[i] ?? 0) < MOVING) continue;
    if (first < 0 || (i - last) * grid.step > STOOD_MS) first = i;
    last = i;
  }
  if (first < 0) return null;
  const trip: Trip = { from_ms: grid.from + first * grid.step, km: 0, kwh: 0, out_kwh: 0, back_kwh: 0, seconds: 0 };
  const hours = grid.step / 3_600_000;
  for (let i = first; i <= last; ++i) {
    trip.km += (speed.mean[i] ?? 0) * hours;
    const kwh = (power.mean[i] ?? 0) * hours;
    trip.kwh += kwh;
    if (kwh > 0) trip.out_kwh += kwh;
    else trip.back_kwh -= kwh;
  }
  trip.seconds = ((last - first + 1) * grid.step) / 1000;
  return trip;
}

/** Factor from a unit of speed to km/h. */
export const toKmh = (unit: string): number => (/^m(ph|i)/i.test(unit) ? 1.609344 : /^m\/s/i.test(unit) ? 3.6 : 1);
