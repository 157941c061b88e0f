"""Which rows hold one text: a column of booleans."""

import inputs
import pyarrow.compute as pc
from worker import bench


def evaluate(c):
    return pc.equal(c["zone"], "Zone 7")


bench(evaluate, setup=inputs.table, answer=lambda out: {"rows": len(out), "true": pc.sum(out).as_py()})
