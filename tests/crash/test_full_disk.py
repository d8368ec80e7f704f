"""A disk of 8 MiB that fills up under a running node, and has room again: capture and live view go on, the node stops and
starts on the full disk, and what could not be recorded is told to the record.
"""

import contextlib
import re
import threading
import time

import harness
from books import assert_same, assert_store_has_rows, gaps_of, lost_in, numbers_of, rows_of
from harness import Sender, cannelloni_source, free_udp_port
from journal_format import read_journal
from stores import STORES

CAN_ID = 0x100
RESUMES_WITHIN_S = 5  # promised; it tries every second


@contextlib.contextmanager
def bus(port):
    """Frames with ascending numbers, a thousand a second; tells the last number sent."""
    sender, last, over = Sender(port), [0], threading.Event()

    def send():
        while not over.wait(0.02):
            sender.send([(CAN_ID, (last[0] + 1 + i).to_bytes(8, "little")) for i in range(20)])
            last[0] += 20

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield last
    finally:
        over.set()
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


def wait_for_what_is_sent_now(node, last):
    seen = last[0]
    harness.wait_until(lambda: shown(node) > seen, "the live view to go on")


def received_in_all(log):
    """As the node says when it ends."""
    return int(re.search(r"history: received ([\d,]+) =", log)[1].replace(",", ""))


def test_a_disk_that_fills_up_and_has_room_again(make_node, disk, counter_dbc):
    disk.mount("size=8m")
    port = free_udp_port()
    sections = cannelloni_source(port, counter_dbc) + "".join(store.section(disk.path) for store in STORES)
    node = make_node(sections + f'[journal]\nfolder = "{disk.path}/journal"\nkeep = "4MB"\n')
    received = {}

    def stop():
        epoch = node.status()["epoch"]
        received[epoch] = received_in_all(node.terminate())

    with bus(port) as last:
        node.start()
        node.wait_for_records(1000)
        fill(disk.path / "filler")
        harness.wait_until(lambda: alarms(node) == ["journal_not_written"], lambda: node.status())
        wait_for_what_is_sent_now(node, last)
        node.wait_for_records(int(node.status()["received"]) + 1000)
        assert "the journal cannot be written" in " ".join(harness.http_get(node.port, "/readyz").json["reasons"])
        node.assert_balanced()
        stop()

        node.start(ready="/healthz")  # on the full disk
        wait_for_what_is_sent_now(node, last)
        harness.wait_until(lambda: alarms(node) == ["journal_not_written"], lambda: node.status())

        (disk.path / "filler").unlink()
        freed = time.monotonic()
        harness.wait_until(lambda: not alarms(node), lambda: node.status(), timeout=RESUMES_WITHIN_S)
        print(f"recorded again {time.monotonic() - freed:.1f} s after there was room")
        node.wait_for_records(int(node.status()["received"]) + 1000)
    for store in STORES:
        node.wait_delivered(store.name)
    node.assert_balanced()
    stop()

    journal = read_journal(disk.path / "journal")
    assert journal.damaged == 0
    assert journal.ended == set(received), "both runs ended in order, the first on a full disk"
    for epoch, batches in journal.epochs().items():
        lost = [gap for batch in batches for gap in batch.gaps if gap.reason == "disk_full"]
        assert lost and all(gap.count for gap in lost), f"epoch {epoch} does not tell what it lost"
        assert sum(batch.records for batch in batches) + sum(gap.count for gap in lost) == received[epoch]
    numbers = numbers_of(rows_of(journal.batches))
    assert_same("numbers", numbers, sorted(set(numbers)))
    for store in STORES:
        assert_store_has_rows(store, disk.path, journal.batches)
        # A lane that follows tells of a loss as it sees it, maybe in more pieces than the journal.
        assert lost_in(store.gaps(disk.path), "disk_full") == lost_in(gaps_of(journal.batches), "disk_full")
