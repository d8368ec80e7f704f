#!/usr/bin/python3
"""Capture that survives what happens to interfaces, inside the virtual machine (run_in_uml).

usage: capture_vm_test.py PROGRAM [REPORT]
"""
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True  # this file system is read-only
import junit  # noqa: E402
from node import NumberedSender, Node, add_bus, command, remove_bus, sent_on, wait_for  # noqa: E402
from on_buses import BUSES, OnBuses  # noqa: E402
from slcan import SerialAdapter  # noqa: E402

SECOND_NS = 1_000_000_000
RESTARTED, BUS_OFF, PASSIVE = "20000100#", "20000040#", "20000004#0010000000008200"
BUS_OFF += "00" * 8
RESTARTED += "00" * 8


def numbers(rows):
    return [number for _, number in rows]


def check_connect(options, user=None):
    """Exit code and findings of `check --connect` on a configuration with one source."""
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "node.toml"
        config.write_text(f"config_version = 1\n[source.bus]\ntype = 'socketcan'\n{options}\n[server]\nenabled = false\n")
        pathlib.Path(folder).chmod(0o777)
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        done = subprocess.run([*as_user, OnBuses.program, "check", "--connect", "node.toml"], cwd=folder,
                              capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


class Traffic:
    """Frames on a bus, as fast as they go, whatever becomes of the bus."""

    def __init__(self, bus):
        self._bus, self._stop = bus, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.is_set():
            subprocess.run(["cangen", self._bus, "-g", "1", "-I", "200", "-L", "8", "-n", "200", "-p", "10"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            time.sleep(0.01)


class Stalls:
    """How late this machine runs: its processor may be busy with other things. `worst` in seconds."""

    def __init__(self):
        self.worst = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            before = time.monotonic()
            time.sleep(0.01)
            self.worst = max(self.worst, time.monotonic() - before - 0.01)


class UnderLoad(OnBuses):
    def setUp(self):
        super().setUp()
        self.stalls = Stalls()

    def a_second(self):
        """… of a machine that is not held up."""
        return 1 + 10 * self.stalls.worst

    def outage(self, node, go, come_back):
        """vcan0 goes away and comes back; the gap's bounds must hold what was seen from outside. Seconds from when
        the command that brought it back had returned to the gap's end: less than 0 where the node was quicker."""
        before = node.source("vcan0")["gaps"]
        went = time.time_ns()
        go()
        wait_for(lambda: node.source("vcan0")["state"] == "waiting", "the source waits")
        noticed = time.time_ns()
        time.sleep(1.5)  # by now the pipeline itself would try once a second
        back = time.time_ns()
        come_back()
        is_up = time.time_ns()
        wait_for(lambda: node.source("vcan0")["state"] == "running", "the source runs")
        wait_for(lambda: node.source("vcan0")["gaps"] == before + 1, "the gap is told")
        gap = [gap for gap in node.gaps(before + 1) if gap["reason"] == "source_down"][-1]
        start, end = int(gap["from_ns"]), int(gap["to_ns"])
        self.assertTrue(went <= start <= noticed, (went, start, noticed))
        self.assertGreaterEqual(end, back)
        self.assertLess(end - is_up, self.a_second() * SECOND_NS)
        self.assertEqual((gap["where"], gap["count"]), ("vcan0", None))
        return (end - is_up) / SECOND_NS

    def test_an_interface_removed_and_made_again_or_set_down_and_up_is_back_within_a_second(self):
        """Meanwhile vcan1 carries 3,000 frames a second that all have to arrive."""
        def index():
            return int(pathlib.Path("/sys/class/net/vcan0/ifindex").read_text())
        node = self.run_node()
        indexes = [index()]
        count = 18_000
        sender = NumberedSender(OnBuses.program, node.folder, "vcan1", count, 3000)
        with Traffic("vcan0"):
            sender.start()
            back = []
            for _ in range(2):
                back.append(self.outage(node, lambda: remove_bus("vcan0"), lambda: add_bus("vcan0")))
                indexes.append(index())
            back.append(self.outage(node, lambda: command("ip link set vcan0 down"),
                                    lambda: command("ip link set vcan0 up")))
        print(f"back {', '.join(f'{1000 * seconds:.0f}' for seconds in back)} ms after the command had returned; "
              f"the machine stood still for {1000 * self.stalls.worst:.0f} ms at most", flush=True)
        self.assertEqual(len(set(indexes)), 3)  # each time it was another interface
        sender.wait()
        status = node.wait_for_all({"vcan1": count})
        self.assertIsNone(node.process.poll())
        self.assertEqual(numbers(node.rows("vcan1")), list(range(1, count + 1)))
        self.assertEqual({gap["where"] for gap in node.gaps()}, {"vcan0"})
        self.assert_balanced(status, sum(source["records"] for source in status["sources"]))
        command("cansend vcan0 100#0700000000")
        wait_for(lambda: numbers(node.rows("vcan0")) == [7], "vcan0 is heard")

    def test_bus_off_and_error_passive_are_told_within_a_second(self):
        node = self.run_node(bus_stream=True)
        with Traffic("vcan0"):
            wait_for(lambda: node.bus_row("vcan0").get("frames_per_s", 0) > 50, "the stream tells frames")
            self.assertNotIn("load_percent", node.bus_row("vcan0"))  # there is no bit rate
            before = time.time_ns()
            for frame, state in ((BUS_OFF, "bus-off"), (RESTARTED, "error-active"), (PASSIVE, "error-passive")):
                began = time.monotonic()
                command(f"cansend vcan0 {frame}")
                wait_for(lambda: node.bus_row("vcan0").get("state") == state, state)
                took = time.monotonic() - began
                print(f"{state} after {1000 * took:.0f} ms", flush=True)
                self.assertLess(took, self.a_second())
                if state == "bus-off":
                    self.assertIn("vcan0 is bus-off", wait_for(lambda: node.source("vcan0")["hint"], "a hint"))
        self.assertEqual(node.bus_row("vcan0")["tx_errors"], 0x82)
        gap = next(gap for gap in node.gaps(1) if gap["reason"] == "bus_off")
        self.assertEqual(gap["where"], "vcan0")
        self.assertTrue(before < int(gap["from_ns"]) < int(gap["to_ns"]) < time.time_ns(), gap)

        def told():
            rows = node.get("/api/state/history?message=vcan0:Bus&limit=1000")["rows"]
            states = [row["labels"]["state"] for row in rows if "state" in row["labels"]]
            return [state for i, state in enumerate(states) if i == 0 or states[i - 1] != state]
        wait_for(lambda: told() == ["bus-off", "error-active", "error-passive"], f"the history of states, {told()}")
        status = node.status()
        self.assertTrue(status["balances"])
        self.assertEqual(sum(lane["ledger"]["dropped"] for lane in status["lanes"]), 0)


class AnyInterface(OnBuses):
    def tearDown(self):
        remove_bus("vcan2")
        super().tearDown()

    def test_has_a_channel_for_each_also_for_one_that_comes_later(self):
        node = self.run_node('interface = "any"', buses=["buses"], bus_stream=True)
        for number, bus in enumerate(BUSES):
            command(f"cansend {bus} 100#0{number + 1}00000000")
        command("ip link add dev vcan2 type vcan && ip link set vcan2 up && cansend vcan2 100#0300000000")
        for number, bus in enumerate(("vcan0", "vcan1", "vcan2")):
            wait_for(lambda: numbers(node.rows(bus)) == [number + 1], f"the frame of {bus}")
        went = time.time_ns()
        remove_bus("vcan1")
        command("cansend vcan0 100#0400000000")
        wait_for(lambda: numbers(node.rows("vcan0")) == [1, 4], "vcan0 goes on")
        wait_for(lambda: "vcan1 is down" in node.source("buses")["hint"], "the hint names the interface")
        add_bus("vcan1")
        back = time.time_ns()
        command("cansend vcan1 100#0500000000")
        wait_for(lambda: numbers(node.rows("vcan1")) == [2, 5], "vcan1 is back")
        self.assertEqual(node.source("buses")["state"], "running")
        gaps = node.gaps(1)
        self.assertEqual([(gap["reason"], gap["where"]) for gap in gaps], [("source_down", "vcan1")])
        self.assertTrue(went <= int(gaps[0]["from_ns"]) < int(gaps[0]["to_ns"]) <= back + SECOND_NS, gaps)
        # Each bus has a stream of its own.
        command(f"cansend vcan1 {BUS_OFF}")
        wait_for(lambda: node.bus_row("vcan1").get("state") == "bus-off", "bus-off")
        wait_for(lambda: "frames_per_s" in node.bus_row("vcan0"), "a row of vcan0")
        self.assertNotIn("state", node.bus_row("vcan0"))
        self.assertTrue(node.status()["balances"])


class DriverDrops(OnBuses):
    def test_are_gaps_with_their_number(self):
        """A gateway in the kernel sends each frame of vcan0 four times to vcan1, faster than the network stack may
        queue: what it has no room for counts as dropped by the interface."""
        if not pathlib.Path("/sys/module/can_gw").exists():
            self.skipTest("this kernel has no can-gw")
        node = self.run_node(bus_stream=True)
        backlog = pathlib.Path("/proc/sys/net/core/netdev_max_backlog")
        usual = backlog.read_text()
        try:
            backlog.write_text("0")
            for _ in range(4):
                command("cangw -A -s vcan0 -d vcan1 -e")
            command("cangen vcan0 -g 1 -I 100 -L 8 -D i -n 100")
        finally:
            subprocess.run(["cangw", "-F"], check=False)
            backlog.write_text(usual)
        sent = sent_on("vcan1")
        self.assertEqual(sent, 400)
        wait_for(lambda: node.bus_row("vcan1").get("driver_drops", 0) > 0, "drops are told")
        wait_for(lambda: len(node.rows("vcan1")) + node.source("vcan1")["lost"] == sent, "all frames are accounted for")
        gaps = [gap for gap in node.gaps(1) if gap["where"] == "vcan1"]
        self.assertEqual({gap["reason"] for gap in gaps}, {"driver_drop"})
        self.assertGreater(sum(gap["count"] for gap in gaps), 50)
        print(f"{sent} sent, {len(node.rows('vcan1'))} kept, {sum(gap['count'] for gap in gaps)} dropped", flush=True)


class BitRate(OnBuses):
    def setUp(self):
        super().setUp()
        if not pathlib.Path("/sys/module/slcan").exists():
            self.skipTest("this kernel has no slcan")
        self.adapter = self.enterContext(SerialAdapter())

    def test_brings_a_controller_up_and_gives_the_load_of_its_bus(self):
        node = self.run_node("bitrate = 500_000", buses=[self.adapter.name], bus_stream=True)
        self.assertIn(f"brought {self.adapter.name} up at 500,000 bit/s", node.log())
        self.assertIn(b"S6\r", self.adapter.said)  # the adapter's word for 500 kbit/s
        details = subprocess.run(["ip", "-details", "link", "show", self.adapter.name], capture_output=True, text=True,
                                 check=True).stdout
        self.assertIn("bitrate 500000", details)
        for number in range(200):
            self.adapter.send(0x100, number.to_bytes(4, "little") + bytes(4))
            time.sleep(0.005)
        wait_for(lambda: len(node.rows(self.adapter.name)) == 200, "all frames")
        row = node.bus_row(self.adapter.name)
        self.assertEqual(row["state"], "error-active")
        rows = node.get("/api/state/history?message=*:Bus")["rows"]
        loads = [row["signals"]["load_percent"] for row in rows if "load_percent" in row["signals"]]
        print(f"load of the bus: {loads} %", flush=True)
        self.assertTrue(all(0 <= load < 100 for load in loads), loads)
        self.assertGreater(max(loads), 0.5)
        command(f"ip link set {self.adapter.name} down")  # what somebody sets down stays down
        wait_for(lambda: node.source(self.adapter.name)["state"] == "waiting", "the source waits")
        time.sleep(1.2)
        self.assertEqual(node.source(self.adapter.name)["state"], "waiting")

    def test_that_may_not_be_set_is_left_as_it_is_and_the_user_told_what_to_type(self):
        name = self.adapter.name
        node = self.enterContext(Node(OnBuses.program, [name], "bitrate = 500_000", user=65534))
        wait_for(lambda: f"sudo ip link set {name} up type can bitrate 500000`" in node.log(), "the command")
        self.assertIn("sudo setcap cap_net_admin+ep ", node.log())
        command(f"ip link set {name} up type can bitrate 250000")
        node.wait_until_ready()
        other = f"{name} runs at 250,000 bit/s, the configuration says 500,000 bit/s"
        self.assertIn(other, node.log())
        code, found = check_connect(f"interface = '{name}'\nbitrate = 500_000")
        self.assertEqual(code, 0, found)
        self.assertIn("node.toml:5:11: warning: [source.bus] bitrate: " + other, found)


class Silence(OnBuses):
    def test_is_explained(self):
        node = self.run_node("bitrate = 500_000", buses=["vcan0"])
        self.assertIn("vcan0 is virtual and has no bit rate: bitrate is ignored", node.log())
        hint = wait_for(lambda: node.source("vcan0")["hint"], "a hint", 10)
        self.assertRegex(hint, "^vcan0 is up, no frames for [0-9]+ s; a virtual bus has only what programs of this")
        said = subprocess.run([OnBuses.program, "status"], capture_output=True, text=True, check=True).stdout
        self.assertIn("vcan0 is up, no frames for ", said)
        command("cansend vcan0 100#0100000000")
        wait_for(lambda: node.source("vcan0")["hint"] == "", "the hint is gone", 5)


class Replay(OnBuses):
    def test_keeps_the_recordings_pace(self):
        node = self.run_node(buses=["vcan0"])
        log = node.folder / "paced.log"
        times, at = [], 1_700_000_000_000_000
        for i in range(2000):
            times.append(at)
            at += (200, 500, 1000, 3000, 50)[i % 5]  # microseconds
        log.write_text("".join(f"({time // 1_000_000}.{time % 1_000_000:06}) vcan0 100#{i.to_bytes(4, 'little').hex()}00\n"
                               for i, time in enumerate(times)))
        stalls = Stalls()
        command(f"{OnBuses.program} replay {log} --to socketcan:vcan0 2>/dev/null")
        node.wait_for_all({"vcan0": len(times)})
        rows = node.rows("vcan0")
        self.assertEqual(numbers(rows), list(range(len(times))))
        wanted = [(time - times[0]) * 1000 for time in times]
        lag = sorted(abs(time_ns - rows[0][0] - due) for (time_ns, _), due in zip(rows, wanted))
        steps = sorted(abs((b[0] - a[0]) - (w - v)) for a, b, v, w in zip(rows, rows[1:], wanted, wanted[1:]))
        took = rows[-1][0] - rows[0][0]
        print(f"{len(times)} frames in {took / SECOND_NS:.4f} s, recorded {wanted[-1] / SECOND_NS:.4f} s; between frames "
              f"p50 {steps[len(steps) // 2] / 1000:.0f} us, p99 {steps[len(steps) * 99 // 100] / 1000:.0f} us off; against the "
              f"start p99 {lag[len(lag) * 99 // 100] / 1000:.0f} us", flush=True)
        self.assertLess(abs(took - wanted[-1]), 0.02 * wanted[-1] + stalls.worst * SECOND_NS)


class CheckConnect(OnBuses):
    """`check --connect` on real interfaces: it says what is the matter and leaves them as they are."""

    def findings(self, options, user=None):
        code, found = check_connect(options, user)
        self.assertEqual(code, 0, found)
        return found

    def is_up(self, name):
        return int(pathlib.Path(f"/sys/class/net/{name}/flags").read_text(), 16) & 1 == 1

    def test_an_interface_that_is_up_is_well(self):
        self.assertEqual(self.findings("interface = 'vcan0'"), "")
        self.assertEqual(self.findings("interface = 'any'"), "")

    def test_one_that_is_missing_is_named_with_what_to_type(self):
        remove_bus("vcan1")
        found = self.findings("interface = 'vcan1'")
        self.assertIn("node.toml:4:13: warning: [source.bus] interface: there is no interface vcan1; make it with "
                      "`ip link add dev vcan1 type vcan && ip link set vcan1 up`", found)

    def test_what_is_no_can_interface_is_an_error(self):
        code, found = check_connect("interface = 'lo'")
        self.assertEqual(code, 78)
        self.assertIn("node.toml:4:13: error: [source.bus] interface: lo is no CAN interface", found)

    def test_one_that_is_down_stays_down_and_is_brought_up_by_who_may(self):
        command("ip link set vcan0 down")
        down = "interface vcan0 is down"
        self.assertIn("warning: [source.bus] interface: " + down, self.findings("interface = 'vcan0'"))
        self.assertEqual(self.findings("interface = 'vcan0'\nbitrate = 500_000"), "")  # the node would bring it up
        self.assertFalse(self.is_up("vcan0"))
        found = self.findings("interface = 'vcan0'\nbitrate = 500_000", user=65534)
        self.assertIn("node.toml:5:11: warning: [source.bus] bitrate: " + down + ", and cantrail may not bring it up", found)
        self.assertIn("sudo ip link set vcan0 up", found)

    def test_of_all_interfaces_one_must_be_up(self):
        arphrd_can = "280"
        for link in pathlib.Path("/sys/class/net").iterdir():
            if (link / "type").read_text().strip() == arphrd_can:
                command(f"ip link set {link.name} down")
        self.assertIn("node.toml:4:13: warning: [source.bus] interface: no CAN interface is up; bring one up with `ip link "
                      "set ", self.findings("interface = 'any'"))


if __name__ == "__main__":
    OnBuses.program = str(pathlib.Path(sys.argv[1]).resolve())
    sys.exit(0 if junit.run(sys.modules["__main__"], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None) else 1)
