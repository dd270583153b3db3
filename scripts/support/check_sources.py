# Checks the form of the C++ and TableGen files named on stdin: banners, the
# length of comment lines, include guards, and which library and which room of
# UpweaveToGPU includes which.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: check_sources.py [--fix] < FILES

--fix writes banners and guards anew, and wraps comments that are too long; the
rest is for a person to repair.
"""

import pathlib
import re
import sys

COLUMNS = 80
# What follows the description in a banner, whole or wrapped.
FILLING = re.compile(r"\s*-*(?:\*- [\w+]+(?: -\*-)?)?-*(?:===//)?$")
# What a banner that was wrapped has on its second line.
REST = re.compile(r"^//-[-*]*-?\*?-?===//$")
LANGUAGES = {".h": "C++", ".td": "tablegen"}
COMMENT = re.compile(r"^(?P<indent>\s*)(?P<mark>///?<?) (?P<text>.*)$")
# Lines that are laid out as they are.
LAID_OUT = re.compile(r"^\s|^[-*|] |^\d+\. |^```|^\[|^-+|^=+|^SPDX-")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
ROOMS = pathlib.Path("lib/Conversion/UpweaveToGPU")


def get_banner(name, what):
    """The first line of a file; None if the description is too long for one."""
    start = f"//===- {name} - {what} " if what else f"//===- {name} "
    language = LANGUAGES.get(pathlib.Path(name).suffix)
    end = f"-*- {language} -*-===//" if language else "-===//"
    fill = COLUMNS - len(start) - len(end)
    return start + "-" * fill + end if fill >= 0 else None


def check_banner(path, lines, fix):
    """Complains of a first line that is no banner; libraries have one."""
    if not lines[0].startswith("//===- "):
        if path.parts[0] in ("include", "lib"):
            yield f"{path}:1: no banner, //===- {path.name} - what it is -...===//"
        return
    name, _, what = FILLING.sub("", lines[0].removeprefix("//===- ")).partition(" - ")
    wanted = get_banner(path.name, what)
    wrapped = len(lines) > 1 and REST.match(lines[1])
    if name == path.name and lines[0] == wanted and not wrapped:
        return
    if fix and wanted:
        lines[: 2 if wrapped else 1] = [wanted]
    elif wanted:
        yield f"{path}:1: the banner is not one line of {COLUMNS} columns with the file's name"
    else:
        yield f"{path}:1: the description is too long for a line of {COLUMNS} columns"


def wrap(lines, at):
    """Wraps the comment at line `at`, to the end of its paragraph."""
    first = COMMENT.match(lines[at])
    start = f"{first['indent']}{first['mark']} "
    words, end = [], at
    while end < len(lines):
        match = COMMENT.match(lines[end])
        same = match and f"{match['indent']}{match['mark']} " == start
        if not same or not match["text"] or (end > at and LAID_OUT.match(match["text"])):
            break
        words += match["text"].split()
        end += 1
    wrapped = []
    for word in words:
        if wrapped and len(wrapped[-1]) + 1 + len(word) <= COLUMNS:
            wrapped[-1] += " " + word
        else:
            wrapped.append(start + word)
    lines[at:end] = wrapped


def check_comments(path, lines, fix):
    """Complains of comment lines that are too long; addresses have no spaces."""
    for i, line in enumerate(lines):
        match = COMMENT.match(line)
        if re.search(r"\S.* SPDX-License-Identifier: A", line.lstrip("/* ")):
            yield f"{path}:{i + 1}: the licence has a line of its own"
        if i == 0 or not match or len(line) <= COLUMNS or "://" in line:
            continue
        if fix and not LAID_OUT.match(match["text"]):
            wrap(lines, i)
        else:
            yield f"{path}:{i + 1}: a comment of {len(line)} columns, {COLUMNS} are the most"


def get_guard(path):
    """UPWEAVE_X_FILE_H of include/Upweave/X, UPWEAVE_LIB_X_FILE_H of lib/X."""
    parts = path.with_suffix("").parts
    parts = parts[1:] if parts[0] == "include" else ("UPWEAVE", *parts)
    return "_".join(parts).upper() + "_H"


def check_guard(path, lines, fix):
    """Complains of a library's header whose guard is not its path."""
    if path.suffix != ".h" or path.parts[0] not in ("include", "lib"):
        return
    guard = get_guard(path)
    text = "\n".join(lines)
    match = re.search(r"^#ifndef (\w+)\n#define \1\n", text, re.MULTILINE)
    ends = lines[-1] == f"#endif // {guard}"
    if match and match[1] == guard and ends:
        return
    if fix and match:
        lines[:] = re.sub(rf"\b{match[1]}\b", guard, text).split("\n")
    else:
        yield f"{path}: its include guard is not {guard}, from #ifndef to the last line"


def get_room(path):
    """The room of UpweaveToGPU that a file is in, or nothing."""
    below = path.relative_to(ROOMS).parts
    return below[0] if len(below) > 1 else None


def check_rooms(files):
    """Complains of rooms that include later ones, or what stands above them."""
    listed = re.findall(r"^  (\w+)/\w+\.cpp$", (ROOMS / "CMakeLists.txt").read_text(), re.MULTILINE)
    order = list(dict.fromkeys(listed))
    for path in files:
        room = get_room(path) if ROOMS in path.parents else None
        if room is None:
            continue
        if room not in order:
            yield f"{path}: {ROOMS}/CMakeLists.txt lists no source of {room}"
            continue
        before = order[: order.index(room) + 1]
        for included in INCLUDE.findall(path.read_text()):
            target = ROOMS / included
            if target.exists() and get_room(target) not in before:
                yield f"{path}: {room} includes {included}: it may use {', '.join(before)}"


def get_library(path):
    """X of include/Upweave/X and of lib/X."""
    below = path.parts[2:] if path.parts[0] == "include" else path.parts[1:]
    return below[0] if len(below) > 1 else None


def check_libraries(files):
    """Complains of libraries that include one another in a circle."""
    uses = {}
    for path in files:
        if path.parts[0] in ("include", "lib") and get_library(path):
            found = re.findall(r'^#include "Upweave/(\w+)/', path.read_text(), re.MULTILINE)
            uses.setdefault(get_library(path), {}).update({name: path for name in found})
    done = set()

    def visit(name, above):
        if name in above:
            circle = above[above.index(name) :] + [name]
            steps = (f"{uses[a][b]} includes Upweave/{b}" for a, b in zip(circle, circle[1:]))
            yield "libraries include one another: " + "; ".join(steps)
        elif name not in done:
            for other in sorted(set(uses.get(name, ())) - {name}):
                yield from visit(other, above + [name])
            done.add(name)

    for name in sorted(uses):
        yield from visit(name, [])


def main():
    fix = "--fix" in sys.argv[1:]
    files = [pathlib.Path(line) for line in sys.stdin.read().split()]
    complaints = []
    for path in files:
        text = path.read_text()
        lines = text.rstrip("\n").split("\n")
        for check in (check_banner, check_comments, check_guard):
            complaints += check(path, lines, fix)
        if fix and "\n".join(lines) != text.rstrip("\n"):
            path.write_text("\n".join(lines) + "\n")
            print(f"{path}: repaired")
    complaints += check_rooms(files)
    complaints += check_libraries(files)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"sources: {len(files)} files")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
