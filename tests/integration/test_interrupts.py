"""A second interrupt: the store is not waited for, and nothing is lost by that."""

import random
import re
import resource
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from harness import PATIENCE_S, Sender, cannelloni_source, free_udp_port, running, sqlite_sink, wait_until

BATTERY = 498
APART_S = 0.5  # what comes within 200 ms of the first interrupt is the same one


@pytest.fixture
def stuck(make_node, tmp_path, leaf_dbc):
    """A node whose history holds 10 rows and is locked by another program, and the lock; 500 more wait."""
    port = free_udp_port()
    sender = Sender(port)
    node = make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))
    node.start()
    sender.send([(BATTERY, bytes([i, 0, 0, 0, 1, 0, 0, 0])) for i in range(10)])
    node.wait_for_records(10)
    node.wait_delivered()
    lock = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    for i in range(5):
        sender.send([(BATTERY, bytes([i, j, 0, 0, 1, 0, 0, 0])) for j in range(100)])
    node.wait_for_records(510)
    yield node, lock
    lock.close()
    sender.close()


def everything_is_there_once(node):
    with running(node):
        node.wait_delivered()
        rows = node.history()
        assert len(rows) == 510
        assert sorted(row["data"] for row in rows[10:]) == sorted(bytes([i, j, 0, 0, 1, 0, 0, 0]).hex() for i in range(5) for j in range(100))


@pytest.mark.parametrize("first, second", [("TERM", "TERM"), ("INT", "TERM")])
def test_a_second_interrupt_leaves_the_rest_in_the_journal(stuck, first, second):
    node, lock = stuck
    node.process.send_signal(getattr(signal, f"SIG{first}"))
    time.sleep(APART_S)
    assert node.process.poll() is None, "the first one waits for the store"
    node.process.send_signal(getattr(signal, f"SIG{second}"))
    assert node.process.wait(PATIENCE_S) == 0, node.log()
    assert "second interrupt: 500 records wait in the journal for history, they go on at the next start" in node.log()
    assert "in 10 s" not in node.log()
    lock.execute("ROLLBACK")
    everything_is_there_once(node)


def test_two_signals_at_once_are_one_interrupt(stuck):
    node, lock = stuck
    node.process.send_signal(signal.SIGTERM)
    node.process.send_signal(signal.SIGTERM)
    time.sleep(APART_S)
    lock.execute("ROLLBACK")
    assert node.process.wait(PATIENCE_S) == 0, node.log()
    assert "second interrupt" not in node.log()
    assert "history: received 510 = delivered 510" in node.log()
    everything_is_there_once(node)


def test_a_hangup_while_it_reads_its_configuration_does_not_end_it(make_node, tmp_path, one_round_in):
    large = 'VERSION ""\nBO_ 256 A: 8 X\n SG_ a : 0|8@1+ (1,0) [0|0] "" X\n' + 'CM_ "nothing";\n' * (200_000 // one_round_in)
    names = [tmp_path / f"{number}.dbc" for number in range(4)]
    for name in names:
        name.write_text(large)
    sources = "".join(cannelloni_source(free_udp_port(), name, f"bus{number}") for number, name in enumerate(names))
    node = make_node(sources)

    def of_process(file, pattern):
        return re.search(pattern, Path(f"/proc/{node.process.pid}/{file}").read_text(), re.M)[1]

    node.start(ready=None)
    wait_until(lambda: int(of_process("status", r"^SigCgt:\s*(\w+)"), 16) >> (signal.SIGHUP - 1) & 1, "the handler", step=0.001)
    assert int(of_process("io", r"^rchar: (\d+)")) < len(names) * len(large), "it is there before the configuration is read"
    node.process.send_signal(signal.SIGHUP)
    wait_until(lambda: node.answers("/readyz"), "an answer")
    node.terminate()


def test_a_limit_of_file_sizes_is_told_like_a_full_disk(make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    node = make_node(cannelloni_source(port, leaf_dbc))
    with running(node):
        resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
        sender = Sender(port)

        def is_told():
            sender.send([(0x1DB, random.randbytes(8))] * 100)
            return "File too large" in node.log()

        wait_until(is_told, "the limit to be met")
        assert node.status()["alarms"], "and the node goes on"
        sender.close()
