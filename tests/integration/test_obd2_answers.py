"""The DBC that ships with cantrail, and what is decoded by it: held against cantools, can-isotp and the table it is made from."""

import json
import random
import subprocess
import sys

import pytest

from conftest import ROOT
from harness import run_cantrail

cantools = pytest.importorskip("cantools", reason="cantools is not installed (tests/requirements.txt)")
isotp = pytest.importorskip("isotp", reason="can-isotp is not installed (tests/requirements.txt)")

FILE = ROOT / "examples/obd2/obd2.dbc"
ENGINE = 0x7E8


def write_log(path, frames):
    path.write_text("".join(f"({at / 1000:.6f}) can0 {number:03X}#{data.hex().upper()}\n" for at, number, data in frames))


def decode(binary, log, dbc=FILE):
    done = run_cantrail(binary, "decode", log, "--dbc", dbc)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_file_is_what_its_table_gives_and_what_the_program_carries(binary):
    made = subprocess.run([sys.executable, FILE.parent / "make_dbc.py"], capture_output=True, check=True)
    assert made.stdout == FILE.read_bytes()
    printed = run_cantrail(binary, "dbc", "built-in", "obd2")
    assert printed.returncode == 0 and printed.stdout == FILE.read_bytes()
    unknown = run_cantrail(binary, "dbc", "built-in", "odb2")
    assert unknown.returncode == 2 and b"obd2" in unknown.stderr


def test_every_pid_is_decoded_as_cantools_does(binary, tmp_path):
    """Services 01 and 02 with random data; cantools has the layout as one long frame."""
    database = cantools.database.load_file(FILE)
    message = database.get_message_by_frame_id(ENGINE)
    dice = random.Random(1)
    payloads = []
    for signal in message.signals:
        if signal.multiplexer_signal in ("pid", "freeze_pid"):
            pid = signal.multiplexer_ids[0]
            head = bytes([0x41, pid]) if signal.multiplexer_signal == "pid" else bytes([0x42, pid, 0])
            payloads += [head + dice.randbytes(4) for _ in range(3)]
    assert len(payloads) > 400
    frames, at = [], 0
    for payload in payloads:
        for data in isotp_frames(payload):
            at += 1
            frames.append((at, ENGINE, data))
    log = tmp_path / "answers.log"
    write_log(log, frames)
    rows = decode(binary, log)
    assert len(rows) == len(payloads)
    for payload, row in zip(payloads, rows):
        whole = (bytes([len(payload)]) + payload).ljust(64, b"\0")
        expected = message.decode(whole, decode_choices=False)
        inside = {signal.name: signal for signal in message.signals if last_byte(signal) <= len(payload)}
        expected = {name: value for name, value in expected.items() if name in inside}
        assert set(row["signals"]) == set(expected), payload.hex()
        for name, value in expected.items():
            assert row["signals"][name] == pytest.approx(value, rel=1e-12), (name, payload.hex())


def last_byte(signal):
    if signal.byte_order == "little_endian":
        return (signal.start + signal.length - 1) // 8
    return signal.start // 8 + (signal.length + 7) // 8 - 1


def isotp_frames(payload):
    """What python's can-isotp sends, with an answer to its flow control."""
    out, inbox = [], []

    def take(timeout=None):
        return inbox.pop(0) if inbox else None

    def put(frame):
        out.append(bytes(frame.data))
        if frame.data[0] >> 4 == 1:
            inbox.append(isotp.CanMessage(arbitration_id=0x7E0, data=bytearray([0x30, 0, 0])))

    address = isotp.Address(isotp.AddressingMode.Normal_11bits, txid=ENGINE, rxid=0x7E0)
    layer = isotp.TransportLayerLogic(rxfn=take, txfn=put, address=address, params={"stmin": 0, "tx_padding": 0xAA})
    layer.send(payload)
    for _ in range(1000):
        layer.process()
        if not layer.transmitting():
            return out
    raise AssertionError("can-isotp did not finish")


def test_the_vehicles_number_and_its_codes_are_rows(binary, tmp_path):
    payloads = [bytes([0x49, 2, 1]) + b"WVWZZZ1KZ6W123456", bytes([0x49, 4, 2]) + b"first".ljust(16, b"\0") + b"second".ljust(16, b"\0"),
                bytes([0x43, 3, 0x01, 0x71, 0xC1, 0x00, 0x84, 0x20]), bytes([0x7F, 0x04, 0x22]), bytes([0x44])]
    frames = []
    for at, payload in enumerate(payloads):
        frames += [(10 * at + i / 10, ENGINE, data) for i, data in enumerate(isotp_frames(payload))]
    log = tmp_path / "texts.log"
    write_log(log, frames)
    rows = decode(binary, log)
    texts = [(row["signals"]["text"], row["labels"]["kind"]) for row in rows if row["message"] == "VehicleIdentification"]
    assert texts == [("WVWZZZ1KZ6W123456", "VIN"), ("first", "calibration"), ("second", "calibration")]
    assert [row["signals"]["code"] for row in rows if row["message"] == "TroubleCodes"] == ["P0171", "U0100", "B0420"]
    services = [row["labels"]["service"] for row in rows if row["message"] == "OBD2_7E8"]
    assert services == ["vehicle information", "vehicle information", "stored codes", "refused", "codes cleared"]
    refused = next(row for row in rows if row.get("labels", {}).get("service") == "refused")
    assert refused["signals"]["refused_service"] == 4 and refused["labels"]["refusal"] == "conditions not correct"


def test_a_wrong_signal_is_told_at_its_place(binary, tmp_path):
    config = tmp_path / "node.toml"
    config.write_text('config_version = 1\n[source.car]\ntype = "obd2"\ninterface = "can0"\nrates = { engine_sped = "1/s" }\n'
                      'most_requests = "200/s"\n[server]\nenabled = false\n')
    done = run_cantrail(binary, "check", config)
    assert done.returncode == 78
    assert "node.toml:5:9: error: " in done.stderr.decode()
    assert "did you mean 'engine_speed'?" in done.stderr.decode()
    assert "node.toml:6:17: error: " in done.stderr.decode()


def test_a_car_needs_a_bus_on_which_it_is_heard(binary, tmp_path):
    for arguments in (["--to", "candump:-"], ["--to", "socketcan:vcan0", "--bus-factor", "2"], ["--to", "socketcan:vcan0", "--speed", "max"]):
        done = run_cantrail(binary, "simulate", "obd2-ecu", *arguments)
        assert done.returncode == 2 and b"obd2-ecu" in done.stderr
    assert run_cantrail(binary, "simulate", "leaf", "--to", "candump:-", "--addressing", "11-bit").returncode == 2
    config = tmp_path / "node.toml"
    config.write_text('config_version = 1\n[source.car]\ntype = "simulate"\nscenario = "obd2-ecu"\n[server]\nenabled = false\n')
    done = run_cantrail(binary, "check", "--connect", config)
    assert "cantrail simulate obd2-ecu" in done.stderr.decode()


def test_a_node_that_asks_needs_no_dbc_and_one_of_the_users_goes_first(binary, tmp_path):
    """Streams are known before a car is: a named signal of one is computed."""
    own = 'VERSION ""\nBO_ 2025 Own: 8 X\n SG_ length : 0|8@1+ (1,0) [0|0] "" X\n'
    (tmp_path / "own.dbc").write_text(own)
    log = tmp_path / "answers.log"
    write_log(log, [(0, 0x7E8, bytes([4, 0x41, 0x0C, 0x0C, 0x80, 0, 0, 0])), (1, 0x7E9, bytes([3, 0x41, 0x0D, 50, 0, 0, 0, 0]))])
    config = tmp_path / "node.toml"

    def messages(dbc):
        config.write_text(f'config_version = 1\n[source.car]\ntype = "obd2"\nchannel = "can0"\n{dbc}\n'
                          '[signal]\nturns = { expr = "OBD2_7E8.engine_speed / 60", unit = "Hz" }\n[server]\nenabled = false\n')
        checked = run_cantrail(binary, "check", config)
        assert checked.returncode == 0, checked.stderr.decode()
        done = run_cantrail(binary, "decode", log, "--config", config)
        assert done.returncode == 0, done.stderr.decode()
        return [(row["message"], row["signals"]) for row in map(json.loads, done.stdout.splitlines())]

    plain = messages("")
    assert ("turns", {"value": 800 / 60}) in plain
    assert ("OBD2_7E9", {"service": 0x41, "pid": 0x0D, "vehicle_speed": 50}) in plain
    assert ("Own", {"length": 3}) in messages('dbc = "own.dbc"')
