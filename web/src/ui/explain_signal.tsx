import { hexOf, parseHex, physical, rawBits, rawValue } from "../model/bits";
import { canId, decimalsOf, duration, number, plain } from "../model/format";
import { isAbsent, type Signal } from "../model/signal";
import { Bits, bytesOf, HexBytes } from "./bits";
import { store } from "./live";
import { readingText } from "./reading";

/** "0x18C4 × 0.01 = 63.40 km/h", worked out here from the frame's bytes. */
function Formula({ signal, data }: { signal: Signal; data: Uint8Array }) {
  const layout = signal.info.layout!;
  const bits = rawBits(data, layout);
  if (bits === null) return <div class="warn-text">the frame is too short for it</div>;
  const raw = rawValue(bits, layout);
  const decimals = layout.float ? 3 : Math.max(decimalsOf(layout.factor), decimalsOf(layout.offset));
  const signed = typeof raw === "number" || raw < 0n ? ` → ${number(Number(raw), layout.float ? 3 : 0)}` : "";
  const times = layout.factor !== 1 ? ` × ${layout.factor}` : "";
  const plus = layout.offset > 0 ? ` + ${layout.offset}` : layout.offset < 0 ? ` − ${-layout.offset}` : "";
  const label = signal.info.labels.find((entry) => Number(entry.value) === physical(raw, layout))?.text;
  return (
    <div class="formula">
      <span class="raw">{hexOf(bits, layout.length)}</span>{signed}{times}{plus} = <b>{number(physical(raw, layout), decimals)} {signal.info.unit}</b>
      {label ? <> = <b>{label}</b></> : null}
    </div>
  );
}

/** Where one value comes from: frame, bytes, bits, arithmetic, and whether it can be believed. */
export function ExplainSignal({ of }: { of: string }) {
  const signal = store.signals.get(of);
  if (!signal) return null;
  const { stream, info } = signal;
  const seen = store.newestWith(signal);
  const reading = store.reading(signal);
  const data = parseHex(seen?.row.data ?? "");
  const from = seen?.row.id != null ? seen.row : stream; // of J1939 many identifiers have one stream
  const layout = info.layout ?? null;
  const range = info.min !== null && info.max !== null ? `declared range ${plain(info.min)} … ${plain(info.max)}` : "";
  return (
    <section>
      <header>{[from.id === null ? null : canId(from.id, from.extended), stream.channel, stream.message].filter(Boolean).join(" · ")}<em>{info.name}</em></header>
      {data.length ? <HexBytes data={data} lit={bytesOf(layout)} /> : null}
      {data.length && layout ? <Bits data={data} layout={layout} /> : null}
      {data.length && layout && !isAbsent(reading) ? <Formula signal={signal} data={data} />
        : <div class="formula"><b>{isAbsent(reading) && reading.why ? reading.why.word : readingText(signal, reading)} {isAbsent(reading) ? "" : info.unit}</b></div>}
      <footer class={reading.standing === "good" ? "" : "warn-text"}>
        {[reading.why?.long, seen ? `${duration(reading.age_ms / 1000)} old` : "", range].filter(Boolean).join(" · ")}
      </footer>
      {info.comment ? <footer>{info.comment}</footer> : null}
    </section>
  );
}
