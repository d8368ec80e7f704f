"""The power goes off at random moments: what the node had reported as safe is there, nothing is doubled, no store is corrupt.

The node runs inside QEMU (machine.py, guest_init); its reports leave the machine over a serial port, so what it had promised
when the power went is known. After each power cut the disk is looked into from outside, by readers that are not cantrail's.
"""

import json
import random
import time

import pytest

import harness
import machine
from journal_format import read_journal
from stores import STORES
from conftest import DBC
from test_kill import assert_holes_are_told, numbers_of

CUTS, CUTS_LONG = 3, 200
BUS_RATE = 1000  # frames a second, as much as an emulated processor can take
RECORDING = 400_000  # frames that a source reads and resumes

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


def reports(guest):
    found = []
    for line in guest.lines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue  # cut off by the end of a boot
    return found


def wait_for_reports(guest, condition, what):
    def done():
        assert guest.process.poll() is None, f"the machine ended: {guest.told()}"
        return condition(reports(guest))

    return harness.wait_until(done, lambda: f"{what}: {guest.told()}", timeout=240, step=0.2)


def of_source(batches, name):
    return [batch for batch in batches if batch.source == name]


def check_what_is_there(folder, promises):
    """promises: epoch → the seq behind everything that was reported as safe. Returns the journal."""
    journal = read_journal(folder / "journal")
    assert journal.damaged == 0
    epochs = journal.epochs()
    for epoch, behind in promises.items():
        seqs = [batch.seq for batch in epochs.get(epoch, [])]
        assert seqs == sorted(set(seqs)), f"epoch {epoch}: positions are not used once"
        lost = set(range(1, behind)) - set(seqs)
        assert not lost, f"epoch {epoch} lost {sorted(lost)[:5]}… of {behind - 1} batches that it had called safe"
    for epoch, batches in epochs.items():
        assert_holes_are_told(epoch, of_source(batches, "bus"))
    # The recording goes on behind what is in the journal: nothing twice, nothing left out.
    recorded = numbers_of(of_source(journal.batches, "recording"))
    assert recorded == list(range(len(recorded)))
    for store in STORES:
        if not store.path(folder).exists():
            continue
        store.check(folder)
        stored = store.numbers(folder, "can0")
        assert stored == list(range(len(stored))), f"{store.name} lost or doubled frames of the recording"
        assert len(stored) <= len(recorded), f"{store.name} is ahead of the journal: it would get frames twice"
    return journal


def test_power_cuts_take_only_what_was_not_safe(binary, tmp_path, rounds):
    reason = machine.missing()
    if reason is not None:
        pytest.skip(reason)
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    config = CONFIG + "".join(store.section("/data") for store in STORES)
    guest = machine.Machine(tmp_path, binary, [
        ("/node.toml", config.encode()), ("/counter.dbc", DBC.encode()),
        ("/bus.log", log_of(120 * BUS_RATE, BUS_RATE)), ("/recording.log", log_of(RECORDING, 2000)),
    ])  # fmt: skip
    promises, lost = {}, []
    try:
        cuts = rounds(CUTS, CUTS_LONG)
        for cut in range(cuts):
            guest.boot()
            wait_for_reports(guest, lambda all: all and int(all[-1]["journal"]["appended_records"]) > 500, "records")
            time.sleep(dice.uniform(0, 3))
            guest.power_off()
            last = reports(guest)[-1]
            epoch, behind, _ = map(int, last["journal"]["synced"].split("/"))
            promises[epoch] = behind
            journal = check_what_is_there(guest.look_into(f"cut-{cut}"), promises)
            there = sum(batch.records for batch in journal.epochs().get(epoch, []))
            lost.append(max(0, int(last["journal"]["appended_records"]) - there))
        guest.boot(final=True)
        harness.wait_until(lambda: guest.process.poll() is not None, guest.told, timeout=300)
        assert reports(guest)[-1] == {"ended": 0}, guest.told()
        folder = guest.look_into("end")
        journal = check_what_is_there(folder, promises)
        everything = [(batch.epoch, batch.seq) for batch in journal.batches if batch.frames]
        assert everything == sorted(set(everything))
        for store in STORES:
            recorded = numbers_of(of_source(journal.batches, "recording"))
            assert store.numbers(folder, "can0") == recorded
            # Of a bus a store may have what a power cut took from the journal, never less than the journal.
            on_bus = numbers_of(of_source(journal.batches, "bus"))
            stored = store.numbers(folder, "bus")
            assert len(stored) >= len(on_bus)
        print(f"{cuts} power cuts; accepted, not safe yet, and lost with the power: {lost} records")
    finally:
        guest.end()
