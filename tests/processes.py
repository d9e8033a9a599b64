# SPDX-License-Identifier: MIT
"""Programs that are started in sessions of their own, so that each can be ended with everything that it started."""
import contextlib
import os
import signal
import subprocess

running = set()


@contextlib.contextmanager
def started(words, **options):
    """A program that runs, without input, its errors among its output. The caller waits for it, or ends it."""
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True,
                               **options)
    running.add(process)
    try:
        yield process
    finally:
        running.discard(process)


def end(process):
    """Ends a program with everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def interrupted(*_):
    for process in list(running):
        end(process)
    os._exit(130)


def end_all_when_interrupted():
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
