"""A function of text, row by row: a process a core."""

import inputs
from pandarallel import pandarallel
from worker import bench

pandarallel.initialize(progress_bar=False, verbose=0)


def function(text):
    first, _, rest = text.partition(" ")
    return rest.upper() + "-" + first


def evaluate(df):
    return df.text.parallel_map(function)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "bytes": out.str.len().sum(), "b": out.str.count("B").sum()})
