"""Reads a journal by the words of docs/journal-format.md alone: the oracle of the crash tests.

Nothing of cantrail is used, so what the node thinks of its own journal does not matter here.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import xxhash

MAGIC = bytes([0x89, 0x43, 0x54, 0x4A, 0x0D, 0x0A, 0x1A, 0x0A])
MARK = b"CTR"
EPOCH, STATE, CATALOG, BATCH, END, COMPRESSED = range(1, 7)
GAP_REASONS = (
    None, "receive_overflow", "driver_drop", "network_loss", "pool_exhausted", "journal_failed", "journal_cap",
    "journal_corrupt", "downtime", "bus_off", "source_down", "malformed_input", "lane_overflow", "too_many_channels",
    "blob_lost", "disk_full",
)  # fmt: skip


@dataclass
class Gap:
    start: int
    end: int
    count: int | None
    before: int
    reason: str
    where: str


@dataclass
class Batch:
    epoch: int
    seq: int
    first_record: int
    records: int
    mono: int
    wall: int
    source: str
    position: bytes
    tick: bool
    gaps: list
    frames: list  # (time_ns, can_id, data)


@dataclass
class Journal:
    id: bytes
    batches: list = field(default_factory=list)
    damaged: int = 0  # stretches of bytes between records that are none
    torn: dict = field(default_factory=dict)  # epoch → bytes behind its last record
    ended: set = field(default_factory=set)  # epochs with the mark of an orderly stop

    def epochs(self):
        found = {}
        for batch in self.batches:
            found.setdefault(batch.epoch, []).append(batch)
        return found


def padded(size):
    return (size + 7) // 8 * 8


def hash_of(data, seed=0):
    return xxhash.xxh3_64_intdigest(data, seed=seed)


def records_of(content, seed):
    """(offset, type, payload) of each whole record; bytes in between are none."""
    at = 72
    while at + 16 <= len(content):
        stored, kind, mark, length = struct.unpack_from("<QB3sI", content, at)
        end = at + 16 + length
        if mark == MARK and length % 8 == 0 and end <= len(content) and hash_of(content[at + 8 : end], seed) == stored:
            yield at, kind, content[at + 16 : end]
            at = end
        else:
            at += 8


def read_gaps(text, count):
    gaps, at = [], 0
    for _ in range(count):
        start, end, lost, before, reason, known, size = struct.unpack_from("<qqQIBBH", text, at)
        where = text[at + 32 : at + 32 + size].decode()
        name = GAP_REASONS[reason] if reason < len(GAP_REASONS) else "unknown"
        gaps.append(Gap(start, end, lost if known else None, before, name, where))
        at += 32 + padded(size)
    return gaps


def read_frames(columns, count, base, shape, constant, payload_bytes):
    flags_constant, channel_constant, length_constant, short = (bool(shape & bit) for bit in (1, 2, 4, 8))
    at = 0

    def column(kind, size):
        nonlocal at
        values = struct.unpack_from(f"<{count}{kind}", columns, at)
        at += padded(count * size)
        return values

    times = [base + behind for behind in column("I", 4)] if short else column("q", 8)
    ids = column("I", 4)
    if not flags_constant:
        column("H", 2)
    if not channel_constant:
        column("H", 2)
    lengths = [constant] * count if length_constant else column("B", 1)
    frames = []
    for time, can_id, length in zip(times, ids, lengths):
        remote = can_id & 0x40000000
        size = 0 if remote else length
        frames.append((time, can_id, bytes(columns[at : at + size])))
        at += max(8, padded(size))
    assert at <= len(columns)
    return frames


def read_batch(epoch, kind, payload):
    seq, first, mono, wall, _digest, base, frames, payload_bytes, _blocks, gaps, records, position_bytes = struct.unpack_from(
        "<QQqq32sqIIIIII", payload, 0
    )
    name_bytes, _source, _flags, _channel, length, shape, tick, _, text_bytes = struct.unpack_from("<HHHHBBBBI", payload, 96)
    text = payload[112 : 112 + text_bytes]
    columns = payload[112 + text_bytes :]
    if kind == COMPRESSED:
        import zstandard

        plain, packed = struct.unpack_from("<II", columns, 0)
        columns = zstandard.ZstdDecompressor().decompress(columns[8 : 8 + packed], max_output_size=plain)
        assert len(columns) == plain
    names = padded(name_bytes + position_bytes)
    return Batch(
        epoch, seq, first, records, mono, wall,
        text[:name_bytes].decode(), bytes(text[name_bytes : name_bytes + position_bytes]), bool(tick),
        read_gaps(text[names:], gaps),
        read_frames(columns, frames, base, shape, length, payload_bytes) if frames else [],
    )  # fmt: skip


def read_header(content):
    """(version, epoch, first seq, journal id, previous first seq, previous end); None: damaged."""
    if len(content) < 72 or content[:8] != MAGIC:
        return None
    version, epoch, first_seq, journal, _wall, previous, previous_end, stored = struct.unpack_from("<IIQ16sqQQQ", content, 8)
    if stored != hash_of(content[:64]) or version not in (1, 2):
        return None
    return version, epoch, first_seq, journal, previous, previous_end


def read_journal(folder):
    folder = Path(folder)
    identity = (folder / "identity").read_text().splitlines()
    assert identity[0] == "cantrail journal 1"
    journal = Journal(bytes.fromhex(identity[1].split()[1]))
    names = sorted(folder.glob("*.ctj"))
    contents = [path.read_bytes() for path in names]
    keys = [(int(path.name[:8], 16), int(path.name[9:25], 16)) for path in names]
    for i, ((epoch, first_seq), content) in enumerate(zip(keys, contents)):
        limit, last_of_epoch = len(content), i + 1 == len(keys) or keys[i + 1][0] != epoch
        if not last_of_epoch:
            behind = read_header(contents[i + 1])
            if behind is not None:
                _, _, _, _, previous, previous_end = behind
                if previous_end == 0 or previous < first_seq:
                    continue  # given up before a batch was in it
                if previous == first_seq:
                    limit = previous_end
        seed = hash_of(journal.id + struct.pack("<QQ", epoch, first_seq))
        end = 72
        for offset, kind, payload in records_of(content[:limit], seed):
            journal.damaged += offset != end
            end = offset + 16 + len(payload)
            if kind in (BATCH, COMPRESSED):
                journal.batches.append(read_batch(epoch, kind, payload))
            elif kind == END:
                journal.ended.add(epoch)
        if last_of_epoch:
            journal.torn[epoch] = limit - end
        else:
            journal.damaged += limit > end
    return journal
