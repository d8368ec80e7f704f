import type { BitLayout } from "../api/types";
import { bitPlaces, readLayout, hexOf, parseHex, physical, rawBits, rawValue } from "./bits";

const layout = (rest: Partial<BitLayout>): BitLayout =>
  ({ start: 0, length: 8, byte_order: "intel", signed: false, factor: 1, offset: 0, ...rest });

describe("bits of a frame", () => {
  it("reads a Motorola signal from its most significant bit on", () => {
    const speed = layout({ start: 7, length: 16, byte_order: "motorola", factor: 0.01 });
    expect(bitPlaces(speed)).toEqual([...Array(16).keys()]);
    const raw = rawBits(parseHex("18C40F6400000000"), speed);
    expect(raw).toBe(0x18c4n);
    expect(physical(raw!, speed)).toBeCloseTo(63.4, 9);
    expect(hexOf(raw!, 16)).toBe("0x18C4");
  });

  it("reads an Intel signal over bytes, the last byte being the most significant", () => {
    const signal = layout({ start: 4, length: 12 });
    expect(bitPlaces(signal)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3]);
    expect(rawBits(parseHex("5AC3"), signal)).toBe(0xc35n);
  });

  it("reads Motorola bits across byte borders that are not aligned", () => {
    const signal = layout({ start: 2, length: 5, byte_order: "motorola" });
    expect(bitPlaces(signal)).toEqual([5, 6, 7, 8, 9]);
    expect(rawBits(parseHex("0580"), signal)).toBe(0b10110n);
  });

  it("knows negative numbers", () => {
    const current = layout({ start: 7, length: 16, byte_order: "motorola", signed: true, factor: 0.1 });
    const raw = rawValue(rawBits(parseHex("FE0A"), current)!, current);
    expect(raw).toBe(-502n);
    expect(physical(raw, current)).toBeCloseTo(-50.2, 9);
  });

  it("keeps all of 64 bits", () => {
    const wide = layout({ length: 64 });
    expect(rawBits(parseHex("FFFFFFFFFFFFFF7F"), wide)).toBe(0x7fffffffffffffffn);
    expect(rawValue(0xffffffffffffffffn, layout({ length: 64, signed: true }))).toBe(-1n);
  });

  it("reads floats", () => {
    expect(rawValue(0x3fc00000n, layout({ length: 32, float: true }))).toBe(1.5);
    expect(rawValue(0xc008000000000000n, layout({ length: 64, float: true }))).toBe(-3);
  });

  it("takes a layout in the words of others", () => {
    expect(readLayout({ start_bit: 7, length: 16, byte_order: "big_endian", signed: true, float: false, factor: 0.1, offset: 1 }))
      .toEqual(layout({ start: 7, length: 16, byte_order: "motorola", signed: true, float: false, factor: 0.1, offset: 1 }));
    expect(readLayout({ start: 0, length: 4, byte_order: "little_endian" })?.byte_order).toBe("intel");
    expect(readLayout(null)).toBeNull();
  });

  it("says when a frame is too short", () => {
    expect(rawBits(parseHex("18"), layout({ start: 7, length: 16, byte_order: "motorola" }))).toBeNull();
  });
});
