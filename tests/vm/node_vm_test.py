#!/usr/bin/python3
"""The whole program on real CAN sockets, inside the virtual machine (run_in_uml).

usage: node_vm_test.py PROGRAM [REPORT]
"""
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # this file system is read-only
import junit  # noqa: E402
from node import NumberedSender, Node, add_bus, command, remove_bus, sent_on, wait_for  # noqa: E402
from on_buses import BUSES, OnBuses  # noqa: E402


def missing_numbers(rows, last):
    """The numbers of 1 … `last` that no row carries."""
    return sorted(set(range(1, last + 1)) - {number for _, number in rows})


class EveryFrame(OnBuses):
    def test_of_every_kind_that_cansend_sends_arrives(self):
        node = self.run_node()
        wide = "0" * 120 + "2A000000"
        for text in ("100#0700000003", f"200##1{wide}", "1F334455#0900000000000000", "100#R", "00000123#R5",
                     "7FF#", "00000100#0800000003", "20000004#0011223344556677"):
            command(f"cansend vcan0 {text}")
        status = node.wait_for_all({"vcan0": 8})
        self.assertEqual(sent_on("vcan0"), 8)
        self.assert_balanced(status, 8)
        # A remote frame, an error frame and identifiers of the other length are no messages of the DBC.
        self.assertEqual(self.history_ledger(status)["delivered"], 3)
        self.assertEqual(self.history_ledger(status)["undecoded"], 5)
        rows = node.get("/api/state/history")["rows"]
        self.assertEqual([(row["message"], row["id"], row["extended"], row["signals"]) for row in rows],
                         [("Counter", 0x100, False, {"Number": 7, "Bus": 3}), ("Wide", 0x200, False, {"Last": 42}),
                          ("Extended", 0x1F334455, True, {"Value": 9})])
        self.assertEqual({row["channel"] for row in rows}, {"vcan0"})

    def test_of_cangen_on_two_buses_arrives_in_order(self):
        node = self.run_node()
        count = 5000
        before = time.time_ns()
        senders = [subprocess.Popen(["cangen", bus, "-g", "0", "-I", "100", "-L", "8", "-D", "i", "-n", str(count),
                                     "-p", "10"]) for bus in BUSES]
        self.assertEqual([sender.wait(60) for sender in senders], [0, 0])
        after = time.time_ns()
        status = node.wait_for_all({bus: count for bus in BUSES})
        self.assert_balanced(status, 2 * count)
        self.assertEqual(status["gaps"]["count"], 0)
        for bus in BUSES:
            self.assertEqual(sent_on(bus), count)
            rows = node.rows(bus)
            self.assertEqual([number for _, number in rows], list(range(count)))
            times = [time_ns for time_ns, _ in rows]
            self.assertEqual(times, sorted(times))
            self.assertGreaterEqual(times[0], before)
            self.assertLessEqual(times[-1], after)

    def test_has_the_time_at_which_the_kernel_got_it_not_at_which_it_was_read(self):
        node = self.run_node()
        command("cansend vcan0 100#0000000000")  # the kernel stamps a moment after the first socket asked for it
        node.wait_for_all({"vcan0": 1})
        node.stand_still()
        moments = []
        for number in range(1, 11):
            before = time.time_ns()
            command(f"cansend vcan0 100#{number:02X}00000000")
            moments.append((before, time.time_ns()))
            time.sleep(0.05)
        node.go_on()
        node.wait_for_all({"vcan0": 11})
        rows = node.rows("vcan0")[1:]
        self.assertEqual([number for _, number in rows], list(range(1, 11)))
        for (time_ns, _), (before, after) in zip(rows, moments):
            self.assertTrue(before <= time_ns <= after, (before, time_ns, after))

    def test_that_came_before_a_stop_is_in_the_history_even_if_the_node_had_not_read_it(self):
        node = self.run_node()
        node.stand_still()
        command("cangen vcan0 -g 0 -I 100 -L 8 -D i -n 15000 -p 10")
        said = node.stop()
        self.assertIn("history: received 15,000 = delivered 15,000 ", said)
        self.assertEqual([number for _, number in node.rows("vcan0")], list(range(15000)))


class Interface(OnBuses):
    def test_that_is_missing_is_waited_for_and_the_user_told_what_to_type(self):
        remove_bus("vcan1")
        node = self.enterContext(Node(OnBuses.program, BUSES))
        hint = "ip link add dev vcan1 type vcan && ip link set vcan1 up"
        wait_for(lambda: hint in node.log(), "the log says what to type")
        waiting = node.source("vcan1")
        self.assertEqual(waiting["state"], "waiting")
        self.assertIn(hint, waiting["message"])
        self.assertFalse(node.ready())
        command("cansend vcan0 100#0100000000")  # the other bus does not wait
        node.wait_for_all({"vcan0": 1})
        add_bus("vcan1")
        node.wait_until_ready()
        self.assertEqual(node.source("vcan1")["message"], "")
        command("cansend vcan1 100#0200000001")
        self.assert_balanced(node.wait_for_all({"vcan0": 1, "vcan1": 1}), 2)
        self.assertEqual([number for _, number in node.rows("vcan1")], [2])

    def test_that_went_down_is_a_gap_and_goes_on_when_it_is_up(self):
        node = self.run_node()
        command("cangen vcan0 -g 0 -I 100 -L 8 -D i -n 500 -p 10")
        down = time.time_ns()
        command("ip link set vcan0 down")
        wait_for(lambda: node.source("vcan0")["state"] == "waiting", "the source waits")
        noticed = time.time_ns()
        self.assertIn("ip link set vcan0 up", node.source("vcan0")["message"])
        self.assertNotIn("ip link add", node.log())  # it is there
        time.sleep(1)
        up = time.time_ns()
        command("ip link set vcan0 up")
        node.wait_until_ready()
        command("cansend vcan0 100#F401000000")
        status = node.wait_for_all({"vcan0": 501})
        self.assert_balanced(status, 501)
        self.assertEqual([number for _, number in node.rows("vcan0")], list(range(501)))
        gaps = node.gaps()
        self.assertEqual([(gap["reason"], gap["where"], gap["count"]) for gap in gaps], [("source_down", "vcan0", None)])
        self.assertTrue(down <= int(gaps[0]["from_ns"]) <= noticed, gaps)
        self.assertGreaterEqual(int(gaps[0]["to_ns"]), up)


class Load(OnBuses):
    PER_SECOND = 8000

    def senders(self, node, count, per_second):
        return [NumberedSender(OnBuses.program, node.folder, bus, count, per_second) for bus in BUSES]

    def stand_still_while(self, node, seconds, frames):
        """At least so long, and until so many frames came on each bus; how long it was and how many came."""
        node.stand_still()
        began, first = time.monotonic(), [sent_on(bus) for bus in BUSES]
        came = [0, 0]
        while time.monotonic() - began < seconds or min(came) < frames:
            self.assertLess(time.monotonic() - began, 30)
            time.sleep(0.01)
            came = [sent_on(bus) - start for bus, start in zip(BUSES, first)]
        took = time.monotonic() - began
        node.go_on()
        return took, came

    def test_a_process_that_stands_still_for_two_seconds_on_two_full_buses_loses_nothing(self):
        node = self.run_node()
        count = 4 * self.PER_SECOND
        senders = self.senders(node, count, self.PER_SECOND)
        for sender in senders:
            sender.start()
        wait_for(lambda: min(sent_on(bus) for bus in BUSES) > self.PER_SECOND // 2, "the buses are full")
        took, came = self.stand_still_while(node, 2, 2 * self.PER_SECOND)
        print(f"stood still for {took:.2f} s while {came} frames came", flush=True)
        for sender in senders:
            sender.wait()
        status = node.wait_for_all({bus: count for bus in BUSES})
        self.assertEqual([sent_on(bus) for bus in BUSES], [count, count])
        self.assertEqual([source["records"] for source in status["sources"]], [count, count])
        self.assertEqual(status["gaps"]["count"], 0)
        self.assertEqual(node.gaps(), [])
        self.assert_balanced(status, 2 * count)
        for bus in BUSES:
            self.assertEqual([number for _, number in node.rows(bus)], list(range(1, count + 1)))

    def test_a_forced_overflow_is_counted_exactly_and_in_its_place(self):
        node = self.run_node('receive_buffer = "64KiB"')
        count = 2 * self.PER_SECOND
        senders = self.senders(node, count, self.PER_SECOND)
        for sender in senders:
            sender.start()
        wait_for(lambda: min(sent_on(bus) for bus in BUSES) > 500, "the buses are full")
        self.stand_still_while(node, 0.5, 4000)
        for sender in senders:
            sender.wait()
        status = node.wait_for_all({bus: count for bus in BUSES})
        gaps = node.gaps()
        self.assertEqual({gap["reason"] for gap in gaps}, {"receive_overflow"})
        for source in status["sources"]:
            rows = node.rows(source["name"])
            missing = missing_numbers(rows, count)
            print(f"{source['name']}: {count} sent, {len(rows)} kept, {len(missing)} missing", flush=True)
            self.assertGreater(len(missing), 2000)  # most of what came meanwhile
            self.assertEqual(source["records"] + source["lost"], count)
            self.assertEqual(source["lost"], len(missing))
            own = [gap for gap in gaps if gap["where"] == source["name"]]
            self.assertEqual(sum(gap["count"] for gap in own), len(missing))
            self.assert_gaps_lie_where_numbers_are_missing(rows, own)
        self.assert_balanced(status, 2 * count - sum(source["lost"] for source in status["sources"]))

    def assert_gaps_lie_where_numbers_are_missing(self, rows, gaps):
        """Where the numbers jump, the gaps between the times of the two frames say by how much."""
        found = [(int(gap["from_ns"]), int(gap["to_ns"]), gap["count"]) for gap in gaps]
        for before, after in zip(rows, rows[1:]):
            told = sum(count for start, end, count in found if before[0] <= start <= end <= after[0])
            self.assertEqual(told, after[1] - before[1] - 1, (before, after, found))

    def test_an_overflow_behind_the_last_frame_is_counted_when_the_interface_goes_down(self):
        node = self.run_node('receive_buffer = "64KiB"')
        node.stand_still()
        command("cangen vcan0 -g 0 -I 100 -L 8 -D i -n 3000 -p 10")
        command("ip link set vcan0 down")
        node.go_on()
        wait_for(lambda: node.source("vcan0")["state"] == "waiting", "the source waits")
        command("ip link set vcan0 up")
        node.wait_until_ready()
        status = node.wait_for_all({"vcan0": 3000})
        source = node.source("vcan0")
        self.assertEqual(source["records"] + source["lost"], 3000)
        self.assertGreater(source["lost"], 1000)
        self.assertEqual([gap["reason"] for gap in node.gaps(2)], ["receive_overflow", "source_down"])
        self.assert_balanced(status, source["records"])


if __name__ == "__main__":
    OnBuses.program = str(pathlib.Path(sys.argv[1]).resolve())
    sys.exit(0 if junit.run(sys.modules["__main__"], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None) else 1)
