"""kill -9 at random moments under a full bus: what was accepted is there, once, in journal and stores; what was not is
told by gaps. The sender numbers its frames; nothing that a node says of itself is believed, but for how many records it
claims to have accepted, which must then be there.
"""

import contextlib
import itertools
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import harness
from books import (
    Windows, assert_downtime_is_told, assert_holes_are_told, assert_positions_are_used_once, assert_same, assert_store_has_rows,
    assert_store_has_windows, gaps_of, numbers_of, rows_of,
)  # fmt: skip
from harness import cannelloni_source, free_udp_port
from journal_format import read_journal
from stores import INCIDENTS, STORES, Mcap

RATE = 16_000  # frames a second, about two busy buses
KILLS, KILLS_LONG = 30, 1000
KILLS_IN_A_FOLDER, KILLS_IN_A_FOLDER_LONG = 15, 50  # then it is looked into, and another begun


def live_and_be_killed(node, dice):
    """(epoch, records accepted) as the node told it last; None: it was killed before it could answer."""
    node.start(ready=None)
    claim = None
    if dice.random() < 0.2:
        time.sleep(dice.uniform(0, 0.4))
    else:
        harness.wait_until(lambda: node.answers("/healthz"), node.log)
        time.sleep(dice.uniform(0, 0.6))
        status = node.status()
        claim = status["epoch"], int(status["journal"]["appended_records"])
        time.sleep(dice.uniform(0, 0.05))
    node.kill()
    return claim


def check_what_is_there(folder, claims):
    journal = read_journal(folder / "journal")
    assert journal.damaged == 0
    epochs = journal.epochs()
    for epoch, claimed in claims:
        accepted = sum(batch.records for batch in epochs.get(epoch, []))
        assert accepted >= claimed, f"epoch {epoch} lost {claimed - accepted} records that it had accepted"
    before = None
    for epoch, batches in sorted(epochs.items()):
        assert_positions_are_used_once(epoch, batches)
        assert_holes_are_told(epoch, batches)
        if before is not None and any(batch.frames for batch in batches):
            assert_downtime_is_told(before, batches)
        before = batches[-1]
    numbers = numbers_of(rows_of(journal.batches))
    assert_same("numbers, in order and once", numbers, sorted(set(numbers)))
    for store in STORES:
        assert_store_has_rows(store, folder, journal.batches)
        assert store.gaps(folder) == gaps_of(journal.batches)
    return numbers, [check_incidents(folder, store, journal.batches) for store in INCIDENTS]


def check_incidents(folder, store, batches):
    """(windows, triggers in whose window a run ends or begins)."""
    windows = Windows(batches, store.pulls, store.before_ns, store.after_ns)
    assert_store_has_windows(store, folder, windows)
    assert len(windows.possible) < len(batches), "all of the journal is in windows: nothing is left out"
    return windows.count, windows.broken


@contextlib.contextmanager
def full_bus(port):
    sender = subprocess.Popen([sys.executable, str(Path(__file__).with_name("counting_sender.py")), str(port), str(RATE)])
    try:
        yield
    finally:
        sender.kill()
        sender.wait()


def test_recordings_are_among_the_stores():
    if (reason := Mcap.missing()) is not None:
        pytest.skip(f"no recordings are killed: {reason}")
    assert any(store.name == Mcap.name for store in STORES)


def test_kill_at_any_moment_loses_nothing_that_was_accepted(make_node, tmp_path, counter_dbc, rounds):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    kills = frames = windows = broken = 0
    for compression in itertools.cycle(["none", "zstd"]):
        folder, port = tmp_path / f"after-{kills}", free_udp_port()
        node = make_node(
            cannelloni_source(port, counter_dbc, extra='receive_buffer = "8MiB"')
            + "".join(store.section(folder) for store in STORES + INCIDENTS)
            + f'[journal]\nkeep = "20GB"\ncompression = "{compression}"\n',
            folder=folder,
        )
        with full_bus(port):
            lives = [live_and_be_killed(node, dice) for _ in range(rounds(KILLS_IN_A_FOLDER, KILLS_IN_A_FOLDER_LONG))]
            node.start()
            node.wait_for_records(1)
        for store in STORES + INCIDENTS:
            node.wait_delivered(store.name)
        node.assert_balanced()
        node.terminate()
        claims = [claim for claim in lives if claim is not None]
        assert sum(claimed for _, claimed in claims) > 100 * len(claims), "the node hardly ran"
        numbers, incidents = check_what_is_there(folder, claims)
        frames += len(numbers)
        windows += sum(count for count, _ in incidents)
        broken += sum(count for _, count in incidents)
        shutil.rmtree(folder)
        kills += len(lives)
        if kills >= rounds(KILLS, KILLS_LONG):
            break
    print(f"{kills} kills; all of {frames:,} frames that were accepted are there once")
    if INCIDENTS:
        assert windows > kills / 3, f"only {windows} windows"
        print(f"{windows} windows around triggers are whole, and nothing else is recorded there; a run ended or began in those of {broken} triggers")
