import type { Row, StreamInfo } from "../api/types";
import { withUnnamed } from "./store";

const stream = (name: string, unit = "V"): StreamInfo => ({ stream: name, channel: "can0", source: "can0", message: name.slice(5), id: 1, extended: false, cycle_ms: null, sender: "", comment: "",
  signals: [{ name: "a", type: "f64", unit, min: 0, max: 5, optional: false, comment: "", labels: [] }] });
const row = (message: string): Row => ({ channel: "can0", message, id: 1, extended: false, time: "", time_ns: "0", age_ms: 0, stale_after_ms: 1, stale: false, rows: 1, data: "", signals: { a: 1 }, labels: {} });
const seen = new Map(["Battery", "Motor"].map((name) => [`can0:${name}`, { row: row(name) }]));

it("keeps what was known of streams that a node which has just begun does not name yet", () => {
  const got = withUnnamed([stream("can0:Battery")], [stream("can0:Battery"), stream("can0:Motor", "rpm")], seen);
  expect(got.map((one) => [one.stream, one.signals[0]?.unit])).toEqual([["can0:Battery", "V"], ["can0:Motor", "rpm"]]);
});

it("makes of rows what it can where nothing was known", () => {
  expect(withUnnamed([], [], seen).map((one) => one.signals.map((signal) => signal.name))).toEqual([["a"], ["a"]]);
});
