"""Bad input, bad configurations, bad disks: each is said clearly, and none takes down what still works."""

import gzip
import json
import re
import socket
import subprocess

import pytest

import harness
from harness import (
    cannelloni_source, free_udp_port, is_root, logfile_source, run_cantrail, running, sqlite_sink, wait_until,
)  # fmt: skip

GNSS_STATUS = "(1673458929.103950) can0 011#01\n"


def frames_of(done):
    return int(re.search(rb"([\d,]+) frames, ", done.stderr)[1].replace(b",", b""))


# --- logs ---


def test_a_log_that_ends_in_mid_line_is_read_up_to_there(binary, tmp_path, gnss_log, gnss_dbc, gnss_expected):
    text = harness.read_xz(gnss_log)[:50_007]
    (tmp_path / "cut.log").write_bytes(text)
    done = run_cantrail(binary, "decode", tmp_path / "cut.log", "--dbc", gnss_dbc)
    whole = text.count(b"\n")
    assert done.returncode == 0
    assert frames_of(done) == whole
    assert f"cut.log:{whole + 1}: ".encode() in done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["signals"] for row in rows] == [row["phys"] for row in gnss_expected[: len(rows)]]


def test_garbage_is_reported_line_by_line_and_brings_nothing_down(binary, tmp_path, gnss_dbc):
    noise = bytes((i * 7919 + i // 3 * 31 + (i * i >> 5)) % 256 for i in range(1 << 18))
    (tmp_path / "noise.log").write_bytes(noise + b"\n" + GNSS_STATUS.encode())
    done = run_cantrail(binary, "decode", tmp_path / "noise.log", "--dbc", gnss_dbc)
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1])["message"] == "gnss_status"
    assert re.search(rb"[\d,]+ malformed lines skipped", done.stderr)
    assert re.search(rb"noise.log:1: ", done.stderr)
    assert not re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", done.stderr), "raw bytes of the file reach the terminal"


WRITTEN_BY_PYTHON_CAN = {
    ".asc": "Vector ASC", ".blf": "Vector BLF", ".trc": "PEAK TRC", ".csv": "the CSV of python-can",
    ".db": "an SQLite database",
}  # fmt: skip


@pytest.mark.parametrize("ending", WRITTEN_BY_PYTHON_CAN)
def test_a_log_of_another_format_is_told_by_its_name(binary, tmp_path, leaf_dbc, ending):
    can = pytest.importorskip("can")
    log = tmp_path / f"drive{ending}"
    with can.Logger(str(log)) as writer:
        for i in range(50):
            writer.on_message_received(can.Message(timestamp=1.7e9 + i, arbitration_id=0x11, data=b"\1", is_extended_id=False))
    done = run_cantrail(binary, "decode", log, "--dbc", leaf_dbc)
    told = f"cantrail: {log} looks like {WRITTEN_BY_PYTHON_CAN[ending]}; cantrail reads candump logs: convert it"
    assert done.returncode == 65
    assert done.stderr.decode().startswith(told)
    assert len(done.stderr.splitlines()) == 1
    config = tmp_path / "node.toml"
    config.write_text(f'config_version = 1\n[source.drive]\ntype = "logfile"\npath = "{log}"\n')
    checked = run_cantrail(binary, "check", "--connect", config)
    assert f"path: {log} looks like {WRITTEN_BY_PYTHON_CAN[ending]}" in checked.stderr.decode()


def test_a_file_without_one_good_line_is_told_in_few_words(binary, tmp_path, leaf_dbc):
    (tmp_path / "list.log").write_text("bread\nmilk\n" * 50)
    done = run_cantrail(binary, "decode", tmp_path / "list.log", "--dbc", leaf_dbc)
    assert done.returncode == 65
    lines = done.stderr.decode().splitlines()
    assert len(lines) <= 3, lines
    assert "is no candump log: not one line is a frame" in lines[0]
    assert lines[1].startswith(f"{tmp_path}/list.log:1: ")


def test_a_pattern_that_fits_no_signal_is_told(binary, tmp_path, gnss_dbc):
    (tmp_path / "one.log").write_text(GNSS_STATUS)
    for pattern, told in (
        ("nope*", b"warning: --signals 'nope*' fits no signal\n"),
        ("satelites", b"did you mean 'Satellites'?"),
        ("gnss_status.*", b""),
        ("gnss_status", b""),
        ("can0:gnss_st*us", b""),
    ):
        done = run_cantrail(binary, "decode", tmp_path / "one.log", "--dbc", gnss_dbc, "--signals", pattern)
        assert done.returncode == 0
        assert (told or b"1 frame") in done.stderr
        assert (b"fits no signal" in done.stderr) == (told != b""), done.stderr


def test_a_compressed_log_cut_short_gives_what_was_in_it_and_says_so(binary, tmp_path, gnss_log, gnss_dbc):
    (tmp_path / "cut.log.xz").write_bytes(gnss_log.read_bytes()[:20_000])
    done = run_cantrail(binary, "decode", tmp_path / "cut.log.xz", "--dbc", gnss_dbc)
    assert done.returncode == 65
    assert b"cut short" in done.stderr
    assert 1000 < frames_of(done) < 4024
    assert done.stdout.endswith(b"}\n")


def test_what_is_left_of_a_line_that_is_cut_is_no_frame(binary, make_node, tmp_path, leaf_dbc):
    line = b"(1700000000.000000) can0 1DB#7d00e802d4ff9c00\n"
    log = tmp_path / "cut.log.gz"
    log.write_bytes(gzip.compress(line * 100, compresslevel=0)[: 15 + 90 * len(line) + line.index(b"e802")])  # stored as it is
    done = run_cantrail(binary, "decode", log, "--dbc", leaf_dbc)
    assert done.returncode == 65
    assert b"cut short" in done.stderr
    assert frames_of(done) == len(done.stdout.splitlines()) == 90
    with running(make_node(logfile_source(log, leaf_dbc) + sqlite_sink(tmp_path))) as node:
        node.wait_for_records(90)
        wait_until(lambda: [gap["reason"] for gap in node.gaps()] == ["malformed_input"], node.gaps)
        node.wait_delivered()
        assert node.status()["received"] == len(node.history()) == 90


def test_a_node_takes_what_it_can_of_a_damaged_recording(make_node, tmp_path, gnss_log, gnss_dbc):
    lines = harness.read_xz(gnss_log).decode().splitlines()[:1000]
    for at in (100, 200, 201, 700):
        lines[at] = "\x00\x01 what is this?"
    log = tmp_path / "damaged.log"
    log.write_text("\n".join(lines) + "\n")
    with running(make_node(logfile_source(log, gnss_dbc) + sqlite_sink(tmp_path))) as node:
        node.wait_for_records(996)
        node.wait_delivered()
        gaps = wait_until(lambda: [g for g in node.gaps() if g["reason"] == "malformed_input"], "the gaps")
        assert sum(gap["count"] for gap in gaps) == 4
        assert f"{log}:101" in node.log()


def test_strict_stops_at_the_first_malformed_line(binary, tmp_path, gnss_dbc):
    log = tmp_path / "bad.log"
    log.write_text(GNSS_STATUS * 3 + "nonsense\n" + GNSS_STATUS * 3)
    lenient = run_cantrail(binary, "decode", log, "--dbc", gnss_dbc)
    assert lenient.returncode == 0
    assert len(lenient.stdout.splitlines()) == 6
    strict = run_cantrail(binary, "decode", log, "--dbc", gnss_dbc, "--strict")
    assert strict.returncode == 65
    assert f"{log}:4: ".encode() in strict.stderr
    assert len(strict.stdout.splitlines()) == 3, "it goes on behind the malformed line"


@pytest.mark.parametrize("how", ["decode", "replay"])
def test_a_missing_log_is_named(binary, tmp_path, gnss_dbc, how):
    missing = tmp_path / "missing.log"
    done = run_cantrail(binary, how, missing, *(["--dbc", gnss_dbc] if how == "decode" else ["--to", "candump:-"]))
    assert done.returncode in (1, 65)
    assert f"{missing}: No such file".encode() in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(binary, gnss_log, gnss_dbc, tmp_path):
    text = harness.read_xz(gnss_log)
    (tmp_path / "long.log").write_bytes(text * 20)
    done = subprocess.run(
        ["bash", "-c", '"$0" decode "$1" --dbc "$2" | head -1; echo "${PIPESTATUS[0]}"', binary,
         str(tmp_path / "long.log"), str(gnss_dbc)],
        capture_output=True, timeout=harness.PATIENCE_S,
    )  # fmt: skip
    row, code = done.stdout.splitlines()
    assert json.loads(row)["message"] == "gnss_status"
    assert code == b"0"
    assert b"ipe" not in done.stderr


# --- DBCs ---


def test_thirty_broken_statements_cost_only_themselves(binary, tmp_path):
    good = "".join(f'BO_ {100 + i} Good{i}: 8 Node\n SG_ Level : 0|8@1+ (0.5,0) [0|100] "%" Node\n\n' for i in range(30))
    broken = "".join(f'BO_ {200 + i} Bad{i}: eight Node\n' for i in range(15))
    broken += "".join(f'VAL_ {100 + i} Level 0 "off" 1 on ;\n' for i in range(15))
    (tmp_path / "half.dbc").write_text(f'VERSION ""\nBU_: Node\n\n{good}\n{broken}')
    (tmp_path / "frames.log").write_text("".join(f"({i}.000000) can0 {100 + i:03X}#07\n" for i in range(30)))
    done = run_cantrail(binary, "decode", tmp_path / "frames.log", "--dbc", tmp_path / "half.dbc")
    assert done.returncode == 0
    warnings = re.findall(rb"half\.dbc:(\d+):\d+: warning: (\w+) left out", done.stderr)
    first = 4 + 3 * 30
    assert [int(line) for line, _ in warnings] == [first + 1 + i for i in range(30)], done.stderr.decode()
    assert [name for _, name in warnings] == [b"BO_"] * 15 + [b"VAL_"] * 15
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["signals"] for row in rows] == [{"Level": 3.5}] * 30


def test_what_is_no_dbc_is_refused(binary, tmp_path, gnss_log, gnss_dbc):
    (tmp_path / "letter.dbc").write_text("Dear all,\nplease find the DBC attached.\n")
    done = run_cantrail(binary, "decode", gnss_log, "--dbc", tmp_path / "letter.dbc")
    assert done.returncode == 65
    assert b"no DBC file" in done.stderr
    assert done.stdout == b""
    missing = run_cantrail(binary, "decode", gnss_log, "--dbc", tmp_path / "none.dbc")
    assert missing.returncode == 1
    assert b"none.dbc: No such file" in missing.stderr


# --- the command line ---


def test_an_unknown_command_is_answered_with_the_nearest(binary):
    done = run_cantrail(binary, "decdoe")
    assert done.returncode == 2
    assert b"did you mean `cantrail decode`?" in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize(
    "arguments",
    [[], ["decode"], ["decode", "x.log", "--dbcc", "y.dbc"], ["replay", "x.log"], ["simulate", "leaf", "--to", "pigeon:1"],
     ["decode", "x.log", "--dbc", "y.dbc", "--format", "xml"], ["replay", "x.log", "--to", "candump:-", "--speed", "fast"]],
)  # fmt: skip
def test_wrong_usage_is_2_and_says_where_to_look(binary, arguments):
    done = run_cantrail(binary, *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stderr
    assert done.stdout == b""


# --- configurations ---

MISTAKES = [
    ("config_version = 1", None),
    ("colour = 'red'", (1, "unknown key 'colour'")),
    ("[node]", None),
    ("nam = 'x'", (1, "did you mean 'name'?")),
    ("[log]", None),
    ("level = 'inof'", (9, 'did you mean "info"?')),
    ("[server]", None),
    ("listen = 8080", (10, "'listen'")),
    ("enabled = 'yes'", (11, "true or false")),
    ("liste = 'x'", (1, "did you mean 'listen'?")),
    ("[journal]", None),
    ("sync = 'sd_saver'", (8, 'did you mean "sd-saver"?')),
    ("keep = 8", (8, "unit")),
    ("[source.a]", None),
    ("type = 'logfil'", (8, "did you mean 'logfile'?")),
    ("[source.b]", (1, "'path' is missing")),
    ("type = 'logfile'", None),
    ("pace = 'slow'", (8, "slow")),
    ("loops = true", (1, "did you mean 'loop'?")),
    ("dbc = 'none.dbc'", (7, "there is no file")),
    ("[source.c]", None),
    ("type = 'cannelloni'", None),
    ("listen = 'nowhere'", (10, "port")),
    ("receive_buffer = '1B'", (18, "too small")),
    ("[source.d]", None),
    ("type = 'cannelloni'", None),
    ("listen = '127.0.0.1:20001'", None),
    ("optional = 1", (12, "true or false")),
    ("[sink.h]", None),
    ("type = 'sqlit'", (8, "did you mean 'sqlite'?")),
    ("[sink.i]", None),
    ("type = 'sqlite'", None),
    ("keep = '3 apples'", (8, "3 apples")),
    ("queue = '1KiB'", (9, "too small")),
    ("pth = 'x.db'", (1, "did you mean 'path'?")),
    ("from = 'newest'", (8, "newest")),
    ("[serve]", (2, "did you mean [server]?")),
]


def test_check_finds_all_mistakes_at_once_with_their_places(binary, tmp_path):
    config = tmp_path / "wrong.toml"
    config.write_text("\n".join(line for line, _ in MISTAKES) + "\n")
    done = run_cantrail(binary, "check", config)
    text = done.stderr.decode()
    assert done.returncode == 78
    wanted = [(number, *mistake) for number, (_, mistake) in enumerate(MISTAKES, 1) if mistake]
    assert len(wanted) >= 20
    found = re.findall(rf"^{re.escape(str(config))}:(\d+):(\d+): error: (.*)$", text, re.M)
    assert [(int(line), int(column)) for line, column, _ in found] == [(line, column) for line, column, _ in wanted], text
    for (_, _, message), (line, _, words) in zip(found, wanted):
        assert words in message, f"line {line}: {message}"
    assert f"{len(wanted)} errors, 0 warnings" in text
    run = run_cantrail(binary, "run", config)
    assert run.returncode == 78
    assert run.stderr.decode().startswith(text[: text.rindex(str(config))]), "run says something else than check"


def test_check_says_where_toml_ends(binary, tmp_path):
    config = tmp_path / "broken.toml"
    config.write_text("config_version = 1\n[node\nname = 'x'\n")
    done = run_cantrail(binary, "check", config)
    assert done.returncode == 78
    assert re.search(rb"broken\.toml:2:\d+: error: ", done.stderr)
    missing = run_cantrail(binary, "check", tmp_path / "none.toml")
    assert missing.returncode == 78
    assert b"none.toml: No such file" in missing.stderr


def test_check_misses_files_and_quotes(binary, tmp_path):
    config = tmp_path / "node.toml"
    config.write_text('config_version = 1\n[source.drive]\ntype = "logfile"\npath = "nope.log.xz"\n')
    done = run_cantrail(binary, "check", config)
    assert done.returncode == 78
    assert f"{config}:4:8: error: [source.drive] path: there is no file {tmp_path}/nope.log.xz" in done.stderr.decode()
    config.write_text("config_version = 1\n[source.drive]\ntype = logfile\n")
    assert b"text is written in quotes" in run_cantrail(binary, "check", config).stderr


def test_a_log_of_another_bus_is_said_to_be_one(binary, tmp_path, gnss_dbc):
    log = tmp_path / "truck.log"
    log.write_text("(1.0) can0 18FEF100#0011223344556677\n" * 3)
    done = run_cantrail(binary, "decode", log, "--dbc", gnss_dbc)
    assert done.returncode == 0
    assert b"not one frame has an identifier that the DBC defines" in done.stderr
    assert b"J1939" in done.stderr


def test_components_shows_the_keys_of_every_source(binary):
    done = run_cantrail(binary, "components", "logfile")
    assert re.search(rb"Keys of every source:\n(.*\n)*dbc ", done.stdout)


def test_a_good_configuration_is_ok(binary, tmp_path, make_node, leaf_dbc):
    node = make_node(cannelloni_source(free_udp_port(), leaf_dbc) + sqlite_sink(tmp_path))
    done = run_cantrail(binary, "check", node.config)
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[0] == f"{node.config}: ok, 1 source, 1 sink, 0 warnings"


def test_a_busy_port_says_what_to_do(make_node, tmp_path, leaf_dbc):
    node = make_node(cannelloni_source(free_udp_port(), leaf_dbc) + sqlite_sink(tmp_path))
    with socket.create_server((harness.LOOPBACK, node.port)):
        node.start(ready=None)
        assert node.process.wait(harness.PATIENCE_S) == 78
    assert str(node.port) in node.log()
    assert "[server] listen" in node.log()


def test_a_folder_belongs_to_one_node_at_a_time(binary, make_node, tmp_path, leaf_dbc):
    sections = cannelloni_source(free_udp_port(), leaf_dbc) + sqlite_sink(tmp_path)
    with running(make_node(sections)) as node:
        other = node.config.with_name("other.toml")
        other.write_text(node.config.read_text().replace(str(node.port), str(harness.free_port())))
        done = run_cantrail(binary, "run", other)
        assert done.returncode not in (0, -6, -11)
        assert b"journal" in done.stderr
        assert node.status()["ready"]


# --- disks ---


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


@pytest.fixture
def disk(tmp_path, make_node):
    one = Disk(tmp_path / "disk")
    yield one
    one.unmount()


def test_a_folder_that_cannot_be_written_is_named(make_node, tmp_path, disk, leaf_dbc):
    disk.mount("ro,size=1m")
    node = make_node(cannelloni_source(free_udp_port(), leaf_dbc) + sqlite_sink(disk.path))
    node.config.write_text(node.config.read_text().replace(f'data = "{tmp_path}"', f'data = "{disk.path}"'))
    node.start(ready=None)
    assert node.process.wait(harness.PATIENCE_S) in (1, 78), node.log()
    assert str(disk.path) in node.log()
    assert "ead-only file system" in node.log()


@pytest.fixture
def node_on(make_node, disk):
    def make(source, size):
        disk.mount(f"size={size}")
        journal = f'[journal]\nfolder = "{disk.path / "journal"}"\nkeep = "1GiB"\n'
        return make_node(source + sqlite_sink(disk.path) + journal)

    return make


def test_a_full_disk_stops_only_the_recording_and_only_while_it_is_full(binary, node_on, disk, leaf_dbc):
    port = free_udp_port()
    node = node_on(cannelloni_source(port, leaf_dbc), "6m")
    with running(node):
        car = subprocess.Popen(
            [binary, "simulate", "leaf", "--to", f"cannelloni:127.0.0.1:{port}", "--bus-factor", "60"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_until(lambda: not node.status()["journal"]["ok"], "the disk to be full")
            assert node.get("/api/status")["journal"]["message"]
            assert node.answers("/healthz")
            before = node.get("/api/state/current")["time_ns"]
            newest = lambda: max(int(row["time_ns"]) for row in node.get("/api/state/current")["rows"])
            wait_until(lambda: newest() > int(before), "the live state to go on")
            assert re.search(r"journal: .*[Nn]o space left on device.*capture and live view go on", node.log()), node.log()
            node.assert_balanced()

            disk.remount("size=300m")
            wait_until(lambda: node.status()["journal"]["ok"], "the journal to work again")
            wait_until(lambda: [g for g in node.gaps() if g["reason"] == "disk_full"], "the gap", step=0.2)
            head = newest()
            wait_until(
                lambda: node.get("/api/state/history", since=harness.seconds(head + 1), limit=1)["rows"],
                "rows of the time after", step=0.2,
            )  # fmt: skip
        finally:
            car.terminate()
            car.wait(harness.PATIENCE_S)
        node.wait_delivered()
        ledger = node.lane("history")["ledger"]
        assert ledger["dropped"] > 0
        lost = [gap for gap in node.gaps() if gap["reason"] == "disk_full"]
        assert sum(gap["count"] for gap in lost) == ledger["dropped"]
        assert "writing works again" in node.log()


def test_a_recording_waits_for_space_and_is_stored_whole(binary, node_on, disk, gnss_log, gnss_dbc, tmp_path):
    text = harness.read_xz(gnss_log).decode()
    log = tmp_path / "laps.log"
    with open(log, "w") as out:  # later laps later in time: the rows stay apart
        for lap in range(laps := 15):
            out.write(text.replace("(1673", f"({1673 + lap}"))
    node = node_on(logfile_source(log, gnss_dbc), "2m")
    with running(node):
        wait_until(lambda: not node.status()["journal"]["ok"] or "full" in node.lane("history")["message"], "the disk to be full")
        assert node.answers("/healthz")
        node.assert_balanced()
        disk.remount("size=300m")
        wait_until(lambda: node.status()["sources"][0]["state"] == "ended", "the recording's end")
        node.wait_delivered()
        ledger = node.lane("history")["ledger"]
        assert (ledger["received"], ledger["delivered"], ledger["undecoded"]) == (laps * 4024, laps * 3013, laps * 1011)
        rows = node.history()
        times = [int(row["time_ns"]) for row in rows]
        assert len(times) == laps * 3013
        assert not node.gaps()


def test_a_node_that_stops_on_a_full_disk_tells_afterwards_what_is_missing(binary, node_on, disk, leaf_dbc):
    port = free_udp_port()
    node = node_on(cannelloni_source(port, leaf_dbc), "4m")
    node.start()
    car = subprocess.Popen(
        [binary, "simulate", "leaf", "--to", f"cannelloni:127.0.0.1:{port}", "--bus-factor", "60"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: not node.status()["journal"]["ok"], "the disk to be full")
        failed = int(node.status()["time_ns"])
        node.wait_for_records(node.status()["received"] + 2000)
    finally:
        car.terminate()
        car.wait(harness.PATIENCE_S)
    node.assert_balanced()
    log = node.terminate()
    received = int(re.search(r"history: received ([\d,]+) =", log)[1].replace(",", ""))
    disk.remount("size=300m")
    with running(node):
        node.wait_delivered()
        gaps = wait_until(node.gaps, "the gap")
        rows = node.history()
        assert rows
        lost = [gap for gap in gaps if gap["reason"] == "disk_full"]
        if lost:
            # Every frame of the car has a message: it was stored, or it is counted as missing.
            assert len(rows) + sum(gap["count"] for gap in lost) == received
        else:
            # There was no room for that gap either: the node counts as away since the journal's last batch.
            assert [gap["reason"] for gap in gaps] == ["downtime"]
            assert int(gaps[0]["from_ns"]) <= failed
            assert len(rows) < received


def test_a_dbc_without_signals_is_not_blamed_on_an_option_that_was_not_given(binary, tmp_path):
    (tmp_path / "empty.dbc").write_text('VERSION ""\nBO_ 256 A: 8 X\n')
    (tmp_path / "one.log").write_text("(1700000000.000000) can0 100#01\n")
    done = run_cantrail(binary, "decode", tmp_path / "one.log", "--dbc", tmp_path / "empty.dbc")
    assert "--signals" not in done.stderr.decode(), done.stderr
