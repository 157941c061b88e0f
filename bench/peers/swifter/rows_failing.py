"""A function that fails on the last of the rows: swifter decides how."""

from functools import partial

import calls
import pandas as pd
import swifter  # noqa: F401, adds .swifter
from worker import bench


def function(last, log, x):
    calls.count(log)
    if x == last:
        raise ValueError(f"bad value {x}")
    return x + 1.0


def evaluate(task):
    df = pd.DataFrame({"x": range(task.rows)})
    failing = partial(function, task.rows - 1, task.output)
    return calls.told(task.output, lambda: df.x.swifter.progress_bar(False).apply(failing))


if __name__ == "__main__":
    bench(evaluate)
