import type { Layout } from "../layout/tile";
import { AnyTile } from "../tiles/any_tile";
import { ComponentTiles } from "../tiles/components";
import { Silence, Troubles } from "../tiles/silence";
import { streamKey } from "../model/store";
import { useComponents } from "../ui/use_components";
import { without } from "../layout/without";
import { Trust } from "../tiles/trust";

/** Tiles as chosen, and the trust strip. */
export function Overview({ layout }: { layout: Layout | null }) {
  const components = useComponents();
  const apart = new Set(components.flatMap((type) => type.components.map(({ latest }) => streamKey(latest))));
  const shown = layout && without(layout, apart);
  return (
    <main class="grid overview">
      {shown ? <><Troubles /><ComponentTiles found={components} /></> : null}
      {shown ? shown.tiles.map(({ tile, span }, i) => <AnyTile key={`${tile.kind} ${i} ${tile.title}`} tile={tile} span={span} />)
        : <Silence />}
      <Trust />
    </main>
  );
}
