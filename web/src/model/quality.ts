// How a value stands, in words that need no legend. Pure.

export interface Why {
  word: string; // beside the value
  long: string; // where there is room
}

/** There is a value, but it is not as it should be. */
export const STALE: Why = { word: "stale", long: "no newer value has come" };
export const OUT: Why = { word: "out of range", long: "outside of its declared range" };

/** There is none. */
export const NEVER: Why = { word: "never seen", long: "not seen yet" };
const NOT_SENT: Why = { word: "not sent", long: "not in the newest frame" };
const ABSENT = new Map<string, Why>([
  ["inactive", NOT_SENT],
  ["not_available", { word: "not available", long: "its sender says that it has no value" }],
  ["error", { word: "error", long: "its sender reports an error, or what was computed is no number" }],
  ["out_of_range", { word: "out of range", long: "outside of what is declared possible" }],
  ["stale", { word: "inputs stale", long: "what it is computed of has not come recently enough" }],
]);

/** Why a signal is not in a row, as the row's `quality` says it; undefined: it was not sent. A newer node may know more reasons. */
export const absence = (quality: string | undefined): Why =>
  quality === undefined ? NOT_SENT : ABSENT.get(quality) ?? { word: quality.replaceAll("_", " "), long: quality.replaceAll("_", " ") };
