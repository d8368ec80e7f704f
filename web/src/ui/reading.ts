// A signal's value as text.
import { number, plain } from "../model/format";
import { isAbsent, type Reading, type Signal } from "../model/signal";
import { store } from "./live";

const LONGEST = 12; // characters of a large number; longer ones get a power of ten

/** A value for a place with little room. */
export function compactText(signal: Signal, reading: Reading, decimals?: number): string {
  const text = readingText(signal, reading, decimals);
  return text.length > LONGEST && reading.label === undefined && reading.value !== null ? plain(Number(reading.value.toPrecision(4)), 3) : text;
}

export function readingText(signal: Signal, reading: Reading, decimals?: number): string {
  if (isAbsent(reading)) return "–";
  if (reading.label !== undefined) return reading.label;
  if (reading.value === null) return String(reading.scalar);
  if (typeof reading.scalar === "string") return reading.scalar; // an integer too large for a number
  if (typeof reading.scalar === "boolean") return reading.scalar ? "yes" : "no";
  return number(reading.value, decimals ?? store.decimals.of(signal, reading.value));
}
