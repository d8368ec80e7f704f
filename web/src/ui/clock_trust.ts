// How far the node's clock can be believed: as it says itself, else measured against this device's.
import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api/get";
import { clockText, type Measured } from "../model/clock";
import { store } from "./live";

async function measure(): Promise<Measured | null> {
  let best: Measured | null = null;
  for (let i = 0; i < 3; ++i) {
    const sent = Date.now();
    const began = performance.now();
    const status = await getJson<{ time_ns: string }>("api/status").catch(() => null);
    if (!status) return best;
    const half = (performance.now() - began) / 2;
    const offset = Number(BigInt(status.time_ns) / 1_000_000n) - (sent + half);
    if (!best || half < best.error_ms) best = { offset_ms: offset, error_ms: half };
  }
  return best;
}

/** A phrase and whether it is good: ["synchronised ± 2 ms", true]. */
export function useClockTrust(): [string, boolean] {
  const [measured, set] = useState<Measured | null>(null);
  useEffect(() => {
    const go = () => void measure().then((found) => found && set(found));
    go();
    const timer = window.setInterval(go, 60_000);
    return () => window.clearInterval(timer);
  }, [store.historyVersion]);
  return clockText(store.status?.clock, measured);
}
