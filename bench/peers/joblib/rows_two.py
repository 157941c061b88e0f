"""A cheap function of two columns, row by row, in a process a core."""

import inputs
from joblib import Parallel, delayed
from worker import bench


def function(x, y):
    return x / max(y, 0.1)


def evaluate(c):
    return Parallel(n_jobs=-1)(delayed(function)(x, y) for x, y in zip(c["x"], c["y"]))


bench(evaluate, setup=inputs.arrays, answer=lambda out: {"rows": len(out), "sum": sum(out)})
