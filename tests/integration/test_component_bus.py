"""The component bus of examples/: frames in, state of components out, over HTTP."""

import json
import re

import pytest

from conftest import ROOT
from harness import Sender, cannelloni_source, free_udp_port, http_get, run_cantrail, running, sqlite_sink, wait_until

EXAMPLE = ROOT / "examples/component-bus"
COMMAND, STATUS, ACK, ERROR = range(4)
LIGHTS, MOTORS, BATTERIES, CONTROLS, NAVIGATION, SYSTEM_MONITOR = range(6)
BOOLEAN, INT8, UINT8, INT16, UINT16, INT24, UINT24 = range(7)
SENDER = {LIGHTS: 0x10, MOTORS: 0x20, BATTERIES: 0x30, CONTROLS: 0x40, NAVIGATION: 0x50, SYSTEM_MONITOR: 0x60}
NAMES = ("LIGHTS", "MOTORS", "BATTERIES", "CONTROLS", "NAVIGATION", "SYSTEM_MONITOR")


def frame(message, component, number, command, kind, value, sender=None):
    """One frame of the bus, put together from its layout alone."""
    data = bytes([message << 6 | component << 3, 10, number, command, kind << 4]) + (value & 0xFFFFFF).to_bytes(3, "big")
    return (SENDER[component] if sender is None else sender, data)


@pytest.fixture
def bus(make_node, tmp_path):
    """A node with the example's own rule and DBC, and who sends to it."""
    rule = re.search(r"(?ms)^\[component\.bus\].*?(?=^\[sink)", (EXAMPLE / "component-bus.toml").read_text()).group()
    port = free_udp_port()
    sections = cannelloni_source(port, EXAMPLE / "component-bus.dbc", name="bus") + rule + sqlite_sink(tmp_path)
    sender = Sender(port)
    with running(make_node(sections)) as node:
        yield node, sender
    sender.close()


def test_the_example_is_good(binary):
    done = run_cantrail(binary, "check", EXAMPLE / "component-bus.toml")
    assert done.returncode == 0, done.stderr
    assert b"0 warnings" in done.stdout, done.stderr


def test_a_status_frame_is_current_is_history_and_is_a_component(bus):
    node, sender = bus
    sender.send([frame(STATUS, MOTORS, 1, 2, INT16, -1200), frame(STATUS, MOTORS, 1, 3, UINT8, 71)])
    node.wait_for_records(2)
    node.wait_delivered()
    wait_until(lambda: http_get(node.port, "/api/state/component/MOTORS/1").status == 200, "the motor")

    current = node.get("/api/state/current", message="Motors")["rows"]
    assert [row["id"] for row in current] == [0x20]
    assert current[0]["signals"]["uint8_value"] == 71
    assert current[0]["labels"] == {"message_type": "STATUS", "component_type": "MOTORS", "value_type": "UINT8"}

    stored = node.get("/api/state/history", message="Motors", last="5m")["rows"]
    assert [row["signals"].get("int16_value", row["signals"].get("uint8_value")) for row in stored] == [-1200, 71]

    motor = node.get("/api/state/component/MOTORS/1")
    assert (motor["type"], motor["id"], motor["rule"], motor["rows"]) == ("MOTORS", "1", "bus", 2)
    assert {key: motor["state"][key] for key in motor["state"] if key != "timestamp"} == {
        "message_type": STATUS, "component_type": MOTORS, "time_delta": 10, "component_id": 1, "command_id": 3,
        "value_type": UINT8, "value": 71,
    }  # fmt: skip
    assert motor["state"]["timestamp"] == pytest.approx(int(motor["latest"]["time_ns"]) / 1e9, abs=1e-3)
    assert {each["key"]: each["row"]["signals"]["value"] for each in motor["keys"]} == {"2": -1200, "3": 71}
    assert motor["latest"]["labels"]["message_type"] == "STATUS"


@pytest.mark.parametrize(
    "kind, value, shown",
    [
        (BOOLEAN, 1, 1), (BOOLEAN, 0, 0), (INT8, -128, -128), (INT8, 0x80, -128), (UINT8, 255, 255), (INT16, -32768, -32768),
        (INT16, 0x8000, -32768), (UINT16, 65535, 65535), (INT24, -8388608, -8388608), (INT24, -1, -1),
        (UINT24, 0xFFFFFF, 16777215),
    ],
)  # fmt: skip
def test_the_value_has_the_width_and_sign_of_its_type(bus, kind, value, shown):
    node, sender = bus
    sender.send([frame(STATUS, NAVIGATION, 4, 9, kind, value)])
    wait_until(lambda: http_get(node.port, "/api/state/component/NAVIGATION/4").status == 200, "the component")
    state = node.get("/api/state/component/NAVIGATION/4")["state"]
    assert state["value"] == shown
    assert state["value_type"] == kind


def test_components_are_listed_by_type_and_only_status_makes_them(bus):
    node, sender = bus
    sender.send([frame(STATUS, kind, number, 1, UINT8, number) for kind in range(6) for number in (1, 2)])
    sender.send([frame(message, LIGHTS, 255, 1, BOOLEAN, 1) for message in (COMMAND, ACK, ERROR)])
    # Who sends is not what it is about.
    sender.send([frame(STATUS, BATTERIES, 3, 1, UINT8, 3, sender=SENDER[SYSTEM_MONITOR])])
    node.wait_for_records(16)
    wait_until(lambda: http_get(node.port, "/api/state/component/BATTERIES/3").status == 200, "the last one")
    known = node.get("/api/state/component")
    assert {each["type"]: each["ids"] for each in known["types"]} == {
        name: ["1", "2", "3"] if name == "BATTERIES" else ["1", "2"] for name in NAMES
    }
    assert known["dropped"] == 0
    batteries = node.get("/api/state/component/BATTERIES")
    assert [each["id"] for each in batteries["components"]] == ["1", "2", "3"]
    assert batteries["components"][2]["latest"]["message"] == "SystemMonitor"
    for path in ("/api/state/component/LIGHTS/255", "/api/state/component/WHEELS", "/api/state/component/lights/1"):
        answer = http_get(node.port, path)
        assert answer.status == 404, path
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert http_get(node.port, "/api/state/component/LIGHTS/1", x=1).status == 400


def test_the_oldest_components_go_when_there_are_too_many(bus):
    node, sender = bus
    # 1,200 components with four commands each: 4,800 rows.
    frames = [
        frame(STATUS, kind, number, command, UINT8, 0)
        for command in range(4) for kind in range(6) for number in range(200)
    ]  # fmt: skip
    for at in range(0, len(frames), 50):
        sender.send(frames[at : at + 50])
    node.wait_for_records(len(frames))
    wait_until(lambda: node.get("/api/state/component")["dropped"] == len(frames) - 4096, "the oldest to go")
    assert sum(len(each["ids"]) for each in node.get("/api/state/component")["types"]) == 1200


def test_a_rule_that_finds_nothing_is_a_finding_of_check(binary, tmp_path):
    text = (EXAMPLE / "component-bus.toml").read_text().replace('"component-bus.dbc"', f'"{EXAMPLE / "component-bus.dbc"}"')
    for broken, said in (
        (text.replace("{component_id}", "{component_idx}"), "component_idx"),
        (text.replace('message = "bus:*"', 'message = "Nothing*"'), "finds nothing"),
    ):
        config = tmp_path / "bus.toml"
        config.write_text(broken)
        done = run_cantrail(binary, "check", config)
        assert done.returncode == 0, done.stderr
        assert said in done.stderr.decode()
        assert "[component.bus]" in done.stderr.decode()
    config.write_text(text.replace('id = "{component_id}"', 'id = "{component_id"\nkind = 3'))
    done = run_cantrail(binary, "check", config)
    assert done.returncode == 78
    assert "unknown key 'kind'" in done.stderr.decode()
    assert "is no text with placeholders" in done.stderr.decode()


def test_the_readme_shows_what_comes(bus, binary):
    """Its frames, sent its way, give the state that it prints."""
    node, sender = bus
    readme = (EXAMPLE / "README.md").read_text()
    printed = re.search(r"printf '([^']*)'", readme).group(1).replace("\\n", "\n").encode()
    target = f"cannelloni:127.0.0.1:{sender.address[1]}"
    done = run_cantrail(binary, "replay", "-", "--to", target, stdin=printed)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: http_get(node.port, "/api/state/component/MOTORS/1").status == 200, "the motor")
    wait_until(lambda: node.get("/api/state/component/MOTORS/1")["rows"] == 2, "both frames")
    shown = json.loads(re.search(r"```json\n(.*?)```", readme, re.S).group(1))
    motor = node.get("/api/state/component/MOTORS/1")
    del shown["state"]["timestamp"], motor["state"]["timestamp"]
    assert motor["state"] == shown["state"]
    assert {each["key"]: each["row"]["signals"]["value"] for each in motor["keys"]} == shown["keys"]
