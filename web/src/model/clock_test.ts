import { clockText } from "./clock";

it("believes a kernel whose clock is kept", () => {
  expect(clockText({ synchronised: true, error_ms: 2.4 }, null)).toEqual(["synchronised ± 2 ms", true]);
  expect(clockText({ synchronised: true, error_ms: 2.4 }, { offset_ms: 3, error_ms: 5 })).toEqual(["synchronised ± 2 ms", true]);
  expect(clockText({ synchronised: true, error_ms: null }, null)).toEqual(["synchronised", true]);
});

it("but says so where this device's clock is seconds away", () => {
  expect(clockText({ synchronised: true, error_ms: 2 }, { offset_ms: -90_000, error_ms: 5 })).toEqual(["synchronised ± 2 ms, but 90 s behind this device", false]);
});

it("warns of a clock that nothing keeps, with what can be measured", () => {
  expect(clockText({ synchronised: false, error_ms: null }, null)).toEqual(["not synchronised", false]);
  expect(clockText({ synchronised: false, error_ms: null }, { offset_ms: 1, error_ms: 4 })).toEqual(["not synchronised, ± 4 ms to this device", false]);
});

it("measures alone where a node does not tell", () => {
  expect(clockText(undefined, null)).toEqual(["not known", true]);
  expect(clockText(undefined, { offset_ms: 40, error_ms: 4 })).toEqual(["40 ms ahead of this device", true]);
  expect(clockText(undefined, { offset_ms: 4000, error_ms: 4 })).toEqual(["4.0 s ahead of this device", false]);
});
