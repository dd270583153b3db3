# refuse.py STATUS FILE PART...: upweave-compile and upweave-check refuse FILE
# with one error that holds each PART, and upweave-compile exits with STATUS.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import subprocess
import sys


def refuse(command, parts):
    done = subprocess.run(command, stderr=subprocess.PIPE,
                          stdout=subprocess.PIPE)
    text = done.stderr.decode(errors="replace")
    print(text)
    for part in parts:
        assert part in text, part
    errors = text.count(" error: ")
    errors += sum(line.startswith("upweave-") for line in text.splitlines())
    assert errors == 1, "%d errors" % errors
    # The sentence, the line that it is about and the place in it; a remark
    # may come before.
    assert len(text.splitlines()) <= 6, "lines that nobody asked for"
    assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
    return done.returncode


def main(status, path, *parts):
    output = path + ".out"
    code = refuse(["upweave-compile", path, "-o", output], parts)
    assert code == int(status), code
    assert not os.path.exists(output)
    code = refuse(["upweave-check", path], parts)
    assert code == int(status), code


main(*sys.argv[1:])
