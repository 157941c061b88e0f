package frame

import (
	"database/sql"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

type trip struct {
	Zone string
	Fare sql.Null[float64] `volley:"fare"`
	N    int32
}

var trips = []trip{
	{"A", sql.Null[float64]{V: 12.5, Valid: true}, 1},
	{"B", sql.Null[float64]{}, 2},
	{"", sql.Null[float64]{V: math.NaN(), Valid: true}, 3},
	{"D", sql.Null[float64]{V: -1, Valid: true}, 4},
	{"E", sql.Null[float64]{}, 5},
}

// cuts returns the trips as frames of every way to cut them into batches.
func cuts(t *testing.T) []*Frame {
	t.Helper()
	f, err := FromStructs(trips)
	require.NoError(t, err)
	out := []*Frame{f}
	for rows := 1; rows < len(trips); rows++ {
		g, err := f.Rechunk(rows)
		require.NoError(t, err)
		require.Len(t, g.Records(), (len(trips)+rows-1)/rows)
		out = append(out, g)
	}
	// Batches that are slices of larger ones, with offsets.
	for lo := 1; lo < len(trips); lo++ {
		g, err := Concat(f.Slice(0, lo), f.Slice(lo, len(trips)))
		require.NoError(t, err)
		out = append(out, g)
	}
	return out
}

func collect[T any](t *testing.T, f *Frame) []T {
	t.Helper()
	rows, err := Rows[T](f)
	require.NoError(t, err)
	var out []T
	for i, r := range rows {
		require.Equal(t, len(out), i)
		out = append(out, r)
	}
	return out
}

// same compares rows in which NaN may stand.
func same(t *testing.T, want, got []trip) {
	t.Helper()
	a, err := FromStructs(want)
	require.NoError(t, err)
	b, err := FromStructs(got)
	require.NoError(t, err)
	require.True(t, a.Equal(b), "%v\n%v", want, got)
}

func TestStructsGoInAndOut(t *testing.T) {
	for _, f := range cuts(t) {
		require.Equal(t, []string{"Zone", "fare", "N"}, f.Names())
		require.Equal(t, 5, f.NumRows())
		same(t, trips, collect[trip](t, f))
	}
	type lower struct{ ZONE string } // differs in case alone
	require.Equal(t, lower{"D"}, collect[lower](t, cuts(t)[2])[3])
	type plain struct{ Fare float64 }
	require.Equal(t, plain{0}, collect[plain](t, cuts(t)[2])[1], "a null is the zero value")
}

func TestRowsStopsWhereTheLoopDoes(t *testing.T) {
	for _, f := range cuts(t) {
		rows, err := Rows[trip](f)
		require.NoError(t, err)
		n := 0
		for i := range rows {
			if n++; i == 2 {
				break
			}
		}
		require.Equal(t, 3, n)
	}
}

func TestStructsThatDoNotFit(t *testing.T) {
	f := cuts(t)[0]
	_, err := Rows[struct{ Fair float64 }](f)
	require.ErrorContains(t, err, `no column for field "Fair"`)
	_, err = Rows[struct{ Zone int }](f)
	require.ErrorContains(t, err, `field "Zone": column is string, Go type is int: take string`)
	_, err = Rows[struct{ Zone int }](f.Head(0))
	require.ErrorContains(t, err, "take string", "types are checked on a frame without rows too")
	_, err = Rows[int](f)
	require.ErrorContains(t, err, "int is no struct")
	_, err = FromStructs([]struct{ C chan int }{})
	require.ErrorContains(t, err, `column "C": no Arrow type stands for Go type chan int`)
}

func TestColumns(t *testing.T) {
	for _, f := range cuts(t) {
		n, err := Col[int32](f, "N")
		require.NoError(t, err)
		require.Equal(t, []int32{1, 2, 3, 4, 5}, n.Values())
		wide, err := Col[float64](f, "N")
		require.NoError(t, err)
		require.Equal(t, []float64{1, 2, 3, 4, 5}, wide.Values())

		fare, err := Col[float64](f, "fare")
		require.NoError(t, err)
		require.Equal(t, 5, fare.Len())
		require.Equal(t, 2, fare.Nulls())
		var rows []int
		for i := range fare.All() {
			rows = append(rows, i)
		}
		require.Equal(t, []int{0, 2, 3}, rows)
		v, ok := fare.At(3)
		require.True(t, ok)
		require.Equal(t, -1.0, v)
		_, ok = fare.At(4)
		require.False(t, ok)

		null, err := Col[sql.Null[float64]](f, "fare")
		require.NoError(t, err)
		count := 0
		for i, v := range null.All() {
			require.Equal(t, trips[i].Fare.Valid, v.Valid)
			count++
		}
		require.Equal(t, 5, count)

		zone, err := Col[string](f, "Zone")
		require.NoError(t, err)
		require.Equal(t, "A B  D E", strings.Join(zone.Values(), " "))
	}
	f := cuts(t)[0]
	n, err := Col[int32](f, "N")
	require.NoError(t, err)
	require.Same(t, &f.records[0].Column(2).(*array.Int32).Int32Values()[0], &n.Values()[0], "not copied")
	_, err = Col[int32](f, "Fare")
	require.EqualError(t, err, `no column "Fare"; did you mean "fare"?`)
	_, err = Col[int32](f.Head(0), "Zone")
	require.EqualError(t, err, `column "Zone": column is string, Go type is int32: take string`)
	empty, err := Col[string](f.Head(0), "Zone")
	require.NoError(t, err)
	require.Empty(t, empty.Values())
}

func TestChoosingColumns(t *testing.T) {
	for _, f := range cuts(t) {
		g, err := f.Select("N", "Zone")
		require.NoError(t, err)
		require.Equal(t, []string{"N", "Zone"}, g.Names())
		d, err := f.Drop("fare")
		require.NoError(t, err)
		require.Equal(t, []string{"Zone", "N"}, d.Names())
		back, err := d.Select("N", "Zone")
		require.NoError(t, err)
		require.True(t, g.Equal(back))
		r, err := f.Rename(map[string]string{"N": "Zone", "Zone": "N"})
		require.NoError(t, err, "names may be swapped")
		require.Equal(t, []string{"N", "fare", "Zone"}, r.Names())
	}
	f := cuts(t)[0]
	_, err := f.Select("zone")
	require.EqualError(t, err, `select: no column "zone"; did you mean "Zone"?`)
	_, err = f.Select("N", "N")
	require.ErrorContains(t, err, "named twice")
	_, err = f.Drop("x")
	require.ErrorContains(t, err, "drop: no column")
	_, err = f.Rename(map[string]string{"N": "fare"})
	require.ErrorContains(t, err, `are both called "fare"`)
	_, err = f.Rename(map[string]string{"x": "y"})
	require.ErrorContains(t, err, "rename: no column")
}

func TestWith(t *testing.T) {
	for _, f := range cuts(t) {
		g, err := f.With(Of("fare", []int{10, 20, 30, 40, 50}), Of("new", []bool{true, false, true, false, true}))
		require.NoError(t, err)
		require.Equal(t, []string{"Zone", "fare", "N", "new"}, g.Names())
		fare, err := Col[int](g, "fare")
		require.NoError(t, err)
		require.Equal(t, []int{10, 20, 30, 40, 50}, fare.Values())
		same(t, trips, collect[trip](t, f))
	}
	f := cuts(t)[0]
	_, err := f.With(Of("x", []int{1}))
	require.EqualError(t, err, `with: column "x" has 1 row, the frame 5`)
	_, err = f.With(Of("x", []chan int{nil}))
	require.ErrorContains(t, err, `column "x": no Arrow type`)
	_, err = New(Of("x", []int{1}), Of("x", []int{1}))
	require.ErrorContains(t, err, `columns 0 and 1 are both called "x"`)
	_, err = New(Of("x", []int{1}), Of("y", []int{1, 2}))
	require.EqualError(t, err, `column "y" has 2 rows, column "x" 1`)
	g, err := (&Frame{}).With(Of("x", []int{1}))
	require.NoError(t, err)
	require.Equal(t, 1, g.NumRows())
}

func TestChoosingRows(t *testing.T) {
	for _, f := range cuts(t) {
		for lo := range 6 {
			for hi := lo; hi <= 5; hi++ {
				same(t, trips[lo:hi], collect[trip](t, f.Slice(lo, hi)))
			}
		}
		same(t, trips[:2], collect[trip](t, f.Head(2)))
		same(t, trips[3:], collect[trip](t, f.Tail(2)))
		require.Zero(t, f.Head(-1).NumRows())
		require.Equal(t, 5, f.Tail(99).NumRows())

		g, err := f.Filter([]bool{true, false, false, true, true})
		require.NoError(t, err)
		same(t, []trip{trips[0], trips[3], trips[4]}, collect[trip](t, g))
		g, err = f.Filter(make([]bool, 5))
		require.NoError(t, err)
		require.Zero(t, g.NumRows())

		g, err = f.Take([]int{4, 0, 0})
		require.NoError(t, err)
		same(t, []trip{trips[4], trips[0], trips[0]}, collect[trip](t, g))
	}
	f := cuts(t)[0]
	_, err := f.Filter([]bool{true})
	require.EqualError(t, err, "filter: the mask has 1 value, the frame 5 rows")
	_, err = f.Take([]int{0, 5})
	require.ErrorContains(t, err, "row 5 (number 1 of those asked for)")
	require.Panics(t, func() { f.Slice(2, 6) })
	none, err := f.Head(0).Take(nil)
	require.NoError(t, err)
	require.Zero(t, none.NumRows())
}

func TestConcatAndRechunk(t *testing.T) {
	f := cuts(t)[0]
	twice, err := Concat(f, f)
	require.NoError(t, err)
	same(t, append(append([]trip{}, trips...), trips...), collect[trip](t, twice))
	one, err := twice.Rechunk(0)
	require.NoError(t, err)
	require.Len(t, one.Records(), 1)
	require.True(t, one.Equal(twice))
	_, err = Concat()
	require.ErrorContains(t, err, "no frames")
	renamed, err := f.Rename(map[string]string{"N": "M"})
	require.NoError(t, err)
	_, err = Concat(f, renamed)
	require.ErrorContains(t, err, "Select or Rename")
	retyped, err := f.With(Of("N", make([]string, 5)))
	require.NoError(t, err)
	_, err = Concat(f, retyped)
	require.ErrorContains(t, err, `frame 1: column "N" is string, the schema says int32`)
	_, err = f.Rechunk(-1)
	require.Error(t, err)
}

func TestEqualSeesEveryDifference(t *testing.T) {
	all := cuts(t)
	for _, f := range all {
		for _, g := range all {
			require.True(t, f.Equal(g))
		}
		for i := range trips {
			changed := append([]trip{}, trips...)
			changed[i].Zone += "!"
			g, err := FromStructs(changed)
			require.NoError(t, err)
			require.False(t, f.Equal(g))
			changed = append([]trip{}, trips...)
			changed[i].Fare.Valid = !changed[i].Fare.Valid
			g, err = FromStructs(changed)
			require.NoError(t, err)
			require.False(t, f.Equal(g))
		}
		require.False(t, f.Equal(f.Head(4)))
	}
	a, err := New(Of("x", []float64{0, math.NaN()}))
	require.NoError(t, err)
	b, err := New(Of("x", []float64{math.Copysign(0, -1), math.NaN()}))
	require.NoError(t, err)
	require.True(t, a.Equal(b))
	b, err = New(Of("x", []float64{0, 1}))
	require.NoError(t, err)
	require.False(t, a.Equal(b))
	b, err = New(Of("x", []float32{0, 1}))
	require.NoError(t, err)
	require.False(t, a.Equal(b))
}

// TestEveryArrowTypePasses takes nested and exotic columns through every operation.
func TestEveryArrowTypePasses(t *testing.T) {
	for _, c := range []struct {
		t    arrow.DataType
		json string
	}{
		{arrow.ListOf(arrow.PrimitiveTypes.Float64), `[[1,2],null,[],[3],[4]]`},
		{arrow.StructOf(arrow.Field{Name: "x", Type: arrow.BinaryTypes.String, Nullable: true}), `[{"x":"a"},null,{"x":null},{"x":"b"},{"x":"c"}]`},
		{&arrow.Decimal128Type{Precision: 9, Scale: 2}, `["1.25",null,"3.00","-4.50","5.00"]`},
		{arrow.FixedWidthTypes.Time64us, `["12:00:00",null,"01:02:03","00:00:00","23:59:59"]`},
		{arrow.FixedWidthTypes.Timestamp_ms, `["2013-01-01T00:00:00",null,"2013-01-02T00:00:00","1969-12-31T23:59:59","2000-01-01T00:00:00"]`},
		{arrow.FixedWidthTypes.Date32, `["2013-01-01",null,"1969-12-31","1970-01-01","2000-02-29"]`},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}, `["a",null,"b","a","c"]`},
		{arrow.BinaryTypes.StringView, `["a",null,"","a string longer than twelve bytes","c"]`},
		{arrow.Null, `[null,null,null,null,null]`},
	} {
		arr, _, err := array.FromJSON(allocator, c.t, strings.NewReader(c.json))
		require.NoError(t, err)
		f, err := New(Array("v", arr), Of("row", []int{0, 1, 2, 3, 4}))
		require.NoError(t, err)
		two, err := f.Rechunk(2)
		require.NoError(t, err)
		require.True(t, f.Equal(two), "%s", c.t)
		taken, err := two.Take([]int{4, 3, 2, 1, 0})
		require.NoError(t, err)
		back, err := taken.Take([]int{4, 3, 2, 1, 0})
		require.NoError(t, err)
		require.True(t, f.Equal(back), "%s", c.t)
		kept, err := two.Filter([]bool{true, true, false, true, true})
		require.NoError(t, err)
		joined, err := Concat(f.Slice(0, 2), f.Slice(3, 5))
		require.NoError(t, err)
		require.True(t, joined.Equal(kept), "%s", c.t)
		if c.t != arrow.Null {
			require.False(t, f.Equal(taken), "%s", c.t)
		}
		fromTable, err := FromTable(two.Table())
		require.NoError(t, err)
		require.True(t, f.Equal(fromTable))
	}
}

func TestFromRecordsChecksTypes(t *testing.T) {
	f := cuts(t)[0]
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int32}}, nil)
	_, err := FromRecords(schema, f.records...)
	require.EqualError(t, err, "record 0: has 3 columns, the schema 1")
	empty, err := FromRecords(schema)
	require.NoError(t, err)
	require.Zero(t, empty.NumRows())
	require.Equal(t, []string{"a"}, empty.Names())
}

func TestFromRecordsChecksNames(t *testing.T) {
	schema := func(fields ...arrow.Field) *arrow.Schema { return arrow.NewSchema(fields, nil) }
	a, b := arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int64}, arrow.Field{Name: "b", Type: arrow.PrimitiveTypes.Int64}
	text := arrow.Field{Name: "b", Type: arrow.BinaryTypes.String}
	record := func(s *arrow.Schema) arrow.Record {
		builder := array.NewRecordBuilder(memory.DefaultAllocator, s)
		for _, f := range builder.Fields() {
			f.AppendNull()
		}
		return builder.NewRecord()
	}
	maybe, noted := a, a
	maybe.Nullable, noted.Metadata = true, arrow.NewMetadata([]string{"unit"}, []string{"km"})
	for _, c := range []struct {
		schema, record *arrow.Schema
		want           string
	}{
		{schema(a, b), schema(b, a), `record 1: column 0 is "b", the schema says "a": bring the columns into one order, or rename them`},
		{schema(a, b), schema(a, a), `record 1: column 1 is "a", the schema says "b"`},
		{schema(a, text), schema(text, a), `record 1: column 0 is "b", the schema says "a"`},
		{schema(a), schema(arrow.Field{Name: "A", Type: a.Type}), `record 1: column 0 is "A", the schema says "a"`},
		{schema(a), schema(arrow.Field{Name: "", Type: a.Type}), `record 1: column 0 is "", the schema says "a"`},
		{schema(a), schema(b, a), "record 1: has 2 columns, the schema 1"},
		{schema(a, b), schema(a, text), `record 1: column "b" is string, the schema says int64`},
		{schema(a), schema(maybe), ""},
		{schema(a), schema(noted), ""},
	} {
		f, err := FromRecords(c.schema, record(c.schema), record(c.record))
		if c.want == "" {
			require.NoError(t, err)
			require.True(t, f.Schema().Equal(c.schema))
			require.Equal(t, 2, f.NumRows())
			continue
		}
		require.ErrorContains(t, err, c.want)
	}
}

func TestTimesKeepTheirMoment(t *testing.T) {
	at := time.Date(2013, 1, 1, 5, 15, 0, 0, time.FixedZone("EST", -5*3600))
	f, err := New(Of("at", []time.Time{at}))
	require.NoError(t, err)
	c, err := Col[time.Time](f, "at")
	require.NoError(t, err)
	got, ok := c.At(0)
	require.True(t, ok)
	require.True(t, at.Equal(got))
}

func BenchmarkRows(b *testing.B) {
	type row struct {
		A, B float64
		S    string
	}
	f, err := FromStructs(make([]row, 1<<16))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		rows, _ := Rows[row](f)
		for range rows {
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<16), "ns/row")
}
