// How far the node's clock can be believed: as it says itself, else measured against this device's.
import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api/get";
import { duration } from "../model/format";
import { store } from "./live";

interface Measured {
  offset_ms: number; // node minus here
  error_ms: number; // half of the way there and back
}

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

/** A phrase and whether it is good: ["within 12 ms of this device", true]. */
export function useClockTrust(): [string, boolean] {
  const [measured, set] = useState<Measured | null>(null);
  useEffect(() => {
    const go = () => void measure().then((found) => found && set(found));
    go();
    const timer = window.setInterval(go, 60_000);
    return () => window.clearInterval(timer);
  }, [store.historyVersion]);
  const said = store.status?.clock;
  if (said?.source) return [`${said.source}${said.error_ms != null ? ` ± ${duration(said.error_ms / 1000)}` : ""}`, true];
  if (!measured) return ["not known", true];
  const apart = Math.abs(measured.offset_ms);
  if (apart <= measured.error_ms + 2) return [`± ${duration(Math.max(1, measured.error_ms) / 1000)} to this device`, true];
  return [`${duration(apart / 1000)} ${measured.offset_ms > 0 ? "ahead of" : "behind"} this device`, apart < 1000];
}
