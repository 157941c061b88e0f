"""Which texts contain a word: a column of booleans."""

import inputs
import pyarrow.compute as pc
from worker import bench


def evaluate(c):
    return pc.match_substring(c["text"], "amber")


bench(evaluate, setup=inputs.table, answer=lambda out: {"rows": len(out), "true": pc.sum(out).as_py()})
