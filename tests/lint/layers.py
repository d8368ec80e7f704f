#!/usr/bin/env python3
"""Layers point down only: fails on an #include in src/ that points up, sideways, or into another component's folder.

usage: layers.py [--self-test] [ROOT]
"""
import pathlib
import re
import sys
import tempfile

# One line, one layer; what stands on one line does not know each other. The registry is written by the build.
ORDER = [
    ["base"],
    ["model"],
    ["decode", "formats", "encode"],
    ["component"],
    ["journal"],
    ["pipeline"],
    ["sources", "processors", "sinks"],
    ["registry"],
    ["server"],
    ["cli"],
]
RANK = {folder: rank for rank, folders in enumerate(ORDER) for folder in folders}
# One folder below these is one component; folders there that register no component are shared by the others.
OF_COMPONENTS = {"sources", "processors", "sinks"}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
REGISTERS = re.compile(r"^\s*(cantrail_component\s*\(|cantrail_component_missing\s*\(|cantrail_layer\s*\(\s*(source|sink|processor)_)",
                       re.MULTILINE)


def is_test(path):
    return path.name.endswith("_test.cpp") or path.name.startswith("test_")


def is_component(folder):
    build_file = folder / "CMakeLists.txt"
    return build_file.is_file() and REGISTERS.search(build_file.read_text(encoding="utf-8")) is not None


def complaint(src, path, included):
    """What is wrong with one include of one file; None: nothing."""
    here = path.relative_to(src).parts
    there = pathlib.PurePosixPath(included).parts
    if there[0] not in RANK:
        if is_test(path) and (src.parent / "tests" / included).is_file():
            return None
        if (path.parent / included).is_file():
            return "includes are written from src/"
        return f"there is no layer '{there[0]}'"
    if RANK[there[0]] > RANK[here[0]]:
        return f"{here[0]} is below {there[0]}"
    if RANK[there[0]] < RANK[here[0]]:
        return None
    if there[0] != here[0]:
        # A test may look at its layer's siblings: it is linked into no other layer.
        return None if is_test(path) else f"{here[0]} and {there[0]} are siblings and do not know each other"
    if here[0] in OF_COMPONENTS and there[1] != here[1] and is_component(src / there[0] / there[1]):
        return f"{'/'.join(there[:2])} is another component"
    return None


def check(root):
    src = root / "src"
    problems, files = [], 0
    for path in sorted(src.rglob("*")):
        if path.suffix not in {".hpp", ".cpp", ".h", ".c", ".inc"}:
            continue
        files += 1
        folder = path.relative_to(src).parts[0]
        if folder not in RANK:
            problems.append(f"{path.relative_to(root)}: the folder '{folder}' is no layer")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            wrong = complaint(src, path, match.group(1)) if match else None
            if wrong:
                problems.append(f"{path.relative_to(root)}:{number}: \"{match.group(1)}\": {wrong}")
    return problems, files


def write(root, name, text=""):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def self_test():
    """Builds a tree in which each rule is broken once, and one that keeps them all."""
    good = {
        "src/base/text.hpp": "",
        "src/model/frame.hpp": '#include "base/text.hpp"\n#include <vector>\n',
        "src/formats/log.cpp": '#include "formats/log.hpp"\n#include "model/frame.hpp"\n',
        "src/formats/log_test.cpp": '#include "encode/json.hpp"\n#include "shared_data.hpp"\n',
        "src/sources/datagram/CMakeLists.txt": "cantrail_layer(datagram SOURCES a.cpp)\n",
        "src/sources/socketcan/CMakeLists.txt": "cantrail_component(KIND source TYPE socketcan)\n",
        "src/sources/socketcan/source.cpp": '#include "sources/datagram/ring.hpp"\n#include "sources/socketcan/source.hpp"\n',
        "src/cli/main.cpp": '#include "server/server.hpp"\n#include "sources/socketcan/source.hpp"\n',
        "tests/shared_data.hpp": "",
    }
    bad = {
        "src/base/up.hpp": '#include "model/frame.hpp"\n',
        "src/encode/sideways.cpp": '#include "decode/dbc/plan.hpp"\n',
        "src/formats/up_test.cpp": '#include "pipeline/node.hpp"\n',
        "src/formats/local.cpp": '\n#include "log.hpp"\n',
        "src/formats/log.hpp": "",
        "src/pipeline/up.cpp": '  #  include "sinks/sqlite/sink.hpp"\n',
        "src/sources/logfile/source.cpp": '#include "sources/socketcan/source.hpp"\n',
        "src/sources/datagram/ring.cpp": '#include "sources/socketcan/source.hpp"\n',
        "src/sinks/sqlite/sink.cpp": '#include "sources/datagram/ring.hpp"\n',
        "src/model/for_tests.cpp": '#include "shared_data.hpp"\n',
        "src/misc/new.cpp": "",
    }
    expected = sorted(name for name in bad if name not in {"src/formats/log.hpp"})
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in good.items():
            write(root, name, text)
        clean, _ = check(root)
        for name, text in bad.items():
            write(root, name, text)
        problems, _ = check(root)
    found = sorted(problem.split(":")[0] for problem in problems)
    if clean or found != expected:
        print(f"self-test failed:\n clean tree: {clean}\n expected {expected}\n found    {found}", file=sys.stderr)
        return 1
    print(f"self-test: {len(found)} broken rules found")
    return 0


def main(arguments):
    if "--self-test" in arguments:
        return self_test()
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parents[2]
    problems, files = check(root)
    for problem in problems:
        print(problem, file=sys.stderr)
    if files == 0:
        print(f"{root}: no sources found", file=sys.stderr)
        return 1
    print(f"layers: {files} files, {len(problems)} includes point the wrong way")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
