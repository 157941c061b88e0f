"""A conditional expression over four columns into a new one."""

import inputs
from worker import bench


def evaluate(df):
    return df.a.where(df.x * df.x + df.y * df.y * 2 - 0.5 > df.t, df.b)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
