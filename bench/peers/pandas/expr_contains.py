"""Which texts contain a word: a column of booleans."""

import inputs
from worker import bench


def evaluate(df):
    return df.text.str.contains("amber", regex=False)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "true": out.sum()})
