// What /api/state/component tells, as rows of a tile. Pure.
import type { Row, Scalar } from "../api/types";
import { own, toNumber } from "./signal";
import { number } from "./format";

export interface ComponentAnswer {
  type: string;
  components: { id: string; latest: Row; keys: { key: string; row: Row }[] }[];
}

export interface Part {
  key: string;
  text: string;
  stale: boolean;
}

const MOST_NAMES = 3;

const scalarText = (row: Row, name: string): string => {
  const value: Scalar | undefined = own(row.signals, name);
  const label = own(row.labels, name);
  const n = toNumber(value);
  return label ?? (typeof value === "boolean" ? (value ? "yes" : "no") : typeof value === "number" && n !== null ? number(n, Number.isInteger(n) ? 0 : 2) : value == null ? "–" : String(value));
};

/** "value" is what a component is about, where its rule makes one; else its first signals. */
function text(row: Row): string {
  if (Object.hasOwn(row.signals, "value")) return scalarText(row, "value");
  return Object.keys(row.signals).slice(0, MOST_NAMES).map((name) => `${name} ${scalarText(row, name)}`).join(", ");
}

/** One part for each of a component's keys; for one without keys, its newest row. */
export function parts(component: ComponentAnswer["components"][number]): Part[] {
  const rows = component.keys.length ? component.keys : [{ key: "", row: component.latest }];
  return rows.map(({ key, row }) => ({ key, text: text(row), stale: row.stale }));
}
