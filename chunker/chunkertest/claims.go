package chunkertest

import (
	"cmp"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/frame"
)

// testClaims holds what one step says of itself against what it does.
func (s *stepTest) testClaims(f *frame.Frame) {
	s.t.Helper()
	want := s.run(way{workers: 1, policy: chunker.Null()}, f)
	if want.err != nil {
		return
	}
	for _, b := range s.bound(f.Schema()).List {
		if p, ok := b.(chunker.Passing); ok {
			s.testPassing(f, want, p)
		}
		if filtering, ok := b.(chunker.Filtering); ok {
			s.checkFilter(f.Schema(), filtering)
		}
		if !chunker.MayFail(b) {
			require.Zero(s.t, want.failed, "rows on which the step failed, which says by Fails, or by Filter, that it cannot fail")
		}
	}
	s.testNeeds(f, want)
	s.testFilter(f, want)
	if want.failed == 0 {
		s.testWants(f, want)
	}
}

// narrowed runs the step, bound to all columns and then by Narrow to those of f.
func (s *stepTest) narrowed(all *arrow.Schema, f *frame.Frame) (chunker.BoundSteps, outcome) {
	s.t.Helper()
	bound, err := s.bound(all).Narrow(s.ctx, f.Schema())
	require.NoError(s.t, err, "Narrow to %s", f.Schema())
	w := way{workers: 1, policy: chunker.Null()}
	return bound, w.run(s.t, s.ctx, bound, f)
}

// testPassing: what comes out does not depend on columns that the step does not read, and what it
// hands on is what came in.
func (s *stepTest) testPassing(f *frame.Frame, want outcome, p chunker.Passing) {
	s.t.Helper()
	s.checkPlaces(f.Schema(), p)
	with := numbered(s.t, f)
	bound, got := s.narrowed(f.Schema(), with)
	require.NoError(s.t, got.err, "bound by Narrow to a column more")
	s.testHandedOn(with, got.rows, bound.List[0].(chunker.Passing))

	var reads []string
	for i, name := range f.Names() {
		if slices.Contains(p.Reads(), i) {
			reads = append(reads, name)
		}
	}
	few, err := with.Select(append(reads, numberOf(with))...)
	require.NoError(s.t, err)
	_, got = s.narrowed(f.Schema(), few)
	require.NoError(s.t, got.err, "bound by Narrow to the columns of Reads")
	for i, from := range p.Passes() {
		if from >= 0 {
			continue
		}
		name := want.rows.Names()[i]
		require.Contains(s.t, got.rows.Names(), name, "columns that come out, bound by Narrow to the columns of Reads")
		requireSame(s.t, column(s.t, want.rows, name), column(s.t, got.rows, name), "column "+name+", bound by Narrow to the columns of Reads")
	}
}

// checkPlaces fails the test if Reads or Passes names a column that is not there.
func (s *stepTest) checkPlaces(in *arrow.Schema, p chunker.Passing) {
	s.t.Helper()
	require.Len(s.t, p.Passes(), p.Schema().NumFields(), "Passes: a number for each column that comes out")
	for _, c := range p.Passes() {
		require.True(s.t, c >= -1 && c < in.NumFields(), "Passes names column %d of %d that come in", c, in.NumFields())
	}
	for _, c := range p.Reads() {
		require.True(s.t, c >= 0 && c < in.NumFields(), "Reads names column %d of %d that come in", c, in.NumFields())
	}
}

// numbered is a frame with a column more, of the rows' numbers.
func numbered(t require.TestingT, f *frame.Frame) *frame.Frame {
	name := "row of the test"
	for slices.Contains(f.Names(), name) {
		name += "_"
	}
	rows := make([]int64, f.NumRows())
	for i := range rows {
		rows[i] = int64(i)
	}
	out, err := f.With(frame.Of(name, rows))
	require.NoError(t, err)
	return out
}

// numberOf is the name of the rows' numbers: the last column.
func numberOf(f *frame.Frame) string { return f.Names()[len(f.Names())-1] }

// testHandedOn holds the columns that are handed on against those that came in, by the rows'
// numbers if the step hands them on, or else if it hands every row on.
func (s *stepTest) testHandedOn(in, out *frame.Frame, p chunker.Passing) {
	s.t.Helper()
	s.checkPlaces(in.Schema(), p)
	passes := p.Passes()
	rows := index(out.NumRows())
	if at := slices.Index(passes, in.Schema().NumFields()-1); at >= 0 {
		rows = rows[:0]
		for _, c := range piecesOf(out, max(out.NumRows(), 1)) {
			ids := c.of.Column(at).(*array.Int64)
			for i := range ids.Len() {
				require.True(s.t, ids.IsValid(i) && ids.Value(i) >= 0 && ids.Value(i) < int64(in.NumRows()), "row %d of what comes out: the column that is handed on was another", i)
				rows = append(rows, int(ids.Value(i)))
			}
		}
	} else if out.NumRows() != in.NumRows() {
		return
	}
	from, err := in.Take(rows)
	require.NoError(s.t, err)
	for i, c := range passes {
		if c < 0 {
			continue
		}
		name := out.Names()[i]
		was, err := column(s.t, from, in.Names()[c]).Rename(map[string]string{in.Names()[c]: name})
		require.NoError(s.t, err)
		requireSame(s.t, was, column(s.t, out, name), "column "+name+", which Passes says is "+in.Names()[c]+" as it came in")
	}
}

func index(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func column(t require.TestingT, f *frame.Frame, name string) *frame.Frame {
	out, err := f.Select(name)
	require.NoError(t, err)
	return out
}

// testNeeds: a run reads no other columns of a file than those that the steps need.
func (s *stepTest) testNeeds(f *frame.Frame, want outcome) {
	s.t.Helper()
	var names []string
	for _, c := range s.bound(f.Schema()).Needs(f.Schema()) {
		names = append(names, f.Names()[c])
	}
	if len(names) == 0 {
		return // nothing is read but how many rows there are
	}
	few, err := f.Select(names...)
	require.NoError(s.t, err)
	_, got := s.narrowed(f.Schema(), few)
	s.same(want, got, "columns %q alone, which are needed by Reads and Passes", names)
}

// testFilter: what comes out is the same without the rows that the step's Filter says cannot.
func (s *stepTest) testFilter(f *frame.Frame, want outcome) {
	s.t.Helper()
	filter := s.bound(f.Schema()).Filter(f.Schema())
	if f.NumRows() == 0 || len(filter.Bounds)+len(filter.Tests) == 0 {
		return
	}
	keep := slices.Repeat([]bool{true}, f.NumRows())
	rec := oneRecord(f)
	for _, b := range filter.Bounds {
		col := s.filtered(rec, b.Column)
		for row := range keep {
			keep[row] = keep[row] && !breaks(col, row, b)
		}
	}
	for _, test := range filter.Tests {
		mask, err := test.Pass(s.filtered(rec, test.Column))
		require.NoError(s.t, err, "Filter: Pass of column %q", test.Column)
		for row := range keep {
			keep[row] = keep[row] && mask[row/64]>>(row%64)&1 == 1
		}
	}
	few, err := f.Filter(keep)
	require.NoError(s.t, err)
	got := s.run(way{workers: 1, policy: chunker.Null()}, few)
	require.NoError(s.t, got.err)
	requireSame(s.t, want.rows, got.rows, "without the rows that break the step's Filter")
}

func (s *stepTest) filtered(rec arrow.Record, name string) arrow.Array {
	s.t.Helper()
	at := rec.Schema().FieldIndices(name)
	require.NotEmpty(s.t, at, "Filter: there is no column %q", name)
	return rec.Column(at[0])
}

// breaks reports whether a row's value breaks a bound. A value that is not one of those that bounds
// are compared with breaks none.
func breaks(col arrow.Array, row int, b predicate.Bound) bool {
	if col.IsNull(row) {
		return true
	}
	var order int
	switch v := b.Value.(type) {
	case int64:
		have, ok := integer(col, row)
		if !ok {
			return false
		}
		order = cmp.Compare(have, v)
	case float64:
		if have, ok := integer(col, row); ok {
			order = cmp.Compare(float64(have), v)
			break
		}
		have, ok := col.(*array.Float64)
		if !ok {
			return false
		}
		order = cmp.Compare(have.Value(row), v)
	case string:
		have, ok := col.(*array.String)
		if !ok {
			return false
		}
		order = cmp.Compare(have.Value(row), v)
	default:
		return false
	}
	return b.Op.Misses(order, order)
}

func integer(col arrow.Array, row int) (int64, bool) {
	switch c := col.(type) {
	case *array.Int64:
		return c.Value(row), true
	case *array.Int32:
		return int64(c.Value(row)), true
	case *array.Timestamp:
		return int64(c.Value(row)), true
	case *array.Date32:
		return int64(c.Value(row)), true
	}
	return 0, false
}

// testWants: the first rows that come out come of as many first rows as Wants says.
func (s *stepTest) testWants(f *frame.Frame, want outcome) {
	s.t.Helper()
	w, ok := s.bound(f.Schema()).List[0].(chunker.Wanting)
	if !ok {
		return
	}
	all := want.rows.NumRows()
	for _, n := range []int{-1, 0, 1, 2, all / 2, all, all + 1} {
		wants := w.Wants(int64(n))
		if wants < 0 || n == 0 {
			continue
		}
		got := s.run(way{workers: 1, policy: chunker.Null()}, f.Head(int(min(wants, int64(f.NumRows())))))
		require.NoError(s.t, got.err)
		first := n
		if n < 0 {
			first = all
		}
		requireSame(s.t, want.rows.Head(first), got.rows.Head(first), "the first rows, of as many as Wants says")
	}
}

// checkFilter fails the test if the Filter names a column that does not come in: it is of no use
// then, and may be misspelt.
func (s *stepTest) checkFilter(in *arrow.Schema, b chunker.Filtering) {
	s.t.Helper()
	filter, _ := b.Filter()
	for _, bound := range filter.Bounds {
		require.True(s.t, in.HasField(bound.Column), "Filter: there is no column %q", bound.Column)
	}
	for _, test := range filter.Tests {
		require.True(s.t, in.HasField(test.Column), "Filter: there is no column %q", test.Column)
	}
}
