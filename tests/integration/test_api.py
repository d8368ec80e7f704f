"""The API as a client sees it: what it asks for, what it gets, and what it is told when it asks wrongly."""

import asyncio
import ctypes
import json
import os
import shutil
import subprocess
from datetime import datetime, timezone

import pytest

import harness
from harness import (
    Sender, cannelloni_source, free_udp_port, http_get, logfile_source, nanoseconds, running, seconds, sqlite_sink,
)  # fmt: skip

BATTERY = 498


@pytest.fixture(scope="module")
def served(binary, tmp_path_factory, gnss_log, gnss_dbc):
    """A node that has the real recording in its history."""
    folder = tmp_path_factory.mktemp("served")
    node = harness.Node(binary, folder, logfile_source(gnss_log, gnss_dbc) + sqlite_sink(folder))
    with running(node):
        node.wait_for_records(4024)
        node.wait_delivered()
        yield node


@pytest.fixture(scope="module")
def rows(gnss_expected):
    return [(nanoseconds(row["t"]), row["msg"], row["phys"]) for row in gnss_expected]


def simple(answer):
    return [(int(row["time_ns"]), row["message"], row["signals"]) for row in answer["rows"]]


def rfc3339(time_ns, offset_hours=0):
    whole = datetime.fromtimestamp(time_ns // 10**9 + offset_hours * 3600, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{time_ns % 10**9:09d}" + (f"{offset_hours:+03d}:00" if offset_hours else "Z")


def test_history_takes_times_in_every_way_and_until_is_exclusive(served, rows):
    since, until = rows[500][0], rows[900][0]
    wanted = [row for row in rows if since <= row[0] < until]
    assert len(wanted) >= 399
    for a, b in (
        (seconds(since), seconds(until)), (rfc3339(since), rfc3339(until)), (rfc3339(since, 2), rfc3339(until, -5)),
        (seconds(since), rfc3339(until)),
    ):  # fmt: skip
        answer = served.get("/api/state/history", since=a, until=b)
        assert answer["more"] is False
        assert simple(answer) == wanted
    # A "+" that nobody escaped is no space.
    raw = http_get(served.port, f"/api/state/history?since={rfc3339(since, 2)}&until={rfc3339(until)}")
    assert simple(raw.json) == wanted


def test_history_gives_the_newest_and_says_that_there_are_more(served, rows):
    answer = served.get("/api/state/history", limit=7)
    assert answer["more"] is True
    assert simple(answer) == rows[-7:]
    assert simple(served.get("/api/state/history")) == rows[-1000:]
    whole = served.get("/api/state/history", limit=len(rows))
    assert whole["more"] is False
    assert simple(whole) == rows
    before = served.get("/api/state/history", limit=7, until=seconds(rows[7][0]))
    assert simple(before) == rows[:7]


def test_history_filters_by_message_and_cuts_to_signals(served, rows):
    one = served.get("/api/state/history", message="gnss_speed", limit=10000)
    assert simple(one) == [row for row in rows if row[1] == "gnss_speed"]
    globbed = served.get("/api/state/history", message="can0:gnss_al*", limit=10000)
    assert simple(globbed) == [row for row in rows if row[1] == "gnss_altitude"]
    cut = served.get("/api/state/history", signal="*itude", limit=10000)
    wanted = []
    for time_ns, message, signals in rows:
        kept = {name: value for name, value in signals.items() if name.endswith("itude")}
        if kept:
            wanted.append((time_ns, message, kept))
    assert simple(cut) == wanted
    assert served.get("/api/state/history", message="nothing*")["rows"] == []
    slip = http_get(served.port, "/api/state/history", message="gnss_spedd")
    assert slip.status == 404 and "did you mean gnss_speed?" in slip.json["detail"]


def test_history_thins_out_to_the_last_row_of_each_interval(served, rows):
    answer = served.get("/api/state/history", message="gnss_imu", every="10s", limit=10000)
    last = {}
    for time_ns, message, signals in rows:
        if message == "gnss_imu":
            last[time_ns // (10 * 10**9)] = (time_ns, message, signals)
    assert simple(answer) == list(last.values())


def test_current_has_the_last_row_of_each_stream(served, rows):
    last = {}
    for row in rows:
        last[row[1]] = row
    answer = served.get("/api/state/current")
    assert sorted(simple(answer), key=str) == sorted(last.values(), key=str)
    assert [row["message"] for row in answer["rows"]] == sorted(last)
    assert sum(row["rows"] for row in answer["rows"]) == len(rows)


@pytest.mark.parametrize(
    "path, parameter",
    [
        ("/api/state/history?limit=0", "limit"), ("/api/state/history?limit=10001", "limit"),
        ("/api/state/history?limit=many", "limit"), ("/api/state/history?since=yesterday", "since"),
        ("/api/state/history?since=5&until=4", "until"), ("/api/state/history?every=0s", "every"),
        ("/api/state/history?every=soon", "every"), ("/api/state/history?limits=5", "limits"),
        ("/api/gaps?limit=-1", "limit"), ("/api/gaps?message=x", "message"), ("/api/state/current?since=5", "since"),
        ("/api/status?x=1", "x"), ("/api/state/history?until=2026-13-01T00:00:00Z", "until"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named_in_a_problem_document(served, path, parameter):
    answer = http_get(served.port, path)
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == 400
    assert problem["parameter"] == parameter
    assert parameter in problem["detail"]


def test_what_is_not_there_is_404_and_what_is_not_allowed_405(served):
    assert http_get(served.port, "/api/none").status == 404
    done = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "DELETE", f"http://127.0.0.1:{served.port}/api/status"],
        capture_output=True, timeout=harness.PATIENCE_S,
    )  # fmt: skip
    assert done.stdout == b"405"


def test_metrics_are_what_prometheus_expects(served):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    text = http_get(served.port, "/metrics")
    assert text.status == 200
    done = subprocess.run([promtool, "check", "metrics"], input=text.body, capture_output=True, timeout=harness.PATIENCE_S)
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
    assert done.stderr + done.stdout == b"", "promtool has advice"


def test_metrics_and_status_tell_the_same(served):
    lines = dict(line.rsplit(" ", 1) for line in http_get(served.port, "/metrics").body.decode().splitlines() if line[0] != "#")
    ledger = served.lane("history")["ledger"]
    for fate in harness.FATES:
        assert float(lines[f'cantrail_lane_records{{lane="history",fate="{fate}"}}']) == ledger[fate], fate
    assert float(lines['cantrail_source_records_total{source="drive"}']) == 4024


def test_status_tells_what_the_kernel_says_of_clock_and_disk(served):
    class Timex(ctypes.Structure):  # adjtimex(2)
        _fields_ = [("modes", ctypes.c_uint), *((name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")), ("rest", ctypes.c_char * 256)]

    kernel = Timex(modes=0)
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(kernel))
    status = served.get("/api/status")
    assert status["clock"]["synchronised"] == (state in range(5))  # TIME_ERROR is 5
    if state in range(5):
        assert status["clock"]["error_ms"] == pytest.approx(kernel.maxerror / 1000, abs=50)
    else:
        assert status["clock"]["error_ms"] is None
    disk = os.statvfs(served.folder)
    assert status["journal"]["disk_free_bytes"] == pytest.approx(disk.f_bavail * disk.f_frsize, rel=0.2)


def test_the_description_is_valid_and_every_path_in_it_answers(served):
    from openapi_spec_validator import validate

    document = served.get("/api/openapi.json")
    validate(document)
    for path, methods in document["paths"].items():
        if set(methods) == {"post"}:  # no sink of this node waits for it
            assert path == "/api/trigger"
            assert http_get(served.port, f"{path}?name=door").status == 405
            continue
        assert set(methods) <= {"get", "head"}
        if "{" in path:  # there is no component and no blob here; other tests have some
            assert http_get(served.port, path.format(type="motor", id="1", digest="0" * 64)).status == 404
            continue
        known = served.get("/api/signals")["streams"]
        signal = next(f"{s['channel']}:{s['message']}.{s['signals'][0]['name']}" for s in known if s["channel"] and s["signals"])
        parameters = methods["get"].get("parameters", [])
        required = {each["name"]: {"signal": signal}[each["name"]] for each in parameters if each.get("required")}
        answer = http_get(served.port, path, **required)
        described = methods["get"]["responses"]
        assert str(answer.status) in described, f"{path}: {answer.status} is not described"
        if path == "/api/live":
            assert answer.status == 426
            continue
        assert answer.status == 200, f"{path}: {answer.status}"
        kind = answer.headers["Content-Type"].split(";")[0]
        assert kind in described["200"]["content"], f"{path}: {kind} is not described"
        for parameter in parameters:
            if "example" in parameter and parameter["name"] not in required:
                asked = http_get(served.port, path, **required, **{parameter["name"]: parameter["example"]})
                assert asked.status == 200, f"{path}: its own example of {parameter['name']}: {asked.body}"


# --- live ---


@pytest.fixture
def fed(make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    sender = Sender(port)
    with running(make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))) as node:
        yield node, sender
    sender.close()


def live(node, query=""):
    from websockets.asyncio.client import connect

    return connect(f"ws://127.0.0.1:{node.port}/api/live{query}", open_timeout=harness.PATIENCE_S, max_size=None)


async def next_of(socket, kind):
    async with asyncio.timeout(harness.PATIENCE_S):
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


def test_live_begins_with_a_snapshot_and_goes_on_with_changes(fed):
    node, sender = fed
    sender.send([(BATTERY, bytes([1] + [0] * 7))])
    node.wait_for_records(1)
    harness.wait_until(lambda: node.get("/api/state/current")["rows"], "the first row")

    async def watch():
        async with live(node, "?interval=20ms") as socket:
            first = json.loads(await socket.recv())
            assert first["type"] == "snapshot"
            assert [row["data"] for row in first["rows"]] == ["0100000000000000"]
            for value in (2, 3, 4):
                sender.send([(BATTERY, bytes([value] + [0] * 7))])
                changes = await next_of(socket, "changes")
                assert [row["data"][:2] for row in changes["rows"]] == [f"{value:02x}"]
                assert changes["rows"][0]["rows"] == value
            status = await next_of(socket, "status")
            assert status["status"]["received"] == 4
            assert status["status"]["balances"] is True

    asyncio.run(watch())


def test_live_sends_only_what_is_asked_for(fed):
    node, sender = fed
    sender.send([(BATTERY, bytes(8)), (474, bytes(8))])
    node.wait_for_records(2)
    harness.wait_until(lambda: len(node.get("/api/state/current")["rows"]) == 2, "both rows")
    wanted = next(row["message"] for row in node.get("/api/state/current")["rows"] if row["id"] == 474)

    async def watch():
        async with live(node, f"?message={wanted}&interval=20ms") as socket:
            first = json.loads(await socket.recv())
            assert [row["message"] for row in first["rows"]] == [wanted]
            sender.send([(BATTERY, bytes([7] * 8))])
            sender.send([(474, bytes([7] * 8))])
            changes = await next_of(socket, "changes")
            assert [row["message"] for row in changes["rows"]] == [wanted]

    asyncio.run(watch())


def test_live_refuses_a_wrong_interval_and_strange_origins(fed):
    import websockets

    node, _ = fed

    async def refused(query, **options):
        with pytest.raises(websockets.exceptions.InvalidStatus) as raised:
            async with websockets.connect(f"ws://127.0.0.1:{node.port}/api/live{query}", **options):
                pass
        return raised.value.response.status_code

    assert asyncio.run(refused("?interval=1ms")) == 400
    assert asyncio.run(refused("", origin="http://evil.example")) == 403


def test_subscriptions_over_one_connection(fed):
    node, sender = fed
    sender.send([(BATTERY, bytes([1] + [0] * 7)), (474, bytes(8))])
    node.wait_for_records(2)
    harness.wait_until(lambda: len(node.get("/api/state/current")["rows"]) == 2, "both rows")
    names = {row["id"]: row for row in node.get("/api/state/current")["rows"]}
    one, two = names[BATTERY], names[474]
    signal = next(iter(one["signals"]))

    async def watch():
        async with live(node) as socket:
            assert len((await next_of(socket, "snapshot"))["rows"]) == 2
            await socket.send(json.dumps({"subscribe": [f"can0:{one['message']}.{signal}"], "interval": "20ms", "id": 1}))
            said = await next_of(socket, "subscribed")
            assert (said["id"], said["interval"]) == (1, "20ms")
            first = await next_of(socket, "snapshot")
            assert first["id"] == 1
            assert [list(row["signals"]) for row in first["rows"]] == [[signal]]
            await socket.send(json.dumps({"subscribe": [two["message"]], "interval": "20ms", "id": "two"}))
            assert [row["id"] for row in (await next_of(socket, "snapshot"))["rows"]] == [474]
            sender.send([(474, bytes([9] * 8))])
            changes = await next_of(socket, "changes")
            assert (changes["id"], changes["rows"][0]["data"]) == ("two", "09" * 8)
            # A mistake is told and ends nothing.
            await socket.send("{")
            assert "no JSON" in (await next_of(socket, "error"))["detail"]
            await socket.send(b"\1\2")
            assert "binary" in (await next_of(socket, "error"))["detail"]
            await socket.send('{"ping":[1,"x"]}')
            assert (await next_of(socket, "pong"))["ping"] == [1, "x"]
            await socket.send('{"unsubscribe":"two"}')
            assert (await next_of(socket, "unsubscribed"))["id"] == "two"
            sender.send([(474, bytes(8)), (BATTERY, bytes([5] * 8))])
            changes = await next_of(socket, "changes")
            assert (changes["id"], [row["id"] for row in changes["rows"]]) == (1, [BATTERY])

    asyncio.run(watch())


def test_a_message_that_is_too_long_ends_the_connection(fed):
    import websockets

    node, _ = fed

    async def speak(length):
        async with live(node) as socket:
            await socket.send(json.dumps({"ping": "x" * (length - len('{"ping": ""}'))}))
            try:
                return (await next_of(socket, "error"))["type"]
            except websockets.exceptions.ConnectionClosed as closed:
                return closed.rcvd.code

    assert asyncio.run(speak(16 * 1024)) == "error", "a ping is longer than pings may be, but not too long to read"
    assert asyncio.run(speak(16 * 1024 + 1)) == 1009


def test_frames_that_no_dbc_knows_are_shown_raw(fed):
    node, sender = fed
    sender.send([(BATTERY, b"\1\2"), (0x7FF, b"\3"), (0x18FEF100 | 0x80000000, b"\4" * 8), (0x123 | 0x40000000, b"")])
    sender.send([(0x7FE, b"\5" * 24, 1), (BATTERY, b"\6\7\x08")])
    node.wait_for_records(6)
    frames = harness.wait_until(lambda: (f := node.get("/api/frames")["frames"])[4:] and f, "all identifiers")
    by_id = {frame["id"]: frame for frame in frames}
    assert [frame["id"] for frame in frames] == sorted(by_id)
    battery = harness.wait_until(lambda: (f := node.get("/api/frames", id="0x1F2")["frames"][0])["count"] == 2 and f, "both")
    assert (battery["data"], battery["dlc"], battery["message"]) == ("060708", 3, "Inverter")
    assert (by_id[0x7FF]["message"], by_id[0x7FF]["data"], by_id[0x7FF]["count"]) == (None, "03", 1)
    assert by_id[0x18FEF100]["extended"] is True
    assert by_id[0x123]["remote"] is True
    assert (by_id[0x7FE]["fd"], by_id[0x7FE]["dlc"], by_id[0x7FE]["length"]) == (True, 12, 24)
    assert len(node.get("/api/frames", limit=2)["frames"]) == 2
    assert node.get("/api/frames", channel="can1")["frames"] == []


def test_layouts_are_those_of_the_dbc(fed, leaf_dbc):
    """As cantools reads them; and the bits they name hold the value that is shown."""
    import cantools

    node, _ = fed
    database = cantools.database.load_file(leaf_dbc)
    streams = {stream["id"]: stream for stream in node.get("/api/signals")["streams"]}
    assert len(streams) == len(database.messages)
    for message in database.messages:
        stream = streams[message.frame_id]
        assert stream["length"] == message.length
        layouts = {signal["name"]: signal["layout"] for signal in stream["signals"]}
        assert set(layouts) == {signal.name for signal in message.signals}
        for signal in message.signals:
            layout = layouts[signal.name]
            assert (layout["start_bit"], layout["length"]) == (signal.start, signal.length)
            assert (layout["byte_order"], layout["signed"]) == (signal.byte_order, signal.is_signed)
            assert (layout["factor"], layout["offset"], layout["float"]) == (signal.scale, signal.offset, signal.is_float)
            assert layout["is_multiplexer"] == signal.is_multiplexer
            assert layout["multiplexer"] == signal.multiplexer_signal


def test_a_client_that_never_reads_slows_nobody(fed, binary):
    node, sender = fed

    async def watch():
        car = await asyncio.create_subprocess_exec(
            binary, "simulate", "leaf", "--to", f"cannelloni:127.0.0.1:{sender.address[1]}", "--bus-factor", "10",
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        # The sluggard takes the upgrade and then nothing more.
        reader, writer = await asyncio.open_connection("127.0.0.1", node.port, limit=1024)
        writer.write(
            f"GET /api/live?interval=20ms HTTP/1.1\r\nHost: 127.0.0.1:{node.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert (await reader.readline()).startswith(b"HTTP/1.1 101")
        try:
            async with live(node, "?interval=20ms") as socket:
                seen = 0
                last = 0
                while seen < 100:
                    changes = await next_of(socket, "changes")
                    assert int(changes["time_ns"]) > last
                    last = int(changes["time_ns"])
                    seen += 1
            assert await asyncio.to_thread(lambda: node.status()["ready"])
        finally:
            writer.transport.abort()
            car.terminate()
            await car.wait()

    asyncio.run(watch())
    node.wait_delivered()
    assert node.lane("history")["ledger"]["dropped"] == 0
