import type { ComponentChildren } from "preact";
import { duration } from "../model/format";
import { store } from "./live";

/** Where a tile's value comes from and how old it is: "VehicleSpeed.kmh · 8 ms". */
export function Origin({ of, text }: { of: string; text?: string }) {
  const signal = store.signals.get(of);
  const seen = signal && store.seen.get(signal.stream.stream);
  if (!signal) return null;
  const age = seen ? store.age_ms(seen) : Infinity;
  const stale = !seen || seen.row.stale || age > seen.row.stale_after_ms || !store.connected;
  const said = !seen ? "not seen yet" : duration((age < 1000 ? seen.row.age_ms : age) / 1000);
  return (
    <span class={`origin ${stale ? "stale" : ""}`}>
      <span class="source">{text ?? `${signal.stream.message}.${signal.info.name}`}</span> · {said}
    </span>
  );
}

interface Props {
  title: string;
  span: number;
  corner?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Tile({ title, span, corner, children, ...rest }: Props) {
  return (
    <section class={`tile span${span} ${rest.class ?? ""}`} aria-label={title}>
      <h2><span title={title}>{title}</span><span class="corner">{corner}</span></h2>
      {children}
    </section>
  );
}
