"""What the tests of the whole program share: two buses, and a node that listens on them."""
import os
import unittest

from node import Node, add_bus, remove_bus

BUSES = ("vcan0", "vcan1")


class OnBuses(unittest.TestCase):
    program = ""  # the path of cantrail

    def setUp(self):
        if "CANTRAIL_VM" not in os.environ:
            self.skipTest("runs only in the virtual machine: tests/vm/run_in_uml")
        for name in BUSES:
            remove_bus(name)
            add_bus(name)

    def tearDown(self):
        for name in BUSES:
            remove_bus(name)

    def run_node(self, options="", buses=BUSES, **more):
        node = self.enterContext(Node(OnBuses.program, buses, options, **more))
        node.wait_until_ready()
        return node

    def assert_balanced(self, status, received):
        """Every lane saw every record, each record has one fate, and the journal has them all."""
        self.assertEqual(status["received"], received)
        self.assertEqual(status["journal"]["appended_records"], received)
        self.assertTrue(status["balances"])
        for lane in status["lanes"]:
            self.assertTrue(lane["ledger"]["balances"], lane)
            self.assertEqual(lane["ledger"]["received"], received, lane)
            self.assertEqual(lane["ledger"]["dropped"] + lane["ledger"]["rejected"], 0, lane)

    def history_ledger(self, status):
        return next(lane["ledger"] for lane in status["lanes"] if lane["name"] == "history")
