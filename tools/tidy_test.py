#!/usr/bin/python3
"""Feeds every check of tidy.py something bad, which it must find, and something good, which it must let pass."""

import unittest

import tidy
from tidy import File


def rules(check, name, text):
    return [rule for _, rule, _ in check(File(name, text))]


class FileChecks(unittest.TestCase):
    def finds(self, check, name, bad, good):
        self.assertTrue(rules(check, name, bad), f"{check.__name__} let pass: {bad!r}")
        self.assertEqual(rules(check, name, good), [], f"{check.__name__} refused: {good!r}")

    def test_bytes(self):
        good = "int a;\n"
        for bad in ("int a;\r\n", "\tint a;\n", "int a; \n", "int \u00e4;\n", "int a;"):
            self.finds(tidy.check_bytes, "src/base/a.cc", bad, good)
        self.assertEqual(rules(tidy.check_bytes, "README.md", "\u00e4\n"), [])

    def test_line_length(self):
        self.finds(tidy.check_line_length, "src/base/a.cc", "x" * 121 + "\n", "x" * 120 + "\n")

    def test_file_length(self):
        self.finds(tidy.check_file_length, "src/base/a.cc", "x\n" * 601, "x\n" * 600)

    def test_opening(self):
        self.finds(tidy.check_opening, "src/base/a.cc", "int a;\n", "// What it is.\n")
        self.finds(tidy.check_opening, "src/base/a.cc", '#include "base/b.h"\n', '#include "base/a.h"\n')
        self.finds(tidy.check_opening, "src/base/a.cc", "#include <a.h>\n", '#include "sluice/a.h"\n')
        self.finds(tidy.check_opening, "tests/base/a_test.cc", "#include <a.h>\n", '#include "base/a.h"\n')
        self.finds(tidy.check_opening, "src/base/a.h", "// What it is.\n", "// What it is.\n#pragma once\n")

    def test_words(self):
        for bad in ("TO" + "DO: later", "FIX" + "ME", "cd /wo" + "rk/place", "https://registry.np" + "mjs.org/x"):
            self.finds(tidy.check_words, "docs/a.md", bad, "docs/work/place and network/work are fine")

    def test_file_name(self):
        self.assertTrue(rules(tidy.check_file_name, "src/base/text_utils.h", ""))
        self.assertEqual(rules(tidy.check_file_name, "src/base/utf8.h", ""), [])

    def test_test_namespace(self):
        bad, good = "\nnamespace sluice {\n", "\nnamespace sluice::a_test {\n"
        self.finds(tidy.check_test_namespace, "tests/base/a_test.cc", bad, good)

    def test_calls(self):
        for bad in ("std::cout << 1;", "printf(text);", "  std::abort();", "::exit(1);", "std::cerr << 1;"):
            self.finds(tidy.check_calls, "src/base/a.cc", bad, 'writer.abort(); x->exit(1); snprintf(b); "printf(";')
        self.assertEqual(rules(tidy.check_calls, "cli/main.cc", "std::cout << 1;"), [])

    def test_function_length(self):
        body = "void f(int a) {\n" + "  a;\n" * 68
        self.finds(tidy.check_function_length, "src/base/a.cc", body + "  a;\n}\n", body + "}\n")

    def test_public_only(self):
        check = tidy.check_public_only
        self.finds(check, "include/sluice/a.h", '#include "base/bytes.h"\n', '#include "sluice/error.h"\n')
        self.finds(check, "include/sluice/a.h", "#include <zstd.h>\n", "#include <cstdint>\n")
        good = '#include "arguments.h"\n#include <CLI/CLI.hpp>\n'
        self.finds(check, "cli/main.cc", '#include "base/bytes.h"\n', good)


class Functions(unittest.TestCase):
    def lengths(self, text):
        return [lines for _, lines in tidy.functions(text)]

    def test_bodies_inside_scopes_are_functions(self):
        self.assertEqual(self.lengths("namespace a {\nclass B {\n  int f() const {\n    return 1;\n  }\n};\n}\n"), [3])

    def test_initialiser_lists_and_lambdas_belong_to_their_function(self):
        self.assertEqual(self.lengths("A::A(int b)\n    : b_{b}, c_(b) {\n  g([] {\n    h();\n  });\n}\n"), [5])

    def test_functions_that_return_structs(self):
        self.assertEqual(self.lengths("struct A f(int a)\n{\n}\nstruct B {\n  int c;\n};\n"), [2])

    def test_braces_in_text_and_comments_do_not_count(self):
        self.assertEqual(self.lengths("void f() {\n  g(\"{\", '{', 1'000);  // {\n}\n"), [3])

    def test_tables_are_not_functions(self):
        self.assertEqual(self.lengths("constexpr int kA[] = {\n  1,\n};\n"), [])


class ManyFiles(unittest.TestCase):
    def layers(self, name, text, table):
        return list(tidy.check_layers([File(name, text)], tidy.read_layers(table)))

    def test_law_of_includes(self):
        table = "# comment\nbase   :\npages  : base\nengine : *\n"
        include = '#include "pages/chunk.h"\n'
        self.assertEqual(len(self.layers("src/base/a.cc", include, table)), 1)
        self.assertEqual(len(self.layers("src/base/a.cc", '#include "bytes.h"\n', table)), 1)
        self.assertEqual(len(self.layers("src/other/a.cc", "", table)), 1)
        self.assertEqual(self.layers("src/engine/a.cc", include, table), [])
        allowed = include + '#include "base/a.h"\n#include "sluice/a.h"\n'
        self.assertEqual(self.layers("src/pages/a.cc", allowed, table), [])

    def test_a_cycle_in_the_table(self):
        self.assertEqual(len(self.layers("src/a/a.cc", "", "a : b\nb : a\n")), 1)

    def test_links(self):
        file = File("docs/a.md", "[one](b.md#part) [two](https://example.org) [three](#here) [four](../missing.md)")
        found = list(tidy.check_links([file], lambda path: str(path) == "docs/b.md"))
        self.assertEqual([words for *_, words in found], ["../missing.md does not exist"])


if __name__ == "__main__":
    unittest.main()
