// Why there is nothing to see, in words. Pure.
import type { NodeStatus, SourceStatus, StreamInfo } from "../api/types";
import { clockTime, plural } from "./format";

export interface Reason {
  of: string; // source
  tone: "plain" | "warn" | "bad";
  text: string;
}

/** What a source says of itself where not all is well with it; null: all is. */
export function trouble(source: SourceStatus): Reason | null {
  const reason = (tone: Reason["tone"], text: string): Reason => ({ of: source.name, tone, text });
  switch (source.state) {
    case "failed": return reason("bad", `has failed: ${source.message || "no reason given"}`);
    case "waiting": return reason("warn", source.message || "waits");
    case "opening": return reason("plain", source.message || "is being opened");
    default: return source.hint ? reason("warn", source.hint) : null;
  }
}

const isMessage = (stream: StreamInfo): boolean => stream.id !== null;

/** For each source of a node none of whose values has come yet. `identifiers`: how many have been seen as raw frames. */
export function reasons(status: NodeStatus, streams: readonly StreamInfo[], identifiers: number): Reason[] {
  const messages = streams.filter(isMessage).length;
  return status.sources.map((source) => {
    const own = trouble(source);
    if (own) return own;
    const records = Number(source.records);
    const text = records === 0
      ? `${source.state === "ended" ? source.message || "has ended" : "is open"}, 0 frames${status.started ? ` since ${clockTime(Date.parse(status.started))}` : ""}`
      : `${plural(source.records, "frame")} came, with ${plural(identifiers, "identifier")}; ` +
        (messages === 0 ? "no DBC is given, so they are shown as they are" : "the DBC knows none of them");
    return { of: source.name, tone: records === 0 ? "warn" : "plain", text };
  });
}

/** What would come if the DBC's senders sent. */
export function expected(streams: readonly StreamInfo[]): string {
  const messages = streams.filter(isMessage);
  const signals = messages.reduce((sum, stream) => sum + stream.signals.length, 0);
  return messages.length ? `${plural(signals, "signal")} in ${plural(messages.length, "message")} ${signals === 1 ? "is" : "are"} known from the DBC; their tiles appear with the first frame.`
    : "Tiles appear as soon as a DBC gives frames a meaning. Give the source one: dbc = \"my.dbc\".";
}
