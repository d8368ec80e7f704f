import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api/get";
import type { RawFrame } from "../model/frames";

const EVERY_MS = 500;
const MOST = 1000;

interface Frames {
  frames: RawFrame[];
  dropped: number; // identifiers that the node no longer keeps
}

/** The raw frames of the node, asked for twice a second while somebody looks. Null before the first answer. */
export function useFrames(): Frames | null {
  const [now, set] = useState<Frames | null>(null);
  useEffect(() => {
    let wanted = true;
    let timer = 0;
    const ask = async () => {
      const got = document.hidden ? null : await getJson<Frames>("api/frames", { limit: MOST }).catch(() => null);
      if (!wanted) return;
      if (got) set(got);
      timer = window.setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, []);
  return now;
}
