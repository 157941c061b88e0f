"""A cheap function of two columns, row by row: a process a core."""

import inputs
from pandarallel import pandarallel
from worker import bench

pandarallel.initialize(progress_bar=False, verbose=0)


def function(x, y):
    return x / max(y, 0.1)


def evaluate(df):
    return df.parallel_apply(lambda row: function(row.x, row.y), axis=1)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
