"""Which rows hold one text: a column of booleans."""

import inputs
from polars import col
from worker import bench


def evaluate(df):
    return df.select(out=col("zone") == "Zone 7")


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "true": df["out"].sum()})
