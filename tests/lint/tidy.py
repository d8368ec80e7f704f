#!/usr/bin/env python3
"""clang-tidy over the sources of src/, several in one translation unit: most of its time goes into headers, the same ones in
every file of a folder.

Sources that cannot stand in one unit (two of a folder have a name of their own that is the same) are taken out and looked
at alone. Names that a using-declaration brings in and nobody uses are looked for here: clang-tidy tells them in a unit's main
file only.

usage: tidy.py BUILD [--jobs N] [FILE…]     BUILD has compile_commands.json; without files: all of src/ but its tests
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = "clang-tidy-14"
MOST = 12  # sources in one unit
INCLUDED = re.compile(r'^#include "(.*)"$', re.MULTILINE)
USING = re.compile(r"^\s*using (?!namespace)[\w:]+::(\w+);", re.MULTILINE)
BROKEN = re.compile(r"^(/\S+?):\d+:\d+: error: .*\[clang-diagnostic-error\]$", re.MULTILINE)


def sources_of(entry):
    """The sources that a command compiles: its file, or what the unit that CMake wrote includes."""
    file = pathlib.Path(entry["directory"], entry["file"])
    if "/Unity/" in entry["file"]:
        return map(pathlib.Path, INCLUDED.findall(file.read_text()))
    return [file]


def commands(build, wanted):
    """Of each wanted source its folder and its compiler's arguments, without input and output."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        for with_file in ("-o", "-include"):  # what is precompiled is GCC's, and would hide an include that is missing
            while with_file in words:
                at = words.index(with_file)
                del words[at : at + 2]
        # Its warnings are GCC's; clang knows others.
        left_out = ("-c", "-fpch-preprocess", entry["file"])
        arguments = tuple(word for word in words if word not in left_out and not word.startswith("-W"))
        for source in sources_of(entry):
            if source.resolve() in wanted:
                found[source.resolve()] = (entry["directory"], arguments)
    return found


def units(found):
    groups = {}
    for source in sorted(found):
        groups.setdefault((source.parent, found[source]), []).append(source)
    together = []
    for sources in groups.values():
        count = -(-len(sources) // MOST)
        together += [sources[part::count] for part in range(count)]
    return sorted(together, key=len, reverse=True)


def unused_names(source):
    text = source.read_text(encoding="utf-8")
    return "".join(
        f"{source}:{text.count(chr(10), 0, using.start(1)) + 1}: nobody uses the name that is brought in: {using[1]}\n"
        for using in USING.finditer(text) if len(re.findall(rf"\b{using[1]}\b", text)) < 2)


def look(unit, found, scratch):
    """Findings about the sources of a unit, as printed."""
    scratch.mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    main = unit[0]
    if len(unit) > 1:
        main = folder / "unit.cpp"
        main.write_text("".join(f'#include "{source}"\n' for source in unit))
    directory, words = found[unit[0]]
    database = [{"directory": directory, "file": str(main), "arguments": [*words, "-c", str(main)]}]
    (folder / "compile_commands.json").write_text(json.dumps(database))
    options = ["--quiet", f"--config-file={ROOT}/.clang-tidy", r"--header-filter=/src/.*\.(hpp|cpp)$"]
    if len(unit) > 1:
        options.append("--checks=-bugprone-suspicious-include")
    run = subprocess.run([TOOL, "-p", str(folder), *options, str(main)], capture_output=True, text=True)
    if len(unit) > 1 and "clang-diagnostic-error" in run.stdout:
        broken = {pathlib.Path(path) for path in BROKEN.findall(run.stdout)}
        stay = [source for source in unit if source not in broken]
        if len(stay) == len(unit):  # no source of the unit is named: each alone
            stay = []
        parts = [[source] for source in unit if source not in stay] + ([stay] if stay else [])
        return "".join(look(part, found, scratch) for part in parts)
    if run.returncode and not run.stdout.strip():
        return f"{main}: {TOOL} ended with {run.returncode}: {run.stderr}\n"
    return run.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_intermixed_args()
    names = options.files or [pathlib.Path(name) for name in subprocess.check_output(
        ["git", "ls-files", "src/*.cpp"], cwd=ROOT, text=True).splitlines() if not name.endswith("_test.cpp")]
    wanted = {(ROOT / name).resolve() for name in names}
    build = options.build.resolve()
    found = commands(build, wanted)
    for source in sorted(wanted - found.keys()):
        print(f"{source}: nothing builds it in {build}, so it was not looked at")
    scratch = build / "tidy"
    shutil.rmtree(scratch, ignore_errors=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        findings = "".join(pool.map(lambda unit: look(unit, found, scratch), units(found)))
    findings += "".join(map(unused_names, sorted(found)))
    sys.stdout.write(findings)
    return 1 if findings or wanted - found.keys() else 0


if __name__ == "__main__":
    sys.exit(main())
