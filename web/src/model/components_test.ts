import type { Row } from "../api/types";
import { parts } from "./components";

const row = (signals: Row["signals"], rest: Partial<Row> = {}): Row =>
  ({ channel: "bus", message: "Motors", id: 32, extended: false, time: "", time_ns: "0", age_ms: 5, stale_after_ms: 5000, stale: false, rows: 1, data: "", signals, labels: {}, ...rest });

it("shows the value of each key", () => {
  const motor = { id: "1", latest: row({}), keys: [{ key: "2", row: row({ command_id: 2, value: -1200 }) }, { key: "3", row: row({ value: 71 }, { stale: true }) }] };
  expect(parts(motor)).toEqual([{ key: "2", text: "−1,200", stale: false }, { key: "3", text: "71", stale: true }]);
});

it("shows the first signals where there is no value, with their labels", () => {
  const lamp = { id: "3", latest: row({ state: 1, level: 0.5, constructor: true, more: 4 }, { labels: { state: "on" } }), keys: [] };
  expect(parts(lamp)).toEqual([{ key: "", text: "state on, level 0.50, constructor yes", stale: false }]);
});
