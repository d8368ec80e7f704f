// How far a clock can be trusted, in words. Pure.
import type { NodeStatus } from "../api/types";
import { clockMinute, duration } from "./format";

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

/** The last time that the clock was set in this run: "set forward 56 y at 07:49". Nothing where it never was. */
function lastStep(said: NodeStatus["clock"]): string {
  const step = said?.last_steps?.at(-1);
  if (!step) return "";
  const times = (said?.steps ?? 1) > 1 ? `, set ${said?.steps} times` : "";
  return `, set ${step.by_ms > 0 ? "forward" : "back"} ${duration(Math.abs(step.by_ms) / 1000)} at ${clockMinute(Date.parse(step.to))}${times}`;
}

/** What the node's kernel says, and where that is nothing to rely on, what can be measured from here; and whether it is good. */
export function clockText(said: NodeStatus["clock"], measured: Measured | null): [string, boolean] {
  const far = measured !== null && Math.abs(measured.offset_ms) > 1000 + measured.error_ms;
  if (said?.synchronised) {
    const text = `synchronised${said.error_ms === null ? "" : ` ± ${duration(Math.max(1, said.error_ms) / 1000)}`}`;
    return [`${far ? `${text}, but ${beside(measured)}` : text}${lastStep(said)}`, !far];
  }
  const here = measured ? beside(measured) : null;
  return said ? [`not synchronised${here ? `, ${here}` : ""}${lastStep(said)}`, false] : [here ?? "not known", !far];
}
