"""`cantrail check`: what a configuration comes to in a day, and a look at what it would open."""

import json
import re
import socket
from pathlib import Path

import pytest
from harness import LOOPBACK, free_port, free_udp_port, is_root, run_cantrail, running, sqlite_sink

GROW_ROOM = Path(__file__).parent / "data/grow-room/grow-room.dbc"
DAY = 86400


def write(path, text):
    path.write_text("config_version = 1\n" + text)
    return path


def check_json(binary, config, *arguments, code=0):
    done = run_cantrail(binary, "check", "--json", *arguments, config)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stderr == b""
    return json.loads(done.stdout)


def lanes_of(binary, config):
    return {lane["name"]: lane for lane in check_json(binary, config)["forecast"]["lanes"]}


def exactly(value):
    return {"known": pytest.approx(value), "at_most": pytest.approx(value)}


def rows_a_day(dbc):
    """By the DBC's cycle times, as cantools reads them."""
    cantools = pytest.importorskip("cantools")
    messages = cantools.database.load_file(dbc).messages
    assert all(message.cycle_time for message in messages)
    return sum(DAY * 1000 / message.cycle_time for message in messages)


def test_rows_are_counted_at_the_cycle_times_of_the_dbc(binary, tmp_path, leaf_dbc):
    config = write(tmp_path / "node.toml", f'[source.can0]\ntype = "socketcan"\ndbc = "{leaf_dbc}"\n{sqlite_sink(tmp_path)}')
    lanes = lanes_of(binary, config)
    with_bus = rows_a_day(leaf_dbc) + DAY  # the source's own stream Bus
    assert lanes["history"]["rows_per_day"] == exactly(with_bus)
    assert lanes["journal"]["rows_per_day"] == exactly(with_bus)


def test_frames_without_a_dbc_are_told_and_are_no_warning(binary, tmp_path):
    config = write(tmp_path / "node.toml", '[source.can0]\ntype = "socketcan"\n[source.car]\ntype = "simulate"\nchannel = "car"\n')
    done = run_cantrail(binary, "check", config)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"0 warnings" in done.stdout
    for name in ("can0", "car"):
        assert f"  {name}: no `dbc`, so its frames are recorded and shown as they are, not decoded\n" in done.stdout.decode()
    check_json(binary, config)


def test_a_simulated_car_with_the_dbc_of_another_bus_is_a_warning(binary, tmp_path, leaf_dbc):
    text = '[source.can0]\ntype = "simulate"\ndbc = "{}"\n'
    report = check_json(binary, write(tmp_path / "node.toml", text.format(GROW_ROOM)))
    (finding,) = report["findings"]
    assert (finding["severity"], finding["line"], finding["column"]) == ("warning", 4, 7)
    assert "no DBC describes one of the frames" in finding["message"]
    assert check_json(binary, write(tmp_path / "node.toml", text.format(leaf_dbc)))["findings"] == []


def test_a_node_without_work_is_a_warning(binary, tmp_path):
    config = write(tmp_path / "node.toml", '[source.can0]\ntype = "simulate"\nenabled = false\n')
    done = run_cantrail(binary, "check", config)
    assert done.returncode == 0
    assert f"{config}: warning: there is no source and no sink" in done.stderr.decode()
    assert b"1 warning" in done.stdout
    wrong = run_cantrail(binary, "check", config, "--set", "server.listen")
    assert wrong.returncode == 2
    assert wrong.stderr.count(b"--set") == 1 and b"takes KEY=VALUE" in wrong.stderr


def test_two_sections_with_one_address_are_found_before_they_run(binary, tmp_path):
    port = free_port()
    config = write(
        tmp_path / "node.toml",
        f"""[source.a]
type = "cannelloni"
listen = "{LOOPBACK}:{port}"
[source.b]
type = "cannelloni"
listen = "0.0.0.0:{port}"
[source.c]
type = "cannelloni"
listen = "127.0.0.2:{port}"
[source.off]
type = "cannelloni"
enabled = false
listen = "{LOOPBACK}:{port}"
[server]
listen = "localhost:{port}"
""",
    )  # fmt: skip
    assert [(line, column, severity, text) for line, column, severity, text in findings(run_cantrail(binary, "check", config))] == [
        (7, 10, "error", f'[source.b] listen: "0.0.0.0:{port}" is also of [source.a]: give each a port of its own'),
        (10, 10, "error", f'[source.c] listen: "127.0.0.2:{port}" is also of [source.b]: give each a port of its own'),
    ]
    assert run_cantrail(binary, "run", config).returncode == 78


def test_a_source_over_tcp_and_the_page_cannot_share_a_port(binary, tmp_path):
    if b"protobuf" not in run_cantrail(binary, "components").stdout:
        pytest.skip("the source protobuf is not in this build")
    (tmp_path / "proto").mkdir()
    port = free_port()
    text = f'[source.a]\ntype = "protobuf"\nproto = "proto"\nlisten = "{LOOPBACK}:{port}"\ntransport = "{{}}"\n[server]\nlisten = "{LOOPBACK}:{port}"\n'
    assert run_cantrail(binary, "check", write(tmp_path / "udp.toml", text.format("udp"))).returncode == 0
    done = run_cantrail(binary, "check", write(tmp_path / "tcp.toml", text.format("tcp")))
    assert done.returncode == 78
    assert f'"{LOOPBACK}:{port}" is also of [server]'.encode() in done.stderr


def test_a_simulation_is_known_exactly(binary, tmp_path, leaf_dbc):
    text = f'[source.can0]\ntype = "simulate"\nspeed = 2\nbus_factor = 3\ndbc = "{leaf_dbc}"\n'
    lanes = lanes_of(binary, write(tmp_path / "node.toml", text + sqlite_sink(tmp_path)))
    assert lanes["history"]["rows_per_day"] == exactly(6 * rows_a_day(leaf_dbc))


def test_copies_and_the_keys_of_a_lane_count(binary, tmp_path, leaf_dbc):
    text = (
        f'[source.can0]\ntype = "socketcan"\nbus_stream = false\ndbc = "{leaf_dbc}"\n'
        '[copies.car]\nstep = 0x100000\nonly = ["Nothing"]\n1 = { suffix = "_a" }\n'
        f'{sqlite_sink(tmp_path)}max_rate = "1/min"\nexcept = "Gps*"\n'
    )
    one = lanes_of(binary, write(tmp_path / "node.toml", text))
    cantools = pytest.importorskip("cantools")
    names = [message.name for message in cantools.database.load_file(leaf_dbc).messages]
    wanted = [name for name in names if not name.startswith("Gps")]
    assert one["history"]["rows_per_day"] == exactly(len(wanted) * DAY / 60)
    assert one["journal"]["rows_per_day"] == exactly(rows_a_day(leaf_dbc))

    three = text.replace('only = ["Nothing"]', 'only = ["Battery"]').replace("0x100000", "0x40").replace(
        '1 = { suffix = "_a" }', '1 = { suffix = "_a" }\n2 = { suffix = "_b" }\n3 = { suffix = "_c" }'
    )
    assert lanes_of(binary, write(tmp_path / "node.toml", three))["history"]["rows_per_day"] == exactly(
        (len(wanted) + 2) * DAY / 60
    )


def test_without_cycle_times_the_bus_is_the_limit_and_without_a_bit_rate_there_is_none(binary, tmp_path):
    source = f'[source.can0]\ntype = "socketcan"\nbus_stream = false\ndbc = "{GROW_ROOM}"\n'
    config = write(tmp_path / "node.toml", source + "bitrate = 250_000\n" + sqlite_sink(tmp_path))
    rows = lanes_of(binary, config)["history"]["rows_per_day"]
    assert rows["known"] == 0
    assert rows["at_most"] == pytest.approx(250_000 / (47 + 8 * 8) * DAY)  # 8 bytes without a stuff bit
    done = run_cantrail(binary, "check", config)
    assert done.returncode == 0
    assert re.search(r"^  sink history +at most 195,000,000 +at most [\d,]+ MB", done.stdout.decode(), re.M)
    assert b"can0: no message has a cycle time in the DBC; they count as if they filled what is left of the bus" in done.stdout

    unlimited = lanes_of(binary, write(tmp_path / "node.toml", source + sqlite_sink(tmp_path)))
    assert unlimited["history"]["rows_per_day"] == {"known": 0, "at_most": None}
    capped = lanes_of(binary, write(tmp_path / "node.toml", source + sqlite_sink(tmp_path, 'max_rate = "1/s"')))
    assert capped["history"]["rows_per_day"]["at_most"] == pytest.approx(5 * DAY)


def test_a_recording_is_unknown(binary, tmp_path, leaf_dbc, leaf_log):
    text = f'[source.drive]\ntype = "logfile"\npath = "{leaf_log}"\ndbc = "{leaf_dbc}"\n'
    done = run_cantrail(binary, "check", write(tmp_path / "node.toml", text + sqlite_sink(tmp_path)))
    assert done.returncode == 0, done.stderr
    assert re.search(r"^  sink history +unknown +unknown$", done.stdout.decode(), re.M), done.stdout.decode()
    assert b"drive: a recording, so nobody knows how much it brings" in done.stdout


def test_the_journal_grows_by_about_what_was_said(make_node, binary, tmp_path, leaf_dbc):
    node = make_node(f'[source.can0]\ntype = "simulate"\nspeed = 5\ndbc = "{leaf_dbc}"\n')
    journal = lanes_of(binary, node.config)["journal"]
    with running(node):
        node.wait_for_records(2000)
        status = node.status()["journal"]
    said = journal["bytes_per_day"]["known"] / journal["rows_per_day"]["known"]
    measured = status["appended_bytes"] / status["appended_records"]
    assert measured / 2 < said < measured * 2  # a slow machine makes larger batches


def everything_below(folder):
    return {
        path: path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if not path.is_symlink()
    }


def findings(done):
    found = re.findall(r"^.*?node\.toml:(\d+):(\d+): (error|warning): (.*)$", done.stderr.decode(), re.M)
    return [(int(line), int(column), severity, message) for line, column, severity, message in found]


def test_connect_finds_nothing_where_all_is_well_and_changes_nothing(binary, tmp_path, leaf_dbc, leaf_log):
    config = write(
        tmp_path / "node.toml",
        f'data = "state"\n[source.can0]\ntype = "simulate"\ndbc = "{leaf_dbc}"\n'
        f'[source.drive]\ntype = "logfile"\npath = "{leaf_log}"\n'
        f'[source.remote]\ntype = "cannelloni"\nlisten = "{LOOPBACK}:{free_udp_port()}"\n'
        f'[sink.history]\ntype = "sqlite"\nkeep = "1GB"\n[server]\nlisten = "{LOOPBACK}:{free_port()}"\n',
    )
    before = everything_below(tmp_path)
    done = run_cantrail(binary, "check", "--connect", config)
    assert (done.returncode, done.stderr) == (0, b"")
    assert everything_below(tmp_path) == before
    looks = re.findall(r"^  (source|sink|journal|server) ?(\S*) +(.*)$", done.stdout.decode().split("\n\n")[2], re.M)
    assert looks == [
        ("source", "can0", "ok"), ("source", "drive", "ok"), ("source", "remote", "ok"), ("sink", "history", "ok"),
        ("journal", "", "ok"), ("server", "", "ok"),
    ]  # fmt: skip


def test_connect_finds_what_is_taken_missing_and_in_the_way(binary, make_node, tmp_path, leaf_dbc):
    (tmp_path / "other").mkdir()
    other = make_node(f'[source.can0]\ntype = "simulate"\ndbc = "{leaf_dbc}"\n', folder=tmp_path / "other")
    (tmp_path / "plain").write_text("")
    (tmp_path / "notes.log").write_text("bread\nmilk\n")
    with running(other), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((LOOPBACK, 0))
        udp = f"{LOOPBACK}:{taken.getsockname()[1]}"
        config = write(
            tmp_path / "node.toml",
            f"""[source.can7]
type = "socketcan"
interface = "nosuch0"
bitrate = 500_000
[source.drive]
type = "logfile"
path = "notes.log"
[source.remote]
type = "cannelloni"
listen = "{udp}"
[source.far]
type = "cannelloni"
listen = "203.0.113.1:20000"
optional = true
[sink.history]
type = "sqlite"
path = "plain/history.db"
[journal]
folder = "other/journal"
[server]
listen = "{LOOPBACK}:{other.port}"
""",
        )
        done = run_cantrail(binary, "check", "--connect", config)
        found = findings(done)
        assert done.returncode == 78
        assert found[1:] == [
            (8, 8, "warning", f"[source.drive] path: {tmp_path}/notes.log does not begin like a candump log, as in "
                              "(1700000000.000000) can0 123#1122"),
            (11, 10, "warning", f"[source.remote] listen: another program listens on {udp}; stop that one, or choose "
                                "another port"),
            (14, 10, "warning", "[source.far] listen: cannot listen on 203.0.113.1:20000: Cannot assign requested "
                                "address; write an address of this machine, or 0.0.0.0 for all of them"),
            (18, 8, "error", f"[sink.history] path: {tmp_path}/plain is no folder, so {tmp_path}/plain/history.db "
                             "cannot be made"),
            (20, 10, "error", f"[journal] folder: the journal folder {tmp_path}/other/journal is in use by another "
                              f"running node (process {other.process.pid}); stop that one or give this one its own "
                              "[journal] folder"),
            (22, 10, "error", f"[server] listen: cannot listen on {LOOPBACK}:{other.port}: Address already in use; "
                              "choose another with [server] listen = …, or stop the other program"),
        ]  # fmt: skip
        line, _, severity, message = found[0]
        assert severity == "warning"
        assert (line, "nosuch0" in message) in ((4, True), (2, False)), message  # (2: this kernel has no CAN at all)
        assert done.stderr.decode().splitlines()[-1] == f"{config}: 3 errors, 4 warnings"
        assert re.search(r"^  sink history +1 error$", done.stdout.decode(), re.M)
        report = check_json(binary, config, "--connect", code=78)
        assert [one["line"] for one in report["findings"]] == [line, 8, 11, 14, 18, 20, 22]
        assert [target["findings"] for target in report["targets"]] == [1] * 7
    # Nothing was held on to.
    assert not (tmp_path / "plain").is_dir()


def test_connect_says_where_a_default_is_to_blame(binary, tmp_path):
    (tmp_path / "state").write_text("")
    config = write(tmp_path / "node.toml", f'data = "state"\n[source.can0]\ntype = "simulate"\n[server]\nlisten = "{LOOPBACK}:{free_port()}"\n')
    done = run_cantrail(binary, "check", "--connect", config)
    assert done.returncode == 78
    assert done.stderr.decode().splitlines() == [
        f"{config}: error: [journal] folder: {tmp_path}/state is no folder, so {tmp_path}/state/journal/lock cannot "
        "be made",
        f"{config}: 1 error, 0 warnings",
    ]


@pytest.mark.skipif(is_root(), reason="root may write everywhere")
def test_connect_names_folders_that_this_user_may_not_write(binary, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    config = write(tmp_path / "node.toml", '[sink.history]\ntype = "sqlite"\npath = "closed/history.db"\n')
    done = run_cantrail(binary, "check", "--connect", config)
    assert (4, 8, "error") in [finding[:3] for finding in findings(done)]
    assert "this user cannot write to the folder" in done.stderr.decode()


def test_connect_looks_at_nothing_while_the_configuration_is_wrong(binary, tmp_path):
    config = write(tmp_path / "node.toml", '[sink.history]\ntype = "sqlite"\nkeap = "1GB"\n')
    report = check_json(binary, config, "--connect", code=78)
    assert (report["forecast"], report["targets"], report["ok"]) == (None, None, False)
    assert report["findings"] == [
        {
            "severity": "error", "file": str(config), "line": 4, "column": 1,
            "message": "unknown key 'keap' in [sink.history]; did you mean 'keep'?",
        }
    ]  # fmt: skip
