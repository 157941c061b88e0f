"""Counts calls of a function that may run in any process: a byte a call in a file."""

import os


def count(path):
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, b".")
    os.close(log)


def told(path, run):
    """Runs what must fail; returns how many calls were made and what the user is told."""
    try:
        run()
        message = "no error"
    except Exception as error:
        message = f"{type(error).__name__}: {error}".strip().splitlines()[0]
    return {"calls": os.path.getsize(path), "message": message}
