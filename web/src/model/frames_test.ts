import { ByteWatch, frameMatches, type RawFrame } from "./frames";

const frame = (data: string, rest: Partial<RawFrame> = {}): RawFrame =>
  ({ channel: "can0", id: 0x1f2, extended: false, remote: false, error: false, fd: false, message: null, age_ms: 3, length: data.length / 2, data, count: 1, rate: 1, ...rest });

it("says which bytes moved, for a moment", () => {
  const watch = new ByteWatch();
  expect([...watch.look(frame("000000"), 0)]).toEqual([]);
  expect([...watch.look(frame("00ff01"), 500)]).toEqual([1, 2]);
  expect([...watch.look(frame("00ff02"), 1900)]).toEqual([1, 2]);
  expect([...watch.look(frame("00ff02"), 2100)]).toEqual([2]);
  expect([...watch.look(frame("00ff02"), 9000)]).toEqual([]);
});

it("does not mix up identifiers of 11 and 29 bits", () => {
  const watch = new ByteWatch();
  watch.look(frame("00"), 0);
  expect([...watch.look(frame("01", { extended: true }), 1)]).toEqual([]);
  expect([...watch.look(frame("01", { channel: "can1" }), 1)]).toEqual([]);
});

it("finds frames by id, message and channel, and those that no DBC knows", () => {
  expect(frameMatches(frame("00"), "1F2", ["1f2"])).toBe(true);
  expect(frameMatches(frame("00"), "1F2", ["unknown", "can0"])).toBe(true);
  expect(frameMatches(frame("00", { message: "Inverter" }), "1F2", ["unknown"])).toBe(false);
  expect(frameMatches(frame("00", { message: "Inverter" }), "1F2", ["inv"])).toBe(true);
});
