import type { Alarm } from "../api/types";
import { bytes, clockTime, duration, plural, when } from "../model/format";
import { holds_s, leadingLane, withinText } from "../model/trust";
import { LedgerFlow } from "../ui/ledger";
import { Lanes } from "../ui/lanes";
import { useClockTrust } from "../ui/clock_trust";
import { useLive } from "../ui/live";

/** Always there: what became of every record, who is behind, what disk and clock are good for. */
export function Trust() {
  const store = useLive(500);
  const [clock, clockGood] = useClockTrust();
  const status = store.status;
  const lane = status ? leadingLane(status.lanes) : null;
  const uptime = status?.uptime_s ?? 0;
  const rate = uptime > 60 ? store.appended.per_s : status && uptime > 3 ? Number(status.journal.appended_bytes) / uptime : null;
  const holds = status ? holds_s(status.journal, rate) : null;
  const since = status?.started ? Date.parse(status.started) : null;
  return (
    <section class="tile span12 trust" aria-label="Trust">
      <h2><span>Trust</span><span class="corner">{since === null ? "" : `${lane ? `${lane.name} lane · ` : ""}every record since ${Date.now() - since < 86_400_000 ? clockTime(since) : when(since)}`}</span></h2>
      {status?.alarms?.length ? <Alarms alarms={status.alarms} /> : null}
      <div class="columns">
        {lane ? <LedgerFlow ledger={lane.ledger} name={lane.name} /> : <div class="ledger faint">waiting for the node</div>}
        <Lanes />
        <dl class="facts">
          <div><dt>the journal holds</dt><dd>{holds === null ? "–" : duration(holds)}<small> at this rate</small></dd></div>
          <div><dt>clock</dt><dd class={clockGood ? "" : "warn-text"}>{clock}</dd></div>
          <div><dt>on disk within</dt><dd>{withinText(store.unsynced_ms)}</dd></div>
          <div><dt>of it used</dt><dd>{status ? bytes(status.journal.bytes) : "–"}<small> of {status ? bytes(status.journal.cap_bytes) : "–"}, {status ? plural(status.gaps.count, "gap") : ""}</small></dd></div>
        </dl>
      </div>
    </section>
  );
}

/** What somebody should see to although the node goes on. */
function Alarms({ alarms }: { alarms: readonly Alarm[] }) {
  return (
    <ul class="alarms" role="alert">
      {alarms.map((alarm) => <li key={alarm.name + alarm.message}>{alarm.since === null ? null : <time>{when(Date.parse(alarm.since))}</time>} {alarm.message}</li>)}
    </ul>
  );
}
