// A layout that the configuration gives: [tile.NAME], as /api/layout tells it.
import type { Signal } from "../model/signal";
import { fullTitle, title } from "./hints";
import { spread, temperatureRows } from "./choose";
import type { Layout, Tile } from "./tile";

export interface GivenTile {
  kind: string;
  signals: string[];
  title: string | null;
  span: number | null;
}

const SPANS: Record<string, number> = { chart: 8, number: 3, gauge: 3, speed: 4 };

/** "can0:Battery.soc", or "Battery.soc" where one channel only has it. */
export function resolve(all: readonly Signal[], reference: string): Signal | null {
  const exact = all.find((s) => s.key === reference);
  if (exact) return exact;
  const found = all.filter((s) => `${s.stream.message}.${s.info.name}` === reference);
  return found.length === 1 ? found[0]! : null;
}

function tileOf(given: GivenTile, all: readonly Signal[]): Tile | null {
  const signals = given.signals.map((reference) => resolve(all, reference)).filter((s): s is Signal => s !== null);
  const first = signals[0];
  const name = given.title ?? (first ? title(first) : "");
  if (given.kind === "events") return { kind: "events", title: given.title ?? "Just now" };
  if (!first) return null;
  switch (given.kind) {
    case "gauge": return { kind: "ring", title: name, signal: first.key, beside: null, charging: null };
    case "speed": return { kind: "speed", title: name, signal: first.key };
    case "number": return { kind: "number", title: name, signal: first.key };
    case "trail": return signals[1] ? { kind: "trail", title: given.title ?? "Trail", lat: first.key, lon: signals[1].key } : null;
    case "readings": return { kind: "readings", title: given.title ?? "Readings", signals: signals.map((s) => s.key) };
    case "temperatures": return { kind: "temperatures", title: given.title ?? "Temperatures", rows: temperatureRows(signals), chips: [] };
    case "chart":
      return { kind: "chart", title: given.title ?? "Ten minutes", charging: null,
        lines: signals.map((s) => ({ label: signals.length > 1 ? title(s) : fullTitle(s), unit: s.info.unit, keys: [s.key], scale: 1 })) };
    default: return null;
  }
}

/** Tiles that name nothing of the catalog, and kinds that are not known, are left out; null: nothing is left. */
export function givenLayout(given: { tiles: GivenTile[] } | null, all: readonly Signal[], kind: string): Layout | null {
  const tiles = (given?.tiles ?? []).flatMap((entry) => {
    const tile = tileOf(entry, all);
    return tile ? [{ tile, span: Math.min(12, Math.max(2, entry.span ?? SPANS[entry.kind] ?? 4)) }] : [];
  });
  if (!tiles.length) return null;
  return { kind, asked: true, tiles: tiles.some((t) => t.span !== 4) ? tiles : spread(tiles) };
}
