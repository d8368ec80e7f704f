import { useState } from "preact/hooks";
import { canId, plural } from "../model/format";
import { frameMatches } from "../model/frames";
import { FrameTable } from "../ui/frame_table";
import { useLive } from "../ui/live";
import { useFrames } from "../ui/use_frames";

const MOST = 400; // rows drawn at once; the search narrows them

/** All identifiers on the bus, known to a DBC or not. */
export function Frames() {
  useLive(250);
  const [search, setSearch] = useState("");
  const all = useFrames()?.frames;
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (all ?? []).filter((frame) => frameMatches(frame, canId(frame.id, frame.extended), words));
  const unknown = found.filter((frame) => frame.message === null && !frame.error).length;
  return (
    <main class="page">
      <div class="tools">
        <input type="search" placeholder="id, message, channel, unknown" aria-label="Search frames" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        <span class="faint" role="status">{plural(found.length, "identifier")}{unknown ? `, ${unknown} in no DBC` : ""}{found.length > MOST ? `; the first ${MOST} are shown` : ""}</span>
      </div>
      <div class="tile table-tile">
        <FrameTable frames={found.slice(0, MOST)} />
        {found.length ? null : <p class="empty">{all === undefined ? "Asking the node." : all.length ? "No frame is called so." : "No frames have come yet."}</p>}
      </div>
    </main>
  );
}
