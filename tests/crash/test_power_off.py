"""The power goes off at random moments: what the node had reported as safe is there, nothing is doubled, no store is corrupt,
and what is lost is no older than the interval of syncs and the time that one takes.

The node runs inside QEMU (machine.py, guest_init); its reports leave the machine over a serial port, so what it had promised
when the power went is known. After each power cut the disk is looked into from outside, by readers that are not cantrail's.
"""

import concurrent.futures
import json
import random
import shutil
import time

import pytest

import harness
import machine
from books import assert_holes_are_told, assert_positions_are_used_once, assert_same, numbers_of, of_source, rows_of
from counting_sender import DBC
from journal_format import read_journal
from stores import STORES

CUTS, CUTS_LONG = 10, 200
MACHINES = 2  # at a time, each with a disk of its own
BUS_RATE = 1000  # frames a second, as much as an emulated processor can take
RECORDING = 400_000  # frames that a source reads and resumes
SYNC_INTERVAL_S = 0.5  # the default
SLACK_S = 1.0  # an emulated machine beside others does nothing for so long

CONFIG = """
config_version = 1
data = "/data"
[node]
name = "guest"
[server]
listen = "127.0.0.1:8080"
[source.bus]
type = "cannelloni"
listen = "127.0.0.1:20000"
dbc = "/counter.dbc"
[source.recording]
type = "logfile"
path = "/recording.log"
pace = "1"
dbc = "/counter.dbc"
[journal]
keep = "60MB"
"""


def log_of(frames, rate):
    return "".join(
        f"({1_700_000_000 + i / rate:.6f}) can0 100#{i.to_bytes(8, 'little').hex().upper()}\n" for i in range(frames)
    ).encode()


class Guest(machine.Machine):
    """A machine with the node in it, and what that has promised so far."""

    def __init__(self, folder, binary):
        config = CONFIG + "".join(store.section("/data") for store in STORES)
        super().__init__(folder, binary, [
            ("/node.toml", config.encode()), ("/counter.dbc", DBC.encode()),
            ("/bus.log", log_of(120 * BUS_RATE, BUS_RATE)), ("/recording.log", log_of(RECORDING, 2000)),
        ])  # fmt: skip
        self.safe = {}  # epoch → seq behind everything that was reported as safe
        self.ages = []  # of the oldest record that a cut took, seconds

    def statuses(self):
        found = []
        for line in self.lines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue  # cut off by the end of a boot
        return found

    def wait_for_records(self, count):
        def there():
            assert self.process.poll() is None, f"the machine ended: {self.told()}"
            told = self.statuses()
            return told and int(told[-1]["journal"]["appended_records"]) >= count

        harness.wait_until(there, lambda: f"{count} records: {self.told()}", timeout=240, step=0.1)

    def cut(self):
        """Switches off; the last word of the node, and how long before the power went it came, in seconds."""
        silent = time.time() - self.reports.stat().st_mtime
        self.power_off()
        last = self.statuses()[-1]
        epoch, behind, _ = map(int, last["journal"]["synced"].split("/"))
        self.safe[epoch] = behind
        return last, max(0.0, silent)

    def check(self, name):
        """Looks into the disk. Returns (folder, journal)."""
        folder = self.look_into(name)
        journal = read_journal(folder / "journal")
        assert journal.damaged == 0
        epochs = journal.epochs()
        for epoch, behind in self.safe.items():
            batches = epochs.get(epoch, [])
            assert_positions_are_used_once(epoch, batches)
            lost = set(range(1, behind)) - {batch.seq for batch in batches}
            assert not lost, f"epoch {epoch} lost {sorted(lost)[:5]}… of {behind - 1} batches that it had called safe"
        for epoch, batches in epochs.items():
            assert_holes_are_told(epoch, of_source(batches, "bus"))
        # The recording goes on behind what is in the journal: nothing twice, nothing left out.
        recorded = numbers_of(rows_of(of_source(journal.batches, "recording")))
        assert_same("the recording in the journal", recorded, list(range(len(recorded))))
        for store in STORES:
            if store.path(folder).exists():
                self.check_store(store, folder, journal)
        return folder, journal

    def check_store(self, store, folder, journal):
        store.check(folder)
        recorded = rows_of(of_source(journal.batches, "recording"))
        stored = store.rows(folder, "can0")
        assert_same(f"what {store.name} has of the recording so far", stored, recorded[: len(stored)])
        # Of a bus a store may have what the cut took from the journal; never the same twice, never anything else.
        positions = [row[:3] for row in store.rows(folder, "bus")]
        assert len(positions) == len(set(positions)), f"{store.name} has frames of the bus twice"

    def check_age_of_loss(self, last, silent, journal):
        epoch, head, _ = map(int, last["journal"]["head"].split("/"))
        there = journal.epochs().get(epoch, [])
        if there and there[-1].seq + 1 >= head:
            return  # all that it had told of; what it lost is younger than the report
        by_then = (int(last["time_ns"]) - there[-1].wall) / 1e9 if there else last["journal"]["unsynced_age_ms"] / 1e3
        age = by_then + silent
        sync = max(report["journal"]["last_sync_ms"] for report in self.statuses()) / 1e3
        self.ages.append(age)
        assert age <= SYNC_INTERVAL_S + sync + SLACK_S, f"lost {age:.2f} s, where a sync took at most {sync:.3f} s"

    def check_the_end(self):
        self.boot(final=True)
        harness.wait_until(lambda: self.process.poll() is not None, self.told, timeout=300)
        assert self.statuses()[-1] == {"ended": 0}, self.told()
        folder, journal = self.check("end")
        assert len(journal.ended) == 1
        for store in STORES:
            recorded = rows_of(of_source(journal.batches, "recording"))
            assert_same(f"what {store.name} has of the recording", store.rows(folder, "can0"), recorded)
            on_bus = set(rows_of(of_source(journal.batches, "bus")))
            missing = on_bus - set(store.rows(folder, "bus"))
            assert not missing, f"{store.name} has not all that the journal has of the bus: {sorted(missing)[:5]}…"


def switch_off_again_and_again(folder, binary, cuts, seed):
    dice = random.Random(seed)
    folder.mkdir()
    guest = Guest(folder, binary)
    try:
        for number in range(cuts):
            guest.boot()
            guest.wait_for_records(300)
            time.sleep(dice.uniform(0, 3))
            last, silent = guest.cut()
            looked_into, journal = guest.check(f"cut-{number}")
            guest.check_age_of_loss(last, silent, journal)
            shutil.rmtree(looked_into)
        guest.check_the_end()
    finally:
        guest.end()
    return guest.ages


def test_power_cuts_take_only_what_was_not_safe(binary, tmp_path, rounds):
    reason = machine.missing()
    if reason is not None:
        pytest.skip(reason)
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    cuts = rounds(CUTS, CUTS_LONG)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(switch_off_again_and_again, tmp_path / f"machine-{i}", binary, cuts // MACHINES, seed + i)
            for i in range(MACHINES)
        ]
        ages = [age for run in runs for age in run.result()]
    print(f"{cuts} power cuts, cache=writeback; lost in {len(ages)} of them, at most {max(ages, default=0):.2f} s old")
