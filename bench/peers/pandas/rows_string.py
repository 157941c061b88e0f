"""A function of text, row by row: one core."""

import inputs
from worker import bench


def function(text):
    first, _, rest = text.partition(" ")
    return rest.upper() + "-" + first


def evaluate(df):
    return df.text.map(function)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "bytes": out.str.len().sum(), "b": out.str.count("B").sum()})
