"""Which rows hold one text: a column of booleans."""

import inputs
from worker import bench


def evaluate(df):
    return df.zone == "Zone 7"


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "true": out.sum()})
