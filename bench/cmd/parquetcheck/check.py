"""Reads the Parquet files of a folder by pyarrow, Polars and DuckDB, and compares every value with the JSON beside them."""

import collections
import decimal
import glob
import json
import math
import os
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

UNITS = {"s": (1_000_000, 1), "ms": (1_000, 1), "us": (1, 1), "ns": (1, 1_000)}


def by_pyarrow(path, names):
    return pq.read_table(path, columns=names, page_checksum_verification=True)


def by_polars(path, names):
    return pl.read_parquet(path, columns=names).to_arrow()


def by_duckdb(path, names):
    read = duckdb.sql(f"SELECT {', '.join(names)} FROM '{path}'").arrow()
    return read.read_all() if hasattr(read, "read_all") else read


def cannot(reader, type):
    """What a reader has no type for, by the Arrow type that was written; empty where it must read it."""
    if "decimal256" in type and reader != "pyarrow":
        return "no decimals of more than 38 digits"
    if "duration[s]" in type and reader == "polars":
        return "no durations of seconds"
    return ""


def values(array):
    """The array's values, as the truth has them."""
    t = array.type
    if isinstance(t, pa.ExtensionType):
        return values(array.storage)
    if pa.types.is_dictionary(t):
        return values(array.dictionary_decode())
    if pa.types.is_timestamp(t) or pa.types.is_time(t):
        up, down = UNITS[t.unit]
        width = pa.int32() if pa.types.is_time32(t) else pa.int64()
        return [None if v is None else v * up // down for v in array.cast(width).to_pylist()]
    if pa.types.is_floating(t):
        return [odd(v) for v in array.to_pylist()]
    if pa.types.is_date32(t):
        return array.cast(pa.int32()).to_pylist()
    if pa.types.is_date64(t):
        return [None if v is None else v * 1000 for v in array.cast(pa.int64()).to_pylist()]
    if pa.types.is_duration(t):
        return array.cast(pa.int64()).to_pylist()
    if pa.types.is_decimal(t):
        return [None if v is None else f"{v:f}" for v in array.to_pylist()]
    if pa.types.is_binary(t) or pa.types.is_large_binary(t) or pa.types.is_fixed_size_binary(t) or pa.types.is_binary_view(t):
        return [None if v is None else "0x" + v.hex() for v in array.to_pylist()]
    if pa.types.is_map(t):
        return lists(array, list(zip(values(array.keys), values(array.items))), pair=True)
    if pa.types.is_fixed_size_list(t):
        flat, n = values(array.values.slice(array.offset * t.list_size, len(array) * t.list_size)), t.list_size
        return [flat[i * n : (i + 1) * n] if array[i].is_valid else None for i in range(len(array))]
    if pa.types.is_list(t) or pa.types.is_large_list(t):
        return lists(array, values(array.values))
    if pa.types.is_struct(t):
        fields = [values(array.field(i)) for i in range(t.num_fields)]
        return [[f[i] for f in fields] if array[i].is_valid else None for i in range(len(array))]
    return array.to_pylist()


def odd(v):
    """A float, as text where JSON has no number for it or where it equals another one."""
    if v is None or math.isfinite(v) and not (v == 0 and math.copysign(1, v) < 0):
        return v
    return "-0" if v == 0 else {math.inf: "+Inf", -math.inf: "-Inf"}.get(v, "NaN")


def lists(array, flat, pair=False):
    offsets = array.offsets.to_pylist()
    out = []
    for i in range(len(array)):
        part = flat[offsets[i] : offsets[i + 1]]
        out.append(([list(p) for p in part] if pair else part) if array[i].is_valid else None)
    return out


def same(want, got):
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(same, want, got))
    if isinstance(want, str) and isinstance(got, str) and want != got and not want.startswith("0x"):
        try:  # decimals of another scale
            return decimal.Decimal(want) == decimal.Decimal(got)
        except decimal.InvalidOperation:
            return False
    return want == got


def compare(reader, path, table, columns):
    """The number of columns that are equal, and what is wrong."""
    good, wrong = 0, []
    for want in columns:
        got = [v for chunk in table[want["name"]].chunks for v in values(chunk)]
        at = f"{os.path.basename(path)} by {reader}: {want['name']} {want['type']}"
        if len(got) != len(want["values"]):
            wrong.append(f"{at}: {len(got)} rows of {len(want['values'])}")
            continue
        bad = next((i for i, (w, g) in enumerate(zip(want["values"], got)) if not same(w, g)), None)
        if bad is None:
            good += 1
        else:
            wrong.append(f"{at}: row {bad} is {got[bad]!r}, written as {want['values'][bad]!r}")
    return good, wrong


def found(reader, path, name, value):
    """How many rows have the value, and how many are null, by the reader's own conditions: they skip by statistics, page index and bloom filter."""
    if reader == "duckdb":
        query = f"SELECT count(*) FILTER ({name} = $1), count(*) FILTER ({name} IS NULL) FROM '{path}'"
        (both,) = duckdb.execute(query, [value]).fetchall()
        (alone,) = duckdb.execute(f"SELECT count(*) FROM '{path}' WHERE {name} = $1", [value]).fetchall()
        return (*both, *alone)
    if reader == "polars":
        rows = pl.scan_parquet(path)
        equal, null = rows.filter(pl.col(name) == value), rows.filter(pl.col(name).is_null())
        n = equal.select(pl.len()).collect().item()
        return n, null.select(pl.len()).collect().item(), n
    n = pq.read_table(path, columns=[name], filters=[(name, "=", value)]).num_rows
    return n, pq.read_table(path, columns=[name])[name].null_count, n


def conditions(reader, path, columns):
    """What is wrong with the rows that conditions find."""
    wrong = []
    for c in columns:
        values = [v for v in c["values"] if v is not None and v != 0 and (c["type"] == "utf8" or not isinstance(v, str))]
        if c["type"] not in ("int64", "int32", "float64", "utf8") or not values:
            continue
        for value in {values[0], values[-1], min(values), max(values)}:
            n = c["values"].count(value)
            want = (n, c["values"].count(None), n)
            if (got := found(reader, path, c["name"], value)) != want:
                wrong.append(f"{os.path.basename(path)} by {reader}: {c['name']} = {value!r}: {got} rows equal, null, equal; {want} were written")
    return wrong


def main(folder):
    good, wrong = collections.Counter(), []
    for path in sorted(glob.glob(os.path.join(folder, "*.parquet"))):
        with open(path[: -len("parquet")] + "json") as file:
            columns = json.load(file)
        for reader, read in {"pyarrow": by_pyarrow, "polars": by_polars, "duckdb": by_duckdb}.items():
            able = [c for c in columns if not cannot(reader, c["type"])]
            if not able:
                continue
            try:
                n, faults = compare(reader, path, read(path, [c["name"] for c in able]), able)
                faults += conditions(reader, path, able)
            except BaseException as e:  # a panic of Polars is no Exception; a file that is not read is a finding like any other
                n, faults = 0, [f"{os.path.basename(path)} by {reader}: {type(e).__name__}: {str(e)[:300]}"]
            good[reader] += n
            wrong += faults
    for line in wrong:
        print(line)
    print(", ".join(f"{n} columns equal by {reader}" for reader, n in good.items()), f"; {len(wrong)} faults")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1]))
