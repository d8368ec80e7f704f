"""What cannot be done is said in one line, with the exit code that fits, and nothing is left out silently."""

import os
import subprocess

import pytest

from harness import PATIENCE_S, free_port, logfile_source, run_cantrail, running, sanitizer, sqlite_sink, wait_until

# --- the command line ---


@pytest.mark.parametrize("behind", [[], ["--help"], ["-h"], ["--version"], ["x.log", "--help"]])
def test_an_unknown_command_is_none_whatever_stands_behind_it(binary, behind):
    done = run_cantrail(binary, "jornal", *behind)
    assert done.returncode == 2
    assert b"there is no command 'jornal'" in done.stderr
    assert done.stdout == b""


def test_an_unknown_command_of_a_group_is_named_and_the_nearest_offered(binary):
    done = run_cantrail(binary, "config", "shwo", "--help")
    assert done.returncode == 2
    assert b"there is no command 'config shwo'" in done.stderr
    assert b"did you mean `cantrail config show`?" in done.stderr
    alone = run_cantrail(binary, "config")
    assert (alone.returncode, alone.stdout) == (2, b"")
    assert b"schema" in alone.stderr


def test_help_of_a_known_command_is_still_given(binary):
    done = run_cantrail(binary, "decode", "--help")
    assert done.returncode == 0
    assert b"--strict" in done.stdout
    wrong = run_cantrail(binary, "decode", "--colour")
    assert wrong.returncode == 2
    assert b"try `cantrail decode --help`" in wrong.stderr


def test_one_frame_is_no_frames(binary, tmp_path, leaf_dbc):
    log = tmp_path / "one.log"
    log.write_text("(5.000000) can0 7FF#00\nnonsense\n")
    done = run_cantrail(binary, "decode", log, "--dbc", leaf_dbc)
    assert done.stderr.startswith(b"1 frame, 0 decoded, 1 unknown id: 7FF")
    assert b"1 malformed line skipped" in done.stderr
    played = run_cantrail(binary, "replay", log, "--to", "candump:-", "--speed", "max")
    assert played.stderr == b"1 frame sent, 1 malformed line skipped\n"


# --- standard output ---


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["components"], ["components", "logfile"], ["decode", "--help"]]
)
def test_output_that_cannot_be_written_is_a_failure(binary, arguments):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([binary, *arguments], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE_S)
    assert done.returncode == 1
    assert done.stderr.startswith(b"cantrail: cannot write to standard output: ")


def test_a_reader_of_the_list_that_has_gone_is_no_failure(binary):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as pipe:
        done = subprocess.run([binary, "components"], stdout=pipe, stderr=subprocess.PIPE, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, b"")


# --- more channels than there can be ---


def many_channels(path, channels, frames_each=2):
    path.write_text(
        "".join(f"(5.{n:06d}) c{n % channels} 1F2#0E10000014140C00\n" for n in range(channels * frames_each))
    )
    return path


def test_decode_says_what_it_leaves_out(binary, tmp_path, leaf_dbc):
    done = run_cantrail(binary, "decode", many_channels(tmp_path / "a.log", 3000), "--dbc", leaf_dbc)
    assert done.returncode == 65
    assert len(done.stdout.splitlines()) == 512
    assert done.stderr.splitlines()[0].startswith(b"512 frames, 512 decoded")
    assert b"5,488 frames of 2,744 channels left out: one log can have 256 channels" in done.stderr
    fits = run_cantrail(binary, "decode", many_channels(tmp_path / "b.log", 256), "--dbc", leaf_dbc)
    assert fits.returncode == 0
    assert b"left out" not in fits.stderr


def test_a_node_tells_frames_without_a_channel_from_lines_that_are_no_frames(make_node, tmp_path, leaf_dbc):
    log = many_channels(tmp_path / "a.log", 300)
    log.write_text(log.read_text() + "nonsense\n")
    with running(make_node(logfile_source(log, leaf_dbc) + sqlite_sink(tmp_path))) as node:
        node.wait_for_records(512)
        node.wait_delivered()

        def lost():
            counts = {}
            for gap in node.gaps():
                counts[gap["reason"]] = counts.get(gap["reason"], 0) + gap["count"]
            return counts

        wait_until(lambda: lost() == {"too_many_channels": 88, "malformed_input": 1}, lost)


# --- no descriptors ---


@pytest.mark.parametrize("limit", [5, 8, 12, 20, 63])
def test_a_node_without_descriptors_says_so(binary, tmp_path, leaf_dbc, leaf_log, limit):
    if limit < 8 and sanitizer(binary) == "asan":
        pytest.skip("the sanitizer needs descriptors itself")
    config = tmp_path / "n.toml"
    config.write_text(
        f'config_version = 1\ndata = "{tmp_path}"\n[server]\nlisten = "127.0.0.1:{free_port()}"\n'
        + logfile_source(leaf_log, leaf_dbc) + sqlite_sink(tmp_path)
    )  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", 'ulimit -n "$2" && exec "$0" run "$1" --until-end', binary, str(config), str(limit)],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert b"(ulimit -n)" in done.stderr, done.stderr
    assert done.returncode == 1
    assert not (tmp_path / "journal").exists()


# --- files that are none ---


@pytest.mark.parametrize("what", ["/dev/zero", "/dev/full", "/tmp", "pipe", "large"])
def test_what_is_no_regular_file_is_no_dbc_and_no_configuration(binary, tmp_path, leaf_log, what):
    path = tmp_path / what  # what begins with a slash stands alone
    if what == "pipe":
        os.mkfifo(path)
    if what == "large":
        with open(path, "wb") as file:
            file.truncate((64 << 20) + 1)
    says = f"{path} is larger than 64 MiB" if what == "large" else f"{path} is no regular file"
    decoded = run_cantrail(binary, "decode", leaf_log, "--dbc", path)
    assert (decoded.returncode, decoded.stdout) == (1, b"")
    assert says in decoded.stderr.decode()
    checked = run_cantrail(binary, "check", path)
    assert checked.returncode == 78
    assert says in checked.stderr.decode()
    simulated = run_cantrail(binary, "simulate", path, "--to", "candump:-", "--frames", "1", "--speed", "max")
    assert simulated.returncode == 65
    assert says in simulated.stderr.decode()


def test_every_dbc_of_a_list_that_is_none_is_named(binary, tmp_path):
    config = tmp_path / "n.toml"
    config.write_text('config_version = 1\n[source.can0]\ntype = "simulate"\ndbc = ["/tmp", "/dev/full", "", "/dev/zero"]\n')
    done = run_cantrail(binary, "check", config)
    assert done.returncode == 78
    lines = done.stderr.decode().splitlines()
    assert [line.split(": error: ")[0] for line in lines[:-1]] == [f"{config}:4:{column}" for column in (8, 16, 29, 33)]
    assert "'dbc' in [source.can0] is empty" in lines[2]
    for at, path in ((0, "/tmp"), (1, "/dev/full"), (3, "/dev/zero")):
        assert lines[at].endswith(f"{path} is no regular file")


@pytest.mark.parametrize("text", ["[{}]\n".format(".".join(["a"] * 20_000)), "x{} = 1\n".format(".a" * 50_000)])
def test_a_line_of_dots_is_refused(binary, tmp_path, text):
    config = tmp_path / "n.toml"
    config.write_text("config_version = 1\n" + text)
    for command in ("check", "run"):
        done = run_cantrail(binary, command, config)
        assert done.returncode == 78
        assert f"{config}:2:".encode() in done.stderr
        assert b"nests deeper than 64 levels" in done.stderr


def test_two_stores_in_one_file_are_refused_by_check_and_run(binary, tmp_path):
    config = tmp_path / "n.toml"
    sink = '[sink.{}]\ntype = "sqlite"\npath = "{}"\n'
    config.write_text("config_version = 1\n" + sink.format("a", "x.db") + sink.format("b", "./x.db"))
    for command in ("check", "run"):
        done = run_cantrail(binary, command, config)
        assert done.returncode == 78
        assert f"{config}:7:8: error: [sink.b] path: ".encode() in done.stderr
        assert b"is also of [sink.a]" in done.stderr
    assert not (tmp_path / "x.db").exists()
    config.write_text("config_version = 1\n" + sink.format("a", "x.db") + sink.format("b", "y.db"))
    assert run_cantrail(binary, "check", config).returncode == 0
