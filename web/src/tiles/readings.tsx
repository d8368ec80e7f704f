import { fullTitle, title as nameOf } from "../layout/hints";
import type { Signal } from "../model/signal";
import { Num } from "../ui/num";
import { Tile } from "../ui/tile";
import { store, useLive } from "../ui/live";

const NAMELESS = /^(current|voltage|status|state|value|speed|mode|temperature)$/i;

/** What is left: name and value, side by side. */
export function ReadingsTile({ title, signals, span }: { title: string; signals: string[]; span: number }) {
  useLive(250);
  const known = signals.flatMap((key) => store.signals.get(key) ?? []);
  const name = (signal: Signal) =>
    NAMELESS.test(signal.info.name) || known.filter((other) => nameOf(other) === nameOf(signal)).length > 1 ? fullTitle(signal) : nameOf(signal);
  return (
    <Tile title={title} span={span} corner={<a href="#/signals">all signals</a>}>
      <div class="chips">
        {known.map((signal) => <span class="chip" key={signal.key}>{name(signal)} <Num of={signal.key} unit /></span>)}
      </div>
    </Tile>
  );
}
