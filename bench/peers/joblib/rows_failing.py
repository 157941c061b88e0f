"""A function that fails on the last of the rows, in a process a core."""

import calls
from joblib import Parallel, delayed
from worker import bench


def function(last, log, x):
    calls.count(log)
    if x == last:
        raise ValueError(f"bad value {x}")
    return x + 1.0


def evaluate(task):
    work = (delayed(function)(task.rows - 1, task.output, x) for x in range(task.rows))
    return calls.told(task.output, lambda: Parallel(n_jobs=-1)(work))


bench(evaluate)
