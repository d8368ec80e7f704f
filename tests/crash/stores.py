"""What each kind of store holds, read without cantrail. A new store is a class with these, and a line in STORES:

path(folder)      where it is
section(folder)   the [sink.NAME] that feeds it
rows(folder)      (epoch, seq, index, number in the payload), in the order of the journal's positions; of one channel if told so
gaps(folder)      (from, to, reason, where, count), sorted
check(folder)     raises where the store itself is damaged
"""

import contextlib
import fnmatch
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

from books import sorted_gaps
from machine import TOOL_PATIENCE_S

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
except ImportError:
    descriptor_pool = None
from journal_format import GAP_REASONS


class Sqlite:
    name = "history"

    @staticmethod
    def path(folder):
        return Path(folder) / "history.db"

    def section(self, folder):
        return f'[sink.{self.name}]\ntype = "sqlite"\npath = "{self.path(folder)}"\nkeep = "forever"\nrows = "plain"\ndelay = "200ms"\n'

    def ask(self, folder, question, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.path(folder)}?mode=ro", uri=True)) as database:
            return database.execute(question, values).fetchall()

    def names(self, folder):
        return [name for (name,) in self.ask(folder, "SELECT name FROM sqlite_master")]

    def rows(self, folder, channel="*"):
        if "frames" not in (names := self.names(folder)):
            assert not any(name.startswith("rows_") for name in names)
            return []  # a power cut took all of it, the tables too
        found = self.ask(
            folder, "SELECT epoch, seq, idx, data FROM frames WHERE channel GLOB ? ORDER BY epoch, seq, idx", channel
        )
        return [(epoch, seq, index, int.from_bytes(data, "little")) for epoch, seq, index, data in found]

    def gaps(self, folder):
        found = self.ask(folder, "SELECT from_ns, to_ns, reason, place, count FROM gap")
        return sorted_gaps((start, end, GAP_REASONS[reason], place, count) for start, end, reason, place, count in found)

    def check(self, folder):
        answer = self.ask(folder, "PRAGMA integrity_check")
        assert answer == [("ok",)], answer


def decoded(records):
    """(schema, message) of what @mcap/core has read, by the schemas that are among it."""
    classes, names, channels = {}, {}, {}
    for record in records:
        if record["kind"] == "header":  # of the next file
            names, channels = {}, {}
        elif record["kind"] == "schema":
            names[record["id"]] = record["name"]
            if record["name"] not in classes:
                pool = descriptor_pool.DescriptorPool()
                for file in descriptor_pb2.FileDescriptorSet.FromString(bytes.fromhex(record["data"])).file:
                    pool.Add(file)
                classes[record["name"]] = message_factory.GetMessageClass(pool.FindMessageTypeByName(record["name"]))
        elif record["kind"] == "channel":
            channels[record["id"]] = names[record["schema_id"]]
        elif record["kind"] == "message":
            name = channels[record["channel"]]
            yield name, classes[name].FromString(bytes.fromhex(record["data"]))


class Mcap:
    """By @mcap/core, which opens each finished file by its summary; what messages mean is told by the schemas in the files."""

    name = "recording"
    known = {}  # what was read last
    tool = Path(__file__).resolve().parents[1] / "interop/mcap/mcap_core.mjs"

    @classmethod
    def missing(cls):
        if shutil.which("node") is None or not (cls.tool.parent / "node_modules/@mcap/core").is_dir():
            return f"@mcap/core is not installed (npm ci in {cls.tool.parent})"
        if descriptor_pool is None:
            return "python protobuf is not installed (pip install -r tests/requirements.txt)"
        return None

    @staticmethod
    def path(folder):
        return Path(folder) / "recordings"

    def section(self, folder):
        return (
            f'[sink.{self.name}]\ntype = "mcap"\npath = "{self.path(folder)}"\nkeep = "forever"\nsplit = ["5s", "2MiB"]\n'
            'decoded = false\nchunk = "64KiB"\ndelay = "200ms"\n'
        )

    def messages(self, folder):
        """(schema, message) of all finished files. A `.part`, which a power cut leaves, is not looked into."""
        paths = sorted(self.path(folder).glob("*.mcap"))
        state = tuple((path, path.stat().st_mtime_ns) for path in paths)
        found = self.known.get(state)
        if found is None and paths:
            done = subprocess.run(["node", self.tool, "indexed", *paths], capture_output=True, check=False, timeout=TOOL_PATIENCE_S)
            assert done.returncode == 0, f"@mcap/core does not open {paths[0].parent}: {done.stderr.decode()[-500:]}"
            found = list(decoded(map(json.loads, done.stdout.splitlines())))
            self.known = {state: found}
        return found or []

    def rows(self, folder, channel="*"):
        return sorted(
            (frame.epoch, frame.seq, frame.index, int.from_bytes(frame.data, "little"))
            for name, frame in self.messages(folder)
            if name == "cantrail.Frame" and fnmatch.fnmatchcase(frame.channel, channel)
        )

    def gaps(self, folder):
        def time(stamp):
            return stamp.seconds * 10**9 + stamp.nanos

        return sorted_gaps(
            (time(gap.from_time), time(gap.to_time), GAP_REASONS[gap.reason], gap.where, gap.count if gap.HasField("count") else None)
            for name, gap in self.messages(folder)
            if name == "cantrail.Gap"
        )

    def check(self, folder):
        self.messages(folder)


class Incidents(Mcap):
    """Only around triggers. The first one comes every 400 ms; the window of the second, 100 ms later, touches its
    when that is over already, so that it is recorded in parts."""

    name = "incidents"
    before_ns, after_ns = 100_000_000, 80_000_000
    PERIOD = 6400  # of the numbers
    PULLING = ((0, 40), (1600, 1640))

    @staticmethod
    def path(folder):
        return Path(folder) / "incidents"

    def section(self, folder):
        number = f"Counter.number % {self.PERIOD}"
        triggers = [f"{number} >= {first} && {number} < {end}" for first, end in self.PULLING]
        return (
            f'[sink.{self.name}]\ntype = "mcap"\npath = "{self.path(folder)}"\nkeep = "forever"\ntrigger = {json.dumps(triggers)}\n'
            f'before = "{self.before_ns // 10**6}ms"\nafter = "{self.after_ns // 10**6}ms"\n'
            'decoded = false\nchunk = "64KiB"\ndelay = "100ms"\n'
        )

    def pulls(self, batch):
        numbers = (int.from_bytes(data, "little") % self.PERIOD for _, _, data in batch.frames)
        return any(first <= number < end for number in numbers for first, end in self.PULLING)


# What has all of the journal; and what has the parts of it that matter.
STORES = [Sqlite()]
INCIDENTS = []
if Mcap.missing() is None:
    STORES.append(Mcap())
    INCIDENTS.append(Incidents())
