"""A cheap function of one column, row by row: swifter decides how."""

import inputs
import swifter  # noqa: F401, adds .swifter
from worker import bench


def function(x):
    return 3 * x + 1 if x > 0.5 else -x


def evaluate(df):
    return df.x.swifter.progress_bar(False).apply(function)


if __name__ == "__main__":
    bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
