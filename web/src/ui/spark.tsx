import { useSeries } from "./use_series";

const W = 300;
const H = 60;

/** The last two minutes of a signal. Holes stay holes. */
export function Spark({ of, seconds = 120 }: { of: string; seconds?: number }) {
  const { columns } = useSeries([of], seconds * 1000, seconds);
  const values = columns.get(of)!.mean;
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (v === null) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  const span = Math.max(high - low, Math.abs(high) * 0.02, 1e-6);
  let line = "";
  let area = "";
  let start = -1;
  const x = (i: number) => ((i / (values.length - 1)) * W).toFixed(1);
  values.forEach((v, i) => {
    if (v === null) return;
    const point = `${x(i)} ${(H - 3 - ((v - low) / span) * (H - 8)).toFixed(1)}`;
    const begins = (values[i - 1] ?? null) === null;
    if (begins) start = i;
    line += `${begins ? "M" : "L"}${point}`;
    area += begins ? `M${x(i)} ${H}L${point}` : `L${point}`;
    if ((values[i + 1] ?? null) === null && start >= 0) area += `L${x(i)} ${H}Z`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="area" d={area} />
      <path class="line" d={line} />
    </svg>
  );
}
