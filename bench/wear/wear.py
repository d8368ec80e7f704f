#!/usr/bin/env python3
"""What a node writes where little comes: a grow room of three sensor nodes (45,360 rows an hour), with default settings,
for each way of syncing the journal. Real nodes in real time, frames over cannelloni.

    wear.py [--minutes N] [--binary CANTRAIL]     (./dev bench wear)

As root each node lies on an ext4 of its own in a loop device, and what reaches the device is counted as well: the file
system's own journal included, which an fdatasync of a growing file always writes.
"""

import argparse
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

from harness import Node, Sender, cannelloni_source, free_udp_port, http_get  # noqa: E402

MODES = ("normal", "sd-saver", "safe")
HISTORY = '[sink.history]\ntype = "sqlite"\npath = "history.db"\n'
# Of each node: name, seconds between two, and the signals as DBC text; identifier = node * 0x100 + place + 1.
MESSAGES = (
    ("PT100", 1, ("temp_dry_c : 7|16@0- (0.01,0)", "temp_wet_c : 23|16@0- (0.01,0)", "message_count : 32|16@1+ (1,0)")),
    ("BME280", 1, ("temperature_c : 7|16@0- (0.01,0)", "humidity_percent : 23|16@0+ (0.01,0)", "pressure_hpa : 39|16@0+ (0.1,0)")),
    ("SCD30", 5, ("co2_ppm : 7|16@0+ (1,0)", "temperature_c : 23|16@0- (0.01,0)", "humidity_percent : 39|16@0+ (0.01,0)")),
    ("VL53", 1, ("distance_mm : 7|16@0+ (1,0)", "ambient : 23|16@0+ (1,0)", "signal : 39|16@0+ (1,0)")),
    ("Heartbeat", 1, ("uptime_ms : 23|32@0+ (1,0)",)),
)
NODES = {1: "_b", 2: "_f", 3: "_v"}


def dbc():
    text = 'VERSION ""\n\nBU_: Room\n\n'
    for node, suffix in NODES.items():
        for place, (name, _, signals) in enumerate(MESSAGES):
            text += f"BO_ {node * 0x100 + place + 1} {name}{suffix}: 8 Room\n"
            text += "".join(f' SG_ {signal} [0|0] "" Room\n' for signal in signals) + "\n"
    return text


class Sensor:
    """One message of one node: its values wander, its counters count."""

    def __init__(self, name, identifier, every, start):
        self.name, self.identifier, self.every = name, identifier, every
        self.due = start + random.random() * every
        self.words = [2000 + random.randrange(2000) for _ in range(4)]
        self.sent = 0

    def frame(self):
        self.words = [(word + random.randrange(-3, 4)) & 0xFFFF for word in self.words]
        self.sent += 1
        data = b"".join(word.to_bytes(2, "big") for word in self.words)
        if self.name == "PT100":
            data = data[:4] + (self.sent & 0xFFFF).to_bytes(2, "little") + b"\0\0"
        if self.name == "Heartbeat":
            data = b"\xaa\x55" + round(self.sent * self.every * 1000).to_bytes(4, "big") + b"\0\0"
        return self.identifier, data


class Disk:
    """A folder on a device of its own, where that can be had; else one that knows nothing of devices."""

    def __init__(self, base, name):
        self.folder = Path(base) / name
        self.folder.mkdir()
        self.device = None
        if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
            return
        image = Path(base) / f"{name}.img"
        with open(image, "wb") as file:
            file.truncate(256 << 20)
        with contextlib.suppress(subprocess.CalledProcessError):
            run = lambda *words: subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()  # noqa: E731
            run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
            device = run("losetup", "--find", "--show", str(image))
            self.device = device
            run("mount", "-o", "noatime", device, str(self.folder))

    def written(self):
        """Bytes that have reached the device."""
        if self.device is None:
            return None
        return int(Path(f"/sys/block/{Path(self.device).name}/stat").read_text().split()[6]) * 512

    def end(self):
        if self.device is not None:
            subprocess.run(["umount", str(self.folder)], check=False)
            subprocess.run(["losetup", "--detach", self.device], check=False)


class Measured:
    def __init__(self, binary, base, mode):
        self.mode = mode
        self.disk = Disk(base, mode)
        port = free_udp_port()
        (self.disk.folder / "room.dbc").write_text(dbc())
        source = cannelloni_source(port, "room.dbc", "can0")
        self.node = Node(binary, self.disk.folder, source + HISTORY, top=f'[journal]\nsync = "{mode}"\n').start()
        self.sender = Sender(port)

    def look(self):
        io = dict(line.split(": ") for line in Path(f"/proc/{self.node.process.pid}/io").read_text().splitlines())
        metrics = dict(line.rsplit(" ", 1) for line in http_get(self.node.port, "/metrics").body.decode().splitlines() if not line.startswith("#"))
        with contextlib.closing(sqlite3.connect(f"file:{self.disk.folder / 'history.db'}?mode=ro", uri=True)) as history:
            pages, page_bytes = (history.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        return {
            "at": time.monotonic(),
            "rows": self.node.status()["received"],
            "log": int(metrics.get('cantrail_store_written_bytes_total{sink="history"}', 0)),  # none before the first write
            "file": pages * page_bytes,  # what a checkpoint will have written
            "journal": int(metrics["cantrail_journal_appended_bytes_total"]),
            "syncs": int(metrics["cantrail_journal_syncs_total"]),
            "process": int(io["write_bytes"]),
            "device": self.disk.written(),
        }


def send_until(end, sensors, nodes):
    while (now := time.monotonic()) < end:
        for sensor in sensors:
            if sensor.due <= now:
                frame = sensor.frame()
                for one in nodes:
                    one.sender.send([frame])
                sensor.due += sensor.every
        time.sleep(max(0.0, min(end, min(sensor.due for sensor in sensors)) - time.monotonic()))


def after_next_write(sensors, nodes):
    """Sends on until every store has written again."""
    before = [one.look()["log"] for one in nodes]
    while any(one.look()["log"] == log for one, log in zip(nodes, before)):
        send_until(time.monotonic() + 1, sensors, nodes)


def measure(options, base):
    nodes = []
    try:
        nodes = [Measured(options.binary, base, mode) for mode in options.modes]
        start = time.monotonic()
        sensors = [
            Sensor(name, node * 0x100 + place + 1, every, start)
            for node in NODES for place, (name, every, _) in enumerate(MESSAGES)
        ]
        after_next_write(sensors, nodes)
        first = [one.look() for one in nodes]
        send_until(first[0]["at"] + 60 * options.minutes - 30, sensors, nodes)
        after_next_write(sensors, nodes)
        last = [one.look() for one in nodes]
        print(f"{last[0]['rows'] - first[0]['rows']:,} rows in {(last[0]['at'] - first[0]['at']) / 60:.1f} minutes, scaled to an hour\n")
        print("| sync | history: log + file | journal, its bytes | syncs a second | by the process | on the device |\n|---|---|---|---|---|---|")
        for one, a, b in zip(nodes, first, last):
            hours = (b["at"] - a["at"]) / 3600
            mb = lambda key: (b[key] - a[key]) / hours / 1e6  # noqa: E731
            device = f"{mb('device'):.2f} MB" if b["device"] is not None else "not measured"
            print(f"| {one.mode} | {mb('log'):.2f} + {mb('file'):.2f} MB | {mb('journal'):.2f} MB | {(b['syncs'] - a['syncs']) / hours / 3600:.2f} "
                  f"| {mb('process'):.2f} MB | {device} |")
    finally:
        for one in nodes:
            one.sender.close()
            one.node.end()
            one.disk.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--modes", nargs="+", default=MODES[:2], choices=MODES)
    parser.add_argument("--binary", default=str(ROOT / "build/release/src/cli/cantrail"))
    options = parser.parse_args()
    base = tempfile.mkdtemp(prefix="cantrail-wear-")
    try:
        measure(options, base)
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main()
