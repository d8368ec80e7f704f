import type { Layout } from "./layout/tile";
import { Explain } from "./ui/explain";
import { store, useLive } from "./ui/live";
import { TopBar } from "./ui/top_bar";
import { useLayout } from "./ui/use_layout";
import { usePlace } from "./ui/views";
import { Charts } from "./views/charts";
import { Frames } from "./views/frames";
import { Health } from "./views/health";
import { Overview } from "./views/overview";
import { Signals } from "./views/signals";

/** What the overview's large chart shows is a good beginning for Charts. */
const suggestedBy = (layout: Layout | null): string[] => {
  const chart = layout?.tiles.find(({ tile }) => tile.kind === "chart")?.tile;
  return chart?.kind === "chart" ? [...new Set(chart.lines.flatMap((line) => line.keys))].reverse().slice(0, 3) : [];
};

export function App() {
  useLive(1000);
  const place = usePlace();
  const layout = useLayout();
  document.title = `${store.status?.node ?? "cantrail"} · ${place.view === "overview" ? "cantrail" : place.view}`;
  return (
    <div class={store.connected ? "" : "disconnected"}>
      <TopBar view={place.view} kind={layout?.kind ?? ""} />
      {store.connected || store.lostAt === null ? null : <p class="banner" role="alert">The node does not answer. Values are the last known; the page goes on trying.</p>}
      {place.view === "overview" ? <Overview layout={layout} /> : null}
      {place.view === "charts" ? <Charts place={place} suggested={suggestedBy(layout)} /> : null}
      {place.view === "signals" ? <Signals /> : null}
      {place.view === "frames" ? <Frames /> : null}
      {place.view === "health" ? <Health /> : null}
      <Explain />
    </div>
  );
}
