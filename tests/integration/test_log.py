"""What a node tells its operator, and where: [log]."""

import json
import os
import re
import subprocess

import pytest
from harness import PATIENCE_S, cannelloni_source, free_udp_port, logfile_source, run_cantrail, sqlite_sink, wait_until
from test_configuration import quiet_environment

MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.fixture
def recording(make_node, leaf_log, leaf_dbc, tmp_path):
    """A node that has something to warn of, and ends by itself."""
    return make_node(logfile_source(leaf_log, leaf_dbc) + sqlite_sink(tmp_path, 'except = ["Nothing*"]'))


def run_to_the_end(binary, node, *arguments, variables=None):
    return run_cantrail(binary, "run", node.config, "--until-end", *arguments,
                        env=quiet_environment(**(variables or {})))


def test_json_is_one_object_a_line_from_the_first_warning_to_the_ledger(binary, recording):
    done = run_to_the_end(binary, recording, "--set", "log.format=json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.decode().splitlines()]
    for line in lines:
        assert list(line) == ["time", "level", "who", "message", "left_out"]
        assert re.fullmatch(MOMENT, line["time"]) and line["left_out"] == 0
        assert line["level"] in ("info", "warning", "error")
    warned = [line for line in lines if line["level"] == "warning"]
    assert "fits no stream" in warned[0]["message"] and warned[0]["who"].startswith(f"{recording.config}:")
    running = [line["message"] for line in lines if line["message"].startswith("running, http://")]
    assert len(running) == 1
    assert "; reads " in running[0] and "; journal in " in running[0]
    ledgers = {line["who"]: line["message"] for line in lines if line["who"].startswith("ledger of ")}
    assert ledgers["ledger of history"].startswith("received ")


def test_the_journal_gets_priorities_and_only_where_it_reads(binary, recording, tmp_path):
    with open(tmp_path / "stream", "w+") as stream:
        info = os.fstat(stream.fileno())
        for variable, is_journal in ((f"{info.st_dev}:{info.st_ino}", True), (f"{info.st_dev}:1", False)):
            stream.seek(0)
            stream.truncate()
            done = subprocess.run(
                [binary, "run", recording.config, "--until-end"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=stream, timeout=PATIENCE_S, env=quiet_environment(JOURNAL_STREAM=variable),
            )  # fmt: skip
            assert done.returncode == 0
            stream.seek(0)
            lines = stream.read().splitlines()
            priorities = {re.match(r"<(\d)>", line)[1] if line.startswith("<") else None for line in lines}
            assert priorities == ({"4", "6"} if is_journal else {None}), lines
            assert not any("\x1b" in line for line in lines)


def test_a_level_and_its_old_variable(binary, recording):
    done = run_to_the_end(binary, recording, variables={"LOG_LEVEL": "WARN"})
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1 and lines[0].startswith("warning: "), lines


def test_the_file_has_what_standard_error_has_with_the_time(binary, recording, tmp_path):
    log = tmp_path / "logs/node.log"
    told = []
    for _ in range(2):  # appended
        done = run_to_the_end(binary, recording, "--set", f"log.file={log}")
        assert done.returncode == 0, done.stderr
        told += done.stderr.decode().splitlines()
    assert [re.fullmatch(rf"{MOMENT} (.*)", line)[1] for line in log.read_text().splitlines()] == told


def test_a_full_disk_is_told_once_and_stops_nothing(make_node, disk, leaf_dbc, tmp_path):
    disk.mount("size=64k")
    log = disk.path / "node.log"
    (disk.path / "ballast").write_bytes(b"x" * (64 << 10))
    node = make_node(cannelloni_source(free_udp_port(), leaf_dbc), top=f'log = {{ file = "{log}", format = "json" }}')
    node.start()
    wait_until(lambda: "goes on without its file" in node.log(), node.log)
    assert node.answers("/healthz")
    (disk.path / "ballast").unlink()
    told = node.terminate()  # whatever is told now is told to the file as well, or counted
    assert told.count("goes on without its file") == 1
    assert "No space left on device" in told
    assert all(json.loads(line) for line in told.splitlines())


def test_a_file_that_grows_stays_within_its_bound(binary, recording, tmp_path):
    log = tmp_path / "node.log"
    log.write_text("an old line\n" * 4000)  # 48 kB; of 64 KiB, each half has 32
    done = run_to_the_end(binary, recording, "--set", f"log.file={log}", "--set", "log.keep=64KiB")
    assert done.returncode == 0
    assert (tmp_path / "node.log.1").read_text() == "an old line\n" * 4000
    assert "an old line" not in log.read_text() and "running" in log.read_text()


def test_check_refuses_a_file_that_is_a_sinks(binary, recording, tmp_path):
    done = run_cantrail(binary, "check", recording.config, "--set", f"log.file={tmp_path}/history.db",
                        env=quiet_environment())
    assert done.returncode == 78
    assert b"history.db is also of [log]" in done.stderr
