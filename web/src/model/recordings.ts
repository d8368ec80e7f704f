// The files that sinks have recorded, and the calls that have more recorded. Pure.

export interface RecordedFile {
  sink: string;
  path: string;
  bytes: number | string;
  messages: number | string;
  from_ns: string;
  to_ns: string;
  finished_ns: string;
}

export interface Trigger {
  sink: string;
  any: boolean; // a call of any name
  names: string[];
  before_ms: number;
  after_ms: number;
}

export interface Recordings {
  recordings: RecordedFile[]; // of each sink, the newest last
  triggers: Trigger[];
}

/** What can be called, and who records it then. */
export interface Button {
  name: string;
  text: string;
  sinks: Trigger[];
}

/** The name of calls from here, where a sink takes any. */
const OWN_NAME = "page";

export function buttonsOf(triggers: readonly Trigger[]): Button[] {
  const names = [...new Set(triggers.flatMap((one) => one.names))];
  const takers = (name: string) => triggers.filter((one) => one.any || one.names.includes(name));
  const buttons = names.map((name): Button => ({ name, text: name, sinks: takers(name) }));
  const own = triggers.some((one) => one.any) && !names.includes(OWN_NAME);
  return own ? [{ name: OWN_NAME, text: "now", sinks: takers(OWN_NAME) }, ...buttons] : buttons;
}

/** A call that was taken. */
export interface Call {
  name: string;
  sink: string;
  at_ms: number; // by the node's clock
  after_ms: number;
}

export const ms = (ns: string): number => Number(BigInt(ns) / 1_000_000n);
export const fileName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const SLACK_MS = 1000; // a window ends by the time of sealing

/** The file with the end of what was called for, once it is finished. A window has several where one was full. */
export const fileOf = (call: Call, files: readonly RecordedFile[]): RecordedFile | undefined =>
  files.find((file) => file.sink === call.sink && ms(file.finished_ns) >= call.at_ms + call.after_ms - SLACK_MS);
