"""A conditional expression over four columns, summed."""

import inputs
import pyarrow.compute as pc
from worker import bench


def evaluate(c):
    squares = pc.add(pc.multiply(c["x"], c["x"]), pc.multiply(pc.multiply(c["y"], c["y"]), 2))
    return pc.sum(pc.if_else(pc.greater(pc.subtract(squares, 0.5), c["t"]), c["a"], c["b"])).as_py()


bench(evaluate, setup=inputs.table, answer=lambda out: {"sum": out})
