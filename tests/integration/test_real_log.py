"""The recording of a real vehicle: what cantools makes of it is what decode prints and the history keeps."""

import csv
import io
import json
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter

import pytest

import harness
from harness import logfile_source, nanoseconds, running, row_key, run_cantrail, sqlite_sink

FRAMES, DECODED, UNDECODED = 4024, 3013, 1011


def decode(binary, log, dbc, *options, **how):
    done = run_cantrail(binary, "decode", log, "--dbc", dbc, *options, **how)
    assert done.returncode == 0, done.stderr.decode()
    return done


def assert_same_rows(rows, expected):
    assert len(rows) == len(expected)
    for row, want in zip(rows, expected):
        where = (row["time_ns"], row["message"])
        assert int(row["time_ns"]) == nanoseconds(want["t"]), where
        assert (row["channel"], row["id"], row["message"]) == (want["ch"], want["id"], want["msg"])
        assert row["signals"] == want["phys"], where  # == on floats: the same double, and nothing more or less


def labels_of(expected, dbc):
    """Labels beside numbers, from the text of the DBC itself."""
    values = {}
    for can_id, signal, pairs in re.findall(r"^VAL_ (\d+) (\w+) (.*);", dbc.read_text(), re.M):
        values[int(can_id), signal] = dict((int(v), t) for v, t in re.findall(r'(-?\d+) "([^"]*)"', pairs))
    assert values
    wanted = []
    for row in expected:
        labels = {}
        for signal, raw in row["raw"].items():
            text = values.get((row["id"], signal), {}).get(raw)
            if text is not None:
                labels[signal] = text
        wanted.append(labels)
    return wanted


def json_rows(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def decoded(binary, gnss_log, gnss_dbc):
    """What decode prints of the log, read through a pipe."""
    done = decode(binary, "-", gnss_dbc, "--format", "jsonl", stdin=harness.read_xz(gnss_log))
    return done


def test_decode_from_a_pipe_equals_cantools_in_every_value(decoded, gnss_expected, gnss_dbc):
    rows = json_rows(decoded.stdout)
    assert_same_rows(rows, gnss_expected)
    assert [row.get("labels", {}) for row in rows] == labels_of(gnss_expected, gnss_dbc)
    # The time is there twice; as a number it has all its digits.
    exact = re.findall(rb'"time":(\d+\.\d{9}),"time_ns":"(\d+)"', decoded.stdout)
    assert len(exact) == len(rows)
    assert all(nanoseconds(number.decode()) == int(text) for number, text in exact)


def test_decode_says_what_it_could_not_decode(decoded):
    summary = decoded.stderr.decode()
    assert "4,024 frames, 3,013 decoded, 6 unknown ids" in summary
    counts = {int(i, 16): int(n) for i, n in re.findall(r"([0-9A-F]{3}) ×(\d+)", summary)}
    assert sum(counts.values()) == UNDECODED


def test_decode_reads_the_compressed_log_itself(binary, gnss_log, gnss_dbc, decoded):
    assert decode(binary, gnss_log, gnss_dbc).stdout == decoded.stdout


def test_csv_has_the_same_values(binary, gnss_log, gnss_dbc, gnss_expected, decoded):
    text = decode(binary, gnss_log, gnss_dbc, "--format", "csv").stdout.decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    rows = json_rows(decoded.stdout)
    wanted = [
        (int(row["time_ns"]), row["channel"], row["message"], signal, value, row.get("labels", {}).get(signal, ""))
        for row in rows
        for signal, value in row["signals"].items()
    ]
    got = [
        (nanoseconds(line["time"]), line["channel"], line["message"], line["signal"], float(line["value"]), line["label"])
        for line in lines
    ]
    assert got == wanted


def test_the_table_has_the_same_values(binary, gnss_log, gnss_dbc, decoded):
    text = decode(binary, gnss_log, gnss_dbc, "--format", "table").stdout.decode()
    rows = json_rows(decoded.stdout)
    lines = text.splitlines()
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows):
        when, channel, can_id, message, *signals = line.split()
        assert nanoseconds(when) == int(row["time_ns"])
        assert (channel, int(can_id, 16), message) == (row["channel"], row["id"], row["message"])
        values = {name: float(value) for name, value in re.findall(r"(?:^| )(\w+)=(\S+)", " ".join(signals))}
        assert values == row["signals"]


def test_run_until_end_fills_the_history_and_balances_to_the_frame(
    make_node, tmp_path, gnss_log, gnss_dbc, gnss_expected
):
    node = make_node(logfile_source(gnss_log, gnss_dbc) + sqlite_sink(tmp_path))
    node.start("--until-end", ready=None)
    assert node.process.wait(harness.PATIENCE_S) == 0, node.log()
    assert "history: received 4,024 = delivered 3,013 + undecoded 1,011 + dropped 0 + pending 0" in node.log()
    with running(node):
        rows = node.history(page=700)
        assert_same_rows(rows, gnss_expected)
        assert [row["labels"] for row in rows] == labels_of(gnss_expected, gnss_dbc)
        assert node.status()["received"] == 0, "it resumes behind the last frame of the recording"


def test_a_running_node_tells_the_ledger_of_the_log(make_node, tmp_path, gnss_log, gnss_dbc):
    with running(make_node(logfile_source(gnss_log, gnss_dbc) + sqlite_sink(tmp_path))) as node:
        node.wait_for_records(FRAMES)
        node.wait_delivered()
        ledger = node.lane("history")["ledger"]
        assert (ledger["received"], ledger["delivered"], ledger["undecoded"]) == (FRAMES, DECODED, UNDECODED)


# --- crashes ---


@pytest.fixture(scope="module")
def long_log(gnss_log, tmp_path_factory):
    """The recording twelve times, one after the other, and the frames in it."""
    lines = harness.read_xz(gnss_log).decode().splitlines()
    first, last = (nanoseconds(line[1 : line.index(")")]) for line in (lines[0], lines[-1]))
    out, frames = [], []
    for lap in range(12):
        shift = lap * (last - first + 10**6)
        for line in lines:
            stamp, channel, frame = line.split()
            time_ns = nanoseconds(stamp[1:-1]) + shift
            out.append(f"({harness.seconds(time_ns)}) {channel} {frame}")
            can_id, data = frame.split("#")
            frames.append((time_ns, int(can_id, 16), data.lower()))
    path = tmp_path_factory.mktemp("long") / "long.log"
    path.write_text("\n".join(out) + "\n")
    return path, frames


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_ended_in_the_middle_again_and_again_the_log_is_stored_exactly_once(
    make_node, tmp_path, long_log, gnss_dbc, gnss_expected, end
):
    path, frames = long_log
    known = {row["id"] for row in gnss_expected}
    wanted = Counter(frame for frame in frames if frame[1] in known)
    assert wanted.total() == 12 * DECODED
    luck = random.Random(20)
    node = make_node(logfile_source(path, gnss_dbc, pace="250x") + sqlite_sink(tmp_path))
    partial = rounds = 0
    while rounds < 8 or (partial < 2 and rounds < 24):
        rounds += 1
        # Some end before or while the node starts, the others when it runs, however long it took to start.
        early = end == "kill" and rounds % 2 == 0
        node.start(ready=None if early else "/healthz")
        time.sleep(luck.uniform(0.005, 0.5 if early else 0.3))
        getattr(node, end)()
        partial += 0 < stored_rows(tmp_path / "history.db") < 12 * DECODED
    assert partial >= 2, "none of the ends landed in the middle: the test proves nothing"
    node.config.write_text(node.config.read_text().replace('"250x"', '"max"'))
    with running(node):
        wait_for_end(node)
        node.wait_delivered()
        rows = node.history(page=10_000)  # the most there is: it must say that there are more
        assert Counter(map(row_key, rows)) == wanted
        assert [int(row["time_ns"]) for row in rows] == sorted(int(row["time_ns"]) for row in rows)


def stored_rows(database):
    """What the history holds, asked of a copy: the file itself is left as the crash left it."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", "-wal"):
            if database.with_name(database.name + suffix).exists():
                shutil.copy(database.with_name(database.name + suffix), folder)
        connection = sqlite3.connect(f"{folder}/{database.name}")
        try:
            return connection.execute("SELECT coalesce(sum(rows), 0) FROM partition").fetchone()[0]
        except sqlite3.Error:
            return 0
        finally:
            connection.close()


def wait_for_end(node):
    harness.wait_until(lambda: all(s["state"] == "ended" for s in node.status()["sources"]), "the recording's end")


def test_rows_that_were_acknowledged_before_a_kill_are_there_once_afterwards(
    binary, make_node, tmp_path, leaf_dbc
):
    port = harness.free_udp_port()
    node = make_node(harness.cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))
    node.start()
    car = subprocess.Popen(
        [binary, "simulate", "leaf", "--to", f"cannelloni:127.0.0.1:{port}", "--bus-factor", "5"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        acknowledged = []
        for _ in range(3):
            received = node.status()["received"]
            harness.wait_until(lambda: node.status()["received"] > received + 1500, "frames of the car")
            harness.wait_until(lambda: node.get("/api/state/history", limit=1)["rows"], "the first rows in the history")
            acknowledged = node.history()
            node.kill()
            node.start()
            stored = Counter((row["position"], *row_key(row)) for row in node.history())
            assert max(stored.values()) == 1
            missing = Counter((row["position"], *row_key(row)) for row in acknowledged) - stored
            assert not missing, f"{missing.total()} acknowledged rows are gone"
        car.terminate()
        assert car.wait(harness.PATIENCE_S) == 0
        node.wait_delivered()
        downtimes = [gap for gap in node.gaps() if gap["reason"] == "downtime"]
        assert len(downtimes) == 3
        for gap in downtimes:
            assert gap["count"] is None
            assert int(gap["from_ns"]) < int(gap["to_ns"])
        times = [int(row["time_ns"]) for row in node.history()]
        for gap in downtimes:
            inside = [t for t in times if int(gap["from_ns"]) < t < int(gap["to_ns"])]
            assert not inside, "rows lie in the time in which the node was down"
        node.assert_balanced()
        node.terminate()
    finally:
        car.kill()
        car.wait()
