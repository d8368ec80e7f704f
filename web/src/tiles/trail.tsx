import { useRef } from "preact/hooks";
import { number } from "../model/format";
import { barLength, trackOf } from "../model/trail";
import { Num } from "../ui/num";
import { Origin, Tile } from "../ui/tile";
import { store, useLive } from "../ui/live";
import { useSeries } from "../ui/use_series";
import { useWidth } from "../ui/use_width";

const H = 150; // as the style sheet says; its width is what the tile has
const WINDOW_MS = 1_800_000;

/** Where it has been for half an hour. No map: no network, and home stays private. */
export function TrailTile({ title, lat, lon, span }: { title: string; lat: string; lon: string; span: number }) {
  useLive(1000);
  const { columns } = useSeries([lat, lon], WINDOW_MS, 900);
  const picture = useRef<SVGSVGElement>(null);
  const W = useWidth(picture) ?? 360;
  const track = trackOf(columns.get(lat)!, columns.get(lon)!, W, H);
  const bar = barLength(track.metres);
  const name = store.signals.get(lat)?.stream.message ?? "";
  return (
    <Tile title={title} span={span} class="trail" corner={<Origin of={lat} text={name} />}>
      <svg ref={picture} viewBox={`0 0 ${W} ${H}`} role="img" aria-label="track of the last half hour">
        {track.pieces.map((piece, i) => <path key={i} d={piece.d} opacity={piece.opacity} />)}
        {track.end ? <circle cx={track.end[0]} cy={track.end[1]} r="5.5" /> : null}
        {track.end ? <path class="scale-bar" d={`M${W - 8} ${H - 6}v4h${-(bar / track.metres) * W}v-4`} /> : null}
      </svg>
      <p class="note between"><span><Num of={lat} decimals={5} /> <Num of={lon} decimals={5} /></span><span>{track.end ? (bar >= 1000 ? `${number(bar / 1000)} km` : `${number(bar)} m`) : "no position"}</span></p>
    </Tile>
  );
}
