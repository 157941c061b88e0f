"""A Python function of text, row by row."""

import inputs
import polars as pl
from polars import col
from worker import bench


def function(text):
    first, _, rest = text.partition(" ")
    return rest.upper() + "-" + first


def evaluate(df):
    return df.select(out=col("text").map_elements(function, return_dtype=pl.String))


def answer(df):
    out = df["out"]
    return {"rows": len(out), "bytes": out.str.len_bytes().sum(), "b": out.str.count_matches("B").sum()}


bench(evaluate, setup=inputs.polars, answer=answer)
