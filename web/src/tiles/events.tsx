import { when } from "../model/format";
import { Tile } from "../ui/tile";
import { useLive } from "../ui/live";

/** What happened, newest first, in words. */
export function EventsTile({ title, span }: { title: string; span: number }) {
  const store = useLive(500);
  const list = store.events.list.slice(0, 6);
  return (
    <Tile title={title} span={span} class="events" corner={<a href="#/health">all</a>}>
      <ol>
        {list.map((one) => <li key={one.key} class={one.tone}><time>{when(one.at, store.nodeNow())}</time> {one.text}</li>)}
        {list.length ? null : <li class="plain">nothing yet</li>}
      </ol>
    </Tile>
  );
}
