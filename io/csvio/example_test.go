package csvio_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// textFile is a file in a folder of its own, which the caller removes.
func textFile(text string) (path string, remove func()) {
	dir, _ := os.MkdirTemp("", "")
	path = filepath.Join(dir, "in.csv")
	_ = os.WriteFile(path, []byte(text), 0o600)
	return path, func() { os.RemoveAll(dir) }
}

// Delimiter, header and types are found.
func ExampleReadFile() {
	path, remove := textFile("zone;when;fare\nA;2024-03-01;5\nB;2024-03-02;7.5\nC;;\n")
	defer remove()
	f, err := csvio.ReadFile(context.Background(), path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f)
	// Output:
	// zone    when           fare
	// string  date32      float64
	// ──────  ──────────  ───────
	// A       2024-03-01      5.0
	// B       2024-03-02      7.5
	// C       null           null
	// 3 rows × 3 columns
}

// What is known is said; the rest is found.
func ExampleReadOptions() {
	path, remove := textFile("artikel|preis|am\nA1|1.234,50|03/04/2024\nA2|7,25|05/04/2024\n")
	defer remove()
	o := csvio.ReadOptions{Decimal: ',', Thousands: '.', Dates: csvio.DayFirst}
	f, err := o.ReadFile(context.Background(), path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f)
	// Output:
	// artikel    preis  am
	// string   float64  date32
	// ───────  ───────  ──────────
	// A1       1234.50  2024-04-03
	// A2          7.25  2024-04-05
	// 2 rows × 3 columns
}

// Rows that make no sense are set aside, and told.
func ExampleReadOptions_rejects() {
	path, remove := textFile("id,n\n1,10\n2,20,30\n3,40\n")
	defer remove()
	bad := new(chunker.FrameSink) // or csvio.Create("bad.csv")
	o := csvio.ReadOptions{OnError: chunker.Reject(bad, 0)}
	f, err := o.ReadFile(context.Background(), path)
	if err != nil {
		fmt.Println(err)
		return
	}
	why, _ := bad.Frame().Select("reject_line", "reject_reason", "reject_text")
	fmt.Printf("%d rows\n%s\n", f.NumRows(), why)
	// Output:
	// 2 rows
	// reject_line  reject_reason                     reject_text
	//       int64  string                            string
	// ───────────  ────────────────────────────────  ───────────
	//           3  the row has 3 fields, there are…  2,20,30
	// 1 row × 3 columns
}

func ExampleSniff() {
	path, remove := textFile("# trips\nzone;fare\n'A; B';5\n'C';7\n")
	defer remove()
	d, err := csvio.Sniff(context.Background(), path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("delimiter %q, quote %q, %d line above the names\n", d.Delimiter, d.Quote, d.Skip)
	// Output:
	// delimiter ";", quote '\'', 1 line above the names
}

func ExampleWriteOptions() {
	f, _ := frame.New(frame.Of("name", []string{"Ann", `the "other" one`}), frame.Of("n", []float64{1, 2.5}))
	var out strings.Builder
	sink := csvio.WriteOptions{Delimiter: ';', CRLF: false}.To(&out)
	if _, err := chunker.Copy(context.Background(), sink, chunker.FromFrame(f)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(out.String())
	// Output:
	// name;n
	// Ann;1.0
	// "the ""other"" one";2.5
}

func ExampleEncodingOf() {
	e, err := csvio.EncodingOf("shift-jis")
	if err != nil {
		fmt.Println(err)
		return
	}
	o := csvio.ReadOptions{Encoding: e}
	path, remove := textFile("word,n\n\x93\xfa\x96\x7b,1\n")
	defer remove()
	f, _ := o.ReadFile(context.Background(), path)
	fmt.Println(f)
	// Output:
	// word        n
	// string  int64
	// ──────  ─────
	// 日本        1
	// 1 row × 2 columns
}
