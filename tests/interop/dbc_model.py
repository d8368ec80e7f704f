#!/usr/bin/env python3
"""Compares what cantrail's parser makes of DBC files with what cantools makes of them.

    dbc_model.py DUMP_PROGRAM FILE...

DUMP_PROGRAM is the built tests/interop/dbc_dump. Files that cantools rejects are left out. Prints each difference;
exit 1 if there is one, 77 (skipped) without cantools.
"""

import json
import math
import subprocess
import sys

try:
    import cantools
    import logging
    logging.getLogger('cantools').setLevel(logging.ERROR)
except ImportError:
    print("skipped: cantools is not installed (pip install cantools)")
    sys.exit(77)


def load(path):
    raw = open(path, "rb").read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    try:
        return cantools.database.load_string(text.replace("\r\n", "\n"), "dbc", strict=False)
    except Exception:  # noqa: BLE001 - whatever cantools does not like
        return None


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


def main():
    program, files = sys.argv[1], sys.argv[2:]
    output = subprocess.run([program, *files], stdout=subprocess.PIPE, check=True).stdout
    compared = signals = unequal = 0
    for line in output.decode().splitlines():
        ours = json.loads(line)
        theirs = load(ours["path"])
        if theirs is None:
            continue
        compared += 1
        signals += sum(len(m.signals) for m in theirs.messages)
        for what, a, b in differences(ours, theirs):
            if not same(a, b):
                unequal += 1
                print(f"{ours['path']}: {what}: cantrail {a!r}, cantools {b!r}")
    print(f"{compared} files, {signals} signals compared, {unequal} differences")
    return 1 if unequal else 0


if __name__ == "__main__":
    sys.exit(main())
