"""A history is looked through after a start: what its disk has lost is told before somebody asks for it."""

import sqlite3

import harness
from harness import logfile_source, run_cantrail, running, sqlite_sink

PAGE = 1024


def tear_a_value(path):
    """Overwrites a page in the midst of the longest packed value, as a bad sector would."""
    file = sqlite3.connect(path)
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (value,) = file.execute("SELECT data FROM packed_1 ORDER BY length(data) DESC LIMIT 1").fetchone()
    file.close()
    assert len(value) > 3 * PAGE, len(value)
    middle = len(value) // 2
    content = path.read_bytes()
    at = content.find(value[middle : middle + 32]) // PAGE * PAGE
    assert at > 0
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(b"\x55" * PAGE)


def test_damage_that_came_while_the_node_was_closed_is_told(binary, make_node, tmp_path, leaf_dbc):
    log = tmp_path / "drive.log"
    made = run_cantrail(binary, "simulate", "leaf", "--to", "candump:-", "--speed", "max", "--seed", 3, "--duration", "60s")
    log.write_bytes(made.stdout)
    node = make_node(logfile_source(log, leaf_dbc) + sqlite_sink(tmp_path))
    with running(node):
        node.wait_for_records(made.stdout.count(b"\n"))
        node.wait_delivered()
        assert node.lane("history")["check"] is None, "it was new"
    with running(node):
        check = harness.wait_until(lambda: (c := node.lane("history")["check"])["ended"] and c, "the look through the file")
        assert check["damage"] == ""
        assert check["checked_bytes"] > 10_000
        assert node.status()["alarms"] == []
    assert "nothing is damaged" in node.log()
    tear_a_value(tmp_path / "history.db")
    with running(node):
        check = harness.wait_until(lambda: (c := node.lane("history")["check"])["ended"] and c, "the look through the file")
        assert "is damaged: not all can be read of rows from 20" in check["damage"]
        [alarm] = node.status()["alarms"]
        assert alarm["name"] == "store_damaged"
        assert alarm["message"] == "history: " + check["damage"]
        told = run_cantrail(binary, "status", "--url", f"http://127.0.0.1:{node.port}")
        assert b"ALARM    store_damaged since " in told.stdout
        assert node.answers("/readyz"), "the rest of it is used"
    assert check["damage"] in node.log()
    # As it says: moved away, a new one gets what the journal has.
    for file in tmp_path.glob("history.db*"):
        file.rename(tmp_path / f"old-{file.name}")
    with running(node):
        node.wait_delivered()
        assert len(node.history()) > 10_000
        assert node.status()["alarms"] == []


def test_it_can_be_switched_off(binary, make_node, tmp_path, leaf_dbc, leaf_log):
    node = make_node(logfile_source(leaf_log, leaf_dbc) + sqlite_sink(tmp_path, "check = false"))
    for _ in range(2):
        with running(node):
            node.wait_delivered()
            assert node.lane("history")["check"] is None
