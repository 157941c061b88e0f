"""A conditional expression over four columns, summed."""

import inputs
from worker import bench


def evaluate(df):
    return df.a.where(df.x * df.x + df.y * df.y * 2 - 0.5 > df.t, df.b).sum()


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"sum": out})
