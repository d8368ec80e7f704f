// Rates from counters that are told each second.

interface Sample {
  at: number; // s
  n: number;
}

/** The rate of a counter over the last `window_s`. A counter that goes back has begun anew. */
export class Rate {
  private samples: Sample[] = [];
  constructor(private readonly window_s = 10) {}

  add(at: number, n: number): void {
    const last = this.samples[this.samples.length - 1];
    if (last && (n < last.n || at <= last.at)) this.samples = [];
    this.samples.push({ at, n });
    while (this.samples.length > 2 && at - this.samples[1]!.at >= this.window_s) this.samples.shift();
  }

  get per_s(): number | null {
    const first = this.samples[0];
    const last = this.samples[this.samples.length - 1];
    return first && last && last.at > first.at ? (last.n - first.n) / (last.at - first.at) : null;
  }
}
