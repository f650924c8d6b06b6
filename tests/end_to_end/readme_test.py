#!/usr/bin/python3
"""The README's shell examples run as they stand, and the programs that its commands name exist."""

import json
import os
import re
import subprocess

import program


class Readme(program.ProgramTest):
    def test_shell_examples_run(self):
        text = (program.ROOT / "README.md").read_text()
        (block,) = re.findall(r"(?ms)^```sh\n(.*?)^```$", text)
        folder = self.folder / "bin"
        folder.mkdir()
        (folder / "sluice").symlink_to(program.PROGRAM)
        environment = {**program.ENVIRONMENT, "PATH": f"{folder}:{os.environ['PATH']}"}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=self.folder, env=environment,
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads((self.folder / "layout.json").read_text())["rows"], 2)
        self.assertIn("timestamp(ms, UTC)", (self.folder / "columns").read_text())
        self.assertIn("Usage: sluice write", done.stdout)

    def test_commands_exist(self):
        text = (program.ROOT / "README.md").read_text()
        verbs = set(re.findall(r"\./dev (\w+)", text))
        self.assertTrue({"demo", "test"} <= verbs)
        done = subprocess.run([program.ROOT / "dev"], capture_output=True, text=True, check=False)
        for verb in verbs:
            self.assertRegex(done.stdout, rf"(?m)^ +{verb} ")


if __name__ == "__main__":
    program.main()
