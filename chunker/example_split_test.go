package chunker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// Parts of a table as data: each can be read by another process.
func ExampleSplitter() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "trips-")
	defer os.RemoveAll(dir)
	os.WriteFile(filepath.Join(dir, "1.csv"), []byte("zone,fare\na,5\nb,7.5\n"), 0o600)
	os.WriteFile(filepath.Join(dir, "2.csv"), []byte("zone,fare\nc,9\n"), 0o600)

	in, err := csvio.Open(filepath.Join(dir, "*.csv")).Describe(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer in.Close()
	parts, err := in.(chunker.Splitter).Split(ctx, 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, part := range parts {
		files, _ := chunker.FilesOf(part)
		data, _ := json.Marshal(files) // to be sent

		var came chunker.Files
		if err := json.Unmarshal(data, &came); err != nil {
			fmt.Println(err)
			return
		}
		src, err := came.Source()
		if err != nil {
			fmt.Println(err)
			return
		}
		f, err := chunker.ReadAll(ctx, src)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(f)
	}
	// Output:
	// zone       fare
	// string  float64
	// ──────  ───────
	// a           5.0
	// b           7.5
	// 2 rows × 2 columns
	// zone       fare
	// string  float64
	// ──────  ───────
	// c             9
	// 1 row × 2 columns
}

// The rows of a chunk are told from what says where they came from, which may outlive them.
func ExampleOrigin() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "notes-")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "notes.csv")
	os.WriteFile(path, []byte("who,note\nann,\"one\ntwo\"\nbob,three\n"), 0o600)

	var kept []chunker.Origin
	for chunk, err := range chunker.All(ctx, csvio.Open(path)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		kept = append(kept, chunk.Origin)
		chunk.Release()
	}
	for row := range 2 {
		fmt.Printf("%s: row %d, line %d\n", filepath.Base(kept[0].File), kept[0].Row+int64(row), kept[0].Lines.Of(row))
	}
	// Output:
	// notes.csv: row 0, line 2
	// notes.csv: row 1, line 4
}
