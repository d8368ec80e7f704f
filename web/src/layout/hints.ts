// What units and names hint at. Pure; names are guesses, units are nearly facts.
import type { Signal } from "../model/signal";

const unitOf = (signal: Signal): string => signal.info.unit.trim().toLowerCase().replace(/\u00b0|º|deg\.? ?/g, "°");
const split = (name: string): string[] =>
  name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2").split(/[^A-Za-z0-9]+/).filter(Boolean);
const words = (name: string): string[] => split(name).map((word) => word.toLowerCase());

export const signalWords = (signal: Signal): string[] => words(signal.info.name);
export const allWords = (signal: Signal): string[] => [...words(signal.stream.message), ...signalWords(signal)];
const anyWord = (list: string[], pattern: RegExp): boolean => list.some((word) => pattern.test(word));

const SPEED_UNITS = new Set(["km/h", "kmh", "kph", "kmph", "km/hr", "mph", "mi/h"]);
export const isSpeed = (s: Signal): boolean =>
  SPEED_UNITS.has(unitOf(s)) || (unitOf(s) === "m/s" && anyWord(allWords(s), /^(speed|velocity)/));
export const isGps = (s: Signal): boolean => anyWord(allWords(s), /^(gps|gnss)/);
/** A speed that somebody wants, allows or has set; not the one that is. */
export const isWish = (s: Signal): boolean => anyWord(signalWords(s), /^(wunsch|set$|target|limit|ziel|soll|desired|request|cruise|max$|min$|preset)/);
export const isVolt = (s: Signal): boolean => unitOf(s) === "v";
export const isLowVoltage = (s: Signal): boolean => isVolt(s) && (s.info.max ?? 99) <= 60;
export const isAmpere = (s: Signal): boolean => unitOf(s) === "a";
export const isRpm = (s: Signal): boolean => /^(rpm|1\/min|r\/min|min-1|u\/min)$/.test(unitOf(s));
export const isPercent = (s: Signal): boolean => /^(%|percent|pct)$/.test(unitOf(s));
export const isSoc = (s: Signal): boolean => {
  const own = signalWords(s);
  return isPercent(s) && (anyWord(own, /^(soc|charge|chg)$/) || (anyWord(own, /^(level|state)$/) && anyWord(allWords(s), /^(batt|battery|bms|pack)/)));
};
export const isTemperature = (s: Signal): boolean =>
  /^(°c|c|celsius|°f|°celsius)$/.test(unitOf(s)) || (unitOf(s) === "°" && anyWord(allWords(s), /^temp/));
export const isLatitude = (s: Signal): boolean => anyWord(signalWords(s), /^lat(itude)?$/);
export const isLongitude = (s: Signal): boolean => anyWord(signalWords(s), /^(lon|lng|long)(gitude)?$/);
export const isClimate = (s: Signal): boolean =>
  (unitOf(s) === "ppm" && anyWord(allWords(s), /^co2$/)) || (isPercent(s) && anyWord(allWords(s), /^(rh|humidity)$/)) || anyWord(signalWords(s), /^vpd$/) || isTemperature(s);
export const isMinutes = (s: Signal): boolean => /^(min|minutes|mins)$/.test(unitOf(s));
export const isCharging = (s: Signal): boolean => anyWord(signalWords(s), /^(charging|plugged|is_?charging)$/);
export const isCharger = (s: Signal): boolean => anyWord(words(s.stream.message), /^(charger|charging|charge|obc)$/);
export const isDirection = (s: Signal): boolean => anyWord(signalWords(s), /^(direction|gear|prnd|shift)/);
export const isTraction = (s: Signal): boolean => anyWord(allWords(s), /^(batt|battery|bms|hv|pack|traction|hvb)/);

/** What a protocol needs and nobody watches: counters, checksums, selectors. */
export const isPlumbing = (s: Signal): boolean =>
  s.info.layout?.selects === true || anyWord(signalWords(s), /^(counter|cnt|ctr|checksum|chksum|crc|crc8|chk|bz|alive|rolling|parity|mux|muxid|reserved|unused)$/) || /^SET_ME/.test(s.info.name);

/** What a person reads most likely looks for first; smaller is sooner. */
export function interest(s: Signal): number {
  const unit = unitOf(s);
  const order = ["ppm", "kpa", "%rh", "%", "°c", "w", "kw", "bar", "hpa", "mbar", "km/h", "rpm", "v", "a", "lux", "µmol/m²/s"];
  const at = order.indexOf(unit);
  const named = anyWord(allWords(s), /^(co2|vpd|humidity|rh|pressure|flow|level|torque|speed|power)/) ? 0 : 2;
  return (at >= 0 ? at / 4 : unit ? 5 : 9) + named;
}

const DROPPED = /^(temp|temps|temperature|temperatures|t|c|deg|degc|celsius|sensor|value|val|avg|\d+)$/;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "temp_inverter" → "Inverter"; of "BatteryTemps.temp_1" nothing is left, so the message names it: "Battery". */
export function placeOf(s: Signal): string {
  const own = signalWords(s).filter((word) => !DROPPED.test(word));
  const message = split(s.stream.message).filter((word) => !DROPPED.test(word.toLowerCase())); // a maker's name keeps its capitals
  const name = (own.length ? own : message).join(" ");
  return capital(name || s.info.name);
}

const UNITLESS = new Map([["v12", "12 V"], ["v5", "5 V"], ["soc", "State of charge"], ["co2", "CO₂"], ["vpd", "VPD"], ["rh", "RH"], ["rpm", "rpm"], ["pdop", "PDOP"], ["gps", "GPS"]]);

/** A name for people: "time_remaining" → "Time remaining". */
export function title(s: Signal): string {
  const known = UNITLESS.get(s.info.name.toLowerCase());
  if (known) return known;
  const list = signalWords(s);
  const unit = unitOf(s).replace(/[^a-z0-9]/g, "");
  if (list.length > 1 && list[list.length - 1] === unit) list.pop();
  return capital(list.map((word) => UNITLESS.get(word) ?? word).join(" ")) || s.info.name;
}

/** Names of one kind stand in many messages ("voltage"): the message says which. */
export const fullTitle = (s: Signal): string => {
  const lower = (text: string) => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text); // "SCD30" keeps its capitals
  return `${capital(split(s.stream.message).map(lower).join(" "))} ${lower(title(s))}`;
};
