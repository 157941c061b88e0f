"""Which texts contain a word: a column of booleans."""

import inputs
from polars import col
from worker import bench


def evaluate(df):
    return df.select(out=col("text").str.contains("amber", literal=True))


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "true": df["out"].sum()})
