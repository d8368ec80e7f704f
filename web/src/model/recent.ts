// What the page itself has seen of a signal lately, in buckets of one second.

export const BUCKET_MS = 1000;

export interface Bucket {
  t: number; // ms, the beginning
  min: number;
  max: number;
  sum: number;
  n: number; // 0: only said to be absent
  last: number;
  why?: string; // it was absent, in this second's last row
}

/** Ascending buckets, at most `keep`. Values older than the newest bucket are left out: they came before. */
export class Recent {
  readonly buckets: Bucket[] = [];
  constructor(private readonly keep = 660) {}

  add(time_ms: number, value: number): void {
    const bucket = this.at(time_ms);
    if (!bucket) return;
    bucket.min = bucket.n ? Math.min(bucket.min, value) : value;
    bucket.max = bucket.n ? Math.max(bucket.max, value) : value;
    bucket.sum += value;
    bucket.n += 1;
    bucket.last = value;
    delete bucket.why;
  }

  /** A row came, and said why it has no value. */
  addAbsent(time_ms: number, why: string): void {
    const bucket = this.at(time_ms);
    if (bucket) bucket.why = why;
  }

  private at(time_ms: number): Bucket | null {
    const t = Math.floor(time_ms / BUCKET_MS) * BUCKET_MS;
    const newest = this.buckets[this.buckets.length - 1];
    if (newest && t < newest.t) return null;
    if (newest && t === newest.t) return newest;
    const bucket: Bucket = { t, min: 0, max: 0, sum: 0, n: 0, last: 0 };
    this.buckets.push(bucket);
    if (this.buckets.length > this.keep) this.buckets.splice(0, this.buckets.length - this.keep);
    return bucket;
  }
}
