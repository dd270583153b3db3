# Runs the command blocks of Markdown files, as a reader would.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A block is a fence of sh, bash or console. The blocks of a page run in one shell,
in a folder that looks like the project's root: links to what git tracks, and to the
trees in build/. A comment just before a block says what else is to be known of it:

  <!-- not in CI: REASON -->           it is not run; what it names must exist
  <!-- in CI, first: COMMANDS -->      run before it, for files that a reader has

Of a block that is not run, programs and files must exist, and options of the
project's own programs must stand in what --help prints.

usage: run_docs.py [--junit FILE] PAGE.md...
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 400  # for all blocks of a page
FENCE = re.compile(r"^```(\w*)\s*$")
SKIPPED = re.compile(r"^<!-- not in CI: (.+) -->$", re.S)
FIRST = re.compile(r"^<!-- in CI, first: (.+) -->$", re.S)
# What a command makes is there when it has run.
OUTPUTS = {"-o", "--out", "--row", "--keep", "--save-temps", ">", ">>", "2>", "-B"}
MADE = ("build/", "venv/")

# Presets name trees below the root of the project, and nowhere else.
PRELUDE = """set -e
cmake() {
  case "$*" in
  *--preset*) (cd "$UPWEAVE_ROOT" && command cmake "$@") ;;
  *) command cmake "$@" ;;
  esac
}
"""


@dataclasses.dataclass
class Block:
    page: pathlib.Path
    line: int
    text: str
    reason: str = ""  # why it is not run
    first: str = ""

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"


def find_comment(lines: list[str], end: int) -> str:
    """The comment that ends above line `end`, blank lines aside."""
    while end and not lines[end - 1].strip():
        end -= 1
    if not end or not lines[end - 1].rstrip().endswith("-->"):
        return ""
    start = end - 1
    while start and "<!--" not in lines[start]:
        start -= 1
    return " ".join(line.strip() for line in lines[start:end])


def find_blocks(page: pathlib.Path) -> list[Block]:
    lines = (ROOT / page).read_text().splitlines()
    blocks, start, language = [], None, ""
    for i, line in enumerate(lines):
        match = FENCE.match(line)
        if not match:
            continue
        if start is None:
            start, language = i, match[1]
            continue
        if language in ("sh", "bash", "console"):
            block = Block(page, start + 2, "\n".join(lines[start + 1 : i]))
            comment = find_comment(lines, start)
            if match := SKIPPED.match(comment):
                block.reason = match[1]
            elif match := FIRST.match(comment):
                block.first = match[1]
            elif re.match(r"<!-- (not )?in CI", comment):
                sys.exit(f"{block.name}: what does {comment} say?")
            blocks.append(block)
        start = None
    return blocks


def make_scratch(folder: pathlib.Path) -> None:
    """Links in `folder` to what lies in the root, and to each preset's build tree."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in {line.split("/")[0] for line in tracked.splitlines()}:
        (folder / name).symlink_to(ROOT / name)
    (folder / "build").mkdir()
    for preset in json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]:
        if not preset.get("hidden"):
            (folder / "build" / preset["name"]).symlink_to(ROOT / "build" / preset["name"])


def run_page(blocks: list[Block]) -> str:
    """Runs the blocks of a page in order; what failed, or nothing."""
    with tempfile.TemporaryDirectory(prefix="docs-") as temporary:
        scratch = pathlib.Path(temporary)
        make_scratch(scratch)
        script = PRELUDE
        for block in blocks:
            script += f"echo '@@ {block.name}'\n{block.first}\n{block.text}\n"
        # A file outside: the folder is what the reader sees.
        with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
            file.write(script)
            file.flush()
            environment = dict(os.environ, UPWEAVE_ROOT=str(ROOT), PWD=str(scratch))
            try:
                done = subprocess.run(
                    ["bash", file.name], cwd=scratch, env=environment, stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=SECONDS,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return f"more than {SECONDS} s"
    if done.returncode == 0:
        return ""
    name, _, output = done.stdout.rpartition("@@ ")[2].partition("\n")
    return f"{name}: exit status {done.returncode}\n" + "\n".join(output.splitlines()[-25:])


def split_commands(text: str) -> list[list[str]]:
    """The words of each command; loops and assignments are looked through."""
    commands: list[list[str]] = []
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word in (";", "&&", "||", "|", "do", "done", "then", "fi"):
                if words:
                    commands.append(words)
                words = []
            elif words or "=" not in word:
                words.append(word)
    return commands


def find_program(word: str) -> pathlib.Path | None:
    """The project's program, from its root or its build, or the system's."""
    for path in (ROOT / word, ROOT / "build/release/bin" / word):
        if path.is_file():
            return path
    found = shutil.which(word)
    return pathlib.Path(found) if found else None


def find_missing(words: list[str], made: tuple[str, ...]) -> list[str]:
    """Files among the words that are neither there nor made by a command."""
    missing = []
    for before, word in zip(["", *words], words):
        is_file = "/" in word and not word.startswith("-") and "$" not in word and "://" not in word
        if (
            is_file
            and before not in OUTPUTS
            and not word.startswith(made)
            and not list(ROOT.glob(word.removeprefix("./")))
        ):
            missing.append(f"there is no {word}")
    return missing


def check_command(words: list[str], made: tuple[str, ...]) -> list[str]:
    """What is wrong with a command that is not run."""
    if words[0] in ("for", "export", "cd"):
        return find_missing(words[1:], made)
    if pathlib.Path(words[0]).name.startswith("python") and words[1:] and words[1].endswith(".py"):
        words = words[1:]
    complaints = find_missing(words[1:], made)
    if words[0].startswith(made):
        return complaints
    program = find_program(words[0])
    if not program:
        return [f"there is no program {words[0]}", *complaints]
    if not os.access(program, os.X_OK):
        return [f"{words[0]} is not executable", *complaints]
    options = [word.split("=")[0] for word in words[1:] if word.startswith("-")]
    if options and program.is_relative_to(ROOT):
        done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=60)
        for option in options:
            if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", done.stdout + done.stderr):
                complaints.append(f"{words[0]} --help does not name {option}")
    return complaints


def check_skipped(block: Block) -> str:
    commands = split_commands(block.text)
    made = {word for words in commands for before, word in zip(words, words[1:]) if before in OUTPUTS}
    complaints = [c for words in commands for c in check_command(words, (*MADE, *made))]
    return "; ".join(complaints)


def check_page(page: pathlib.Path) -> list[tuple[str, str, float]]:
    """(name, what failed, seconds) of the page's blocks."""
    blocks = find_blocks(page)
    results = []
    for block in blocks:
        if block.reason:
            results.append((f"{block.name} (not run: {block.reason})", check_skipped(block), 0.0))
    run = [b for b in blocks if not b.reason]
    if run:
        start = time.monotonic()
        failure = run_page(run)
        results.append((f"{page} ({len(run)} blocks)", failure, time.monotonic() - start))
    return results


def write_junit(path: pathlib.Path, results: list[tuple[str, str, float]]) -> None:
    suite = xml.etree.ElementTree.Element("testsuite", name="docs")
    for name, failure, seconds in results:
        status = "fail" if failure else "run"
        xml.etree.ElementTree.SubElement(suite, "testcase", name=name, status=status, time=f"{seconds:.1f}")
    xml.etree.ElementTree.ElementTree(suite).write(path)


def git_status() -> str:
    return subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--junit", type=pathlib.Path)
    options = parser.parse_args()
    results = []
    for page in options.pages:
        before = git_status()
        results += check_page(page)
        if git_status() != before:
            results.append((f"{page} leaves the tree as it was", git_status(), 0.0))
    for name, failure, seconds in results:
        print(f"{'FAILED' if failure else 'passed'} [{seconds:5.1f} s] {name}" + (f"\n{failure}" if failure else ""))
    if options.junit:
        write_junit(options.junit, results)
    failed = sum(bool(failure) for _, failure, _ in results)
    print(f"docs' commands: {len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
