"""A function of text, row by row: swifter decides how."""

import inputs
import swifter  # noqa: F401, adds .swifter
from worker import bench


def function(text):
    first, _, rest = text.partition(" ")
    return rest.upper() + "-" + first


def evaluate(df):
    return df.text.swifter.progress_bar(False).apply(function)


if __name__ == "__main__":
    bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "bytes": out.str.len().sum(), "b": out.str.count("B").sum()})
