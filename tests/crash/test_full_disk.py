"""A disk of 8 MiB that fills up under a running node, and has room again: capture and live view go on, the node stops and
starts on the full disk, and what could not be recorded is told to the record.
"""

import contextlib
import subprocess
import threading
import time

import harness
import pytest
from harness import Sender, cannelloni_source, free_udp_port
from journal_format import read_journal
from stores import STORES

CAN_ID = 0x100


@pytest.fixture
def small_disk(tmp_path):
    if not harness.is_root():
        pytest.skip("only root can mount a disk of 8 MiB")
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", path], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"a disk of 8 MiB cannot be mounted: {mounted.stderr.decode().strip()}")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


@contextlib.contextmanager
def bus(port):
    """Frames with ascending numbers, some thousand a second; tells the last number sent."""
    sender, last, going = Sender(port), [0], threading.Event()

    def send():
        while not going.is_set():
            sender.send([(CAN_ID, (last[0] + 1 + i).to_bytes(8, "little")) for i in range(20)])
            last[0] += 20
            time.sleep(0.005)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield last
    finally:
        going.set()
        thread.join()
        sender.close()


def fill(path):
    with open(path, "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"x" * 4096)


def shown(node):
    rows = node.get("/api/state/current")["rows"]
    return int.from_bytes(bytes.fromhex(rows[0]["data"]), "little") if rows else 0


def alarms(node):
    return [alarm["name"] for alarm in node.status()["alarms"]]


def test_a_disk_that_fills_up_and_has_room_again(make_node, tmp_path, small_disk, counter_dbc):
    port = free_udp_port()
    sections = cannelloni_source(port, counter_dbc) + "".join(store.section(small_disk) for store in STORES)
    node = make_node(sections + f'[journal]\nfolder = "{small_disk}/journal"\nkeep = "4MB"\n')
    received = {}
    with bus(port) as last:
        node.start()
        node.wait_for_records(2000)
        fill(small_disk / "filler")
        harness.wait_until(lambda: alarms(node) == ["journal_not_written"], lambda: node.status())
        # Capture and live view go on.
        seen = last[0]
        harness.wait_until(lambda: shown(node) > seen, "the live view to go on")
        before = int(node.status()["received"])
        node.wait_for_records(before + 2000)
        assert "the journal cannot be written" in " ".join(harness.http_get(node.port, "/readyz").json["reasons"])
        node.assert_balanced()
        received[node.status()["epoch"]] = None
        node.terminate()  # in order, with exit code 0

        # A start on the full disk.
        node.start(ready="/healthz")
        seen = last[0]
        harness.wait_until(lambda: shown(node) > seen, "the live view on a full disk")
        harness.wait_until(lambda: alarms(node) == ["journal_not_written"], lambda: node.status())

        # Room again: recording goes on by itself.
        (small_disk / "filler").unlink()
        freed = time.monotonic()
        harness.wait_until(lambda: not alarms(node), lambda: node.status())
        print(f"recorded again {time.monotonic() - freed:.1f} s after there was room")
        node.wait_for_records(int(node.status()["received"]) + 1000)
    for store in STORES:
        node.wait_delivered(store.name)
    status = node.assert_balanced()
    received[status["epoch"]] = int(status["received"])
    node.terminate()

    journal = read_journal(small_disk / "journal")
    epochs = journal.epochs()
    assert journal.damaged == 0
    assert journal.ended == set(received), "both runs ended in order, the first on a full disk"
    all_numbers = []
    for epoch, batches in epochs.items():
        failed = [gap for batch in batches for gap in batch.gaps if gap.reason == "journal_failed"]
        assert failed and all(gap.count for gap in failed), f"epoch {epoch} does not tell what it lost"
        records = sum(batch.records for batch in batches)
        if received[epoch] is not None:
            assert records + sum(gap.count for gap in failed) == received[epoch]
        all_numbers += [int.from_bytes(data, "little") for batch in batches for _, _, data in batch.frames]
    assert all_numbers == sorted(set(all_numbers))
    for store in STORES:
        store.check(small_disk)
        assert store.numbers(small_disk) == all_numbers, f"{store.name} has not what the journal has"
