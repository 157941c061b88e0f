package chunker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

var errPart = errors.New("the part is broken")

// lending is a source of chunks that are lent, of which one fails: not before the one behind it is
// decoded.
type lending struct {
	chunks, fails int
	lent, closed  *atomic.Int64
	next          int
	later         chan struct{}
}

func newLending(chunks, fails int) lending {
	return lending{chunks: chunks, fails: fails, lent: new(atomic.Int64), closed: new(atomic.Int64)}
}

func (l lending) Describe(context.Context) (chunker.Input, error) { return lendingInput{l}, nil }

type lendingInput struct{ lending }

func (l lendingInput) Schema() *arrow.Schema { return arrow.NewSchema(nil, nil) }
func (l lendingInput) Close() error          { return nil }

func (l lendingInput) Open(_ context.Context, req chunker.Request) (chunker.Stream, error) {
	l.later = make(chan struct{})
	return chunker.SelectStream(&l.lending, req.Columns)
}
func (l *lending) Schema() *arrow.Schema { return arrow.NewSchema(nil, nil) }
func (l *lending) Close() error          { l.closed.Add(1); return nil }
func (l *lending) Next(context.Context) (chunker.Part, error) {
	if l.next == l.chunks {
		return nil, io.EOF
	}
	i := l.next
	l.next++
	return func(context.Context) (chunker.Chunk, error) {
		if i == l.fails {
			if i+1 < l.chunks {
				<-l.later
			}
			return chunker.Chunk{}, errPart
		}
		if i == l.fails+1 {
			defer close(l.later)
		}
		l.lent.Add(1)
		return chunker.Chunk{Record: rows(1), Origin: chunker.Origin{Row: -1}, Free: func() { l.lent.Add(-1) }}, nil
	}, nil
}

// cores has a test run with that many, whatever the machine has.
func cores(t *testing.T, n int) {
	before := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// TestChunksAreGivenBackAfterAnError: those that were decoded behind it, and nobody saw.
func TestChunksAreGivenBackAfterAnError(t *testing.T) {
	cores(t, 4)
	for _, fails := range []int{0, 1, 5, 18, 19} {
		src := newLending(20, fails)
		seen := 0
		var last error
		for c, err := range chunker.All(t.Context(), src) {
			if last = err; err == nil {
				seen++
				c.Release()
			}
		}
		require.ErrorIs(t, last, errPart)
		require.Equal(t, fails, seen)
		require.Zero(t, src.lent.Load(), "chunks not given back, where chunk %d fails", fails)
		require.EqualValues(t, 1, src.closed.Load())

		src = newLending(20, fails)
		_, err := chunker.ReadAll(t.Context(), src)
		require.ErrorIs(t, err, errPart)
		require.LessOrEqual(t, src.lent.Load(), int64(fails), "those behind the error")
		require.EqualValues(t, 1, src.closed.Load())
	}
}

// TestChunksAreGivenBackWhenTheLoopEnds: those that were decoded ahead of it.
func TestChunksAreGivenBackWhenTheLoopEnds(t *testing.T) {
	cores(t, 4)
	for stop := 1; stop < 20; stop += 3 {
		src := newLending(20, -1)
		src.fails = -5 // none
		seen := 0
		for c, err := range chunker.All(t.Context(), src) {
			require.NoError(t, err)
			c.Release()
			if seen++; seen == stop {
				break
			}
		}
		require.Equal(t, stop, seen)
		require.Zero(t, src.lent.Load())
		require.EqualValues(t, 1, src.closed.Load())
	}
}

// stubborn is a sink that fails at the n-th call of all that can fail, and counts what is open.
type stubborn struct {
	fails, calls int
	at           string
	open         int
	committed    bool
}

func (s *stubborn) call(at string) error {
	if s.calls++; s.calls == s.fails {
		s.at = at
		return fmt.Errorf("call %d, %s: %w", s.calls, at, errPart)
	}
	return nil
}

func (s *stubborn) Create(context.Context, *arrow.Schema) (chunker.Writer, error) {
	if err := s.call("create"); err != nil {
		return nil, err
	}
	s.open++
	return s, nil
}

func (s *stubborn) Worker() (chunker.Write, error) { return s.write, nil }

func (s *stubborn) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	c.Release()
	return func(context.Context) error { return s.call("append") }, nil
}

func (s *stubborn) Commit(context.Context) error {
	if err := s.call("commit"); err != nil {
		return err
	}
	s.committed = true
	return nil
}

func (s *stubborn) Close() error { s.open--; return s.call("close") }

// TestCopyTellsTheErrorOfEveryCall fails at the first call, the second, and so on, until none is
// left.
func TestCopyTellsTheErrorOfEveryCall(t *testing.T) {
	failed := map[string]int{}
	for n := 1; ; n++ {
		src := newLending(5, -5)
		sink := &stubborn{fails: n}
		rows, err := chunker.Copy(t.Context(), sink, src)
		require.Zero(t, sink.open)
		require.Zero(t, src.lent.Load())
		require.EqualValues(t, 1, src.closed.Load())
		if sink.at == "" {
			require.NoError(t, err)
			require.EqualValues(t, 5, rows)
			break
		}
		failed[sink.at]++
		require.ErrorIs(t, err, errPart)
		require.Equal(t, sink.at == "close", sink.committed, "failed at %s", sink.at)
	}
	require.Equal(t, map[string]int{"create": 1, "append": 5, "commit": 1, "close": 1}, failed)
}

func TestARecordOfAnotherSchemaIsAnErrorAtCommit(t *testing.T) {
	schema := sample(t, 1).Schema()
	for name, fields := range map[string][]arrow.Field{
		"no columns":      {},
		"a column less":   schema.Fields()[:2],
		"another order":   {schema.Field(1), schema.Field(0), schema.Field(2)},
		"another type":    {{Name: "n", Type: arrow.PrimitiveTypes.Int32}, schema.Field(1), schema.Field(2)},
		"a column more":   append(sample(t, 1).Schema().Fields(), arrow.Field{Name: "z", Type: arrow.PrimitiveTypes.Int64}),
		"the same, twice": {schema.Field(0), schema.Field(0), schema.Field(2)},
	} {
		sink := new(chunker.FrameSink)
		w, err := sink.Create(t.Context(), schema)
		require.NoError(t, err)
		for _, fields := range [][]arrow.Field{schema.Fields(), fields} {
			put, err := chunker.Shared(w)(t.Context(), chunker.Chunk{Record: empty(fields)})
			require.NoError(t, err)
			require.NoError(t, put(t.Context()))
		}
		require.Error(t, w.Commit(t.Context()), name)
		require.Nil(t, sink.Frame(), name)
		require.NoError(t, w.Close())
	}
}

// empty is a record of two nulls of each field.
func empty(fields []arrow.Field) arrow.Record {
	cols := make([]arrow.Array, len(fields))
	for i, f := range fields {
		b := array.NewBuilder(memory.DefaultAllocator, f.Type)
		b.AppendNulls(2)
		cols[i] = b.NewArray()
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, 2)
}

func TestAFrameSinkCommitsOnce(t *testing.T) {
	sink := new(chunker.FrameSink)
	w, err := sink.Create(t.Context(), sample(t, 1).Schema())
	require.NoError(t, err)
	require.NoError(t, w.Commit(t.Context()))
	require.NotNil(t, sink.Frame())
	require.ErrorContains(t, w.Commit(t.Context()), "committed or closed before")
	w, err = sink.Create(t.Context(), sample(t, 1).Schema())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.ErrorContains(t, w.Commit(t.Context()), "committed or closed before")
}

// TestSelectTellsWhatFails in each of its steps, and closes what it opened.
func TestSelectTellsWhatFails(t *testing.T) {
	for _, at := range []string{"describe", "open", "next", "part"} {
		_, err := chunker.ReadAll(t.Context(), chunker.Select(broken{at}))
		require.EqualError(t, err, "no "+at)
	}
	src := newLending(1, -5)
	_, err := chunker.Open(t.Context(), chunker.Select(src, "z"), chunker.Request{})
	require.ErrorContains(t, err, `no column "z"`)
	require.EqualValues(t, 1, src.closed.Load())
	_, err = chunker.Open(t.Context(), chunker.Select(chunker.FromFrame(sample(t, 1)), "z"), chunker.Request{})
	require.ErrorContains(t, err, `no column "z"`)
}

// TestAChunkIsReleasedOnce however often it is asked for.
func TestAChunkIsReleasedOnce(t *testing.T) {
	freed := 0
	c := chunker.Chunk{Record: rows(3), Free: func() { freed++ }}
	require.Equal(t, 3, c.Len())
	c.Release()
	c.Release()
	require.Equal(t, 1, freed)
	require.Zero(t, c.Len())
	new(chunker.Chunk).Release()
}

// TestCutAtItsLimits: rows and bytes exactly at a record's, and beside them.
func TestCutAtItsLimits(t *testing.T) {
	n := make([]int64, 100)
	f, err := frame.New(frame.Of("n", n))
	require.NoError(t, err)
	for _, c := range []struct {
		rows  int
		bytes int64
		want  []int64
	}{
		{0, 0, []int64{100}}, {99, 0, []int64{99, 1}}, {100, 0, []int64{100}}, {101, 0, []int64{100}},
		{0, 800, []int64{100}}, {0, 799, []int64{99, 1}}, {0, 801, []int64{100}}, {60, 400, []int64{50, 50}}, {40, 800, []int64{40, 40, 20}}, {0, 1 << 40, []int64{100}},
	} {
		var got []int64
		for rec := range chunker.Cut(f, c.rows, c.bytes) {
			got = append(got, rec.NumRows())
		}
		require.Equal(t, c.want, got, "%d rows, %d bytes", c.rows, c.bytes)
	}
	for range chunker.Cut(f.Head(0), 1, 1) {
		t.Fatal("a frame without rows has no pieces")
	}
}

// TestBytesOfEveryLayout counts what each form of a column takes, with and without nulls.
func TestBytesOfEveryLayout(t *testing.T) {
	for _, c := range []struct {
		typ  arrow.DataType
		json string
		want int64
	}{
		{arrow.PrimitiveTypes.Int32, `[1,2,3,4,5,6,7,8,9]`, 36},
		{arrow.PrimitiveTypes.Int32, `[1,2,3,4,5,6,7,8,null]`, 36 + 2},
		{arrow.FixedWidthTypes.Boolean, `[true,false,true,true,true,true,true,true,true]`, 2},
		{arrow.BinaryTypes.String, `["ab","c"]`, 8 + 3},
		{arrow.BinaryTypes.LargeString, `["ab","c",null]`, 24 + 3 + 1},
		{arrow.BinaryTypes.Binary, `["YWI=","Yw=="]`, 8 + 3},
		{arrow.BinaryTypes.LargeBinary, `["YWI=","Yw=="]`, 16 + 3},
		{arrow.BinaryTypes.StringView, `["ab","thirteen bytes"]`, 32 + 14},
		{arrow.StructOf(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int64}, arrow.Field{Name: "b", Type: arrow.PrimitiveTypes.Int8}), `[{"a":1,"b":2},{"a":3,"b":4}]`, 18},
		{arrow.ListOf(arrow.PrimitiveTypes.Int64), `[[1,2],[],[3]]`, 12 + 24},
		{arrow.ListOf(arrow.PrimitiveTypes.Int64), `[]`, 0},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, `["a","b","a"]`, 3 + 8 + 2},
		{arrow.Null, `[null,null]`, 0},
		{arrow.LargeListOf(arrow.PrimitiveTypes.Int64), `[[1,2],[],[3]]`, 24 + 24},
		{arrow.FixedSizeListOf(2, arrow.PrimitiveTypes.Int64), `[[1,2],[3,4]]`, 32},
		{arrow.ListViewOf(arrow.PrimitiveTypes.Int64), `[[1,2],[],[3]]`, 24 + 24},
		{arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64), `[1,1,1,1,2]`, 2 * (4 + 8)},
		{arrow.SparseUnionOf([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.PrimitiveTypes.Int8}}, []arrow.UnionTypeCode{0, 1}), `[[0,1],[1,2]]`, 2*(1+8+1) + 2},
		{arrow.DenseUnionOf([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.PrimitiveTypes.Int8}}, []arrow.UnionTypeCode{0, 1}), `[[0,1],[1,2]]`, 2*5 + 8 + 1},
	} {
		rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "c", Type: c.typ, Nullable: true}}, nil), jsonRows(c.json))
		require.NoError(t, err, c.typ)
		require.Equal(t, c.want, chunker.Bytes(rec), "%s %s", c.typ, c.json)
	}
}

// TestPiecesOfEveryLayoutAddUp: what a slice counts is its part, whatever lies inside.
func TestPiecesOfEveryLayoutAddUp(t *testing.T) {
	words := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	two := []arrow.Field{{Name: "w", Type: words, Nullable: true}, {Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}
	codes := []arrow.UnionTypeCode{3, 5}
	for typ, form := range map[arrow.DataType]string{
		words: `"%d"`, arrow.ListOf(words): `["%d","x"]`, arrow.StructOf(two...): `{"w":"%d","n":1}`, arrow.FixedSizeListOf(1, words): `["%d"]`,
		arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int32, arrow.BinaryTypes.String): `"%d"`, arrow.ListViewOf(words): `["%d"]`,
		arrow.SparseUnionOf(two, codes): `[3,"%d"]`, arrow.DenseUnionOf(two, codes): `[3,"%d"]`,
		arrow.StructOf(arrow.Field{Name: "u", Type: arrow.DenseUnionOf(two, codes)}): `{"u":[3,"%d"]}`,
	} {
		const rows, piece = 2000, 100
		var text []string
		for i := range rows {
			text = append(text, fmt.Sprintf(form, 10_000_000+i/2))
		}
		rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "c", Type: typ, Nullable: true}}, nil), jsonRows("["+strings.Join(text, ",")+"]"))
		require.NoError(t, err, typ)
		whole, sum := chunker.Bytes(rec), int64(0)
		for lo := int64(0); lo < rows; lo += piece {
			sum += chunker.Bytes(rec.NewSlice(lo, lo+piece))
		}
		require.InEpsilon(t, whole, sum, 0.02, "%s", typ)
		require.Zero(t, chunker.Bytes(rec.NewSlice(7, 7)), "%s", typ)
	}
}

// TestADictionaryOfItsOwnIsCountedWhole, though few rows have it.
func TestADictionaryOfItsOwnIsCountedWhole(t *testing.T) {
	b := array.NewDictionaryBuilder(memory.DefaultAllocator, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}).(*array.BinaryDictionaryBuilder)
	for i := range 1000 {
		require.NoError(t, b.AppendString(fmt.Sprintf("%10d", i)))
	}
	col := b.NewDictionaryArray()
	rec := array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "c", Type: col.DataType()}}, nil), []arrow.Array{col}, 1000)
	taken, err := chunker.Chunk{Record: rec}.Take([]int{5})
	require.NoError(t, err)
	require.EqualValues(t, 4+14_000, chunker.Bytes(taken.Record))
	require.EqualValues(t, 4+14, chunker.Bytes(rec.NewSlice(5, 6)), "a slice of it is a thousandth")
	require.EqualValues(t, 4000+14_000, chunker.Bytes(rec))
}

// jsonRows makes a list of values rows of a column c.
func jsonRows(list string) io.Reader {
	var values []json.RawMessage
	if err := json.Unmarshal([]byte(list), &values); err != nil {
		panic(err)
	}
	out := "["
	for i, v := range values {
		if i > 0 {
			out += ","
		}
		out += `{"c":` + string(v) + "}"
	}
	return strings.NewReader(out + "]")
}

// TestEachSignOfAPlaceIsEnough for the row and the byte to be told, and none is not.
func TestEachSignOfAPlaceIsEnough(t *testing.T) {
	for want, e := range map[string]chunker.Error{
		"read f: broken":                                  {},
		"read f:7: row 0: broken":                         {Line: 7},
		"read f: row 0, byte 0, column \"c\": broken":     {Column: "c"},
		"read f: row 0, byte 0, value \"v\": broken":      {Value: "v"},
		"read f: row 0, byte 0: broken":                   {Raw: "r"},
		"read f: row 1, byte 0: broken":                   {Row: 1},
		"read f: row 0, byte 1: broken":                   {Offset: 1},
		"read f: row 2: broken":                           {Row: 2, Offset: -1},
		"read f: byte 3: broken":                          {Row: -1, Offset: 3},
		"read f:1: column \"c\", value \"\\x1b\": broken": {Line: 1, Row: -1, Column: "c", Value: "\x1b"},
	} {
		e.Op, e.File, e.Err = "read", "f", errors.New("broken")
		require.EqualError(t, &e, want)
	}
}

// TestARowThatIsKnownIsKept: 0 too; -1 is the row behind the chunk before it, or the first of
// another file.
func TestARowThatIsKnownIsKept(t *testing.T) {
	var n chunker.Numberer
	for i, c := range []struct {
		file           string
		row, rows, got int64
	}{
		{"a", -1, 3, 0}, {"a", -1, 2, 3}, {"a", 0, 4, 0}, {"a", -1, 1, 4}, {"a", 1, 1, 1}, {"a", -1, 1, 2}, {"b", -1, 1, 0}, {"b", 100, 0, 100}, {"b", -1, 1, 100}, {"a", -1, 1, 0},
	} {
		chunk := chunker.Chunk{Origin: chunker.Origin{File: c.file, Row: c.row}, Record: rows(c.rows)}
		n.Number(&chunk)
		require.Equal(t, c.got, chunk.Row, "chunk %d", i)
	}
}
