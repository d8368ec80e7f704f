import type { Charging } from "../layout/tile";
import { duration, number } from "../model/format";
import { Num } from "../ui/num";
import { Origin, Tile } from "../ui/tile";
import { store, useLive } from "../ui/live";
import { useSeries } from "../ui/use_series";

const R = 66;
const ROUND = 2 * Math.PI * R;

interface Props {
  title: string;
  span: number;
  signal: string;
  beside: string | null;
  charging: Charging | null;
}

/** A share of a whole: the ring, and which way it has gone. */
export function RingTile({ title, span, signal, beside, charging }: Props) {
  useLive(250);
  const known = store.signals.get(signal);
  const reading = known ? store.reading(known) : null;
  const min = known?.info.min ?? 0;
  const max = known?.info.max ?? 100;
  const share = reading?.value != null ? Math.min(1, Math.max(0, (reading.value - min) / (max - min || 1))) : null;
  const tone = share === null || !/%|percent/i.test(known?.info.unit ?? "") ? "accent" : share < 0.1 ? "bad" : share < 0.2 ? "warn" : "good";
  return (
    <Tile title={title} span={span} class="ring" corner={<Origin of={signal} />}>
      <div class={`dial ink-${tone} ${reading?.standing ?? ""}`}>
        <svg viewBox="0 0 160 160" aria-hidden="true">
          <circle cx="80" cy="80" r={R} class="track" />
          {share === null ? null : <circle cx="80" cy="80" r={R} class="share" stroke-dasharray={`${share * ROUND} ${ROUND}`} transform="rotate(-90 80 80)" />}
        </svg>
        <div class="inside">
          <b><Num of={signal} decimals={max - min > 20 ? 0 : 1} /></b>
          <span>{known?.info.unit}{beside ? <> · <Num of={beside} /> {store.signals.get(beside)?.info.name}</> : null}</span>
        </div>
      </div>
      <Trend of={signal} charging={charging} />
    </Tile>
  );
}

function Trend({ of, charging }: { of: string; charging: Charging | null }) {
  const { columns, grid } = useSeries([of], 3_600_000, 240);
  const values = columns.get(of)!.mean;
  const value = (key: string | null) => {
    const signal = key === null ? undefined : store.signals.get(key);
    return signal ? store.reading(signal).value : null;
  };
  const left = value(charging?.remaining ?? null);
  if ((value(charging?.flag ?? null) ?? 0) > 0.5) return <p class="note good-text">charging{left ? `, ${duration(left * 60)}` : ""}</p>;
  const first = values.findIndex((v) => v !== null);
  const now = store.signals.get(of) ? store.reading(store.signals.get(of)!).value : null;
  if (first < 0 || now === null) return <p class="note">&nbsp;</p>;
  const change = now - values[first]!;
  const seconds = ((values.length - first) * grid.step) / 1000;
  const span = seconds > 3500 ? "the last hour" : `the last ${duration(seconds)}`;
  const unit = store.signals.get(of)!.info.unit;
  const text = Math.abs(change) < 0.05 ? `steady in ${span}` : `${change > 0 ? "+" : ""}${number(change, Math.abs(change) < 10 ? 1 : 0)} ${unit} in ${span}`;
  return <p class="note">{text}</p>;
}
