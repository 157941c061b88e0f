package chunker_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func sample(t *testing.T, rows int) *frame.Frame {
	t.Helper()
	n, s, b := make([]int64, rows), make([]string, rows), make([]bool, rows)
	for i := range rows {
		n[i], s[i], b[i] = int64(i), strings.Repeat("x", i%20), i%3 == 0
	}
	f, err := frame.New(frame.Of("n", n), frame.Of("s", s), frame.Of("b", b))
	require.NoError(t, err)
	return f
}

func TestFrameSource(t *testing.T) {
	chunkertest.TestSource(t, chunker.FromFrame(sample(t, 1000)), sample(t, 1000))
	cut, err := sample(t, 1000).Rechunk(300)
	require.NoError(t, err)
	chunkertest.TestSource(t, chunker.FromFrame(cut), sample(t, 1000))
	chunkertest.TestSource(t, chunker.FromFrame(sample(t, 0)), sample(t, 0))
	chunkertest.TestSource(t, chunker.FromFrame(cut.Slice(7, 613)), sample(t, 1000).Slice(7, 613))
}

// plain is a source that can do no more than it must.
type plain struct{ f *frame.Frame }

func (p plain) Describe(context.Context) (chunker.Input, error) { return p, nil }

func (p plain) Schema() *arrow.Schema { return p.f.Schema() }

func (p plain) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	stream, err := chunker.Open(ctx, chunker.FromFrame(p.f), chunker.Request{Bytes: req.Bytes})
	if err != nil {
		return nil, err
	}
	return chunker.SelectStream(stream, req.Columns)
}

func (p plain) Close() error { return nil }

// TestASourceOfOnesOwnConforms: that of the example, which does no more than it must.
func TestASourceOfOnesOwnConforms(t *testing.T) {
	n, square := make([]int64, 25), make([]int64, 25)
	for i := range n {
		n[i], square[i] = int64(i), int64(i*i)
	}
	want, err := frame.New(frame.Of("n", n), frame.Of("square", square))
	require.NoError(t, err)
	chunkertest.TestSource(t, squares{25}, want)
}

func TestSelectOfASourceThatCannotPrune(t *testing.T) {
	chunkertest.TestSource(t, plain{sample(t, 100)}, sample(t, 100))
}

func TestFrameSink(t *testing.T) {
	chunkertest.TestSink(t, func() (chunker.Sink, func() (*frame.Frame, error)) {
		sink := new(chunker.FrameSink)
		return sink, func() (*frame.Frame, error) { return sink.Frame(), nil }
	}, sample(t, 1000))
	twice := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.Null}, {Name: "a", Type: arrow.Null}}, nil)
	_, err := new(chunker.FrameSink).Create(t.Context(), twice)
	require.ErrorContains(t, err, `both called "a"`)
}

func TestCutByRowsAndBytes(t *testing.T) {
	f := sample(t, 1000)
	var rows []int64
	for rec := range chunker.Cut(f, 300, 0) {
		rows = append(rows, rec.NumRows())
	}
	require.Equal(t, []int64{300, 300, 300, 100}, rows)
	total := int64(0)
	for rec := range chunker.Cut(f, 0, 2000) {
		require.InDelta(t, 2000, chunker.Bytes(rec), 700)
		total += rec.NumRows()
		if total > 500 {
			break // stops where the loop does
		}
	}
	require.Greater(t, total, int64(500))
	n := 0
	for range chunker.Cut(f, 0, 1) {
		n++
	}
	require.Equal(t, 1000, n, "a piece has a row at least")
}

func TestBytesOfASliceIsItsShare(t *testing.T) {
	list, _, err := array.FromJSON(memory.DefaultAllocator, arrow.ListOf(arrow.PrimitiveTypes.Int64), strings.NewReader(`[[1,2,3,4],[5,6,7,8],[],null]`))
	require.NoError(t, err)
	view, _, err := array.FromJSON(memory.DefaultAllocator, arrow.BinaryTypes.StringView, strings.NewReader(`["a","b","c","d"]`))
	require.NoError(t, err)
	f, err := sample(t, 4).With(frame.Array("list", list), frame.Array("view", view))
	require.NoError(t, err)
	rec := f.Records()[0]
	whole := chunker.Bytes(rec)
	require.InDelta(t, 4*8+4*4+6+1+(4*4+64)+4*16, whole, 8)
	halves := chunker.Bytes(rec.NewSlice(0, 2)) + chunker.Bytes(rec.NewSlice(2, 4))
	require.InDelta(t, whole, halves, 4)
}

// files is a source of chunks from two files, some of whose rows were rejected.
type files struct{ next int }

func (s *files) Describe(context.Context) (chunker.Input, error)               { return s, nil }
func (s *files) Open(context.Context, chunker.Request) (chunker.Stream, error) { return &files{}, nil }
func (s *files) Schema() *arrow.Schema                                         { return arrow.NewSchema(nil, nil) }
func (s *files) Close() error                                                  { return nil }
func (s *files) Next(context.Context) (chunker.Part, error) {
	all := []chunker.Chunk{
		{Origin: chunker.Origin{File: "a", Row: -1}, Record: rows(3), Rejects: rejects(0, 2)}, // file rows: R 1 R 3 4
		{Origin: chunker.Origin{File: "a", Row: -1}, Record: rows(2)},
		{Origin: chunker.Origin{File: "b", Row: -1}, Record: rows(1), Rejects: rejects(1)},
		{Origin: chunker.Origin{File: "b", Row: -1}, Record: rows(1)},
	}
	if s.next++; s.next > len(all) {
		return nil, io.EOF
	}
	c := all[s.next-1]
	return func(context.Context) (chunker.Chunk, error) { return c, nil }, nil
}

func rows(n int64) arrow.Record { return array.NewRecord(arrow.NewSchema(nil, nil), nil, n) }

func rejects(at ...int64) (out []*chunker.Error) {
	for _, r := range at {
		out = append(out, &chunker.Error{Row: r})
	}
	return out
}

func TestRowsAreNumberedAsInTheirFile(t *testing.T) {
	var got, rejected []int64
	for c, err := range chunker.All(t.Context(), &files{}) {
		require.NoError(t, err)
		for i := range c.Len() {
			got = append(got, c.RowOf(i))
		}
		for _, r := range c.Rejects {
			rejected = append(rejected, r.Row)
		}
	}
	require.Equal(t, []int64{1, 3, 4, 5, 6, 0, 2}, got)
	require.Equal(t, []int64{0, 2, 1}, rejected)
}

func TestTheRowOfAnErrorIsThatOfItsFile(t *testing.T) {
	var n chunker.Numberer
	bad := func(file string, row int64) error { return n.Fail(&chunker.Error{File: file, Line: 9, Row: row}) }
	require.EqualError(t, bad("a", 3), "a:9: row 3")
	n.Number(&chunker.Chunk{Origin: chunker.Origin{File: "a", Row: -1}, Rejects: rejects(0, 1)})
	n.Number(&chunker.Chunk{Origin: chunker.Origin{File: "a", Row: -1}, Rejects: rejects(0)})
	require.EqualError(t, bad("a", 3), "a:9: row 6")
	require.EqualError(t, bad("b", 3), "b:9: row 3", "the first part of the next file")
	require.EqualError(t, bad("a", -1), "a:9")
	require.NoError(t, n.Fail(nil))
	require.Equal(t, io.EOF, n.Fail(io.EOF))
}

func TestAllEndsWithTheLoop(t *testing.T) {
	n := 0
	for _, err := range chunker.All(t.Context(), &files{}) {
		require.NoError(t, err)
		n++
		break
	}
	require.Equal(t, 1, n)
}

// broken fails at a stage.
type broken struct{ at string }

func (b broken) Describe(context.Context) (chunker.Input, error) {
	if b.at == "describe" {
		return nil, errors.New("no describe")
	}
	return brokenInput{b}, nil
}

type brokenInput struct{ broken }

func (brokenInput) Close() error { return nil }

func (b brokenInput) Open(context.Context, chunker.Request) (chunker.Stream, error) {
	if b.at == "open" {
		return nil, errors.New("no open")
	}
	return b.broken, nil
}
func (b broken) Schema() *arrow.Schema { return arrow.NewSchema(nil, nil) }
func (b broken) Close() error {
	if b.at == "close" {
		return errors.New("no close")
	}
	return nil
}
func (b broken) Next(context.Context) (chunker.Part, error) {
	switch b.at {
	case "next":
		return nil, errors.New("no next")
	case "close":
		return nil, io.EOF
	}
	return func(context.Context) (chunker.Chunk, error) { return chunker.Chunk{}, errors.New("no part") }, nil
}

func TestErrorsOfEveryStageAreTold(t *testing.T) {
	for _, at := range []string{"describe", "open", "next", "part", "close"} {
		_, err := chunker.ReadAll(t.Context(), broken{at})
		require.EqualError(t, err, "no "+at)
		var sink chunker.FrameSink
		_, err = chunker.Copy(t.Context(), &sink, broken{at})
		require.ErrorContains(t, err, "no "+at)
		var last error
		for _, err := range chunker.All(t.Context(), broken{at}) {
			last = err
		}
		require.EqualError(t, last, "no "+at)
	}
}

func TestLines(t *testing.T) {
	l := chunker.Lines{First: 10, Extra: []chunker.ExtraLine{{Row: 2, Lines: 1}, {Row: 5, Lines: 4}}}
	var got []int64
	for row := range 7 {
		got = append(got, l.Of(row))
	}
	require.Equal(t, []int64{10, 11, 13, 14, 15, 19, 20}, got)
	require.Zero(t, chunker.Lines{}.Of(3))
}

func TestErrorReadsAsASentence(t *testing.T) {
	cause := errors.New("not a number: give the column's type in Types")
	for _, c := range []struct {
		err  chunker.Error
		want string
	}{
		{chunker.Error{Op: "read", File: "trips.csv", Line: 12, Row: 10, Offset: 400, Column: "fare", Value: "abc", Err: cause},
			`read trips.csv:12: row 10, column "fare", value "abc": not a number: give the column's type in Types`},
		{chunker.Error{Op: "read", File: "x.parquet", Row: -1, Offset: 400, Err: io.ErrUnexpectedEOF}, `read x.parquet: byte 400: unexpected EOF`},
		{chunker.Error{Op: "open", File: "x.parquet", Err: io.ErrUnexpectedEOF}, `open x.parquet: unexpected EOF`},
		{chunker.Error{Row: -1, Err: cause}, cause.Error()},
	} {
		require.EqualError(t, &c.err, c.want)
		require.ErrorIs(t, &c.err, c.err.Err)
	}
}

func TestProject(t *testing.T) {
	at, schema, err := chunker.Project(sample(t, 1).Schema(), []string{"b", "n"})
	require.NoError(t, err)
	require.Equal(t, []int{2, 0}, at)
	require.True(t, slices.Equal([]string{"b", "n"}, []string{schema.Field(0).Name, schema.Field(1).Name}))
}

func TestRowsBetweenThoseLeftOutAreNumbered(t *testing.T) {
	c := chunker.Chunk{Origin: chunker.Origin{Row: 1000, Kept: []uint64{1<<3 | 1<<63, 0, 1 | 1<<5}}}
	for i, want := range []int64{1003, 1063, 1128, 1133} {
		require.Equal(t, want, c.RowOf(i))
	}
}

// TestTheTextOfARejectIsWhole: bytes that are no UTF-8 can be told.
func TestTheTextOfARejectIsWhole(t *testing.T) {
	for text, want := range map[string]string{
		"1,x": "1,x", "caf\xe9,2": `caf\xE9,2`, "\xff\xfe": `\xFF\xFE`, `C:\dir,1`: `C:\dir,1`, "C:\\dir,\xe9": `C:\\dir,\xE9`,
		`caf\xE9`: `caf\\xE9`, "é\uFFFD": "é\uFFFD", "a\xc3": `a\xC3`,
	} {
		columns := chunker.RejectColumns([]chunker.RejectedRow{{Text: text}})
		require.Equal(t, want, columns[len(columns)-1].ValueStr(0), "%q", text)
	}
}

func TestRejectsHaveTheSameColumnsWhoeverKeepsThem(t *testing.T) {
	e := &chunker.Error{Op: "read", File: "in.csv", Line: 3, Row: 1, Offset: 9, Column: "b", Value: "x", Raw: "1,x\xff", Err: errors.New("is no int64")}
	rows := []chunker.RejectedRow{e.RejectedRow(), {Row: -1, Offset: -1, Function: "total", Reason: "division by zero"}}
	rec := array.NewRecord(chunker.RejectSchema(), chunker.RejectColumns(rows), 2)
	got := ""
	for i := range 2 {
		for _, c := range rec.Columns() {
			got += c.ValueStr(i) + "|"
		}
	}
	require.Equal(t, "in.csv|1|3|9|b|(null)|value \"x\": is no int64|1,x\\xFF|(null)|(null)|(null)|(null)|(null)|total|division by zero|(null)|", got)

	again := chunker.RejectSchema(chunker.RejectSchema(arrow.Field{Name: "reject_line_2", Type: arrow.BinaryTypes.String}).Fields()...)
	require.Equal(t, "reject_line_2", again.Field(0).Name)
	require.Equal(t, "reject_file", again.Field(1).Name)
	require.Equal(t, "reject_file_3", again.Field(9).Name, "of all columns the same number")
}

// TestEachRowIsFoundBetweenRejects, wherever they stand: as by counting.
func TestEachRowIsFoundBetweenRejects(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		c := chunker.Chunk{Origin: chunker.Origin{Row: r.Int64N(1000)}}
		var want []int64
		share := r.IntN(10)
		for at := range int64(60) {
			if r.IntN(10) < share {
				c.Rejects = append(c.Rejects, &chunker.Error{Row: c.Row + at})
			} else {
				want = append(want, c.Row+at)
			}
		}
		for i, row := range want {
			require.Equal(t, row, c.RowOf(i), "%d rejects", len(c.Rejects))
		}
	}
}
