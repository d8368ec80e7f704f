"""Messages of several frames: what decode puts together is what other implementations of the protocols sent, or put
together of the same frames."""

import json
import lzma
import random
import re
import time
from collections import Counter

import pytest

import harness
from harness import run_cantrail

can = pytest.importorskip("can", reason="python-can is not installed (tests/requirements.txt)")
isotp = pytest.importorskip("isotp", reason="can-isotp is not installed (tests/requirements.txt)")

CSS = "dbc/CSS-Electronics+api-examples/dbc_files__"


def words_dbc(message, size, lead=""):
    """A DBC whose signals are all bytes of a message, eight at a time."""
    words = "".join(f' SG_ W{i} : {64 * i}|64@1+ (1,0) [0|0] "" X\n' for i in range((size + 7) // 8))
    return f'VERSION ""\nBO_ {message}: {size} X\n{words}{lead}'


def bytes_of(signals):
    """What W0, W1 … say, as far as they are there; 64 ones are no value in J1939."""
    data, i = b"", 0
    while f"W{i}" in signals:
        data += signals[f"W{i}"].to_bytes(8, "little")
        i += 1
    return data


def decode(binary, log, dbc, *options):
    done = run_cantrail(binary, "decode", log, "--dbc", dbc, *options)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def summary(stderr):
    frames, decoded = re.search(r"^([\d,]+) frames?, ([\d,]+) decoded", stderr, re.M).groups()
    return int(frames.replace(",", "")), int(decoded.replace(",", ""))


def write_log(path, frames):
    path.write_text("".join(f"({at / 1000:.6f}) can0 {can_id}#{data.hex().upper()}\n" for at, can_id, data in frames))


class Talker:
    """One sender of ISO-TP and who answers it with flow control, both of python's can-isotp."""

    def __init__(self, number, mode):
        self.bus = []  # frames that nobody has read yet: (from the sender?, data)
        self.id = f"{0x500 + number:03X}"
        extra = {"target_address": 0x42, "source_address": 0x24}
        pick = {
            "normal": (isotp.AddressingMode.Normal_11bits, {}),
            "extended": (isotp.AddressingMode.Extended_11bits, extra),
            "mixed": (isotp.AddressingMode.Mixed_11bits, {"address_extension": 0x99}),
        }
        address_mode, more = pick[mode]
        swapped = dict(more)
        if mode == "extended":
            swapped = {"target_address": 0x24, "source_address": 0x42}
        ids = (0x500 + number, 0x600 + number)
        self.sent, self.inboxes = [], ([], [])
        params = {"stmin": 0, "blocksize": number % 5, "tx_padding": 0xAA if number % 2 else None}
        self.sender = isotp.TransportLayerLogic(
            rxfn=lambda timeout=None: self.take(0), txfn=lambda frame: self.put(True, frame),
            address=isotp.Address(address_mode, txid=ids[0], rxid=ids[1], **more), params=params)
        self.listener = isotp.TransportLayerLogic(
            rxfn=lambda timeout=None: self.take(1), txfn=lambda frame: self.put(False, frame),
            address=isotp.Address(address_mode, txid=ids[1], rxid=ids[0], **swapped), params=params)

    def take(self, who):
        return self.inboxes[who].pop(0) if self.inboxes[who] else None

    def put(self, by_sender, frame):
        self.inboxes[1 if by_sender else 0].append(frame)
        self.bus.append((f"{frame.arbitration_id:03X}", bytes(frame.data)))

    def conversation(self, payload):
        """All frames of one message, both ways."""
        self.bus = []
        self.sender.send(payload)
        for _ in range(20_000):
            self.sender.process()
            self.listener.process()
            got = self.listener.recv()
            if got is not None:
                assert bytes(got) == payload
                return self.bus
        raise AssertionError("can-isotp did not finish")


@pytest.mark.parametrize("mode", ["normal", "extended", "mixed"])
def test_conversations_that_can_isotp_holds(binary, tmp_path, mode):
    """Many at a time, in random order, of random length, some with a frame that the listener never saw."""
    dice = random.Random(mode)
    service = {"normal": 1, "extended": 2, "mixed": 2}[mode]  # the byte that says how the message comes
    messages = []
    for number in range(6):
        lead = (f' SG_ did m98 : {8 * (service + 1)}|16@1+ (1,0) [0|0] "" X\n'
                f' SG_ service M : {8 * service}|8@1+ (1,0) [0|0] "" X\n')
        messages.append(words_dbc(f"{0x500 + number} M{number}", 4096 + service - 1, lead).replace('VERSION ""\n', ""))
    dbc = tmp_path / "words.dbc"
    dbc.write_text('VERSION ""\n' + "".join(messages))

    queues, expected, lost, parts = [], [], 0, 0
    for number in range(6):
        talker, queue = Talker(number, mode), []
        missing = None
        for length in [dice.choice([1, 5, 6, 7, 8, 62, dice.randrange(9, 300), 4095]) for _ in range(25)]:
            payload = bytes([98]) + dice.randbytes(length - 1)
            frames = talker.conversation(payload)
            own = [i for i, (can_id, _) in enumerate(frames) if can_id == talker.id]
            # Not of two in a row: then the end of the second could be that of the first.
            missing = dice.choice(own) if missing is None and dice.random() < 0.25 else None
            for i, frame in enumerate(frames):
                if i == missing:
                    continue
                done = payload if missing is None and i == own[-1] else None
                queue.append((frame, done))
                parts += i in own
            lost += missing is not None
        queues.append(queue)
    frames, at = [], 0
    while any(queues):
        number = dice.choice([i for i, queue in enumerate(queues) if queue])
        (can_id, data), payload = queues[number].pop(0)
        at += 1
        frames.append((at / 10, can_id, data))  # 0.1 ms: no conversation takes a second between two frames
        if payload is not None:
            expected.append((f"M{number}", payload))
    log = tmp_path / "talk.log"
    write_log(log, frames)

    rows, told = decode(binary, log, dbc)
    assert lost > 10 and len(rows) == len(expected)
    for row, (name, payload) in zip(rows, expected):
        assert row["message"] == name
        address = {"normal": b"", "extended": b"\x42", "mixed": b"\x99"}[mode]
        frame = address + bytes([len(payload) & 0xFF]) + payload
        words = len(frame) // 8  # the last bytes are in no whole word
        assert bytes_of(row["signals"]) == frame[: 8 * words]
        assert row["signals"]["service"] == 98
    counted, decoded = summary(told)
    assert (counted, decoded) == (len(frames), parts)
    assert "of several frames lost" in told


def words_of_log(binary, shared, tmp_path, name, ids):
    """Every answer of a recording, whole, by decode and by scapy."""
    isotp_packet = pytest.importorskip("scapy.contrib.isotp", reason="scapy is not installed (tests/requirements.txt)")
    from scapy.layers.can import CAN

    dbc = tmp_path / "answers.dbc"
    dbc.write_text('VERSION ""\n' + "".join(
        words_dbc(f"{can_id} A{can_id:X}", 200).replace('VERSION ""\n', "") for can_id in ids))
    log = shared / f"logs/css/{name}.log.xz"
    rows, _ = decode(binary, log, dbc)
    builder = isotp_packet.ISOTPMessageBuilder(use_ext_address=False)
    expected = []
    with lzma.open(log, "rt") as lines:
        for line in lines:
            _, _, frame = line.split()
            can_id, data = frame.split("#")
            if int(can_id, 16) not in ids or len(can_id) != 3:
                continue
            builder.feed(CAN(identifier=int(can_id, 16), data=bytes.fromhex(data)))
            while (message := builder.pop()) is not None:
                expected.append((int(can_id, 16), bytes(message.data)))
    return rows, expected


@pytest.mark.parametrize("name, ids, least", [
    ("nissan-uds-17BD1DB7", (0x7BB, 0x7EC), 250),
    ("gnss-uds-2F6913DB-1", (0x7EC, 0x7A8), 80),
    ("gnss-uds-2F6913DB-2", (0x7EC, 0x7A8), 25)])
def test_answers_of_cars_are_what_scapy_puts_together(binary, shared, tmp_path, name, ids, least):
    rows, expected = words_of_log(binary, shared, tmp_path, name, ids)
    assert len(expected) >= least
    assert [(row["id"], bytes_of(row["signals"])) for row in rows] == [
        (can_id, data[: len(data) // 8 * 8]) for can_id, data in expected]


@pytest.mark.parametrize("name, lost", [("gnss-uds-2F6913DB-1", 14), ("gnss-uds-2F6913DB-2", 4)])
def test_answers_that_the_recorder_lost_frames_of(binary, shared, tmp_path, name, lost):
    """Of 7BB single frames are missing, so that numbers jump: scapy puts together what does not belong together."""
    log = shared / f"logs/css/{name}.log.xz"
    whole = broken = 0
    expected = None  # the next number
    with lzma.open(log, "rt") as lines:
        for frame in (line.split()[2] for line in lines):
            if not frame.startswith("7BB#"):
                continue
            kind, number = int(frame[4], 16), int(frame[5], 16)
            if kind == 1:
                expected = 1
            elif kind == 2 and expected is not None:
                broken += number != expected
                whole += number == expected == 5  # 38 bytes: the first frame and five more
                expected = number + 1 if number == expected else None
    assert broken == lost
    dbc = tmp_path / "answers.dbc"
    dbc.write_text(words_dbc("1979 A", 200))
    rows, told = decode(binary, log, dbc)
    assert len(rows) == whole
    assert f"{lost} messages of several frames lost: wrong_sequence ×{lost}" in told


def test_the_answers_of_a_car_are_decoded(binary, shared):
    """State of charge 50 %, and outdoors 7 °C: in December. The file's IndoorTemp has a selector of 16 bits that the
    file forgets to name (SG_MUL_VAL_), so it is never selected."""
    rows, told = decode(binary, shared / "logs/css/nissan-uds-17BD1DB7.log.xz", shared / (CSS + "tp_uds.dbc"))
    assert summary(told) == (2010, 2010)
    found = {name: [row["signals"] for row in rows if row["message"] == name] for name in ("Battery", "Temperature")}
    assert {row["M_SID_0x220101_StateOfChargeBMS"] for row in found["Battery"]} == {50.0}
    assert {row["M_SID_0x220100_OutdoorTemp"] for row in found["Temperature"]} == {7.0}
    for signals in found["Battery"] + found["Temperature"]:
        assert signals["service"] == 0x62
    assert (len(found["Battery"]), len(found["Temperature"])) == (120, 150)  # as many as have all their frames


def test_a_nissan_is_decoded_by_group_of_its_answer(binary, shared, tmp_path):
    """tp_uds_nissan.dbc has answers of KWP 2000 (0x61); what the recording called so has is UDS. So can-isotp talks."""
    talker = Talker(0, "normal")
    charge = bytes([0x61, 1]) + bytes(31) + (873_214).to_bytes(3, "big") + bytes(5)
    temperatures = bytes([0x61, 4, 0, 0, 21, 0, 0, 22, 0, 0, 0, 0, 0, 23, 0, 0])
    frames = []
    for payload in (charge, temperatures):
        for can_id, data in talker.conversation(payload):
            frames.append((len(frames), "7BB" if can_id == talker.id else "79B", data))
    log = tmp_path / "leaf.log"
    write_log(log, frames)
    rows, _ = decode(binary, log, shared / (CSS + "tp_uds_nissan.dbc"))
    soc, battery = [row["signals"] for row in rows]
    assert soc == {"SoC": pytest.approx(87.3214), "response": 1, "service": 0x61}
    assert battery == {"BatPackTemp1": 21, "BatPackTemp2": 22, "BatPackTemp4": 23, "response": 4, "service": 0x61}


@pytest.fixture
def j1939_bus():
    """Two ECUs of the package can-j1939 on a bus of python-can, and all frames of it."""
    j1939 = pytest.importorskip("j1939", reason="can-j1939 is not installed (tests/requirements.txt)")
    channel = f"cantrail-{time.monotonic_ns()}"
    ecus, senders = [], []
    listener = can.Bus(interface="virtual", channel=channel)
    for address in (10, 20):
        ecu = j1939.ElectronicControlUnit()
        ecu.connect(interface="virtual", channel=channel)
        name = j1939.Name(arbitrary_address_capable=0, industry_group=0, vehicle_system_instance=1, vehicle_system=1,
                          function=1, function_instance=1, ecu_instance=1, manufacturer_code=666,
                          identity_number=address)
        sender = ecu.add_ca(name=name, device_address=address)
        sender.start()
        ecus.append(ecu)
        senders.append(sender)
    yield senders, listener
    for ecu in ecus:
        ecu.disconnect()
    listener.shutdown()


def test_packets_that_can_j1939_sends(binary, tmp_path, j1939_bus):
    """Broadcasts and connections at the same time."""
    (a, b), listener = j1939_bus
    time.sleep(0.6)  # they claim their addresses
    dice = random.Random(1)
    # 0xEF00 to one (both ways), 0xFEE3 to all; no words of 64 ones.
    wanted = {(10, 255): (0xFE, 0xE3, 40), (20, 255): (0xFE, 0xE3, 24), (10, 20): (0xEF, 20, 1785), (20, 10): (0xEF, 10, 96)}
    payloads = {}
    for (source, destination), (format_, specific, size) in wanted.items():
        payloads[source, destination] = bytes(dice.randrange(255) for _ in range(size))
        sender = a if source == 10 else b
        assert sender.send_pgn(0, format_, specific, 6, list(payloads[source, destination]))
    frames, end = [], time.monotonic() + 6
    ended = 0
    while time.monotonic() < end and not (ended >= 2 and time.monotonic() > end - 4):
        frame = listener.recv(0.1)
        if frame is not None:
            frames.append((frame.timestamp * 1000, f"{frame.arbitration_id:08X}", bytes(frame.data)))
            ended += frame.arbitration_id >> 16 & 0xFF == 0xEC and frame.data[0] == 19
    dbc = tmp_path / "j1939.dbc"
    dbc.write_text(words_dbc(f"{0x98EF00FE} Proprietary", 1785) + words_dbc(f"{0x98FEE3FE} EC1", 64).replace('VERSION ""\n', ""))
    log = tmp_path / "j1939.log"
    write_log(log, frames)
    rows, told = decode(binary, log, dbc)
    assert len(rows) == 4, told
    for row in rows:
        signals = row["signals"]
        payload = payloads.pop((signals["source"], signals["destination"]))
        assert row["message"] == ("EC1" if signals["destination"] == 255 else "Proprietary")
        assert bytes_of(signals) == payload[: len(payload) // 8 * 8]
    assert not payloads and "lost" not in told
    counted, decoded = summary(told)
    assert decoded == counted - sum(can_id[2:4] == "EE" for _, can_id, _ in frames)  # address claims


def test_a_broadcast_that_a_dbc_describes(binary, tmp_path, shared, j1939_bus):
    """Payloads of 40 bytes: two that can-j1939 sends, then a hundred at random and the edges of what J1939 reserves."""
    dbc = shared / (CSS + "tp_j1939.dbc")
    database = pytest.importorskip("cantools", reason="cantools is not installed (tests/requirements.txt)").database.load_file(dbc, strict=False)
    described = database.get_message_by_name("EC1")
    senders, listener = j1939_bus
    time.sleep(0.6)  # they claim their addresses
    dice = random.Random(7)
    payloads = {}  # by source, in order
    for source, sender in zip((10, 20), senders):
        payload = dice.randbytes(12) + dice.randrange(0xFB00).to_bytes(2, "little") + dice.randbytes(26)
        payloads[source] = [payload]
        assert sender.send_pgn(0, 0xFE, 0xE3, 6, list(payload))
    frames, end = [], time.monotonic() + harness.PATIENCE_S
    while sum(can_id[2:4] == "EB" for _, can_id, _ in frames) < 12 and time.monotonic() < end:  # 40 bytes, 7 a packet
        frame = listener.recv(0.1)
        if frame is not None:
            frames.append((frame.timestamp * 1000, f"{frame.arbitration_id:08X}", bytes(frame.data)))
    for raw in [dice.randrange(0xFB00) for _ in range(100)] + [0, 0xFAFF, 0xFDFF, 0xFE00, 0xFEFF, 0xFF00, 0xFFFF]:
        payload = dice.randbytes(12) + raw.to_bytes(2, "little") + dice.randbytes(26)
        payloads.setdefault(30, []).append(payload)
        for can_id, data in harness.j1939_packets(30, 0xFEE3, payload):
            frames.append((frames[-1][0] + 1, can_id, data))
    log = tmp_path / "ec1.log"
    write_log(log, frames)
    rows, told = decode(binary, log, dbc)
    assert "lost" not in told
    for source, sent in payloads.items():
        own = [row for row in rows if row["signals"]["source"] == source]
        assert len(own) == len(sent)
        for row, payload in zip(own, sent):
            assert row["message"] == "EC1" and row["signals"]["destination"] == 255
            raw = int.from_bytes(payload[12:14], "little")
            reason = "not_available" if raw >= 0xFF00 else "error" if raw >= 0xFE00 else None
            for name, value in described.decode(payload).items():
                assert name == "EngineSpeedAtPoint5" and value == raw / 8
                assert row["signals"].get(name) == (None if reason else value)
                assert row.get("quality", {}).get(name) == reason
    assert len(rows) == sum(map(len, payloads.values()))


DEMO = CSS + "CSS-Electronics-SAE-J1939-DEMO.dbc"


def test_trouble_codes_of_a_truck(binary, shared):
    rows, _ = decode(binary, shared / "logs/css/truck-j1939-2ch.log.xz", shared / DEMO, "--signals", "DM1.*")
    with lzma.open(shared / "logs/css/truck-j1939-2ch.log.xz", "rt") as lines:
        sent = [line.split()[2].split("#") for line in lines if "FECA" in line.split()[2].split("#")[0]]
    assert len(rows) == len(sent) == 10
    for row, (can_id, data) in zip(rows, sent):
        data = bytes.fromhex(data)
        assert row["signals"]["source"] == int(can_id[-2:], 16)
        if data[2:6] == bytes(4):
            assert "spn" not in row["signals"] and row["quality"]["spn"] == "not_available"


def test_trouble_codes_that_pretty_j1939_has(binary, shared):
    none, one = decode(binary, shared / "logs/pretty_j1939/test_dm1.log", shared / DEMO)[0]
    assert none["quality"]["spn"] == "not_available" and none["signals"]["malfunction_lamp"] == 0
    signals = one["signals"]
    assert (signals["spn"], signals["fmi"], signals["occurrences"]) == (91, 3, 1)
    assert signals["malfunction_lamp"] == 1 and one["labels"]["malfunction_lamp"] == "on"


def test_a_request_to_send_that_pretty_j1939_has(binary, shared, tmp_path):
    """Group 0 (TSC1) in packets, opened by a request to send to all."""
    dbc = tmp_path / "tsc1.dbc"
    dbc.write_text(words_dbc(f"{0x8C0000FE} TSC1", 9))
    (row,), told = decode(binary, shared / "logs/pretty_j1939/test_tp_frames.txt", dbc)
    assert bytes_of(row["signals"]) == bytes([1, 2, 3, 4, 5, 6, 7, 1])
    assert summary(told) == (3, 3)


def essence(row):
    return int(row["time_ns"]), row["message"], sorted(row["signals"].items())


def test_a_node_stores_what_decode_prints(binary, make_node, tmp_path, shared):
    """Every frame has its fate, also those without a row; several codes of one frame are all kept."""
    frames = []
    for lap in range(300):
        for can_id, data in harness.j1939_packets(lap % 3, 0xFECA, bytes([0x44, 0xFF, lap & 0xFF, 1, 3, 2, 7, 0, 5, 9, 8, 0, 6, 1])):
            frames.append((10 * len(frames), can_id, data))
        for can_id, data in harness.j1939_packets(lap % 3, 0xFF77, bytes(20)):  # of a group that nobody knows
            frames.append((10 * len(frames), can_id, data))
        frames.append((10 * len(frames), "0CF00400", bytes([0, 0, 0, lap & 0xFF, 0x10, 0, 0, 0])))
    log = tmp_path / "truck.log"
    write_log(log, frames)
    rows, told = decode(binary, log, shared / DEMO)
    assert Counter(row["message"] for row in rows) == {"DM1": 900, "EEC1": 300}
    assert summary(told) == (300 * (3 + 4 + 1), 300 * (3 + 1))

    node = make_node(harness.logfile_source(log, shared / DEMO) + harness.sqlite_sink(tmp_path))
    node.start("--until-end", ready=None)
    assert node.process.wait(harness.PATIENCE_S) == 0, node.log()
    assert "history: received 2,400 = delivered 1,200 + undecoded 1,200 + dropped 0 + pending 0" in node.log()
    with harness.running(node):
        stored = node.get("/api/state/history", limit=5000)["rows"]  # rows of one frame have one position
        # Rows of one moment have no order.
        assert sorted(map(essence, stored)) == sorted(map(essence, rows))



def test_what_is_lost_is_a_metric(make_node, tmp_path, shared):
    log = tmp_path / "truck.log"
    sent = list(harness.j1939_packets(1, 0xFECA, bytes(30)))
    del sent[2]
    write_log(log, [(10 * i, *frame) for i, frame in enumerate(sent)])
    with harness.running(make_node(harness.logfile_source(log, shared / DEMO) + harness.sqlite_sink(tmp_path))) as node:
        node.wait_for_records(len(sent))
        node.wait_delivered()
        metrics = harness.http_get(node.port, "/metrics").body.decode()
        assert 'cantrail_transport_lost_total{channel="can0",reason="wrong_sequence"} 1\n' in metrics
        assert 'cantrail_transport_lost_total{channel="can0",reason="timeout"} 0\n' in metrics
        ledger = node.lane("history")["ledger"]
        assert (ledger["delivered"], ledger["undecoded"]) == (3, 2)  # what comes after the gap is of nothing
