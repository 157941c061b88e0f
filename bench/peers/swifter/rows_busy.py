"""A function that keeps its core busy: swifter decides how."""

from functools import partial

import inputs
import swifter  # noqa: F401, adds .swifter
from spin import spin
from worker import bench


def function(cost, x):
    spin(cost)
    return float(x) + 1


def load(task):
    return inputs.pandas(task), partial(function, task.cost_ns)


def evaluate(state):
    df, busy = state
    return df.x.swifter.progress_bar(False).apply(busy)


if __name__ == "__main__":
    bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
