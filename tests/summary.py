#!/usr/bin/env python3
"""Adds up the JUnit reports of all test programs: what ran, what failed, what was skipped and why."""
import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def reason_of(case):
    skipped = case.find("skipped")
    if skipped is None:
        return None
    text = skipped.get("message") or (skipped.text or "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def main(folders):
    passed = failed = 0
    skipped = collections.Counter()
    for folder in folders:
        for report in sorted(pathlib.Path(folder).glob("*.xml")):
            for case in ElementTree.parse(report).getroot().iter("testcase"):
                reason = reason_of(case)
                if case.find("failure") is not None or case.find("error") is not None:
                    failed += 1
                    print(f"  failed: {report.stem}: {case.get('classname')}.{case.get('name')}")
                elif reason is not None or case.get("status") == "notrun":
                    skipped[reason or "disabled"] += 1
                else:
                    passed += 1
    for reason, count in skipped.most_common():
        print(f"  skipped {count}: {reason}")
    print(f"{passed} passed, {failed} failed, {sum(skipped.values())} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
