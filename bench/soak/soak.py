#!/usr/bin/env python3
"""A node under load for a quarter of an hour: 16,000 frames a second over cannelloni, a SQLite history, and five
pages in a browser, each on another view. Once a second it is looked at what the node takes up and whether its
books balance; it fails if memory, descriptors or threads grow, if a frame is not accounted for, or a page stands still.

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
from harness import FATES, Node, cannelloni_source, free_udp_port, wait_until  # noqa: E402
from trend import Trend  # noqa: E402

VIEWS = ("overview", "charts", "signals", "frames", "health")
LEAF = ROOT / "examples/leaf/leaf.dbc"
FRAMES_A_SECOND = 16_000
LEAF_FRAMES_A_SECOND = 284  # of the simulated car at its own pace
HISTORY = '[sink.history]\ntype = "sqlite"\npath = "history.db"\n'
MOST_RSS_MB = 40  # what a node may take with a page and SQLite


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


def size_of(path):
    return path.stat().st_size if path.exists() else 0


def look_at(node):
    """What the process takes up, as the kernel says, and what it tells of itself."""
    proc = Path(f"/proc/{node.process.pid}")
    lines = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
    used = sum(int(task.read_text().split()[0]) for task in proc.glob("task/*/schedstat"))
    status = node.status()
    ledgers = [lane["ledger"] for lane in status["lanes"]]
    return {
        "rss": int(lines["VmRSS"].split()[0]) * 1024,
        "own": int(lines["RssAnon"].split()[0]) * 1024,
        "descriptors": len(list((proc / "fd").iterdir())),
        "threads": int(lines["Threads"]),
        "log": size_of(node.folder / "history.db-wal"),
        "file": size_of(node.folder / "history.db"),
        "journal": status["journal"]["bytes"],
        "pool": status["pool"]["used_bytes"],
        "cpu_s": used / 1e9,
        "received": status["received"],
        "pending": sum(ledger["pending"] for ledger in ledgers),
        "gaps": status["gaps"]["count"],
        "balances": status["balances"] and all(ledger["received"] == sum(ledger[fate] for fate in FATES) for ledger in ledgers),
        "ready": status["ready"],
    }


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


def findings(samples, sent, lost_packets, status):
    """What is wrong, as sentences."""
    wrong = []
    memory = Trend(samples, "rss")
    if memory.grew > 2e6 and memory.grew > memory.middle * 0.02:
        wrong.append(f"resident memory grew by {memory.grew / 1e6:.1f} MB from the second quarter to the last")
    # One more may be open all the time by chance, say a connection of the readers' pool.
    for name, allowed in (("descriptors", 1), ("threads", 0)):
        rose = Trend(samples, name).floor_rose
        if rose > allowed:
            wrong.append(f"{name}: the fewest at any time rose by {rose} from the second quarter to the last")
    worst = max(sample["rss"] for sample in samples) / 1e6
    if worst > MOST_RSS_MB:
        wrong.append(f"{worst:.1f} MB of memory at its most, over {MOST_RSS_MB} MB")
    unbalanced = sum(not sample["balances"] for sample in samples)
    if unbalanced:
        wrong.append(f"the books did not balance in {unbalanced} of {len(samples)} looks")
    if status["received"] + lost_packets != sent:
        wrong.append(f"{sent} frames sent, {status['received']} received, {lost_packets} told as lost")
    for lane in status["lanes"]:
        ledger = lane["ledger"]
        if not ledger["balances"] or ledger["pending"] or ledger["rejected"] or ledger["dropped"]:
            wrong.append(f"lane {lane['name']} at the end: {ledger}")
    later = samples[len(samples) // 4]
    for name, count in samples[-1]["pages"].items():
        expected = (samples[-1]["at"] - later["at"]) * 2  # of at least five a second
        if count - later["pages"][name] < expected:
            wrong.append(f"the page {name} got {count - later['pages'][name]} messages only")
    if samples[-1]["lost"]:
        wrong.append(f"{samples[-1]['lost']} lost connections and errors in the pages")
    return wrong


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
        ("history.db-wal", "log", "MB", 1e6), ("history.db", "file", "MB", 1e6), ("journal", "journal", "MB", 1e6),
        ("pages' JavaScript memory", "heap", "MB", 1e6),
    ):
        trend = Trend(samples, key)
        shown = [f"{value / scale:,.1f} {unit}".strip() if unit else f"{value:,.0f}" for value in trend.points()]
        print(f"| {name} | {' | '.join(shown)} | {trend.slope_an_hour / scale:+,.2f} {unit}".rstrip() + " |")


async def soak(options, folder):
    ports = free_udp_port(), free_udp_port()
    buses = "".join(cannelloni_source(port, LEAF, f"can{i}") for i, port in enumerate(ports))
    node = Node(options.binary, folder, buses + HISTORY).start()
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
