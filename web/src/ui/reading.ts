// A signal's value as text.
import { number, plain } from "../model/format";
import type { Reading, Signal } from "../model/signal";
import { store } from "./live";

export const STANDING: Record<Reading["standing"], string> = {
  good: "", absent: "not in the newest frame", stale: "stale", out: "outside of its declared range",
};

const LONGEST = 12; // characters of a large number; longer ones get a power of ten

/** A value for a place with little room. */
export function compactText(signal: Signal, reading: Reading, decimals?: number): string {
  const text = readingText(signal, reading, decimals);
  return text.length > LONGEST && reading.label === undefined && reading.value !== null ? plain(Number(reading.value.toPrecision(4)), 3) : text;
}

export function readingText(signal: Signal, reading: Reading, decimals?: number): string {
  if (reading.standing === "absent") return "–";
  if (reading.label !== undefined) return reading.label;
  if (reading.value === null) return String(reading.scalar);
  if (typeof reading.scalar === "string") return reading.scalar; // an integer too large for a number
  if (typeof reading.scalar === "boolean") return reading.scalar ? "yes" : "no";
  return number(reading.value, decimals ?? store.decimals.of(signal, reading.value));
}
