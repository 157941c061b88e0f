package chunkertest

import (
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/frame"
)

// describe looks at a source, for the length of a test.
func describe(t *testing.T, src chunker.Source) chunker.Input {
	t.Helper()
	in, err := src.Describe(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, in.Close())
		require.NoError(t, in.Close(), "Close may be called twice")
	})
	return in
}

// requested reads what is asked of an input, one part after another.
func requested(t *testing.T, in chunker.Input, req chunker.Request) *frame.Frame {
	t.Helper()
	stream, err := in.Open(t.Context(), req)
	require.NoError(t, err, "%+v", req)
	f := inTurn(t, stream)
	require.NoError(t, stream.Close())
	return f
}

// testDescribe opens an input several times after it was looked at once, at the same time too.
func testDescribe(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	in, err := src.Describe(t.Context())
	require.NoError(t, err)
	require.Equal(t, want.Names(), chunker.Names(in.Schema()), "Schema")
	require.NoError(t, in.Close(), "an input that is not opened")
	in = describe(t, src)
	one, err := in.Open(t.Context(), chunker.Request{})
	require.NoError(t, err)
	require.True(t, in.Schema().Equal(one.Schema()), "a stream of all columns: %s, the input: %s", one.Schema(), in.Schema())
	other, err := in.Open(t.Context(), chunker.Request{})
	require.NoError(t, err, "opened a second time")
	require.True(t, want.Equal(inTurn(t, other)), "opened a second time")
	require.NoError(t, in.Close(), "while a stream is open")
	require.True(t, want.Equal(inTurn(t, one)), "after its input was closed")
	require.NoError(t, one.Close())
	require.NoError(t, other.Close())
}

// testColumns asks for columns in any order, none, and one that is not there.
func testColumns(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	in := describe(t, src)
	names := want.Names()
	backwards := slices.Clone(names)
	slices.Reverse(backwards)
	for _, set := range [][]string{names, backwards, names[len(names)-1:], names[:1], {names[len(names)-1], names[0]}} {
		if slices.Equal(set, []string{names[0], names[0]}) {
			continue
		}
		expected, err := want.Select(set...)
		require.NoError(t, err)
		require.True(t, expected.Equal(requested(t, in, chunker.Request{Columns: set})), "columns %v", set)
		got, err := chunker.ReadAll(t.Context(), chunker.Select(src, set...))
		require.NoError(t, err)
		require.True(t, expected.Equal(got), "Select of %v", set)
	}
	_, err := in.Open(t.Context(), chunker.Request{Columns: []string{names[0], "no such column"}})
	require.ErrorContains(t, err, `no column "no such column"`)
	_, err = chunker.ReadAll(t.Context(), chunker.Select(src, "no such column"))
	require.ErrorContains(t, err, `no column "no such column"`)
}

// testRows asks for the first rows: as many come at least, and what comes is the first.
func testRows(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	in := describe(t, src)
	all := want.NumRows()
	for _, n := range []int{1, 2, all / 3, all - 1, all, all + 1} {
		if n < 1 {
			continue
		}
		for _, bytes := range []int64{0, 1 << 10} {
			got := requested(t, in, chunker.Request{Rows: int64(n), Bytes: bytes})
			require.GreaterOrEqual(t, got.NumRows(), min(n, all), "Rows: %d", n)
			require.True(t, want.Head(got.NumRows()).Equal(got), "Rows: %d", n)
		}
	}
}

// testFilter asks for the rows of one value of each column, and those that have any: the source may
// hand on others too.
func testFilter(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	if want.NumRows() == 0 {
		return
	}
	in := describe(t, src)
	for _, name := range want.Names() {
		pivot := valueOf(t, want, name, want.NumRows()/2)
		equal := func(v string) bool { return v == pivot }
		f := predicate.Filter{Tests: []predicate.Test{{Column: name, Pass: func(values arrow.Array) ([]uint64, error) {
			mask := make([]uint64, (values.Len()+63)/64)
			for i := range values.Len() {
				if equal(values.ValueStr(i)) {
					mask[i/64] |= 1 << (i % 64)
				}
			}
			return mask, nil
		}}}}
		got := requested(t, in, chunker.Request{Filter: f})
		require.True(t, passing(t, want, name, equal).Equal(passing(t, got, name, equal)), "rows whose %s is %s", name, pivot)
		present := func(v string) bool { return v != array.NullValueStr }
		f = predicate.Filter{Bounds: []predicate.Bound{{Column: name, Op: predicate.Present}}}
		got = requested(t, in, chunker.Request{Filter: f})
		require.True(t, passing(t, want, name, present).Equal(passing(t, got, name, present)), "rows that have %s", name)
	}
}

// passing is the rows of a frame whose value in a column passes.
func passing(t *testing.T, f *frame.Frame, name string, pass func(string) bool) *frame.Frame {
	t.Helper()
	keep := make([]bool, f.NumRows())
	for i := range keep {
		keep[i] = pass(valueOf(t, f, name, i))
	}
	out, err := f.Filter(keep)
	require.NoError(t, err)
	return out
}

// valueOf is a value as text.
func valueOf(t *testing.T, f *frame.Frame, name string, row int) string {
	t.Helper()
	column, err := f.Column(name)
	require.NoError(t, err)
	for _, chunk := range column.Chunks() {
		if row < chunk.Len() {
			return chunk.ValueStr(row)
		}
		row -= chunk.Len()
	}
	t.Fatalf("no row %d", row)
	return ""
}
