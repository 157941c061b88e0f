"""Keep the tenth of the rows whose x is largest, three columns."""

import inputs
import pyarrow.compute as pc
from worker import bench


def evaluate(c):
    return c.filter(pc.field("x") > 0.9)


bench(evaluate, setup=inputs.table, answer=lambda out: {"rows": len(out), "sum": pc.sum(out["y"]).as_py()})
