"""Stopping and starting: everything that came in is there afterwards, and old values say that they are old."""

import json
import subprocess
import re

import harness
from harness import Sender, cannelloni_source, free_udp_port, run_cantrail, running, sqlite_sink

BATTERY = 498


def test_a_stop_delivers_everything_that_was_received(binary, make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    node = make_node(cannelloni_source(port, leaf_dbc, extra='receive_buffer = "16MiB"') + sqlite_sink(tmp_path))
    with running(node):
        car = subprocess.run(
            [binary, "simulate", "leaf", "--to", f"cannelloni:127.0.0.1:{port}", "--bus-factor", "20",
             "--frames", "12000", "--seed", "5"],
            capture_output=True, timeout=harness.PATIENCE_S,
        )  # fmt: skip
        assert car.returncode == 0, car.stderr
        assert "12,000 frames sent" in car.stderr.decode()
        node.wait_for_records(12000)
        log = node.terminate()  # at once: the history may still be behind
    told = re.search(r"history: received ([\d,]+) = (.*)", log)
    fates = {name: int(count.replace(",", "")) for name, count in re.findall(r"(\w+) ([\d,]+)", told[2])}
    assert told[1] == "12,000"
    assert fates.get("delivered", 0) + fates.get("undecoded", 0) == 12000, told[0]
    with running(node):
        assert len(node.history()) == fates["delivered"]


def test_a_stop_in_mid_stream_loses_nothing_that_was_accepted(binary, make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    node = make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))
    car = None
    try:
        with running(node):
            car = subprocess.Popen(
                [binary, "simulate", "leaf", "--to", f"cannelloni:127.0.0.1:{port}", "--bus-factor", "20"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            node.wait_for_records(1)
            rows_before = 0
            for _ in range(3):
                received = node.status()["received"]
                node.wait_for_records(received + 2000)
                accepted = node.status()["received"]
                log = node.terminate()
                told = re.search(r"history: received ([\d,]+) = delivered ([\d,]+)(.*)", log)
                received, delivered = (int(text.replace(",", "")) for text in told.groups()[:2])
                assert received >= accepted
                others = {n: int(c.replace(",", "")) for n, c in re.findall(r"(\w+) ([\d,]+)", told[3])}
                assert delivered + others.get("undecoded", 0) == received, told[0]
                node.start()
                starts = {row["position"].split("/")[0] for row in node.history()}
                rows = node.history(until=node.status()["started"])
                assert len(rows) == rows_before + delivered
                rows_before = len(rows)
                assert len(starts) >= 1
    finally:
        if car is not None:
            car.kill()
            car.wait(harness.PATIENCE_S)


def test_a_stopped_node_has_its_gap_and_its_old_values(make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    sender = Sender(port)
    node = make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))
    with running(node):
        sender.send([(BATTERY, bytes([1, 2, 3, 4, 1, 0, 0, 0]))])
        node.wait_for_records(1)
        node.wait_delivered()
        before = node.get("/api/state/current")["rows"]
        assert len(before) == 1
        assert before[0]["stale"] is False
    with running(node):
        after = node.get("/api/state/current")["rows"]
        assert len(after) == 1
        assert after[0]["stale"] is True
        assert after[0]["rows"] == 0
        for what in ("time", "time_ns", "channel", "message", "id", "data", "signals", "labels"):
            assert after[0][what] == before[0][what], what
        harness.wait_until(lambda: node.gaps(), "the gap of the time in which it did not run")
        assert [gap["reason"] for gap in node.gaps()] == ["downtime"]
        sender.send([(BATTERY, bytes([9, 2, 3, 4, 1, 0, 0, 0]))])
        node.wait_for_records(1)

        def fresh():
            row = node.get("/api/state/current")["rows"][0]
            return row if not row["stale"] else None

        row = harness.wait_until(fresh, "a fresh value")
        assert row["data"] == "0902030401000000"
        assert int(row["time_ns"]) > int(before[0]["time_ns"])
    sender.close()


def test_status_tells_people_and_programs(binary, make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    sender = Sender(port)
    with running(make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))) as node:
        sender.send([(BATTERY, bytes(8))] * 50 + [(0x7FF, b"")] * 7)
        node.wait_for_records(57)
        node.wait_delivered()
        url = f"http://127.0.0.1:{node.port}"
        told = run_cantrail(binary, "status", "--url", url)
        assert told.returncode == 0, told.stderr
        text = told.stdout.decode()
        assert re.search(r"^tested, cantrail \S+, up .*, ready$", text, re.M), text
        assert re.search(r"^source +can0 .*57 records", text, re.M), text
        assert "received 57 = delivered 50 + undecoded 7 + dropped 0 + pending 0" in text
        assert re.search(r"^journal +\S.* of \S.*, ok(, holds .* at this rate)?$", text, re.M), text
        trusted = node.status()["clock"]["synchronised"]
        assert re.search(r"^clock +synchronised( ±|,|$)" if trusted else r"^clock +not synchronised(,|$)", text, re.M), text
        assert re.search(r"^gaps +0$", text, re.M), text
        for instead in (["--url", url.removeprefix("http://")], [node.config]):
            assert run_cantrail(binary, "status", *instead).stdout.split(b",")[0] == told.stdout.split(b",")[0]
        node.config.rename(tmp_path / "cantrail.toml")
        assert run_cantrail(binary, "status", cwd=tmp_path).stdout.split(b",")[0] == told.stdout.split(b",")[0]
        exact = run_cantrail(binary, "status", "--json", "--url", url)
        assert exact.returncode == 0
        assert json.loads(exact.stdout)["received"] == 57
    gone = run_cantrail(binary, "status", "--url", url)
    assert gone.returncode == 1
    assert "is it running" in gone.stderr.decode()
    sender.close()


def test_a_history_whose_sink_gets_another_name_and_its_own_again_has_everything_once(make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    for run, name in enumerate(("history", "rows", "history")):
        sink = sqlite_sink(tmp_path, 'from = "oldest"').replace("[sink.history]", f"[sink.{name}]")
        with running(make_node(cannelloni_source(port, leaf_dbc) + sink)) as node:
            sender = Sender(port)
            sender.send([(BATTERY, bytes([run, number] + [0] * 6)) for number in range(10)])
            node.wait_for_records(10)
            node.wait_delivered(name)
            sender.close()
            positions = [row["position"] for row in node.history()]
            assert len(positions) == len(set(positions)) == 10 * (run + 1)
            assert len([gap for gap in node.gaps() if gap["reason"] == "downtime"]) == run
