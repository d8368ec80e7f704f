"""The DBC files of the shared data, and what cantools makes of them."""

import functools
import logging
import os
from pathlib import Path

import pytest

cantools = pytest.importorskip("cantools", reason="cantools is not installed (pip install -r tests/requirements.txt)")
logging.getLogger("cantools").setLevel(logging.ERROR)

SHARED = Path(os.environ.get("CANTRAIL_SHARED_DATA", Path(__file__).resolve().parents[4] / "shared/data"))
SHARED = SHARED.resolve() if (SHARED / "dbc").is_dir() else None


def files():
    return sorted((SHARED / "dbc").rglob("*.dbc")) if SHARED else []


@functools.cache
def database_of(path):
    """None: cantools does not load it."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    try:
        return cantools.database.load_string(text.replace("\r\n", "\n"), "dbc", strict=False)
    except Exception:  # noqa: BLE001 - whatever it does not like
        return None
