#!/usr/bin/env python3
"""Reads a candump log with python-can and prints frames per second.

    python_can_peer.py LOG

Exit 3 if python-can is not there.
"""
import sys
import time

try:
    import can
except ImportError as error:
    print(f"python_can_peer: {error}", file=sys.stderr)
    sys.exit(3)

begin = time.perf_counter()
frames = sum(1 for _ in can.CanutilsLogReader(sys.argv[1]))
print(frames / (time.perf_counter() - begin))
