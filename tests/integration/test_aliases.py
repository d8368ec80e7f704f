"""[alias]: a DBC that calls things otherwise, and data that go on under the names that their users know."""

import json
import re
import struct
import time

import pytest

from harness import Sender, cannelloni_source, free_udp_port, run_cantrail, running, sqlite_sink

OLD = """VERSION ""
BU_: A
BO_ 256 Battery: 8 A
 SG_ voltage : 0|16@1+ (0.1,0) [0|0] "V" A
 SG_ current : 16|16@1- (0.5,-3) [0|0] "A" A
BO_ 257 Cells: 8 A
 SG_ page M : 0|8@1+ (1,0) [0|0] "" A
 SG_ first m0 : 8|16@1+ (1,0) [0|0] "mV" A
 SG_ second m1 : 8|16@1+ (1,0) [0|0] "mV" A
"""
# The same frames, called otherwise: a message, a signal, and a selector with what it selects.
RENAMES = {"Battery": "HVB_Status", "voltage": "HVB_Volts", "page": "Mux", "second": "Cell2"}
NEW = OLD
for old_name, new_name in RENAMES.items():
    NEW = NEW.replace(f" {old_name}", f" {new_name}")
ALIAS = """[alias]
Battery = "HVB_Status"
"Battery.voltage" = "HVB_Status.HVB_Volts"
Cells.page = "Cells.Mux"
Cells.second = "Cells.Cell2"
"""
SIGNAL = '[signal]\npower = { expr = "Battery.voltage * Battery.current", unit = "W" }\n'
BATTERY, CELLS = 256, 257


def battery(number):
    return (BATTERY, struct.pack("<HhI", 3000 + number, 40, 0))


def cells(number):
    return (CELLS, struct.pack("<BHBI", number % 2, 4000 + number, 0, 0))


def configure(node, sections):
    node.config.write_text(node.config.read_text().split("#--\n")[0] + "#--\n" + sections)


def check(binary, folder, text):
    config = folder / "checked.toml"
    config.write_text(f"config_version = 1\n{text}")
    done = run_cantrail(binary, "check", config)
    return done.returncode, done.stderr.decode().replace(f"{config}:", "")


def test_one_history_goes_on_across_a_new_dbc(make_node, tmp_path):
    port = free_udp_port()
    dbc = tmp_path / "car.dbc"
    dbc.write_text(OLD)
    recordings = tmp_path / "recordings"
    base = (
        cannelloni_source(port, dbc) + SIGNAL + sqlite_sink(tmp_path)
        + '[sink.some]\ntype = "sqlite"\npath = "some.db"\ndelay = "50ms"\nonly = "*.second"\n'
        + f'[sink.recording]\ntype = "mcap"\npath = "{recordings}"\ndelay = "50ms"\n'
    )  # fmt: skip
    node = make_node("#--\n" + base)
    sender = Sender(port)
    count = 0

    def flow():
        nonlocal count
        for _ in range(20):
            sender.send([battery(count), cells(count)])
            count += 1
            time.sleep(0.001)
        node.wait_for_records(2 * (count - before_start), source="can0")
        for lane in ("history", "some", "recording"):
            node.wait_delivered(lane)

    before_start = 0
    with running(node):
        flow()
        layouts = {s["stream"]: s for s in node.get("/api/signals")["streams"]}
        # The new DBC without a word about it: refused, since the configuration mentions what is gone.
        dbc.write_text(NEW)
        refused = run_cantrail(node.binary, "reload", node.config)
        assert refused.returncode == 78 and b"there is no stream 'Battery'" in refused.stdout + refused.stderr
        configure(node, base + ALIAS)
        told = run_cantrail(node.binary, "reload", node.config)
        assert told.returncode == 0, told
        text = (told.stdout + told.stderr).decode()
        assert (
            "renamed, under [alias]: Battery → HVB_Status, Battery.voltage → HVB_Status.HVB_Volts, "
            "Cells.page → Cells.Mux, Cells.second → Cells.Cell2" in text
        ), text
        changed = node.status()["reload"]["streams"]
        assert changed["added"] == changed["removed"] == changed["retyped"] == []
        flow()
        assert {s["stream"]: s for s in node.get("/api/signals")["streams"]} == layouts, "bits and all"
        assert b"nothing has changed" in run_cantrail(node.binary, "reload", node.config).stdout
    before_start = count
    with running(node):  # and across a restart
        flow()
        current = {row["message"]: row["signals"] for row in node.get("/api/state/current")["rows"]}
        assert current["Battery"] == {"voltage": pytest.approx((3000 + count - 1) / 10), "current": 17.0}
        assert current.keys() == {"Battery", "Cells", "power"}
        assert {f["message"] for f in node.get("/api/frames")["frames"]} == {"Battery", "Cells"}

        rows = node.history(message="Battery")
        assert [row["signals"]["voltage"] for row in rows] == pytest.approx([(3000 + i) / 10 for i in range(count)])
        rows = node.history(message="Cells")
        assert [row["signals"] for row in rows] == [
            {"page": i % 2, ("second" if i % 2 else "first"): 4000 + i} for i in range(count)
        ]
        assert len(node.history(message="power")) == count
        everything = node.get("/api/state/history", limit=10000)["rows"]
        assert {row["message"] for row in everything} == {"Battery", "Cells", "power"}
        for signal, values in (("Battery.voltage", count), ("Cells.second", count // 2), ("power.value", count)):
            for points in (10, 5000):
                series = node.get("/api/series", signal=signal, points=points)
                assert sum(series["count"]) == values, signal
        # Nothing of the new names is anywhere.
        for name in RENAMES.values():
            assert name not in json.dumps([node.get("/api/signals"), everything])
        some = node.lane("some")["ledger"]
        assert some["filtered"] >= count - before_start and some["delivered"] > 0, "only the known name"
    sender.close()
    recorded(recordings, count)


def recorded(folder, count):
    pytest.importorskip("mcap.reader")
    pytest.importorskip("google.protobuf")
    from test_recording import read_all

    found = [(topic, schema, message) for topic, schema, _, message in read_all(folder) if topic == "/can0/Battery"]
    assert len({schema for _, schema, _ in found}) == 1
    assert [message.voltage for _, _, message in found] == pytest.approx([(3000 + i) / 10 for i in range(count)])
    topics = {topic for topic, _, _, _ in read_all(folder)}
    assert {"/can0/Battery", "/can0/Cells"} <= topics and not any("HVB" in topic for topic in topics)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "drive.log"
    with open(path, "w") as out:
        for i in range(30):
            for can_id, data in (battery(i), cells(i)):
                print(f"({1_700_000_000 + i}.{can_id:06}) can0 {can_id:03X}#{data.hex().upper()}", file=out)
    return path


def test_decode_gives_the_known_names_and_the_values_of_the_dbc(binary, tmp_path, log):
    cantools = pytest.importorskip("cantools")
    dbc = tmp_path / "car.dbc"
    dbc.write_text(NEW)
    config = tmp_path / "node.toml"
    config.write_text(f"config_version = 1\n{cannelloni_source(20000, dbc)}{SIGNAL}{ALIAS}")
    done = run_cantrail(binary, "decode", log, "--config", config)
    assert done.returncode == 0, done.stderr
    known = {new_name: old_name for old_name, new_name in RENAMES.items()}
    database = cantools.database.load_string(NEW, "dbc")
    rows = [row for row in map(json.loads, done.stdout.splitlines()) if row["message"] != "power"]
    assert len(rows) == 60
    for i, row in enumerate(rows):
        message = database.get_message_by_frame_id(row["id"])
        assert row["message"] == known.get(message.name, message.name)
        values = message.decode((battery, cells)[i % 2](i // 2)[1])
        assert row["signals"] == {known.get(name, name): pytest.approx(value) for name, value in values.items()}
    assert run_cantrail(binary, "decode", log, "--config", config, "--signals", "power.value").stdout.count(b"\n") == 30


def test_a_journal_is_decoded_again_under_the_names_that_it_has(make_node, tmp_path, log):
    dbc, corrected = tmp_path / "car.dbc", tmp_path / "corrected.dbc"
    dbc.write_text(NEW)
    corrected.write_text(NEW.replace('(0.1,0) [0|0] "V"', '(0.2,0) [0|0] "V"'))
    source = f'[source.can0]\ntype = "logfile"\npath = "{log}"\npace = "max"\ndbc = "{dbc}"\n'
    node = make_node("#--\n" + source + ALIAS + sqlite_sink(tmp_path, 'from = "oldest"'))
    with running(node):
        node.wait_for_records(60)
        node.wait_delivered()
    journal = tmp_path / "journal"

    def replay(*arguments):
        done = run_cantrail(node.binary, "replay", journal, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    # Aliases are part of what was captured; they go on to the corrected DBC, and out of the way of one that
    # has the known names itself.
    report = replay("--dbc", corrected, "--to", tmp_path / "history.db", "--replace", "--json")
    messages = {m["message"]: {s["signal"]: s["differ"] for s in m["signals"]} for m in report["messages"]}
    assert messages == {"Battery": {"voltage": 30, "current": 0}, "Cells": {"page": 0, "first": 0, "second": 0}}
    corrected.write_text(OLD)
    report = replay("--dbc", corrected, "--to", tmp_path / "again.db", "--json")
    assert {m["message"] for m in report["messages"]} == {"Battery", "Cells"}
    assert all(s["differ"] == 0 for m in report["messages"] for s in m["signals"])
    # A DBC that has both names keeps them apart, and that is told.
    corrected.write_text(NEW + 'BO_ 300 Battery: 8 A\n SG_ x : 0|8@1+ (1,0) [0|0] "" A\n')
    done = run_cantrail(node.binary, "replay", journal, "--dbc", corrected, "--to", tmp_path / "both.db", "--json")
    assert b"'Battery' in [alias] is left out: another message is called that" in done.stderr
    assert {m["message"] for m in json.loads(done.stdout)["messages"]} == {"Battery", "HVB_Status", "Cells"}
    # By a configuration, under its aliases.
    dbc.write_text(NEW.replace("HVB_Status", "HVB2"))
    node.config.write_text(node.config.read_text().replace("HVB_Status", "HVB2"))
    report = replay("--config", node.config, "--to", tmp_path / "configured.db", "--json")
    assert all(s["differ"] == 0 for m in report["messages"] for s in m["signals"])

    exported = run_cantrail(node.binary, "journal", "export", journal).stdout.splitlines()
    assert {json.loads(row)["message"] for row in exported} == {"Battery", "Cells"}
    assert run_cantrail(node.binary, "convert", journal, tmp_path / "converted.db").returncode == 0


def test_check_says_what_does_not_fit_and_what_is_meant(binary, tmp_path):
    dbc = tmp_path / "car.dbc"
    dbc.write_text(NEW)
    base = cannelloni_source(20000, dbc) + SIGNAL
    code, text = check(binary, tmp_path, base + ALIAS)
    assert code == 0 and "alias" not in text, text
    rule = "[component.pack]\nmessage = '{}'\nid = '{{{}}}'\n[tile.one]\nsignals = '{}'\n"
    code, text = check(binary, tmp_path, base + ALIAS + rule.format("Battery", "voltage", "Battery.voltage"))
    assert code == 0 and "warning" not in text, text
    code, text = check(binary, tmp_path, base + ALIAS + rule.format("HVB_Status", "voltage", "HVB_Status.HVB_Volts"))
    assert "[component.pack] finds nothing: no DBC here has a message that 'message' fits; [alias] calls it 'Battery'" in text
    assert "[tile.one]: there is no 'HVB_Status.HVB_Volts'; [alias] calls it 'Battery.voltage'" in text
    code, text = check(binary, tmp_path, base + ALIAS + rule.format("Battery", "HVB_Volts", "Battery.current"))
    assert "message Battery has no signal 'HVB_Volts'; [alias] calls it 'Battery.voltage'" in text
    code, text = check(binary, tmp_path, base.replace("Battery.", "HVB_Status.") + '[alias]\nCells = "HVB_Status"\npower = "Cells"\n')
    assert code == 78
    assert re.search(r"^\d+:\d+: error: .*'HVB_Status.voltage'", text, re.M), text


def test_copies_go_on_as_well(make_node, tmp_path):
    port = free_udp_port()
    dbc = tmp_path / "car.dbc"
    dbc.write_text(OLD)
    sender = Sender(port)
    base = (
        cannelloni_source(port, dbc) + sqlite_sink(tmp_path)
        + '[copies.node]\nstep = 0x100\nonly = "Battery"\n1 = { suffix = "_a" }\n2 = { suffix = "_b", room = "x" }\n'
        + '[signal]\nvolts = { from = "Battery.voltage" }\n'
    )  # fmt: skip
    node = make_node("#--\n" + base)
    with running(node):
        for number, alias in ((0, None), (1, ALIAS), (2, ALIAS + 'Trailer = "Battery_b"\n')):
            if alias:
                dbc.write_text(NEW)
                configure(node, base + alias)
                assert run_cantrail(node.binary, "reload", node.config).returncode == 0
            can_id, data = battery(number)
            sender.send([(can_id, data), (can_id + 0x100, data)])
            node.wait_for_records(2 * number + 2)
            node.wait_delivered()
        assert len(node.history(message="Battery_a")) == 3
        assert len(node.history(message="Battery_b")) == 2
        assert len(node.history(message="Trailer")) == 1
        assert len(node.history(message="volts_b")) == 3
        streams = {s["message"]: s["labels"] for s in node.get("/api/signals")["streams"]}
        assert streams["Trailer"] == {"type": "Battery", "node": "2", "suffix": "_b", "room": "x"}
        assert node.status()["reload"]["streams"]["renamed"] == ["Trailer → Battery_b"]
        assert node.status()["reload"]["streams"]["removed"] == ["can0:Battery_b"]
    sender.close()
