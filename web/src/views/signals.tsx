import { useEffect, useState } from "preact/hooks";
import { canId, duration, plain, plural } from "../model/format";
import type { Signal } from "../model/signal";
import { Num } from "../ui/num";
import { store, useLive } from "../ui/live";

const MANY = 100; // are drawn less often
const MOST = 400; // rows drawn at once; the search narrows them

const matches = (signal: Signal, words: string[]): boolean => {
  const text = `${signal.key} ${signal.info.unit} ${signal.info.comment} ${signal.stream.id === null ? "" : canId(signal.stream.id, signal.stream.extended)}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

/** All signals with what they are now. */
export function Signals() {
  const [rows, setRows] = useState(0);
  useLive(rows > MANY ? 500 : 200);
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...store.signals.values()];
  const found = all.filter((signal) => matches(signal, words));
  useEffect(() => setRows(found.length), [found.length]);
  return (
    <main class="page">
      <div class="tools">
        <input type="search" placeholder="name, message, unit, id" aria-label="Search signals" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        <span class="faint" role="status">{found.length > MOST ? `${MOST} of ` : ""}{plural(found.length, "signal")}{words.length ? ` of ${all.length}` : ""}</span>
      </div>
      <div class="tile table-tile">
        <table class="signals">
          <thead><tr><th>Signal</th><th class="right">Value</th><th>Unit</th><th class="wide">Range</th><th class="right">Age</th><th>State</th><th class="wide"><span class="visually-hidden">Chart</span></th></tr></thead>
          <tbody>{found.slice(0, MOST).map((signal) => <Row key={signal.key} signal={signal} />)}</tbody>
        </table>
        {found.length ? null : <p class="empty">{all.length ? "No signal has such a name." : "No signals are known yet."}</p>}
      </div>
    </main>
  );
}

function Row({ signal }: { signal: Signal }) {
  const reading = store.reading(signal);
  const { info, stream } = signal;
  const age = Number.isFinite(reading.age_ms) ? (reading.age_ms < 1000 ? "< 1 s" : duration(reading.age_ms / 1000)) : "–";
  return (
    <tr class={reading.standing}>
      <td><span class="faint">{stream.channel ? `${stream.channel}:` : ""}<wbr />{stream.message}.</span><wbr />{info.name}</td>
      <td class="right value"><Num of={signal.key} whole /></td>
      <td class="faint">{info.unit}</td>
      <td class="faint wide">{info.min !== null && info.max !== null ? `${plain(info.min)} … ${plain(info.max)}` : ""}</td>
      <td class="right faint">{age}</td>
      <td class="state" title={reading.why?.long}>{reading.why?.word ?? "ok"}</td>
      <td class="wide right"><a href={`#/charts?s=${encodeURIComponent(signal.key)}`}>chart</a></td>
    </tr>
  );
}
