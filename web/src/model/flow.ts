// Which way power goes, and in which words. Pure.

export type Flow = "out" | "back" | "charging" | "idle" | "unknown";

const REST_KW = 0.05;

/** Positive kilowatts leave the battery. */
export function flowOf(kw: number | null, charging: boolean): Flow {
  if (kw === null) return "unknown";
  if (charging) return "charging";
  return kw > REST_KW ? "out" : kw < -REST_KW ? "back" : "idle";
}

export function flowWord(flow: Flow, moving: boolean): string {
  switch (flow) {
    case "out": return moving ? "driving" : "standing, loads on";
    case "back": return moving ? "regenerating" : "flowing back";
    case "charging": return "charging";
    case "idle": return "at rest";
    case "unknown": return "not known";
  }
}

/** How hard, in three steps: the speed of what moves on the picture. */
export const flowStep = (kw: number): 1 | 2 | 3 => (Math.abs(kw) < 5 ? 1 : Math.abs(kw) < 25 ? 2 : 3);
