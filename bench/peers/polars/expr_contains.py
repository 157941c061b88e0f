"""Which texts contain a word: a column of booleans."""

import inputs
from polars import col
from worker import bench


def evaluate(df):
    out = df.lazy().select(out=col("text").str.contains("amber", literal=True))
    return out.collect(engine="streaming")


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "true": df["out"].sum()})
