"""convert, replay, info and recover: the same frames in every form, and the same bytes each time."""

import re
from pathlib import Path

import pytest

import harness
from harness import run_cantrail

FORMS = ("drive.mcap", "drive.log", "journal")


def frames_of_log(text):
    """(time in ns, channel, frame as written) of each line."""
    found = []
    for line in text.splitlines():
        when, channel, frame = line.split()[:3]
        found.append((harness.nanoseconds(when.strip("()")), channel, frame))
    return found


def convert(binary, *arguments):
    done = run_cantrail(binary, "convert", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done.stderr.decode()


@pytest.fixture
def log(tmp_path):
    """Every kind of frame that a log can hold, on two buses."""
    path = tmp_path / "input.log"
    lines = []
    for i in range(500):
        when = f"(1700000000.{i * 1000:09d})"
        lines.append(f"{when} can0 1F2#{i:016X}")
        lines.append(f"{when} can1 18FEF100#0102")
        lines.append(f"{when} can0 123#R4")
        lines.append(f"{when} can1 7DF##5{'5A' * 12}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_every_form_holds_the_same_frames(binary, tmp_path, log, leaf_dbc):
    sent = frames_of_log(log.read_text())
    before = log
    # Through each form into the next, and back to text.
    for number, form in enumerate(("a.mcap", "journal-1", "b.mcap", "c.log", "journal-2", "journal-3", "d.mcap", "e.log")):
        after = tmp_path / form
        told = convert(binary, before, after, *(["--dbc", leaf_dbc] if number == 0 else []))
        assert "2,000 frames" in told
        before = after
    assert sorted(frames_of_log(before.read_text())) == sorted(sent)
    assert not list(tmp_path.glob("*.part"))


def test_replay_plays_every_form(binary, tmp_path, log):
    for form in FORMS:
        convert(binary, log, tmp_path / form)
        played = run_cantrail(binary, "replay", tmp_path / form, "--to", "candump:-", "--speed", "max")
        assert played.returncode == 0, played.stderr
        assert sorted(frames_of_log(played.stdout.decode())) == sorted(frames_of_log(log.read_text())), form


def test_the_same_input_gives_the_same_bytes(binary, tmp_path, log, leaf_dbc):
    for name in ("one.mcap", "two.mcap"):
        convert(binary, log, tmp_path / name, "--dbc", leaf_dbc)
    assert (tmp_path / "one.mcap").read_bytes() == (tmp_path / "two.mcap").read_bytes()


def test_nothing_is_written_over(binary, tmp_path, log):
    for form in FORMS:
        convert(binary, log, tmp_path / form)
        again = run_cantrail(binary, "convert", log, tmp_path / form)
        assert again.returncode == 65
        assert "is there already" in again.stderr.decode()


def test_info_tells_what_is_in_a_file_a_folder_and_a_journal(binary, tmp_path, log, leaf_dbc):
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    convert(binary, log, recordings / "drive.mcap", "--dbc", leaf_dbc)
    told = run_cantrail(binary, "info", recordings / "drive.mcap")
    assert told.returncode == 0, told.stderr
    text = told.stdout.decode()
    assert re.search(r"^  /can0 +1,000  cantrail\.Frame$", text, re.M), text
    assert re.search(r"^  /can0/\S+ +500  cantrail\.stream\.", text, re.M), text
    assert "attachment  leaf.dbc" in text
    whole = run_cantrail(binary, "info", recordings, "--verify")
    assert whole.returncode == 0
    assert "1 file, " in whole.stdout.decode()
    convert(binary, log, tmp_path / "journal")
    journal = run_cantrail(binary, "info", tmp_path / "journal")
    assert journal.returncode == 0, journal.stderr
    assert "2,000 frames" in journal.stdout.decode()
    assert "ended in order" in journal.stdout.decode()
    for nothing in (tmp_path / "absent", log, tmp_path):
        assert run_cantrail(binary, "info", nothing).returncode in (1, 65)


def test_recover_makes_a_whole_file_of_a_cut_and_of_a_damaged_one(binary, tmp_path, log):
    convert(binary, log, tmp_path / "drive.mcap")
    whole = (tmp_path / "drive.mcap").read_bytes()
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(whole[: len(whole) - 40])
    assert run_cantrail(binary, "info", cut).returncode == 65
    done = run_cantrail(binary, "recover", cut)
    assert done.returncode == 0, done.stderr
    assert run_cantrail(binary, "info", tmp_path / "cut.recovered.mcap", "--verify").returncode == 0
    in_place = run_cantrail(binary, "recover", cut, "--in-place")
    assert in_place.returncode == 0, in_place.stderr
    convert(binary, cut, tmp_path / "cut.log")
    assert sorted(frames_of_log((tmp_path / "cut.log").read_text())) == sorted(frames_of_log(log.read_text()))
    again = run_cantrail(binary, "recover", cut)
    assert (again.returncode, "is whole" in again.stderr.decode()) == (0, True)
    assert run_cantrail(binary, "recover", log).returncode == 65


def test_of_a_cut_file_everything_readable_is_converted_and_the_rest_told(binary, tmp_path, log, leaf_dbc):
    convert(binary, log, tmp_path / "drive.mcap", "--dbc", leaf_dbc)
    whole = (tmp_path / "drive.mcap").read_bytes()
    # The indexes of messages lie behind their chunk; the cuts go through them, and into the chunk.
    summary = int.from_bytes(whole[-28:-20], "little")
    for at in (summary, *range(summary - 20_000, summary, 1999), summary // 3):
        cut, saved = tmp_path / "cut.mcap", tmp_path / "saved.mcap"
        cut.write_bytes(whole[:at])
        assert run_cantrail(binary, "recover", cut, "--out", saved).returncode == 0
        converted = run_cantrail(binary, "convert", cut, tmp_path / "cut.log")
        of_saved = run_cantrail(binary, "convert", saved, tmp_path / "saved.log")
        told = converted.stderr.decode()
        assert of_saved.returncode == 0
        if not (tmp_path / "saved.log").read_text():  # the cut went through the only chunk
            assert (converted.returncode, "1 damaged place" in told) == (65, True)
            continue
        assert (tmp_path / "cut.log").read_text() == (tmp_path / "saved.log").read_text(), at
        assert f"{cut} has no end" in told
        info = run_cantrail(binary, "info", cut).stdout.decode()
        is_damaged = "DAMAGED" in info and ", 0 B lost" not in info
        assert converted.returncode == (65 if is_damaged else 0), told
        assert ("damaged place" in told) == is_damaged
        played = run_cantrail(binary, "replay", cut, "--to", "candump:-", "--speed", "max")
        assert (played.returncode, f"{cut} has no end" in played.stderr.decode()) == (converted.returncode, True)
        for made in ("saved.mcap", "cut.log", "saved.log"):
            (tmp_path / made).unlink()


def test_what_is_no_frame_and_what_is_no_recording_is_told(binary, tmp_path, log, leaf_dbc):
    convert(binary, log, tmp_path / "drive.mcap", "--dbc", leaf_dbc)
    assert "500 messages left out that are no frames" in convert(binary, tmp_path / "drive.mcap", tmp_path / "drive.log")
    (tmp_path / "noise.mcap").write_bytes(b"no recording\n" * 1000)
    done = run_cantrail(binary, "convert", tmp_path / "noise.mcap", tmp_path / "noise.log")
    assert (done.returncode, "nothing in it can be read" in done.stderr.decode()) == (65, True)


def test_info_of_a_damaged_journal_ends_with_65(binary, tmp_path, log):
    convert(binary, log, tmp_path / "journal")
    (segment,) = (tmp_path / "journal").glob("*.ctj")
    damaged = bytearray(segment.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    segment.write_bytes(damaged)
    done = run_cantrail(binary, "info", tmp_path / "journal")
    assert (done.returncode, "1 place where something is missing or damaged" in done.stdout.decode()) == (65, True)


def test_a_name_of_another_kind_makes_no_folder(binary, tmp_path, log):
    for name in ("drive.log.xz", "drive.txt", "drive.mf4"):
        done = run_cantrail(binary, "convert", log, tmp_path / name)
        assert (done.returncode, ".log, .mcap or .db" in done.stderr.decode()) == (65, True)
        assert not (tmp_path / name).exists()
    convert(binary, log, f"{tmp_path}/drive.old/")
    assert "2,000 frames" in convert(binary, tmp_path / "drive.old", tmp_path / "again.log")


def test_a_second_catalog_begins_a_second_file_which_is_named_and_written_over_nothing(binary, make_node, tmp_path, leaf_dbc):
    port = harness.free_udp_port()
    other = tmp_path / "other.dbc"
    other.write_text(Path(leaf_dbc).read_text().replace("Battery", "Accumulator"))
    for dbc in (leaf_dbc, other):
        node = make_node(harness.cannelloni_source(port, dbc))
        with harness.running(node):
            sender = harness.Sender(port)
            sender.send([(0x1DB, bytes(8))] * 3)
            node.wait_for_records(3)
            sender.close()
    (tmp_path / "all_0002.mcap").write_text("somebody's")
    refused = run_cantrail(binary, "convert", tmp_path / "journal", tmp_path / "all.mcap")
    assert (refused.returncode, "all_0002.mcap is there already" in refused.stderr.decode()) == (65, True)
    assert (tmp_path / "all_0002.mcap").read_text() == "somebody's"
    assert not (tmp_path / "all.mcap").exists()
    told = convert(binary, tmp_path / "journal", tmp_path / "both.mcap")
    assert f"2 files, since a file has one catalog:\n  {tmp_path}/both.mcap\n  {tmp_path}/both_0002.mcap\n" in told


@pytest.mark.parametrize("name", ["drive.log", "drive.mcap", "drive.db"])
def test_what_does_not_fit_on_the_disk_leaves_nothing(binary, tmp_path, disk, log, name):
    convert(binary, log, tmp_path / "journal")
    disk.mount("size=20k")
    done = run_cantrail(binary, "convert", tmp_path / "journal", disk.path / name)
    assert done.returncode == 1, done.stderr.decode()
    assert list(disk.path.iterdir()) == []
