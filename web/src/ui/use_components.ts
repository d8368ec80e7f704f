import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api/get";
import type { ComponentAnswer } from "../model/components";
import { store } from "./live";

const EVERY_MS = 1000;
const MOST_TYPES = 6;

async function ask(): Promise<ComponentAnswer[]> {
  const { types } = await getJson<{ types: { type: string }[] }>("api/state/component");
  return Promise.all(types.slice(0, MOST_TYPES).map(({ type }) => getJson<ComponentAnswer>(`api/state/component/${encodeURIComponent(type)}`)));
}

/** Components that the configuration finds in payloads. Asked for once a second, where there are none every ten. */
export function useComponents(): ComponentAnswer[] {
  const [found, set] = useState<ComponentAnswer[]>([]);
  useEffect(() => {
    let timer = 0;
    let wanted = true;
    const go = async () => {
      const got = document.hidden ? null : await ask().catch(() => null);
      if (!wanted) return;
      if (got) set(got);
      timer = window.setTimeout(() => void go(), got?.length === 0 ? 10 * EVERY_MS : EVERY_MS);
    };
    void go();
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [store.layoutVersion]); // another stream may be a component's first
  return found;
}
