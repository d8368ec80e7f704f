"""What the crash tests hold against each other: rows and gaps of a journal, in the words in which stores.py gives a store's."""

import bisect
import collections


def assert_same(what, found, wanted):
    """Two long lists; tells where they part, and what is around."""
    if found == wanted:
        return
    at = next((i for i, (one, other) in enumerate(zip(found, wanted)) if one != other), min(len(found), len(wanted)))
    around = slice(max(0, at - 2), at + 3)
    raise AssertionError(
        f"{what}: {len(found)} of {len(wanted)}, other from number {at} on: {found[around]}, not {wanted[around]}"
    )


def of_source(batches, name):
    return [batch for batch in batches if batch.source == name]


def rows_of(batches):
    """(epoch, seq, index, number in the payload) of each frame, in the order of positions."""
    return [
        (batch.epoch, batch.seq, index, int.from_bytes(data, "little"))
        for batch in batches
        for index, (_, _, data) in enumerate(batch.frames)
    ]


def numbers_of(rows):
    return [row[-1] for row in rows]


def gaps_of(batches):
    """(from, to, reason, where, count), sorted as a store's."""
    return sorted_gaps((gap.start, gap.end, gap.reason, gap.where, gap.count) for batch in batches for gap in batch.gaps)


def sorted_gaps(gaps):
    return sorted(gaps, key=lambda gap: (*gap[:4], -1 if gap[4] is None else gap[4]))


def assert_positions_are_used_once(epoch, batches):
    seqs = [batch.seq for batch in batches]
    assert seqs == sorted(set(seqs)), f"epoch {epoch}: positions are not used once, in order"


def assert_holes_are_told(epoch, batches):
    """Within a run of one source the numbers go on, or a gap lies where they jump."""
    expected, told = None, False
    for batch in batches:
        told = told or bool(batch.gaps)
        for _, _, data in batch.frames:
            number = int.from_bytes(data, "little")
            assert expected is None or number >= expected, f"epoch {epoch}: {number} after {expected - 1}"
            assert number == expected or expected is None or told, f"epoch {epoch}: a hole before {number} is not told"
            expected = number + 1
        told = told and not batch.frames


def assert_downtime_is_told(before, batches):
    """Ahead of the first frame of a run lies the time since the last batch of the run before."""
    ahead = []
    for batch in batches:
        ahead += [gap for gap in batch.gaps if gap.reason == "downtime" and gap.before == 0]
        if batch.frames:
            break
    told = [gap for batch in batches for gap in batch.gaps if gap.reason == "downtime"]
    assert len(told) == len(ahead) == 1, f"epoch {batches[0].epoch} does not tell that nothing ran before it"
    assert told[0].start == before.wall and told[0].start <= told[0].end
    assert told[0].count is None, "nobody can know what was missed"


def assert_store_has_rows(store, folder, batches):
    """None lost, doubled or moved."""
    store.check(folder)
    expected, stored = rows_of(batches), store.rows(folder)
    missing, foreign = set(expected) - set(stored), set(stored) - set(expected)
    assert stored == expected, (
        f"{store.name}: {len(missing)} lost, {len(stored) - len(set(stored))} doubled, "
        f"{len(foreign)} that the journal does not have"
    )


# Between two runs time is the wall clock's, which a batch has read a moment before or after the monotonic one.
BETWEEN_RUNS_NS = 2_000_000


def times_of(batches):
    """When each was sealed, in ns from the first: monotonic within a run, by the wall clock between two."""
    times, now = [], 0
    for i, batch in enumerate(batches):
        if i:
            last = batches[i - 1]
            now += max(0, batch.mono - last.mono if batch.epoch == last.epoch else batch.wall - last.wall)
        times.append(now)
    return times


class Windows:
    """What a triggered recording is to have: batches from `before_ns` ahead of each that `pulls` to `after_ns` behind it."""

    def __init__(self, batches, pulls, before_ns, after_ns):
        times = times_of(batches)
        ends = {batch.epoch: time for time, batch in zip(times, batches)}
        certain, possible, self.broken, self.count, end = set(), set(), 0, 0, None
        for at, puller in zip(times, batches):
            if not pulls(puller):
                continue
            begin = bisect.bisect_left(times, at - before_ns - BETWEEN_RUNS_NS)
            behind = bisect.bisect_right(times, at + after_ns + BETWEEN_RUNS_NS)
            for i in range(begin, behind):
                same_run = batches[i].epoch == puller.epoch
                distance = times[i] - at
                slack = 0 if same_run else BETWEEN_RUNS_NS
                if -before_ns - slack <= distance <= after_ns + slack:
                    possible.add(i)
                if -before_ns + slack <= distance <= after_ns - slack:
                    certain.add(i)
            self.broken += batches[begin].epoch != puller.epoch or at + after_ns > ends[puller.epoch]
            self.count += end is None or at - before_ns > end
            end = at + after_ns
        self.certain = [batches[i] for i in sorted(certain)]
        self.possible = [batches[i] for i in sorted(possible)]


def assert_store_has_windows(store, folder, windows):
    """All of each window and nothing else, once."""
    store.check(folder)
    for what, of_batches, stored in (("rows", rows_of, store.rows(folder)), ("gaps", gaps_of, store.gaps(folder))):
        lost = collections.Counter(of_batches(windows.certain)) - collections.Counter(stored)
        foreign = collections.Counter(stored) - collections.Counter(of_batches(windows.possible))
        assert not lost and not foreign, (
            f"{store.name}: of {len(stored)} {what} {lost.total()} are missing, from {min(lost, default=None)} on, "
            f"and {foreign.total()} are not of a window or there twice, from {min(foreign, default=None)} on"
        )


def lost_in(gaps, reason):
    """Records that these gaps count."""
    return sum(count for _, _, why, _, count in gaps if why == reason)
