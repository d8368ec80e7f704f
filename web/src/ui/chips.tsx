import { fullTitle, title } from "../layout/hints";
import type { Signal } from "../model/signal";
import { store } from "./live";
import { Num } from "./num";

const NAMELESS = /^(current|voltage|status|state|value|speed|mode|temperature)$/i;

const saysUnit = (name: string, unit: string): boolean => name.endsWith(` ${unit}`); // "12 V"

/** Name and value, side by side. */
export function Chips({ signals }: { signals: string[] }) {
  const known = signals.flatMap((key) => store.signals.get(key) ?? []);
  const name = (signal: Signal) =>
    NAMELESS.test(signal.info.name) || known.filter((other) => title(other) === title(signal)).length > 1 ? fullTitle(signal) : title(signal);
  return (
    <div class="chips">
      {known.map((signal) => <span class="chip" key={signal.key}><span>{name(signal)}</span> <Num of={signal.key} worded unit={!saysUnit(name(signal), signal.info.unit)} /></span>)}
    </div>
  );
}
