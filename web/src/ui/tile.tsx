import type { ComponentChildren } from "preact";
import { duration } from "../model/format";
import { store } from "./live";

/** Where a tile's value comes from, how it stands where it is not good, and how old it is: "VehicleSpeed.kmh · 8 ms". */
export function Origin({ of, text }: { of: string; text?: string }) {
  const signal = store.signals.get(of);
  if (!signal) return null;
  const seen = store.newestWith(signal);
  const { why, standing } = store.reading(signal);
  const age = seen ? store.age_ms(seen) : Infinity;
  return (
    <span class={`origin ${standing}`}>
      <span class="source">{text ?? `${signal.stream.message}.${signal.info.name}`}</span>
      {why ? <><span class="sep"> · </span><b class="told" title={why.long}>{why.word}</b></> : null}
      {seen ? <span class="age"> · {duration((age < 1000 ? seen.row.age_ms : age) / 1000)}</span> : null}
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
