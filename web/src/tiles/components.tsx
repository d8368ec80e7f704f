import { duration } from "../model/format";
import { parts, type ComponentAnswer } from "../model/components";
import { Tile } from "../ui/tile";

const MOST_IDS = 24;

/** Components that the configuration finds in payloads, a tile for each type. */
export function ComponentTiles({ found }: { found: ComponentAnswer[] }) {
  const span = found.length === 1 ? 12 : found.length === 2 || found.length === 4 ? 6 : 4;
  return <>{found.map((answer) => <ComponentTile key={answer.type} answer={answer} span={span} />)}</>;
}

function ComponentTile({ answer, span }: { answer: ComponentAnswer; span: number }) {
  const shown = answer.components.slice(0, MOST_IDS);
  const youngest = Math.min(...shown.map((component) => component.latest.age_ms));
  return (
    <Tile title={answer.type} span={span} class="components" corner={Number.isFinite(youngest) ? `${[...new Set(shown.map((one) => one.latest.message))].join(", ")} · ${duration(youngest / 1000)}` : ""}>
      <dl>
        {shown.map((component) => (
          <div key={component.id}>
            <dt>{component.id}</dt>
            <dd class="chips">{parts(component).map((part) => <span key={part.key} class="chip">{part.key ? <span>{part.key}</span> : null} <b class={part.stale ? "num stale" : "num"}>{part.text}</b></span>)}</dd>
          </div>
        ))}
      </dl>
      {answer.components.length > shown.length ? <p class="note">and {answer.components.length - shown.length} more</p> : null}
    </Tile>
  );
}
