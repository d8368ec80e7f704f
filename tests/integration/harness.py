"""What the tests drive cantrail with: a node as a process, its API, logs, frames on the wire.

Nothing here measures time: waits have generous limits, so that instrumented builds pass as well.
"""

import contextlib
import functools
import gzip
import json
import lzma
import os
import random
import signal
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

PATIENCE_S = 90  # the longest anything may take, also under a sanitizer on a busy machine
FATES = ("delivered", "filtered", "undecoded", "superseded", "rejected", "dropped", "pending")
LOOPBACK = "127.0.0.1"


def wait_until(condition, what, timeout=PATIENCE_S, step=0.02):
    """The first true value of condition(); fails with `what` when it never comes."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout} s in vain for: {what() if callable(what) else what}")
        time.sleep(step)


@functools.cache
def sanitizer(binary):
    """What it was built with: "asan", "tsan" or None."""
    content = Path(binary).read_bytes()
    return next((name for name in ("asan", "tsan") if f"__{name}_init".encode() in content), None)


def free_port(kind=socket.SOCK_STREAM):
    """A port below those that the kernel gives away by itself: tests that run beside this one get others."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


def free_udp_port():
    return free_port(socket.SOCK_DGRAM)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def http_get(port, path, timeout=PATIENCE_S, **parameters):
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}{query}", timeout=timeout) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


class Node:
    """One node: a folder with its configuration, and at most one process at a time."""

    def __init__(self, binary, folder, sections, server="", top=""):
        self.binary, self.folder = binary, Path(folder)
        self.port = free_port()
        self.config = self.folder / "node.toml"
        self.config.write_text(
            f'config_version = 1\ndata = "{self.folder}"\n{top}\n[node]\nname = "tested"\n'
            f'[server]\nlisten = "{LOOPBACK}:{self.port}"\n{server}\n{sections}\n'
        )
        self.process = None
        self.starts = 0

    # --- the process ---

    def start(self, *arguments, ready="/readyz"):
        assert self.process is None or self.process.poll() is not None, "it runs already"
        self.starts += 1
        self.log_path = self.folder / f"stderr-{self.starts}.txt"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [self.binary, "run", str(self.config), *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, cwd=self.folder,
            )
        if ready:
            wait_until(lambda: self.answers(ready), lambda: f"{ready} of the node:\n{self.log()}")
        return self

    def answers(self, path):
        assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log()}"
        try:
            return http_get(self.port, path).status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def log(self):
        return self.log_path.read_text(errors="replace")

    def terminate(self):
        """SIGTERM; the exit code is checked. Returns what it told."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        assert code == 0, f"exit code {code}:\n{self.log()}"
        return self.log()

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()

    # --- what it says ---

    def get(self, path, **parameters):
        answer = http_get(self.port, path, **parameters)
        assert answer.status == 200, f"{path} {parameters}: {answer.status} {answer.body[:400]}"
        return answer.json

    def status(self):
        return self.get("/api/status")

    def lane(self, name):
        return next(lane for lane in self.status()["lanes"] if lane["name"] == name)

    def gaps(self):
        return self.get("/api/gaps", limit=10000)["gaps"]

    def assert_balanced(self):
        status = self.status()
        assert status["balances"] is True, status
        for lane in status["lanes"]:
            for ledger in (lane["ledger"], lane["earlier"]):
                assert ledger["balances"] is True, lane
                assert ledger["received"] == sum(ledger[fate] for fate in FATES), lane
        return status

    def wait_for_records(self, count, source=None):
        def received():
            sources = self.status()["sources"]
            return sum(s["records"] for s in sources if source in (None, s["name"])) >= count

        wait_until(received, lambda: f"{count} records: {self.status()['sources']}")

    def wait_delivered(self, lane="history"):
        """Until that lane has nothing left to do."""

        def done():
            status = self.status()
            one = next(each for each in status["lanes"] if each["name"] == lane)
            return one["state"] == "caught_up" and one["ledger"]["pending"] == 0 and one["earlier"]["pending"] == 0

        wait_until(done, lambda: f"lane {lane} to finish: {self.lane(lane)}\n{self.log()}")

    def history(self, page=5000, **parameters):
        """All rows of the history, ascending, page by page from the newest backwards."""
        rows, seen = [], set()
        until = parameters.pop("until", None)
        while True:
            asked = dict(parameters, limit=page, **({"until": until} if until is not None else {}))
            answer = self.get("/api/state/history", **asked)
            fresh = []
            positions = [row["position"] for row in answer["rows"]]
            assert len(set(positions)) == len(positions), "one answer has a row twice"
            for row in answer["rows"]:
                if row["position"] not in seen:
                    fresh.append(row)
                    seen.add(row["position"])
            rows = fresh + rows
            if not answer["more"]:
                return rows
            assert fresh, "a page of rows that were all there already: the limit is too small for one moment"
            # Rows of the oldest moment may go on in the next page: it is asked again, with that moment.
            until = seconds(int(answer["rows"][0]["time_ns"]) + 1)


@contextlib.contextmanager
def running(node, *arguments, ready="/readyz"):
    """A node that runs: at the end its books balance, and SIGTERM ends it with 0."""
    node.start(*arguments, ready=ready)
    try:
        yield node
        if node.process.poll() is None:
            node.assert_balanced()
            node.terminate()
    finally:
        node.end()


def seconds(time_ns):
    return f"{time_ns // 10**9}.{time_ns % 10**9:09d}"


def nanoseconds(text):
    whole, _, fraction = text.partition(".")
    return int(whole) * 10**9 + int(fraction.ljust(9, "0") or 0)


def run_cantrail(binary, *arguments, stdin=None, timeout=PATIENCE_S, **options):
    return subprocess.run(
        [binary, *map(str, arguments)], input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True, timeout=timeout, **options,
    )


def built_beside(binary, path):
    """A program of the same build; None where the build left it out."""
    program = Path(binary).parents[2] / path
    return str(program) if program.is_file() else None


def read_expected(path):
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def read_xz(path):
    with lzma.open(path, "rb") as file:
        return file.read()


def row_key(row):
    return (int(row["time_ns"]), row["id"], row["data"])


class Sender:
    """A cannelloni peer: packets of version 2 in the format's own words, big-endian."""

    def __init__(self, port, sequence=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = (LOOPBACK, port)
        self.sequence = sequence
        self.frames = 0

    def send(self, frames):
        """frames: (can_id with flags, data) or (can_id, data, CAN FD flags)."""
        self.socket.sendto(self.packet(frames), self.address)
        self.sequence = (self.sequence + 1) % 256
        self.frames += len(frames)

    def packet(self, frames):
        out = struct.pack(">BBBH", 2, 0, self.sequence, len(frames))
        for can_id, data, *fd in frames:
            length = len(data) | (0x80 if fd else 0)
            out += struct.pack(">IB", can_id, length) + (bytes(fd) if fd else b"") + data
        return out

    def skip(self, packets=1):
        self.sequence = (self.sequence + packets) % 256

    def close(self):
        self.socket.close()


def varint(number):
    """As protobuf writes one."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def j1939_packets(source, group, payload):
    """A broadcast in packets, after the text of SAE J1939-21."""
    count = (len(payload) + 6) // 7
    yield f"18ECFF{source:02X}", bytes([32, len(payload) & 0xFF, len(payload) >> 8, count, 0xFF]) + group.to_bytes(3, "little")
    for i in range(count):
        yield f"18EBFF{source:02X}", bytes([i + 1]) + payload[7 * i : 7 * i + 7].ljust(7, b"\xff")


def sqlite_sink(folder, extra=""):
    return f'[sink.history]\ntype = "sqlite"\npath = "{Path(folder) / "history.db"}"\nkeep = "forever"\ndelay = "500ms"\n{extra}\n'


def cannelloni_source(port, dbc, name="can0", extra=""):
    return f'[source.{name}]\ntype = "cannelloni"\nlisten = "{LOOPBACK}:{port}"\ndbc = "{dbc}"\n{extra}\n'


def logfile_source(log, dbc, pace="max", name="drive", extra=""):
    return f'[source.{name}]\ntype = "logfile"\npath = "{log}"\npace = "{pace}"\ndbc = "{dbc}"\n{extra}\n'


def is_root():
    return os.geteuid() == 0


class Disk:
    """A small file system of its own."""

    def __init__(self, path):
        self.path = path

    def mount(self, options):
        self.path.mkdir(exist_ok=True)
        if not is_root():
            pytest.skip("mounting a small file system needs root")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "cantrail-test", str(self.path)], capture_output=True)
        if done.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True)

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True)
