"""Runs unittest cases one after the other and writes a JUnit report of them, as the GoogleTest programs do."""
import time
import traceback
import unittest
import xml.etree.ElementTree as ElementTree


class _Report(unittest.TestResult):
    """One <testcase> for each test; what went wrong is printed at once."""

    def __init__(self):
        super().__init__()
        self.cases = []
        self._began = 0.0

    def startTest(self, test):
        super().startTest(test)
        self._began = time.monotonic()

    def addSuccess(self, test):
        self._add(test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._add(test, "failure", error)

    def addError(self, test, error):
        super().addError(test, error)
        self._add(test, "error", error)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._add(test).append(ElementTree.Element("skipped", message=reason))

    def _add(self, test, kind=None, error=None):
        group, _, name = test.id().rpartition(".")
        case = ElementTree.Element("testcase", classname=group.rpartition(".")[2], name=name,
                                   time=f"{time.monotonic() - self._began:.3f}")
        if kind is not None:
            text = "".join(traceback.format_exception(*error))
            ElementTree.SubElement(case, kind, message=str(error[1]).partition("\n")[0]).text = text
            print(f"{kind}: {case.get('classname')}.{name}\n{text}", flush=True)
        self.cases.append(case)
        return case


def run(module, path):
    """All test cases of `module`; the report goes to `path` if there is one. True: none failed."""
    report = _Report()
    unittest.defaultTestLoader.loadTestsFromModule(module).run(report)
    suite = ElementTree.Element("testsuite", name=path.stem if path else "tests", tests=str(len(report.cases)))
    suite.extend(report.cases)
    if path:
        ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
    for case in report.cases:
        print(f"{case.get('time'):>8} s  {case.get('name')}", flush=True)
    return report.wasSuccessful() and bool(report.cases)
