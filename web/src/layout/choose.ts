// Chooses an overview from what the catalog offers. Pure: the same catalog and the same streams on the bus give the same page.
import { isText, type Signal } from "../model/signal";
import * as hint from "./hints";
import type { Charging, Layout, Line, Power, TempRow, Tile } from "./tile";

const MOST_TEMPERATURES = 8;
const MOST_READINGS = 14;
const MOST_HEADLINES = 6;
const MOST_NUMBERS = 8;
const MOST_CHARTS = 8;
const MOST_NODES = 4; // of one kind, side by side
const MOST_BESIDE = 5; // charts of a vehicle without trip and trail

type Placed = { tile: Tile; span: number };

interface Found {
  signals: Signal[];
  speed: Signal | null;
  power: (Power & { volt: Signal; ampere: Signal }) | null;
  soc: Signal | null;
  charging: Charging | null;
  rpm: Signal | null;
  direction: Signal | null;
  place: { lat: Signal; lon: Signal } | null;
  temps: TempRow[];
}

/** `isSent`: whether a signal is on the bus; where none is, all of the catalog count. */
export function chooseLayout(all: readonly Signal[], isSent: (signal: Signal) => boolean): Layout {
  const numeric = all.filter((signal) => !isText(signal.info) && !hint.isPlumbing(signal));
  const seen = numeric.filter(isSent);
  const found = find(seen.length ? seen : numeric);
  const used = new Set<string>();
  const tiles = found.speed || found.power ? vehicle(found, used) : general(found, used);
  return { kind: kindOf(found), tiles };
}

function find(signals: Signal[]): Found {
  const speed = best(signals.filter(hint.isSpeed), (s) =>
    (hint.isGps(s) ? 10 : 0) + (hint.isWish(s) ? 8 : 0) + (/k/.test(s.info.unit.toLowerCase()) ? 0 : 2) + (/wheel/i.test(s.stream.message + s.info.name) ? 3 : 0));
  const power = findPower(signals);
  const flag = signals.find(hint.isCharging);
  const remaining = signals.find((s) => hint.isMinutes(s) && hint.isCharger(s));
  return {
    signals,
    speed,
    power,
    soc: best(signals.filter(hint.isSoc), (s) => (hint.signalWords(s).includes("soc") ? 0 : 1)),
    charging: flag || remaining ? { flag: flag?.key ?? null, remaining: remaining?.key ?? null } : null,
    rpm: best(signals.filter(hint.isRpm), (s) => (/motor|engine/i.test(s.stream.message) ? 0 : 1)),
    direction: signals.find(hint.isDirection) ?? null,
    place: findPlace(signals),
    temps: temperatureRows(signals.filter(hint.isTemperature)),
  };
}

/** The smallest cost wins, the first of equals. */
function best(signals: Signal[], cost: (signal: Signal) => number): Signal | null {
  let found: Signal | null = null;
  for (const signal of signals) if (!found || cost(signal) < cost(found)) found = signal;
  return found;
}

function byStream(signals: readonly Signal[]): Map<string, Signal[]> {
  const out = new Map<string, Signal[]>();
  for (const signal of signals) {
    const list = out.get(signal.stream.stream);
    list ? list.push(signal) : out.set(signal.stream.stream, [signal]);
  }
  return out;
}

/** Volts and amperes in one message: the traction battery's, if there are several. A charger's are no drive's. */
function findPower(signals: Signal[]): Found["power"] {
  let found: Found["power"] = null;
  let cost = Infinity;
  for (const list of byStream(signals).values()) {
    const volts = list.filter(hint.isVolt);
    const ampere = list.find(hint.isAmpere);
    const volt = volts.length === 1 ? volts[0] : volts.find((s) => hint.isTraction(s));
    if (!volt || !ampere || hint.isCharger(volt)) continue;
    const own = hint.isTraction(volt) ? 0 : (ampere.info.min ?? 0) < 0 ? 1 : 5;
    if (own < cost) {
      cost = own;
      found = { volts: volt.key, amperes: ampere.key, volt, ampere };
    }
  }
  return found;
}

function findPlace(signals: Signal[]): Found["place"] {
  for (const list of byStream(signals).values()) {
    const lat = list.find(hint.isLatitude);
    const lon = list.find(hint.isLongitude);
    if (lat && lon) return { lat, lon };
  }
  return null;
}

/** Sensors of one message whose names differ in a number only are one row. */
export function temperatureRows(signals: Signal[]): TempRow[] {
  const rows = new Map<string, TempRow>();
  for (const signal of signals) {
    const label = hint.placeOf(signal);
    const key = `${signal.stream.stream} ${label}`;
    const row = rows.get(key);
    row ? row.keys.push(signal.key) : rows.set(key, { label, keys: [signal.key] });
  }
  const list = [...rows.values()].sort((a, b) => b.keys.length - a.keys.length);
  const shared = (row: TempRow): boolean => list.filter((other) => other.label === row.label).length > 1;
  return list.map((row) => (shared(row) ? { ...row, label: `${row.label} · ${messageOf(row.keys[0]!)}` } : row));
}

const messageOf = (key: string): string => key.replace(/^[^:]*:/, "").split(".")[0]!;

function kindOf(found: Found): string {
  if (found.speed && found.power && found.soc) return "electric car";
  if (found.speed) return "vehicle";
  if (found.power && found.soc) return "battery";
  return found.signals.filter(hint.isClimate).length * 5 >= found.signals.length && found.signals.length > 0 ? "climate" : "";
}

// --- a vehicle, or a battery ---

function vehicle(found: Found, used: Set<string>): Placed[] {
  const { speed, power, soc, charging } = found;
  const rows: Placed[] = [];
  const take = (...signals: (Signal | null | undefined)[]) => signals.forEach((s) => s && used.add(s.key));
  take(speed, power?.volt, power?.ampere, soc, found.rpm, found.place?.lat, found.place?.lon);
  if (speed) rows.push({ tile: { kind: "speed", title: "Speed", signal: speed.key }, span: 4 });
  if (power) {
    rows.push({ span: 5, tile: { kind: "power", title: "Power", power: plain(power), rpm: found.rpm?.key ?? null,
      direction: found.direction?.key ?? null, heat: driveHeat(found), soc: soc?.key ?? null, speed: speed?.key ?? null, charging } });
  }
  if (soc) {
    const beside = found.signals.find((s) => s.stream === soc.stream && s !== soc && !s.info.unit && !s.info.labels.length && !used.has(s.key));
    rows.push({ tile: { kind: "ring", title: "State of charge", signal: soc.key, beside: beside?.key ?? null, charging }, span: 3 });
  }
  fill(rows, found, used, 12);
  const lines: Line[] = [];
  if (power) lines.push({ label: "power", unit: "kW", keys: [power.volts, power.amperes], scale: 0.001 });
  if (speed) lines.push({ label: "speed", unit: speed.info.unit, keys: [speed.key], scale: 1 });
  if (!power && found.rpm) lines.push({ label: "rpm", unit: found.rpm.info.unit, keys: [found.rpm.key], scale: 1 });
  rows.push({ tile: { kind: "chart", title: "Ten minutes", lines, charging }, span: 8 });
  const beside = temperatures(found, used, 4);
  const tile = beside[0]?.tile;
  if (tile?.kind === "temperatures") tile.chips = headlines(found, used);
  else beside.push(...placed(leftOver(found, used), 4));
  rows.push(...(beside.length ? beside : placed({ kind: "events", title: "Just now" }, 4)));
  const last: Placed[] = [];
  if (speed && power) last.push({ tile: { kind: "trip", title: "Trip", speed: speed.key, power: plain(power) }, span: 4 });
  if (found.place) last.push({ tile: { kind: "trail", title: "Trail", lat: found.place.lat.key, lon: found.place.lon.key }, span: 4 });
  if (!last.length) last.push(...messageCharts(found, speed ? [speed] : []).slice(0, MOST_BESIDE));
  if (beside.length) last.push(...placed({ kind: "events", title: "Just now" }, 4));
  return [...rows, ...spread(last)];
}

const placed = (tile: Tile | null, span: number): Placed[] => (tile ? [{ tile, span }] : []);

/** What stands beside the temperatures: low voltages, and what has names for its values. The rest is in the table. */
function headlines(found: Found, used: Set<string>): string[] {
  const rest = found.signals.filter((s) => !used.has(s.key) && (hint.isLowVoltage(s) || s.info.labels.length > 0));
  return rest.sort((a, b) => Number(hint.isLowVoltage(b)) - Number(hint.isLowVoltage(a))).slice(0, MOST_HEADLINES).map((s) => s.key);
}

/** How hot motor and inverter are. */
const driveHeat = (found: Found): string[] =>
  found.temps.filter((row) => /^(inverter|motor)/i.test(row.label)).flatMap((row) => row.keys.slice(0, 1)).slice(0, 2);

const plain = (power: Power): Power => ({ volts: power.volts, amperes: power.amperes });

/** Number tiles until the first row is full. */
function fill(rows: Placed[], found: Found, used: Set<string>, columns: number): void {
  let left = columns - rows.reduce((sum, row) => sum + row.span, 0);
  for (const signal of ranked(found, used)) {
    if (left < 3) break;
    const span = left < 6 ? left : 3;
    used.add(signal.key);
    rows.push({ tile: { kind: "number", title: hint.title(signal), signal: signal.key }, span });
    left -= span;
  }
  const last = rows[rows.length - 1];
  if (left > 0 && last) last.span += left;
}

// --- anything else ---

function general(found: Found, used: Set<string>): Placed[] {
  const temps = temperatures(found, used, 4);
  const rows: Placed[] = [];
  const numbers = distinct(ranked(found, used)).slice(0, MOST_NUMBERS);
  const span = numbers.length <= 4 ? Math.floor(12 / Math.max(1, numbers.length)) : 3;
  for (const signal of numbers) {
    used.add(signal.key);
    rows.push({ tile: { kind: "number", title: nameIn(numbers, signal), signal: signal.key }, span });
  }
  const lines = largest(numbers).map((s): Line => ({ label: nameIn(numbers, s), unit: s.info.unit, keys: [s.key], scale: 1 }));
  const side = temps.length ? temps : [{ tile: { kind: "events", title: "Just now" } as Tile, span: 4 }];
  if (lines.length) rows.push({ tile: { kind: "chart", title: "Ten minutes", lines, charging: null }, span: 8 }, ...side);
  else rows.push(...spread(side));
  const last: Placed[] = [];
  if (found.place) last.push({ tile: { kind: "trail", title: "Trail", lat: found.place.lat.key, lon: found.place.lon.key }, span: 4 });
  last.push(...messageCharts(found, numbers));
  const readings = leftOver(found, used);
  if (readings) last.push({ tile: readings, span: 4 });
  if (temps.length) last.push({ tile: { kind: "events", title: "Just now" }, span: 4 });
  return [...rows, ...spread(last)];
}

const nameIn = (shown: Signal[], signal: Signal): string =>
  shown.filter((s) => hint.title(s) === hint.title(signal)).length > 1 ? hint.fullTitle(signal) : hint.title(signal);

/** What changes is worth a big number: no value tables, no switches. */
const ranked = (found: Found, used: ReadonlySet<string>): Signal[] =>
  found.signals
    .filter((s) => !used.has(s.key) && !s.info.labels.length && s.info.type !== "boolean" && s.info.unit && !hint.isLatitude(s) && !hint.isLongitude(s))
    .sort((a, b) => hint.interest(a) - hint.interest(b));

/**
 * One of each kind first: a bus with forty voltages shows one of them large. Of a few nodes that measure the same, all are shown.
 */
function distinct(signals: Signal[]): Signal[] {
  const kinds = new Map<string, Signal[]>();
  for (const s of signals) kinds.set(kindOfSignal(s), [...(kinds.get(kindOfSignal(s)) ?? []), s]);
  const first = [...kinds.values()].flatMap((kind) => (kind.length <= MOST_NODES ? kind : kind.slice(0, 1)));
  return [...first, ...signals.filter((s) => !first.includes(s))];
}

const kindOfSignal = (s: Signal): string => `${s.info.name} ${s.info.unit}`;

/** What the large chart draws: the first number of all nodes that have it, else the first two. */
function largest(numbers: Signal[]): Signal[] {
  const same = numbers.filter((s) => kindOfSignal(s) === kindOfSignal(numbers[0]!));
  return same.length > 1 && same.length <= MOST_NODES ? same : numbers.slice(0, 2);
}

/** A small chart for each message whose signals are not in the large one: up to four signals of its commonest unit. */
function messageCharts(found: Found, numbers: Signal[]): Placed[] {
  const large = new Set(largest(numbers).map((s) => s.key));
  const out: Placed[] = [];
  for (const list of byStream(found.signals).values()) {
    const usable = list.filter((s) => !s.info.labels.length && s.info.type !== "boolean" && !large.has(s.key) && !hint.isLatitude(s) && !hint.isLongitude(s));
    const first = usable[0];
    if (!first || out.length >= MOST_CHARTS) continue;
    const units = new Map<string, Signal[]>();
    for (const s of usable) units.set(s.info.unit, [...(units.get(s.info.unit) ?? []), s]);
    const group = [...units.values()].sort((a, b) => b.length - a.length)[0]!.slice(0, 4);
    out.push({ span: 4, tile: { kind: "chart", title: first.stream.message, charging: null,
      lines: group.map((s) => ({ label: hint.title(s), unit: s.info.unit, keys: [s.key], scale: 1 })) } });
  }
  return out;
}

function temperatures(found: Found, used: Set<string>, span: number): Placed[] {
  const total = found.temps.reduce((sum, row) => sum + row.keys.length, 0);
  if (total < 2) return [];
  const rows = found.temps.slice(0, MOST_TEMPERATURES);
  for (const row of rows) row.keys.forEach((key) => used.add(key));
  return [{ tile: { kind: "temperatures", title: "Temperatures", rows, chips: [] }, span }];
}

/** Chips: low voltages and value tables first, then what has a unit. */
function leftOver(found: Found, used: Set<string>): Tile | null {
  const rank = (s: Signal): number =>
    hint.isLowVoltage(s) ? 0 : s.info.labels.length ? 1 : hint.isCharger(s) ? 2 : s.info.unit ? 3 : 4;
  const rest = found.signals.filter((s) => !used.has(s.key)).sort((a, b) => rank(a) - rank(b)).slice(0, MOST_READINGS);
  return rest.length ? { kind: "readings", title: "Readings", signals: rest.map((s) => s.key) } : null;
}

/** Fills rows of twelve columns: the last row's tiles share what is left. */
export function spread(tiles: Placed[]): Placed[] {
  const out = tiles.map((placed) => ({ ...placed }));
  const over = out.length % 3;
  const rest = out.slice(out.length - over);
  for (const placed of rest) placed.span = 12 / over;
  return out;
}
