"""Rows and frames as protobuf, read by Python's implementation, and the printed .proto by protoc."""

import json
import math
import random
import re
import shutil
import subprocess

import pytest

import harness

pytest.importorskip("google.protobuf", reason="the Python package protobuf is not installed")
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, unknown_fields  # noqa: E402

FRAMES = 4000
QUALITY = 2044  # the field that says why others are absent
UNNAMED = "not in the value table"  # the comment of a zero that proto3 wanted
DBCS = {  # multiplexed, Motorola, wide, of 29-bit identifiers, floats, 64 bits, odd names; whether some rows have labels
    "cantools+cantools/abs.dbc": True,
    "cantools+cantools/multiplex_2.dbc": False,
    "cantools+cantools/floating_point.dbc": False,
    "cantools+cantools/signed.dbc": False,
    "cantools+cantools/motohawk.dbc": True,
    "commaai+opendbc/test.dbc": False,
    "commaai+opendbc/vw_mlb.dbc": True,
    "opendbc_gen/toyota_nodsu_pt_generated.dbc": True,
    "opendbc_gen/nissan_x_trail_2017_generated.dbc": True,
    "CSS-Electronics+dashboard-writer/CSS-Electronics-SAE-J1939-DEMO.dbc": False,
}


@pytest.fixture(scope="session")
def protobuf_rows(binary):
    path = harness.built_beside(binary, "tests/interop/protobuf_rows")
    if path is None:
        pytest.skip("the test program protobuf_rows is not in this build")
    return path


@pytest.fixture(scope="session")
def protoc():
    path = shutil.which("protoc")
    if path is None:
        pytest.skip("protoc is not installed (protobuf-compiler)")
    return path


def random_log(dbc, seed):
    """Frames for the identifiers that the DBC defines: random bytes, and now and then all zero, all one, or short."""
    text = dbc.read_bytes().decode("latin-1")
    messages = [(int(id), int(length)) for id, length in re.findall(r"^BO_ +(\d+) +\w+ *: *(\d+)", text, re.MULTILINE)]
    messages = [(id, length) for id, length in messages if length <= 64]
    source = random.Random(seed)
    lines = []
    for number in range(FRAMES):
        id, length = source.choice(messages)
        length = length if length <= 8 else next(size for size in (12, 16, 20, 24, 32, 48, 64) if size >= length)
        data = source.choice([source.randbytes(length)] * 5 + [bytes(length), b"\xff" * length])
        if source.random() < 0.1 and length <= 8:
            data = data[: source.randrange(length + 1)]
        name = f"{id & 0x1FFFFFFF:08X}" if id & 0x80000000 else f"{id:03X}"
        mark = "##0" if length > 8 else "#"
        lines.append(f"({1700000000 + number}.{source.randrange(10**9):09}) can0 {name}{mark}{data.hex().upper()}\n")
    return "".join(lines)


class Type:
    """A message type, from its own descriptor set alone, with what its comments tell."""

    def __init__(self, name, descriptor_set):
        files = descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file
        pool = descriptor_pool.DescriptorPool()
        for file in files:
            pool.Add(file)
        self.make = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
        comments = {tuple(at.path): at.leading_comments for at in files[-1].source_code_info.location}
        self.signals, self.labels, self.enums = {}, {}, set()
        for index, field in enumerate(files[-1].message_type[0].field):
            if field.proto3_optional:
                self.signals[field.name] = said(comments.get((4, 0, 2, index), ""), "name", field.name)
                if field.type == field.TYPE_ENUM:
                    self.enums.add(self.signals[field.name])
        fields = {field.type_name.rpartition(".")[2]: field.name for field in files[-1].message_type[0].field}
        for index, enum in enumerate(files[-1].message_type[0].enum_type):
            for place, value in enumerate(enum.value):
                label = comments.get((4, 0, 4, index, 2, place)) or value.name[len(fields[enum.name]) + 1 :]
                if label != UNNAMED:
                    self.labels[fields[enum.name], value.number] = label

    def row(self, data):
        """What `cantrail decode` says of the same row: time, identifier, signals, labels, why others are absent."""
        message = self.make.FromString(data)
        assert len(unknown_fields.UnknownFieldSet(message)) == 0
        signals, labels = {}, {}
        for name, original in self.signals.items():
            if not message.HasField(name):
                continue
            value = getattr(message, name)
            signals[original] = value
            if (name, value) in self.labels:
                labels[original] = self.labels[name, value]
        time_ns = message.timestamp.seconds * 10**9 + message.timestamp.nanos
        tells_why = any(field.number == QUALITY for field in message.DESCRIPTOR.fields)
        reasons = {self.signals[name]: why for name, why in message.quality.items()} if tells_why else {}
        return time_ns, message.can_id, getattr(message, "extended", False), signals, labels, reasons


def said(comment, key, otherwise):
    found = [line[len(key) + 2 :] for line in comment.split("\n") if line.startswith(key + ": ")]
    return found[0] if found else otherwise


def number_at(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def messages(data, numbered):
    at = 0
    while at < len(data):
        kind = 0
        if numbered:
            kind, at = number_at(data, at)
        length, at = number_at(data, at)
        yield kind, data[at : at + length]
        at += length


def comparable(value):
    """JSON has neither NaN nor infinities nor bools where the DBC has bits."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value) if isinstance(value, bool) else value


def assert_same_rows(binary, protobuf_rows, log, dbc, folder):
    """Python's protobuf and `cantrail decode` say the same of every row; how many rows, labels and reasons."""
    subprocess.run([protobuf_rows, log, folder, dbc], check=True, timeout=harness.PATIENCE_S)
    names = (folder / "names").read_text().splitlines()
    types = [Type(name, (folder / f"{i}.desc").read_bytes()) for i, name in enumerate(names)]
    rows = [(types[kind], *types[kind].row(data)) for kind, data in messages((folder / "rows").read_bytes(), True)]
    printed = harness.run_cantrail(binary, "decode", log, "--dbc", dbc)
    assert printed.returncode == 0, printed.stderr
    expected = [json.loads(line) for line in printed.stdout.splitlines()]
    assert len(rows) == len(expected)
    labelled = reasoned = 0
    for (kind, time_ns, id, extended, signals, labels, reasons), told in zip(rows, expected):
        assert (str(time_ns), id, extended) == (told["time_ns"], told["id"], told.get("extended", False))
        assert {key: comparable(value) for key, value in signals.items()} == told["signals"], told
        told_labels = {key: label.strip() for key, label in told.get("labels", {}).items()}
        assert labels == {key: label for key, label in told_labels.items() if key in kind.enums}, told
        assert reasons == told.get("quality", {}), told
        labelled += len(labels)
        reasoned += len(reasons)
    return len(rows), labelled, reasoned


@pytest.mark.parametrize("name", DBCS)
def test_python_reads_the_rows_that_decode_prints(binary, protobuf_rows, shared, tmp_path, name):
    dbc = shared / "dbc" / name
    log = tmp_path / "random.log"
    log.write_text(random_log(dbc, seed=name))
    rows, labelled, reasoned = assert_same_rows(binary, protobuf_rows, log, dbc, tmp_path)
    assert rows > FRAMES * 0.9
    assert (labelled > 0) == DBCS[name]
    assert (reasoned > FRAMES / 10) == ("J1939" in name)  # all ones are no value there


def test_python_reads_the_rows_of_a_real_log(binary, protobuf_rows, gnss_log, gnss_dbc, tmp_path):
    rows, *_ = assert_same_rows(binary, protobuf_rows, gnss_log, gnss_dbc, tmp_path)
    assert rows > 1000


def test_python_reads_the_frames_of_a_real_log(protobuf_rows, gnss_log, gnss_dbc, tmp_path):
    subprocess.run([protobuf_rows, gnss_log, tmp_path, gnss_dbc], check=True, timeout=harness.PATIENCE_S)
    frame = Type("cantrail.Frame", (tmp_path / "recording.desc").read_bytes()).make
    lines = harness.read_xz(gnss_log).decode().splitlines()
    read = [frame.FromString(data) for _, data in messages((tmp_path / "frames").read_bytes(), False)]
    assert len(read) == len(lines) > 4000
    for index, (line, message) in enumerate(zip(lines, read)):
        seconds, _, fraction = line.split()[0].strip("()").partition(".")
        id, _, data = line.split()[2].partition("#")
        nanos = int(fraction.ljust(9, "0"))
        assert (message.timestamp.seconds, message.timestamp.nanos) == (int(seconds), nanos)
        assert (message.id, message.extended) == (int(id, 16), len(id) == 8)
        assert (message.data.hex().upper(), message.length) == (data, len(data) // 2)
        assert (message.channel, message.epoch, message.seq, message.index) == ("can0", 1, 1, index)


def without_comments(file):
    plain = descriptor_pb2.FileDescriptorProto.FromString(file.SerializeToString())
    plain.ClearField("source_code_info")
    for message in plain.message_type:
        for field in [*message.field, *(field for entry in message.nested_type for field in entry.field)]:
            field.ClearField("json_name")  # protoc writes down what everybody works out
    return plain


def files_of(descriptor_set):
    return descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file


def test_protoc_compiles_what_is_printed(binary, protoc, shared, tmp_path, one_round_in):
    """Of every DBC there is; and it makes the same types of it as stand in the descriptor set."""
    entries = [json.loads(line)["path"] for line in (shared / "dbc/manifest.jsonl").read_text().splitlines()]
    assert len(entries) > 100
    fields = 0
    for entry in entries[::one_round_in]:
        proto, ours, theirs = tmp_path / "cantrail/stream.proto", tmp_path / "ours.desc", tmp_path / "theirs.desc"
        proto.parent.mkdir(exist_ok=True)
        for command, output in ("proto", proto), ("descriptor", ours):
            made = harness.run_cantrail(binary, "dbc", command, shared / entry, "-o", output)
            assert made.returncode == 0, (entry, made.stderr)
        compiled = subprocess.run(
            [protoc, f"--proto_path={tmp_path}", f"--descriptor_set_out={theirs}", "cantrail/stream.proto"],
            capture_output=True,
            text=True,
        )
        assert (compiled.returncode, compiled.stderr) == (0, ""), entry
        mine = without_comments(files_of(ours.read_bytes())[-1])
        assert mine == without_comments(files_of(theirs.read_bytes())[-1]), entry
        pool = descriptor_pool.DescriptorPool()
        for file in files_of(ours.read_bytes()):
            pool.Add(file)
        pool.FindFileByName(mine.name)  # newer rules than protoc 3.21's
        fields += sum(len(message.field) for message in mine.message_type)
    assert fields > 30_000 // one_round_in**2  # the files are of very different size


def test_equal_dbcs_give_equal_bytes_and_one_type_each(binary, leaf_dbc):
    once = harness.run_cantrail(binary, "dbc", "descriptor", leaf_dbc)
    again = harness.run_cantrail(binary, "dbc", "descriptor", leaf_dbc, leaf_dbc)
    assert once.returncode == again.returncode == 0
    assert once.stdout == again.stdout
    assert [message.name for message in files_of(once.stdout)[-1].message_type][:2] == ["Inverter", "Battery"]


def test_package_is_chosen_and_checked(binary, leaf_dbc):
    chosen = harness.run_cantrail(binary, "dbc", "proto", leaf_dbc, "--package", "race_car.v1")
    assert b"package race_car.v1;" in chosen.stdout
    for package in "", "a b", "google", "google.protobuf", "1a", "a..b":
        refused = harness.run_cantrail(binary, "dbc", "proto", leaf_dbc, "--package", package)
        assert refused.returncode == 2, package
        assert b"package" in refused.stderr and refused.stdout == b""


def test_a_file_that_is_no_dbc_is_named(binary, tmp_path):
    wrong = tmp_path / "wrong.dbc"
    wrong.write_text("hello")
    refused = harness.run_cantrail(binary, "dbc", "proto", wrong)
    assert refused.returncode == 65
    assert b"wrong.dbc" in refused.stderr
    missing = harness.run_cantrail(binary, "dbc", "descriptor", tmp_path / "none.dbc", "-o", tmp_path / "out.desc")
    assert missing.returncode == 1
    assert b"none.dbc" in missing.stderr
    assert not (tmp_path / "out.desc").exists()


def test_messages_that_come_in_several_frames_are_there_too(binary, tmp_path):
    dbc = tmp_path / "long.dbc"
    dbc.write_text('BO_ 1 Short: 8 X\n SG_ a : 0|8@1+ (1,0) [0|0] "" X\nBO_ 2 Long: 100 X\n SG_ b : 0|8@1+ (1,0) [0|0] "" X\n')
    made = harness.run_cantrail(binary, "dbc", "proto", dbc)
    assert made.returncode == 0
    assert b"message Short" in made.stdout and b"message Long" in made.stdout
    assert made.stderr == b""
