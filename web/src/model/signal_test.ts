import type { Row } from "../api/types";
import { signalsOf } from "../layout/catalog_fixture";
import { Decimals, standing, toNumber } from "./signal";

const [temp] = signalsOf("BatteryTemps: temp_1 °C 1..99");
const row = (rest: Partial<Row> = {}): Row => ({ channel: "can0", message: "BatteryTemps", id: 1, extended: false, time: "", time_ns: "0", age_ms: 0,
  stale_after_ms: 2000, stale: false, rows: 1, data: "", signals: { temp_1: 20 }, labels: {}, ...rest });

it("names of the language's own are names like others", () => {
  const [odd] = signalsOf("M: constructor V");
  expect(standing(odd!.info, row({ signals: {} }), 0).standing).toBe("absent");
  const sent = JSON.parse('{"__proto__": 7}') as Row["signals"];
  const [proto] = signalsOf("M: __proto__ V");
  expect(standing(proto!.info, row({ signals: sent }), 0).value).toBe(7);
});

describe("a value", () => {
  it("is good, out of its range, stale or absent", () => {
    expect(standing(temp!.info, row(), 10).standing).toBe("good");
    expect(standing(temp!.info, row({ signals: { temp_1: 0 } }), 10).standing).toBe("out");
    expect(standing(temp!.info, row(), 2001).standing).toBe("stale");
    expect(standing(temp!.info, row({ stale: true }), 10).standing).toBe("stale");
    expect(standing(temp!.info, row({ signals: {} }), 10).standing).toBe("absent");
    expect(standing(temp!.info, row({ signals: { temp_1: null } }), 10).standing).toBe("absent");
    expect(standing(temp!.info, undefined, Infinity).standing).toBe("absent");
  });
  it("says in words why it is not good", () => {
    const word = (of: Row | undefined, age = 10) => standing(temp!.info, of, age).why?.word;
    const absent = (quality?: string) => row({ signals: {}, ...(quality === undefined ? {} : { quality: { temp_1: quality } }) });
    expect(word(row())).toBeUndefined();
    expect([word(undefined), word(row(), 2001), word(row({ signals: { temp_1: 0 } }))]).toEqual(["never seen", "stale", "out of range"]);
    expect([undefined, "not_available", "error", "out_of_range", "stale", "a_new_one"].map((quality) => word(absent(quality))))
      .toEqual(["not sent", "not available", "error", "out of range", "inputs stale", "a new one"]);
    expect(standing(temp!.info, absent("error"), 10).standing).toBe("error");
  });
  it("may be a large integer, a switch or a text", () => {
    expect([toNumber("18446744073709551615"), toNumber(true), toNumber("off"), toNumber(""), toNumber(undefined)])
      .toEqual([18446744073709551615, 1, null, null, null]);
  });
});

it("decimals never become fewer, so that numbers keep their width", () => {
  const decimals = new Decimals();
  expect([decimals.of(temp!, 20), decimals.of(temp!, 20.25), decimals.of(temp!, 20)]).toEqual([0, 2, 2]);
  const layout = { start: 0, length: 8, byte_order: "intel" as const, factor: 0.5, offset: -40 };
  const ofFactor = (factor: number) => decimals.of({ ...temp!, key: "other", info: { ...temp!.info, layout: { ...layout, factor } } }, 20);
  expect([0.5, 1, 10, 0.1, 0.01, 0.0625, 0.25, 100 / 255, 1 / 3600].map(ofFactor)).toEqual([1, 0, 0, 1, 2, 3, 2, 2, 5]);
});
