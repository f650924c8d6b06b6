#!/usr/bin/python3
"""The program on a terminal, and interrupted: one line of progress as wide as it may be, signals leave nothing."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

import program

RECORD = b'{"id":1234567,"text":"some words that take a little room","list":[1,2,3]}\n'


class TerminalTest(program.ProgramTest):
    def start(self, *arguments, columns=None, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL):
        """Starts the program; with `columns` its standard error is a terminal that wide, whose other end comes too."""
        master = slave = None
        if columns:
            master, slave = pty.openpty()
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            self.addCleanup(os.close, master)
        process = subprocess.Popen([program.PROGRAM, *arguments], cwd=self.folder, stdin=stdin, stdout=stdout,
                                   stderr=slave if columns else subprocess.PIPE, env=program.ENVIRONMENT)
        self.addCleanup(self.end, process)
        if columns:
            os.close(slave)
        return process, master

    def end(self, process):
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stderr):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass

    def read_all(self, master):
        data = b""
        while True:
            try:
                more = os.read(master, 65536)
            except OSError:
                break
            if not more:
                break
            data += more
        return data.decode()

    def feed(self, process, seconds):
        """Gives records in small portions for a while; stops when nobody reads them any more."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and process.poll() is None:
                process.stdin.write(RECORD * 10_000)
                process.stdin.flush()
                time.sleep(0.05)
        except BrokenPipeError:
            pass


class Terminal(TerminalTest):
    def frames(self, columns, *arguments):
        process, master = self.start("write", *arguments, "-o", "out.parquet", columns=columns)
        self.feed(process, 1.5)
        process.stdin.close()
        text = self.read_all(master)
        self.assertEqual(process.wait(), 0, text)
        drawn = text[: text.rindex("\r", 0, re.search("inferred  |wrote  ", text).start())]
        return [frame for frame in drawn.split("\r") if frame.strip()], text

    def test_frames_fit_their_terminal(self):
        for columns in (40, 80, 200):
            with self.subTest(columns=columns):
                # With a schema rows flow at once; without, a sample is read first.
                frames, _ = self.frames(columns, "-", "--schema", "id int64, text string, list list<int64>")
                self.assertTrue(frames)
                for frame in frames:
                    self.assertLess(len(frame), columns, frame)
                self.assertEqual(any(" rows" in frame for frame in frames), columns >= 60, frames)
                (self.folder / "out.parquet").unlink()

    def test_source_of_known_size_has_percents_below_100(self):
        # Short runs draw nothing unless asked, and a quick machine makes this one short.
        self.put("in.ndjson", RECORD * 1_500_000)
        process, master = self.start("write", "in.ndjson", "-o", "out.parquet", "--threads", "1",
                                     "--progress", "always", columns=120, stdin=subprocess.DEVNULL)
        text = self.read_all(master)
        self.assertEqual(process.wait(), 0)
        shares = [int(share) for share in re.findall(r"(\d+) %", text)]
        self.assertTrue(shares, text)
        self.assertEqual(shares, sorted(shares))
        self.assertLess(shares[-1], 100, text)
        self.assertIn(" left", text)

    def test_nobody_at_standard_input(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process, _ = self.start("write", "-", "-o", "out.parquet", stdin=slave)
        os.close(slave)
        _, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 2)
        self.assertEqual(len(err.decode().splitlines()), 2)

    def test_parquet_is_not_for_terminals(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process, _ = self.start("write", "-", "-o", "-", stdout=slave)
        os.close(slave)
        _, err = process.communicate(RECORD, timeout=20)
        self.assertEqual(process.returncode, 2)
        self.assertIn("not for a terminal", err.decode())

    def test_inspect_fits_the_terminal(self):
        self.run_program("write", "-", "-o", "a.parquet", "-q", stdin=(
            '{"a_rather_long_name_of_a_column":{"and_a_longer_one_inside_of_it":"%s"},"n":12345678901234}\n'
            '{"a_rather_long_name_of_a_column":{"and_a_longer_one_inside_of_it":"\u5c0f\u677e %s"},"n":-5}\n'
            % ("x" * 60, "z" * 60)))
        for columns, options in [(80, ()), (100, ()), (200, ()), (80, ("--pages",)), (110, ("--pages",))]:
            master, slave = pty.openpty()
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            process, _ = self.start("inspect", "a.parquet", *options, stdout=slave)
            os.close(slave)
            text = re.sub(r"\x1b\[[\d;]*m", "", self.read_all(master))
            os.close(master)
            self.assertEqual(process.wait(), 0)
            for line in text.splitlines():
                wide = sum(2 if "\u1100" <= letter <= "\uffdc" and letter != "\u2026" and ord(letter) > 0x2e7f else 1
                           for letter in line)
                self.assertLessEqual(wide, columns, line)


class Signals(TerminalTest):
    def interrupted(self, number, seconds, *arguments):
        process, _ = self.start("write", "-", "-o", "out.parquet", *arguments)
        self.feed(process, seconds)
        self.assertIsNone(process.poll())
        sent = time.monotonic()
        process.send_signal(number)
        # The pipe stays open: a reader that waits for more must notice by itself.
        err = process.stderr.read().decode()
        code = process.wait(timeout=20)
        self.assertLess(time.monotonic() - sent, 5)
        self.assertEqual(code, -number, err)
        self.assertEqual(self.names(), [], err)
        return err

    def test_interrupted_while_inferring(self):
        err = self.interrupted(signal.SIGINT, 0.3)
        self.assertRegex(err, r"^sluice: interrupted \(SIGINT\) at record [\d,]+\. out\.parquet was not touched\.\n$")

    def test_interrupted_while_writing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            err = self.interrupted(number, 1.0, "--schema", "id int64, text string, list list<int64>")
            self.assertIn(f"interrupted ({number.name}) at record ", err)
            self.assertNotIn("malformed", err)

    def test_shells_see_the_signal(self):
        command = f"'{program.PROGRAM}' write - -o out.parquet & p=$!; sleep 0.5; kill -TERM $p; wait $p; echo $?"
        done = subprocess.run(["bash", "-c", f"sleep 3 | ({command})"], cwd=self.folder, env=program.ENVIRONMENT,
                              capture_output=True, check=False)
        self.assertEqual(done.stdout.decode().strip().splitlines()[-1], "143", done.stderr)

    def test_a_fast_source_stops_too(self):
        self.put("big.ndjson", RECORD * 600_000)
        process, _ = self.start("write", "big.ndjson", "-o", "out.parquet", stdin=subprocess.DEVNULL)
        time.sleep(0.7)
        process.send_signal(signal.SIGINT)
        err = process.stderr.read().decode()
        process.wait()
        if process.returncode != 0:  # a fast machine may have been quicker
            self.assertEqual(process.returncode, -signal.SIGINT, err)
            self.assertEqual(self.names(), ["big.ndjson"])

    def test_a_second_signal_ends_the_run_whichever_it_is(self):
        """Once only a second one of the same kind did: SIGTERM behind SIGINT was noted and nothing more."""
        self.put("big.ndjson", RECORD * 600_000)
        aborted = 0
        for attempt in range(30):  # the first may come before the program is ready, the second when all is published
            process, _ = self.start("write", "big.ndjson", "-o", "out.parquet", "--on-signal", "publish",
                                    stdin=subprocess.DEVNULL)
            time.sleep(0.03 * (attempt % 10 + 1))
            process.send_signal(signal.SIGINT)
            time.sleep(0.001 * (attempt // 10))
            process.send_signal(signal.SIGTERM)
            err = process.stderr.read().decode()
            process.wait()
            path = os.path.join(self.folder, "out.parquet")
            self.assertIn(process.returncode, (0, -signal.SIGINT, -signal.SIGTERM), err)
            self.assertEqual(os.path.exists(path), process.returncode == 0, err)
            aborted += process.returncode == -signal.SIGTERM
            if os.path.exists(path):
                os.remove(path)
            if aborted:
                break
        self.assertGreater(aborted, 0)

    def test_exit_code_and_destination_agree_whenever_it_comes(self):
        """Once a signal that came between publishing and the end of the program killed it: published, and not 0."""
        self.put("some.ndjson", RECORD * 20_000)
        started = time.monotonic()
        self.run_program("write", "some.ndjson", "-o", "timed.parquet", "-q")
        whole = time.monotonic() - started
        for step in range(20):
            process, _ = self.start("write", "some.ndjson", "-o", "out.parquet", stdin=subprocess.DEVNULL)
            time.sleep(whole * step / 16)
            process.send_signal(signal.SIGINT)
            err = process.stderr.read().decode()
            process.wait()
            path = os.path.join(self.folder, "out.parquet")
            self.assertEqual(os.path.exists(path), process.returncode == 0, err)
            if os.path.exists(path):
                os.remove(path)


if __name__ == "__main__":
    program.main()
