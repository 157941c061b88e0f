"""A function that keeps its core busy: one core."""

from functools import partial

import inputs
from spin import spin
from worker import bench


def function(cost, x):
    spin(cost)
    return float(x) + 1


def load(task):
    return inputs.pandas(task), partial(function, task.cost_ns)


def evaluate(state):
    df, busy = state
    return df.x.map(busy)


bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
