import type { Bucket } from "./recent";
import { Recent } from "./recent";
import { column, gridOf, product, type Fetched } from "./series";
import { tripOf } from "./trip";

const fetched = (values: [number, number][], bucket_ms = 0): Fetched => {
  const list = values.map(([, v]) => v);
  return { bucket_ms, time_ms: values.map(([t]) => t), min: list.map((v) => v - 1), max: list.map((v) => v + 1), mean: list, gaps: [] };
};
const grid = { from: 0, step: 1000, n: 10 };

describe("a grid", () => {
  it("begins on a multiple of its step, so that values do not wander between cells", () => {
    expect(gridOf(1234, 601_234, 600)).toEqual({ from: 1000, step: 1000, n: 601 });
    expect(gridOf(1234, 3_601_234, 700).step).toBe(6000);
  });
});

describe("a column", () => {
  it("puts values into their cells and holds them until they are stale", () => {
    const got = column(grid, fetched([[0, 5], [5000, 7]]), [], 2000, []);
    expect(got.mean).toEqual([5, 5, 5, null, null, 7, 7, 7, null, null]);
  });
  it("has nothing in a gap, even when the value before could be held", () => {
    const got = column(grid, fetched([[0, 5], [8000, 7]]), [], 60_000, [{ from_ms: 1500, to_ms: 7900 }]);
    expect(got.mean.slice(0, 8)).toEqual([5, 5, null, null, null, null, null, 5]);
    expect(got.max[3]).toBeNull();
  });
  it("spreads buckets that are longer than a cell, and merges shorter ones", () => {
    expect(column(grid, fetched([[0, 4]], 3000), [], 0, []).mean.slice(0, 3)).toEqual([4, 4, 4]);
    const merged = column({ from: 0, step: 2000, n: 2 }, fetched([[0, 4], [1000, 8]]), [], 0, []);
    expect([merged.min[0], merged.mean[0], merged.max[0]]).toEqual([3, 6, 9]);
  });
  it("prefers what the page saw itself from there on", () => {
    const live: Bucket[] = [{ t: 3000, min: 1, max: 3, sum: 4, n: 2, last: 3 }];
    const got = column(grid, fetched([[2000, 9], [3000, 9]]), live, 0, []);
    expect(got.mean.slice(2, 4)).toEqual([9, 2]);
    expect(got.max[3]).toBe(3);
  });
  it("says why a value is absent, and holds nothing over that", () => {
    const recent = new Recent();
    recent.add(1000, 5);
    recent.addAbsent(2100, "not available");
    recent.addAbsent(3000, "error");
    recent.add(3500, 7);
    const got = column(grid, undefined, recent.buckets, 60_000, []);
    expect(got.mean.slice(1, 5)).toEqual([5, null, 7, 7]);
    expect([got.why[2], got.why[3]]).toEqual(["not available", undefined]);
  });
});

it("a product of two columns has the extremes of both", () => {
  const volts = { mean: [100, 100], min: [90, 90], max: [110, 110], why: [undefined, undefined] };
  const amperes = { mean: [-10, null], min: [-20, null], max: [5, null], why: [undefined, "error"] };
  const power = product(volts, amperes, 0.001);
  expect(power.mean).toEqual([-1, null]);
  expect([power.min[0], power.max[0]]).toEqual([-2.2, 0.55]);
  expect(power.why).toEqual([undefined, "error"]);
});

it("recent values are gathered by the second, and late ones left out", () => {
  const recent = new Recent(2);
  for (const [t, v] of [[1000, 1], [1500, 5], [900, 99], [2000, 2], [3000, 3]] as const) recent.add(t, v);
  expect(recent.buckets).toEqual([
    { t: 2000, min: 2, max: 2, sum: 2, n: 1, last: 2 }, { t: 3000, min: 3, max: 3, sum: 3, n: 1, last: 3 },
  ]);
});

describe("a trip", () => {
  const hour = { from: 0, step: 60_000, n: 60 };
  const flat = (f: (i: number) => number | null) => {
    const mean = Array.from({ length: 60 }, (_, i) => f(i));
    return { mean, min: mean, max: mean, why: mean.map(() => undefined) };
  };
  it("begins after the last long stop, and adds up distance and energy each way", () => {
    const trip = tripOf(hour, flat((i) => (i < 10 || i >= 30 ? 60 : 0)), flat((i) => (i >= 50 ? -6 : 12)));
    expect(trip?.from_ms).toBe(30 * 60_000);
    expect(trip?.km).toBeCloseTo(30);
    expect(trip?.out_kwh).toBeCloseTo(4);
    expect(trip?.back_kwh).toBeCloseTo(1);
    expect(trip?.kwh).toBeCloseTo(3);
  });
  it("is none while nothing moves", () => expect(tripOf(hour, flat(() => 0), flat(() => 1))).toBeNull());
});
