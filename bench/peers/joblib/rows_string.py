"""A function of text, row by row, in a process a core."""

import inputs
from joblib import Parallel, delayed
from worker import bench


def function(text):
    first, _, rest = text.partition(" ")
    return rest.upper() + "-" + first


def evaluate(table):
    return Parallel(n_jobs=-1)(delayed(function)(text) for text in table["text"].to_pylist())


def answer(out):
    return {"rows": len(out), "bytes": sum(map(len, out)), "b": sum(text.count("B") for text in out)}


bench(evaluate, setup=inputs.table, answer=answer)
