"""A cheap function of one column, row by row, in a process a core."""

import inputs
from joblib import Parallel, delayed
from worker import bench


def function(x):
    return 3 * x + 1 if x > 0.5 else -x


def evaluate(c):
    return Parallel(n_jobs=-1)(delayed(function)(x) for x in c["x"])


bench(evaluate, setup=inputs.arrays, answer=lambda out: {"rows": len(out), "sum": sum(out)})
