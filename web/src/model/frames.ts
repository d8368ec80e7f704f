// Raw frames as /api/frames tells them, and which of their bytes moved lately. Pure but for its own memory.

export interface RawFrame {
  channel: string;
  id: number;
  extended: boolean;
  remote: boolean;
  error: boolean;
  fd: boolean;
  message: string | null; // what a DBC calls it
  age_ms: number;
  length: number;
  data: string; // hex
  count: number | string;
  rate: number | null; // frames a second
}

export const frameKey = (frame: RawFrame): string => `${frame.channel} ${frame.extended ? "x" : ""}${frame.remote ? "r" : ""}${frame.error ? "e" : ""}${frame.id}`;

const LIT_MS = 1500;

/** Remembers the bytes of each identifier. */
export class ByteWatch {
  private readonly known = new Map<string, { data: string; moved: number[] }>();

  /** The indices of the bytes that moved in the last moments; of a frame that is seen first, none. */
  look(frame: RawFrame, now_ms: number): Set<number> {
    const key = frameKey(frame);
    const before = this.known.get(key);
    const moved = before?.moved ?? [];
    for (let i = 0; before && i < frame.data.length / 2; ++i) {
      if (before.data.slice(2 * i, 2 * i + 2) !== frame.data.slice(2 * i, 2 * i + 2)) moved[i] = now_ms;
    }
    this.known.set(key, { data: frame.data, moved });
    return new Set(moved.flatMap((at, i) => (at !== undefined && now_ms - at <= LIT_MS ? [i] : [])));
  }
}

/** "1F2, Inverter, can0": each word is somewhere in it. */
export const frameMatches = (frame: RawFrame, hexId: string, words: readonly string[]): boolean => {
  const text = `${hexId} ${frame.channel}:${frame.message ?? "unknown"}`.toLowerCase();
  return words.every((word) => text.includes(word));
};
