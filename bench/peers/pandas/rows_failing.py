"""A function that fails on the last of the rows: one core."""

from functools import partial

import calls
import pandas as pd
from worker import bench


def function(last, log, x):
    calls.count(log)
    if x == last:
        raise ValueError(f"bad value {x}")
    return x + 1.0


def evaluate(task):
    df = pd.DataFrame({"x": range(task.rows)})
    failing = partial(function, task.rows - 1, task.output)
    return calls.told(task.output, lambda: df.x.map(failing))


bench(evaluate)
