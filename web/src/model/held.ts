// The newest row with each signal that not every row has: multiplexed ones.
import type { Row } from "../api/types";
import { signalKey } from "./signal";

export interface Aged {
  row: Row;
  at: number; // performance.now() when its time was
}

export class Held {
  private readonly rows = new Map<string, Aged>(); // by signal
  private readonly came = new Set<string>();

  of(key: string): Aged | undefined {
    return this.rows.get(key);
  }

  /** A row had it, or said why it has no value. */
  has(key: string): boolean {
    return this.came.has(key);
  }

  /** How many there are of which has() is true: it only grows. */
  get count(): number {
    return this.came.size;
  }

  /** `isOptional`: of a signal's key, whether rows without it are to be expected. */
  take(stream: string, { row, at }: Aged, now: number, isOptional: (key: string) => boolean): void {
    for (const [name, { value, label, time_ns, age_ms }] of Object.entries(row.earlier ?? {})) {
      const labels: Record<string, string> = label === undefined ? {} : { [name]: label };
      this.came.add(signalKey(stream, name));
      this.rows.set(signalKey(stream, name), { row: { ...row, time_ns, age_ms, signals: { [name]: value }, labels, quality: {} }, at: now - age_ms });
    }
    for (const [name, value] of Object.entries(row.signals)) {
      const key = signalKey(stream, name);
      if (!isOptional(key)) continue;
      this.came.add(key);
      if (value !== null) this.rows.set(key, { row, at });
    }
    // What is said to be absent is not believed any more once its row is over.
    for (const name of Object.keys(row.quality ?? {})) {
      this.came.add(signalKey(stream, name));
      this.rows.delete(signalKey(stream, name));
    }
  }
}
