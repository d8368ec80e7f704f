"""docs/reference is what the program prints."""

import re

import pytest
from conftest import ROOT
from harness import run_cantrail

REFERENCE = ROOT / "docs/reference"


def pages(folder):
    return {path.name: path.read_text() for path in sorted(folder.glob("*.md"))}


@pytest.fixture(scope="module")
def written(binary, tmp_path_factory):
    lacking = run_cantrail(binary, "components").stdout.decode()
    if "not built:" in lacking:
        pytest.skip("the reference is of a build that has everything; this one lacks: "
                    + ", ".join(re.findall(r"not built: (\S+)", lacking)))
    folder = tmp_path_factory.mktemp("reference")
    done = run_cantrail(binary, "config", "reference", "--folder", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return pages(folder)


def test_the_committed_reference_is_the_programs(written):
    committed = pages(REFERENCE)
    differing = sorted(name for name in written.keys() | committed.keys() if written.get(name) != committed.get(name))
    assert differing == [], "docs/reference is not what the program says: run ./dev reference, and commit it"


def test_without_a_folder_it_is_printed(binary, written):
    printed = run_cantrail(binary, "config", "reference").stdout.decode()
    assert printed.startswith(written["configuration.md"])
    assert len(printed) == sum(map(len, written.values())) + len(written) - 1
    assert all(text in printed for text in written.values())
