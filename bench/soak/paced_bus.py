"""Buses that wait for their receiver: nothing is dropped on the way, however slow that is."""

import itertools
import threading
import time

from harness import Sender

FRAMES_IN_A_PACKET = 40
# So far may a bus be ahead of what was received: a quarter of a second at 16,000 frames/s, and less than what the
# kernel keeps by itself for a socket.
MOST_AHEAD = 4_000


class PacedBus(threading.Thread):
    """Sends `frames`, (id, data), to all ports in turn, again and again, until it is told to end.

    `received()` says how many the receiver has taken; it is asked a few times a second.
    """

    def __init__(self, ports, frames, frames_a_second, received):
        super().__init__(daemon=True)
        self.senders = [Sender(port) for port in ports]
        chunks = [frames[at : at + FRAMES_IN_A_PACKET] for at in range(0, len(frames), FRAMES_IN_A_PACKET)]
        self.packets = [(len(chunk), bytearray(self.senders[0].packet(chunk))) for chunk in chunks]
        self.rate, self.received = frames_a_second, received
        self.sent = 0
        self.fault = None
        self.told_to_end = threading.Event()
        self.start()

    def run(self):
        try:
            self.send_all()
        except Exception as fault:  # of received(): said by end()
            self.fault = fault

    def send_all(self):
        begin, known = time.monotonic(), 0
        for sender, (count, packet) in zip(itertools.cycle(self.senders), itertools.cycle(self.packets)):
            while self.sent - known >= MOST_AHEAD // 2 and (known := self.received()) + MOST_AHEAD <= self.sent:
                if self.told_to_end.wait(0.02):
                    return
            early = begin + self.sent / self.rate - time.monotonic()
            if early < -0.5:  # held up: on from here, no burst
                begin = time.monotonic() - self.sent / self.rate
            if self.told_to_end.wait(early) if early > 0.002 else self.told_to_end.is_set():
                return
            packet[2] = sender.sequence
            sender.socket.sendto(packet, sender.address)
            sender.skip()
            self.sent += count

    def end(self):
        """How many frames it has sent."""
        self.told_to_end.set()
        self.join()
        for sender in self.senders:
            sender.close()
        if self.fault:
            raise self.fault
        return self.sent
