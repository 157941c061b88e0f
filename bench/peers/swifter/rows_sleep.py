"""A function that waits: swifter decides how."""

import time
from functools import partial

import inputs
import swifter  # noqa: F401, adds .swifter
from worker import bench


def function(cost, x):
    time.sleep(cost / 1e9)
    return float(x) + 1


def load(task):
    return inputs.pandas(task), partial(function, task.cost_ns)


def evaluate(state):
    df, waiting = state
    return df.x.swifter.progress_bar(False).apply(waiting)


if __name__ == "__main__":
    bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
