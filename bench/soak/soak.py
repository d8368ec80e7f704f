#!/usr/bin/env python3
"""A node under load for a quarter of an hour: 16,000 frames a second over cannelloni, a SQLite history, recordings of
which the oldest are removed all the time, and five pages in a browser, each on another view. Once a second it is looked
at what the node takes up and whether its books balance; it fails if memory, descriptors or threads grow, if recordings
are more than they may be, if a frame is not accounted for, or a page stands still.

    soak.py [MINUTES] [--binary CANTRAIL] [--chromium PATH] [--samples FILE]    (./dev soak builds what it needs)
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

from browser import Browser  # noqa: E402
from harness import Node, free_udp_port, wait_until  # noqa: E402
from looks import FRAMES_A_SECOND, findings, look_at, sections  # noqa: E402
from trend import Trend  # noqa: E402

VIEWS = ("overview", "charts", "signals", "frames", "health")
LEAF_FRAMES_A_SECOND = 284  # of the simulated car at its own pace


class Bus:
    """One simulated car, so fast that it makes half of the frames."""

    def __init__(self, binary, port, seed):
        factor = FRAMES_A_SECOND / 2 / LEAF_FRAMES_A_SECOND
        self.process = subprocess.Popen(
            [binary, "simulate", "leaf", "--to", f"cannelloni:127.0.0.1:{port}", "--seed", str(seed), "--bus-factor", f"{factor:.3f}"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )

    def end(self):
        """How many frames it has sent."""
        self.process.terminate()
        said = self.process.communicate(timeout=30)[1]
        return int(re.search(r"([\d,]+) frames? sent", said)[1].replace(",", ""))


async def watch(node, browser, seconds, samples_file):
    samples = []
    begin = time.monotonic()
    while (now := time.monotonic() - begin) < seconds:
        sample = {"at": now, **look_at(node)}
        pages = await browser.look()
        sample["pages"] = {name: page["messages"] for name, page in pages.items()}
        sample["heap"] = sum(page["heap"] for page in pages.values())
        sample["lost"] = sum(page["lost"] + page["errors"] for page in pages.values())
        samples.append(sample)
        if samples_file:
            samples_file.write(json.dumps(sample) + "\n")
            samples_file.flush()
        await asyncio.sleep(max(0, len(samples) - (time.monotonic() - begin)))
    return samples


def report(samples, sent, status):
    first, last = samples[len(samples) // 4], samples[-1]
    frames = last["received"] - first["received"]
    passed = last["at"] - first["at"]
    print(f"{frames / passed:,.0f} frames/s, {(last['cpu_s'] - first['cpu_s']) / frames * 1e6:.2f} µs of processor a frame "
          f"with five pages; {sent:,} frames sent, {status['received']:,} received, {status['gaps']['count']} gaps; "
          f"load {os.getloadavg()[1]:.1f}\n")
    print("| once a second | start | middle | end | most | slope an hour |\n|---|---|---|---|---|---|")
    for name, key, unit, scale in (
        ("resident memory", "rss", "MB", 1e6), ("of that its own", "own", "MB", 1e6), ("descriptors", "descriptors", "", 1),
        ("threads", "threads", "", 1), ("batches alive", "pool", "MB", 1e6), ("records pending, all lanes", "pending", "", 1),
        ("history.db-wal", "log", "MB", 1e6), ("history.db", "file", "MB", 1e6), ("recordings", "recordings", "MB", 1e6), ("journal", "journal", "MB", 1e6),
        ("pages' JavaScript memory", "heap", "MB", 1e6),
    ):
        trend = Trend(samples, key)
        shown = [f"{value / scale:,.1f} {unit}".strip() if unit else f"{value:,.0f}" for value in trend.points()]
        print(f"| {name} | {' | '.join(shown)} | {trend.slope_an_hour / scale:+,.2f} {unit}".rstrip() + " |")


async def soak(options, folder):
    ports = free_udp_port(), free_udp_port()
    node = Node(options.binary, folder, sections(ports)).start()
    browser = Browser(options.chromium)
    running = []
    try:
        running = [Bus(options.binary, port, seed) for seed, port in enumerate(ports)]
        node.wait_for_records(1)
        for view in VIEWS:
            await browser.open(view, f"http://127.0.0.1:{node.port}/#/{view}")
        with open(options.samples, "w", encoding="utf-8") if options.samples else open(os.devnull, "w") as samples_file:
            samples = await watch(node, browser, options.minutes * 60, samples_file)
        sent = sum(bus.end() for bus in running)
        running = []
        node.wait_for_records(1)
        node.get("/api/series", signal="can0:VehicleSpeed.kmh")  # has the history written what waits
        wait_until(lambda: all(lane["ledger"]["pending"] == 0 for lane in node.status()["lanes"]), "the lanes to finish", timeout=180)
        status = node.status()
        lost_packets = sum(int(m[1]) for gap in node.gaps() if (m := re.search(r"(\d+) packets?", gap["where"])))
        report(samples, sent, status)
        wrong = findings(samples, sent, lost_packets, status)
        node.terminate()
    finally:
        for bus in running:
            bus.process.kill()
        browser.end()
        node.end()
    print("\n" + ("\n".join(f"FAILED: {one}" for one in wrong) if wrong else "nothing grows, every frame is accounted for"))
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", nargs="?", type=float, default=15)
    parser.add_argument("--binary", default=str(ROOT / "build/release/src/cli/cantrail"))
    parser.add_argument("--chromium", default=os.environ.get("CANTRAIL_CHROMIUM", "/usr/bin/chromium"))
    parser.add_argument("--samples", help="where each second's figures go as a line of JSON")
    options = parser.parse_args()
    if not os.access(options.chromium, os.X_OK):
        print(f"SKIPPED: there is no Chromium at {options.chromium} (./dev setup web; CANTRAIL_CHROMIUM)", file=sys.stderr)
        return 77
    folder = tempfile.mkdtemp(prefix="cantrail-soak-")
    try:
        return asyncio.run(soak(options, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
