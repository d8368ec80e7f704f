#!/usr/bin/env python3
"""Runs the fuzzers of a build for some seconds each, from the seeds and the inputs that broke something once, and says how
much of each parser they reach.

    run.py BUILD [--seconds S] [--shared FOLDER] [--seed N] [NAME …]     (./dev fuzz builds them first)

Exit code 1: something was found; the input lies in BUILD/findings. Once mended it belongs into tests/fuzz/regressions/NAME.
"""

import argparse
import concurrent.futures
import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.sax.saxutils import quoteattr

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LARGEST = 16_384  # bytes of an input

# What each parser's code is: whose lines are counted.
CODE = {
    "dbc": ["src/decode/dbc"],
    "candump": ["src/formats/candump", "src/formats/hex", "src/formats/text"],
    "cannelloni": ["src/formats/cannelloni.cpp"],
    "transport": ["src/decode/transport", "src/decode/isotp", "src/decode/j1939"],
    "expression": ["src/decode/derive/expression", "src/decode/derive/functions", "src/decode/derive/formulas"],
    "config": ["src/pipeline/config", "src/component/toml"],
    "mcap": ["src/formats/mcap"],
}


def lines_of(name):
    return [line for line in (HERE / "seeds" / name).read_text().splitlines() if line and not line.startswith("//")]


def mcap_files():
    """Small files of another's writer: chunks, without chunks, compressed."""
    try:
        from mcap.writer import CompressionType, Writer
    except ImportError:
        return
    for compression in (CompressionType.NONE, CompressionType.LZ4, CompressionType.ZSTD):
        for chunked in (True, False):
            out = io.BytesIO()
            writer = Writer(out, chunk_size=200, compression=compression, use_chunking=chunked)
            writer.start("fuzz", "seed")
            schema = writer.register_schema("S", "jsonschema", b"{}")
            channels = [writer.register_channel(f"/{i}", "json", schema) for i in range(2)]
            for i in range(8):
                writer.add_message(channels[i % 2], 1000 - i * (i % 3), b"{}" * i, 1000 + i, i)
            writer.add_attachment(1, 2, "a", "text/plain", b"attached")
            writer.add_metadata("m", {"key": "value"})
            writer.finish()
            yield out.getvalue()


def seeds(name):
    """Inputs to begin with."""
    if name == "dbc":
        yield from (path.read_bytes() for path in sorted(ROOT.glob("examples/*/*.dbc")))
        yield (HERE / "seeds/odd.dbc").read_bytes()
    elif name == "candump":
        text = (HERE / "seeds/candump.log").read_bytes()
        yield b"\x05" + text
        yield from (b"\x01" + line for line in text.splitlines(keepends=True))
    elif name == "config":
        for path in sorted([*ROOT.glob("examples/*/*.toml"), *ROOT.glob("src/**/contract.toml")]):
            yield path.read_bytes()
        yield (HERE / "seeds/cantrail.toml").read_bytes()
    elif name == "expression":
        yield from (line.encode() for line in lines_of("expression.txt"))
    elif name in ("transport", "cannelloni", "mcap"):
        yield from (bytes.fromhex(line.split("//")[0]) for line in lines_of(f"{name}.hex"))
        if name == "mcap":
            yield from mcap_files()


def real_inputs(name, shared):
    """Folders of other people's files, read where they are."""
    folders = {"dbc": ["dbc"]}.get(name, [])
    return [shared / folder for folder in folders if shared and (shared / folder).is_dir()]


def written(folder, inputs):
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(inputs):
        (folder / f"seed-{number}").write_bytes(data[:LARGEST])
    return folder


class Run:
    def __init__(self, name, build, seconds, shared, seed):
        self.name = name
        self.profile = build / "coverage" / f"{name}.profraw"
        self.profile.parent.mkdir(parents=True, exist_ok=True)
        findings = build / "findings"
        findings.mkdir(parents=True, exist_ok=True)
        corpus = build / "corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        folders = [corpus, written(build / "seeds" / name, seeds(name)), HERE / "regressions" / name, *real_inputs(name, shared)]
        self.program = build / "tests/fuzz" / f"fuzz_{name}"
        self.command = [
            self.program, f"-max_total_time={seconds}", f"-max_len={LARGEST}", "-timeout=25", "-rss_limit_mb=2048",
            f"-seed={seed}", "-print_final_stats=1", f"-artifact_prefix={findings}/{name}-", *[folder for folder in folders if folder.is_dir()],
        ]

    def execute(self):
        begin = time.monotonic()
        environment = {**os.environ, "LLVM_PROFILE_FILE": str(self.profile)}
        done = subprocess.run(self.command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.said = done.stdout.decode(errors="replace")
        self.took = time.monotonic() - begin
        self.found = done.returncode != 0
        inputs = re.search(r"stat::number_of_executed_units:\s*(\d+)", self.said)
        self.inputs = int(inputs[1]) if inputs else 0
        return self

    def coverage(self):
        """(lines reached, lines) of the parser's code; None after a finding, which leaves no profile."""
        if not self.profile.exists() or self.profile.stat().st_size == 0:
            return None
        merged = self.profile.with_suffix(".profdata")
        subprocess.run(["llvm-profdata-14", "merge", "-sparse", self.profile, "-o", merged], check=True)
        exported = subprocess.run(
            ["llvm-cov-14", "export", "-summary-only", f"-instr-profile={merged}", self.program], stdout=subprocess.PIPE, check=True
        )
        reached = lines = 0
        for file in json.loads(exported.stdout)["data"][0]["files"]:
            if any(os.path.normpath(file["filename"]).startswith(str(ROOT / start)) for start in CODE[self.name]):
                reached += file["summary"]["lines"]["covered"]
                lines += file["summary"]["lines"]["count"]
        return reached, lines

    def tell(self):
        share = self.coverage()
        reach = f"{share[0]:5,} of {share[1]:5,} lines ({share[0] / share[1]:.0%})" if share else "unknown"
        print(f"  {self.name:10} {self.inputs:10,} inputs in {self.took:5.1f} s, reached {reach}{'  FOUND SOMETHING' if self.found else ''}")
        if self.found:
            print(self.said[-6000:])


def report(runs, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    cases = "".join(
        f'<testcase classname="fuzz" name="{run.name}" time="{run.took:.1f}">'
        + (f"<failure message={quoteattr(run.said[-2000:])}/>" if run.found else "")
        + "</testcase>\n"
        for run in runs
    )
    path.write_text(f"<testsuite>\n{cases}</testsuite>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {' '.join(CODE)}; all if none is named")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--seed", type=int, default=0, help="the same inputs again, as far as the time goes; 0: others each time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_intermixed_args()
    for name in options.names:
        if name not in CODE:
            parser.error(f"there is no fuzzer '{name}': {' '.join(CODE)}")
    build = options.build.resolve()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = list(pool.map(lambda name: Run(name, build, options.seconds, options.shared, options.seed).execute(), options.names or CODE))
    for run in runs:
        run.tell()
    report(runs, build / "reports/fuzz.xml")
    return int(any(run.found for run in runs))


if __name__ == "__main__":
    sys.exit(main())
