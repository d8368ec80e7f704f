// How far a clock can be trusted, in words. Pure.
import type { NodeStatus } from "../api/types";
import { duration } from "./format";

/** The node's clock against that of the device this page is seen on. */
export interface Measured {
  offset_ms: number; // node minus here
  error_ms: number; // half of the way there and back
}

function beside({ offset_ms, error_ms }: Measured): string {
  const apart = Math.abs(offset_ms);
  return apart <= error_ms + 2 ? `± ${duration(Math.max(1, error_ms) / 1000)} to this device`
    : `${duration(apart / 1000)} ${offset_ms > 0 ? "ahead of" : "behind"} this device`;
}

/** What the node's kernel says, and where that is nothing to rely on, what can be measured from here; and whether it is good. */
export function clockText(said: NodeStatus["clock"], measured: Measured | null): [string, boolean] {
  const far = measured !== null && Math.abs(measured.offset_ms) > 1000 + measured.error_ms;
  if (said?.synchronised) {
    const text = `synchronised${said.error_ms === null ? "" : ` ± ${duration(Math.max(1, said.error_ms) / 1000)}`}`;
    return [far ? `${text}, but ${beside(measured)}` : text, !far];
  }
  const here = measured ? beside(measured) : null;
  return said ? [`not synchronised${here ? `, ${here}` : ""}`, false] : [here ?? "not known", !far];
}
