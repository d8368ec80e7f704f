"""What each kind of store holds, read without cantrail. A new store is a class with these three, and a line in STORES:

section(folder)   the [sink.NAME] that feeds it
numbers(folder)   the numbers in the payload of its rows, in the order of the journal's positions
check(folder)     raises where the store itself is damaged
"""

import sqlite3
from pathlib import Path


class Sqlite:
    name = "history"

    @staticmethod
    def path(folder):
        return Path(folder) / "history.db"

    def section(self, folder):
        return f'[sink.{self.name}]\ntype = "sqlite"\npath = "{self.path(folder)}"\nkeep = "forever"\nrows = "plain"\ndelay = "200ms"\n'

    def connect(self, folder):
        return sqlite3.connect(f"file:{self.path(folder)}?mode=ro", uri=True)

    def numbers(self, folder, channel=None):
        where = "" if channel is None else f" WHERE channel = '{channel}'"
        with self.connect(folder) as database:
            rows = database.execute(f"SELECT data FROM frames{where} ORDER BY epoch, seq, idx")
            return [int.from_bytes(data, "little") for (data,) in rows]

    def gaps(self, folder):
        with self.connect(folder) as database:
            return list(database.execute("SELECT from_ns, to_ns, reason, place, count FROM gap ORDER BY from_ns"))

    def check(self, folder):
        with self.connect(folder) as database:
            answer = database.execute("PRAGMA integrity_check").fetchall()
        assert answer == [("ok",)], answer


STORES = [Sqlite()]  # the MCAP sink's comes here
