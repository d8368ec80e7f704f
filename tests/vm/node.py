"""A running `cantrail run` and the buses it listens on, for tests inside the virtual machine."""
import json
import os
import pathlib
import signal
import sqlite3
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ADDRESS = "127.0.0.1:8080"  # the machine is the test's own

DBC = """VERSION ""
BU_: Tester
BO_ 256 Counter: 8 Tester
 SG_ Number : 0|32@1+ (1,0) [0|4294967295] "" Tester
 SG_ Bus : 32|8@1+ (1,0) [0|255] "" Tester
BO_ 512 Wide: 64 Tester
 SG_ Last : 480|32@1+ (1,0) [0|4294967295] "" Tester
BO_ 2670937173 Extended: 8 Tester
 SG_ Value : 0|32@1+ (1,0) [0|4294967295] "" Tester
"""  # 2670937173: 1F334455 of 29 bits

CONFIG = """config_version = 1
data = "."
node = {{ name = "vm" }}
{sources}
[sink.history]
type = "sqlite"
rows = "plain"
delay = "500ms"
keep = "64MB"
[journal]
keep = "64MiB"
[server]
listen = "{address}"
"""


def command(text):
    subprocess.run(text, shell=True, check=True)


def add_bus(name):
    command(f"ip link add dev {name} type vcan mtu 72 && ip link set {name} up")


def remove_bus(name):
    subprocess.run(["ip", "link", "del", "dev", name], stderr=subprocess.DEVNULL, check=False)


def sent_on(name):
    """What the kernel has sent on an interface since it was made: the other side of every account here."""
    return int(pathlib.Path(f"/sys/class/net/{name}/statistics/tx_packets").read_text())


def wait_for(condition, what, seconds=20):
    """The first true answer of `condition`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class Node:
    """A node in a folder of its own with a source for each of `buses`; stopped and removed on exit. The sources
    deliver no streams of their own, so that every record is a frame, unless `bus_stream`. `sources`: other sections."""

    def __init__(self, program, buses, options="", bus_stream=False, user=None, sources=None):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._folder.name)
        options += "\nbus_stream = " + ("true" if bus_stream else "false")
        sources = [sources] if sources else [f'[source.{name}]\ntype = "socketcan"\ndbc = "bus.dbc"\n{options}\n' for name in buses]
        (self.folder / "bus.dbc").write_text(DBC)
        (self.folder / "node.toml").write_text(CONFIG.format(sources="".join(sources), address=ADDRESS))
        self._errors = (self.folder / "stderr").open("w")
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        self.folder.chmod(0o777)
        self.process = subprocess.Popen(as_user + [program, "run", "node.toml"], cwd=self.folder, stderr=self._errors)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._errors.close()
        self._folder.cleanup()

    def log(self):
        return (self.folder / "stderr").read_text()

    def get(self, path):
        with urllib.request.urlopen(f"http://{ADDRESS}{path}", timeout=10) as answer:
            return json.load(answer)

    def status(self):
        return self.get("/api/status")

    def source(self, name):
        return next(source for source in self.status()["sources"] if source["name"] == name)

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://{ADDRESS}/readyz", timeout=10):
                return True
        except urllib.error.URLError:  # 503 with its reasons, or no server yet
            return False

    def wait_until_ready(self):
        def condition():
            if self.process.poll() is not None:
                raise AssertionError(f"the node ended with {self.process.returncode}:\n{self.log()}")
            return self.ready()
        wait_for(condition, "the node is ready")

    def wait_for_all(self, expected):
        """Until the sources account for `expected` frames and every lane has done its work; the status then."""
        def condition():
            status = self.status()
            found = {source["name"]: source["records"] + source["lost"] for source in status["sources"]}
            settled = all(lane["ledger"]["pending"] == 0 and lane["ledger"]["received"] == status["received"]
                          for lane in status["lanes"])
            return status if settled and all(found[name] >= count for name, count in expected.items()) else None
        try:
            return wait_for(condition, f"the node accounts for {expected}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{json.dumps(self.status(), indent=1)}\n{self.log()}") from None

    def bus_row(self, channel):
        """What the node's source says of a bus now: signals, with the state's label in place of its number."""
        for row in self.get("/api/state/current")["rows"]:
            if row["channel"] == channel and row["message"] == "Bus":
                return row["signals"] | row["labels"]
        return {}

    def gaps(self, at_least=0):
        """What the history says is missing, once it has every gap that the node knows (a gap needs no frame)."""
        def condition():
            known = self.status()["gaps"]["count"]
            kept = self.get("/api/gaps")["gaps"]
            return [kept] if len(kept) == known >= at_least else None
        return wait_for(condition, "the history has all gaps")[0]

    def rows(self, channel, message="Counter"):
        """(time in ns, number in the first four bytes) of all rows that the history holds, read beside the node."""
        with sqlite3.connect(f"file:{self.folder}/history.db?mode=ro", uri=True) as store:
            if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'frames'").fetchone():
                return []  # nothing has been stored yet
            found = store.execute("SELECT time_ns, signals ->> '$.Number', data FROM frames"
                                  " WHERE channel = ? AND message = ? ORDER BY epoch, seq, idx", (channel, message))
            rows = []
            for time_ns, number, data in found:
                assert number == struct.unpack_from("<I", data)[0], (number, data)
                rows.append((time_ns, number))
            return rows

    def stop(self):
        """SIGTERM, also to one that stands still; what the node says of its lanes at the end."""
        self.process.send_signal(signal.SIGTERM)
        self.go_on()
        code = self.process.wait(20)
        assert code == 0, f"exit status {code}:\n{self.log()}"
        return self.log()

    def stand_still(self):
        os.kill(self.process.pid, signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)


class NumberedSender:
    """`cantrail replay` of frames that carry 1, 2, 3 … onto a bus, at `per_second`, as its own process."""

    def __init__(self, program, folder, bus, count, per_second):
        log = pathlib.Path(folder) / f"{bus}.log"
        with log.open("w") as file:
            for i in range(count):
                microseconds = i * 1_000_000 // per_second
                number = struct.pack("<I", i + 1).hex().upper()
                file.write(f"({1_700_000_000 + microseconds // 1_000_000}.{microseconds % 1_000_000:06}) {bus}"
                           f" 100#{number}00\n")
        self.count = count
        self._arguments = [program, "replay", str(log), "--to", f"socketcan:{bus}"]
        self._process = None

    def start(self):
        self._process = subprocess.Popen(self._arguments, stderr=subprocess.PIPE, text=True)

    def wait(self):
        _, errors = self._process.communicate(timeout=60)
        assert self._process.returncode == 0, errors
