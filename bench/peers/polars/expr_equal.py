"""Which rows hold one text: a column of booleans."""

import inputs
from polars import col
from worker import bench


def evaluate(df):
    out = df.lazy().select(out=col("zone") == "Zone 7")
    return out.collect(engine="streaming")


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "true": df["out"].sum()})
