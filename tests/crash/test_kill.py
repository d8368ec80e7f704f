"""kill -9 at random moments under a full bus: what was accepted is there, once, in journal and stores; what was not is
told by gaps. The sender numbers its frames; nothing that a node says of itself is believed, but for how many records it
claims to have accepted, which must then be there.
"""

import random
import subprocess
import sys
import time
from pathlib import Path

import harness
from harness import cannelloni_source, free_udp_port
from journal_format import read_journal
from stores import STORES

RATE = 16_000  # frames a second, about two busy buses
KILLS, KILLS_LONG = 30, 1000


def numbers_of(batches):
    return [int.from_bytes(data, "little") for batch in batches for _, _, data in batch.frames]


def assert_holes_are_told(epoch, batches):
    """Within a run the numbers go on, or a gap lies where they jump."""
    expected = None
    told = False
    for batch in batches:
        told = told or bool(batch.gaps)
        for _, _, data in batch.frames:
            number = int.from_bytes(data, "little")
            assert expected is None or number >= expected, f"epoch {epoch}: {number} after {expected - 1}"
            assert number == expected or expected is None or told, f"epoch {epoch}: a hole before {number} is not told"
            expected = number + 1
        told = told and not batch.frames


def test_kill_at_any_moment_loses_nothing_that_was_accepted(make_node, tmp_path, counter_dbc, rounds):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    port = free_udp_port()
    sections = cannelloni_source(port, counter_dbc, extra='receive_buffer = "8MiB"')
    sections += "".join(store.section(tmp_path) for store in STORES)
    sections += f'[journal]\nkeep = "20GB"\ncompression = "{dice.choice(["none", "zstd"])}"\n'
    node = make_node(sections)
    sender = subprocess.Popen([sys.executable, str(Path(__file__).with_name("counting_sender.py")), str(port), str(RATE)])
    claims = []  # (epoch, records that the node said to have accepted)
    try:
        for _ in range(rounds(KILLS, KILLS_LONG)):
            node.start(ready=None)
            harness.wait_until(lambda: node.answers("/healthz"), node.log)
            time.sleep(dice.uniform(0, 0.6))
            status = node.status()
            claims.append((status["epoch"], int(status["journal"]["appended_records"])))
            time.sleep(dice.uniform(0, 0.05))
            node.kill()
        node.start()
        node.wait_for_records(1)
    finally:
        sender.kill()
        sender.wait()
    for store in STORES:
        node.wait_delivered(store.name)
    node.assert_balanced()
    node.terminate()

    journal = read_journal(tmp_path / "journal")
    assert journal.damaged == 0
    epochs = journal.epochs()
    for epoch, claimed in claims:
        batches = epochs.get(epoch, [])
        assert sum(batch.records for batch in batches) >= claimed, f"epoch {epoch} lost what was accepted"
    all_numbers, previous = [], None
    for epoch, batches in sorted(epochs.items()):
        seqs = [batch.seq for batch in batches]
        assert seqs == sorted(set(seqs)), f"epoch {epoch}: positions are not used once"
        assert_holes_are_told(epoch, batches)
        numbers = numbers_of(batches)
        gaps = [gap for batch in batches for gap in batch.gaps]
        if previous is not None and numbers:
            downtime = [gap for gap in gaps if gap.reason == "downtime"]
            assert len(downtime) == 1, f"epoch {epoch} does not tell that nothing ran before it"
            assert downtime[0].start <= downtime[0].end
        all_numbers += numbers
        previous = batches[-1]
    assert all_numbers == sorted(set(all_numbers)), "lost order, or doubled"
    assert len(all_numbers) > 1000 * len(claims), "the node hardly ran"
    for store in STORES:
        store.check(tmp_path)
        stored = store.numbers(tmp_path)
        assert stored == all_numbers, (
            f"{store.name}: {len(set(all_numbers) - set(stored))} lost, {len(stored) - len(set(stored))} doubled, "
            f"{len(set(stored) - set(all_numbers))} that the journal does not have"
        )
    print(f"{len(claims)} kills, {len(all_numbers):,} frames accepted of {all_numbers[-1] + 1:,} sent")
