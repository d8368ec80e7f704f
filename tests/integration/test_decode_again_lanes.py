"""A history whose lane leaves things out, decoded again: held against a node that had the corrected DBC from the start."""

import contextlib
import json
import shutil
import sqlite3
import struct
import subprocess
import time

import pytest

import harness
from harness import logfile_source, run_cantrail, running, sqlite_sink, wait_until

START = 1_700_000_000
SECONDS = 1500  # a frame of each message in each
HEAD = 'VERSION ""\nBU_: A\n'
CAPTURED = HEAD + (
    'BO_ 256 Battery: 8 A\n SG_ voltage : 0|16@1+ (1,0) [0|0] "dV" A\n SG_ current : 16|16@1- (0.25,0) [0|0] "A" A\n'
    ' SG_ mode : 40|2@1+ (1,0) [0|0] "" A\n'
    'BO_ 257 Motor: 8 A\n SG_ rpm : 0|16@1+ (1,0) [0|0] "1/min" A\n SG_ torque : 16|8@1+ (1,0) [0|0] "Nm" A\n'
    'BO_ 258 Fan: 8 A\n SG_ speed : 0|8@1+ (1,0) [0|0] "" A\n'
    'VAL_ 256 mode 0 "idle" 1 "drive" ;\n'
)
# A factor, a unit and a label corrected, signals added; Motor is called Engine, and the charger was not known.
CORRECTED = HEAD + (
    'BO_ 256 Battery: 8 A\n SG_ voltage : 0|16@1+ (0.5,0) [0|0] "V" A\n SG_ current : 16|16@1- (0.25,0) [0|0] "A" A\n'
    ' SG_ soc : 32|8@1+ (0.5,0) [0|0] "%" A\n SG_ mode : 40|2@1+ (1,0) [0|0] "" A\n'
    'BO_ 257 Engine: 8 A\n SG_ rpm : 0|16@1+ (2,0) [0|0] "1/min" A\n SG_ torque : 16|8@1+ (1,0) [0|0] "Nm" A\n'
    'BO_ 258 Fan: 8 A\n SG_ speed : 0|8@1+ (1,0) [0|0] "" A\n'
    'BO_ 259 Charger: 8 A\n SG_ limit : 0|8@1+ (2,0) [0|0] "A" A\n SG_ plugged : 8|1@1+ (1,0) [0|0] "" A\n'
    'VAL_ 256 mode 0 "idle" 1 "driving" ;\n'
)
POWER = '[signal]\npower = { expr = "Battery.voltage * Battery.current", unit = "W" }\n'
FORMS = ("packed", "plain")
SERIES = (
    *(f"Battery.{signal}" for signal in ("voltage", "current", "soc")),
    *("Engine.rpm", "Engine.torque", "Charger.limit", "Fan.speed", "power.value"),
)


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    """(log, captured DBC, corrected DBC)"""
    folder = tmp_path_factory.mktemp("drive")
    with open(folder / "drive.log", "w") as log:
        for i in range(SECONDS):
            payloads = {
                256: struct.pack("<HhBBH", 600 + i // 7 % 50, i // 9 % 80 - 40, i // 20 % 200, i // 100 % 2, 0),
                257: struct.pack("<HBBI", i // 3 % 8000, i % 11, 0, 0),
                258: bytes([i // 30 % 256]),
                259: bytes([i // 12 % 100, i // 50 % 2]),
            }
            for number, data in payloads.items():
                log.write(f"({START + i}.{number:06}) can0 {number:03X}#{data.hex().upper()}\n")
    (folder / "captured.dbc").write_text(CAPTURED)
    (folder / "corrected.dbc").write_text(CORRECTED)
    return folder / "drive.log", folder / "captured.dbc", folder / "corrected.dbc"


def record(binary, folder, log, dbc, keys, form):
    folder.mkdir()
    shutil.copy(dbc, folder / "car.dbc")
    sink = sqlite_sink(folder, f'from = "oldest"\nrows = "{form}"\n{keys}')
    node = harness.Node(binary, folder, logfile_source(log, folder / "car.dbc") + POWER + sink)
    with running(node):
        wait_until(lambda: node.status()["sources"][0]["records"] == 4 * SECONDS, "the whole log")
        node.wait_delivered()
    return node


@pytest.fixture
def pair(binary, drive, tmp_path):
    """Makes nodes that recorded the log with the captured and with the corrected DBC, and ended."""

    def make(keys, form):
        log, captured, corrected = drive
        return tuple(
            record(binary, tmp_path / name, log, dbc, keys, form) for name, dbc in (("captured", captured), ("fresh", corrected))
        )

    return make


def replay(node, dbc, *arguments, code=0):
    """By the node's own configuration, whose sink writes the history."""
    how = ("--dbc", dbc, "--config", node.config, "--to", node.folder / "history.db", "--replace", "--json")
    done = run_cantrail(node.binary, "replay", node.folder / "journal", *how, *arguments)
    assert done.returncode == code, done.stderr.decode()
    return json.loads(done.stdout) if code == 0 else done.stderr.decode()


def streams(node):
    with contextlib.closing(sqlite3.connect(node.folder / "history.db")) as file:
        return dict(file.execute("SELECT message, (SELECT count(*) FROM latest WHERE stream = id) FROM stream"))


def content(node):
    """All that the file has: rows and rollups as the API tells them, latest rows, and plain rows, as they lie there."""
    found = {}
    known = [message for message, has_latest in streams(node).items() if has_latest]
    with running(node):
        for message in known:
            found[message] = node.history(message=message)
        for signal in SERIES:
            for points, since in ((5000, 0), (150, 0), (10, 30 * 86400)):  # seconds, minutes, hours
                asked = {"signal": signal, "points": points, "from": START - since, "to": START + SECONDS}
                answer = harness.http_get(node.port, "/api/series", **asked)
                found[signal, points] = None if answer.status == 404 else answer.json
    with contextlib.closing(sqlite3.connect(node.folder / "history.db")) as file:
        found["latest"] = file.execute(
            "SELECT time_ns, channel, message, l.can_id, seq, idx, hex(data), l.signals, labels "
            "FROM latest l JOIN stream ON id = stream ORDER BY 2, 3"
        ).fetchall()
        found["rows"] = file.execute("SELECT sum(rows) FROM partition").fetchall()
        if file.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'frames'").fetchone() == (1,):
            columns = "time_ns, channel, message, id, epoch, seq, idx, hex(data), signals, labels"
            found["plain"] = file.execute(f"SELECT {columns} FROM frames ORDER BY time_ns, seq, idx, message").fetchall()
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return found


def assert_same(one, other):
    assert one.keys() == other.keys()
    for key in one:
        assert one[key] == other[key], key


LANES = {
    "everything": "",
    "only": 'only = ["Battery.voltage", "Charg*", "*or", "Engin*", "power"]',
    "max_rate": 'max_rate = "0.1/s"',
    "except": 'except = ["Motor.torque", "Engine.torque", "Battery.current", "Charger.plugged", "Fan"]',
    "former_name": 'only = ["Motor", "Fan"]',
    "only_and_max_rate": 'only = ["Battery.v*", "Charger", "Engine", "Motor"]\nmax_rate = "0.1/s"',
}


@pytest.mark.parametrize("lane, form", [*((lane, "packed") for lane in LANES), *((lane, "plain") for lane in list(LANES)[:3])])
def test_it_is_the_history_that_the_dbc_would_have_made(pair, drive, lane, form):
    keys = LANES[lane]
    lost = ["can0:Motor"] if lane == "former_name" else []
    node, fresh = pair(keys, form)
    for message in lost:
        assert message in replay(node, drive[2], code=65)
    report = replay(node, drive[2], *(["--remove-gone"] if lost else []))
    assert (report["rows_filtered"] == 0) == (keys == "")
    assert report["rows_kept"] == report["rows_expired"] == 0
    expected = content(fresh)
    assert_same(content(node), expected)
    assert streams(fresh).keys() <= expected.keys()
    decoded = 5 * SECONDS  # Battery, Engine, Fan, Charger, power
    assert report["rows_filtered"] == decoded - expected["rows"][0][0]
    repeated = replay(node, drive[2], *(["--remove-gone"] if lost else []))
    assert repeated["rows_written"] == 0 and repeated["rows_filtered"] == report["rows_filtered"]


@pytest.mark.parametrize("form", FORMS)
def test_rows_that_were_on_change_keep_their_places_and_new_messages_follow_the_key(pair, drive, form):
    node, fresh = pair("on_change = true", form)
    before = content(node)
    replay(node, drive[2])
    after, expected = content(node), content(fresh)
    for message in ("Charger", "Fan"):
        assert after[message] == expected[message] and 0 < len(after[message]) <= SECONDS / 10
    for message, former in (("Battery", "Battery"), ("Engine", "Motor")):
        assert [row["position"] for row in after[message]] == [row["position"] for row in before[former]]
        by_place = {row["position"]: row for row in expected[message]}
        assert all(row == by_place[row["position"]] for row in after[message])


@pytest.mark.parametrize("form", FORMS)
def test_a_range_of_a_lane_that_remembers(pair, drive, form):
    node, fresh = pair('on_change = true\nonly = ["Charger", "Fan"]', form)
    assert replay(node, drive[2], "--from", START + 605, "--until", START + 905)["rows_written"] > 0
    replay(node, drive[2], "--from", START + 605)
    assert "Charger" in content(node) and content(node)["Charger"][0]["time_ns"] == str((START + 612) * 10**9 + 259_000)
    replay(node, drive[2])
    assert_same(content(node), content(fresh))


def test_a_message_that_is_called_otherwise_goes_there_and_back(pair, drive):
    node, _ = pair('max_rate = "0.2/s"', "packed")
    before = content(node)
    replay(node, drive[2])
    assert "Motor" not in content(node) and len(content(node)["Engine"]) == SECONDS / 5
    replay(node, drive[1], "--remove-gone")  # the charger is
    after = content(node)
    assert "Engine" not in after and "Charger" not in after
    for key in ("Battery", "Motor", "Fan", "power", "latest", "rows", ("Battery.voltage", 150)):
        assert after[key] == before[key], key


@pytest.mark.parametrize("form", FORMS)
def test_after_a_crash_it_is_finished_by_the_same_command(pair, drive, form):
    node, fresh = pair('max_rate = "0.5/s"\nexcept = ["Battery.current"]', form)
    how = ["--dbc", drive[2], "--config", node.config, "--to", node.folder / "history.db", "--replace"]
    command = ["replay", node.folder / "journal", *how]
    for wait_s in (0.02, 0.05, 0.08, 0.12, 0.2):
        process = subprocess.Popen([node.binary, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait_s)
        process.kill()
        process.wait()
    replay(node, drive[2])
    assert_same(content(node), content(fresh))


def test_a_configuration_without_the_sink_is_told(pair, drive, tmp_path):
    node, _ = pair('except = ["Fan"]', "packed")
    copied = tmp_path / "copied.db"
    shutil.copy(node.folder / "history.db", copied)
    how = ("--dbc", drive[2], "--config", node.config, "--to", copied, "--replace")
    done = run_cantrail(node.binary, "replay", node.folder / "journal", *how)
    assert done.returncode == 0 and b"no sink of" in done.stderr, done.stderr
    done = run_cantrail(node.binary, "replay", node.folder / "journal", "--dbc", drive[2], "--to", copied, "--replace")
    assert done.returncode == 0 and b"no sink of" not in done.stderr, done.stderr


def test_a_new_history_gets_what_its_sink_would_have_got(pair, drive):
    node, fresh = pair('max_rate = "0.1/s"\nonly = ["Battery.voltage", "Charg*", "Fan"]', "packed")
    for part in node.folder.glob("history.db*"):
        part.unlink()
    how = ("--dbc", drive[2], "--config", node.config, "--to", node.folder / "history.db", "--json")
    log = node.folder / "history.db-wal"  # of a file that somebody has removed: it would be played into the new one
    log.write_bytes(b"something")
    refused = run_cantrail(node.binary, "replay", node.folder / "journal", *how)
    assert refused.returncode == 65 and b"history.db-wal is left of another history" in refused.stderr, refused.stderr
    log.unlink()
    done = run_cantrail(node.binary, "replay", node.folder / "journal", *how)
    assert done.returncode == 0, done.stderr
    expected = content(fresh)
    assert_same(content(node), expected)
    assert json.loads(done.stdout)["rows_filtered"] == 5 * SECONDS - expected["rows"][0][0]
