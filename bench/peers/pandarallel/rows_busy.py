"""A function that keeps its core busy: a process a core."""

from functools import partial

import inputs
from pandarallel import pandarallel
from spin import spin
from worker import bench

pandarallel.initialize(progress_bar=False, verbose=0)


def function(cost, x):
    spin(cost)
    return float(x) + 1


def load(task):
    return inputs.pandas(task), partial(function, task.cost_ns)


def evaluate(state):
    df, busy = state
    return df.x.parallel_map(busy)


bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
