"""What each kind of store holds, read without cantrail. A new store is a class with these, and a line in STORES:

path(folder)      where it is
section(folder)   the [sink.NAME] that feeds it
rows(folder)      (epoch, seq, index, number in the payload), in the order of the journal's positions; of one channel if told so
gaps(folder)      (from, to, reason, where, count), sorted
check(folder)     raises where the store itself is damaged
"""

import contextlib
import sqlite3
from pathlib import Path

from books import sorted_gaps
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


STORES = [Sqlite()]  # the MCAP sink's comes here
