"""Square roots and exponentials into a new column."""

import inputs
from polars import col
from worker import bench


def evaluate(df):
    out = df.lazy().select(out=(col("x") * col("x") + col("y") * col("y")).sqrt() * (-col("x")).exp())
    return out.collect(engine="streaming")


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "sum": df["out"].sum()})
