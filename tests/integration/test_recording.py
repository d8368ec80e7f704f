"""The sink mcap in a node that is killed: every frame is in the recordings once, and others read all of it."""

import hashlib
import json
import random
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import harness
from conftest import ROOT
from harness import logfile_source, run_cantrail, running, sqlite_sink

try:
    import mcap.reader
except ImportError:
    mcap = None

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
except ImportError:
    descriptor_pool = None

DEMO = "dbc/CSS-Electronics+api-examples/dbc_files__CSS-Electronics-SAE-J1939-DEMO.dbc"
INTEROP = ROOT / "tests/interop/mcap"


@pytest.fixture(autouse=True)
def readers():
    if mcap is None or descriptor_pool is None:
        pytest.skip("python mcap and protobuf are not installed (pip install -r tests/requirements.txt)")


def mcap_sink(folder, extra=""):
    return f'[sink.recording]\ntype = "mcap"\npath = "{folder}"\ndelay = "50ms"\nchunk = "64KiB"\n{extra}\n'


class Decoder:
    """Message classes from the schemas in the files, and from nothing else."""

    def __init__(self):
        self.classes = {}

    def decode(self, schema, data):
        key = (schema.name, schema.data)
        if key not in self.classes:
            pool = descriptor_pool.DescriptorPool()
            for file in descriptor_pb2.FileDescriptorSet.FromString(schema.data).file:
                pool.Add(file)
            self.classes[key] = message_factory.GetMessageClass(pool.FindMessageTypeByName(schema.name))
        return self.classes[key].FromString(data)


def read_all(folder):
    """(topic, schema name, log time, message) of all files, in the order of their names."""
    decoder = Decoder()
    found = []
    for path in sorted(Path(folder).glob("*.mcap")):
        with open(path, "rb") as file:
            reader = mcap.reader.make_reader(file, validate_crcs=True)
            for schema, channel, message in reader.iter_messages():
                found.append((channel.topic, schema.name, message.log_time, decoder.decode(schema, message.data)))
    return found


def ns(timestamp):
    return timestamp.seconds * 10**9 + timestamp.nanos


def frames_of(found):
    return [(ns(m.timestamp), m.id, bytes(m.data)) for _, schema, _, m in found if schema == "cantrail.Frame"]


def log_frames(path):
    frames = []
    for line in Path(path).read_text().splitlines():
        when, _, frame = line.split()[:3]
        can_id, data = frame.split("#")
        frames.append((harness.nanoseconds(when.strip("()")), int(can_id, 16), bytes.fromhex(data)))
    return frames


@pytest.fixture(scope="module")
def drive(binary, tmp_path_factory):
    """Eight seconds of the simulated car, busier than it is; the payload of one message counts."""
    path = tmp_path_factory.mktemp("drive") / "drive.log"
    made = run_cantrail(binary, "simulate", "leaf", "--to", "candump:-", "--speed", "max", "--seed", 11, "--duration", "8s")
    assert made.returncode == 0, made.stderr
    lines = made.stdout.decode().splitlines()
    with open(path, "w") as log:
        for number, line in enumerate(lines):
            print(line, file=log)
            when, channel, _ = line.split()[:3]
            print(f"{when} {channel} 7FF#{number:016X}", file=log)
    return path


def assert_rows_equal(found, rows):
    """What protobuf says of each signal is what /api/state/history says."""
    by_row = {}
    for topic, schema, _, message in found:
        if schema.startswith("cantrail.stream."):
            by_row.setdefault((topic.rsplit("/", 1)[1], ns(message.timestamp)), []).append(message)
    assert sum(map(len, by_row.values())) == len(rows)
    for row in rows:
        message = by_row[(row["message"], int(row["time_ns"]))].pop(0)
        assert message.can_id == row["id"]
        for field in message.DESCRIPTOR.fields:
            if field.number >= 2040:
                continue
            assert message.HasField(field.name) == (field.name in row["signals"]), field.name
            if field.name not in row["signals"]:
                continue
            value, told = getattr(message, field.name), row["signals"][field.name]
            assert (int(value) if isinstance(value, bool) else value) == told, field.name
            if field.name in row.get("labels", {}) and field.enum_type is not None:
                name = field.enum_type.values_by_number[value].name
                assert name == f"{field.name}_{row['labels'][field.name]}" or not row["labels"][field.name].isidentifier()


def test_kills_lose_nothing_and_double_nothing(make_node, tmp_path, drive, leaf_dbc):
    recordings = tmp_path / "recordings"
    node = make_node(
        logfile_source(drive, leaf_dbc, pace="2x")
        + mcap_sink(recordings, 'split = ["2s", "512MiB"]')
        + sqlite_sink(tmp_path)
    )
    chance = random.Random(7)
    for _ in range(5):
        node.start()
        harness.wait_until(lambda: list(recordings.glob("*.mcap.part")), "a recording that has begun")
        time.sleep(chance.uniform(0, 0.5))
        node.kill()
    node.start("--until-end", ready=None)
    assert node.process.wait(harness.PATIENCE_S) == 0, node.log()
    assert not list(recordings.glob("*.mcap.part"))
    assert len(list(recordings.glob("*.mcap"))) >= 5, "each kill ends a file, and so do the marks of the clock"
    found = read_all(recordings)
    frames, sent = frames_of(found), log_frames(drive)
    assert len(frames) == len(sent)
    assert sorted(frames) == sorted(sent), "each frame once, with its time, and nothing else"
    places = [(m.epoch, m.seq, m.index) for _, schema, _, m in found if schema == "cantrail.Frame"]
    assert len(set(places)) == len(places)
    with running(node):
        node.wait_delivered()
        assert_rows_equal(found, node.history())
        listed = node.get("/api/recordings")["recordings"]
        assert {one["sink"] for one in listed} == {"recording"}
        assert sorted(one["path"] for one in listed) == sorted(map(str, recordings.glob("*.mcap")))
        for one in listed:
            content = Path(one["path"]).read_bytes()
            assert one["bytes"] == len(content)
            assert one["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.skipif(
    shutil.which("node") is None or not (INTEROP / "node_modules/@mcap/core").is_dir(),
    reason=f"@mcap/core is not installed (npm ci in {INTEROP})",
)
def test_mcap_core_opens_what_a_kill_has_left(make_node, tmp_path, drive, leaf_dbc):
    recordings = tmp_path / "recordings"
    node = make_node(logfile_source(drive, leaf_dbc, pace="2x") + mcap_sink(recordings))
    node.start()
    harness.wait_until(lambda: list(recordings.glob("*.mcap.part")), "a recording that has begun")
    node.kill()
    node.start("--until-end", ready=None)
    assert node.process.wait(harness.PATIENCE_S) == 0, node.log()
    told = []
    for path in sorted(recordings.glob("*.mcap")):
        done = subprocess.run(["node", INTEROP / "mcap_core.mjs", "indexed", path], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        told += [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(record["kind"] == "message" for record in told) == len(read_all(recordings))


def test_a_live_bus_is_recorded_with_its_configuration(binary, make_node, tmp_path, leaf_dbc):
    port = harness.free_udp_port()
    recordings = tmp_path / "recordings"
    node = make_node(harness.cannelloni_source(port, leaf_dbc) + mcap_sink(recordings))
    sender = harness.Sender(port)
    with running(node):
        for i in range(50):
            sender.send([(498, bytes([i, 0, 20, 20, i % 4, 0, 0, 0])), (0x7FF, i.to_bytes(8, "big"))])
        node.wait_for_records(100)
        node.wait_delivered("recording")
        ledger = node.lane("recording")["ledger"]
        assert (ledger["delivered"], ledger["undecoded"]) == (100, 0)
    sender.close()
    (path,) = recordings.glob("*.mcap")
    assert path.name.startswith("tested_")
    assert [int.from_bytes(data, "big") for _, can_id, data in frames_of(read_all(recordings)) if can_id == 0x7FF] == list(range(50))
    with open(path, "rb") as file:
        reader = mcap.reader.make_reader(file)
        attachments = {one.name: one.data for one in reader.iter_attachments()}
        notes = {one.name: one.metadata for one in reader.iter_metadata()}
    assert attachments[leaf_dbc.name] == leaf_dbc.read_bytes()
    (catalog,) = (data for name, data in attachments.items() if name.startswith("catalog-"))
    assert json.loads(catalog)["cantrail_catalog"] == 1
    assert notes["cantrail"]["node"] == "tested"
    assert notes["cantrail"]["sink"] == "recording"


def test_an_absent_value_says_why(make_node, tmp_path, shared):
    """A J1939 value of all ones, and a named signal outside of its limits; what is said is said by every reader."""
    speeds = {0x1440: 648, 0xFFFF: "not_available", 0xFE00: "error", 0x7D00: "out_of_range"}  # eighths of rpm
    log = tmp_path / "truck.log"
    log.write_text("".join(f"({1700000000 + i}.000000) can0 0CF00400#000000{raw.to_bytes(2, 'little').hex().upper()}000000\n"
                           for i, raw in enumerate(speeds)))
    recordings = tmp_path / "recordings"
    signal = '[signal.speed]\nfrom = "EEC1.EngineSpeed"\nround = 0\nvalid = [0, 3000]\n'
    node = make_node(logfile_source(log, shared / DEMO) + signal + mcap_sink(recordings))
    node.start("--until-end", ready=None)
    assert node.process.wait(harness.PATIENCE_S) == 0, node.log()
    rows = {"cantrail.stream.EEC1": [], "cantrail.stream.speed": []}
    for _, schema, _, message in read_all(recordings):
        if schema in rows:
            rows[schema].append(message)
    assert all(len(found) == len(speeds) for found in rows.values())
    for frame, named, (raw, wanted) in zip(*rows.values(), speeds.items()):
        told = wanted if raw > 0xFDFF else None  # of the frame, which has no limits but those of its bits
        assert frame.HasField("EngineSpeed") == (told is None)
        assert dict(frame.quality) == ({"EngineSpeed": told} if told else {})
        assert told or frame.EngineSpeed == raw / 8
        assert frame.source == 0 and frame.priority == 3
        if isinstance(wanted, str):
            assert not named.HasField("value") and dict(named.quality) == {"value": wanted}
        else:
            assert named.value == wanted and not named.quality


def post(node, path):
    request = urllib.request.Request(f"http://127.0.0.1:{node.port}{path}", method="POST")
    with urllib.request.urlopen(request, timeout=harness.PATIENCE_S) as answer:
        return json.load(answer)


def numbers_of(recordings):
    return sorted(int.from_bytes(data, "big") for _, _, data in frames_of(read_all(recordings)))


def test_triggers_record_what_was_before_them_and_a_kill_changes_nothing(make_node, tmp_path, leaf_dbc):
    port = harness.free_udp_port()
    recordings = tmp_path / "recordings"
    node = make_node(
        harness.cannelloni_source(port, leaf_dbc)
        + mcap_sink(recordings, 'trigger = ["api:door", "error_frame"]\nbefore = "1s"\nafter = "1s"')
    )
    sender = harness.Sender(port)
    number = 0

    def send(seconds):
        nonlocal number
        for _ in range(int(seconds * 20)):
            sender.send([(0x7FF, number.to_bytes(8, "big"))])
            number += 1
            time.sleep(0.05)

    node.start()
    send(2)
    node.wait_delivered("recording")
    assert node.lane("recording")["ledger"]["delivered"] == 0
    first = number
    assert post(node, "/api/trigger?name=door&reason=a%20test")["sinks"] == ["recording"]
    waits = node.get("/api/recordings")["triggers"]
    assert waits == [{"sink": "recording", "any": False, "names": ["door"], "before_ms": 1000, "after_ms": 1000}]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        post(node, "/api/trigger?name=window")
    send(0.5)
    node.kill()
    node.start()
    send(1.5)
    node.wait_delivered("recording")
    # Nothing comes any more, and the window is over all the same.
    harness.wait_until(lambda: not list(recordings.glob("*.part")), "the window's end")
    node.assert_balanced()
    recorded = numbers_of(recordings)
    assert recorded[0] in range(first - 21, first - 9), "a second before the call"
    assert first + 9 in recorded
    assert len(set(recorded)) == len(recorded)
    assert recorded[-1] < number - 5, "and no more than a second behind it"
    before = len(recorded)
    sender.send([(0x20000004, bytes(8))])  # an error frame
    harness.wait_until(lambda: node.lane("recording")["ledger"]["pending"] == 0, "the error frame")
    harness.wait_until(lambda: len(list(recordings.glob("*.mcap"))) > 2, "its window's end", timeout=30)
    assert len(frames_of(read_all(recordings))) > before
    assert "going on from there" not in node.log()
    node.assert_balanced()
    node.terminate()
    sender.close()
    for path in recordings.glob("*.mcap"):
        with open(path, "rb") as file:
            notes = {one.name: one.metadata for one in mcap.reader.make_reader(file).iter_metadata()}
        assert notes["cantrail.trigger"]["trigger"] in ("door", "error_frame")


BEAT_S, WINDOW_S = 0.7, 1.05  # no edge of a window is nearer to a burst than half a beat
BURSTS, PULLING = 12, (2, 3, 8)
WINDOWS = [[1, 2, 3, 4], [7, 8, 9]]  # the second burst that pulls goes on in the window of the first
OF_CHUNKS = ("cantrail/cursor", "cantrail/ledger")  # how much came at a time


def incidents(folder):
    window = f'before = "{WINDOW_S}s"\nafter = "{WINDOW_S}s"'
    return mcap_sink(folder / "recordings", f'trigger = "Battery.soc < 10"\n{window}')


def files_of(folder, message_of):
    """What each file has: its messages, and whatever else does not depend on when its chunks were written."""
    files = {}
    for path in sorted(Path(folder).glob("*.mcap")):
        with open(path, "rb") as file:
            reader = mcap.reader.make_reader(file, validate_crcs=True)
            files[path.name] = sorted(
                (channel.topic, message.log_time, message_of(schema, message.data))
                for schema, channel, message in reader.iter_messages()
                if channel.topic not in OF_CHUNKS
            )
    return files


def trigger_notes(folder):
    notes = []
    for path in sorted(Path(folder).glob("*.mcap")):
        with open(path, "rb") as file:
            notes += [one.metadata for one in mcap.reader.make_reader(file).iter_metadata() if one.name == "cantrail.trigger"]
    return notes


def bursts_in_files(folder):
    """By file, the bursts that it has anything of."""
    decoder = Decoder()
    files = files_of(folder, lambda schema, data: decoder.decode(schema, data).data if schema.name == "cantrail.Frame" else b"")
    return [sorted({data[0] for _, _, data in messages if len(data) == 2}) for messages in files.values()]


@pytest.fixture(scope="module")
def incident_drive(binary, tmp_path_factory, leaf_dbc):
    """A node that has recorded two incidents out of twelve bursts, and has ended: its folder and source."""
    folder = tmp_path_factory.mktemp("incidents")
    port = harness.free_udp_port()
    source = harness.cannelloni_source(port, leaf_dbc)
    node = harness.Node(binary, folder, source + incidents(folder))
    sender = harness.Sender(port)
    with running(node):
        begin = time.monotonic()
        for burst in range(BURSTS):
            time.sleep(max(0, begin + burst * BEAT_S - time.monotonic()))
            charge = bytes([10 if burst in PULLING else 100, 1, 2, 3, 4, 5, 6, 7])
            sender.send([(0x7FF, bytes([burst, i])) for i in range(8)] + [(475, charge)])
        node.wait_for_records(9 * BURSTS)
        node.wait_delivered("recording")
    sender.close()
    return folder, source


def test_a_journal_that_is_read_again_makes_the_same_triggered_files(make_node, tmp_path, incident_drive):
    first, source = incident_drive
    folder = tmp_path / "again"
    shutil.copytree(first / "journal", folder / "journal")
    node = make_node(source + incidents(folder), folder=folder)
    with running(node):
        node.wait_delivered("recording")
    wanted = files_of(first / "recordings", lambda schema, data: data)
    assert bursts_in_files(first / "recordings") == WINDOWS
    assert files_of(folder / "recordings", lambda schema, data: data) == wanted, "byte for byte, the places in the journal too"
    notes = trigger_notes(first / "recordings")
    assert [note["trigger"] for note in notes] == ["Battery.soc < 10"] * 2
    assert trigger_notes(folder / "recordings") == notes


def test_a_replay_at_its_own_pace_makes_the_same_triggered_files(binary, make_node, tmp_path, leaf_dbc, incident_drive):
    first, _ = incident_drive
    log = tmp_path / "replayed.log"
    told = run_cantrail(binary, "convert", first / "journal", log, "--nanoseconds")
    assert told.returncode == 0, told.stderr
    assert len(log_frames(log)) == 9 * BURSTS
    node = make_node(logfile_source(log, leaf_dbc, pace="recorded") + incidents(tmp_path))
    node.start("--until-end", ready=None)
    assert node.process.wait(harness.PATIENCE_S) == 0, node.log()
    decoder = Decoder()

    def without_its_place(schema, data):
        """Another journal has it, and its time was read from the log."""
        if schema.name != "cantrail.Frame":
            return data
        frame = decoder.decode(schema, data)
        for field in ("epoch", "seq", "index", "time_origin"):
            frame.ClearField(field)
        return frame.SerializeToString(deterministic=True)

    wanted = files_of(first / "recordings", without_its_place)
    assert files_of(tmp_path / "recordings", without_its_place) == wanted, "under the same names, which have the first record's time"


def test_check_knows_what_triggers_name(binary, tmp_path, leaf_dbc):
    config = tmp_path / "node.toml"
    head = f'config_version = 1\ndata = "{tmp_path}"\n[source.can0]\ntype = "socketcan"\ninterface = "can0"\ndbc = "{leaf_dbc}"\n'
    for trigger, why in {
        "no_such_signal": "is no signal",
        "LB_Current_Foo.x > 1": "'trigger' in [sink.recording]",
        "a.b > c.d": "make a [signal] of it",
        "1 +": "ends where a value is expected",
    }.items():
        config.write_text(head + mcap_sink(tmp_path / "recordings", f'trigger = "{trigger}"'))
        told = run_cantrail(binary, "check", config)
        assert told.returncode == 78
        assert why in told.stderr.decode() + told.stdout.decode()


def test_check_tells_of_triggers_that_cannot_fire(binary, tmp_path, leaf_dbc):
    config = tmp_path / "node.toml"
    head = (f'config_version = 1\ndata = "{tmp_path}"\n[journal]\nkeep = "16MiB"\n[source.car]\ntype = "simulate"\nscenario = "leaf"\n'
            f'dbc = "{leaf_dbc}"\n[sink.incidents]\ntype = "mcap"\npath = "recordings"\n')

    def told(keys):
        config.write_text(head + keys)
        done = run_cantrail(binary, "check", config)
        return done.returncode, [line for line in done.stderr.decode().splitlines() if "[sink.incidents]" in line]

    soc = 'trigger = "Battery.soc < 10"\n'
    assert told(soc) == (0, [])
    assert told(soc + 'only = ["Battery"]\n') == (0, [])
    for keys in ('except = ["Battery"]\n', 'except = ["Battery.soc"]\n', 'only = ["VehicleSpeed"]\n'):
        code, (line,) = told(soc + keys)
        assert code == 0 and line.startswith(f"{config}:12:") and "'Battery.soc' never comes to this sink" in line
    code, (line,) = told(soc + 'before = "1h"\n')
    assert code == 0 and line.startswith(f"{config}:13:") and "'before' in [sink.incidents] is 1h, but the journal holds" in line
    code, (line,) = told('after = "1m"\n')
    assert code == 78 and line.startswith(f"{config}:12:") and "there is none; give 'trigger', or leave it out" in line
    for wrong in ("api:a b", "api:"):
        code, (line,) = told(f'trigger = ["{wrong}"]\n')
        assert code == 78 and line.startswith(f"{config}:12:") and "write \"api:" in line


def test_what_check_foretells_is_near_what_a_day_takes(binary, tmp_path, leaf_dbc):
    config, log, recording = tmp_path / "node.toml", tmp_path / "drive.log", tmp_path / "drive.mcap"
    config.write_text(
        f'config_version = 1\ndata = "{tmp_path}"\n[source.car]\ntype = "simulate"\nscenario = "leaf"\ndbc = "{leaf_dbc}"\n'
        + '[sink.recording]\ntype = "mcap"\npath = "recordings"\n'
    )
    told = json.loads(run_cantrail(binary, "check", "--json", config).stdout)
    (lane,) = (lane for lane in told["forecast"]["lanes"] if lane["name"] == "recording")
    made = run_cantrail(binary, "simulate", "leaf", "--to", "candump:-", "--speed", "max", "--seed", 3, "--duration", "600s")
    log.write_bytes(made.stdout)
    assert run_cantrail(binary, "convert", log, recording, "--dbc", leaf_dbc).returncode == 0
    taken = recording.stat().st_size * 144
    assert 0.75 < lane["bytes_per_day"]["known"] / taken < 1.33


def test_two_sinks_do_not_share_a_folder(binary, tmp_path):
    config = tmp_path / "node.toml"
    config.write_text(
        f'config_version = 1\ndata = "{tmp_path}"\n'
        '[sink.one]\ntype = "mcap"\npath = "recordings"\n[sink.two]\ntype = "mcap"\npath = "recordings"\n'
    )
    told = run_cantrail(binary, "check", config)
    assert told.returncode == 78
    assert "is also of [sink.one]" in told.stderr.decode() + told.stdout.decode()


def test_nobody_finishes_a_file_that_a_node_writes(binary, make_node, tmp_path, leaf_dbc):
    recordings, port = tmp_path / "recordings", harness.free_udp_port()
    with running(make_node(harness.cannelloni_source(port, leaf_dbc) + mcap_sink(recordings))) as node:
        sender = harness.Sender(port)
        sender.send([(0x1DB, bytes(8))] * 5)
        node.wait_for_records(5)
        node.wait_delivered("recording")
        (part,) = recordings.glob("*.part")
        refused = run_cantrail(binary, "recover", part, "--in-place")
        assert (refused.returncode, "is being written" in refused.stderr.decode()) == (65, True)
        told = run_cantrail(binary, "info", recordings)
        assert (told.returncode, "being written" in told.stdout.decode()) == (0, True)
        sender.send([(0x1DB, bytes(8))] * 5)
        node.wait_for_records(10)
        sender.close()
    assert len(frames_of(read_all(recordings))) == 10
    assert run_cantrail(binary, "info", recordings, "--verify").returncode == 0


def test_two_nodes_do_not_record_into_one_folder(make_node, tmp_path, leaf_dbc):
    recordings, nodes, ports = tmp_path / "recordings", [], []
    for name in ("one", "other"):
        ports.append(harness.free_udp_port())
        source = harness.cannelloni_source(ports[-1], leaf_dbc)
        nodes.append(make_node(source + mcap_sink(recordings), tmp_path / name))
    with running(nodes[0]), running(nodes[1], ready="/healthz"):
        for node, port in zip(nodes, ports):
            harness.wait_until(lambda: any(one["state"] == "running" for one in node.status()["sources"]), "the port to be open")
            sender = harness.Sender(port)
            sender.send([(0x1DB, bytes(8))] * 5)
            node.wait_for_records(5)
            sender.close()
        nodes[0].wait_delivered("recording")
        harness.wait_until(lambda: "is recorded into by another node or sink" in nodes[1].log(), "the second one's word")
        assert nodes[1].lane("recording")["ledger"]["pending"] == 5
        nodes[0].terminate()
        nodes[1].wait_delivered("recording")  # it goes on once the folder is free
    assert len(frames_of(read_all(recordings))) == 10


def test_a_sink_that_is_renamed_and_renamed_back_goes_on(make_node, tmp_path, leaf_dbc):
    recordings, port = tmp_path / "recordings", harness.free_udp_port()
    for run, name in enumerate(("recording", "drives", "recording")):
        sections = harness.cannelloni_source(port, leaf_dbc) + mcap_sink(recordings).replace("[sink.recording]", f"[sink.{name}]")
        with running(make_node(sections)) as node:
            sender = harness.Sender(port)
            sender.send([(0x1DB, bytes([run] * 8))] * 5)
            node.wait_for_records(5)
            node.wait_delivered(name)
            sender.close()
    assert sorted(data[0] for _, _, data in frames_of(read_all(recordings))) == [0] * 5 + [1] * 5 + [2] * 5
