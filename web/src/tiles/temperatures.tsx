import type { TempRow } from "../layout/tile";
import { axisOf, bandOf, type Band } from "../model/bands";
import { number } from "../model/format";
import { isOut, type Reading } from "../model/signal";
import { Explainable } from "../ui/num";
import { readingText } from "../ui/reading";
import { Chips } from "../ui/chips";
import { Tile } from "../ui/tile";
import { store, useLive } from "../ui/live";
import { useSeries, type SeriesView } from "../ui/use_series";

interface Shown {
  row: TempRow;
  band: Band | null;
  readings: Reading[];
  now: number[]; // of the sensors that are to be believed
  warm: boolean;
}

const TEN_MINUTES_MS = 600_000;

function look(row: TempRow, view: SeriesView): Shown {
  const signals = row.keys.flatMap((key) => store.signals.get(key) ?? []);
  const readings = signals.map((signal) => store.reading(signal));
  const believed = signals.filter((signal, i) => readings[i]!.value !== null && !isOut(signal.info, readings[i]!.value!));
  const now = believed.map((signal) => store.reading(signal).value!);
  const lately = (pick: "min" | "max") => believed.flatMap((signal) =>
    view.columns.get(signal.key)![pick].filter((v): v is number => v !== null && !isOut(signal.info, v)));
  const band = bandOf({ now, low: lately("min"), high: lately("max") });
  const most = Math.min(...signals.map((signal) => signal.info.max ?? Infinity));
  return { row, band, readings, now, warm: band !== null && band.value > 0.8 * most };
}

/** Each place on one axis: now, and between which values it was in ten minutes or over its sensors. */
export function TemperaturesTile({ title, rows, chips, span }: { title: string; rows: TempRow[]; chips: string[]; span: number }) {
  useLive(500);
  const view = useSeries(rows.flatMap((row) => row.keys), TEN_MINUTES_MS, 60);
  const shown = rows.map((row) => look(row, view));
  const axis = axisOf(shown.map((one) => one.band));
  const unit = store.signals.get(rows[0]?.keys[0] ?? "")?.info.unit ?? "°C";
  return (
    <Tile title={title} span={span} class="temperatures" corner={`${unit} · ten minutes`}>
      <div class="rows">{shown.map((one) => <Row key={one.row.keys[0]} shown={one} axis={axis} />)}</div>
      <div class="scale" aria-hidden="true"><span>{number(axis.from)}</span><span>{number((axis.from + axis.to) / 2)}</span><span>{number(axis.to)}</span></div>
      {chips.length ? <Chips signals={chips} /> : null}
    </Tile>
  );
}

function Row({ shown, axis }: { shown: Shown; axis: { from: number; to: number } }) {
  const { row, band, readings, now, warm } = shown;
  const at = (value: number) => `${((value - axis.from) / (axis.to - axis.from)) * 100}%`;
  const worst = readings.find((one) => one.standing !== "good");
  const doubted = worst && readings.length > 1 && readings.some((one) => one.standing === "good");
  const standing = worst && !doubted ? worst.standing : "good";
  const signal = store.signals.get(row.keys[0]!);
  const text = band ? number(band.value, 1) : signal ? readingText(signal, readings[0]!) : "–";
  const many = row.keys.length > 1 && band ? `min ${number(Math.min(...now), 1)} · mean ${number(band.value, 1)} · max ${number(Math.max(...now), 1)}` : "";
  const doubt = doubted ? `one of ${readings.length}: ${worst.why?.long}` : worst?.why?.long ?? "";
  return (
    <div class={`temp ${warm ? "warm" : ""}`}>
      <span class="name" title={row.label}>{row.label}{row.keys.length > 1 ? <small> ×{row.keys.length}</small> : null}</span>
      <div class={`band ${standing}`}>
        {band ? <><i style={{ left: at(band.low), width: `calc(${at(band.high)} - ${at(band.low)})` }} /><u style={{ left: at(band.value) }} /></> : null}
        {worst && !doubted ? <small class={`told ${band ? "over" : ""}`}>{worst.why?.word}</small> : null}
      </div>
      <Explainable keys={[row.keys[0]!]} standing={standing} title={doubt}>{text}</Explainable>
      {many ? <small class="now">{many}</small> : null}
    </div>
  );
}
