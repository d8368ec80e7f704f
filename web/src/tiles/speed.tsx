import { Num } from "../ui/num";
import { Spark } from "../ui/spark";
import { Origin, Tile } from "../ui/tile";
import { store, useLive } from "../ui/live";

/** The speed, as large as it deserves. */
export function SpeedTile({ title, signal, span }: { title: string; signal: string; span: number }) {
  useLive(100);
  const info = store.signals.get(signal)?.info;
  return (
    <Tile title={title} span={span} class="speed" corner={<Origin of={signal} />}>
      <p class="huge"><Num of={signal} decimals={1} /><span class="unit">{info?.unit}</span></p>
      <Spark of={signal} />
    </Tile>
  );
}
