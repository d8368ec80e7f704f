"""What cantrail's parser makes of the DBC files of the shared data is what cantools makes of them, in every property.

CANTRAIL_BUILD is the folder of the build whose dbc_dump is tested (build/dev).
"""

import json
import math
import os
import subprocess
from pathlib import Path

import pytest
from databases import database_of, files

DUMP = Path(os.environ.get("CANTRAIL_BUILD", Path(__file__).resolve().parents[3] / "build/dev")) / "tests/interop/dbc_dump"


def same(ours, theirs):
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-15, abs_tol=0) or ours == theirs
    return ours == theirs


def expand(ranges, limit=100_000):
    values = set()
    for first, last in ranges:
        values.update(range(first, min(last, first + limit) + 1))
    return values


def signal_facts(ours, theirs, message):
    """(what, ours, theirs) of one signal."""
    yield "start", ours["start"], theirs.start
    yield "length", ours["length"], theirs.length
    yield "byte order", bool(ours["intel"]), theirs.byte_order == "little_endian"
    yield "float", ours["kind"] > 0, theirs.is_float
    if not theirs.is_float:
        yield "signed", bool(ours["signed"]), theirs.is_signed
    yield "factor", float(ours["factor"]), theirs.scale
    yield "offset", float(ours["offset"]), theirs.offset
    integral = float(theirs.scale).is_integer() and float(theirs.offset).is_integer()
    yield "integral", bool(ours["integral"]), integral
    if integral:
        yield "integer scale", (ours["factor_integer"], ours["offset_integer"]), (theirs.scale, theirs.offset)
    if theirs.minimum is not None or theirs.maximum is not None:
        yield "minimum", float(ours["minimum"]), theirs.minimum
        yield "maximum", float(ours["maximum"]), theirs.maximum
    else:
        yield "range", (ours["minimum"], ours["maximum"]), (0, 0)
    yield "unit", ours["unit"], theirs.unit or ""
    yield "comment", ours["comment"], theirs.comment or ""
    yield "receivers", sorted(ours["receivers"]), sorted(theirs.receivers)
    yield "values", {k: v for k, v in ours["values"]}, {k: str(v) for k, v in (theirs.choices or {}).items()}
    yield "selector", bool(ours["selector"]), theirs.is_multiplexer
    yield "multiplexed", "ranges" in ours, bool(theirs.multiplexer_ids)
    if "ranges" in ours and theirs.multiplexer_ids:
        yield "selector values", expand(ours["ranges"]), set(theirs.multiplexer_ids)
        if ours["selected_by"]:
            yield "selected by", ours["selected_by"], theirs.multiplexer_signal


def message_facts(ours, theirs):
    yield "id", (ours["id"], bool(ours["extended"])), (theirs.frame_id, theirs.is_extended_frame)
    yield "length", ours["length"], theirs.length
    yield "comment", ours["comment"], theirs.comment or ""
    yield "senders", sorted(ours["senders"]), sorted(theirs.senders)
    yield "cycle", max(ours["cycle"], 0), theirs.cycle_time or 0
    if not 8 < theirs.length <= 64:  # cantools goes by VFrameFormat alone
        yield "fd", bool(ours["fd"]), theirs.is_fd
    yield "signals", sorted(s["name"] for s in ours["signals"]), sorted(s.name for s in theirs.signals)


def differences(ours, theirs):
    yield "version", ours["version"], theirs.version or ""
    yield "nodes", ours["nodes"], list(dict.fromkeys(n.name for n in theirs.nodes))  # it keeps doubles
    yield "messages", [m["name"] for m in ours["messages"]], [m.name for m in theirs.messages]
    for mine, other in zip(ours["messages"], theirs.messages):
        for what, a, b in message_facts(mine, other):
            yield f"{mine['name']}: {what}", a, b
        by_name = {s.name: s for s in other.signals}
        for signal in mine["signals"]:
            if signal["name"] not in by_name:
                yield f"{mine['name']}.{signal['name']}", "present", "absent"
                continue
            for what, a, b in signal_facts(signal, by_name[signal["name"]], other):
                yield f"{mine['name']}.{signal['name']}: {what}", a, b


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_every_property(path):
    if not DUMP.is_file():
        pytest.fail(f"there is no program {DUMP}; build it, or set CANTRAIL_BUILD")
    database = database_of(path)
    if database is None:
        pytest.skip("cantools does not load this file")
    ours = json.loads(subprocess.run([DUMP, path], stdout=subprocess.PIPE, check=True).stdout)
    unequal = [(what, a, b) for what, a, b in differences(ours, database) if not same(a, b)]
    assert unequal == []
