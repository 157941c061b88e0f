"""A function that fails on the last of the rows: a process a core."""

from functools import partial

import calls
import pandas as pd
from pandarallel import pandarallel
from worker import bench

pandarallel.initialize(progress_bar=False, verbose=0)


def function(last, log, x):
    calls.count(log)
    if x == last:
        raise ValueError(f"bad value {x}")
    return x + 1.0


def evaluate(task):
    df = pd.DataFrame({"x": range(task.rows)})
    failing = partial(function, task.rows - 1, task.output)
    return calls.told(task.output, lambda: df.x.parallel_map(failing))


bench(evaluate)
