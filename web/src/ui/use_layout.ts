import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiProblem, getJson } from "../api/get";
import { offers } from "../api/offers";
import { chooseLayout } from "../layout/choose";
import { givenLayout, type GivenTile } from "../layout/given";
import type { Layout } from "../layout/tile";
import { store } from "./live";

const SETTLE_MS = 1200; // streams come one after the other at first; tiles should not move for each

/** The overview's tiles: as the configuration gives them, else as the catalog suggests. Null until something is known. */
export function useLayout(): Layout | null {
  const [given, setGiven] = useState<{ tiles?: GivenTile[] } | null>(null);
  const [version, setVersion] = useState(-1);
  useEffect(() => {
    void offers("/api/layout").then((has) => (has ? getJson<{ tiles?: GivenTile[] }>("api/layout") : null)).then(setGiven, (problem: unknown) => {
      if (!(problem instanceof ApiProblem && problem.status === 404)) console.warn("no layout", problem);
    });
  }, []);
  const changed = store.layoutVersion;
  const ready = store.signals.size > 0 && store.seen.size > 0;
  useEffect(() => {
    if (!ready) return;
    const timer = window.setTimeout(() => setVersion(changed), version < 0 ? 150 : SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [changed, ready]);
  return useMemo(() => {
    if (version < 0) return null;
    const all = store.streams.flatMap((stream) => stream.signals.map((info) => store.signals.get(`${stream.stream}.${info.name}`)!));
    const chosen = chooseLayout(all, new Set(store.seen.keys()));
    return givenLayout(given, all, chosen.kind) ?? chosen;
  }, [version, given]);
}
