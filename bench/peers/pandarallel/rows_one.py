"""A cheap function of one column, row by row: a process a core."""

import inputs
from pandarallel import pandarallel
from worker import bench

pandarallel.initialize(progress_bar=False, verbose=0)


def function(x):
    return 3 * x + 1 if x > 0.5 else -x


def evaluate(df):
    return df.x.parallel_map(function)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
