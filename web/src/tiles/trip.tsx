import type { Power } from "../layout/tile";
import { clockMinute, clockSpan, number } from "../model/format";
import { product, type Column } from "../model/series";
import { toKmh, tripOf } from "../model/trip";
import { Tile } from "../ui/tile";
import { store, useLive } from "../ui/live";
import { useSeries } from "../ui/use_series";

const WINDOW_MS = 2 * 3_600_000;
const POINTS = 1440;

/** The trip that goes on, or the last one: from two hours of speed and power. */
export function TripTile({ title, speed, power, span }: { title: string; speed: string; power: Power; span: number }) {
  useLive(2000);
  const { grid, columns, loading } = useSeries([speed, power.volts, power.amperes], WINDOW_MS, POINTS);
  const factor = toKmh(store.signals.get(speed)?.info.unit ?? "");
  const scaled = (column: Column): Column => ({ ...column, mean: column.mean.map((v) => (v === null ? null : v * factor)) });
  const trip = loading ? null : tripOf(grid, scaled(columns.get(speed)!), product(columns.get(power.volts)!, columns.get(power.amperes)!, 0.001));
  const begun = trip && trip.from_ms <= grid.from + grid.step ? "two hours" : trip ? `since ${clockMinute(trip.from_ms)}` : "";
  const figure = (text: string | null, unit: string) => <div><b>{text ?? "–"}</b>{unit}</div>;
  return (
    <Tile title={title} span={span} corner={loading ? "reading the history" : begun}>
      <div class="figures">
        {figure(trip && trip.km > 0.2 ? number((trip.kwh / trip.km) * 1000) : null, "Wh/km")}
        {figure(trip && number(trip.km, 1), "km")}
        {figure(trip && number(trip.out_kwh, 2), "kWh out")}
        {figure(trip && number(trip.back_kwh, 2), "kWh back")}
        {figure(trip && number(trip.seconds > 0 ? trip.km / (trip.seconds / 3600) : 0), "km/h mean")}
        {figure(trip && clockSpan(trip.seconds), "h")}
      </div>
    </Tile>
  );
}
