#!/usr/bin/python3
"""A node that asks a simulated car, both on real CAN sockets, inside the virtual machine (run_in_uml).

usage: obd2_vm_test.py PROGRAM [REPORT]
"""
import json
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # this file system is read-only
import junit  # noqa: E402
from node import Node, sent_on, wait_for  # noqa: E402
from on_buses import OnBuses  # noqa: E402

SOURCE = """[source.car]
type = "obd2"
interface = "vcan0"
codes_every = "2s"
longest_pause = "2s"
{more}
"""
VIN = "WVWZZZ1KZ6W123456"


class Process:
    """A program in the background, ended when the test is over."""

    def __init__(self, *arguments, **more):
        self.process = subprocess.Popen(arguments, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGKILL)

    def end(self, by=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(by)
        return self.process.wait(20)


class Car(OnBuses):
    def car(self, *options):
        return self.enterContext(Process(OnBuses.program, "simulate", "obd2-ecu", "--to", "socketcan:vcan0", *options,
                                         stderr=subprocess.DEVNULL))

    def node(self, more=""):
        node = self.enterContext(Node(OnBuses.program, [], sources=SOURCE.format(more=more)))
        node.wait_until_ready()
        return node

    def rows(self, node, message, where=""):
        """The signals of all rows of a stream in the history, in order, read beside the node."""
        with sqlite3.connect(f"file:{node.folder}/history.db?mode=ro", uri=True) as store:
            if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'frames'").fetchone():
                return []
            found = store.execute("SELECT signals FROM frames WHERE channel = 'car' AND message = ?"
                                  f" {where} ORDER BY epoch, seq, idx", (message,))
            return [json.loads(signals) for (signals,) in found]

    def values(self, node, message, signal_name):
        return [row[signal_name] for row in self.rows(node, message) if signal_name in row]

    def assert_settled_and_balanced(self, node):
        def settled():
            status = node.status()
            return status if all(lane["ledger"]["pending"] == 0 for lane in status["lanes"]) else None
        status = wait_for(settled, "all lanes have done their work")
        self.assertTrue(status["balances"])
        for lane in status["lanes"]:
            self.assertTrue(lane["ledger"]["balances"], lane)
            self.assertEqual(lane["ledger"]["dropped"] + lane["ledger"]["rejected"], 0, lane)
        self.assertEqual(status["gaps"]["count"], 0)

    def test_is_found_asked_left_in_peace_when_it_is_off_and_found_again(self):
        dump = self.enterContext(tempfile.NamedTemporaryFile("w"))
        self.enterContext(Process("candump", "-L", "vcan0", stdout=dump))
        car = self.car()
        node = self.node()
        wait_for(lambda: self.values(node, "VehicleIdentification", "text").count(VIN) == 1, "the car's number", 60)
        wait_for(lambda: {"P0171", "P0302", "P0420", "P0741"} <= set(self.values(node, "TroubleCodes", "code")), "its codes", 60)
        wait_for(lambda: self.values(node, "OBD2_7E8", "freeze_coolant_temperature") == [18], "the freeze frame", 60)
        wait_for(lambda: len(self.values(node, "OBD2_7E8", "engine_speed")) > 40, "its speeds", 60)
        self.assertIn("2 control units (7E8, 7E9), 27 PIDs", node.log())
        self.assertEqual(node.source("car")["hint"], "")

        car.end()
        wait_for(lambda: "is the ignition on?" in node.source("car")["hint"], "the hint", 60)
        # What the bus had, by another reader: formulas of the standard, flow control for each first frame.
        dump.flush()
        frames = re.findall(r" vcan0 ([0-9A-F]+)#([0-9A-F]+)", pathlib.Path(dump.name).read_text())
        answers = [bytes.fromhex(data) for identifier, data in frames if identifier == "7E8"]
        turns = [(data[3] * 256 + data[4]) / 4 for data in answers if data[:3] == b"\x04\x41\x0c"]
        speeds = [data[3] for data in answers if data[:3] == b"\x03\x41\x0d"]
        wait_for(lambda: self.values(node, "OBD2_7E8", "engine_speed") == turns, "each engine speed of the bus is a row")
        wait_for(lambda: self.values(node, "OBD2_7E8", "vehicle_speed") == speeds, "each speed of the bus is a row")
        for unit, tester in (("7E8", "7E0"), ("7E9", "7E1")):
            first = sum(identifier == unit and data[0] == "1" for identifier, data in frames)
            control = sum(identifier == tester and data[0] == "3" for identifier, data in frames)
            self.assertEqual(first, control, unit)
        self.assertEqual(self.values(node, "VehicleIdentification", "text").count(VIN), 1)  # once

        def pauses_are_long():
            return re.search(r"asks again in 2s", node.source("car")["hint"])
        wait_for(pauses_are_long, "pauses grow", 60)
        before = sent_on("vcan0")
        time.sleep(6)
        silent = sent_on("vcan0") - before
        print(f"{silent} requests in 6 s without a car", flush=True)
        self.assertLessEqual(silent, 2 * (6 // 2 + 1))  # both widths, every 2 s

        self.car("--seed", "8")
        known = len(self.values(node, "OBD2_7E8", "engine_speed"))
        wait_for(lambda: len(self.values(node, "OBD2_7E8", "engine_speed")) > known, "it is asked again", 60)
        wait_for(lambda: self.values(node, "VehicleIdentification", "text").count(VIN) == 2, "its number, too", 60)
        self.assertEqual(node.source("car")["hint"], "")
        self.assert_settled_and_balanced(node)

    def test_of_29_bits_is_found_as_well(self):
        self.car("--addressing", "29-bit")
        node = self.node()
        wait_for(lambda: VIN in self.values(node, "VehicleIdentification", "text"), "the car's number", 60)
        wait_for(lambda: self.values(node, "OBD2_18DAF110", "engine_speed"), "the engine's speed", 60)
        self.assertIn("2 control units (18DAF110, 18DAF118)", node.log())

    def test_has_its_codes_cleared_by_hand_while_the_node_asks(self):
        self.car()
        node = self.node()
        wait_for(lambda: "P0171" in self.values(node, "TroubleCodes", "code"), "its codes", 60)
        clear = [OnBuses.program, "obd2", "clear", "vcan0"]
        refused = subprocess.run(clear, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("7E8: 3 stored codes\n7E9: 1 stored code\n", refused.stderr)
        self.assertIn("--yes", refused.stderr)
        done = subprocess.run([*clear, "--yes"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, "7E8: cleared\n7E9: cleared\n"), done.stderr)
        wait_for(lambda: self.values(node, "OBD2_7E8", "stored_code_count")[-1] == 0, "the node sees that there are none", 60)
        self.assertEqual(self.values(node, "OBD2_7E8", "permanent_code_count")[-1], 3)
        nobody = subprocess.run([OnBuses.program, "obd2", "clear", "vcan1", "--yes"], capture_output=True, text=True, check=False)
        self.assertEqual(nobody.returncode, 1)
        self.assertIn("no control unit answers on vcan1", nobody.stderr)
        self.assert_settled_and_balanced(node)


if __name__ == "__main__":
    OnBuses.program = str(pathlib.Path(sys.argv[1]).resolve())
    sys.exit(0 if junit.run(sys.modules["__main__"], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None) else 1)
