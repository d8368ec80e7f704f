import { useEffect, useState } from "preact/hooks";
import { expected, reasons, trouble, type Reason } from "../model/silence";
import { FrameTable } from "../ui/frame_table";
import { store, useLive } from "../ui/live";
import { useFrames } from "../ui/use_frames";

const MOST = 40;

const List = ({ of }: { of: Reason[] }) => (
  <ul class="reasons">{of.map((one) => <li key={one.of} class={one.tone}><b>{one.of}</b> {one.text.split("`").map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</li>)}</ul>
);

const PATIENCE_MS = 2500; // catalog and values come one after the other

/** In the place of an overview, as long as no value has come: why, and the raw frames if there are any. */
export function Silence() {
  const connected = useLive(500).status !== null;
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    if (!connected) return;
    const timer = window.setTimeout(() => setWaited(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [connected]);
  return waited ? <WhyNothing /> : <section class="tile span12 waiting" aria-label="Overview"><p class="note">{connected ? "Looking at the bus." : "Waiting for the node."}</p></section>;
}

function WhyNothing() {
  const raw = useFrames()?.frames ?? [];
  const { status, streams } = store;
  return (
    <section class="tile span12 silence" aria-label="No values yet">
      <h2><span>{raw.length ? "Frames" : "No data yet"}</span><span class="corner">{raw.length > MOST ? <a href="#/frames">all {raw.length}</a> : null}</span></h2>
      <List of={status ? reasons(status, streams, raw.length) : []} />
      <p class="note">{expected(streams)}</p>
      {raw.length ? <div class="table-tile"><FrameTable frames={raw.slice(0, MOST)} /></div> : null}
    </section>
  );
}

/** Above an overview: sources that are not as they should be. Nothing, if all are. */
export function Troubles() {
  const store = useLive(1000);
  const list = (store.status?.sources ?? []).flatMap((source) => trouble(source) ?? []);
  return list.length ? <section class="tile span12 silence" aria-label="Sources"><List of={list} /></section> : null;
}
