"""Random frames of every message of every DBC file of the shared data, decoded by `cantrail decode` and by cantools, which runs
here: every value the same double or integer, every label, and nothing more or less.
"""

import json
import math
import os
import random
import subprocess
from pathlib import Path

import pytest
from databases import SHARED, database_of, files

BINARY = Path(os.environ.get("CANTRAIL_BIN", Path(__file__).resolve().parents[3] / "build/dev/src/cli/cantrail"))
FRAMES = 12  # of a message; every third is cut short
FD_SIZES = (*range(9), 12, 16, 20, 24, 32, 48, 64)
SEED = 20  # the same frames each time; CANTRAIL_SEED changes them


def set_raw(data, signal, raw):
    """Writes the bits of a signal, one by one."""
    at = signal.start
    for i in range(signal.length):
        bit = raw >> (i if signal.byte_order == "little_endian" else signal.length - 1 - i) & 1
        if at // 8 < len(data):
            data[at // 8] = data[at // 8] & ~(1 << at % 8) | bit << at % 8
        if signal.byte_order == "little_endian" or at % 8 > 0:
            at += 1 if signal.byte_order == "little_endian" else -1
        else:
            at += 15


def select(data, message, dice):
    """Switches something on in every multiplexer that random bits would leave without an effect."""
    for signal in message.signals:
        if signal.is_multiplexer:
            choices = {i for s in message.signals if s.multiplexer_signal == signal.name for i in s.multiplexer_ids}
            if choices:
                set_raw(data, signal, dice.choice(sorted(choices)))


def random_frames(database, dice):
    """(message, payload) of messages that fit a frame and whose identifier is theirs alone."""
    ids = [(m.frame_id, m.is_extended_frame) for m in database.messages]
    for message in database.messages:
        if message.length > 64 or ids.count((message.frame_id, message.is_extended_frame)) > 1 or not message.signals:
            continue
        size = next(s for s in FD_SIZES if s >= message.length)
        for i in range(FRAMES):
            data = bytearray(dice.randbytes(size))
            select(data, message, dice)
            if i % 3 == 2 and not message.is_multiplexed():
                data = data[: dice.choice([s for s in FD_SIZES if s <= size])]
            yield message, bytes(data)


def log_line(second, message, data):
    can_id = f"{message.frame_id:08X}" if message.is_extended_frame else f"{message.frame_id:03X}"
    return f"({second}.000000) can0 {can_id}{'##0' if len(data) > 8 else '#'}{data.hex().upper()}\n"


def reserved(signal, raw):
    """SAE J1939-71: what a signal says where it has no value."""
    if signal.is_signed or signal.length < 2 or signal.is_multiplexer or signal.is_float:
        return None
    ones = (1 << signal.length) - 1
    if signal.length == 2:
        return {3: "not_available", 2: "error"}.get(raw)
    if signal.length % 8 or signal.length > 32:
        return "not_available" if raw == ones else None
    return {0xFF: "not_available", 0xFE: "error"}.get(raw >> signal.length - 8)


def expected(message, data):
    """(values, labels, reasons of absence) as cantools has them; None where it refuses the frame."""
    try:
        raw = message.decode(data, scaling=False, decode_choices=False, allow_truncated=True)
        physical = message.decode(data, decode_choices=False, allow_truncated=True)
    except Exception:  # noqa: BLE001 - whatever it does not like
        return None
    values, labels, quality = {}, {}, {}
    for name, value in physical.items():
        signal = message.get_signal_by_name(name)
        reason = reserved(signal, raw[name]) if message.protocol == "j1939" else None
        if reason is not None:
            quality[name] = reason
            continue
        values[name] = value
        if signal.choices and raw[name] in signal.choices:
            labels[name] = str(signal.choices[raw[name]])
    return values, labels, quality


def same(ours, theirs):
    if ours is None:  # JSON has neither NaN nor infinities
        return not math.isfinite(theirs)
    return ours == theirs


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_every_message(path):
    if not BINARY.is_file():
        pytest.fail(f"there is no program {BINARY}; build it, or set CANTRAIL_BIN")
    if "__tp_" in path.name:
        pytest.skip("describes payloads of several frames: tests/integration/test_transport.py")
    database = database_of(path)
    if database is None:
        pytest.skip("cantools does not load this file")
    frames = list(random_frames(database, random.Random(os.environ.get("CANTRAIL_SEED", SEED))))
    if not frames:
        pytest.skip("no message of this file has signals and fits a frame")
    log = "".join(log_line(second, *frame) for second, frame in enumerate(frames, 1))
    done = subprocess.run([BINARY, "decode", "-", "--dbc", path, "--format", "jsonl"], input=log.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    rows = {int(row["time_ns"]) // 10**9: row for row in map(json.loads, done.stdout.splitlines())}
    compared = 0
    for second, (message, data) in enumerate(frames, 1):
        want = expected(message, data)
        if want is None:
            continue
        where = f"{message.name} {data.hex()}"
        values, labels, quality = want
        row = rows.get(second, {"message": message.name, "signals": {}})
        if message.protocol == "j1939":
            for name in ("priority", "source", "destination"):  # of the identifier; cantools has no such thing
                row["signals"].pop(name, None)
        assert row["message"] == message.name, where
        assert row["signals"].keys() == values.keys(), where
        for name, value in values.items():
            assert same(row["signals"][name], value), f"{where} {name}"
        assert row.get("labels", {}) == labels, where
        assert row.get("quality", {}) == quality, where
        compared += 1
    if compared == 0:
        pytest.skip("cantools refuses random frames of this file")


def test_the_data_is_there():
    if SHARED is None:
        pytest.skip("the shared data is not there (CANTRAIL_SHARED_DATA names its folder)")
    assert sum(database_of(path) is not None for path in files()) >= 135
