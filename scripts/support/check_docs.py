# Checks the Markdown files named on stdin: relative links lead to files and
# headings, and docs/remarks.md lists the remark ids of the sources.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
# Ids stand as literals in calls of RemarkOpts::name and in the stages that
# collect reasons: words joined by hyphens. Names of passes and pipelines start
# with the project's.
LITERAL = re.compile(r'"((?!upweave-)[a-z]+(?:-[a-z0-9]+)+)"')
REMARK_SOURCES = ("lib/Transforms/Raise", "lib/Transforms/Form", "lib/Transforms/Epilogue")


def without_code(text):
    """The text without its fenced code, in which brackets are no links."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """The anchors that a Markdown viewer gives the headings of a file."""
    headings = HEADING.findall(without_code(path.read_text()))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


def check_links(path):
    """Yields a complaint for each relative link that leads nowhere."""
    for link in LINK.findall(without_code(path.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists():
            yield f"{path}: link to {link}: there is no {target}"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{path}: link to {link}: {target} has no heading #{anchor}"


def check_remarks():
    """Yields a complaint for each remark id that sources or docs alone have."""
    page = pathlib.Path("docs/remarks.md")
    documented = set(re.findall(r"^\| `([a-z0-9-]+)`", page.read_text(), re.MULTILINE))
    used, literals = set(), set()
    for source in pathlib.Path("lib").rglob("*.cpp"):
        text = source.read_text()
        literals |= set(re.findall(r'"([a-z0-9-]+)"', text))
        used |= set(re.findall(r'RemarkOpts::name\(\s*"([a-z0-9-]+)"', text))
        if str(source).startswith(REMARK_SOURCES):
            used |= set(LITERAL.findall(text))
    for name in sorted(documented - literals):
        yield f"{page}: the remark `{name}` is in no source"
    for name in sorted(used - documented):
        yield f"{page}: no line for the remark `{name}`"


def main():
    complaints = []
    paths = [pathlib.Path(line.strip()) for line in sys.stdin]
    for path in paths:
        complaints += check_links(path)
    complaints += check_remarks()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"docs: {len(paths)} pages")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
