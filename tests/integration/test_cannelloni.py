"""CAN over UDP: what a peer sends is what the node records, and what it loses is said."""

import re

from harness import Sender, cannelloni_source, free_udp_port, run_cantrail, running, sqlite_sink, wait_until

EXTENDED, REMOTE = 0x80000000, 0x40000000
BATTERY = 498


def test_frames_of_every_kind_arrive_as_they_were_sent(make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    sender = Sender(port)
    with running(make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))) as node:
        payloads = [bytes([i, 255 - i, 0x14, 0x14, i % 4, i % 13, 0, 0]) for i in range(200)]
        for i in range(0, 200, 10):
            sender.send([(BATTERY, payload) for payload in payloads[i : i + 10]])
        # None of these is in the DBC: an unknown id, 29 bits, a remote frame, CAN FD.
        sender.send([(0x7FF, b"\1\2"), (0x18FEF100 | EXTENDED, b"\3" * 8), (0x123 | REMOTE, b""), (0x7FE, b"\4" * 64, 1)])
        node.wait_for_records(sender.frames)
        node.wait_delivered()
        rows = node.history()
        ledger = node.lane("history")["ledger"]
        assert (ledger["received"], ledger["delivered"], ledger["undecoded"]) == (204, 200, 4)
        assert [row["data"] for row in rows] == [payload.hex() for payload in payloads]
        assert {row["id"] for row in rows} == {BATTERY}
        assert node.gaps() == []
    sender.close()


def test_a_hole_in_the_sequence_becomes_a_network_loss(make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    sender = Sender(port, sequence=250)  # it wraps around within the test
    with running(make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))) as node:
        for _ in range(10):
            sender.send([(BATTERY, bytes(8))])
        sender.skip(3)
        for _ in range(50):
            sender.send([(BATTERY, bytes(8))])
        node.wait_for_records(60)
        gap = wait_until(lambda: [g for g in node.gaps() if g["reason"] == "network_loss"], "the gap")
        assert len(gap) == 1
        assert gap[0]["count"] is None, "how many frames three packets had nobody knows"
        assert re.search(r"\b3\b.*packet", gap[0]["where"]), gap
        assert int(gap[0]["from_ns"]) <= int(gap[0]["to_ns"])
        node.wait_delivered()
        rows = sorted(node.history(), key=lambda row: [int(part) for part in row["position"].split("/")[-3:]])
        times = [int(row["time_ns"]) for row in rows]  # as they arrived: a clock may be set meanwhile
        assert len(times) == 60
        assert (int(gap[0]["from_ns"]), int(gap[0]["to_ns"])) == (times[9], times[10]), "it is not where the hole is"
        # The gap outlives the node's memory: it is in the recording.
        node.assert_balanced()
        node.terminate()
        node.start()
        assert [g for g in node.gaps() if g["reason"] == "network_loss"] == gap
    sender.close()


def test_what_is_no_packet_is_skipped(make_node, tmp_path, leaf_dbc):
    port = free_udp_port()
    sender = Sender(port)
    with running(make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))) as node:
        good = sender.packet([(BATTERY, bytes(8))])
        for bad in (b"", b"\2", b"hello", good[:-1], b"\1" + good[1:], good[:3] + b"\xff\xff" + good[5:], bytes(60000)):
            sender.socket.sendto(bad, sender.address)
        sender.send([(BATTERY, bytes(8))])
        node.wait_for_records(1)
        node.wait_delivered()
        assert len(node.history()) == 1
        assert node.status()["received"] == 1
    sender.close()


def log_frames(path):
    frames = []
    for line in path.read_text().splitlines():
        _, _, frame = line.split()[:3]
        can_id, data = frame.split("#")
        frames.append((int(can_id, 16), data.lower()))
    return frames


def test_a_replayed_log_arrives_frame_by_frame(binary, make_node, tmp_path, leaf_dbc, leaf_log):
    port = free_udp_port()
    wanted = log_frames(leaf_log)
    assert len(wanted) > 500
    with running(make_node(cannelloni_source(port, leaf_dbc) + sqlite_sink(tmp_path))) as node:
        sent = run_cantrail(binary, "replay", leaf_log, "--to", f"cannelloni:127.0.0.1:{port}", "--speed", "10")
        assert sent.returncode == 0, sent.stderr
        assert f"{len(wanted):,} frames sent" in sent.stderr.decode()
        node.wait_for_records(len(wanted))
        node.wait_delivered()
        rows = node.history()
        assert [(row["id"], row["data"]) for row in rows] == wanted
        assert node.gaps() == []
