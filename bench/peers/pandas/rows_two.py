"""A cheap function of two columns, row by row: one core."""

import inputs
from worker import bench


def function(x, y):
    return x / max(y, 0.1)


def evaluate(df):
    return df.apply(lambda row: function(row.x, row.y), axis=1)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
