"""A cheap function of one column, row by row: one core."""

import inputs
from worker import bench


def function(x):
    return 3 * x + 1 if x > 0.5 else -x


def evaluate(df):
    return df.x.map(function)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
