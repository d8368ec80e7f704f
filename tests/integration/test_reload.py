"""A running node goes over to its changed configuration: what has not changed does not notice."""

import contextlib
import os
import signal
import struct
import threading
import time

import pytest

from harness import (
    Sender, cannelloni_source, free_port, free_udp_port, is_root, run_cantrail, running, sanitizer,
    sqlite_sink, wait_until,
)  # fmt: skip

COUNTER = 0x100


def counter_dbc(path, message="Counter", unit="", can_id=COUNTER):
    path.write_text(
        f'VERSION ""\nBU_: A\nBO_ {can_id} {message}: 8 A\n SG_ number : 0|32@1+ (1,0) [0|0] "{unit}" A\n'
    )
    return path


class Traffic:
    """Frames that number themselves, one a packet, until it is told to end."""

    def __init__(self, port, pause=0.0005):
        self.sender, self.pause = Sender(port), pause
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ending.is_set():
            self.sender.send([(COUNTER, struct.pack("<II", self.sender.frames, 0))])
            time.sleep(self.pause)

    def __enter__(self):
        self.thread.start()
        return self

    def end(self):
        self.ending.set()
        self.thread.join()
        return self.sender.frames

    def __exit__(self, *_):
        self.end()
        self.sender.close()


def configure(node, sections):
    head = node.config.read_text().split("#--\n")[0]
    node.config.write_text(head + "#--\n" + sections)


def reload(node, *arguments, expected=0):
    done = run_cantrail(node.binary, "reload", node.config, *arguments)
    assert done.returncode == expected, (done.returncode, done.stdout, done.stderr, node.log())
    return (done.stdout + done.stderr).decode()


def sockets(node):
    """The inodes of its sockets that have no peer: those that sources and server listen on."""
    folder = f"/proc/{node.process.pid}/fd"
    links = []
    for fd in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):  # closed since
            links.append(os.readlink(f"{folder}/{fd}"))
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    with open(f"/proc/{node.process.pid}/net/udp") as table:
        return {line.split()[9] for line in list(table)[1:]} & inodes


def resources(node):
    pid = node.process.pid
    with open(f"/proc/{pid}/statm") as memory:
        resident_kib = int(memory.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")), resident_kib


def history_numbers(node, message="Counter"):
    rows = node.history()
    return [row["signals"]["number"] for row in rows if row["message"] == message]


@pytest.fixture
def counting(make_node, tmp_path):
    """A node that receives a count, and what sends it."""
    port = free_udp_port()
    base = cannelloni_source(port, counter_dbc(tmp_path / "counter.dbc")) + sqlite_sink(tmp_path)
    node = make_node("#--\n" + base)
    with running(node), Traffic(port) as traffic:
        node.wait_for_records(100)
        yield node, traffic, base


def everything_arrived(node, traffic):
    sent = traffic.end()
    node.wait_for_records(sent, source="can0")
    node.wait_delivered()
    assert history_numbers(node) == list(range(sent))
    assert node.gaps() == []


def test_what_has_not_changed_keeps_its_socket_and_loses_nothing(counting, tmp_path):
    node, traffic, base = counting
    before = sockets(node)
    assert len(before) == 1
    other_port = free_udp_port()
    other = cannelloni_source(other_port, counter_dbc(tmp_path / "other.dbc", "Other"), name="can1")
    extra = f'[sink.extra]\ntype = "sqlite"\npath = "{tmp_path}/extra.db"\nfrom = "oldest"\ndelay = "100ms"\n'
    configure(node, base + other + extra)
    told = reload(node)
    assert told.splitlines()[0] == "reloaded"
    assert "sources added: can1" in told and "sinks added: extra" in told
    assert "streams and fields added: can1:Other" in told
    assert "reloaded" in node.log()
    status = node.status()
    assert status["reload"]["outcome"] == "applied" and status["reload"]["number"] == 1
    assert status["reload"]["sources"]["added"] == ["can1"]
    assert status["ready"] is True
    assert before < sockets(node)
    peer = Sender(other_port)
    peer.send([(COUNTER, bytes(8))])
    node.wait_for_records(1, source="can1")
    peer.close()
    node.wait_delivered("extra")
    assert node.lane("extra")["ledger"]["received"] >= 100, "from the oldest on"
    configure(node, base)
    assert "sources removed: can1" in reload(node)
    assert sockets(node) == before
    everything_arrived(node, traffic)


def test_a_sighup_does_the_same_and_nothing_where_nothing_changed(counting):
    node, traffic, _ = counting
    node.process.send_signal(signal.SIGHUP)
    wait_until(lambda: node.status()["reload"], "the reload")
    assert node.status()["reload"]["outcome"] == "unchanged"
    assert "nothing has changed" in reload(node)
    assert node.status()["reload"]["number"] == 2
    everything_arrived(node, traffic)


def test_a_wrong_configuration_is_refused_with_all_that_is_wrong(counting, tmp_path):
    node, traffic, base = counting
    before = sockets(node)
    configure(node, base.replace("delay =", "dela ="))
    with open(node.config, "a") as config:
        config.write(f'[source.can1]\ntype = "cannelloni"\ndbc = "{tmp_path}/missing.dbc"\nlisten = "nonsense"\n')
    told = reload(node, expected=78)
    for part in ("refused", "'dela'", "missing.dbc", "nonsense"):
        assert part in told, told
    assert node.status()["reload"]["outcome"] == "refused"
    assert len(node.status()["reload"]["problems"]) >= 3
    configure(node, "this is no TOML")
    node.process.send_signal(signal.SIGHUP)
    wait_until(lambda: node.status()["reload"]["number"] == 2, "the second refusal")
    assert sockets(node) == before
    configure(node, base)
    assert "nothing has changed" in reload(node)
    everything_arrived(node, traffic)


def test_what_does_not_open_is_rolled_back(counting, tmp_path):
    node, traffic, base = counting
    before = sockets(node)
    taken = free_udp_port()
    with_extra = base.replace('delay = "500ms"', 'delay = "200ms"')
    occupant = Sender(taken)
    occupant.socket.bind(("127.0.0.1", taken))
    configure(node, with_extra + cannelloni_source(taken, tmp_path / "counter.dbc", name="can1"))
    told = reload(node, expected=1)
    occupant.close()
    assert "rolled back" in told and "source can1" in told and str(taken) in told, told
    assert [source["name"] for source in node.status()["sources"]] == ["can0"]
    assert sockets(node) == before
    told = reload(node)  # the port is free by now
    assert "sources added: can1" in told and "sinks changed: history" in told
    everything_arrived(node, traffic)


def test_a_store_that_cannot_be_written_is_rolled_back(counting, tmp_path):
    if is_root():
        closed = "/proc/cantrail"  # where not even root makes a file
    else:
        (tmp_path / "closed").mkdir(mode=0o500)
        closed = tmp_path / "closed"
    node, traffic, base = counting
    configure(node, base + f'[sink.extra]\ntype = "sqlite"\npath = "{closed}/extra.db"\n')
    told = reload(node, expected=1)
    assert "rolled back" in told and "sink extra" in told, told
    assert node.status()["reload"]["outcome"] == "rolled_back"
    everything_arrived(node, traffic)


def test_another_dbc_decodes_on_and_says_what_it_changes(counting, tmp_path):
    node, traffic, base = counting
    before = sockets(node)
    counter_dbc(tmp_path / "counter.dbc", unit="m")
    told = reload(node)
    assert "retyped: can0:Counter.number: unit none → m" in told, told
    counter_dbc(tmp_path / "counter.dbc", message="Odometer", unit="m")
    configure(node, base + '[alias]\nCounter = "Odometer"\n')
    told = reload(node)
    assert "renamed, under [alias]: Counter → Odometer" in told, told
    changed = node.status()["reload"]["streams"]
    assert changed == {"added": [], "removed": [], "renamed": ["Counter → Odometer"], "retyped": []}
    assert sockets(node) == before
    node.wait_for_records(traffic.sender.frames + 100)
    # Without the alias the same stream is another one.
    configure(node, base)
    told = reload(node)
    assert "streams and fields added: can0:Odometer" in told and "removed: can0:Counter" in told, told
    node.wait_for_records(traffic.sender.frames + 100)
    sent = traffic.end()
    node.wait_for_records(sent, source="can0")
    node.wait_delivered()
    first, second = history_numbers(node, "Counter"), history_numbers(node, "Odometer")
    assert first + second == list(range(sent))
    assert len(first) > 100 and second
    # What lies in the journal is decoded as it was captured, also by a store that comes later.
    configure(
        node, base + f'[sink.later]\ntype = "sqlite"\npath = "{tmp_path}/later.db"\nfrom = "oldest"\ndelay = "100ms"\n'
    )
    reload(node)
    node.wait_delivered("later")
    node.assert_balanced()
    assert node.lane("later")["ledger"]["delivered"] == sent


def test_keys_that_only_a_start_reads_are_named(counting, tmp_path):
    node, traffic, base = counting
    text = node.config.read_text()
    node.config.write_text(text.replace(f":{node.port}", f":{free_port()}").replace('"tested"', '"renamed"'))
    told = reload(node)
    assert "needs a restart: node.name, server.listen" in told, told
    assert node.status()["reload"]["needs_restart"] == ["node.name", "server.listen"]
    moved = text.replace(f'data = "{tmp_path}"', f'data = "{tmp_path}/elsewhere"')
    node.config.write_text(moved)
    told = reload(node, "--journal", tmp_path / "journal", expected=78)
    assert "data folder" in told and "refused" in told, told
    node.config.write_text(text)
    assert "nothing has changed" in reload(node)
    everything_arrived(node, traffic)


def test_it_says_where_no_node_runs(make_node, tmp_path, leaf_dbc):
    node = make_node(cannelloni_source(free_udp_port(), leaf_dbc))
    node.config = node.config.rename(tmp_path / "cantrail.toml")
    for named in ([node.config], []):
        done = run_cantrail(node.binary, "reload", *named, cwd=tmp_path)
        assert done.returncode == 1
        assert b"no node runs" in done.stderr and b"cantrail.toml says" in done.stderr, done.stderr
    node.config.write_text("nonsense")
    assert run_cantrail(node.binary, "reload", node.config).returncode == 78


def test_fifty_in_a_row_leave_nothing_behind(counting, tmp_path, one_round_in):
    node, traffic, base = counting
    before_sockets = sockets(node)
    other = cannelloni_source(free_udp_port(), counter_dbc(tmp_path / "other.dbc", "Other"), name="can1")
    extra = f'[sink.extra]\ntype = "sqlite"\npath = "{tmp_path}/extra.db"\ndelay = "100ms"\n'

    def rounds(count):
        for number in range(count):
            counter_dbc(tmp_path / "other.dbc", "Other", unit=f"u{number}")
            configure(node, base + (other + extra if number % 2 == 0 else ""))
            reload(node)
            node.assert_balanced()
        wait_until(lambda: node.status()["ready"], "all that is left")

    rounds(10)  # what is kept for use again is there now
    descriptors, threads, resident_kib = resources(node)
    rounds(50 // one_round_in)
    after = resources(node)
    assert after[0] <= descriptors + 2, "descriptors (those of a request or two come and go)"
    assert after[1] == threads
    if not sanitizer(node.binary):  # which keeps what was freed
        assert after[2] < resident_kib + 16 * 1024, "memory"
    assert node.status()["reload"]["number"] == 10 + 50 // one_round_in
    assert sockets(node) == before_sockets
    everything_arrived(node, traffic)
