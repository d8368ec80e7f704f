"""The API is what its description says: requests made up from it, and every answer held against it."""

import importlib.util
import subprocess
import sys

import pytest

from conftest import ROOT
from harness import Sender, cannelloni_source, free_udp_port, logfile_source, running, sqlite_sink, wait_until

BUS = ROOT / "examples/component-bus/component-bus.dbc"
RULE = """
[component.bus]
message = "bus:*"
type = "{component_type}"
id = "{component_id}"
keys = ["{command_id}"]
"""
CHECKS = ",".join(
    (
        "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
        "negative_data_rejection", "unsupported_method",
    )
)  # fmt: skip


def test_every_answer_is_as_described(make_node, tmp_path, leaf_dbc, leaf_log):
    if importlib.util.find_spec("schemathesis") is None:
        pytest.skip("schemathesis is not installed (tests/requirements.txt)")
    port = free_udp_port()
    sender = Sender(port)
    sections = (
        logfile_source(leaf_log, leaf_dbc) + cannelloni_source(port, BUS, name="bus") + RULE + sqlite_sink(tmp_path)
    )
    with running(make_node(sections)) as node:
        sender.send([(0x20, bytes([0x48, 10, 1, 2, 0x30, 0xFF, 0xFB, 0x50])), (0x7FF, b"\1")])
        sender.skip()  # a gap to describe
        sender.send([(0x20, bytes([0x48, 10, 1, 3, 0x20, 0, 0, 0x47]))])
        node.wait_for_records(3, source="bus")
        wait_until(lambda: node.get("/api/state/component")["types"], "a component")
        wait_until(lambda: node.gaps(), "the gap")
        node.wait_delivered()
        done = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{node.port}/api/openapi.json",
                "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "12", "--seed", "7",
                "--exclude-path", "/api/live", "--generation-database", "none", "--no-color",
            ],
            capture_output=True, text=True, timeout=300, cwd=tmp_path,
        )  # fmt: skip
        print(done.stdout[-1500:])  # what was tried, for those who look
        assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
    sender.close()
