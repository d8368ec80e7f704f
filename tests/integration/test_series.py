"""/api/series against what Python makes of the rows that `cantrail decode` gives."""

import json
import math
from collections import defaultdict

import pytest

import harness
from harness import http_get, logfile_source, run_cantrail, running, sqlite_sink


@pytest.fixture(scope="module")
def rows(binary, leaf_log, leaf_dbc):
    """(time in ns, value) of one signal, by decoding the log."""
    made = run_cantrail(binary, "decode", leaf_log, "--dbc", leaf_dbc, "--format", "jsonl")
    assert made.returncode == 0, made.stderr
    signals = defaultdict(list)
    for line in made.stdout.splitlines():
        row = json.loads(line)
        for name, value in row["signals"].items():
            if value is not None:
                signals[f'{row["message"]}.{name}'].append((int(row["time_ns"]), value))
    return signals


@pytest.fixture(scope="module", params=["packed", "plain"])
def fed(request, binary, leaf_log, leaf_dbc, tmp_path_factory):
    folder = tmp_path_factory.mktemp("series")
    sink = sqlite_sink(folder, f'rows = "{request.param}"\nfrom = "oldest"')
    node = harness.Node(binary, folder, logfile_source(leaf_log, leaf_dbc) + sink)
    try:
        with running(node):
            node.wait_delivered()
            yield node
    finally:
        node.end()


def ask(node, rows, signal, points):
    times = [time for time, _ in rows[signal]]
    first, last = min(times), max(times) + 1  # in integers: a double would round nanoseconds
    span = {"from": f"{first // 10**9}.{first % 10**9:09}", "to": f"{last // 10**9}.{last % 10**9:09}"}
    answer = http_get(node.port, "/api/series", signal=signal, points=points, **span)
    assert answer.status == 200, answer.body
    return answer.json


def expected(rows, width_ns):
    buckets = defaultdict(list)
    for at, (time, value) in enumerate(rows):
        buckets[time // width_ns].append((time, at, value))
    for number in sorted(buckets):
        values = [value for _, _, value in buckets[number]]
        yield {
            "time_ms": number * width_ns / 1e6, "min": min(values), "max": max(values),
            "mean": math.fsum(values) / len(values), "last": max(buckets[number])[2], "count": len(values),
        }  # fmt: skip


@pytest.mark.parametrize("signal", ["Inverter.voltage", "VehicleSpeed.kmh", "Motor.rpm"])
def test_buckets_equal_what_the_rows_say(fed, rows, signal):
    series = ask(fed, rows, signal, 10)
    assert series["signal"].endswith(":" + signal)
    assert series["resolution"] == "1s" and series["bucket_ms"] % 1000 == 0
    wanted = list(expected(rows[signal], series["bucket_ms"] * 1_000_000))
    assert len(series["time_ms"]) == len(wanted)
    for i, bucket in enumerate(wanted):
        for key, value in bucket.items():
            assert series[key][i] == pytest.approx(value, rel=1e-12, abs=1e-12), (key, i)


def test_few_rows_come_as_they_are(fed, rows):
    series = ask(fed, rows, "GpsPosition.latitude", 5000)
    assert series["resolution"] == "raw" and series["bucket_ms"] == 0
    wanted = sorted(rows["GpsPosition.latitude"])
    assert series["last"] == [value for _, value in wanted] == series["min"] == series["mean"]
    assert series["time_ms"] == pytest.approx([time / 1e6 for time, _ in wanted], abs=0.01)
    assert set(series["count"]) == {1}


def test_an_unknown_signal_is_named_with_the_nearest(fed):
    answer = http_get(fed.port, "/api/series", signal="VehicleSpeed.kmhh")
    assert answer.status == 404 and "did you mean VehicleSpeed.kmh?" in answer.json["detail"]


def test_what_the_store_writes_is_told(fed):
    assert "cantrail_store_written_bytes_total{sink=\"history\"}" in http_get(fed.port, "/metrics").body.decode()
    assert "written_bytes_per_day" in fed.lane("history")
