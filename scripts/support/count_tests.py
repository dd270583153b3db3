# Adds up the test reports of scripts/check: lit's JSON, CTest's JUnit XML, and
# the steps that failed as a whole. Closes with "N passed, N failed".
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import pathlib
import sys
import xml.etree.ElementTree

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
LIT_CODES = {
    "PASS": PASSED,
    "FLAKYPASS": PASSED,
    "XFAIL": PASSED,
    "UNSUPPORTED": SKIPPED,
    "SKIPPED": SKIPPED,
    "EXCLUDED": SKIPPED,
}


def read_lit(path):
    """Yields (name, outcome) of each test of a lit report."""
    for test in json.loads(path.read_text())["tests"]:
        yield test["name"], LIT_CODES.get(test["code"], FAILED)


def read_junit(path):
    """Yields (name, outcome) of each test of CTest's report."""
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        status = case.get("status")
        outcome = PASSED if status == "run" else FAILED
        if status in ("notrun", "disabled") or case.find("skipped") is not None:
            outcome = SKIPPED
        yield case.get("name"), outcome


def main(directory):
    counts = {PASSED: 0, FAILED: 0, SKIPPED: 0}
    failures = []
    for path in sorted(pathlib.Path(directory).iterdir()):
        if path.name.endswith(".lit.json"):
            tests = list(read_lit(path))
        elif path.name.endswith(".junit.xml"):
            tests = list(read_junit(path))
        else:
            continue
        for name, outcome in tests:
            counts[outcome] += 1
            if outcome == FAILED:
                failures.append(f"{path.name.split('.')[0]}: {name}")
        total = {key: sum(outcome == key for _, outcome in tests) for key in counts}
        print(f"{path.name.split('.')[0]:16} {total[PASSED]:5} passed {total[FAILED]:4} failed {total[SKIPPED]:4} skipped")
    # A step whose report names no failed test (a build that broke, say).
    steps = pathlib.Path(directory, "failed-steps")
    if steps.exists() and not failures:
        for step in steps.read_text().splitlines():
            counts[FAILED] += 1
            failures.append(step)
    elif steps.exists():
        for step in steps.read_text().splitlines():
            if step.startswith("building"):
                counts[FAILED] += 1
                failures.append(step)
    for failure in failures:
        print("FAILED", failure)
    line = f"{counts[PASSED]} passed, {counts[FAILED]} failed"
    if counts[SKIPPED]:
        line += f", {counts[SKIPPED]} skipped"
    print(line)
    return 1 if counts[FAILED] or not counts[PASSED] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
