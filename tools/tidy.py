#!/usr/bin/python3
"""The rules of the house as a test: reads every tracked source and prints each finding as FILE:LINE: RULE: WORDS.

  tools/tidy.py [ROOT]        exit code 0 = no finding, 1 = findings

A check is a function of one file (or of all files) that yields (line, rule, words); tools/tidy_test.py feeds each one
something bad. An exception is an entry in EXCEPTIONS, with its reason."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
LINE_CHARACTERS_MAX = 120

# (rule, file) -> why it may break the rule.
EXCEPTIONS = {}

CPP = (".cc", ".h")
CODE = (*CPP, ".py", ".mjs", ".txt", ".cmake", ".in", ".json")
GENERATED = ("package-lock.json", "LICENSE")


@dataclass
class File:
    name: str  # path from the root, with /
    text: str

    @property
    def lines(self):
        return self.text.split("\n")

    @property
    def is_cpp(self):
        return self.name.endswith(CPP)

    @property
    def folder(self):
        """The folder below src, or nothing."""
        parts = self.name.split("/")
        return parts[1] if len(parts) == 3 and parts[0] == "src" else None


def blanked(text):
    """C++ with comments and literals turned into blanks: same length, same lines."""
    comment = r"//[^\n]*|/\*.*?\*/"
    raw_text = r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'
    text_or_character = r'"(?:\\.|[^"\\\n])*"' + r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    pattern = re.compile(f"{comment}|{raw_text}|{text_or_character}", re.DOTALL)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def matches(text, pattern):
    """(line number, match) of every place where `pattern` is found."""
    for found in re.finditer(pattern, text):
        yield text.count("\n", 0, found.start()) + 1, found


# ---- checks of one file ---------------------------------------------------------------------------------------------


def check_bytes(file):
    for number, line in enumerate(file.lines, 1):
        if "\r" in line:
            yield number, "bytes", "carriage return"
        if "\t" in line:
            yield number, "bytes", "tab"
        if line != line.rstrip():
            yield number, "bytes", "blank at the end of the line"
        if not line.isascii() and not file.name.endswith(".md"):
            yield number, "bytes", "character outside ASCII"
    if file.text and not file.text.endswith("\n"):
        yield len(file.lines), "bytes", "no newline at the end of the file"


def check_line_length(file):
    if file.name.endswith((".md", ".json")):
        return
    for number, line in enumerate(file.lines, 1):
        if len(line) > LINE_CHARACTERS_MAX:
            yield number, "line length", f"{len(line)} characters, {LINE_CHARACTERS_MAX} at the most"


def check_file_length(file):
    count = file.text.count("\n")
    if count > FILE_LINES_MAX and not file.name.endswith(".md"):
        yield count, "file length", f"{count} lines, {FILE_LINES_MAX} at the most: one file, one idea"


def check_opening(file):
    if not file.is_cpp:
        return
    own_headers = [f'#include "{path}.h"' for path in (file.name[4:-3], f"sluice/{Path(file.name).stem}")]
    opens_with_header = file.folder and file.lines[0] in own_headers
    opens_with_module = file.name.startswith("tests/") and file.text.startswith('#include "')  # the one it tests
    if not (file.text.startswith("//") or opens_with_header or opens_with_module):
        yield 1, "opening", "a file opens with a comment that says what it is, or a .cc with its own header"
    if file.name.endswith(".h") and "#pragma once" not in file.text:
        yield 1, "opening", "a header needs #pragma once"


def check_words(file):
    for number, found in matches(file.text, r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b"):
        yield number, "words", f"{found[0]}: do it or open an issue"
    for number, found in matches(file.text, r"(?<![\w.-])/w[o]rk/\S*"):
        yield number, "words", f"{found[0]}: a path of one machine"
    for number, found in matches(file.text, r"\b\w+\.(?:np[m]js|yarnpk[g]|pytho[n]hosted)\.\S*"):
        yield number, "words", f"{found[0]}: a registry host"


def check_file_name(file):
    for part in re.split(r"[/_.]", file.name):
        if part in ("util", "utils", "helper", "helpers", "common", "manager", "misc"):
            yield 1, "file name", f"'{part}' says nothing: name the file after its idea"


def check_test_namespace(file):
    """Tests are compiled several files together: what a test names for itself must not meet its neighbours' names."""
    module = Path(file.name).stem
    if file.name.startswith("tests/") and file.name.endswith("_test.cc"):
        if f"\nnamespace sluice::{module} {{\n" not in file.text:
            yield 1, "test namespace", f"a test lives in a namespace of its own: sluice::{module}"


def check_calls(file):
    """A library lives in other people's processes: it neither prints nor ends them."""
    if not file.folder:
        return
    calls = r"(?<![\w.>:])(?:std::|::)?(?:printf|fprintf|vprintf|puts|abort|exit|_exit|quick_exit|terminate)\s*\("
    for number, found in matches(blanked(file.text), calls + r"|\bstd::(?:cout|cerr|clog)\b"):
        yield number, "calls", f"{found[0].rstrip('( ')} in the library"


def opens_function(statement):
    """Whether the code before an opening brace is the head of a function, not of a namespace, a class or a value."""
    scope = r"\s*(?:template\s*<.*>\s*)?(?:inline\s+)?(?:namespace|class|struct|enum|union|extern)\b"
    return "(" in statement and not (re.match(scope, statement, re.DOTALL) and not statement.rstrip().endswith(")"))


def functions(text):
    """(first line, lines) of every function body, by counting braces in C++ as clang-format leaves it: a brace that
    opens a block follows a blank, one that follows a name is an initialiser."""
    depth, body, statement = 0, None, ""
    for number, line in enumerate(blanked(text).split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        for position, character in enumerate(line):
            if character == "{":
                if body is None and (position == 0 or line[position - 1] == " ") and opens_function(statement):
                    body = (number, depth)
                depth += 1
            elif character == "}":
                depth -= 1
                if body and depth == body[1]:
                    yield body[0], number - body[0] + 1
                    body = None
            statement = "" if character in "{};" else statement + character
        statement += "\n"


def check_function_length(file):
    if not file.folder or not file.is_cpp:
        return
    for number, count in functions(file.text):
        if count > FUNCTION_LINES_MAX:
            yield number, "function length", f"{count} lines, {FUNCTION_LINES_MAX} at the most"


def check_public_only(file):
    """Public headers include each other and the standard library; cli and examples include public headers only."""
    if not file.is_cpp:
        return
    top = file.name.split("/")[0]
    for number, found in matches(file.text, r'(?m)^\s*#\s*include\s+(["<])([^">]+)[">]'):
        quoted, target = found[1] == '"', found[2]
        if top == "include" and not (target.startswith("sluice/") if quoted else re.fullmatch(r"[a-z0-9_]+", target)):
            yield number, "public", f"{target}: a public header includes only public headers and the standard library"
        if top in ("cli", "examples") and quoted and not target.startswith(("sluice/", f"{top}/")) and "/" in target:
            yield number, "public", f"{target}: {top} uses public headers only"


FILE_CHECKS = [check_bytes, check_line_length, check_file_length, check_opening, check_words, check_file_name,
               check_calls, check_test_namespace, check_function_length, check_public_only]


# ---- checks that need more than one file ----------------------------------------------------------------------------


def read_layers(text):
    layers = {}
    for line in text.split("\n"):
        if line.strip() and not line.startswith("#"):
            folder, _, allowed = line.partition(":")
            layers[folder.strip()] = list(layers) if allowed.strip() == "*" else allowed.split()
    return layers


def check_layers(files, layers):
    """The law of includes; a folder must stand below all that it includes, which keeps the table without cycles."""
    order = list(layers)
    for folder, allowed in layers.items():
        for other in allowed:
            if other not in order or order.index(other) >= order.index(folder):
                yield "tools/layers.txt", 1, "layers", f"{folder} lists {other}, which is not above it"
    for file in files:
        if not file.folder or not file.is_cpp:
            continue
        if file.folder not in layers:
            yield file.name, 1, "layers", f"src/{file.folder} is not in tools/layers.txt"
            continue
        for number, found in matches(file.text, r'(?m)^\s*#\s*include\s+"([^"]+)"'):
            top = found[1].split("/")[0] if "/" in found[1] else None
            if top not in (file.folder, "sluice", *layers[file.folder]):
                yield file.name, number, "layers", f"{file.folder} may not include {found[1]}"


def check_links(files, exists):
    for file in files:
        if not file.name.endswith(".md"):
            continue
        for number, found in matches(file.text, r"\]\(([^)\s]+)\)"):
            target = found[1].split("#")[0]
            if target and not re.match(r"[a-z]+:", target) and not exists(Path(file.name).parent / target):
                yield file.name, number, "links", f"{found[1]} does not exist"


# ---- all of it ------------------------------------------------------------------------------------------------------


def tracked_files(root):
    """What git tracks or would track; every file outside build/ where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root,
                            capture_output=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*")]
    for name in sorted(set(names)):
        path = root / name
        skipped = name.startswith(("build/", ".git/")) or "node_modules/" in name or name.endswith(GENERATED)
        is_text = name.endswith((*CODE, ".md")) or name in ("dev", ".ci/run")
        if name and path.is_file() and is_text and not skipped:
            yield File(name, path.read_bytes().decode("utf-8", errors="replace"))


def findings(files, layers_text, exists):
    for file in files:
        for check in FILE_CHECKS:
            for number, rule, words in check(file):
                yield file.name, number, rule, words
    yield from check_layers(files, read_layers(layers_text))
    yield from check_links(files, exists)


def main(root):
    files = list(tracked_files(root))
    layers_text = (root / "tools" / "layers.txt").read_text()
    count = 0
    for name, number, rule, words in findings(files, layers_text, lambda path: (root / path).exists()):
        if (rule, name) not in EXCEPTIONS:
            print(f"{name}:{number}: {rule}: {words}")
            count += 1
    print(f"{len(files)} files, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()))
