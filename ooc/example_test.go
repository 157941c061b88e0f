package ooc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// The steps go from file to file, in chunks that fit the budget, on all cores.
func ExampleJob() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "trips.csv"), filepath.Join(dir, "trips.parquet")
	_ = os.WriteFile(in, []byte("zone,fare,tip\nA,5,1\nB,0,0\nC,7.5,0.5\n"), 0o600)

	report, err := ooc.Job{
		From:   csvio.Open(in),
		Steps:  chunker.Steps{apply.Where("fare > 0"), apply.Expr("total = fare + tip"), table.Select("zone", "total")},
		To:     parquetio.Create(out),
		Memory: 64 << 20,
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d rows in, %d out\n", report.RowsIn, report.RowsOut)
	f, _ := parquetio.ReadFile(context.Background(), out)
	fmt.Println(f)
	// Output:
	// 3 rows in, 2 out
	// zone      total
	// string  float64
	// ──────  ───────
	// A             6
	// C             8
	// 2 rows × 2 columns
}

// A sort takes all rows before the first comes out. What has no room in Memory is spilled to
// TempDir; a limit behind it keeps the first rows alone.
func ExampleJob_sort() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "trips.csv"), filepath.Join(dir, "top.csv")
	_ = os.WriteFile(in, []byte("zone,fare\nA,5\nB,12\nC,\nD,7\nE,12\n"), 0o600)

	_, err := ooc.Job{
		From:    csvio.Open(in),
		Steps:   chunker.Steps{order.By("-fare", "zone"), table.Limit(3)},
		To:      csvio.Create(out),
		TempDir: dir,
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := os.ReadFile(out)
	fmt.Print(string(text))
	// Output:
	// zone,fare
	// B,12
	// E,12
	// D,7
}

// A row that fails, or that cannot be read, goes to a file of its own, with where it stood and why.
func ExampleJob_rejects() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	in, out, bad := filepath.Join(dir, "trips.csv"), filepath.Join(dir, "out.csv"), filepath.Join(dir, "bad.csv")
	_ = os.WriteFile(in, []byte("trip,seats\n1,2\n2,0\n3,4\n4,two,more\n"), 0o600)

	report, err := ooc.Job{
		From:    csvio.Open(in),
		Steps:   chunker.Steps{apply.Expr("share = 12 / seats")},
		To:      csvio.Create(out),
		OnError: chunker.Reject(csvio.Create(bad), 100),
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d rows in, %d out, %d rejected\n", report.RowsIn, report.RowsOut, report.Rejected)
	f, _ := csvio.ReadFile(context.Background(), bad)
	f, _ = f.Select("trip", "reject_line", "reject_function", "reject_text")
	fmt.Println(f)
	// Output:
	// 3 rows in, 2 out, 2 rejected
	//  trip  reject_line  reject_function  reject_text
	// int64        int64  string           string
	// ─────  ───────────  ───────────────  ───────────
	//     2            3  share            null
	//  null            5  null             4,two,more
	// 2 rows × 4 columns
}

// A job is kept as a document, and read back by a program or by volley run.
func ExampleJob_MarshalJSON() {
	data, err := json.MarshalIndent(ooc.Job{
		From:   csvio.ReadOptions{Null: []string{"-"}}.Open("trips/*.csv.zst"),
		Steps:  chunker.Steps{apply.Expr("total = fare + tip"), table.Select("zone", "total")},
		To:     parquetio.Create("trips.parquet"),
		Memory: 256 << 20,
	}, "", "  ")
	fmt.Println(string(data), err)

	var job ooc.Job
	fmt.Println(json.Unmarshal([]byte(`{"from": {"format": "csv", "files": ["a.csv"]}, "steps": [{"step": "where"}], "to": {"format": "csv", "files": ["b.csv"]}}`), &job))
	// Output:
	// {
	//   "version": 1,
	//   "from": {
	//     "format": "csv",
	//     "files": [
	//       "trips/*.csv.zst"
	//     ],
	//     "options": {
	//       "null": [
	//         "-"
	//       ]
	//     }
	//   },
	//   "steps": [
	//     {
	//       "step": "expr",
	//       "expr": "total = fare + tip"
	//     },
	//     {
	//       "step": "select",
	//       "columns": [
	//         "zone",
	//         "total"
	//       ]
	//     }
	//   ],
	//   "to": {
	//     "format": "parquet",
	//     "files": [
	//       "trips.parquet"
	//     ]
	//   },
	//   "memory": "256 MiB"
	// } <nil>
	// steps[0]: there is no field "condition"
}
