"""[signal]: the named signals of examples/grow-room, held against the formulas of its README computed here from the
frames that were sent."""

import json
import math
import random
import struct
from pathlib import Path

import pytest
from harness import Sender, cannelloni_source, free_udp_port, run_cantrail, running, sqlite_sink

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/grow-room"
SUFFIXES = {1: "_b", 2: "_f", 3: "_v"}
NONE = 0x7FFF


def sections_of_the_example():
    """[copies] and [signal] of the example, word by word."""
    text = (EXAMPLE / "grow-room.toml").read_text()
    return text[text.index("[copies.node]"):text.index("[sink.history]")]


def saturation(celsius):
    return 6.112 * math.exp(17.67 * celsius / (celsius + 243.5))


def psychrometric(dry, wet, pressure):
    vapour = saturation(wet) - 0.000662 * pressure * (dry - wet)
    return 100 * vapour / saturation(dry), (saturation(dry) - vapour) / 10


def pt100(node, dry, wet):
    return (node << 8 | 1, struct.pack(">hhHH", dry, wet, 0, 0))


def bme280(node, pressure):
    return (node << 8 | 2, struct.pack(">hHHH", 2150, 5500, pressure, 0))


def scd30(node, co2):
    return (node << 8 | 3, struct.pack(">HhHH", co2, 2210, 5450, 0))


def frames_of_a_night(seed, count):
    """Frames, and for each what is known then: what the three rooms' rh and vpd must be at each PT100 and BME280."""
    rng = random.Random(seed)
    frames, expected = [], {name + suffix: [] for name in ("rh", "vpd") for suffix in SUFFIXES.values()}
    bulbs, pressures = {}, {}
    for _ in range(count):
        node = rng.choice((1, 2, 3))
        if rng.random() < 0.7:
            dry = NONE if rng.random() < 0.1 else rng.randrange(1500, 3000)
            wet = NONE if rng.random() < 0.1 else rng.randrange(1200, 1500)
            bulbs[node] = (dry, wet)
            frames.append(pt100(node, dry, wet))
        else:
            pressures[node] = rng.randrange(9700, 10400)
            frames.append(bme280(node, pressures[node]))
        dry, wet = bulbs.get(node, (None, None))
        if dry is None:
            values = ("stale", "stale")
        elif NONE in (dry, wet):
            values = ("not_available", "not_available")
        else:
            values = psychrometric(dry * 0.01, wet * 0.01, pressures[node] * 0.1 if node in pressures else 1013.25)
        for name, value in zip(("rh", "vpd"), values):
            expected[name + SUFFIXES[node]].append(value)
    return frames, expected


def assert_rows(rows, expected):
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected):
        if isinstance(wanted, str):
            assert row["signals"] == {} and row["quality"] == {"value": wanted}, row
        else:
            value = row["signals"]["value"]
            assert abs(value - wanted) <= 0.0005 + 1e-9, (row, wanted)
            assert round(value, 3) == value
            assert "quality" not in row


def test_what_http_gives_is_what_the_formulas_give(make_node, tmp_path):
    port = free_udp_port()
    sender = Sender(port)
    sections = cannelloni_source(port, EXAMPLE / "grow-room.dbc") + sections_of_the_example() + sqlite_sink(tmp_path)
    frames, expected = frames_of_a_night(5, 600)
    with running(make_node(sections)) as node:
        sent = 0
        while sent < len(frames):
            packet = frames[sent:sent + 25]
            sender.send(packet)
            sent += len(packet)
            node.wait_for_records(sent)
        sender.send([scd30(1, 0), scd30(2, 812), pt100(4, 2111, 1905)])
        node.wait_for_records(sent + 3)
        node.wait_delivered()
        for name, values in expected.items():
            rows = node.get("/api/state/history", message=name, limit=5000)["rows"]
            assert_rows(rows, values)
        current = {row["message"]: row for row in node.get("/api/state/current")["rows"]}
        assert current["co2_b"]["quality"] == {"value": "out_of_range"} and current["co2_b"]["signals"] == {}
        assert current["co2_f"]["signals"] == {"value": 812}
        assert current["lab_temp"]["signals"]["value"] == pytest.approx(21.11)
        assert current["water_temp"]["signals"]["value"] == pytest.approx(19.05)
        assert current["SCD30_b"]["signals"]["co2_ppm"] == 0  # the raw row stays as it is
        assert "dry_bulb_lab" not in current
        streams = {stream["message"]: stream for stream in node.get("/api/signals")["streams"]}
        assert streams["vpd_b"]["labels"]["room"] == "Flower back"
        assert node.lane("history")["ledger"]["delivered"] == sent + 3  # derived rows are no records
    sender.close()


def test_the_command_line_computes_the_same(binary, tmp_path):
    frames, expected = frames_of_a_night(6, 300)
    log = tmp_path / "night.log"
    log.write_text("".join(f"({1700000000 + i * 0.01:.6f}) can0 {can_id:03X}#{data.hex().upper()}\n"
                           for i, (can_id, data) in enumerate(frames)))
    done = run_cantrail(binary, "decode", log, "--config", EXAMPLE / "grow-room.toml", "--signals", "rh_*")
    assert done.returncode == 0, done.stderr.decode()
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for suffix in SUFFIXES.values():
        assert_rows([row for row in rows if row["message"] == "rh" + suffix], expected["rh" + suffix])


def test_the_example_runs_without_hardware(binary, make_node, tmp_path):
    checked = run_cantrail(binary, "check", EXAMPLE / "simulated.toml")
    assert checked.returncode == 0, checked.stderr.decode()
    assert "0 warnings" in checked.stdout.decode()
    sections = (
        f'[source.can0]\ntype = "simulate"\nscenario = "grow-room"\nspeed = 600\n'
        f'dbc = "{EXAMPLE / "grow-room.dbc"}"\n' + sections_of_the_example() + sqlite_sink(tmp_path)
    )
    with running(make_node(sections)) as node:
        node.wait_for_records(20_000)
        names = {row["message"] for row in node.get("/api/state/current")["rows"]}
        for suffix in SUFFIXES.values():
            for name in ("dry_bulb", "wet_bulb", "co2", "rh", "vpd", "pressure", "secondary_temp", "secondary_rh"):
                assert name + suffix in names
        assert {"lab_temp", "water_temp"} <= names
