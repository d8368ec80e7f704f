// What the page itself has seen of a signal lately, in buckets of one second.

export const BUCKET_MS = 1000;

export interface Bucket {
  t: number; // ms, the beginning
  min: number;
  max: number;
  sum: number;
  n: number;
  last: number;
}

/** Ascending buckets, at most `keep`. Values older than the newest bucket are left out: they came before. */
export class Recent {
  readonly buckets: Bucket[] = [];
  constructor(private readonly keep = 660) {}

  add(time_ms: number, value: number): void {
    const t = Math.floor(time_ms / BUCKET_MS) * BUCKET_MS;
    const newest = this.buckets[this.buckets.length - 1];
    if (newest && t < newest.t) return;
    if (newest && t === newest.t) {
      newest.min = Math.min(newest.min, value);
      newest.max = Math.max(newest.max, value);
      newest.sum += value;
      newest.n += 1;
      newest.last = value;
      return;
    }
    this.buckets.push({ t, min: value, max: value, sum: value, n: 1, last: value });
    if (this.buckets.length > this.keep) this.buckets.splice(0, this.buckets.length - this.keep);
  }
}
