"""Keep the tenth of the rows whose x is largest, three columns."""

import inputs
from worker import bench


def evaluate(df):
    return df[df.x > 0.9]


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.y.sum()})
