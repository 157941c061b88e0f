package parquetio

import (
	"context"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/engine"
)

// readings is a file of another writer: four row groups of 1,000 rows, a page index with pages of
// about 500, and a bloom filter of the column random. Row n has id n, small n/100, count 2⁶⁴-1-n,
// level n/8, maybe n/8 in the second row group and null elsewhere, zone by row group, good in the
// third, and random "r" + 7919n mod 4000.
const readings = "testdata/readings.parquet"

// pass is what came of reading a file under a condition.
type pass struct {
	f      *frame.Frame // the rows for which it is true
	err    error        // of a row
	left   skipped      // what statistics left out
	pruned int64        // all rows that were left out
	read   int64        // bytes

	rows, ids []int64 // of all rows handed out: where they are in the file, and the first column
}

// undecoded is a part of a stream that no budget counts.
type undecoded chunker.Part

func (p undecoded) Decode(ctx context.Context) (chunker.Chunk, error) { return p(ctx) }
func (p undecoded) Release()                                          {}

// streamOf is a pass over a source.
func streamOf(t testing.TB, src chunker.Source, req chunker.Request) *stream {
	t.Helper()
	in, err := src.Describe(t.Context())
	require.NoError(t, err)
	st, err := in.Open(t.Context(), req)
	require.NoError(t, err)
	require.NoError(t, in.Close())
	return st.(*stream)
}

// sizeOf is how much there is to read of a source.
func sizeOf(t testing.TB, src chunker.Source) (rows, bytes int64) {
	t.Helper()
	in, err := src.Describe(t.Context())
	require.NoError(t, err)
	rows, bytes, err = in.(chunker.Sized).Size(t.Context())
	require.NoError(t, err)
	require.NoError(t, in.Close())
	return rows, bytes
}

// begin begins a run of a condition over a stream, which is told the condition if push says so.
func begin(t testing.TB, st *stream, where string, push bool) *engine.Flow {
	t.Helper()
	bound, err := chunker.Steps{apply.Where(where)}.Bind(t.Context(), st.Schema())
	require.NoError(t, err, where)
	steps := bound.(chunker.BoundSteps)
	if push {
		st.filter = steps.Filter(st.Schema())
	}
	flow, err := engine.Start(t.Context(), st.Schema(), steps, engine.Env{Workers: 1})
	require.NoError(t, err)
	return flow
}

// filtered reads a file under a condition, which the source is told where push says so.
func filtered(t *testing.T, src chunker.Source, where string, size int64, push bool) (p pass) {
	t.Helper()
	st := streamOf(t, src, chunker.Request{Bytes: size})
	defer st.Close()
	s := begin(t, st, where, push)
	defer s.Close()
	var records []arrow.Record
	at := int64(0)
	p.err = s.Stream(t.Context(), engine.Ends{
		Workers: 1, Window: 1,
		Next: func(ctx context.Context) (engine.Item, error) {
			part, err := st.Next(ctx)
			return undecoded(part), err
		},
		Write: func(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
			return func(context.Context) error { records = append(records, c.Record); return nil }, nil
		},
		Emit: func(_ context.Context, c chunker.Chunk, _ int) error {
			at += c.Record.NumRows() + c.Pruned
			for i := range c.Len() {
				p.rows = append(p.rows, c.RowOf(i))
			}
			if id, ok := c.Record.Column(0).(*array.Int64); ok {
				p.ids = append(p.ids, id.Int64Values()...)
			}
			p.pruned, p.read = p.pruned+c.Pruned, p.read+c.Read
			return nil
		},
	})
	if p.err == nil {
		rows, _ := sizeOf(t, src)
		require.Equal(t, rows, at, "every row is handed out, or counted as left out")
		require.EqualValues(t, p.pruned, s.Counts().Pruned)
		turn := st.turn
		require.Equal(t, st.limits.ChunkBytes/4, turn.spare.Load(), "all that parts shared is given back")
		var err error
		p.f, err = frame.FromRecords(st.Schema(), records...)
		require.NoError(t, err)
	}
	p.left = st.left
	return p
}

func TestFiltersLeaveOutWhatCannotMatch(t *testing.T) {
	path := readings
	all, err := ReadFile(t.Context(), path)
	require.NoError(t, err)
	for _, c := range []struct {
		where        string
		groups, rows int64 // left out, at least
	}{
		{"id >= 3000", 3, 3000},
		{"id < 1000 && level > 100", 3, 3400},
		{"id == 1777", 3, 3400},
		{"1777 >= id && 1770 < id", 3, 3400},
		{"small == 12", 3, 3000},
		{"small > 11.5 && small < 12.5", 3, 3000},
		{"count > 18446744073709550616", 3, 3000},
		{"level <= 0.1", 3, 3400},
		{"maybe > 0", 3, 3000},
		{"!isnull(maybe)", 3, 3000},
		{`zone == "zone 3"`, 3, 3000},
		{`zone > "zone 2"`, 3, 3000},
		{"good", 3, 3000},
		{"!good && id < 20000", 1, 1000},
		{`random == "nothing of the kind"`, 4, 4000},
		{`random == "r3919"`, 3, 3000},
		{"id < 0", 4, 4000},
		{"id < 500 || id > 1500", 0, 0},
		{"id % 2 == 0", 0, 0},
		{"id + 1 < 10", 0, 0},
		{"1 / (id - 7) == 1 && id < 10", 0, 0}, // a row can fail, and is to be told
		{"id > 100 && id != 8000", 0, 0},
	} {
		for _, size := range []int64{0, 64 << 10} {
			t.Run(c.where, func(t *testing.T) {
				got := filtered(t, Open(path), c.where, size, true)
				want, err := apply.Apply(t.Context(), all, apply.Where(c.where))
				if err != nil {
					require.ErrorContains(t, got.err, "row 7")
					return
				}
				require.True(t, want.Equal(got.f), "%v\n%v", want, got.f)
				require.Equal(t, got.ids, got.rows)
				require.GreaterOrEqual(t, got.left.groups, c.groups, "row groups left out")
				require.GreaterOrEqual(t, got.left.rows, c.rows, "rows left out")
				if c.rows == 0 {
					require.Zero(t, got.left.rows)
				}
			})
		}
	}
}
