import { useState } from "preact/hooks";
import type { Line } from "../layout/tile";
import { fullTitle } from "../layout/hints";
import { Chart } from "../ui/chart";
import { store, useLive } from "../ui/live";
import { SignalPicker } from "../ui/signal_picker";
import type { Place } from "../ui/views";

const MINUTE = 60_000;
const WINDOWS = [
  { name: "10 min", ms: 10 * MINUTE }, { name: "1 h", ms: 60 * MINUTE }, { name: "6 h", ms: 360 * MINUTE },
  { name: "1 d", ms: 1440 * MINUTE }, { name: "7 d", ms: 7 * 1440 * MINUTE }, { name: "30 d", ms: 30 * 1440 * MINUTE },
];
const MOST = 8;
const POINTS = 700;

/** Any signals over any time. The address keeps the choice. */
export function Charts({ place, suggested }: { place: Place; suggested: string[] }) {
  useLive(2000);
  const picked = place.parameters.getAll("s");
  const keys = (picked.length ? picked : suggested).slice(0, MOST);
  const window_ms = WINDOWS.find((window) => window.name === place.parameters.get("t"))?.ms ?? WINDOWS[0]!.ms;
  const [together, setTogether] = useState(false);
  const go = (next: string[], name?: string) => {
    const parameters = new URLSearchParams(next.map((key) => ["s", key]));
    const time = name ?? place.parameters.get("t");
    if (time) parameters.set("t", time);
    location.hash = `#/charts?${parameters}`;
  };
  const lines = keys.flatMap((key): Line[] => {
    const signal = store.signals.get(key);
    return signal ? [{ label: fullTitle(signal), unit: signal.info.unit, keys: [key], scale: 1 }] : [];
  });
  const drop = (key: string) => go(keys.filter((other) => other !== key));
  return (
    <main class="page charts">
      <div class="tools">
        <SignalPicker taken={keys} onPick={(key) => go([...keys, key].slice(-MOST))} />
        <div class="choice" role="group" aria-label="Time range">
          {WINDOWS.map(({ name, ms }) => <button key={name} type="button" aria-pressed={ms === window_ms} onClick={() => go(keys, name)}>{name}</button>)}
        </div>
        <label class="check"><input type="checkbox" checked={together} onChange={(event) => setTogether(event.currentTarget.checked)} /> in one chart</label>
      </div>
      {together && lines.length ? <ChartCard lines={lines} window_ms={window_ms} onDrop={drop} height={380} />
        : lines.map((line) => <ChartCard key={line.keys[0]} lines={[line]} window_ms={window_ms} onDrop={drop} height={lines.length > 2 ? 150 : 220} />)}
      {lines.length ? null : <p class="empty">Pick a signal to see it over time.</p>}
    </main>
  );
}

function ChartCard({ lines, window_ms, height, onDrop }: { lines: Line[]; window_ms: number; height: number; onDrop: (key: string) => void }) {
  return (
    <section class="tile chart-card">
      <Chart lines={lines} window_ms={window_ms} points={POINTS} height={height} sync="charts" label={lines.map((line) => line.label).join(", ")} />
      <div class="drops">{lines.map((line) => <button key={line.keys[0]} type="button" class="drop" onClick={() => onDrop(line.keys[0])} aria-label={`Remove ${line.label}`}>{lines.length > 1 ? line.label : ""} ×</button>)}</div>
    </section>
  );
}
