"""A node that is killed in the middle of messages of several frames: its store gets the rows that an undisturbed run gives."""

import json
import sqlite3
import struct
import time
from itertools import zip_longest

import pytest

from harness import Sender, cannelloni_source, free_udp_port, j1939_packets, run_cantrail, running, sqlite_sink, wait_until

ANSWER, SIZE = 0x1E0, 90  # longer than a frame of CAN FD; by ISO-TP: 6 bytes in the first frame, 7 in each that follows
SOURCE, GROUP = 0x21, 0xFF01  # by packets of J1939
DBC = (
    'VERSION ""\nBU_: A\n'
    f'BO_ {ANSWER} Answer: {SIZE} A\n SG_ number : 0|16@1+ (1,0) [0|0] "" A\n SG_ last : {8 * SIZE - 8}|8@1+ (1,0) [0|0] "" A\n'
    f'BO_ {0x80000000 | 0x18FF0121} Packets: {SIZE} A\n SG_ number : 0|16@1+ (1,0) [0|0] "" A\n'
    f' SG_ last : {8 * SIZE - 8}|8@1+ (1,0) [0|0] "" A\n'
    'BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";\n'
    f'BA_ "VFrameFormat" BO_ {0x80000000 | 0x18FF0121} 3;\n'
)
PAUSE_S = 0.1  # J1939 gives up after 0.75 s between two packets


def payload(number):
    return struct.pack("<H", number) + bytes(SIZE - 3) + bytes([number % 251])


def frames_of(number):
    """Both messages, a frame of each at a time."""
    data = payload(number)
    rest = [data[i : i + 7] for i in range(6, SIZE, 7)]
    isotp = [bytes([0x10 | SIZE >> 8, SIZE & 0xFF]) + data[:6]]
    isotp += [bytes([0x20 | (i + 1) & 0xF]) + piece for i, piece in enumerate(rest)]
    packets = [(0x80000000 | int(can_id, 16), piece) for can_id, piece in j1939_packets(SOURCE, GROUP, data)]
    both = zip_longest([(ANSWER, one) for one in isotp], packets)
    return [[frame for frame in pair if frame] for pair in both]


def numbers(rows):
    return [row["signals"]["number"] for row in rows]


def exported(node, message):
    """What decoding the whole journal in one go gives."""
    done = run_cantrail(node.binary, "journal", "export", node.folder / "journal")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [(row["time_ns"], row["signals"]) for row in rows if row["message"] == message]


@pytest.fixture
def bus(make_node, tmp_path):
    dbc = tmp_path / "long.dbc"
    dbc.write_text(DBC)
    port = free_udp_port()
    sender = Sender(port)
    yield make_node(cannelloni_source(port, dbc) + sqlite_sink(tmp_path).replace('"500ms"', '"600ms"')), sender
    sender.close()


def cursor_of(folder):
    with sqlite3.connect(folder / "history.db") as db:
        return db.execute("SELECT epoch, seq FROM cursor").fetchone()


def test_a_store_whose_cursor_stands_within_a_message_gets_it_whole(bus, tmp_path):
    node, sender = bus
    node.start()
    for number in range(1, 11):  # until the store stands within one, and has not all of it
        begun = sender.frames
        for pair in frames_of(number):
            sender.send(pair)
            time.sleep(PAUSE_S)
        node.wait_for_records(sender.frames)
        delivered = node.lane("history")["ledger"]["delivered"]
        if begun < delivered < sender.frames:
            break
        node.wait_delivered()
    node.kill()
    assert begun < delivered < sender.frames, "the store was never behind"
    stored = cursor_of(tmp_path)
    with running(node):
        node.wait_delivered()
        for message in ("Answer", "Packets"):
            rows = node.history(message=message)
            assert numbers(rows) == list(range(1, number + 1)), message
            assert all(row["signals"]["last"] == row["signals"]["number"] % 251 for row in rows)
            assert [(row["time_ns"], row["signals"]) for row in rows] == exported(node, message)
        # It went on from there, in that run: what it had not is not from the main chain of this one.
        assert stored[0] == 1 < node.status()["epoch"]


def test_a_message_that_the_kill_cuts_in_two_gives_no_row(bus):
    node, sender = bus
    node.start()
    for pair in frames_of(1):
        sender.send(pair)
    whole, cut = frames_of(2), 5
    for pair in whole[:cut]:
        sender.send(pair)
    node.wait_for_records(sender.frames)
    node.wait_delivered()  # what is not in the journal yet goes with a kill
    node.kill()
    before = sender.frames
    with running(node):
        for pair in whole[cut:] + frames_of(3):
            sender.send(pair)
        node.wait_for_records(sender.frames - before)
        node.wait_delivered()
        for message in ("Answer", "Packets"):
            rows = wait_until(lambda: node.history(message=message), "rows")
            assert numbers(rows) == [1, 3], message
            assert [(row["time_ns"], row["signals"]) for row in rows] == exported(node, message)
