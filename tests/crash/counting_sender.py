"""A cannelloni peer that numbers its frames: the number is the payload, so whoever has a frame knows which one.

    counting_sender.py PORT FRAMES_A_SECOND

Sends until it is ended, whether anybody listens or not.
"""

import socket
import struct
import sys
import time

FRAMES = 40  # in a packet
CAN_ID = 0x100
DBC = 'VERSION ""\nBU_: A\nBO_ 256 Counter: 8 A\n SG_ number : 0|48@1+ (1,0) [0|0] "" A\n'


def packets(first=0):
    """(packet, frames in it), numbered from `first` on."""
    number, sequence = first, 0
    head = struct.Struct(">BBBH")
    frame = struct.Struct(">IB")
    prefix = frame.pack(CAN_ID, 8)
    while True:
        body = b"".join(prefix + (number + i).to_bytes(8, "little") for i in range(FRAMES))
        yield head.pack(2, 0, sequence, FRAMES) + body
        number += FRAMES
        sequence = (sequence + 1) % 256


def main():
    port, rate = int(sys.argv[1]), int(sys.argv[2])
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    start, sent = time.monotonic(), 0
    for packet in packets():
        out.sendto(packet, ("127.0.0.1", port))
        sent += FRAMES
        ahead = sent / rate - (time.monotonic() - start)
        if ahead > 0.002:
            time.sleep(ahead)
        elif ahead < -0.5:  # this process was held up: go on from here, no burst
            start = time.monotonic() - sent / rate


if __name__ == "__main__":
    main()
