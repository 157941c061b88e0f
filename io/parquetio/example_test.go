package parquetio_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/parquetio"
)

func trips() *frame.Frame {
	f, _ := frame.New(frame.Of("zone", []string{"A", "B", "A"}), frame.Of("fare", []float64{5, 7.5, 3}))
	return f
}

func ExampleReadFile() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "trips.parquet")
	if err := parquetio.WriteFile(context.Background(), path, trips()); err != nil {
		fmt.Println(err)
		return
	}
	f, err := parquetio.ReadFile(context.Background(), path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f)
	// Output:
	// zone       fare
	// string  float64
	// ──────  ───────
	// A           5.0
	// B           7.5
	// A           3.0
	// 3 rows × 2 columns
}

func ExampleWriteOptions() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "trips.parquet")
	o := parquetio.WriteOptions{Compression: "zstd", Metadata: map[string]string{"from": "the meter"}}
	if _, err := chunker.Copy(context.Background(), o.Create(path), chunker.FromFrame(trips())); err != nil {
		fmt.Println(err)
		return
	}
	info, err := parquetio.Inspect(context.Background(), path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d rows in %d row group, from %s\n", info.Rows, len(info.RowGroups), info.Metadata[0].Value)
	// Output:
	// 3 rows in 1 row group, from the meter
}

// A reader of any kind is a source; columns that are not asked for are not read.
func ExampleFrom() {
	var file bytes.Buffer
	if _, err := chunker.Copy(context.Background(), parquetio.To(&file), chunker.FromFrame(trips())); err != nil {
		fmt.Println(err)
		return
	}
	src := parquetio.From("memory", bytes.NewReader(file.Bytes()), int64(file.Len()))
	f, err := chunker.ReadAll(context.Background(), chunker.Select(src, "fare"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f)
	// Output:
	// fare
	// float64
	// ───────
	//     5.0
	//     7.5
	//     3.0
	// 3 rows × 1 column
}
