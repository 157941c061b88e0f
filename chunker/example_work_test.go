package chunker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// total is a step of one's own that makes rows of its own: the sum of each chunk's numbers.
type total struct{}

var totalSchema = arrow.NewSchema([]arrow.Field{{Name: "total", Type: arrow.PrimitiveTypes.Int64}}, nil)

func (total) Bind(context.Context, *arrow.Schema) (chunker.BoundStep, error) {
	return boundTotal{}, nil
}

// boundTotal is a RowStep: it takes any chunk at any time.
type boundTotal struct{}

var _ chunker.RowStep = boundTotal{}

func (boundTotal) Schema() *arrow.Schema         { return totalSchema }
func (boundTotal) String() string                { return "total" }
func (boundTotal) Worker() (chunker.Work, error) { return addUp, nil }

func addUp(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	sum := int64(0)
	for _, n := range c.Record.Column(0).(*array.Int64).Int64Values() {
		sum += n
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, totalSchema)
	b.Field(0).(*array.Int64Builder).Append(sum)
	return c.NewRows(b.NewRecord()), nil
}

// A step that makes rows of its own says so. Else an error behind it would name a row of the source
// that it is not of.
func ExampleChunk_NewRows() {
	f, _ := frame.New(frame.Of("n", []int64{1, 2, 3, 4}))
	out, err := apply.Apply(context.Background(), f, total{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out)
	// Output:
	// total
	// int64
	// ─────
	//    10
	// 1 row × 1 column
}

// roots keeps the rows whose n has a whole square root, and fails on those below 0.
func roots(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	var rows []int
	for i, n := range c.Record.Column(0).(*array.Int64).Int64Values() {
		if n < 0 {
			c.Fail(i, errors.New("a number below 0 has no root"))
			continue
		}
		if slices.Contains([]int64{0, 1, 4, 9, 16}, n) {
			rows = append(rows, i)
		}
	}
	return c.Take(rows)
}

// A Work is called by hand with the chunk that a run would give it.
func ExampleGiven() {
	f, _ := frame.New(frame.Of("n", []int64{9, 5, -1, 4}))
	var work chunker.Work = roots
	out, err := work(context.Background(), chunker.Given(f.Records()[0]))
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, failures := out.Worked()
	fmt.Println(out.Record.Column(0), "are rows", rows)
	for _, f := range failures {
		fmt.Printf("row %d: %v\n", f.Row, f.Err)
	}
	// Output:
	// [9 4] are rows [0 3]
	// row 2: a number below 0 has no root
}

// above is a step of one's own that keeps the rows in which a column is more than a number, and
// says so to sources.
type above struct {
	column string
	number int64
}

func (a above) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	at, _, err := chunker.Project(in, []string{a.column})
	if err != nil {
		return nil, fmt.Errorf("above: %w", err)
	}
	return boundAbove{a, in, at[0]}, nil
}

type boundAbove struct {
	above
	schema *arrow.Schema
	at     int
}

// What it can say of itself, beside what every step says.
var (
	_ chunker.Filtering = boundAbove{}
	_ chunker.Failing   = boundAbove{}
	_ chunker.Passing   = (*boundShare)(nil)
)

func (a boundAbove) Schema() *arrow.Schema { return a.schema }
func (a boundAbove) String() string        { return fmt.Sprintf("%s above %d", a.column, a.number) }
func (a boundAbove) Fails() bool           { return false }

func (a boundAbove) Filter() (f predicate.Filter, last bool) {
	return predicate.Filter{Bounds: []predicate.Bound{{Column: a.column, Op: predicate.Greater, Value: a.number}}}, false
}

func (a boundAbove) Worker() (chunker.Work, error) {
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		n := c.Record.Column(a.at).(*array.Int64)
		var rows []int
		for i := range n.Len() {
			if n.IsValid(i) && n.Value(i) > a.number {
				rows = append(rows, i)
			}
		}
		return c.Take(rows)
	}, nil
}

// What a list of steps says of single columns, for a source to leave rows out by.
func ExampleFiltering() {
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	bound, err := chunker.Steps{above{"n", 3}, apply.Where("n < 9")}.Bind(context.Background(), schema)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bound.(chunker.BoundSteps).Filter(schema).Bounds)
	// Output:
	// [n > 3]
}

// printing is a sink of one's own: it prints how many rows each chunk has.
type printing struct{}

func (printing) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	fmt.Println("columns", chunker.Names(schema))
	return printing{}, nil
}

func (printing) Worker() (chunker.Write, error) { return write, nil }
func (printing) Commit(context.Context) error   { fmt.Println("all is there"); return nil }
func (printing) Close() error                   { return nil }

// write is the costly half, on any core. What it returns is called in the order of the rows.
func write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	defer c.Release()
	text := fmt.Sprintf("%d rows of %d bytes", c.Len(), chunker.Bytes(c.Record))
	return func(context.Context) error { fmt.Println(text); return nil }, nil
}

func ExampleSink() {
	f, _ := frame.New(frame.Of("n", []int64{1, 2, 3}), frame.Of("text", []string{"a", "b", "c"}))
	var to chunker.Sink = printing{}
	rows, err := chunker.Copy(context.Background(), to, chunker.FromFrame(f))
	fmt.Println(rows, err)
	// Output:
	// columns [n text]
	// 3 rows of 39 bytes
	// all is there
	// 3 <nil>
}

// A holder asks for memory before it takes it, and is told who has it.
func ExampleMemory() {
	budget := chunker.NewMemory(1 << 20)
	table, err := budget.Share("the table", 256<<10) // at least; less is an error here
	if err != nil {
		fmt.Println(err)
		return
	}
	defer table.Close()
	fmt.Println(table.Grow(600<<10), table.Grow(600<<10), table.Held()>>10)

	_, err = budget.Share("another table", 512<<10)
	fmt.Println(errors.Is(err, chunker.ErrMemory), err)
	// Output:
	// true false 600
	// true another table: it needs 512 KiB of memory, but of the budget of 1 MiB, 600 KiB are taken: raise Memory
}

// Bad rows are left out, with why they are bad in a sink or in none; too many of them end the run.
func ExampleReject() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "readings-")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "readings.csv")
	os.WriteFile(path, []byte("n\n1\n2\n3\nx\n5\ny\n"), 0o600)

	read := csvio.ReadOptions{Types: map[string]arrow.DataType{"n": arrow.PrimitiveTypes.Int64}}
	var bad chunker.FrameSink
	for _, policy := range []chunker.Policy{chunker.Reject(&bad, 0), chunker.Reject(&bad, 1)} {
		read.OnError = policy
		f, err := read.ReadFile(ctx, path)
		if many := (*chunker.TooManyError)(nil); errors.As(err, &many) {
			fmt.Println(many.Failed, "rows failed under:", many.Policy)
			continue
		}
		rejects, err := bad.Frame().Select("reject_row", "reject_line", "reject_reason")
		fmt.Println(f.NumRows(), "rows;", err)
		fmt.Println(rejects)
	}
	read.OnError = chunker.Skip()
	f, err := read.ReadFile(ctx, path)
	fmt.Println(f.NumRows(), "rows;", err)
	// Output:
	// 4 rows; <nil>
	// reject_row  reject_line  reject_reason
	//      int64        int64  string
	// ──────────  ───────────  ──────────────────────
	//          3            5  value "x": is no int64
	//          5            7  value "y": is no int64
	// 2 rows × 3 columns
	// 2 rows failed under: reject, at most 1 row
	// 4 rows; <nil>
}

// A stream's chunks that are decoded at the same time get their numbers in order.
func ExampleNumberer() {
	two, _ := frame.New(frame.Of("n", []int64{1, 2}))
	var numberer chunker.Numberer
	for range 3 {
		c := chunker.Chunk{Record: two.Records()[0], Origin: chunker.Origin{File: "a.csv", Row: -1}}
		numberer.Number(&c)
		fmt.Println(c.File, c.Row, c.RowOf(1))
	}
	// Output:
	// a.csv 0 1
	// a.csv 2 3
	// a.csv 4 5
}

func ExampleCut() {
	f, _ := frame.New(frame.Of("n", []int64{1, 2, 3, 4, 5}))
	for rec := range chunker.Cut(f, 2, 0) {
		fmt.Println(rec.Column(0))
	}
	// Output:
	// [1 2]
	// [3 4]
	// [5]
}

// The format of a file by its name; the compression is told in any case.
func ExampleFormatOfName() {
	for _, path := range []string{"trips/2024.CSV.zst", "notes.gz"} {
		f, compression, ok := chunker.FormatOfName(path)
		fmt.Printf("%q %q %v\n", f.Name, compression, ok)
	}
	// Output:
	// "csv" "zstd" true
	// "" "gzip" false
}
