"""Fixtures of the crash tests: those of the integration tests, and how long a run may be."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

import counting_sender

INTEGRATION = Path(__file__).resolve().parents[1] / "integration"
sys.path.insert(0, str(INTEGRATION))
spec = importlib.util.spec_from_file_location("integration_fixtures", INTEGRATION / "conftest.py")
fixtures = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fixtures)
binary, make_node, disk = fixtures.binary, fixtures.make_node, fixtures.disk


def pytest_configure(config):
    config.long_form = bool(os.environ.get("CANTRAIL_CRASH_LONG"))


@pytest.fixture
def rounds(request):
    """rounds(short, long): how often, in CI and where CANTRAIL_CRASH_LONG is set."""
    return lambda short, long: long if request.config.long_form else short


@pytest.fixture
def counter_dbc(tmp_path):
    path = tmp_path / "counter.dbc"
    path.write_text(counting_sender.DBC)
    return path
