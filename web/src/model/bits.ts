// Where a signal's bits lie in a frame, and what number they make. Pure; exact for 64 bits.
import type { BitLayout, WrittenLayout } from "../api/types";

/** Null where it does not say where the bits are. */
export function readLayout(written: WrittenLayout | null | undefined): BitLayout | null {
  const start = written?.start ?? written?.start_bit;
  if (!written || start === undefined || !(written.length > 0)) return null;
  return { start, length: written.length, byte_order: /^(motorola|big)/.test(written.byte_order) ? "motorola" : "intel",
    signed: written.signed ?? false, float: written.float ?? false, factor: written.factor ?? 1, offset: written.offset ?? 0,
    ...(written.is_multiplexer ? { selects: true } : {}) };
}

export function parseHex(hex: string): Uint8Array {
  const out = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < out.length; ++i) out[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/**
 * The places of a signal's bits, most significant first, counted from the frame's first bit as people write it: byte 0
 * bit 7 is place 0, byte 0 bit 0 is place 7, byte 1 bit 7 is place 8. A DBC numbers the bits of a byte from 0 (least) to 7;
 * an Intel signal starts at its least significant bit and goes up, a Motorola one at its most significant and goes on to the right.
 */
export function bitPlaces(layout: BitLayout): number[] {
  const place = (bit: number) => (bit >> 3) * 8 + 7 - (bit & 7);
  const places: number[] = [];
  if (layout.byte_order === "motorola") {
    const first = place(layout.start);
    for (let i = 0; i < layout.length; ++i) places.push(first + i);
  } else {
    for (let i = layout.length - 1; i >= 0; --i) places.push(place(layout.start + i));
  }
  return places;
}

/** The signal's bits as an unsigned integer; null where the frame is too short for it. */
export function rawBits(data: Uint8Array, layout: BitLayout): bigint | null {
  let raw = 0n;
  for (const place of bitPlaces(layout)) {
    const byte = data[place >> 3];
    if (byte === undefined) return null;
    raw = (raw << 1n) | BigInt((byte >> (7 - (place & 7))) & 1);
  }
  return raw;
}

export type Raw = bigint | number; // number: of a float signal

export function rawValue(bits: bigint, layout: BitLayout): Raw {
  if (layout.float) {
    const view = new DataView(new ArrayBuffer(8));
    if (layout.length === 32) {
      view.setUint32(0, Number(bits));
      return view.getFloat32(0);
    }
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  }
  return layout.signed ? BigInt.asIntN(layout.length, bits) : bits;
}

export const physical = (raw: Raw, layout: BitLayout): number => Number(raw) * layout.factor + layout.offset;

/** "0x18C4", as many digits as the bits need. */
export const hexOf = (bits: bigint, length: number): string =>
  `0x${bits.toString(16).toUpperCase().padStart(Math.ceil(length / 4), "0")}`;
