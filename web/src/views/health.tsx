import { bytes, count, duration, number, plural, when } from "../model/format";
import { gapTimes, gapText } from "../model/events";
import { behind_s, laneText, laneTone } from "../model/trust";
import type { LaneStatus, SourceStatus } from "../api/types";
import { isBus } from "../model/bus";
import { signalKey } from "../model/signal";
import { Chips } from "../ui/chips";
import { LedgerFlow } from "../ui/ledger";
import { RecordingsTile } from "../ui/recordings";
import { Trust } from "../tiles/trust";
import { store, useLive } from "../ui/live";

/** Sources, lanes with their accounts, gaps, and what the process takes up. */
export function Health() {
  useLive(500);
  const status = store.status;
  return (
    <main class="grid health">
      <Trust />
      <section class="tile span6"><h2><span>Sources</span></h2>{status?.sources.map((source) => <Source key={source.name} source={source} />)}</section>
      <section class="tile span6">
        <h2><span>Process</span><span class="corner">{status ? `version ${status.version}` : ""}</span></h2>
        {status ? (
          <div class="figures">
            <div><b>{duration(status.uptime_s)}</b>up, run {count(status.epoch)}</div>
            <div><b>{number(status.process.cpu_percent, 1)} %</b>of a processor</div>
            <div><b>{bytes(status.process.rss_bytes)}</b>memory</div>
            <div><b>{bytes(status.journal.bytes)}</b>journal, {plural(status.journal.segments, "segment")}</div>
            <div><b>{status.ready ? "ready" : "not ready"}</b>as a whole</div>
          </div>
        ) : null}
      </section>
      <section class="tile span12"><h2><span>Lanes</span></h2>{status?.lanes.map((lane) => <Lane key={lane.name} lane={lane} />)}</section>
      <RecordingsTile />
      <section class="tile span6"><h2><span>Gaps</span><span class="corner">{status ? plural(status.gaps.count, "gap") : ""}</span></h2><Gaps /></section>
      <section class="tile span6 events"><h2><span>Just now</span></h2>
        <ol>{store.events.list.map((one) => <li key={one.key} class={one.tone}><time>{when(one.at)}</time> {one.text}</li>)}</ol>
      </section>
    </main>
  );
}

function Source({ source }: { source: SourceStatus }) {
  const tone = source.state === "failed" ? "bad" : source.state === "running" || source.state === "ended" ? "good" : "warn";
  const lost = Number(source.lost);
  const unknown = (store.status?.gaps.recent ?? []).some((gap) => gap.count === null && gap.where === source.name);
  const buses = store.streams.filter((stream) => stream.source === source.name && isBus(stream) && store.seen.has(stream.stream));
  return (
    <div class="entry">
      <b>{source.name}</b> <span class="faint">{source.type}</span> <span class={`${tone}-text`}>{source.state}{source.message ? `: ${source.message}` : ""}</span>
      <p class="note">{plural(source.records, "record")}, {plural(source.gaps, "gap")}, <span class={lost ? "bad-text" : ""}>{count(lost)} {unknown ? "known to be lost" : "lost"}</span></p>
      {source.hint ? <p class="note warn-text">{source.hint}</p> : null}
      {buses.map((bus) => <div key={bus.stream} class="bus">{buses.length > 1 ? <p class="note">{bus.channel}</p> : null}<Chips signals={bus.signals.map((signal) => signalKey(bus.stream, signal.name))} /></div>)}
    </div>
  );
}

function Lane({ lane }: { lane: LaneStatus }) {
  const tone = laneTone(lane);
  const behind = behind_s(lane, store.laneRates.get(lane.name)?.per_s ?? null);
  return (
    <div class="entry">
      <b>{lane.name}</b> <span class="faint">{lane.type === lane.name ? "" : `${lane.type} · `}</span><span class={tone === "accent" ? "faint" : `${tone}-text`}>{laneText(lane, behind)}{lane.message ? `: ${lane.message}` : ""}</span>
      <LedgerFlow ledger={lane.ledger} name={lane.name} />
      {Number(lane.earlier.received) > 0 ? <><p class="note earlier">from the journal, of runs before</p><LedgerFlow ledger={lane.earlier} name={`${lane.name}, of runs before`} /></> : null}
    </div>
  );
}

function Gaps() {
  const gaps = (store.status?.gaps.recent ?? []).map(gapTimes).reverse();
  if (!gaps.length) return <p class="note">Nothing is missing.</p>;
  return (
    <ol class="gap-list">
      {gaps.map((gap, i) => <li key={i}><time>{when(gap.from_ms)}</time> {gapText(gap)}</li>)}
    </ol>
  );
}
