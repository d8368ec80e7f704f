"""A segment that somebody removed from a journal is a gap in all that is made of it: stores, conversions, decoding again."""

import sqlite3
import struct

import pytest

from harness import Sender, cannelloni_source, free_udp_port, run_cantrail, running, sqlite_sink
from test_recording import descriptor_pool, mcap, read_all

JOURNAL_CORRUPT = 7
FRAMES = 200  # of each run
DBC = 'VERSION ""\nBU_: A\nBO_ 256 Counter: 8 A\n SG_ number : 0|32@1+ (1,0) [0|0] "" A\n'


@pytest.fixture
def dbc(tmp_path):
    path = tmp_path / "counter.dbc"
    path.write_text(DBC)
    return path


@pytest.fixture
def recorded(make_node, dbc):
    """A node with the journal of three runs, each a segment."""
    port = free_udp_port()
    sender = Sender(port)
    node = make_node(cannelloni_source(port, dbc))
    for run in range(3):
        with running(node):
            for number in range(FRAMES):
                sender.send([(256, struct.pack("<II", run * FRAMES + number, 0))])
                if number == 0:
                    node.wait_for_records(1)  # it makes a batch of its own
            node.wait_for_records(FRAMES)
    sender.close()
    assert len(list((node.folder / "journal").glob("*.ctj"))) == 3
    return node


def remove_run(node, epoch):
    (segment,) = (node.folder / "journal").glob(f"{epoch:08x}-*.ctj")
    segment.unlink()


def gaps_of(history):
    with sqlite3.connect(history) as db:
        return list(db.execute("SELECT from_ns, to_ns, reason, place, count FROM gap ORDER BY id"))


def lost_of(history):
    return [gap for gap in gaps_of(history) if gap[2] == JOURNAL_CORRUPT]


def seconds(ns):
    return f"{ns // 10**9}.{ns % 10**9:09d}"


def made(node, *arguments):
    done = run_cantrail(node.binary, *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done.stderr.decode()


def assert_told(gaps, frames=FRAMES):
    assert [(gap[2], gap[3], gap[4]) for gap in gaps] == [(JOURNAL_CORRUPT, "journal", frames)], gaps
    assert gaps[0][0] < gaps[0][1], "it has no length"


def test_a_conversion_has_the_gap(recorded, tmp_path):
    remove_run(recorded, 2)
    told = made(recorded, "convert", recorded.folder / "journal", tmp_path / "out.db")
    assert f"{2 * FRAMES} frames" in told and "1 place where something is missing" in told
    assert_told(lost_of(tmp_path / "out.db"))
    # Through a journal it stays what it is: then it is recorded there.
    made(recorded, "convert", recorded.folder / "journal", tmp_path / "journal-2")
    told = made(recorded, "convert", tmp_path / "journal-2", tmp_path / "again.db")
    assert "something is missing" not in told
    assert lost_of(tmp_path / "again.db") == lost_of(tmp_path / "out.db")


def test_a_recording_has_the_gap(recorded, tmp_path):
    if mcap is None or descriptor_pool is None:
        pytest.skip("python mcap and protobuf are not installed (pip install -r tests/requirements.txt)")
    remove_run(recorded, 1)
    for number, how in enumerate((("convert",), ("replay", "--dbc", tmp_path / "counter.dbc"))):
        folder = tmp_path / f"out-{number}"
        folder.mkdir()
        target = (folder / "drive.mcap",) if number == 0 else ("--to", folder / "drive.mcap")
        made(recorded, how[0], recorded.folder / "journal", *how[1:], *target)
        found = read_all(folder)
        gaps = [message for _, schema, _, message in found if schema == "cantrail.Gap" and message.where == "journal"]
        assert [gap.count for gap in gaps] == [FRAMES], "what was before the oldest that is left"
        numbers = [m.number for topic, _, _, m in found if topic.endswith("/Counter")]
        assert numbers == list(range(FRAMES, 3 * FRAMES))


def test_what_is_decoded_again_has_the_gap(recorded, tmp_path, dbc):
    remove_run(recorded, 2)
    journal = recorded.folder / "journal"
    made(recorded, "replay", journal, "--dbc", dbc, "--to", tmp_path / "new.db")
    assert_told(lost_of(tmp_path / "new.db"))
    ((begin, end, *_),) = lost_of(tmp_path / "new.db")
    for name, span, expected in (
        ("within", ("--from", seconds((begin + end) // 2)), 1),
        ("before", ("--until", seconds(begin)), 0),
        ("behind", ("--from", seconds(end + 1)), 0),
    ):
        target = tmp_path / f"{name}.db"
        made(recorded, "replay", journal, "--dbc", dbc, "--to", target, *span)
        assert len(lost_of(target)) == expected, name


def test_a_store_that_begins_with_the_oldest_has_the_gap(recorded, tmp_path):
    remove_run(recorded, 1)
    recorded.config.write_text(recorded.config.read_text() + sqlite_sink(tmp_path) + 'from = "oldest"\n')
    with running(recorded) as node:
        node.wait_delivered()
        (lost,) = [gap for gap in node.gaps() if gap["reason"] == "journal_corrupt"]
        assert lost["count"] == FRAMES
        assert int(lost["from_ns"]) < int(lost["to_ns"])
        assert [row["signals"]["number"] for row in node.history(message="Counter")] == list(range(FRAMES, 3 * FRAMES))
