import { Chips } from "../ui/chips";
import { useLive } from "../ui/live";
import { Tile } from "../ui/tile";

/** What is left. */
export function ReadingsTile({ title, signals, span }: { title: string; signals: string[]; span: number }) {
  useLive(250);
  return <Tile title={title} span={span} corner={<a href="#/signals">all signals</a>}><Chips signals={signals} /></Tile>;
}
