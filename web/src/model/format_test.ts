import { bytes, canId, clockSpan, decimalsOf, duration, number, plural, plain } from "./format";

describe("numbers", () => {
  it("have fixed decimals, thousands and a real minus sign", () => {
    expect(number(2481304)).toBe("2,481,304");
    expect(number(-18.24, 1)).toBe("\u221218.2");
    expect(number(63.4, 2)).toBe("63.40");
    expect(number(NaN)).toBe("–");
  });
  it("never are minus zero", () => expect(number(-0.001, 1)).toBe("0.0"));
  it("take their decimals from the step of the signal", () => {
    expect([1, 0.5, 0.1, 0.01, 0.25, 1e-7, 10].map(decimalsOf)).toEqual([0, 1, 1, 2, 2, 7, 0]);
  });
  it("count things", () => {
    expect(plural(1, "frame")).toBe("1 frame");
    expect(plural("61402", "row")).toBe("61,402 rows");
  });
});

describe("times", () => {
  it("are said in their two largest units", () => {
    expect(duration(0.012)).toBe("12 ms");
    expect(duration(0.4)).toBe("0.4 s");
    expect(duration(48)).toBe("48 s");
    expect(duration(600)).toBe("10 min");
    expect(duration(7800)).toBe("2 h 10 min");
    expect(duration(7200)).toBe("2 h");
    expect(duration(123 * 3600)).toBe("5 d 3 h");
    expect(duration(86400)).toBe("1 d");
    expect(duration(Infinity)).toBe("–");
  });
  it("never say 60 min or 24 h where the next unit is full", () => {
    expect(duration(3599)).toBe("1 h");
    expect(duration(2 * 86400 - 30)).toBe("2 d");
  });
  it("of a trip are hours and minutes", () => expect(clockSpan(31 * 60 + 59)).toBe("0:31"));
});

it("bytes and identifiers", () => {
  expect(bytes(8 * 2 ** 30)).toBe("8.0 GiB");
  expect(bytes("512")).toBe("512 B");
  expect(canId(0x1d4, false)).toBe("1D4");
  expect(canId(0x1d4, true)).toBe("000001D4");
});

it("bounds are written as they are", () => {
  expect([-40, 0.5, 12000, 1e-7, 4294967295, 1.8e19].map((bound) => plain(bound))).toEqual(["−40", "0.5", "12,000", "1e−7", "4.29e9", "1.8e19"]);
});
