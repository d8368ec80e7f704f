// Where the words above a chart stand: each over its span, none over another. Pure.

export interface Label {
  from: number; // of the span, in any unit that `wide` has as well
  to: number;
  wide: number;
  /** What must not be missed stands over its middle and comes first; the rest stands in its span, as far left as there is room. */
  urgent: boolean;
}

const APART = 10;

/** For each label the left end of its words, or null where there is no room between `left` and `right`. */
export function placeLabels(labels: readonly Label[], left: number, right: number, apart = APART): (number | null)[] {
  const taken: { from: number; to: number }[] = [];
  const places = new Array<number | null>(labels.length).fill(null);
  const blocker = (x: number, wide: number) => taken.find((other) => x < other.to + apart && x + wide + apart > other.from);
  const put = (i: number, x: number) => {
    places[i] = x;
    taken.push({ from: x, to: x + labels[i]!.wide });
  };
  labels.forEach(({ from, to, wide, urgent }, i) => {
    if (!urgent || wide > right - left) return;
    const x = Math.min(Math.max((from + to) / 2 - wide / 2, left), right - wide);
    if (!blocker(x, wide)) put(i, x);
  });
  labels.forEach(({ from, to, wide, urgent }, i) => {
    if (urgent) return;
    let x = Math.max(from, left);
    for (let other = blocker(x, wide); other; other = blocker(x, wide)) x = other.to + apart;
    if (x + wide <= Math.min(to, right)) put(i, x);
  });
  return places;
}
