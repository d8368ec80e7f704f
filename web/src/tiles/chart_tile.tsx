import type { Charging, Line } from "../layout/tile";
import { Chart } from "../ui/chart";
import { Tile } from "../ui/tile";

const TEN_MINUTES_MS = 600_000;

export function ChartTile({ title, lines, span, charging }: { title: string; lines: Line[]; span: number; charging: Charging | null }) {
  const large = span >= 6;
  return (
    <Tile title={title} span={span} class={`chart-tile ${large ? "" : "small"}`} corner={large ? null : "ten minutes"}>
      <Chart lines={lines} window_ms={TEN_MINUTES_MS} points={large ? 600 : 300} height={large ? 236 : 130} label={title} charging={charging} />
    </Tile>
  );
}
