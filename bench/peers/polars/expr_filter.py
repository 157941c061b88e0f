"""Keep the tenth of the rows whose x is largest, three columns."""

import inputs
from polars import col
from worker import bench


def evaluate(df):
    return df.lazy().filter(col("x") > 0.9).collect(engine="streaming")


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "sum": df["y"].sum()})
