"""What a node under load is looked at for, and what of it is wrong. The soak looks for a quarter of an hour, with a
browser; tests/integration/test_soak.py for seconds.
"""

import contextlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

from harness import FATES, cannelloni_source  # noqa: E402
from trend import Trend  # noqa: E402

LEAF = ROOT / "examples/leaf/leaf.dbc"
FRAMES_A_SECOND = 16_000
HISTORY = '[sink.history]\ntype = "sqlite"\npath = "history.db"\n'
RECORDINGS_BYTES = 64_000_000  # some minutes of that load, so that the oldest are removed again and again
RECORDING = f'[sink.recording]\ntype = "mcap"\npath = "recordings"\nkeep = ["1h", "{RECORDINGS_BYTES // 10**6}MB"]\n'
MOST_RSS_MB = 48  # what a node may take with a page, SQLite and recordings


def sections(ports, extra=""):
    """Buses at these ports, and every kind of store."""
    return "".join(cannelloni_source(port, LEAF, f"can{i}", extra) for i, port in enumerate(ports)) + HISTORY + RECORDING


def size_of(path):
    return path.stat().st_size if path.exists() else 0


def size_of_all(folder):
    total = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # the oldest go
            total += path.stat().st_size
    return total


def open_by(process):
    """What its descriptors are, as the kernel calls it."""
    names = []
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(descriptor))
    return names


def look_at(node):
    """What the process takes up, as the kernel says, and what it tells of itself."""
    proc = Path(f"/proc/{node.process.pid}")
    lines = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
    used = sum(int(task.read_text().split()[0]) for task in proc.glob("task/*/schedstat"))
    names = open_by(node.process.pid)
    status = node.status()
    ledgers = [lane["ledger"] for lane in status["lanes"]]
    return {
        "rss": int(lines["VmRSS"].split()[0]) * 1024,
        "own": int(lines["RssAnon"].split()[0]) * 1024,
        "descriptors": len(names),
        "files": sum(name.startswith(f"{node.folder}/") for name in names),
        "threads": int(lines["Threads"]),
        "log": size_of(node.folder / "history.db-wal"),
        "file": size_of(node.folder / "history.db"),
        "recordings": size_of_all(node.folder / "recordings"),
        "journal": status["journal"]["bytes"],
        "pool": status["pool"]["used_bytes"],
        "cpu_s": used / 1e9,
        "received": status["received"],
        "pending": sum(ledger["pending"] for ledger in ledgers),
        "gaps": status["gaps"]["count"],
        "balances": status["balances"] and all(ledger["received"] == sum(ledger[fate] for fate in FATES) for ledger in ledgers),
        "ready": status["ready"],
    }


def growth(samples):
    """What takes up more and more, as sentences."""
    wrong = []
    memory = Trend(samples, "rss")
    if memory.grew_each_quarter > 1e6 and memory.grew_each_quarter > memory.middle * 0.01:
        wrong.append(f"resident memory grew by {memory.grew_each_quarter / 1e6:.1f} MB or more in each of the last two quarters")
    # One more may be open all the time by chance, say a connection of the readers' pool.
    for name, allowed in (("descriptors", 1), ("threads", 0)):
        rose = Trend(samples, name).floor_rose
        if rose > allowed:
            wrong.append(f"{name}: the fewest at any time rose by {rose} from the second quarter to the last")
    return wrong


def over_bounds(samples, most_rss_mb=MOST_RSS_MB):
    wrong = []
    worst = max(sample["rss"] for sample in samples) / 1e6
    if worst > most_rss_mb:
        wrong.append(f"{worst:.1f} MB of memory at its most, over {most_rss_mb} MB")
    # The cap is held to before each group is written; the file that is written grows by one meanwhile.
    recordings = max(sample["recordings"] for sample in samples)
    if recordings > RECORDINGS_BYTES * 1.1:
        wrong.append(f"{recordings / 1e6:.1f} MB of recordings at their most, over {RECORDINGS_BYTES / 1e6:.0f} MB")
    return wrong


def unaccounted(samples, sent, lost_packets, status):
    """Frames and books that are not in order, as sentences."""
    wrong = []
    unbalanced = sum(not sample["balances"] for sample in samples)
    if unbalanced:
        wrong.append(f"the books did not balance in {unbalanced} of {len(samples)} looks")
    if status["received"] + lost_packets != sent:
        wrong.append(f"{sent} frames sent, {status['received']} received, {lost_packets} told as lost")
    for lane in status["lanes"]:
        ledger = lane["ledger"]
        if not ledger["balances"] or ledger["pending"] or ledger["rejected"] or ledger["dropped"]:
            wrong.append(f"lane {lane['name']} at the end: {ledger}")
    return wrong


def standing_pages(samples):
    wrong = []
    later = samples[len(samples) // 4]
    for name, count in samples[-1]["pages"].items():
        expected = (samples[-1]["at"] - later["at"]) * 2  # of at least five a second
        if count - later["pages"][name] < expected:
            wrong.append(f"the page {name} got {count - later['pages'][name]} messages only")
    if samples[-1]["lost"]:
        wrong.append(f"{samples[-1]['lost']} lost connections and errors in the pages")
    return wrong


def findings(samples, sent, lost_packets, status):
    """What is wrong, as sentences."""
    return growth(samples) + over_bounds(samples) + unaccounted(samples, sent, lost_packets, status) + standing_pages(samples)
