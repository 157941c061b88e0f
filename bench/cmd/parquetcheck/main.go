// Command parquetcheck writes Parquet files of every column type, nested ones too, in every codec
// and encoding, and has pyarrow, Polars and DuckDB read them: every value must come back equal. It
// needs the Python peers (make bench-peers installs them).
//
//	go run ./cmd/parquetcheck                # in bench/; exits with 1 where a value differs
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/io/parquetio"
)

//go:embed check.py
var script []byte

func main() {
	python := flag.String("python", ".venv/peers/bin/python", "Python with duckdb, polars and pyarrow")
	tables := flag.Int("tables", 60, "random tables of nested columns, beside those of every type")
	keep := flag.String("keep", "", "folder to keep the files in; empty is none")
	flag.Parse()
	if err := run(context.Background(), *python, *keep, *tables); err != nil {
		fmt.Fprintln(os.Stderr, "parquetcheck:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, python, dir string, tables int) error {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "parquetcheck"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := writeAll(ctx, dir, tables); err != nil {
		return err
	}
	check := filepath.Join(dir, "check.py")
	if err := os.WriteFile(check, script, 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, python, check, dir)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

func writeAll(ctx context.Context, dir string, tables int) error {
	for i, compression := range []string{"snappy", "zstd", "gzip", "brotli", "lz4", "none"} {
		for k, encodings := range []string{"", "oldest", "all"} {
			d := dice.New(uint64(10*i + k))
			o := parquetio.WriteOptions{Compression: compression, Encodings: encodings, RowGroupBytes: 1 << 18, BloomFilters: []string{"c03_int32", "c04_int64", "c12_utf8"}}
			if err := write(ctx, d, filepath.Join(dir, fmt.Sprintf("types-%s-%s", compression, encodings)), o, everyType(), 6000); err != nil {
				return err
			}
		}
	}
	if err := write(ctx, dice.New(1), filepath.Join(dir, "empty"), parquetio.WriteOptions{}, everyType(), 0); err != nil {
		return err
	}
	for i := range tables {
		d := dice.New(uint64(1000 + i))
		o := parquetio.WriteOptions{
			Compression: []string{"", "zstd", "none"}[d.IntN(3)], Encodings: []string{"", "all"}[d.IntN(2)],
			RowGroupBytes: []int64{0, 1 << 14}[d.IntN(2)],
		}
		if err := write(ctx, d, filepath.Join(dir, fmt.Sprintf("nested-%03d", i)), o, nested(d), 900); err != nil {
			return err
		}
	}
	return nil
}

// everyType is a column of each type that is not nested.
func everyType() *arrow.Schema {
	var fields []arrow.Field
	for i, t := range dice.Types {
		fields = append(fields, arrow.Field{Name: fmt.Sprintf("c%02d_%s", i, t.Name()), Type: t, Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// nested are a few columns of random types, up to three deep.
func nested(d dice.Dice) *arrow.Schema {
	var fields []arrow.Field
	for i := range 1 + d.IntN(4) {
		t := d.Type(1 + d.IntN(3))
		fields = append(fields, arrow.Field{Name: fmt.Sprintf("c%d", i), Type: t, Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// column is what the script compares a column with.
type column struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Values []any  `json:"values"`
}

// write makes a table, and writes it as Parquet and as JSON.
func write(ctx context.Context, d dice.Dice, path string, o parquetio.WriteOptions, schema *arrow.Schema, rows int) error {
	v := dice.Values{Nulls: []int{0, 2, 10, 10}[d.IntN(4)], Spread: []int64{3, 100, 1 << 40}[d.IntN(3)], Wild: d.IntN(2) == 0}
	f, err := frame.FromRecords(schema, d.Records(schema, rows, v)...)
	if err != nil {
		return err
	}
	if _, err := chunker.Copy(ctx, o.Create(path+".parquet"), chunker.FromFrame(f)); err != nil {
		return err
	}
	columns := []column{}
	for i, field := range schema.Fields() {
		c := column{Name: field.Name, Type: field.Type.String(), Values: []any{}}
		for _, r := range f.Records() {
			for row := range int(r.NumRows()) {
				c.Values = append(c.Values, dice.Truth(r.Column(i), row))
			}
		}
		columns = append(columns, c)
	}
	b, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	return os.WriteFile(path+".json", b, 0o644)
}
