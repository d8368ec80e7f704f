import type { Layout } from "../layout/tile";
import { AnyTile } from "../tiles/any_tile";
import { Trust } from "../tiles/trust";

/** Tiles as chosen, and the trust strip. */
export function Overview({ layout }: { layout: Layout | null }) {
  return (
    <main class="grid overview">
      {layout ? layout.tiles.map(({ tile, span }, i) => <AnyTile key={`${tile.kind} ${i} ${tile.title}`} tile={tile} span={span} />)
        : <section class="tile span12 waiting"><p>Waiting for the first frames. Tiles appear as signals do.</p></section>}
      <Trust />
    </main>
  );
}
