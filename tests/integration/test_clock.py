"""A node whose clock is in 1970, is set while it records, or is years ahead."""

import json
import mmap
import re
import shutil
import socket
import sqlite3
import statistics
import struct
import subprocess
import time
from pathlib import Path

import pytest

import harness
from harness import run_cantrail, running, varint, wait_until

ROOT = Path(__file__).resolve().parents[2]
YEAR_NS = 365 * 86400 * 10**9


class Clock:
    """The clock of nodes that are started while it is preloaded."""

    def __init__(self, folder):
        self.path = folder / "clock"
        self.path.write_bytes(bytes(16))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 16)

    def set(self, offset_ns, trusted):
        self.map[8:16] = struct.pack("=q", trusted)
        self.map[0:8] = struct.pack("=q", offset_ns)


@pytest.fixture
def clock(binary, tmp_path, monkeypatch):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler (cc) for the preloaded clock")
    if harness.sanitizer(binary):
        pytest.skip("a sanitizer's runtime must come first among what is loaded")
    library = tmp_path / "wrong_clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, ROOT / "tests/support/wrong_clock.c"], check=True)
    wrong = Clock(tmp_path)
    monkeypatch.setenv("CANTRAIL_TEST_CLOCK", str(wrong.path))
    monkeypatch.setenv("LD_PRELOAD", str(library))
    return wrong


def node_of(binary, folder):
    dbc = ROOT / "examples/leaf/leaf.dbc"
    source = f'[source.car]\ntype = "simulate"\ndbc = "{dbc}"\n'
    history = f'[sink.history]\ntype = "sqlite"\npath = "{folder}/history.db"\nkeep = "1h"\nkeep_1s = "1h"\ndelay = "200ms"\n'
    recording = f'[sink.recording]\ntype = "mcap"\npath = "{folder}/recordings"\nkeep = "1h"\nsplit = "1m"\ndelay = "100ms"\n'
    return harness.Node(binary, folder, source + history + recording)


def rows(node):
    return node.get("/api/state/history", message="Battery", limit=10000)["rows"]


def grows(node, beyond):
    wait_until(lambda: len(rows(node)) > beyond, f"more than {beyond} rows")
    return len(rows(node))


def counted(node):
    """All rows of the history, whatever their time."""
    with sqlite3.connect(node.folder / "history.db") as file:
        return file.execute("SELECT sum(rows) FROM partition").fetchone()[0]


def clock_line(binary, node):
    told = run_cantrail(binary, "status", "--url", f"http://127.0.0.1:{node.port}")
    assert told.returncode == 0, told.stderr
    (line,) = (line for line in told.stdout.decode().splitlines() if line.startswith("clock "))
    return line.removeprefix("clock").strip()


def test_from_1970_to_now(binary, clock, tmp_path):
    node = node_of(binary, tmp_path)
    clock.set(40 * 10**9 - time.time_ns(), False)
    with running(node):
        early = grows(node, 100)
        status = node.status()
        assert status["time"].startswith("1970-01-01T00:0")
        assert status["clock"] == {"synchronised": False, "error_ms": None, "steps": 0, "last_steps": []}
        assert clock_line(binary, node) == "not synchronised"
        clock.set(0, True)
        wait_until(lambda: node.status()["clock"]["steps"] == 1, "the step to be told")
        told = node.status()["clock"]
        assert told["synchronised"] and told["error_ms"] == 1
        step = told["last_steps"][0]
        assert step["from"].startswith("1970-01-01T00:0") and step["to"][:4] >= "2025"
        assert step["by_ms"] == pytest.approx(time.time_ns() / 1e6, rel=1e-3)
        assert "the clock was set forward by" in node.log()
        assert re.fullmatch(rf"synchronised ± 1 ms, set forward \d+\.\d years at {re.escape(step['to'][:19])}Z", clock_line(binary, node))
        grows(node, 2 * early)
        times = [int(row["time_ns"]) for row in rows(node)]
        assert times == sorted(times)
        assert node.gaps() == []
        total = counted(node)

    # Years ahead, and nobody vouches for it: neither rows nor recordings go.
    files = sorted(p.name for p in (tmp_path / "recordings").glob("*.mcap"))
    assert files
    clock.set(9 * YEAR_NS, False)
    with running(node):
        assert node.log().count("nothing vouches for it") == 2
        wait_until(lambda: counted(node) > total + 100, "more rows")
        kept = {p.name for p in (tmp_path / "recordings").glob("*.mcap")}
        assert set(files) <= kept
        # It is set back: what was there and what came is still all there.
        clock.set(0, True)
        wait_until(lambda: node.status()["clock"]["steps"] == 1, "the step back to be told")
        assert "the clock was set back by" in node.log()
        last = counted(node)
        wait_until(lambda: counted(node) > last + 100, "more rows")
    clock.set(-3600 * 10**9, False)
    with running(node):
        assert "before what was recorded last" in node.log()
        wait_until(lambda: counted(node) > last + 200, "more rows")

    # The journal has it all in its order, with the steps between the runs, and can put it right.
    done = run_cantrail(binary, "journal", "export", tmp_path / "journal", "--correct-time")
    assert done.returncode == 0
    assert done.stderr.count(b"the clock was set from") == 4
    assert len(done.stdout.splitlines()) == counted(node), "each row of the journal is in the history, whatever its time"


TICK = """syntax = "proto3";
package test;
message Tick { uint32 sent_us = 1; }
"""
TICKS = 300


def test_exported_times_are_right_within_a_millisecond(binary, clock, tmp_path):
    """The sender says when it sent by a clock of its own. What lies between that and the exported times is the same for what was
    recorded in 1970 and for what was recorded after the clock was set, but for the way to the node, of which the median is taken."""
    (tmp_path / "proto").mkdir()
    (tmp_path / "proto/tick.proto").write_text(TICK)
    port = harness.free_port()
    source = f'[source.ticks]\ntype = "protobuf"\nlisten = "{harness.LOOPBACK}:{port}"\nproto = "{tmp_path}/proto"\nmessage = "test.Tick"\n'
    start = time.monotonic_ns()
    clock.set(40 * 10**9 - time.time_ns(), False)
    with running(harness.Node(binary, tmp_path, source)) as node, socket.create_connection((harness.LOOPBACK, port)) as sender:

        def tick(recorded):
            for _ in range(TICKS):
                message = b"\x08" + varint((time.monotonic_ns() - start) // 1000)
                sender.sendall(varint(len(message)) + message)
                time.sleep(0.002)
            node.wait_for_records(recorded)

        tick(TICKS)
        clock.set(0, True)
        wait_until(lambda: node.status()["clock"]["steps"] == 1, "the step to be told")
        tick(2 * TICKS)

    done = run_cantrail(binary, "journal", "export", tmp_path / "journal", "--correct-time")
    assert done.returncode == 0, done.stderr
    assert f"{TICKS} records moved" in done.stderr.decode()
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["message"] for row in rows] == ["Tick"] * 2 * TICKS
    sent_at = [int(row["time_ns"]) - 1000 * row["signals"]["sent_us"] for row in rows]  # the sender's zero, as it seems
    before, after = (statistics.median(half) for half in (sent_at[:TICKS], sent_at[TICKS:]))
    assert abs(before - after) < 1e6, f"{(before - after) / 1e6} ms"
