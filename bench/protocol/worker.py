"""The Python side of the worker protocol; protocol.go is the Go side.

A program of a peer is a script that ends in `bench(run)`. It is started with one
argument, the task as JSON, and prints one JSON line: wall and CPU seconds of each
repetition, the answer of the last, and the version of the system measured. The
first repetition warms caches and compilers up and is not counted, unless it is so
long that the budget has no room for another.
"""

import gc
import itertools
import json
import os
import platform
import resource
import shutil
import sys
import time
from importlib.metadata import version
from types import SimpleNamespace


# A repetition shorter than so many seconds tells little: the shorts are repeated so many
# times as often. Garbage is collected between repetitions, but not after a tiny one.
# protocol.go holds the same figures and says why.
SHORT = 0.01
OFTEN = 5
TINY = 0.001


def bench(run, answer=None, setup=None):
    """Times run(state), where state is setup(task), or the task if there is no setup.

    What run returns is the answer, or is turned into it by answer(result), untimed.
    """
    task = SimpleNamespace(**json.loads(sys.argv[1]))
    state = setup(task) if setup else task
    walls, cpus, reps = [], [], task.reps
    for rep in itertools.count():
        remove(task.output)
        if rep == 0 or walls[-1] > TINY:
            gc.collect()
        cpu, wall = cpu_seconds(), time.perf_counter()
        result = run(state)
        walls.append(time.perf_counter() - wall)
        cpus.append(cpu_seconds() - cpu)
        if rep == 1 and walls[1] < SHORT:
            reps *= OFTEN
        if rep == reps or walls[0] > task.budget or sum(walls[1:]) + walls[-1] > task.budget:
            break
        del result
    peak = peak_bytes()
    counted = slice(1 if len(walls) > 1 else 0, None)
    reply = {
        "wall": walls[counted],
        "cpu": cpus[counted],
        "answer": {k: plain(v) for k, v in (answer(result) if answer else result or {}).items()},
        "peak": peak,
        "version": version(task.package) if task.package else platform.python_version(),
    }
    print(json.dumps(reply), flush=True)


def plain(value):
    """Answers are numbers and words; numpy's scalars are made Python's own."""
    return value if isinstance(value, str) else float(value or 0)


def remove(path):
    if path and os.path.isdir(path):
        shutil.rmtree(path)
    elif path and os.path.exists(path):
        os.remove(path)


def peak_bytes():
    """The most memory this process had. getrusage will not do: it starts a process
    with the peak of the one that started it."""
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) << 10 for line in f if line.startswith("VmHWM:"))


def cpu_seconds():
    """CPU time of this process and all it started, the living ones included."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = sum(cpu_of(pid) for pid in children("self"))
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime + living


def children(pid):
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                yield from f.read().split()
    except OSError:  # it ended meanwhile, or this system has no such file
        return


def cpu_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            times = f.read().rsplit(")", 1)[1].split()[11:15]
    except OSError:
        return 0.0
    ticks = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
    return ticks + sum(cpu_of(child) for child in children(pid))
