// Numbers and times as people read them. Pure.

const MINUS = "\u2212";
export const NARROW = "\u202f";

/** A number with so many decimals, thousands apart, and a real minus sign. */
export function number(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** A number as it is written, but with a real minus sign; very large and small ones with a power of ten. */
export const plain = (value: number, digits = 2): string =>
  Math.abs(value) >= 1e9 || (value !== 0 && Math.abs(value) < 1e-4) ? value.toExponential(digits).replace(/\.?0*e\+?/, "e").replace(/-/g, MINUS) : number(value, Math.min(4, decimalsOf(value)));

export const count = (value: number | string): string => number(Number(value), 0);

/** Decimals that a step of this size asks for: 0.01 → 2, 0.5 → 1, 1 → 0; at most 7. */
export function decimalsOf(step: number): number {
  if (!Number.isFinite(step) || step === 0) return 0;
  for (let decimals = 0; decimals < 7; ++decimals) {
    const scaled = Math.abs(step) * 10 ** decimals;
    if (Math.round(scaled) >= 1 && Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return 7;
}

/** Decimals for a figure of about this size to have three digits or so. */
export function decimalsFor(size: number, most = 2): number {
  const magnitude = Math.abs(size);
  return Math.min(most, magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2);
}

/** A length of time in its two largest units: "5 d 3 h", "2 h 10 min", "48 s", "0.4 s", "12 ms". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const wholeHours = Math.round(minutes / 60);
  const days = Math.floor(wholeHours / 24);
  if (days > 365) return `${number(days / 365, 1)} years`;
  return wholeHours % 24 && days < 30 ? `${days} d ${wholeHours % 24} h` : `${days} d`;
}

/** Hours and minutes of a trip: "0:31". */
export function clockSpan(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

export function bytes(value: number | string): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = Number(value);
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; ++unit) size /= 1024;
  return `${number(size, unit > 0 && size < 10 ? 1 : 0)} ${units[unit]}`;
}

export const clockTime = (ms: number): string => new Date(ms).toLocaleTimeString("en-GB");
export const clockMinute = (ms: number): string => clockTime(ms).slice(0, 5);

/** A time of day, with its date where it is not today's. */
export function when(ms: number, now = Date.now()): string {
  const date = new Date(ms);
  const sameDay = date.toDateString() === new Date(now).toDateString();
  if (sameDay) return clockTime(ms);
  return `${dayOf(ms, now)} ${clockMinute(ms)}`;
}

/** "14 Oct"; with the year where it is another. */
export function dayOf(ms: number, now = Date.now()): string {
  const date = new Date(ms);
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" as const };
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...year });
}

/** A CAN identifier: three digits, or eight of an extended one. */
export const canId = (id: number, extended: boolean): string =>
  id.toString(16).toUpperCase().padStart(extended ? 8 : 3, "0");

export const plural = (n: number | string, one: string, many = `${one}s`): string => `${count(n)} ${Number(n) === 1 ? one : many}`;
