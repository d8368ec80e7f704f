import type { BitLayout } from "../api/types";
import { bitPlaces } from "../model/bits";

const MOST_BYTES = 16;

/** The bits of a frame, eight to a byte; those of one signal are lit. */
export function Bits({ data, layout }: { data: Uint8Array; layout: BitLayout }) {
  const lit = new Set(bitPlaces(layout));
  const first = Math.min(...lit) >> 3;
  const start = data.length > MOST_BYTES ? Math.min(first, data.length - MOST_BYTES) : 0;
  const bytes = Array.from(data.subarray(start, start + MOST_BYTES), (byte, i) => ({ byte, at: start + i }));
  return (
    <div class="bits" role="img" aria-label={`${layout.length} bits lit, from byte ${first}`}>
      {bytes.map(({ byte, at }) => (
        <span class="byte" key={at}>
          {Array.from({ length: 8 }, (_, i) => (
            <i key={i} class={`${lit.has(at * 8 + i) ? "lit" : ""} ${(byte >> (7 - i)) & 1 ? "one" : ""}`} />
          ))}
        </span>
      ))}
    </div>
  );
}

export const bytesOf = (layout: BitLayout | null): Set<number> => new Set(layout ? bitPlaces(layout).map((place) => place >> 3) : []);

/** The same bytes as digits; those that are lit stand out. */
export function HexBytes({ data, lit }: { data: Uint8Array; lit: ReadonlySet<number> }) {
  const shown = data.length > 32 ? data.subarray(0, 32) : data;
  return (
    <div class="hex">
      {Array.from(shown, (byte, i) => <span key={i} class={lit.has(i) ? "lit" : ""}>{byte.toString(16).toUpperCase().padStart(2, "0")}</span>)}
      {data.length > shown.length ? "…" : ""}
    </div>
  );
}
