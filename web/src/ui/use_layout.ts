import { useEffect, useMemo, useState } from "preact/hooks";
import { getJson } from "../api/get";
import { chooseLayout } from "../layout/choose";
import { givenLayout, type GivenTile } from "../layout/given";
import type { Layout } from "../layout/tile";
import { isBus } from "../model/bus";
import { store } from "./live";

const SETTLE_MS = 1200; // streams come one after the other at first; tiles should not move for each

/** The overview's tiles: as the configuration gives them, else as the catalog suggests. Null until something is known. */
export function useLayout(): Layout | null {
  const [given, setGiven] = useState<{ tiles: GivenTile[] } | null>(null);
  const [version, setVersion] = useState(-1);
  useEffect(() => {
    getJson<{ tiles: GivenTile[] }>("api/layout").then(setGiven, (problem: unknown) => console.warn("no layout", problem));
  }, []);
  const changed = store.layoutVersion;
  const ready = store.streams.some((stream) => !isBus(stream) && stream.signals.length > 0 && store.seen.has(stream.stream));
  useEffect(() => {
    if (!ready) return;
    const timer = window.setTimeout(() => setVersion(changed), version < 0 ? 150 : SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [changed, ready]);
  return useMemo(() => {
    if (version < 0) return null;
    const all = store.streams.filter((stream) => !isBus(stream)).flatMap((stream) => stream.signals.map((info) => store.signals.get(`${stream.stream}.${info.name}`)!));
    const chosen = chooseLayout(all, (signal) => store.isSent(signal));
    return givenLayout(given, all, chosen.kind) ?? chosen;
  }, [version, given]);
}
