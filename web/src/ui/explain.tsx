import { useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import { number } from "../model/format";
import { explained, onExplained, stopExplaining } from "./explain_state";
import { ExplainSignal } from "./explain_signal";
import { store, useLive } from "./live";

/** Volts times amperes, where that is what a number is. */
function Product({ keys }: { keys: string[] }) {
  const values = keys.map((key) => store.signals.get(key)).map((signal) => signal && store.reading(signal).value);
  const [a, b] = values;
  if (a == null || b == null) return null;
  return <div class="formula product">{number(a, 1)} V × {number(b, 1)} A = <b>{number((a * b) / 1000, 2)} kW</b></div>;
}

/** The one pop-up of the page, beside the number it explains. */
export function Explain() {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const box = useRef<HTMLDivElement>(null);
  useLive(100);
  useEffect(() => onExplained(() => draw(0)), []);
  useEffect(() => {
    const escape = (event: KeyboardEvent) => event.key === "Escape" && stopExplaining(undefined, true);
    const away = (event: Event) => !(event.target as Element).closest(".num, .explain") && stopExplaining(undefined, true);
    const scroll = () => stopExplaining(undefined, true);
    window.addEventListener("keydown", escape);
    window.addEventListener("pointerdown", away);
    window.addEventListener("scroll", scroll, { passive: true });
    return () => {
      window.removeEventListener("keydown", escape);
      window.removeEventListener("pointerdown", away);
      window.removeEventListener("scroll", scroll);
    };
  }, []);
  const now = explained();
  const anchor = now?.anchor.isConnected ? now.anchor : null;
  useLayoutEffect(() => {
    if (!box.current || !anchor) return;
    const from = anchor.getBoundingClientRect();
    const own = box.current.getBoundingClientRect();
    const below = from.bottom + 8 + own.height <= window.innerHeight || from.top < own.height + 8;
    box.current.style.left = `${Math.max(8, Math.min(from.left, window.innerWidth - own.width - 8))}px`;
    box.current.style.top = `${below ? from.bottom + 8 : from.top - own.height - 8}px`;
  });
  return (
    <div id="explain" class="explain" role="tooltip" ref={box} hidden={!anchor}>
      {anchor && now ? now.keys.map((key) => <ExplainSignal key={key} of={key} />) : null}
      {anchor && now && now.keys.length === 2 ? <Product keys={now.keys} /> : null}
    </div>
  );
}
