import { useRef } from "preact/hooks";
import { parseHex } from "../model/bits";
import { canId, count, duration, number } from "../model/format";
import { ByteWatch, frameKey, type RawFrame } from "../model/frames";
import { HexBytes } from "./bits";
import { store } from "./live";

const STALE_MS = 5000; // of a frame whose cycle is not known

/** Frames by identifier: how often they come, their newest bytes, and which of those moved. */
export function FrameTable({ frames }: { frames: readonly RawFrame[] }) {
  const watch = useRef(new ByteWatch()).current;
  const cycles = new Map(store.streams.map((stream) => [stream.stream, stream.cycle_ms]));
  return (
    <table class="frames">
      <thead><tr><th>Id</th><th>Message</th><th class="right">Rate</th><th class="right wide">Cycle</th><th class="right wide">Count</th><th class="right">Age</th><th>Data</th></tr></thead>
      <tbody>
        {frames.map((frame) => <Row key={frameKey(frame)} frame={frame} cycle={cycles.get(`${frame.channel}:${frame.message}`) ?? null} moved={watch.look(frame, performance.now())} />)}
      </tbody>
    </table>
  );
}

function Row({ frame, cycle, moved }: { frame: RawFrame; cycle: number | null; moved: Set<number> }) {
  const stale = frame.age_ms > Math.max(STALE_MS, 5 * (cycle ?? 0)) || !store.connected;
  const rate = stale ? 0 : frame.rate;
  const kind = [frame.error ? "error" : "", frame.remote ? "remote" : "", frame.fd ? "FD" : ""].filter(Boolean).join(" ");
  return (
    <tr class={stale ? "stale" : ""}>
      <td class="mono">{canId(frame.id, frame.extended)}</td>
      <td><span class="faint">{frame.channel}{frame.message === null ? " · " : ":"}</span>{frame.message ?? <span class="faint">{frame.error ? "error frame" : "unknown"}</span>}{kind ? <span class="faint"> {kind}</span> : null}</td>
      <td class="right">{rate === null ? "–" : `${number(rate, rate < 10 ? 1 : 0)}/s`}</td>
      <td class="right faint wide">{cycle ? `${count(cycle)} ms` : ""}</td>
      <td class="right faint wide">{count(frame.count)}</td>
      <td class="right faint">{frame.age_ms < 1000 ? "< 1 s" : duration(frame.age_ms / 1000)}</td>
      <td class="mono"><HexBytes data={parseHex(frame.data)} lit={moved} /></td>
    </tr>
  );
}
