import type { Tile } from "../layout/tile";
import { ChartTile } from "./chart_tile";
import { EventsTile } from "./events";
import { NumberTile } from "./number";
import { PowerTile } from "./power";
import { ReadingsTile } from "./readings";
import { RingTile } from "./ring";
import { SpeedTile } from "./speed";
import { TemperaturesTile } from "./temperatures";
import { TrailTile } from "./trail";
import { TripTile } from "./trip";

/** The component of a kind of tile. */
export function AnyTile({ tile, span }: { tile: Tile; span: number }) {
  switch (tile.kind) {
    case "speed": return <SpeedTile {...tile} span={span} />;
    case "power": return <PowerTile {...tile} span={span} />;
    case "ring": return <RingTile {...tile} span={span} />;
    case "number": return <NumberTile {...tile} span={span} />;
    case "chart": return <ChartTile {...tile} span={span} />;
    case "temperatures": return <TemperaturesTile {...tile} span={span} />;
    case "readings": return <ReadingsTile {...tile} span={span} />;
    case "trip": return <TripTile {...tile} span={span} />;
    case "trail": return <TrailTile {...tile} span={span} />;
    case "events": return <EventsTile {...tile} span={span} />;
  }
}
