"""A function that waits: one core."""

import time
from functools import partial

import inputs
from worker import bench


def function(cost, x):
    time.sleep(cost / 1e9)
    return float(x) + 1


def load(task):
    return inputs.pandas(task), partial(function, task.cost_ns)


def evaluate(state):
    df, waiting = state
    return df.x.map(waiting)


bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
