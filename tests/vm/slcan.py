"""A CAN adapter on a serial line (slcan), made of a pseudo terminal: to the kernel a real controller, with bit
rates and a state, whose bus is this program."""
import fcntl
import os
import pty
import struct
import termios
import threading
import tty

N_SLCAN = 17  # linux/tty.h
SIOCGIFNAME = 0x8910  # of a terminal with a network interface: its name


class SerialAdapter:
    """`name` is the interface, which is there until the exit; `said` is what the kernel told the adapter."""

    def __init__(self):
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        fcntl.ioctl(self._slave, termios.TIOCSETD, struct.pack("i", N_SLCAN))
        self.name = fcntl.ioctl(self._slave, SIOCGIFNAME, bytes(32)).split(b"\0")[0].decode()
        self.said = b""
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._slave)

    def _listen(self):
        try:
            while data := os.read(self._master, 4096):
                self.said += data
        except OSError:  # the other side is closed
            pass

    def send(self, number, data):
        """A frame from the bus."""
        os.write(self._master, f"t{number:03X}{len(data)}{data.hex().upper()}\r".encode())
