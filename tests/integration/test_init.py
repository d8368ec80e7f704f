"""`cantrail init`: what it writes passes `cantrail check`, by answers on a terminal or without any."""

import contextlib
import os
import pty
import select
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

from harness import PATIENCE_S, run_cantrail

EOT = "\x04"  # what Ctrl-D sends


class Terminal:
    """cantrail on a pseudo-terminal of its own."""

    def __init__(self, binary, *arguments, folder):
        main, other = pty.openpty()
        self.fd, self.seen = main, ""
        self.process = subprocess.Popen(
            [binary, *map(str, arguments)], stdin=other, stdout=other, stderr=other, cwd=folder, start_new_session=True
        )
        os.close(other)

    def read_until(self, text):
        """Waits for `text` behind what was waited for before."""
        end = time.monotonic() + PATIENCE_S
        while text not in self.seen:
            assert time.monotonic() < end, f"waited in vain for {text!r}: {self.seen!r}"
            assert self.read_some(), f"ended without {text!r}: {self.seen!r}"
        self.seen = self.seen.split(text, 1)[1]

    def read_some(self):
        if not select.select([self.fd], [], [], 1)[0]:
            return True
        try:
            data = os.read(self.fd, 4096)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.seen += data.decode()
        return bool(data)

    def answer(self, question, text):
        self.read_until(question)
        os.write(self.fd, text.encode() if text == EOT else f"{text}\n".encode())

    def finish(self):
        while self.read_some():
            pass
        return self.process.wait(PATIENCE_S)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(OSError):
            os.close(self.fd)


@pytest.fixture
def terminal(binary, tmp_path):
    made = []

    def start(*arguments):
        made.append(Terminal(binary, *arguments, folder=tmp_path))
        return made[-1]

    yield start
    for one in made:
        one.close()


def interfaces(folder, **found):
    """A folder like /sys/class/net: name → (type, has a device)."""
    net = folder / "net"
    net.mkdir(exist_ok=True)
    for name, (kind, device) in found.items():
        (net / name).mkdir()
        (net / name / "type").write_text(f"{kind}\n")
        (net / name / "operstate").write_text("down\n")
        if device:
            (net / name / "device").mkdir()
    return net


def assert_passes(binary, config):
    done = run_cantrail(binary, "check", config)
    assert done.returncode == 0, done.stderr
    assert b"0 warnings" in done.stdout
    return tomllib.loads(config.read_text())


def test_enter_takes_every_default(binary, terminal, tmp_path, leaf_dbc):
    (tmp_path / "leaf.dbc").write_bytes(leaf_dbc.read_bytes())
    run = terminal("init", "--net-folder", interfaces(tmp_path, can0=(280, True), eth0=(1, True), vcan1=(280, False)))
    run.answer("[can0, vcan1]", "")
    run.answer("Bit rate of can0? [500000]", "")
    run.answer("[leaf.dbc]", "")
    run.answer("DBC of vcan1", "")  # no bit rate is asked of a virtual interface
    run.answer("[data]", "")
    run.answer("[127.0.0.1:8080]", "")
    assert run.finish() == 0, run.seen
    assert "sudo ip link set can0 up type can bitrate 500000" in run.seen
    config = assert_passes(binary, tmp_path / "cantrail.toml")
    assert config["source"]["can0"] == {"type": "socketcan", "bitrate": 500_000, "dbc": "leaf.dbc"}
    assert config["source"]["vcan1"] == {"type": "socketcan", "dbc": "leaf.dbc"}
    assert config["server"]["listen"] == "127.0.0.1:8080"
    assert "#" in (tmp_path / "cantrail.toml").read_text()


def test_what_it_wrote_is_read_where_no_file_is_named(binary, tmp_path):
    assert run_cantrail(binary, "init", "--yes", "--net-folder", interfaces(tmp_path), cwd=tmp_path).returncode == 0
    done = run_cantrail(binary, "check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"cantrail.toml: ok, 1 source, 1 sink, 0 warnings")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if not Path("/etc/cantrail/cantrail.toml").exists():
        done = run_cantrail(binary, "check", cwd=elsewhere)
        assert done.returncode == 78
        assert b"/etc/cantrail/cantrail.toml" in done.stderr
    assert b"./cantrail.toml if it is there, else /etc/" in run_cantrail(binary, "run", "--help").stdout


def test_without_an_interface_it_offers_the_simulated_car(binary, terminal, tmp_path):
    run = terminal("init", "--net-folder", interfaces(tmp_path))
    run.answer("simulated electric car in its place (yes or no)? [yes]", "")
    run.answer("[data]", "here")
    run.answer("[127.0.0.1:8080]", "everywhere")
    run.answer("[127.0.0.1:8080]", "0.0.0.0:9000")
    assert run.finish() == 0, run.seen
    config = assert_passes(binary, tmp_path / "cantrail.toml")
    assert config["source"]["can0"]["type"] == "simulate"
    assert config["data"] == "here"
    assert config["server"]["listen"] == "0.0.0.0:9000"


def test_an_interface_that_is_not_there_yet_can_be_named(binary, terminal, tmp_path):
    run = terminal("init", "--net-folder", interfaces(tmp_path))
    run.answer("(yes or no)?", "no")
    run.answer("Which CAN interfaces", "can3")
    run.answer("Bit rate of can3?", "quick")
    run.answer("Bit rate of can3?", "250k")
    run.answer("[none]", "missing.dbc")
    run.answer("[none]", "")
    run.answer("[data]", "")
    run.answer("[127.0.0.1:8080]", "")
    assert run.finish() == 0, run.seen
    config = assert_passes(binary, tmp_path / "cantrail.toml")
    assert config["source"] == {"can3": {"type": "socketcan", "bitrate": 250_000}}


def test_nothing_is_written_when_the_answers_end_early(terminal, tmp_path):
    run = terminal("init", "--net-folder", interfaces(tmp_path))
    run.answer("(yes or no)?", EOT)
    assert run.finish() == 1
    assert "nothing is written" in run.seen
    assert not (tmp_path / "cantrail.toml").exists()


def test_yes_asks_nothing_and_the_node_it_describes_runs(binary, tmp_path):
    done = run_cantrail(binary, "init", "--yes", "--net-folder", interfaces(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"[" not in done.stdout
    assert_passes(binary, tmp_path / "cantrail.toml")
    assert (tmp_path / "leaf.dbc").is_file()


def test_what_is_there_is_not_overwritten_without_force(binary, tmp_path):
    config = tmp_path / "cantrail.toml"
    config.write_text("mine")
    (tmp_path / "leaf.dbc").write_text("also mine")
    arguments = ("init", "--yes", "--net-folder", interfaces(tmp_path))
    refused = run_cantrail(binary, *arguments, cwd=tmp_path)
    assert refused.returncode == 1
    assert b"--force" in refused.stderr
    assert config.read_text() == "mine"
    assert run_cantrail(binary, *arguments, "--force", cwd=tmp_path).returncode == 0
    assert assert_passes(binary, config)["source"]["can0"]["dbc"] == "leaf-simulated.dbc"
    assert (tmp_path / "leaf.dbc").read_text() == "also mine"


def test_without_a_terminal_it_says_what_to_do(binary, tmp_path):
    done = run_cantrail(binary, "init", cwd=tmp_path)
    assert done.returncode == 2
    assert b"--yes" in done.stderr
    assert not (tmp_path / "cantrail.toml").exists()


def test_a_folder_that_is_not_there_is_named(binary, tmp_path):
    done = run_cantrail(binary, "init", "--yes", tmp_path / "no" / "node.toml")
    assert done.returncode == 1
    assert f"there is no folder {tmp_path / 'no'}".encode() in done.stderr
