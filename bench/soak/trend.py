"""One figure over time: where it stood and whether it goes up."""

from statistics import fmean, median


class Trend:
    """`samples`: with "at" in seconds. The first quarter is the warm-up and says nothing about growth."""

    def __init__(self, samples, key):
        self.values = [sample[key] for sample in samples]
        warm = len(samples) // 4
        at, later = [sample["at"] for sample in samples[warm:]], self.values[warm:]
        mean_at, mean = fmean(at), fmean(later)
        spread = sum((t - mean_at) ** 2 for t in at)
        self.slope_an_hour = 3600 * sum((t - mean_at) * (v - mean) for t, v in zip(at, later)) / spread if spread else 0.0
        self.middle = median(self.values[warm : 2 * warm] or self.values)
        third = median(self.values[2 * warm : 3 * warm] or self.values)
        last = median(self.values[3 * warm :] or self.values)
        self.grew = last - self.middle
        # What leaks grows in every quarter. A buffer that was never as full as once grows once.
        self.grew_each_quarter = min(third - self.middle, last - third)
        # What comes and goes (connections of a pool) moves median and mean, and comes down again and again. What
        # leaks never does: the least of a quarter rises with it.
        self.floor_rose = min(self.values[3 * warm :] or self.values) - min(self.values[warm : 2 * warm] or self.values)

    def points(self):
        """Start, middle, end, most."""
        return self.values[0], self.values[len(self.values) // 2], self.values[-1], max(self.values)
