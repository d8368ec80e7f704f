import { plain } from "../model/format";
import { Num } from "../ui/num";
import { Spark } from "../ui/spark";
import { Origin, Tile } from "../ui/tile";
import { store, useLive } from "../ui/live";

/** Any signal: its value, where it lies in its declared range, and the last minutes. */
export function NumberTile({ title, signal, span }: { title: string; signal: string; span: number }) {
  useLive(200);
  const known = store.signals.get(signal);
  const reading = known ? store.reading(known) : null;
  const { min = null, max = null, unit = "" } = known?.info ?? {};
  const ranged = min !== null && max !== null && max > min;
  const at = ranged && reading?.value != null ? Math.min(1, Math.max(0, (reading.value - min) / (max - min))) : null;
  return (
    <Tile title={title} span={span} class="number" corner={<Origin of={signal} />}>
      <p class="big"><Num of={signal} /><span class="unit">{unit}</span></p>
      {ranged ? (
        <div class={`range ${reading?.standing ?? ""}`} title={`declared range ${plain(min)} … ${plain(max)} ${unit}`}>
          <small>{plain(min)}</small><div class="bar">{at === null ? null : <i style={{ width: `${at * 100}%` }} />}</div><small>{plain(max)}</small>
        </div>
      ) : null}
      <Spark of={signal} />
    </Tile>
  );
}
