// A layout without the signals of some streams: those whose payload says what they are about are shown as components. Pure.
import { spread } from "./choose";
import type { Layout, Tile } from "./tile";

function rest(tile: Tile, keep: (key: string) => boolean): Tile | null {
  switch (tile.kind) {
    case "speed": case "number": case "ring": return keep(tile.signal) ? tile : null;
    case "chart": {
      const lines = tile.lines.filter((line) => line.keys.every(keep));
      return lines.length ? { ...tile, lines } : null;
    }
    case "readings": {
      const signals = tile.signals.filter(keep);
      return signals.length ? { ...tile, signals } : null;
    }
    case "temperatures": {
      const rows = tile.rows.filter((row) => row.keys.some(keep));
      return rows.length ? { ...tile, rows, chips: tile.chips.filter(keep) } : null;
    }
    default: return tile;
  }
}

/** `streams`: "bus:Motors", as keys of signals begin. */
export function without(layout: Layout, streams: ReadonlySet<string>): Layout {
  if (layout.asked) return layout;
  const keep = (key: string) => ![...streams].some((stream) => key.startsWith(`${stream}.`));
  const tiles = layout.tiles.flatMap((placed) => {
    const tile = rest(placed.tile, keep);
    return tile ? [{ ...placed, tile }] : [];
  });
  return { ...layout, tiles: tiles.length <= 3 ? spread(tiles) : tiles };
}
