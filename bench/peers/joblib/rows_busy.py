"""A function that keeps its core busy, in a process a core."""

import inputs
from joblib import Parallel, delayed
from spin import spin
from worker import bench


def function(cost, x):
    spin(cost)
    return float(x) + 1


def load(task):
    return inputs.arrays(task)["x"], task.cost_ns


def evaluate(state):
    column, cost = state
    return Parallel(n_jobs=-1)(delayed(function)(cost, x) for x in column)


bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": sum(out)})
