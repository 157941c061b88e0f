"""What a table comes to, for comparing answers: a number for each column.

Numbers are summed, texts by their bytes, times by their seconds since 1970; nulls
count for nothing and are counted. Called after the clock has stopped.
"""

import pyarrow as pa
import pyarrow.compute as pc


def arrow(table):
    out = {"rows": table.num_rows, "nulls": sum(c.null_count for c in table.columns)}
    for name, column in zip(table.column_names, table.columns):
        out[name] = of_column(column)
    return out


def pandas(df):
    return arrow(pa.Table.from_pandas(df, preserve_index=False))


def polars(df):
    return arrow(df.to_arrow())


def of_column(column):
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string_view(kind):
        column, kind = column.cast(pa.large_string()), pa.large_string()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.sum(pc.binary_length(column)).as_py()
    if pa.types.is_date(kind):
        column, kind = column.cast(pa.timestamp("s")), pa.timestamp("s")
    if pa.types.is_timestamp(kind):
        seconds = column.cast(pa.timestamp("s", kind.tz), safe=False)
        return pc.sum(seconds.cast(pa.int64())).as_py()
    return pc.sum(column).as_py()
