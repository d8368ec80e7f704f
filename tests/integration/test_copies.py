"""[copies]: one DBC for one node, several nodes on the bus, each under a name and with labels of its own."""

from pathlib import Path

import pytest
from harness import Sender, cannelloni_source, free_udp_port, http_get, run_cantrail, running, sqlite_sink, wait_until

DBC = Path(__file__).parent / "data/grow-room/grow-room.dbc"
COPIES = """
[copies.node]
step = 0x100
1 = { room = "Flower back", suffix = "_b" }
2 = { room = "Flower front", suffix = "_f", rack = 7 }
"""


@pytest.fixture
def pt100():
    cantools = pytest.importorskip("cantools")
    return cantools.database.load_file(DBC).get_message_by_name("PT100")


def test_copies_are_streams_with_labels_from_frame_to_history(make_node, tmp_path, pt100):
    port = free_udp_port()
    sender = Sender(port)
    with running(make_node(cannelloni_source(port, DBC) + COPIES + sqlite_sink(tmp_path))) as node:
        data = pt100.encode({signal.name: 0 for signal in pt100.signals} | {"temp_dry_c": 21.5})
        sender.send([(pt100.frame_id, data), (pt100.frame_id + 0x100, data), (pt100.frame_id + 0x200, data)])
        node.wait_for_records(3)
        node.wait_delivered()
        streams = {stream["message"]: stream for stream in node.get("/api/signals")["streams"]}
        assert streams["PT100_b"]["labels"] == {"type": "PT100", "node": "1", "suffix": "_b", "room": "Flower back"}
        assert streams["PT100_f"]["labels"] == {
            "type": "PT100", "node": "2", "suffix": "_f", "room": "Flower front", "rack": "7"
        }  # fmt: skip
        assert streams["PT100_f"]["id"] == pt100.frame_id + 0x100
        assert "PT100" not in streams
        rows = node.get("/api/state/history")["rows"]
        assert [(row["message"], row["id"], row["signals"]["temp_dry_c"]) for row in rows] == [
            ("PT100_b", pt100.frame_id, 21.5), ("PT100_f", pt100.frame_id + 0x100, 21.5)
        ]  # fmt: skip
        assert node.lane("history")["ledger"]["undecoded"] == 1  # there is no third node
    sender.close()


def test_a_component_rule_finds_the_messages_of_copies(binary, tmp_path):
    def check(message):
        config = tmp_path / "node.toml"
        config.write_text(
            f"config_version = 1\n{cannelloni_source(20000, DBC)}{COPIES}"
            f"[component.probe]\nmessage = '{message}'\nid = '{{room}}/{{temp_dry_c}}'\n"
        )
        return run_cantrail(binary, "check", config).stderr.decode()

    assert "finds nothing" not in check("PT100_f")
    assert "no DBC here has a message that 'message' fits" in check("PT100")


def test_the_live_state_of_a_component_comes_from_copies(make_node, tmp_path, pt100):
    port = free_udp_port()
    sender = Sender(port)
    rule = "[component.probe]\nmessage = 'PT100_*'\nid = '{room}'\n"
    with running(make_node(cannelloni_source(port, DBC) + COPIES + rule)) as node:
        data = pt100.encode({signal.name: 0 for signal in pt100.signals})
        sender.send([(pt100.frame_id + 0x100, data)])
        probe = wait_until(
            lambda: (a := http_get(node.port, "/api/state/component/probe/Flower%20front")).status == 200 and a.json,
            "the component",
        )
        assert probe["latest"]["message"] == "PT100_f"
    sender.close()


def test_patterns_that_fit_no_message_are_findings(binary, tmp_path):
    config = tmp_path / "node.toml"
    config.write_text(
        f"config_version = 1\n{cannelloni_source(20000, DBC)}[copies.node]\nstep = 0x100\nonly = ['PT100', 'SDC30']\n"
        "1 = { suffix = '_b' }\n[component.probe]\nmessage = ['PT100_b', 'BME281']\nid = '{temp_dry_c}'\n"
    )
    said = run_cantrail(binary, "check", config).stderr.decode()
    assert "'only' in [copies.node]: \"SDC30\" fits no message of the DBCs; did you mean 'SCD30'?" in said
    assert "'message' in [component.probe]: \"BME281\" fits no message of the DBCs" in said
    assert "finds nothing" not in said
