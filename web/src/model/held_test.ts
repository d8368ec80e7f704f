import type { Row } from "../api/types";
import { Held } from "./held";

const row = (rest: Partial<Row>): Row => ({ channel: "can0", message: "Answer", id: 1, extended: false, time: "", time_ns: "900000000", age_ms: 0,
  stale_after_ms: 2000, stale: false, rows: 1, data: "", signals: {}, labels: {}, ...rest });
const isOptional = (key: string) => key !== "can0:Answer.pid";
const value = (held: Held, name: string) => held.of(`can0:Answer.${name}`)?.row.signals[name];

it("keeps what came in a row, and what the node tells of earlier rows with an age of its own", () => {
  const held = new Held();
  held.take("can0:Answer", { row: row({ signals: { pid: 1, speed: 12 } }), at: 5000 }, 5000, isOptional);
  held.take("can0:Answer", {
    row: row({ signals: { pid: 0 }, earlier: { gear: { value: 3, label: "DRIVE", time_ns: "800000000", age_ms: 100 } } }), at: 6000 }, 6000, isOptional);
  expect([value(held, "speed"), value(held, "gear"), value(held, "pid")]).toEqual([12, 3, undefined]);
  expect(["speed", "gear", "pid", "rpm"].map((name) => held.has(`can0:Answer.${name}`))).toEqual([true, true, false, false]);
  const gear = held.of("can0:Answer.gear")!;
  expect([gear.at, gear.row.time_ns, gear.row.labels]).toEqual([5900, "800000000", { gear: "DRIVE" }]);
});

it("believes no value any more that a row says is absent", () => {
  const held = new Held();
  held.take("can0:Answer", { row: row({ signals: { speed: 12 } }), at: 5000 }, 5000, isOptional);
  held.take("can0:Answer", { row: row({ quality: { speed: "error" } }), at: 6000 }, 6000, isOptional);
  expect(value(held, "speed")).toBeUndefined();
  expect(held.has("can0:Answer.speed")).toBe(true);
});
