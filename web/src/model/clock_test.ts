import { clockText } from "./clock";
import { clockMinute } from "./format";

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

it("says when the clock was set", () => {
  const forward = { from: "1970-01-01T00:00:30.000000000Z", to: "2026-11-21T07:49:00.000000000Z", by_ms: 1_795_247_310_000 };
  const back = { ...forward, by_ms: -120 };
  const at = clockMinute(Date.parse(forward.to));
  expect(clockText({ synchronised: true, error_ms: null, steps: 1, last_steps: [forward] }, null)).toEqual([`synchronised, set forward 56.9 years at ${at}`, true]);
  expect(clockText({ synchronised: false, error_ms: null, steps: 3, last_steps: [forward, back] }, null)).toEqual([`not synchronised, set back 0.1 s at ${at}, set 3 times`, false]);
  expect(clockText({ synchronised: true, error_ms: null, steps: 0, last_steps: [] }, null)).toEqual(["synchronised", true]);
});
