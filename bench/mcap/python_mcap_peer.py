"""python mcap, the floor: the same kind of messages as bench_mcap, fewer of them. Argument: a file to write. Exit 3 if the package is
not there."""

import os
import random
import sys
import time

try:
    from mcap.reader import SeekingReader
    from mcap.writer import CompressionType, Writer
except ImportError as error:
    print(f"python_mcap_peer: {error}", file=sys.stderr)
    sys.exit(3)

MESSAGES = 100_000
rng = random.Random(1)
payloads = [bytes(rng.randrange(60) for _ in range(22)) + bytes(38) for _ in range(1000)]
path = sys.argv[1]
for name in ("ZSTD", "LZ4", "NONE"):
    began = time.perf_counter()
    writer = Writer(path, compression=CompressionType[name])
    writer.start()
    channels = [writer.register_channel(f"channel/{i}", "json", 0) for i in range(60)]
    for i in range(MESSAGES):
        writer.add_message(channels[i % 60], i * 100_000, payloads[i % 1000], i * 100_000, i // 60)
    writer.finish()
    wrote = time.perf_counter() - began
    began = time.perf_counter()
    with open(path, "rb") as stream:
        read = sum(1 for _ in SeekingReader(stream, validate_crcs=True).iter_messages())
    took = time.perf_counter() - began
    assert read == MESSAGES
    print(f"python mcap, {name.lower()}: write {MESSAGES / wrote / 1e6:.2f} Mmsg/s, read {MESSAGES / took / 1e6:.2f}")
os.remove(path)
