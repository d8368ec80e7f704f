"""What the soak calls a leak. The soak itself runs by hand."""

import random
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "bench/soak"))

from soak import findings  # noqa: E402
from trend import Trend  # noqa: E402

SECONDS = 900


def pool(at, dice, busy):
    """23 descriptors, and up to eight connections of a pool that come and go, in busy times more of them."""
    return 23 + dice.choice([0, 0, 1, 2, 4, 8] if busy(at) else [0, 0, 0, 0, 1, 2])


def samples(descriptors, threads=lambda at: 20):
    def one(at):
        return {"at": at, "descriptors": descriptors(at), "threads": threads(at), "rss": 30e6, "balances": True, "pages": {}, "lost": 0}

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
