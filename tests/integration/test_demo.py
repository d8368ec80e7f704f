"""`cantrail demo`: a hand that breaks the node, and the books of the process that sent the frames."""
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import urllib.request

import pyte
import pytest

import harness


ROWS = 30


class Screen:
    """The demonstration on a terminal of its own, as wide as COLUMNS; 0: the terminal does not say."""

    def __init__(self, binary, folder, *arguments, columns=0):
        self.port = harness.free_port()
        self.text = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS if columns else 0, columns, 0, 0))
            os.execv(binary, [binary, "demo", "--folder", str(folder), "--listen", f"127.0.0.1:{self.port}", *arguments])

    def read(self):
        while select.select([self.terminal], [], [], 0.05)[0]:
            try:
                got = os.read(self.terminal, 65536)
            except OSError:  # the other side is closed
                return self.text
            if not got:
                break
            self.text += got.decode()
        return self.text

    def wait_for(self, pattern, since=0):
        return harness.wait_until(lambda: re.search(pattern, self.read()[since:]), lambda: f"{pattern} in {self.text[-2000:]}")

    def press(self, key):
        since = len(self.read())
        os.write(self.terminal, key.encode())
        return since

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=harness.PATIENCE_S) as answer:
            return json.load(answer)

    def end(self):
        """Its exit code; what it still prints is read."""
        end = time.monotonic() + harness.PATIENCE_S
        while time.monotonic() < end:
            self.read()
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.read()
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, 9)
        raise AssertionError(f"the demonstration does not end: {self.text[-2000:]}")


def painted(text, columns):
    """What a person sees in the end: the text as a terminal of that width shows it, painted by one of another make."""
    screen = pyte.HistoryScreen(columns, ROWS)
    pyte.Stream(screen).feed(text)
    return [line.rstrip() for line in screen.display]


def equations(text):
    """Each status line as numbers."""
    lines = re.findall(r"sent [\d,]+ = [^\r\n\x1b]*", text)
    return [{name.strip(): int(number.replace(",", "")) for name, number in re.findall(r"([a-z ]+) ([\d,]+)", line)} for line in lines]


def balances(books):
    return books["sent"] == sum(count for name, count in books.items() if name != "sent")


def test_a_killed_node_comes_back_with_nothing_lost_and_the_books_balance(binary, tmp_path):
    screen = Screen(binary, tmp_path / "demo", "--empty")
    screen.wait_for(r"\[k\] kill -9")
    screen.wait_for(r"delivered [1-9][\d,]{2,} ")
    since = screen.press("k")
    screen.wait_for(r"killed; it is started again", since)
    screen.press("k")
    screen.press("s")
    harness.wait_until(lambda: screen.read()[since:].count("the node is dead; it comes back by itself") == 2, "both keys to be answered")
    screen.wait_for(r"the node is back: 0 lost of what it had accepted; [1-9][\d,]* frames went by", since)
    screen.wait_for(r"went by while the node was dead [1-9]", since)
    gaps = screen.ask("/api/gaps")["gaps"]
    assert [gap["reason"] for gap in gaps] == ["downtime"]
    screen.press("q")
    assert screen.end() == 0
    books = equations(screen.text)
    assert balances(books[-1]), books[-1]
    assert books[-1]["pending"] == 0
    assert books[-1]["dropped"] == 0


@pytest.mark.parametrize("columns", [60, 200])
def test_the_sum_is_refreshed_in_place_on_terminals_of_any_width(binary, tmp_path, columns):
    screen = Screen(binary, tmp_path / "demo", "--empty", columns=columns)
    screen.wait_for(r"delivered [1-9]")
    screen.press("x")  # no key of its own: nothing happens
    since = screen.press("k")
    screen.wait_for(r"went by while the node was dead [1-9]", since)
    screen.wait_for(r"delivered [1-9][\d,]{3,} ", since)
    shown = painted(screen.read(), columns)
    assert shown[0].startswith("simulated electric car, seed 7")
    assert sum("sent " in line for line in shown) == 1, shown
    assert sum("[k] kill -9" in line for line in shown) == 1, shown
    assert "went by while the node was" in " ".join(shown)
    assert sum("[t] trigger" in line for line in shown) == 1, shown
    assert sum("[q] quit" in line for line in shown) == 1, shown
    screen.press("q")
    assert screen.end() == 0
    last = painted(screen.text, columns)
    assert sum("sent " in line for line in last) == 1, last
    assert not any("[k] kill -9" in line for line in last), last


def test_a_stopped_history_lags_and_then_has_everything(binary, tmp_path):
    screen = Screen(binary, tmp_path / "demo", "--empty", "--bus-factor", "5")
    screen.wait_for(r"delivered [1-9][\d,]{2,} ")
    since = screen.press("s")
    screen.wait_for(r"the history is stopped", since)
    screen.wait_for(r"pending [1-9],\d{3}", since)
    lanes = {lane["name"]: lane for lane in screen.ask("/api/status")["lanes"]}
    assert lanes["history"]["state"] == "backing_off"
    assert lanes["live"]["state"] == "live"
    since = screen.press("s")
    screen.wait_for(r"the history has caught up: [1-9],\d{3} records had waited, 0 lost", since)
    screen.press("q")
    assert screen.end() == 0
    last = equations(screen.text)[-1]
    assert balances(last) and last["sent"] == last["delivered"], last


def test_a_trigger_records_what_went_before_it(binary, tmp_path):
    screen = Screen(binary, tmp_path / "demo", "--empty")
    screen.wait_for(r"delivered [1-9][\d,]{2,} ")
    before = screen.ask("/api/status")["time_ns"]
    since = screen.press("t")
    screen.wait_for(r"the last 30 s are recorded, and the next 5 s", since)
    path = screen.wait_for(r"recorded  (\S+\.mcap)", since)[1]
    [listed] = screen.ask("/api/recordings")["recordings"]
    assert path == listed["path"]
    assert int(listed["from_ns"]) < int(before) < int(listed["to_ns"])
    told = harness.run_cantrail(binary, "info", path)
    assert told.returncode == 0, told.stderr
    assert "VehicleSpeed" in told.stdout.decode()
    screen.press("q")
    assert screen.end() == 0
    books = equations(screen.text)[-1]
    assert balances(books) and books["sent"] == books["delivered"], books
    # Another run records again, and does not tell of the old file.
    again = Screen(binary, tmp_path / "demo", "--empty")
    again.wait_for(r"delivered [1-9]")
    since = again.press("t")
    assert again.wait_for(r"recorded  (\S+\.mcap)", since)[1] != path
    assert again.text.count("recorded  ") == 1
    again.press("q")
    assert again.end() == 0


def test_two_hours_are_filled_in_and_marked(binary, tmp_path):
    screen = Screen(binary, tmp_path / "demo")
    screen.wait_for(r"delivered [1-9]")
    status = screen.ask("/api/status")
    filled = status["filled_in"]
    assert 7190_000 <= filled["to_ms"] - filled["from_ms"] <= 7200_000
    assert status["gaps"]["count"] == 0
    rows = screen.ask(f"/api/state/history?message=VehicleSpeed&limit=10000&since={filled['from_ms'] / 1000}&until={filled['to_ms'] / 1000}")["rows"]
    assert 7190 <= len(rows) <= 7201
    seconds = [int(row["time_ns"]) // 10**9 for row in rows]
    assert len(set(seconds)) == len(seconds)
    screen.press("q")
    assert screen.end() == 0
    # Another run goes on with it, and fills in nothing again.
    again = Screen(binary, tmp_path / "demo")
    again.wait_for(r"delivered [1-9]")
    assert again.ask("/api/status")["filled_in"] == filled
    again.press("q")
    assert again.end() == 0


def test_a_taken_port_ends_it_with_the_reason(binary, tmp_path):
    with harness.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [binary, "demo", "--folder", tmp_path / "demo", "--empty", "--listen", f"127.0.0.1:{taken.getsockname()[1]}"],
            capture_output=True, timeout=harness.PATIENCE_S,
        )
    assert done.returncode == 1
    assert b"in use; choose another with --listen, or stop the other program\n" in done.stderr
    assert b"[server]" not in done.stderr
    assert not (tmp_path / "demo/journal").exists()


@pytest.mark.parametrize("signal", ["TERM", "INT"])
def test_a_signal_ends_it_and_its_node(binary, tmp_path, signal):
    port = harness.free_port()
    with open(tmp_path / "log", "wb") as log:
        demo = subprocess.Popen(
            [binary, "demo", "--folder", tmp_path / "demo", "--empty", "--listen", f"127.0.0.1:{port}"], stderr=log
        )
        harness.wait_until(lambda: b"sent" in (tmp_path / "log").read_bytes(), "it runs")
        demo.send_signal(getattr(harness.signal, f"SIG{signal}"))
        assert demo.wait(harness.PATIENCE_S) == 0
    assert balances(equations((tmp_path / "log").read_text())[-1])
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
