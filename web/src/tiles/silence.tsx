import { expected, reasons, trouble, type Reason } from "../model/silence";
import { FrameTable } from "../ui/frame_table";
import { store, useLive } from "../ui/live";
import { useFrames } from "../ui/use_frames";

const MOST = 40;

const List = ({ of }: { of: Reason[] }) => (
  <ul class="reasons">{of.map((one) => <li key={one.of} class={one.tone}><b>{one.of}</b> {one.text.split("`").map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</li>)}</ul>
);

/** In the place of an overview, as long as no value has come: why, and the raw frames if there are any. */
export function Silence() {
  useLive(500);
  const raw = useFrames()?.frames ?? [];
  const { status, streams } = store;
  return (
    <section class="tile span12 silence" aria-label="No values yet">
      <h2><span>{raw.length ? "Frames" : "No data yet"}</span><span class="corner">{raw.length > MOST ? <a href="#/frames">all {raw.length}</a> : null}</span></h2>
      {status ? <List of={reasons(status, streams, raw.length)} /> : <p class="note">Waiting for the node.</p>}
      {status ? <p class="note">{expected(streams)}</p> : null}
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
