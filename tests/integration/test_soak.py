"""What the soak calls a leak, and a short form of it: seconds, with clients in the place of pages. The soak itself
runs by hand.
"""

import contextlib
import json
import random
import sys
import threading
import time

import pytest

import harness
from conftest import ROOT
from harness import wait_until

sys.path.insert(0, str(ROOT / "bench/soak"))

from looks import FRAMES_A_SECOND, findings, look_at, over_bounds, sections, unaccounted  # noqa: E402
from paced_bus import PacedBus  # noqa: E402
from trend import Trend  # noqa: E402

SECONDS = 900
SHORT_SECONDS = 20
GENEROUS_RSS_MB = 96  # no figure: what no build but an instrumented one comes near
# What the stores open while they write, beyond what they had after some seconds: a recording and its list; database,
# log and index of the log for a reader or two that the pool holds.
FILES_OF_STORES = 8
VIEWS = ("?interval=100ms", "?interval=100ms&channel=can0&message=Inverter", "?interval=1s")


def pool(at, dice, busy):
    """23 descriptors, and up to eight connections of a pool that come and go, in busy times more of them."""
    return 23 + dice.choice([0, 0, 1, 2, 4, 8] if busy(at) else [0, 0, 0, 0, 1, 2])


def samples(descriptors=lambda at: 23, threads=lambda at: 20, rss=lambda at: 30e6):
    def one(at):
        figures = {"descriptors": descriptors(at), "threads": threads(at), "rss": rss(at), "recordings": 0}
        return {"at": at, **figures, "balances": True, "pages": {}, "lost": 0}

    return [one(at) for at in range(SECONDS)]


def judged(made):
    return findings(made, sent=1, lost_packets=0, status={"received": 1, "lanes": []})


@pytest.mark.parametrize("busy", [lambda at: False, lambda at: at > 600, lambda at: at < 300], ids=["even", "later", "earlier"])
def test_what_comes_and_goes_is_no_leak(busy):
    dice = random.Random(1)
    made = samples(lambda at: pool(at, dice, busy))
    assert judged(made) == []
    assert (Trend(made, "descriptors").grew > 1) == (busy(0) < busy(SECONDS - 1)), "its middle is no measure"


def test_a_slow_leak_is_one_though_others_come_and_go():
    dice = random.Random(1)
    made = samples(lambda at: pool(at, dice, lambda at: at < 450) + at // 200)
    assert judged(made) == ["descriptors: the fewest at any time rose by 2 from the second quarter to the last"]


def test_one_thread_more_is_a_leak():
    assert judged(samples(lambda at: 23, lambda at: 20 + at // 600)) == [
        "threads: the fewest at any time rose by 1 from the second quarter to the last"
    ]
    assert judged(samples(lambda at: 23, lambda at: 20 + (at % 7 == 0))) == []


def test_memory_that_grows_on_and_on_is_a_leak_and_one_step_is_none():
    assert judged(samples(rss=lambda at: 30e6 + at * 6e3)) == [
        "resident memory grew by 1.4 MB or more in each of the last two quarters"
    ]
    for step_at in (300, 500, 600, 700, 890):
        assert judged(samples(rss=lambda at: 30e6 + (3e6 if at > step_at else 0))) == []


def leaf_frames(path):
    """(id, data) of a log."""
    words = (line.split()[2].split("#") for line in path.read_text().splitlines())
    return [(int(can_id, 16), bytes.fromhex(data)) for can_id, data in words]


class Client(threading.Thread):
    """One that looks on, as a page does. Counts what comes; lost: why it ended before it was told to."""

    def __init__(self, port, view):
        super().__init__(daemon=True)
        self.address = f"ws://127.0.0.1:{port}/api/live{view}"
        self.messages, self.lost, self.ending = 0, None, False
        self.start()

    def run(self):
        from websockets.sync.client import connect

        try:
            with connect(self.address, max_size=None, open_timeout=harness.PATIENCE_S) as socket:
                while not self.ending:
                    self.messages += json.loads(socket.recv(timeout=harness.PATIENCE_S))["type"] != "status"
        except Exception as fault:
            self.lost = fault

    def end(self):
        self.ending = True
        self.join()


def looks_of(node, seconds):
    """Once a second; the history is asked as charts ask it."""
    samples = []
    begin = time.monotonic()
    while (now := time.monotonic() - begin) < seconds:
        node.get("/api/series", signal="can0:Inverter.voltage")
        node.get("/api/recordings")
        samples.append({"at": now, **look_at(node)})
        time.sleep(max(0, len(samples) - (time.monotonic() - begin)))
    return samples


def test_seconds_under_load_with_every_store_and_clients(binary, make_node, leaf_log):
    if harness.sanitizer(binary):
        pytest.skip("memory and descriptors under a sanitizer are the sanitizer's, and it takes the machine from other tests for long")
    ports = harness.free_udp_port(), harness.free_udp_port()
    node = make_node(sections(ports)).start()
    with contextlib.ExitStack() as ending:
        clients = [Client(node.port, view) for view in VIEWS]
        for client in clients:
            ending.callback(client.end)
        bus = PacedBus(ports, leaf_frames(leaf_log), FRAMES_A_SECOND, lambda: node.status()["received"])
        ending.callback(bus.told_to_end.set)
        samples = looks_of(node, SHORT_SECONDS)
        sent = bus.end()
        seen = [client.messages for client in clients]
        assert [client.lost for client in clients] == [None] * len(clients)
    assert sent > 0
    wait_until(lambda: node.status()["received"] >= sent, lambda: f"all of {sent} frames: {node.status()['sources']}")

    def all_stored():
        node.get("/api/series", signal="can0:Inverter.voltage")  # has the history written what waits
        return all(lane["ledger"]["pending"] == 0 for lane in node.status()["lanes"])

    wait_until(all_stored, lambda: f"the lanes to finish: {node.status()['lanes']}", step=0.5)
    status = node.status()
    assert status["gaps"]["count"] == 0
    assert unaccounted(samples, sent, 0, status) == []
    assert over_bounds(samples, GENEROUS_RSS_MB) == []
    threads, files = Trend(samples, "threads"), Trend(samples, "files")
    others = Trend([{**one, "others": one["descriptors"] - one["files"]} for one in samples], "others")
    assert threads.floor_rose <= 0 and others.floor_rose <= 0, [(one["threads"], one["descriptors"], one["files"]) for one in samples]
    assert files.floor_rose <= FILES_OF_STORES, [one["files"] for one in samples]
    assert all(messages >= SHORT_SECONDS / 2 for messages in seen), seen
    node.assert_balanced()
    assert node.lane("recording")["ledger"]["delivered"] == sent
    node.terminate()
