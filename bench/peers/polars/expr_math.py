"""Square roots and exponentials into a new column."""

import inputs
from polars import col
from worker import bench


def evaluate(df):
    return df.select(out=(col("x") * col("x") + col("y") * col("y")).sqrt() * (-col("x")).exp())


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "sum": df["out"].sum()})
