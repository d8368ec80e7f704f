"""MCAP files: what cantrail writes, python mcap and @mcap/core read, and the other way round, message for message.

CANTRAIL_BUILD is the folder of the build whose mcap_tool is tested (build/dev).
"""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOOL = Path(os.environ.get("CANTRAIL_BUILD", HERE.parents[2] / "build/dev")) / "tests/interop/mcap_tool"
COMPRESSIONS = ("none", "lz4", "zstd")

try:
    import mcap.reader
    import mcap.records
    import mcap.stream_reader
    import mcap.writer
except ImportError:
    mcap = None


@pytest.fixture(scope="session")
def tool():
    if not TOOL.is_file():
        pytest.fail(f"there is no program {TOOL}; build it, or set CANTRAIL_BUILD")

    def run(*arguments, fails=False):
        done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, check=False)
        assert (done.returncode != 0) == fails, done.stderr.decode()
        return Model(done.stdout, done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def python_mcap():
    if mcap is None:
        pytest.skip("python mcap is not installed (pip install -r tests/requirements.txt)")


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    if shutil.which("node") is None or not (HERE / "node_modules/@mcap/core").is_dir():
        pytest.skip(f"@mcap/core is not installed (npm ci in {HERE})")

    def run(*arguments, lines=""):
        command = ["node", HERE / "mcap_core.mjs", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, check=False, input=lines.encode())
        assert done.returncode == 0, done.stderr.decode()
        return Model(done.stdout, "")

    return run


class Model:
    """A file's content: one JSON object a record."""

    def __init__(self, lines=b"", damage="", records=()):
        self.records = [json.loads(line) for line in lines.splitlines()] + list(records)
        self.damage = damage.splitlines()

    def of(self, kind):
        return [record for record in self.records if record["kind"] == kind]

    def messages_by_time(self):
        """Messages of equal time have no order that all readers share."""
        return sorted(self.of("message"), key=lambda one: (int(one["log_time"]), one["sequence"]))

    def lines(self):
        return "".join(json.dumps(record) + "\n" for record in self.records)


def assert_same(read, written, kinds, ordered=False):
    for kind in kinds:
        if kind == "message" and ordered:
            times = [int(one["log_time"]) for one in read.of(kind)]
            assert times == sorted(times)
            assert read.messages_by_time() == written.messages_by_time()
        elif kind in ("schema", "channel"):
            by_id = [sorted(model.of(kind), key=lambda one: one["id"]) for model in (read, written)]
            # Readers of the whole file see a definition again in the summary, or in a chunk.
            assert {json.dumps(one) for one in by_id[0]} == {json.dumps(one) for one in by_id[1]}
        else:
            assert read.of(kind) == written.of(kind), kind


CONTENT = ("header", "schema", "channel", "message", "attachment", "metadata")


# --- python mcap ---------------------------------------------------------------------------------------------------


def message_record(message):
    return {"kind": "message", "channel": message.channel_id, "sequence": message.sequence,
            "log_time": str(message.log_time), "publish_time": str(message.publish_time), "data": message.data.hex()}


def python_record(record):
    r = mcap.records
    if isinstance(record, r.Header):
        return {"kind": "header", "profile": record.profile, "library": record.library}
    if isinstance(record, r.Schema):
        return {"kind": "schema", "id": record.id, "name": record.name, "encoding": record.encoding,
                "data": record.data.hex()}
    if isinstance(record, r.Channel):
        return {"kind": "channel", "id": record.id, "schema_id": record.schema_id, "topic": record.topic,
                "message_encoding": record.message_encoding, "metadata": record.metadata}
    if isinstance(record, r.Message):
        return message_record(record)
    if isinstance(record, r.Attachment):
        return {"kind": "attachment", "log_time": str(record.log_time), "create_time": str(record.create_time),
                "name": record.name, "media_type": record.media_type, "data": record.data.hex()}
    if isinstance(record, r.Metadata):
        return {"kind": "metadata", "name": record.name, "metadata": record.metadata}
    if isinstance(record, r.Statistics):
        return {"kind": "statistics", "messages": str(record.message_count), "schemas": record.schema_count,
                "channels": record.channel_count, "attachments": record.attachment_count,
                "metadata": record.metadata_count, "chunks": record.chunk_count,
                "start": str(record.message_start_time), "end": str(record.message_end_time),
                "messages_of": {str(k): str(v) for k, v in record.channel_message_counts.items()}}
    return None


def python_stream(path):
    with open(path, "rb") as stream:
        reader = mcap.stream_reader.StreamReader(stream, validate_crcs=True)
        return Model(records=filter(None, map(python_record, reader.records)))


def python_indexed(path):
    with open(path, "rb") as stream:
        reader = mcap.reader.SeekingReader(stream, validate_crcs=True)
        summary = reader.get_summary()
        records = [reader.get_header(), *summary.schemas.values(), *summary.channels.values()]
        records += [message for _, _, message in reader.iter_messages()]
        records += [*reader.iter_attachments(), *reader.iter_metadata(), summary.statistics]
        return Model(records=map(python_record, records))


def random_model(seed):
    """What the other writers are given. Their schemas count from 1; channels from `first`."""
    rng = random.Random(seed)
    text = lambda: rng.choice(["", "speed", "täxt", "a/b"]) + str(rng.randrange(100))
    blob = lambda most: rng.randbytes(rng.randrange(most)).hex()
    records = [{"kind": "header", "profile": "p", "library": "l"}]
    for schema in (1, 2):
        records.append({"kind": "schema", "id": schema, "name": text(), "encoding": "jsonschema", "data": blob(50)})
    channels = range(1, 7)
    for channel in channels:
        records.append({"kind": "channel", "id": channel, "schema_id": rng.randrange(1, 3), "topic": f"t{channel}",
                        "message_encoding": "json", "metadata": {"k": text()}})
    for sequence in range(2000):
        time = 10**18 + sequence * 1000 + rng.randrange(200_000)
        records.append({"kind": "message", "channel": rng.choice(channels), "sequence": sequence,
                        "log_time": str(time), "publish_time": str(time - 5),
                        "data": (bytes(rng.randrange(60)) + rng.randbytes(rng.randrange(20))).hex()})
        if sequence % 700 == 500:
            records.append({"kind": "attachment", "log_time": "5", "create_time": "6", "name": text(),
                            "media_type": "x/y", "data": blob(30_000)})
            records.append({"kind": "metadata", "name": text(), "metadata": {"a": text(), "b": text()}})
    return Model(records=records)


def python_write(path, model, compression, chunk_size):
    kind = {"none": "NONE", "lz4": "LZ4", "zstd": "ZSTD"}[compression]
    writer = mcap.writer.Writer(str(path), compression=mcap.writer.CompressionType[kind], chunk_size=chunk_size or 1,
                                use_chunking=chunk_size > 0, enable_data_crcs=True)
    data = bytes.fromhex
    for r in model.records:
        if r["kind"] == "header":
            writer.start(r["profile"], r["library"])
        elif r["kind"] == "schema":
            assert writer.register_schema(r["name"], r["encoding"], data(r["data"])) == r["id"]
        elif r["kind"] == "channel":
            assert writer.register_channel(r["topic"], r["message_encoding"], r["schema_id"], r["metadata"]) == r["id"]
        elif r["kind"] == "message":
            writer.add_message(r["channel"], int(r["log_time"]), data(r["data"]), int(r["publish_time"]), r["sequence"])
        elif r["kind"] == "attachment":
            writer.add_attachment(int(r["create_time"]), int(r["log_time"]), r["name"], r["media_type"], data(r["data"]))
        elif r["kind"] == "metadata":
            writer.add_metadata(r["name"], r["metadata"])
    writer.finish()


# --- what cantrail writes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("seed", (1, 2))
@pytest.mark.parametrize("options", ((), ("no-crc",)))
def test_python_reads_what_cantrail_writes(tool, python_mcap, tmp_path, compression, seed, options):
    path = tmp_path / "made.mcap"
    written = tool("write", path, compression, seed, *options)
    assert len(written.of("message")) > 1000
    assert_same(python_stream(path), written, CONTENT + ("statistics",))
    assert_same(python_indexed(path), written, CONTENT + ("statistics",), ordered=True)
    topic = "topic/700"
    with open(path, "rb") as stream:
        found = [message_record(m) for _, _, m in mcap.reader.SeekingReader(stream).iter_messages(topics=[topic])]
    assert sorted(found, key=lambda m: m["sequence"]) == [m for m in written.of("message") if m["channel"] == 700]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("seed", (3, 4))
def test_mcap_core_reads_what_cantrail_writes(tool, node, tmp_path, compression, seed):
    path = tmp_path / "made.mcap"
    written = tool("write", path, compression, seed)
    assert_same(node("stream", path), written, CONTENT)
    assert_same(node("indexed", path), written, CONTENT + ("statistics",), ordered=True)


def test_others_read_messages_outside_of_chunks(tool, python_mcap, node, tmp_path):
    path = tmp_path / "made.mcap"
    written = tool("write", path, "none", 5, "unchunked")
    assert_same(python_stream(path), written, CONTENT + ("statistics",))
    assert_same(node("stream", path), written, CONTENT)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_cantrail_reads_what_cantrail_writes(tool, tmp_path, compression):
    path = tmp_path / "made.mcap"
    written = tool("write", path, compression, 6)
    for command in ("stream", "ordered"):
        read = tool(command, path)
        assert read.damage == []
        assert_same(read, written, CONTENT, ordered=command == "ordered")


# --- what cantrail reads -------------------------------------------------------------------------------------------


def assert_cantrail_reads(tool, path, written, statistics):
    stream, ordered = tool("stream", path), tool("ordered", path)
    assert stream.damage == [] and ordered.damage == []
    assert_same(stream, written, CONTENT[1:])
    assert_same(ordered, written, CONTENT[1:], ordered=True)
    assert stream.of("header")[0]["profile"] == "p"
    assert ordered.of("statistics") == statistics


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("chunk_size", (0, 3000, 1_000_000))
def test_cantrail_reads_what_python_writes(tool, python_mcap, tmp_path, compression, chunk_size):
    path = tmp_path / "made.mcap"
    written = random_model(chunk_size)
    python_write(path, written, compression, chunk_size)
    assert_cantrail_reads(tool, path, written, python_stream(path).of("statistics"))


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("chunk_size", (0, 3000, 1_000_000))
def test_cantrail_reads_what_mcap_core_writes(tool, node, tmp_path, compression, chunk_size):
    path = tmp_path / "made.mcap"
    model = random_model(chunk_size + 1)
    for record in model.of("channel"):  # it counts channels from 0
        record["id"] -= 1
    for record in model.of("message"):
        record["channel"] -= 1
    node("write", path, compression, chunk_size, lines=model.lines())
    statistics = tool("ordered", path).of("statistics")
    assert statistics[0]["messages"] == "2000"
    assert_cantrail_reads(tool, path, model, statistics)


# --- recovery ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_others_read_a_cut_file_that_was_finished(tool, python_mcap, node, tmp_path, compression):
    whole = tmp_path / "whole.mcap"
    written = tool("write", whole, compression, 7)
    content = whole.read_bytes()
    rng = random.Random(7)
    for cut in sorted(rng.randrange(60, len(content)) for _ in range(12)):
        path = tmp_path / f"cut-{cut}.mcap"
        path.write_bytes(content[:cut])
        before = tool("stream", path)
        tool("finish", path)
        messages = before.of("message")
        assert messages == written.of("message")[: len(messages)]
        after = python_indexed(path)
        assert_same(after, before, ("message", "attachment", "metadata"), ordered=True)
        assert int(after.of("statistics")[0]["messages"]) == len(messages)
        assert_same(node("indexed", path), before, ("message", "attachment", "metadata"), ordered=True)
        assert tool("stream", path).damage == []


@pytest.mark.parametrize("compression", ("lz4", "zstd"))
def test_others_read_what_salvage_keeps(tool, python_mcap, node, tmp_path, compression):
    path, salvaged = tmp_path / "damaged.mcap", tmp_path / "salvaged.mcap"
    written = tool("write", path, compression, 8)
    content = bytearray(path.read_bytes())
    rng = random.Random(8)
    for _ in range(3):
        content[rng.randrange(5000, 60_000)] ^= 0x55  # in chunks mostly
    path.write_bytes(content)
    read = tool("salvage", path, salvaged)
    assert read.damage
    kept = tool("stream", path)
    assert 0 < len(kept.of("message")) < len(written.of("message"))
    for model in (python_indexed(salvaged), node("indexed", salvaged), tool("ordered", salvaged)):
        assert_same(model, kept, ("message", "attachment", "metadata"), ordered=True)


def test_what_is_no_mcap_file_is_refused(tool, tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"(1.0) can0 123#00\n")
    tool("stream", path, fails=True)
