#!/usr/bin/env python3
"""What people run today: python-can reads, cantools decodes, sqlite3 keeps a row for each signal.

    python_stack_peer.py DBC LOG DATABASE

Prints processor time a frame and memory. Exit 3 if the packages are not there.
"""
import resource
import sqlite3
import sys
import time

try:
    import can
    import cantools
except ImportError as error:
    print(f"python_stack_peer: {error}", file=sys.stderr)
    sys.exit(3)

ROWS_A_TRANSACTION = 1000


def main(dbc_path, log_path, database_path):
    dbc = cantools.database.load_file(dbc_path)
    database = sqlite3.connect(database_path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE signals(time REAL, message TEXT, signal TEXT, value REAL)")
    frames, rows = 0, []

    def keep():
        with database:
            database.executemany("INSERT INTO signals VALUES(?,?,?,?)", rows)
        rows.clear()

    begin = time.process_time()
    for frame in can.CanutilsLogReader(log_path):
        message = dbc.get_message_by_frame_id(frame.arbitration_id)
        values = message.decode(frame.data, decode_choices=False)
        rows.extend((frame.timestamp, message.name, name, value) for name, value in values.items())
        frames += 1
        if len(rows) >= ROWS_A_TRANSACTION:
            keep()
    keep()
    used = time.process_time() - begin
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{used / frames * 1e6:.1f} µs a frame, {usage.ru_maxrss * 1024 / 1e6:.0f} MB ({frames} frames; no live view, no journal, no rollups)")


main(*sys.argv[1:4])
