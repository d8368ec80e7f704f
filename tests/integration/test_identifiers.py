"""A row says one identifier wherever it is read: that of its frame, or the one that a message of several would have
had in one frame; null or nothing where it came in no frame. The numbers are written down by hand."""

import json

import pytest

from harness import Node, logfile_source, run_cantrail, running, sqlite_sink

DBC = """VERSION ""
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "VFrameFormat" "J1939PG";
BO_ 2364540158 EEC1: 8 X
 SG_ Speed : 24|16@1+ (0.125,0) [0|0] "rpm" X
BO_ 2566832382 Long: 16 X
 SG_ Far : 112|8@1+ (1,0) [0|0] "" X
BO_ 2564030462 Asked: 12 X
 SG_ Far : 80|8@1+ (1,0) [0|0] "" X
BO_ 498 Plain: 8 X
 SG_ A : 0|8@1+ (1,0) [0|0] "" X
BO_ 2024 Answer: 64 X
 SG_ did m98 : 16|16@1+ (1,0) [0|0] "" X
 SG_ service M : 8|8@1+ (1,0) [0|0] "" X
BA_ "VFrameFormat" BO_ 498 0;
BA_ "VFrameFormat" BO_ 2024 0;
"""
SIGNAL = '[signal.twice]\nexpr = "EEC1.Speed * 2"\n'
# Frames, and (message, identifier, are there bytes of one frame) of the rows that end with them.
TALK = [
    ("18F00442#FF00001027FFFFFF", [("EEC1", 0x18F00442, True), ("twice", None, False)]),
    ("1CECFF42#20100003FFC0FE00", []),  # 16 bytes of FEC0 to all, in 3 packets
    ("1CEBFF42#0101020304050607", []),
    ("1CEBFF42#0208090A0B0C0D0E", []),
    ("1CEBFF42#030F10FFFFFFFFFF", [("Long", 0x1CFEC042, False)]),
    ("18FECA17#00FF6E000301FFFF", [("DM1", 0x18FECA17, True)]),
    ("18ECFF21#200A0002FFCAFE00", []),  # 10 bytes: two trouble codes
    ("18EBFF21#0100FF6E0003015C", []),
    ("18EBFF21#02020401FFFFFFFF", [("DM1", 0x18FECA21, False), ("DM1", 0x18FECA21, False)]),
    ("18EC1742#100C00020200D300", []),  # 12 bytes of D300 to 17: asked, granted, sent
    ("1CEC4217#110201FFFF00D300", []),
    ("18EB1742#0101020304050607", []),
    ("18EB1742#0208090A0B0C0000", [("Asked", 0x18D31742, False)]),
    ("1CEC4217#130C0002FF00D300", []),
    ("1F2#01", [("Plain", 0x1F2, True)]),
    ("7E8#0462123401AAAAAA", [("Answer", 0x7E8, True)]),
]
EXPECTED = sorted(((i, *row) for i, (_, rows) in enumerate(TALK) for row in rows), key=str)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("talk")
    (folder / "talk.dbc").write_text(DBC)
    (folder / "talk.log").write_text("".join(f"(1700000000.{i:02}0000) can0 {frame}\n" for i, (frame, _) in enumerate(TALK)))
    return folder


def read(rows):
    """(number of the frame, message, identifier) of rows in JSON."""
    found = []
    for row in rows:
        wide = row.get("extended", False)
        number = row.get("id")
        assert number is not None or not wide
        assert number is None or wide == (number > 0x7FF)
        found.append(((int(row["time_ns"]) // 10**7) % 100, row["message"], number))
    return sorted(found, key=str)


def without_bytes(expected):
    return sorted(((at, message, number) for at, message, number, _ in expected), key=str)


def newest(expected):
    latest = {message: (at, message, number, data) for at, message, number, data in sorted(expected, key=lambda row: row[0])}
    return sorted(latest.values(), key=str)


def assert_bytes(rows, expected):
    sent = {i: frame.split("#")[1].lower() for i, (frame, _) in enumerate(TALK)}
    want = {(at, message): sent[at] if data else "" for at, message, _, data in expected}
    for row in rows:
        assert row["data"] == want[(int(row["time_ns"]) // 10**7) % 100, row["message"]], row


def test_rows_say_one_identifier_everywhere(binary, files, tmp_path):
    log, dbc = files / "talk.log", files / "talk.dbc"
    recordings = tmp_path / "recordings"
    node = Node(binary, tmp_path, logfile_source(log, dbc, name="can0") + sqlite_sink(tmp_path) + SIGNAL +
                f'[sink.recording]\ntype = "mcap"\npath = "{recordings}"\ndelay = "50ms"\n')
    with running(node):
        node.wait_for_records(len(TALK))
        node.wait_delivered()
        stored = node.get("/api/state/history", limit=10000)["rows"]
        assert read(stored) == without_bytes(EXPECTED)
        assert_bytes(stored, EXPECTED)
        shown = [row for row in node.get("/api/state/current")["rows"] if row["message"] != "Bus"]
        assert read(shown) == without_bytes(newest(EXPECTED))
        assert_bytes(shown, newest(EXPECTED))
    exported = run_cantrail(binary, "journal", "export", tmp_path / "journal", "--format", "jsonl")
    assert exported.returncode == 0, exported.stderr.decode()
    assert read(map(json.loads, exported.stdout.splitlines())) == without_bytes(EXPECTED)

    with running(node):  # known from before: the same again, on the channel that they are of
        shown = node.get("/api/state/current")["rows"]
        assert read(shown) == without_bytes(newest(EXPECTED))
        assert {row["channel"] for row in shown} == {"can0"}


def test_decode_says_the_same(binary, files):
    log, dbc = files / "talk.log", files / "talk.dbc"
    of_frames = [row for row in EXPECTED if row[1] != "twice"]
    done = run_cantrail(binary, "decode", log, "--dbc", dbc)
    assert done.returncode == 0, done.stderr.decode()
    assert read(map(json.loads, done.stdout.splitlines())) == without_bytes(of_frames)
    table = run_cantrail(binary, "decode", log, "--dbc", dbc, "--format", "table").stdout.decode().splitlines()
    assert sorted(line.split()[2:4] for line in table) == sorted(
        [f"{number:08X}" if number > 0x7FF else f"{number:03X}", message] for _, message, number, _ in of_frames)


def test_recordings_say_the_same(binary, files, tmp_path):
    recording = pytest.importorskip("test_recording", reason="python mcap and protobuf are not installed")
    if recording.mcap is None or recording.descriptor_pool is None:
        pytest.skip("python mcap and protobuf are not installed (pip install -r tests/requirements.txt)")
    node = Node(binary, tmp_path, logfile_source(files / "talk.log", files / "talk.dbc", name="can0") +
                f'[sink.recording]\ntype = "mcap"\npath = "{tmp_path / "recordings"}"\ndelay = "50ms"\n')
    with running(node):
        node.wait_for_records(len(TALK))
        node.wait_delivered("recording")
    found = [((time // 10**7) % 100, topic.rsplit("/", 1)[1], message.can_id)
             for topic, schema, time, message in recording.read_all(tmp_path / "recordings")
             if schema.startswith("cantrail.stream.") and hasattr(message, "can_id")]
    assert sorted(found, key=str) == without_bytes([row for row in EXPECTED if row[1] not in ("DM1", "twice")])
