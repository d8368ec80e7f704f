"""What the crash tests hold against each other: rows and gaps of a journal, in the words in which stores.py gives a store's."""


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


def lost_in(gaps, reason):
    """Records that these gaps count."""
    return sum(count for _, _, why, _, count in gaps if why == reason)
