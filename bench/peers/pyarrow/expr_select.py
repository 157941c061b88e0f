"""A conditional expression over four columns into a new one."""

import inputs
import pyarrow.compute as pc
from worker import bench


def evaluate(c):
    squares = pc.add(pc.multiply(c["x"], c["x"]), pc.multiply(pc.multiply(c["y"], c["y"]), 2))
    return pc.if_else(pc.greater(pc.subtract(squares, 0.5), c["t"]), c["a"], c["b"])


bench(evaluate, setup=inputs.table, answer=lambda out: {"rows": len(out), "sum": pc.sum(out).as_py()})
