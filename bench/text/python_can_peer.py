#!/usr/bin/env python3
"""The peer of bench_text: how many frames a second python-can reads of the same log.

    bench_text --write /tmp/log.log && python_can_peer.py /tmp/log.log [most frames]
"""
import itertools
import sys
import time

try:
    import can
except ImportError:
    print("python-can: SKIPPED, the module is not installed")
    sys.exit(0)

most = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
begin = time.perf_counter()
frames = sum(1 for _ in itertools.islice(can.CanutilsLogReader(sys.argv[1]), most))
took = time.perf_counter() - begin
print(f"python-can {can.__version__:<23} {frames / took / 1e6:8.3f} M frames/s  ({frames} frames)")
