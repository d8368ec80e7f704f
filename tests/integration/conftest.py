"""Fixtures of the tests that drive the whole program from outside."""

import os
from pathlib import Path

import pytest

import harness

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def binary():
    path = Path(os.environ.get("CANTRAIL_BIN", ROOT / "build/dev/src/cli/cantrail"))
    if not path.is_file():
        pytest.fail(f"there is no program {path}; build it, or set CANTRAIL_BIN")
    return str(path.resolve())


@pytest.fixture(scope="session")
def one_round_in(binary):
    """A sanitizer makes a program many times slower, and what it finds shows in any of the many rounds of a test."""
    return 5 if harness.sanitizer(binary) else 1


@pytest.fixture(scope="session")
def shared():
    path = Path(os.environ.get("CANTRAIL_SHARED_DATA", ROOT.parent / "shared/data"))
    if not (path / "logs").is_dir():
        pytest.skip(f"the shared data is not there: {path} (CANTRAIL_SHARED_DATA names its folder)")
    return path.resolve()


@pytest.fixture(scope="session")
def gnss_log(shared):
    return shared / "logs/css/gnss-uds-2F6913DB-1.log.xz"


@pytest.fixture(scope="session")
def gnss_dbc(shared):
    return shared / "dbc/CSS-Electronics+api-examples/dbc_files__gnss.dbc"


@pytest.fixture(scope="session")
def gnss_expected(shared):
    """Every decodable frame of the log, as cantools decodes it."""
    return harness.read_expected(shared / "logs/css/gnss-uds-2F6913DB-1.gnss.expected.jsonl.gz")


@pytest.fixture(scope="session")
def leaf_dbc():
    return ROOT / "examples/leaf/leaf.dbc"


@pytest.fixture(scope="session")
def leaf_log(binary, tmp_path_factory):
    """Three seconds of the simulated car, the same frames each time."""
    path = tmp_path_factory.mktemp("leaf") / "leaf.log"
    made = harness.run_cantrail(
        binary, "simulate", "leaf", "--to", "candump:-", "--speed", "max", "--seed", 3, "--duration", "3s"
    )
    assert made.returncode == 0, made.stderr
    path.write_bytes(made.stdout)
    return path


@pytest.fixture
def make_node(binary, tmp_path):
    """make_node(sections) in the test's folder; whatever still runs at the end is killed."""
    nodes = []

    def make(sections, folder=tmp_path, **options):
        folder.mkdir(parents=True, exist_ok=True)
        node = harness.Node(binary, folder, sections, **options)
        nodes.append(node)
        return node

    yield make
    for node in nodes:
        node.end()


@pytest.fixture
def disk(tmp_path, make_node):
    """A disk that can be full; unmounted after the nodes of make_node have ended."""
    one = harness.Disk(tmp_path / "disk")
    yield one
    one.unmount()
