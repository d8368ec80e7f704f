import { parseHex } from "../model/bits";
import { canId, count, duration, number } from "../model/format";
import type { Seen } from "../model/store";
import { HexBytes } from "../ui/bits";
import { store, useLive } from "../ui/live";

/** Frames by identifier: how often they come, and the newest bytes. */
export function Frames() {
  useLive(250);
  const seen = [...store.seen.entries()].sort(([, a], [, b]) => (a.row.channel ?? "").localeCompare(b.row.channel ?? "") || (a.row.id ?? 0) - (b.row.id ?? 0));
  return (
    <main class="page">
      <div class="tile table-tile">
        <table class="frames">
          <thead><tr><th>Id</th><th>Message</th><th class="right">Rate</th><th class="right wide">Cycle</th><th class="right wide">Count</th><th class="right">Age</th><th>Data</th></tr></thead>
          <tbody>{seen.map(([key, one]) => <Row key={key} name={key} seen={one} />)}</tbody>
        </table>
        {seen.length ? null : <p class="empty">No frames have been decoded yet.</p>}
      </div>
    </main>
  );
}

function Row({ name, seen }: { name: string; seen: Seen }) {
  const { row } = seen;
  const cycle = store.streams.find((stream) => stream.stream === name)?.cycle_ms;
  const age = store.age_ms(seen);
  const stale = row.stale || age > row.stale_after_ms || !store.connected;
  const rate = stale ? 0 : seen.rate.per_s;
  return (
    <tr class={stale ? "stale" : ""}>
      <td class="mono">{row.id === null ? "–" : canId(row.id, row.extended)}</td>
      <td><span class="faint">{row.channel ? `${row.channel}:` : ""}</span>{row.message}</td>
      <td class="right">{rate === null ? "–" : `${number(rate, rate < 10 ? 1 : 0)}/s`}</td>
      <td class="right faint wide">{cycle ? `${count(cycle)} ms` : ""}</td>
      <td class="right faint wide">{count(row.rows)}</td>
      <td class="right faint">{age < 1000 ? "< 1 s" : duration(age / 1000)}</td>
      <td class="mono"><HexBytes data={parseHex(row.data)} layout={null} /></td>
    </tr>
  );
}
