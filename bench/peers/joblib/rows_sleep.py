"""A function that waits, on 64 threads, as joblib advises for work that holds no lock."""

import time

import inputs
from joblib import Parallel, delayed
from worker import bench


def function(cost, x):
    time.sleep(cost / 1e9)
    return float(x) + 1


def load(task):
    return inputs.arrays(task)["x"], task.cost_ns


def evaluate(state):
    column, cost = state
    return Parallel(n_jobs=64, prefer="threads")(delayed(function)(cost, x) for x in column)


bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": sum(out)})
