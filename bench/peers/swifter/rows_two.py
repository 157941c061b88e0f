"""A cheap function of two columns, row by row: swifter decides how."""

import inputs
import swifter  # noqa: F401, adds .swifter
from worker import bench


def function(x, y):
    return x / max(y, 0.1)


def evaluate(df):
    return df.swifter.progress_bar(False).apply(lambda row: function(row.x, row.y), axis=1)


if __name__ == "__main__":
    bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
