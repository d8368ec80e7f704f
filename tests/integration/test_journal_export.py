"""What a journal holds, printed beside its running node and after it has stopped."""

import json
import struct

from harness import Sender, cannelloni_source, free_udp_port, run_cantrail, running, sqlite_sink

COUNTER = 0x100


def export(node, *arguments):
    done = run_cantrail(node.binary, "journal", "export", node.folder / "journal", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().splitlines(), done.stderr.decode()


def test_it_prints_what_the_history_has(make_node, tmp_path):
    dbc = tmp_path / "counter.dbc"
    dbc.write_text('VERSION ""\nBU_: A\nBO_ 256 Counter: 8 A\n SG_ number : 0|32@1+ (1,0) [0|0] "" A\n')
    port = free_udp_port()
    sender = Sender(port)
    signals = '[signal]\ntwice = { expr = "Counter.number * 2" }\n'
    with running(make_node(cannelloni_source(port, dbc) + signals + sqlite_sink(tmp_path))) as node:
        for number in range(300):
            sender.send([(COUNTER, struct.pack("<II", number, 0)), (0x7FF, b"\1")])
        node.wait_for_records(600)
        node.wait_delivered()
        lines, told = export(node)
        rows = [json.loads(line) for line in lines]
        for message in ("Counter", "twice"):
            expected = [(row["time_ns"], row["signals"]) for row in node.history(message=message)]
            assert len(expected) == 300
            assert [(row["time_ns"], row["signals"]) for row in rows if row["message"] == message] == expected
        assert "600 records, 300 without a message that fits, 0 gaps" in told
    # The clock was not set, so nothing is to be moved; the node has stopped.
    corrected, told = export(node, "--correct-time")
    assert corrected == lines
    assert "0 records moved" in told and "was set" not in told
    table, _ = export(node, "--format", "csv", "--signals", "number")
    assert len(table) == 301
    sender.close()


def test_it_says_where_there_is_no_journal(binary, tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        done = run_cantrail(binary, "journal", "export", folder)
        assert done.returncode == 65
        assert f"{folder} is no journal" in done.stderr.decode()
        assert not (folder / "identity").exists()
