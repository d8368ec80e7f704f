"""A journal decoded again with a corrected DBC, held against a node that had that DBC from the start."""

import contextlib
import itertools
import json
import shutil
import sqlite3
import struct
import subprocess
import sys
import time
from collections import Counter

import pytest

import harness
from conftest import ROOT
from harness import logfile_source, run_cantrail, running, sqlite_sink, wait_until

sys.path.append(str(ROOT / "tests/crash"))

from journal_format import read_journal  # noqa: E402

START = 1_700_000_000
FRAMES = 9000  # of each message: two and a half hours, a second apart
MESSAGES = ("Battery", "Charger", "Legacy", "Motor", "power")
WIDTHS = ((5000, 0), (150, 0), (10, 30 * 86400))  # points, since so long before: two seconds, minutes, hours
HEAD = 'VERSION ""\nBU_: A\n'
SAME = 'BO_ 257 Motor: 8 A\n SG_ rpm : 0|16@1+ (1,0) [0|0] "1/min" A\n'
CAPTURED = HEAD + SAME + (
    'BO_ 256 Battery: 8 A\n SG_ voltage : 0|16@1+ (1,0) [0|0] "dV" A\n SG_ current : 16|16@1- (0.25,0) [0|0] "A" A\n'
    'BO_ 258 Legacy: 8 A\n SG_ old : 0|8@1+ (1,0) [0|0] "" A\n'
)  # fmt: skip
# A factor and a unit corrected, a signal added, a message removed and another one described.
CORRECTED = HEAD + SAME + (
    'BO_ 256 Battery: 8 A\n SG_ voltage : 0|16@1+ (0.5,0) [0|0] "V" A\n SG_ current : 16|16@1- (0.25,0) [0|0] "A" A\n'
    ' SG_ soc : 32|8@1+ (0.5,0) [0|0] "%" A\n'
    'BO_ 259 Charger: 8 A\n SG_ limit : 0|8@1+ (2,0) [0|0] "A" A\n'
)  # fmt: skip
POWER = '[signal]\npower = { expr = "Battery.voltage * Battery.current", unit = "W" }\n'
SIGNALS = ("Battery.voltage", "Battery.current", "Battery.soc", "Charger.limit", "Motor.rpm", "power.value")


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    """(log, captured DBC, corrected DBC)"""
    folder = tmp_path_factory.mktemp("drive")
    lines = []
    for i in range(FRAMES):
        battery = struct.pack("<HhBBH", 600 + i % 200, i % 80 - 40, i % 200, 0, 0)
        for number, data in ((256, battery), (257, struct.pack("<HHI", i % 8000, 0, 0)), (258, bytes([i % 256])), (259, bytes([i % 100]))):
            lines.append(f"({START + i}.{number:06}) can0 {number:03X}#{data.hex().upper()}\n")
    log = folder / "drive.log"
    log.write_text("".join(lines))
    captured, corrected = folder / "captured.dbc", folder / "corrected.dbc"
    captured.write_text(CAPTURED)
    corrected.write_text(CORRECTED)
    return log, captured, corrected


def record(binary, folder, log, dbc, keys="", signals=POWER):
    sink = sqlite_sink(folder, f'from = "oldest"\n{keys}')
    node = harness.Node(binary, folder, logfile_source(log, dbc) + signals + sink)
    with running(node):
        node.wait_delivered()
        wait_until(lambda: node.status()["sources"][0]["records"] == 4 * FRAMES, "the whole log")
        node.wait_delivered()
    return node


@pytest.fixture(scope="module")
def nodes(binary, drive, tmp_path_factory):
    """Nodes that recorded the log with the captured and with the corrected DBC, and ended."""
    log, captured, corrected = drive
    return {
        name: record(binary, tmp_path_factory.mktemp(name), log, dbc)
        for name, dbc in (("captured", captured), ("corrected", corrected))
    }


@pytest.fixture
def copy(binary, nodes, tmp_path):
    """A node on a copy of what was captured, with its log read to the end."""
    folder = tmp_path / "copy"
    shutil.copytree(nodes["captured"].folder, folder)
    text = (folder / "node.toml").read_text().replace(str(nodes["captured"].folder), str(folder))
    node = harness.Node(binary, folder, "")
    node.config.write_text(text.replace(f":{nodes['captured'].port}", f":{node.port}"))
    return node


def again(node, dbc, *arguments, target="history.db", config=None):
    how = ("--config", config) if config else ("--dbc", dbc)
    if "--replace" in arguments:
        how += ("--remove-gone",)  # Legacy is
    done = run_cantrail(node.binary, "replay", node.folder / "journal", *how, "--to", node.folder / target, *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def content(node):
    """Rows and rollups as the API tells them, and the latest rows as they lie in the file."""
    with running(node):
        found = {"rows": rows_of(node)}
        for signal in SIGNALS:
            for width in WIDTHS:
                asked = {"signal": signal, "points": width[0], "from": START - width[1], "to": START + FRAMES}
                answer = harness.http_get(node.port, "/api/series", **asked)
                found[signal, width] = None if answer.status == 404 else series(answer.json)
    with contextlib.closing(sqlite3.connect(node.folder / "history.db")) as file:
        found["latest"] = file.execute(
            "SELECT channel, message, time_ns, l.can_id, seq, idx, data, l.signals, labels FROM latest l "
            "JOIN stream ON id = stream ORDER BY channel, message"
        ).fetchall()
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return found


def rows_of(node):
    """Message by message, since a named signal's rows have the place of their message's."""
    known = [m for m in MESSAGES if harness.http_get(node.port, "/api/state/history", message=m, limit=1).status == 200]
    return [row for message in known for row in node.history(message=message)]


def series(answer):
    columns = zip(*(answer[name] for name in ("time_ms", "min", "max", "mean", "last", "count")))
    return {"unit": answer["unit"], "resolution": answer["resolution"], "points": list(columns)}


def assert_same(one, other):
    assert one.keys() == other.keys()
    assert len(one["rows"]) == 4 * FRAMES and all(one.values())
    for key in one:
        assert one[key] == other[key], key


def test_a_replaced_history_is_the_one_that_the_dbc_would_have_made(nodes, copy, drive):
    report, summary = again(copy, drive[2], "--replace", "--json")
    messages = {m["message"]: m for m in json.loads(report)["messages"]}
    assert json.loads(report)["rows_written"] == 3 * FRAMES, "Battery, Charger and power; Motor's rows are as they were"
    assert (messages["Legacy"]["rows_before"], messages["Legacy"]["rows_after"]) == (FRAMES, 0)
    assert (messages["Charger"]["rows_before"], messages["Charger"]["rows_after"]) == (0, FRAMES)
    battery = {s["signal"]: s for s in messages["Battery"]["signals"]}
    assert battery["voltage"]["differ"] == FRAMES
    assert (battery["voltage"]["unit_before"], battery["voltage"]["unit_after"]) == ("dV", "V")
    assert battery["voltage"]["first"] == {"time_ns": (START * 10**6 + 256) * 1000, "before": 600, "after": 300}
    assert battery["voltage"]["largest_difference"] == 799 / 2
    assert battery["current"]["differ"] == 0
    assert battery["soc"]["unit_before"] is None and battery["soc"]["values_after"] == FRAMES
    assert all(s["differ"] == 0 for s in messages["Motor"]["signals"])
    assert f"{4 * FRAMES:,} frames decoded again" in summary

    # A second time there is nothing to do.
    report, _ = again(copy, drive[2], "--replace", "--json")
    repeated = json.loads(report)
    assert repeated["rows_written"] == 0
    assert all(s["differ"] == 0 for m in repeated["messages"] for s in m["signals"])

    assert_same(content(copy), content(nodes["corrected"]))


def test_a_wrong_file_takes_no_message_away(copy, drive, tmp_path):
    before = content(copy)
    moved = tmp_path / "moved.dbc"
    moved.write_text(CAPTURED.replace("BO_ 256 Battery", "BO_ 300 Battery"))
    renamed = tmp_path / "renamed.dbc"
    renamed.write_text(CAPTURED.replace(" Battery: ", " Accumulator: "))  # and what is computed from it is gone
    for dbc, gone in ((drive[2], "can0:Legacy"), (moved, "can0:Battery"), (renamed, "power")):
        how = ("--dbc", dbc, "--to", copy.folder / "history.db", "--replace")
        refused = run_cantrail(copy.binary, "replay", copy.folder / "journal", *how)
        told = refused.stderr.decode()
        assert refused.returncode == 65 and "--remove-gone" in told, told
        assert f"lacks {gone}" in told
        assert refused.stdout == b""
    assert content(copy) == before


def test_a_range_is_replaced_and_the_rest_stays(nodes, copy, drive):
    first, last = START + 1010, START + 5555  # neither a minute nor an hour begins there
    span = ("--from", first, "--until", last)
    before = content(copy)
    again(copy, drive[2], "--replace", *span)
    after, corrected = content(copy), content(nodes["corrected"])

    def inside(row):
        return first * 10**9 <= int(row["time_ns"]) < last * 10**9

    def rows(which, wanted):
        return [row for row in which["rows"] if wanted(row)]

    assert rows(after, inside) == rows(corrected, inside)
    assert rows(after, lambda row: not inside(row)) == rows(before, lambda row: not inside(row))
    for signal in ("Battery.voltage", "power.value"):
        fine, minutes, hours = (after[signal, width]["points"] for width in WIDTHS)
        assert [after[signal, width]["resolution"] for width in WIDTHS] == ["1s", "1m", "1h"]
        for point in fine[1:-1]:
            expected = corrected if first <= point[0] / 1000 < last else before
            if not (first - 2 < point[0] / 1000 < first or last - 2 < point[0] / 1000 < last):  # of both
                assert point in expected[signal, WIDTHS[0]]["points"]
        # Minutes and hours count the same rows.
        for coarse in (minutes, hours):
            assert sum(p[3] * p[5] for p in coarse) == pytest.approx(sum(p[3] * p[5] for p in fine), rel=1e-12)
            assert sum(p[5] for p in coarse) == FRAMES
    again(copy, drive[2], "--replace")
    assert_same(content(copy), corrected)


def test_what_the_lane_left_out_stays_out(binary, drive, tmp_path):
    log, captured, corrected = drive
    keys = 'max_rate = "0.1/s"\nexcept = ["Motor"]'
    made = {}
    for name, dbc in (("captured", captured), ("corrected", corrected)):
        (tmp_path / name).mkdir()
        made[name] = record(binary, tmp_path / name, log, dbc, keys)
    again(made["captured"], corrected, "--replace")
    after, expected = content(made["captured"]), content(made["corrected"])

    def rows(which, *messages):
        return [row for row in which["rows"] if row["message"] in messages]

    assert len(rows(after, "Battery")) == FRAMES / 10
    assert rows(after, "Battery", "power", "Motor") == rows(expected, "Battery", "power", "Motor")
    assert len(rows(after, "Charger")) == FRAMES, "nobody knows what the lane would have kept of it"


TRUCK = HEAD + 'BO_ 2364540158 EEC1: 8 A\n SG_ EngineSpeed : 24|16@1+ (0.125,0) [0|0] "rpm" A\n'
OWN_DM1 = 'BO_ 2566834942 DM1: 8 A\n SG_ lamps : 0|8@1+ (1,0) [0|0] "" A\n'
J1939 = 'BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";\nBA_DEF_DEF_ "VFrameFormat" "J1939PG";\n'
LAPS, CODES, LAP_FRAMES = 1200, 7, 7


@pytest.fixture(scope="module")
def truck_log(tmp_path_factory):
    """Each lap trouble codes in packets, which give as many rows at the last one, and a message."""
    log, at = tmp_path_factory.mktemp("truck") / "truck.log", 0
    with open(log, "w") as file:
        for lap in range(LAPS):
            codes = bytes([0x44, 0xFF]) + b"".join(bytes([lap & 0xFF, code, 3, 2]) for code in range(1, CODES + 1))
            lap_frames = [*harness.j1939_packets(lap % 3, 0xFECA, codes), ("0CF004FE", bytes([0, 0, 0, lap & 0xFF, 0x10, 0, 0, 0]))]
            assert len(lap_frames) == LAP_FRAMES
            for can_id, data in lap_frames:
                file.write(f"({START + at / 100:.6f}) can0 {can_id}#{data.hex().upper()}\n")
                at += 1
    return log


def truck_node(binary, folder, log, dbc, keys=""):
    folder.mkdir()
    (folder / "truck.dbc").write_text(dbc)
    node = harness.Node(binary, folder, logfile_source(log, folder / "truck.dbc") + sqlite_sink(folder, f'from = "oldest"\n{keys}'))
    with running(node):
        node.wait_for_records(LAP_FRAMES * LAPS)
        node.wait_delivered()
    return node


def stored(node):
    with contextlib.closing(sqlite3.connect(node.folder / "history.db")) as file:
        names = [name for (name,) in file.execute("SELECT message FROM stream ORDER BY message")]
    with running(node):
        rows = []
        for name in names:
            answer = node.get("/api/state/history", message=name, limit=10_000)  # rows of one frame have one position
            assert not answer["more"]
            rows += [(row["message"], row["time_ns"], sorted(row["signals"].items())) for row in answer["rows"]]
    return sorted(rows)


@pytest.mark.parametrize("before, after", [
    (TRUCK + J1939, TRUCK),  # no J1939: there are no trouble codes
    (TRUCK, TRUCK + J1939),
    (TRUCK + J1939, TRUCK + OWN_DM1 + J1939)], ids=["go", "come", "move"])  # fmt: skip
def test_trouble_codes_are_replaced_like_others(binary, truck_log, tmp_path, before, after):
    node = truck_node(binary, tmp_path / "captured", truck_log, before)
    other = truck_node(binary, tmp_path / "corrected", truck_log, after)
    dbc = other.folder / "truck.dbc"
    if "J1939PG" in before:
        refused = run_cantrail(binary, "replay", node.folder / "journal", "--dbc", dbc, "--to", node.folder / "history.db", "--replace")
        assert refused.returncode == 65 and "can0:DM1" in refused.stderr.decode(), refused.stderr
    again(node, dbc, "--replace")
    rows = stored(node)
    assert Counter(row[0] for row in rows).get("DM1_codes" if OWN_DM1 in after else "DM1", 0) == (CODES * LAPS if "J1939PG" in after else 0)
    assert rows == stored(other)
    report, _ = again(node, dbc, "--replace", "--json")
    assert json.loads(report)["rows_written"] == 0


def test_of_several_codes_of_a_frame_as_many_stay_as_the_lane_kept(binary, truck_log, tmp_path):
    captured, corrected = TRUCK + J1939, (TRUCK + J1939).replace("(0.125,0)", "(0.25,0)")
    node = truck_node(binary, tmp_path / "captured", truck_log, captured, 'max_rate = "5/s"')
    other = truck_node(binary, tmp_path / "corrected", truck_log, corrected, 'max_rate = "5/s"')
    again(node, other.folder / "truck.dbc", "--replace")
    rows = stored(node)
    assert 0 < sum(row[0] == "DM1" for row in rows) < LAPS
    assert rows == stored(other)


def test_a_message_that_begins_before_the_range_is_put_together(binary, truck_log, tmp_path):
    node = truck_node(binary, tmp_path / "captured", truck_log, TRUCK + J1939)
    before = stored(node)
    # A batch that ends in the midst of a message, so that the message begins in one that has nothing in the range.
    sizes = itertools.accumulate(len(batch.frames) for batch in read_journal(node.folder / "journal").batches)
    end = next(size for size in sizes if size % LAP_FRAMES in range(1, LAP_FRAMES - 1))
    dbc = tmp_path / "corrected.dbc"
    dbc.write_text((TRUCK + J1939).replace("(0.125,0)", "(0.25,0)"))
    again(node, dbc, "--replace", "--from", f"{START + end / 100:.2f}")
    after = stored(node)
    assert [row for row in after if row[0] == "DM1"] == [row for row in before if row[0] == "DM1"]
    assert after != before


@pytest.mark.parametrize("gone, form", [(0, "packed"), (1, "packed"), (1, "plain")])
def test_rows_whose_records_the_journal_has_lost_stay_and_are_counted(binary, drive, tmp_path, gone, form):
    """Three runs of the node, and a segment for each."""
    log, captured, corrected = drive
    lines, part = log.read_text().splitlines(keepends=True), FRAMES // 3
    for run in range(3):
        piece = tmp_path / f"part{run}.log"
        piece.write_text("".join(lines[4 * part * run : 4 * part * (run + 1)]))
        sections = logfile_source(piece, captured, name=f"part{run}") + POWER + sqlite_sink(tmp_path, f'from = "oldest"\nrows = "{form}"')
        node = harness.Node(binary, tmp_path, sections)
        with running(node):
            node.wait_for_records(4 * part, source=f"part{run}")
            node.wait_delivered()
    segments = sorted((tmp_path / "journal").glob("*.ctj"))
    assert len(segments) == 3
    segments[gone].unlink()
    with running(node):
        before = rows_of(node)

    report, told = again(node, corrected, "--replace", "--json")
    found = json.loads(report)
    assert found["rows_without_records"] == 4 * part, "Battery, Legacy, Motor and power"
    first, last = START + gone * part, START + (gone + 1) * part - 1
    assert found["without_records_from_ns"] == first * 10**9 + 256_000
    assert found["without_records_to_ns"] == last * 10**9 + 258_000
    assert found["rows_written"] == 3 * 2 * part, "Battery, Charger and power"
    assert f"{4 * part:,} rows, 2023-11-14T" in told and "the journal no longer has the records" in told
    with running(node):
        after = rows_of(node)

    def of_the_lost(rows):
        return [row for row in rows if first * 10**9 <= int(row["time_ns"]) < (last + 1) * 10**9]

    assert of_the_lost(after) == of_the_lost(before)
    assert sum(row["message"] == "Charger" for row in after) == 2 * part
    assert sum("soc" in row["signals"] for row in after) == 2 * part
    beside = ("--from", START + (2 if gone == 1 else 1) * part)
    report, told = again(node, corrected, "--replace", "--json", *beside)
    assert json.loads(report)["rows_without_records"] == 0 and "no longer has" not in told


def test_after_a_crash_it_is_finished_by_the_same_command(nodes, copy, drive):
    command = ["replay", copy.folder / "journal", "--dbc", drive[2], "--to", copy.folder / "history.db", "--replace", "--remove-gone"]
    for wait_s in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3):
        process = subprocess.Popen([copy.binary, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait_s)
        process.kill()
        process.wait()
    again(copy, drive[2], "--replace")
    assert_same(content(copy), content(nodes["corrected"]))


@pytest.mark.parametrize("form", ["packed", "plain"])
def test_the_node_may_run_meanwhile(binary, drive, tmp_path, form):
    _, captured, corrected = drive
    port = harness.free_udp_port()
    sender = harness.Sender(port)
    node = harness.Node(binary, tmp_path, harness.cannelloni_source(port, captured) + sqlite_sink(tmp_path, f'rows = "{form}"'))

    def send(count):
        for i in range(count):
            sender.send([(256, struct.pack("<HhI", 600 + i, 4, 100))])

    with running(node):
        send(200)
        node.wait_for_records(200)
        node.wait_delivered()
        again(node, corrected, "--replace")
        send(100)
        node.wait_for_records(300)
        node.wait_delivered()
        rows = node.history(message="Battery")
        assert [row["signals"]["voltage"] for row in rows] == [(600 + i) / 2 for i in range(200)] + [600 + i for i in range(100)]
        assert ["soc" in row["signals"] for row in rows] == [True] * 200 + [False] * 100
        answer = node.get("/api/series", signal="Battery.voltage", points=10, **{"from": START})
        assert sum(answer["count"]) == 300
        assert max(answer["max"]) == 699 and min(answer["min"]) == 300
        again(node, corrected, "--replace")
        assert min(node.get("/api/series", signal="Battery.voltage", points=10, **{"from": START})["min"]) == 300
        assert max(node.get("/api/series", signal="Battery.voltage", points=10, **{"from": START})["max"]) == 799 / 2
    sender.close()


def test_a_new_history_and_a_new_recording(nodes, drive, tmp_path):
    captured, corrected = nodes["captured"], nodes["corrected"]
    span = ("--from", START + 100, "--until", START + 4000)
    for target in ("new.db", "new.mcap"):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        (tmp_path / "out").mkdir()
        report, _ = again(captured, drive[2], *span, target=tmp_path / "out" / target)
        assert [p.name for p in (tmp_path / "out").iterdir()] == [target]
        assert "voltage [dV → V]  3,900 values differ" in report
        assert "can0:Legacy  3,900 rows, gone" in report
        assert "1 message is as before" in report
        if target == "new.db":
            reader = harness.Node(captured.binary, tmp_path, f'[sink.history]\ntype = "sqlite"\npath = "{tmp_path}/out/new.db"\n')
            with running(reader):
                rows = rows_of(reader)
            first, last = (START + 100) * 10**9, (START + 4000) * 10**9
            assert rows == [row for row in content(corrected)["rows"] if first <= int(row["time_ns"]) < last]


def test_a_recording_reads_as_what_was_decoded_again(nodes, drive, tmp_path):
    reader = pytest.importorskip("mcap.reader", reason="python mcap is not installed (tests/requirements.txt)")
    again(nodes["captured"], drive[2], "--from", START + 100, "--until", START + 4000, target=tmp_path / "new.mcap")
    counts = {}
    with open(tmp_path / "new.mcap", "rb") as file:
        for _, channel, message in reader.make_reader(file, validate_crcs=True).iter_messages():
            if channel.topic.startswith("/"):
                assert (START + 100) * 10**9 <= message.log_time < (START + 4000) * 10**9
                counts[channel.topic] = counts.get(channel.topic, 0) + 1
    assert counts["/can0"] == 4 * 3900
    assert {topic for topic, count in counts.items() if count == 3900} == {"/can0/Battery", "/can0/Charger", "/can0/Motor", "/drive/power"}, counts


def test_a_configuration_decodes_again_too(nodes, copy, drive, tmp_path):
    """DBCs by channel and named signals as they are configured now, over two runs of the node."""
    log, captured, corrected = drive
    with running(copy):  # a second epoch, with nothing in it
        pass
    config = tmp_path / "now.toml"
    config.write_text(
        f'config_version = 1\n[source.drive]\ntype = "logfile"\npath = "{log}"\ndbc = "{corrected}"\n'
        + '[signal]\nhalf = { expr = "Battery.voltage / 2", unit = "V" }\n'
    )
    report, _ = again(copy, None, "--json", target="half.db", config=config)
    found = {m["message"]: (m["rows_before"], m["rows_after"]) for m in json.loads(report)["messages"]}
    everything = (FRAMES, FRAMES)
    assert found["half"] == (0, FRAMES) and found["power"] == (FRAMES, 0) and found["Battery"] == everything
    assert found["Charger"] == (0, FRAMES) and found["Legacy"] == (FRAMES, 0)


def test_one_channel_of_several(binary, drive, tmp_path):
    log, captured, corrected = drive
    lines = log.read_text().splitlines()[:400]
    (tmp_path / "can0.log").write_text("\n".join(lines) + "\n")
    (tmp_path / "can1.log").write_text("\n".join(lines).replace("can0", "can1") + "\n")
    other = tmp_path / "other.dbc"
    other.write_text(captured.read_text() + " \n")
    sources = logfile_source(tmp_path / "can0.log", captured, name="a") + logfile_source(tmp_path / "can1.log", other, name="b")
    node = harness.Node(binary, tmp_path, sources + sqlite_sink(tmp_path, 'from = "oldest"'))
    with running(node):
        node.wait_for_records(800)
        node.wait_delivered()
    refused = run_cantrail(binary, "replay", tmp_path / "journal", "--dbc", corrected, "--to", tmp_path / "a.db")
    assert refused.returncode == 78 and b"--dbc can" in refused.stderr
    partly = ("--dbc", f"can1={corrected}", "--to", tmp_path / "history.db", "--replace", "--remove-gone")
    refused = run_cantrail(binary, "replay", tmp_path / "journal", *partly)
    assert refused.returncode == 78 and b"channel can0 has a DBC as well" in refused.stderr
    both = ("--dbc", f"can0={captured}", "--replace", "--json")
    report, told = again(node, f"can1={corrected}", *both)
    differ = {(m["channel"], m["message"]): sum(s["differ"] for s in m["signals"]) for m in json.loads(report)["messages"]}
    assert differ["can0", "Battery"] == 0 and differ["can1", "Battery"] > 0
    assert "no channel" not in told
    report, told = again(node, f"can9={corrected}", target="new.db")
    assert "the journal has no channel can9" in told and "messages are as before" in report


@pytest.mark.parametrize("name", ["new.mcap", "new.db"])
def test_an_interrupted_run_is_told_and_does_not_report(nodes, drive, tmp_path, name):
    node, target = nodes["captured"], tmp_path / name
    how = (node.binary, "replay", node.folder / "journal", "--dbc", drive[2], "--to", target)
    part = tmp_path / f"{name}.part"
    part.write_text("of a run that was killed")
    refused = run_cantrail(*how)
    assert refused.returncode == 65 and b"remove it first" in refused.stderr and refused.stdout == b""
    assert part.read_text() == "of a run that was killed"
    part.unlink()
    nothing = run_cantrail(*how, "--from", "2027-01-01T00:00:00Z")
    assert nothing.returncode != 0 and nothing.stdout == b"", nothing.stdout
    assert list(tmp_path.iterdir()) == []
    assert run_cantrail(*how).returncode == 0
    assert list(tmp_path.iterdir()) == [target]


def test_it_says_what_it_cannot_do(nodes, drive, tmp_path):
    node = nodes["captured"]
    journal, dbc = node.folder / "journal", drive[2]

    def refused(code, words, *arguments, log=journal):
        done = run_cantrail(node.binary, "replay", log, *arguments)
        assert (done.returncode, words in done.stderr.decode()) == (code, True), done.stderr.decode()

    refused(2, "--dbc or --config is required", "--to", tmp_path / "a.db")
    refused(2, "is there already: with --replace", "--dbc", dbc, "--to", node.folder / "history.db")
    refused(2, "goes into NAME.mcap or NAME.db", "--dbc", dbc, "--to", "socketcan:vcan0")
    refused(2, "is no time", "--dbc", dbc, "--to", tmp_path / "a.db", "--from", "soon")
    refused(2, "--until must be behind", "--dbc", dbc, "--to", tmp_path / "a.db", "--from", "5", "--until", "5")
    refused(65, "is no history", "--dbc", dbc, "--to", tmp_path / "a.db", "--replace")
    refused(65, "is no journal", "--dbc", dbc, "--to", tmp_path / "a.db", log=drive[0])
    assert not list(tmp_path.glob("a.db"))
