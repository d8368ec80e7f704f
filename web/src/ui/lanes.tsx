import { behind_s, behindShare, laneText, laneTone } from "../model/trust";
import { store } from "./live";

/** Each lane by how far it is behind. */
export function Lanes() {
  return (
    <div class="lanes">
      {(store.status?.lanes ?? []).map((lane) => {
        const behind = behind_s(lane, store.laneRates.get(lane.name)?.per_s ?? null);
        const tone = laneTone(lane);
        return (
          <div class="lane" key={lane.name} data-lane={lane.name} data-state={lane.state}>
            <span class="name" title={lane.type}>{lane.name}</span>
            <div class={`bar ink-${tone}`}><i style={{ transform: `scaleX(${behindShare(behind)})` }} /></div>
            <span class={tone === "accent" ? "" : `${tone}-text`} title={lane.message}>{laneText(lane, behind)}</span>
          </div>
        );
      })}
    </div>
  );
}
