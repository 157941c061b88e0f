"""The arrays of the in-memory jobs, loaded before the clock starts."""

import pyarrow as pa


def table(task):
    with pa.memory_map(task.input) as file:
        loaded = pa.ipc.open_file(file).read_all()
    return loaded.select(task.columns).slice(0, task.rows)


def arrays(task):
    """The columns as contiguous numpy arrays."""
    loaded = table(task).combine_chunks()
    return {name: loaded[name].to_numpy() for name in loaded.column_names}


def pandas(task):
    return table(task).combine_chunks().to_pandas()


def polars(task):
    import polars

    return polars.from_arrow(table(task)).rechunk()


def duckdb(task):
    """A connection with the columns as the table `rows`."""
    import duckdb

    loaded = table(task)
    con = duckdb.connect()
    con.register("loaded", loaded)
    con.sql("CREATE TABLE rows AS FROM loaded")
    return con
