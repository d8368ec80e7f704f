"""A machine that can be switched off: QEMU without KVM, Debian's kernel, a first process of our own (guest_init), one disk.

The disk is a file of the host behind cache=writeback: what the guest's kernel has handed to the disk stays, flushed or not; what
only its page cache had is gone with the power. (A drive that loses its own cache is what the simulated file system of the
journal's model test does.)
"""

import os
import shutil
import subprocess
from pathlib import Path

TOOL_PATIENCE_S = 120
DRIVERS = ("virtio_pci", "virtio_blk", "crc32c_generic", "ext4")
TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "mkfs.ext4": "e2fsprogs",
    "e2fsck": "e2fsprogs",
    "debugfs": "e2fsprogs",
    "busybox": "busybox-static",
    "strip": "binutils",
}


def tool(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def run_tool(name, *arguments, check=True):
    return subprocess.run(
        [tool(name), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=check, timeout=TOOL_PATIENCE_S
    )


def find_kernel():
    """(image, folder of its modules), Debian's cloud kernel if there is one: it is the smallest."""
    images = sorted(Path("/boot").glob("vmlinuz-*"), key=lambda path: ("cloud" not in path.name, path.name))
    for image in images:
        modules = Path("/lib/modules") / image.name.removeprefix("vmlinuz-")
        if (modules / "modules.dep").is_file():
            return image, modules
    return None


def missing():
    """What this machine lacks, in words; None: nothing."""
    for name, package in TOOLS.items():
        if tool(name) is None:
            return f"{name} is not installed (Debian package {package})"
    if find_kernel() is None:
        return "there is no kernel to boot (Debian package linux-image-cloud-amd64)"
    if os.uname().machine != "x86_64":
        return "the kernel to boot is one for x86-64"
    return None


def module_order(modules):
    """Files of DRIVERS and what they need, in the order of loading. Drivers that are built in have none."""
    needs = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        name, _, rest = line.partition(":")
        needs[name] = rest.split()
    by_name = {Path(name).name.split(".")[0].replace("-", "_"): name for name in needs}
    order = []
    for driver in DRIVERS:
        name = by_name.get(driver)
        if name is None:
            continue
        for each in [*reversed(needs[name]), name]:  # modules.dep lists the nearest first
            if each not in order:
                order.append(each)
    return order


def archive(entries):
    """An initramfs (cpio, format newc) of (path, mode, bytes); not compressed, the emulated processor would be at it for long."""
    out = bytearray()
    folders = sorted({str(parent) for path, _, _ in entries for parent in Path(path).parents if str(parent) != "."})
    everything = [(name, 0o040755, b"") for name in folders] + list(entries) + [("TRAILER!!!", 0, b"")]
    for number, (path, mode, content) in enumerate(everything):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % value for value in fields) + name
        out += b"\0" * (-len(out) % 4) + content
        out += b"\0" * (-len(out) % 4)
    return bytes(out)


def libraries(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return sorted({word for line in listed.splitlines() for word in line.split() if word.startswith("/")})


def read_module(path):
    if path.suffix == ".xz":
        import lzma

        return lzma.decompress(path.read_bytes())
    return path.read_bytes()


class Machine:
    """One image of a disk, and boots of it. `files`: (path in the guest, bytes)."""

    def __init__(self, folder, binary, files, disk_mb=128):
        self.folder = Path(folder)
        self.disk = self.folder / "disk.img"
        self.kernel, modules = find_kernel()
        slim = self.folder / "cantrail"
        run_tool("strip", "-o", slim, binary)
        entries = [("init", 0o100755, Path(__file__).with_name("guest_init").read_bytes())]
        entries += [("bin/busybox", 0o100755, Path(tool("busybox")).read_bytes()), ("cantrail", 0o100755, slim.read_bytes())]
        entries += [(path[1:], 0o100755, Path(path).resolve().read_bytes()) for path in libraries(binary)]
        order = module_order(modules)
        entries += [(f"modules/{Path(name).name}", 0o100644, read_module(modules / name)) for name in order]
        entries += [("modules/order", 0o100644, "".join(f"{Path(name).name}\n" for name in order).encode())]
        entries += [(path.lstrip("/"), 0o100644, content) for path, content in files]
        self.initramfs = self.folder / "initramfs"
        self.initramfs.write_bytes(archive(entries))
        with open(self.disk, "wb") as image:
            image.truncate(disk_mb << 20)
        run_tool("mkfs.ext4", "-q", "-F", self.disk)
        self.boots = 0
        self.process = None

    def boot(self, final=False):
        self.boots += 1
        self.reports = self.folder / f"reports-{self.boots}"
        self.console = self.folder / f"console-{self.boots}"
        self.reports.touch()
        self.process = subprocess.Popen(
            [tool("qemu-system-x86_64"), "-accel", "tcg", "-m", "384", "-display", "none", "-monitor", "none", "-nic", "none",
             "-no-reboot", "-kernel", self.kernel, "-initrd", self.initramfs,
             # no_timer_check: on a busy machine the emulated timer may look broken.
             "-append", "console=ttyS0 quiet panic=-1 no_timer_check" + (" cantrail.final" if final else ""),
             "-drive", f"file={self.disk},format=raw,if=virtio,cache=writeback",
             "-serial", f"file:{self.console}", "-serial", f"file:{self.reports}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def lines(self):
        """Whole lines that the guest has sent to its second serial port."""
        return self.reports.read_text(errors="replace").split("\n")[:-1]

    def power_off(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.power_off()

    def told(self):
        return self.console.read_text(errors="replace")[-4000:]

    def look_into(self, name):
        """The disk's files as a kernel would find them: its journal is replayed on a copy, files that were open are let go."""
        folder = self.folder / name
        copy = self.folder / "copy.img"
        run_tool("cp", "--sparse=always", self.disk, copy)
        for how in ("-p", "-fn"):
            checked = run_tool("e2fsck", how, copy, check=False)
            assert checked.returncode in ((0, 1) if how == "-p" else (0,)), f"the file system is not whole: {checked.stdout}"
        folder.mkdir()
        run_tool("debugfs", "-R", f"rdump / {folder}", copy)
        copy.unlink()
        return folder
