package parquetio

import (
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// readings is a file of another writer: four row groups of 1,000 rows, a page index with pages of about 500, and a bloom filter of the
// column random. Row n has id n, small n/100, count 2⁶⁴-1-n, level n/8, maybe n/8 in the second row group and null
// elsewhere, zone by row group, good in the third, and random "r" + 7919n mod 4000.
const readings = "testdata/readings.parquet"

// filtered reads what the condition leaves to be read, and then applies it.
func filtered(t *testing.T, path, where string, size int64) (f *frame.Frame, left skipped) {
	t.Helper()
	st, err := Open(path).Open(t.Context(), size)
	require.NoError(t, err)
	defer st.Close()
	a, err := apply.Engine{}.Stream(t.Context(), st.Schema(), where)
	require.NoError(t, err)
	st.(chunker.Filterer).Filter(a.Bounds())
	var records []arrow.Record
	at := int64(0)
	for {
		part, err := st.Next(t.Context())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		c, err := part(t.Context())
		require.NoError(t, err)
		require.GreaterOrEqual(t, c.Row, at)
		if path == readings {
			require.Equal(t, c.Row, c.Record.Column(0).(*array.Int64).Value(0), "the row in the file is told")
		}
		at = c.Row + c.Record.NumRows()
		records = append(records, c.Record)
	}
	f, err = frame.FromRecords(st.Schema(), records...)
	require.NoError(t, err)
	f, err = apply.Where(t.Context(), f, where)
	require.NoError(t, err)
	return f, st.(*stream).left
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
				if c.where == "1 / (id - 7) == 1 && id < 10" {
					_, err := apply.Where(t.Context(), all, c.where)
					require.Error(t, err)
					return
				}
				want, err := apply.Where(t.Context(), all, c.where)
				require.NoError(t, err)
				got, left := filtered(t, path, c.where, size)
				require.True(t, want.Equal(got), "%v\n%v", want, got)
				require.GreaterOrEqual(t, left.groups, c.groups, "row groups left out")
				require.GreaterOrEqual(t, left.rows, c.rows, "rows left out")
				if c.rows == 0 {
					require.Zero(t, left.rows)
				}
			})
		}
	}
}
