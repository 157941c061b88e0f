"""Square roots and exponentials into a new column."""

import inputs
import pyarrow.compute as pc
from worker import bench


def evaluate(c):
    squares = pc.add(pc.multiply(c["x"], c["x"]), pc.multiply(c["y"], c["y"]))
    return pc.multiply(pc.sqrt(squares), pc.exp(pc.negate(c["x"])))


bench(evaluate, setup=inputs.table, answer=lambda out: {"rows": len(out), "sum": pc.sum(out).as_py()})
