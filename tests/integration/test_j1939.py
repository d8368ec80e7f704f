"""The recording of a truck: J1939 messages found by their group, held against what cantools makes of them."""

import json
from collections import Counter

import pytest

import harness
from harness import nanoseconds, run_cantrail

DEMO = "dbc/CSS-Electronics+api-examples/dbc_files__CSS-Electronics-SAE-J1939-DEMO.dbc"


def quality_of(raw, bits):
    top = raw >> (bits - 8)
    return {0xFF: "not_available", 0xFE: "error"}.get(top)


@pytest.fixture(scope="module")
def truck(binary, shared):
    done = run_cantrail(binary, "decode", shared / "logs/css/truck-j1939-2ch.log.xz", "--dbc", shared / DEMO)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_truck_is_decoded_by_group(truck, shared):
    expected = harness.read_expected(shared / "logs/css/truck-j1939-2ch.j1939-demo.expected.jsonl.gz")
    rows = [row for row in truck if row["message"] in ("EEC1", "CCVS1")]
    assert len(rows) == len(expected) == 7986
    absent = Counter()
    for row, want in zip(rows, expected):
        assert int(row["time_ns"]) == nanoseconds(want["t"])
        assert (row["channel"], row["message"]) == (want["ch"], want["msg"])
        (name, raw), = want["raw"].items()
        quality = quality_of(raw, 16)
        if quality is None:
            assert row["signals"][name] == want["phys"][name]
        else:
            assert name not in row["signals"] and row["quality"][name] == quality
            absent[name, quality] += 1
        sent = want["id"]
        assert row["signals"]["source"] == sent & 0xFF
        assert row["signals"]["priority"] == sent >> 26 & 7
        assert row["signals"]["destination"] == 255
    assert {row["message"] for row in rows} == {"EEC1", "CCVS1"}


def test_the_priority_does_not_matter(binary, shared):
    log = shared / "logs/pretty_j1939/candump.log"
    done = run_cantrail(binary, "decode", log, "--dbc", shared / DEMO)
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert row["message"] == "EEC1" and row["signals"]["EngineSpeed"] == 0x1448 * 0.125
