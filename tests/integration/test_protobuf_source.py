"""Messages over TCP and UDP: what clients send is what the node keeps, and what is lost is said."""

import base64
import hashlib
import importlib.util
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from conftest import ROOT
from harness import LOOPBACK, free_port, free_udp_port, http_get, run_cantrail, running, sqlite_sink, varint, wait_until

SOURCE = ROOT / "src/sources/protobuf"
EXAMPLE = ROOT / "examples/protobuf"
CAMERA = """syntax = "proto3";
package test;
message Picture { string name = 1; bytes jpeg = 2; }
"""
WIND = """syntax = "proto3";
package test;
// What the vane says.
message Wind { double knots = 1; // [kn]
  repeated int32 gusts = 2; }
"""


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """messages(type): a class that protobuf's own library makes from the .proto files."""
    if importlib.util.find_spec("google.protobuf") is None:
        pytest.skip("Python's protobuf is not installed (tests/requirements.txt)")
    if shutil.which("protoc") is None:
        pytest.skip("protoc is not installed (./dev setup test)")
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    folder = tmp_path_factory.mktemp("types")
    (folder / "camera.proto").write_text(CAMERA)
    (folder / "wind.proto").write_text(WIND)
    shutil.copy(EXAMPLE / "proto/wheels.proto", folder)
    shutil.copy(SOURCE / "envelope.proto", folder)
    files = [str(path.name) for path in folder.glob("*.proto")]
    subprocess.run(["protoc", "-I", folder, "--descriptor_set_out", folder / "all.bin", *files], check=True)
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString((folder / "all.bin").read_bytes()).file:
        pool.Add(file)
    return lambda name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


class Sender:
    """A client: packs messages into envelopes."""

    def __init__(self, messages, port, udp=False):
        self.envelope = messages("cantrail.Envelope")
        self.udp = udp
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        self.socket.connect((LOOPBACK, port))

    def pack(self, message, time_ns=None, name=None):
        envelope = self.envelope(type=name or message.DESCRIPTOR.full_name, payload=message.SerializeToString())
        if time_ns is not None:
            envelope.time_ns = time_ns
        packed = envelope.SerializeToString()
        return packed if self.udp else varint(len(packed)) + packed

    def send(self, message, **more):
        self.socket.sendall(self.pack(message, **more))

    def close(self):
        self.socket.close()


def protobuf_source(port, folder, extra=""):
    return f'[source.sensors]\ntype = "protobuf"\nlisten = "{LOOPBACK}:{port}"\nproto = "{folder}"\n{extra}\n'


@pytest.fixture
def proto(tmp_path):
    folder = tmp_path / "proto"
    folder.mkdir()
    shutil.copy(EXAMPLE / "proto/wheels.proto", folder)
    return folder


def signals(node, message):
    return [row["signals"] for row in node.history(message=message)]


def test_three_clients_a_thousand_messages_each(make_node, tmp_path, messages, proto):
    port = free_port()
    Wheels = messages("car.Wheels")
    began = time.time_ns()

    def send(name):
        sender = Sender(messages, port)
        for number in range(1000):
            wheels = Wheels(client=name, number=number, front_left=number / 7)
            if number % 3 == 0:
                wheels.brake = 80.5
            sender.send(wheels, time_ns=began + number * 1_000_000)
        sender.close()

    with running(make_node(protobuf_source(port, proto) + sqlite_sink(tmp_path))) as node:
        clients = [threading.Thread(target=send, args=(name,)) for name in "abc"]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        node.wait_for_records(3000)
        node.wait_delivered()
        rows = node.history(message="Wheels")
        assert len(rows) == 3000
        for name in "abc":
            own = [row for row in rows if row["signals"]["client"] == name]
            assert [row["signals"]["number"] for row in own] == list(range(1000))
            assert [int(row["time_ns"]) for row in own] == [began + number * 1_000_000 for number in range(1000)]
            assert [row["signals"]["front_left"] for row in own] == [number / 7 for number in range(1000)]
            assert [row["signals"]["front_right"] for row in own] == [0] * 1000, "a default is a value"
            assert [row["signals"].get("brake") for row in own] == [80.5 if n % 3 == 0 else None for n in range(1000)]
        assert node.gaps() == []
        current = node.get("/api/state/current", message="Wheels")["rows"]
        assert len(current) == 1 and current[0]["channel"] is None and current[0]["signals"]["number"] == 999
        assert current[0]["units"]["front_left"] == "km/h"
        stream = next(one for one in node.get("/api/signals")["streams"] if one["stream"] == "Wheels")
        assert (stream["source"], stream["comment"]) == ("sensors", "What the wheels do, as somebody measures it.")
        span = {"from": str(began / 1e9 - 1), "to": str(began / 1e9 + 2)}
        series = node.get("/api/series", signal="sensors:Wheels.front_left", **span)
        assert sum(series["count"]) == 3000


def test_a_file_dropped_into_the_folder_is_a_new_input(make_node, tmp_path, messages, proto):
    port = free_port()
    Wind = messages("test.Wind")
    with running(make_node(protobuf_source(port, proto) + sqlite_sink(tmp_path))) as node:
        sender = Sender(messages, port)
        first = Wind(knots=7.5, gusts=[9, 12])
        sender.send(first)
        node.wait_for_records(1)
        hint = wait_until(lambda: node.status()["sources"][0]["hint"], "a hint about the unknown type")
        assert "test.Wind" in hint
        (proto / "wind.proto").write_text(WIND)
        wait_until(lambda: "2 files of" in node.log(), node.log)
        sender.send(first)
        node.wait_for_records(2)
        node.wait_delivered()
        assert signals(node, "Wind") == [{"knots": 7.5, "gusts": "[9,12]"}]
        unknown = signals(node, "unknown")
        assert [one["type"] for one in unknown] == ["test.Wind"]
        assert Wind.FromString(base64.b64decode(unknown[0]["payload"])) == first, "nothing of it is lost"
        # Another field: the history goes on under one name.
        (proto / "wind.proto").write_text(WIND.replace("double knots = 1;", "double knots = 1; bool gale = 3;"))
        wait_until(lambda: node.log().count("2 files of") == 2, node.log)
        sender.send(Wind(knots=50))
        node.wait_for_records(3)
        node.wait_delivered()
        assert signals(node, "Wind")[1] == {"knots": 50.0, "gusts": "[]", "gale": False}
        listed = [one for one in node.get("/api/signals")["streams"] if one["stream"] == "Wind"]
        assert [field["name"] for field in listed[0]["signals"]] == ["knots", "gusts", "gale"] and len(listed) == 1
        # Broken, it is told with its place, and what was known goes on.
        (proto / "wind.proto").write_text("syntax = 'proto3';\nmessage Wind {\n  double\n")
        wait_until(lambda: "wind.proto:4:1: " in node.log(), node.log)
        sender.send(Wind(knots=3))
        node.wait_for_records(4)
        sender.close()


def test_a_node_that_comes_back_hears_its_clients_again(make_node, tmp_path, messages, proto):
    port = free_port()
    Wheels = messages("car.Wheels")
    node = make_node(protobuf_source(port, proto) + sqlite_sink(tmp_path))
    with running(node):
        sender = Sender(messages, port)
        for number in range(50):
            sender.send(Wheels(client="a", number=number))
        node.wait_for_records(50)
        node.wait_delivered()
    for kill in (False, True):
        with running(node):
            sender = Sender(messages, port)
            sender.send(Wheels(client="a", number=50 + kill))
            node.wait_for_records(1)
            node.wait_delivered()
            assert [one["number"] for one in signals(node, "Wheels")] == list(range(51 + kill))
            assert any(gap["reason"] == "downtime" and gap["where"] == "sensors" for gap in node.gaps())
            rows = node.get("/api/state/current")["rows"]
            assert [row["message"] for row in rows] == ["Wheels"], "the row of before and that of now are one stream's"
            if kill:
                node.kill()
    sender.close()


def test_a_large_value_is_a_file_and_the_row_says_which(make_node, tmp_path, messages, proto):
    (proto / "camera.proto").write_text(CAMERA)
    port = free_port()
    Picture = messages("test.Picture")
    pictures = [random.Random(i).randbytes(200_000) for i in range(8)]
    node = make_node(protobuf_source(port, proto) + sqlite_sink(tmp_path) + '[blobs]\nkeep = "1MiB"\n')
    with running(node):
        sender = Sender(messages, port)
        for i, jpeg in enumerate([b"small", *pictures, pictures[0]]):
            sender.send(Picture(name=str(i), jpeg=jpeg))
        node.wait_for_records(10)
        node.wait_delivered()
        rows = signals(node, "Picture")
        assert [row["name"] for row in rows] == [str(i) for i in range(10)], "in their order, each with its row"
        assert rows[0]["jpeg"] == "c21hbGw="
        digests = [hashlib.sha256(picture).hexdigest() for picture in pictures]
        # Five fit into a mebibyte; the journal names them all, so none goes.
        kept = [f"sha256:{digest}:200000" for digest in digests[:5]]
        assert [row.get("jpeg") for row in rows[1:]] == [*kept, None, None, None, kept[0]]
        gaps = [gap for gap in node.gaps() if gap["reason"] == "blob_lost"]
        assert sum(gap["count"] for gap in gaps) == 3
        folder = tmp_path / "blobs"
        assert (folder / digests[0][:2] / digests[0][2:]).read_bytes() == pictures[0]
        assert node.status()["blobs"] == {"count": 5, "bytes": 1_000_000, "cap_bytes": 1 << 20}
    with running(node):
        answer = http_get(node.port, f"/api/blobs/{digests[1]}")
        assert (answer.status, answer.body) == (200, pictures[1])
        assert http_get(node.port, f"/api/blobs/{digests[7]}").status == 404
    sender.close()


def test_what_is_no_message_is_counted_and_costs_nobody_else(make_node, tmp_path, messages, proto):
    port = free_port()
    Wheels = messages("car.Wheels")
    with running(make_node(protobuf_source(port, proto, 'max_message = "10KB"') + sqlite_sink(tmp_path))) as node:
        good, bad = Sender(messages, port), Sender(messages, port)
        good.send(Wheels(number=1))
        bad.socket.sendall(varint(3) + b"\xff\xff\xff" + varint(20_000) + bytes(20_000))
        bad.send(Wheels(number=2))
        bad.socket.sendall(good.pack(Wheels(number=3))[:7])
        node.wait_for_records(2)
        bad.close()
        wait_until(lambda: "source_down" in {gap["reason"] for gap in node.status()["gaps"]["recent"]}, "its end as a gap")
        chance = random.Random(5)
        for _ in range(30):
            noise = Sender(messages, port)
            noise.socket.sendall(chance.randbytes(chance.randrange(1, 3000)))
            noise.close()
        good.send(Wheels(number=4))
        wait_until(
            lambda: [row["signals"]["number"] for row in node.get("/api/state/current", message="Wheels")["rows"]] == [4],
            "the good client's last row",
        )
        node.wait_delivered()
        assert [one["number"] for one in signals(node, "Wheels")] == [1, 2, 4]
        lost = sum(gap["count"] for gap in node.gaps() if gap["reason"] == "malformed_input")
        assert lost >= 2
        good.close()


def test_datagrams_are_messages(make_node, tmp_path, messages, proto):
    port = free_udp_port()
    Wheels = messages("car.Wheels")
    source = protobuf_source(port, proto, 'transport = "udp"\nprefix = "pit_"\ntime = "arrival"')
    with running(make_node(source + sqlite_sink(tmp_path))) as node:
        sender = Sender(messages, port, udp=True)
        began = time.time_ns()
        for number in range(100):
            sender.send(Wheels(number=number), time_ns=5)
        node.wait_for_records(100)
        node.wait_delivered()
        rows = node.history(message="pit_Wheels")
        assert [row["signals"]["number"] for row in rows] == list(range(100))
        assert all(began <= int(row["time_ns"]) <= time.time_ns() for row in rows)
        sender.close()


def test_messages_of_one_type_need_no_envelope(make_node, tmp_path, messages, proto):
    port = free_port()
    Wheels = messages("car.Wheels")
    with running(make_node(protobuf_source(port, proto, 'message = "car.Wheels"') + sqlite_sink(tmp_path))) as node:
        with socket.create_connection((LOOPBACK, port)) as connection:
            for number in range(10):
                packed = Wheels(number=number).SerializeToString()
                connection.sendall(varint(len(packed)) + packed)
        node.wait_for_records(10)
        node.wait_delivered()
        assert [one["number"] for one in signals(node, "Wheels")] == list(range(10))


# --- the clients of examples/ ---

NEEDS = {"C++": ("g++", "protoc"), "Python": ("protoc",), "TypeScript": ("npm", "node", "protoc")}


def commands(language):
    """What the example's README tells to type."""
    section = (EXAMPLE / "README.md").read_text().split(f"## {language}\n")[1]
    return section.split("```sh\n")[1].split("```")[0]


@pytest.mark.parametrize("language", NEEDS)
def test_the_example_works_as_its_readme_says(make_node, tmp_path, proto, language):
    for tool in NEEDS[language]:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if language == "Python" and importlib.util.find_spec("google.protobuf") is None:
        pytest.skip("Python's protobuf is not installed (tests/requirements.txt)")
    if language == "C++" and not Path("/usr/include/google/protobuf/message.h").exists():
        pytest.skip("libprotobuf-dev is not installed")
    tree = tmp_path / "tree"
    shutil.copytree(EXAMPLE, tree / "examples/protobuf", ignore=shutil.ignore_patterns("node_modules", "*_pb.*", "client", "data"))
    (tree / "src/sources/protobuf").mkdir(parents=True)
    shutil.copy(SOURCE / "envelope.proto", tree / "src/sources/protobuf")
    port = free_port()
    script = commands(language).replace("127.0.0.1 20300 10", f"127.0.0.1 {port} 25")
    assert str(port) in script
    with running(make_node(protobuf_source(port, proto) + sqlite_sink(tmp_path))) as node:
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["sh", "-ec", script], cwd=tree / "examples/protobuf", env=environment, capture_output=True, text=True, timeout=600
        )
        if language == "TypeScript" and done.returncode != 0 and ("ENOTFOUND" in done.stderr or "network" in done.stderr):
            pytest.skip("npm has no network: " + done.stderr.splitlines()[0])
        assert done.returncode == 0, done.stdout + done.stderr
        node.wait_for_records(25)
        node.wait_delivered()
        rows = signals(node, "Wheels")
        assert [row["number"] for row in rows] == list(range(25))
        assert {row["client"] for row in rows} == {{"C++": "cpp", "Python": "python", "TypeScript": "typescript"}[language]}
        assert all("brake" not in row for row in rows)
        assert node.gaps() == []


def test_the_guide_shows_the_examples_as_they_are():
    guide = (ROOT / "docs/guide/protobuf.md").read_text()
    for path in ("cpp/client.cpp", "python/client.py", "typescript/client.ts", "proto/wheels.proto", "sensors.toml"):
        assert (EXAMPLE / path).read_text() in guide, f"the guide does not show {path} word for word"
    assert (SOURCE / "envelope.proto").read_text() in guide


def test_the_example_is_good(binary):
    done = run_cantrail(binary, "check", EXAMPLE / "sensors.toml")
    assert done.returncode == 0 and b"0 warnings" in done.stdout, done.stderr


def test_check_knows_the_streams_and_what_is_broken(binary, tmp_path, proto):
    (proto / "bad.proto").write_text('syntax = "proto3";\nmessage Bad {\n  int32 a = 1\n}\n')
    config = tmp_path / "node.toml"
    config.write_text(
        "config_version = 1\n[source.sensors]\ntype = 'protobuf'\nproto = 'proto'\n[sink.history]\ntype = 'sqlite'\n"
        "only = ['Wheels.front_*', 'unknown', 'Wheeels']\n"
    )
    done = run_cantrail(binary, "check", config)
    said = done.stderr.decode()
    assert done.returncode == 0, said
    assert "bad.proto:4:1: warning: Expected \";\"" in said
    assert "\"Wheeels\" fits no stream of this node; did you mean 'Wheels'?" in said
    assert said.count("fits no stream") == 1, said
