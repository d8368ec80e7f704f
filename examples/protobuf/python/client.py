"""client.py HOST PORT COUNT: sends so many messages."""

import math
import socket
import sys
import time

from envelope_pb2 import Envelope
from wheels_pb2 import Wheels


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def send(connection, message):
    envelope = Envelope(
        type=message.DESCRIPTOR.full_name, time_ns=time.time_ns(), payload=message.SerializeToString()
    ).SerializeToString()
    connection.sendall(varint(len(envelope)) + envelope)


host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with socket.create_connection((host, port)) as connection:
    for number in range(count):
        left, right = 50 + 10 * math.sin(number / 10), 50 + 10 * math.cos(number / 10)
        send(connection, Wheels(client="python", number=number, front_left=left, front_right=right))
