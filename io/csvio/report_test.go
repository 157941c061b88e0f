package csvio_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// TestReportSaysWhatBecameOfRows: rows left out, rejected, with nulls and cut are counted apart,
// and none is lost between them.
func TestReportSaysWhatBecameOfRows(t *testing.T) {
	types := map[string]arrow.DataType{"a": intType, "b": intType}
	for _, c := range []struct {
		row                             string
		leftOut, rejected, nulled, lost int64 // under Skip, Reject and Null
		cut, out                        int64 // under Null
		why                             string
	}{
		{"1,2", 0, 0, 0, 0, 0, 3, ""},
		{"x,2", 1, 1, 1, 0, 0, 3, `value "x": is no int64`},
		{"3", 1, 1, 1, 0, 0, 3, "the row has 1 field, there are 2 columns: null stands for what is missing"},
		{"4,5,6", 1, 1, 0, 0, 1, 3, `the row has 3 fields, there are 2 columns: dropped "6"`},
		{`4,5,"6,7",8`, 1, 1, 0, 0, 1, 3, `there are 2 columns: dropped "\"6,7\",8"`},
		{"x,5,6", 1, 1, 1, 0, 1, 3, `value "x": is no int64`},
		{"4,5,,", 1, 1, 0, 0, 1, 3, "the row has 4 fields, there are 2 columns: dropped 2 empty fields"},
		{"4,,5,6", 1, 1, 0, 0, 1, 3, `there are 2 columns: dropped 1 empty field and "6"`},
		{`"1" 2,"3" 4,5`, 1, 1, 0, 1, 0, 2, "there is text behind a closing quote"},
		{"\xff,2", 1, 1, 1, 0, 0, 3, "is no int64"},
	} {
		text := "a,b\n1,2\n" + c.row + "\n7,8\n"
		var r csvio.Report
		o := csvio.ReadOptions{OnError: chunker.Null(), Types: types, Encoding: csvio.UTF8, Report: &r}
		f, err := read(t, o, text)
		require.NoError(t, err, c.row)
		require.Equal(t, []int64{3, c.lost, 0, c.nulled, c.cut, c.out}, []int64{r.Rows, r.LeftOut, r.Rejected, r.Nulled, r.Cut, int64(f.NumRows())}, c.row)
		if c.why != "" {
			require.NotEmpty(t, r.First, c.row)
			require.ErrorContains(t, r.First[0], ":3: row 1", c.row)
			require.ErrorContains(t, r.First[0], c.why, c.row)
		}
		o.OnError = chunker.Skip()
		f, err = read(t, o, text)
		require.NoError(t, err, c.row)
		require.Equal(t, []int64{3, c.leftOut, 0, 0, 0, 3 - c.leftOut}, []int64{r.Rows, r.LeftOut, r.Rejected, r.Nulled, r.Cut, int64(f.NumRows())}, c.row)
		o.OnError = chunker.Reject(new(chunker.FrameSink), 0)
		f, err = read(t, o, text)
		require.NoError(t, err, c.row)
		require.Equal(t, []int64{3, 0, c.rejected, 0, 0, 3 - c.rejected}, []int64{r.Rows, r.LeftOut, r.Rejected, r.Nulled, r.Cut, int64(f.NumRows())}, c.row)
	}
}

// TestReportOfManyParts: rows count from the file's first wherever blocks were cut, and the first
// of all are told.
func TestReportOfManyParts(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,b\n")
	for i := range 30_000 {
		switch {
		case i%1000 == 500:
			fmt.Fprintf(&b, "%d\n", i)
		case i%1000 == 501:
			fmt.Fprintf(&b, "%d,1,more\n", i)
		default:
			fmt.Fprintf(&b, "%d,1\n", i)
		}
	}
	path := file(t, b.String())
	var r csvio.Report
	o := csvio.ReadOptions{OnError: chunker.Null(), Report: &r}
	for _, workers := range []int{1, 3} {
		got := drain(t.Context(), o.Open(path), 4<<10, workers)
		require.Empty(t, got.err)
		require.Equal(t, []int64{30_000, 0, 0, 30, 30}, []int64{r.Rows, r.LeftOut, r.Rejected, r.Nulled, r.Cut})
		require.Len(t, r.First, 10)
		for i, e := range r.First {
			row := 1000*(i/2) + 500 + i%2
			require.ErrorContains(t, e, fmt.Sprintf("%s:%d: row %d: the row has %s", filepath.Base(path), row+2, row, []string{"1 field,", "3 fields,"}[i%2]))
		}
	}
	o.OnError = chunker.Stop()
	got := drain(t.Context(), o.Open(file(t, "a,b\n1,2\n3,4\n")), 1, 1)
	require.Empty(t, got.err)
	require.Equal(t, csvio.Report{Rows: 2}, r)
}

// TestAnUnclosedQuoteSaysWhatItTakes: one row is left out, but it has the lines of many.
func TestAnUnclosedQuoteSaysWhatItTakes(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1,2\n\"x,2\n3,4\n5,6\n":        ":3: row 1: a quote is opened in this row and never closed: the 2 lines behind it, up to the end of the file, are in this row",
		"a,b\n1,2\n3,\"4":                    ":3: row 1: a quote is opened in this row and never closed",
		"a,b\n1,2\n3,\"4\n":                  ":3: row 1: a quote is opened in this row and never closed",
		"a,b\n1,2\n3,\"4\n5,6":               "never closed: the line behind it, up to the end of the file, is in this row",
		"a,b\r\n1,2\r\n3,\"4\r\n5,6\r\n":     "never closed: the line behind it, up to the end of the file, is in this row",
		"a,b\n1,2\n\"3\n3\",\"4\n5,6\n7,8\n": ":4: row 1: a quote is opened in this row and never closed: the 2 lines behind it, up to the end of the file, are in this row",
	} {
		var r csvio.Report
		o := csvio.ReadOptions{OnError: chunker.Null(), Report: &r, Quote: '"', Delimiter: ',', Header: csvio.Present}
		f, err := read(t, o, text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, int64(f.NumRows())+r.LeftOut, r.Rows, "%q", text)
		if r.LeftOut > 0 {
			require.Contains(t, r.First[0].Error(), want, "%q", text)
		}
		o.OnError = chunker.Skip()
		_, err = read(t, o, text)
		require.NoError(t, err)
		require.EqualValues(t, 1, r.LeftOut, "%q", text)
		require.Contains(t, r.First[0].Error(), want, "%q", text)
	}
}

// TestReportNamesColumnsOfUndecidedDates: those asked for, with an example, also where reading
// ended early.
func TestReportNamesColumnsOfUndecidedDates(t *testing.T) {
	for _, c := range []struct {
		o    csvio.ReadOptions
		text string
		want []csvio.UndecidedColumn
	}{
		{csvio.ReadOptions{}, "d,n\n03/04/2020,1\n05/06/2021,2\n", []csvio.UndecidedColumn{{"d", "03/04/2020"}}},
		{csvio.ReadOptions{}, "d,n\nNA,1\n,1\n05/06/2021,2\n", []csvio.UndecidedColumn{{"d", "05/06/2021"}}},
		{csvio.ReadOptions{}, "n,d,e\n1,05-06-2021 10:00,\"1/2/2020\"\n2,05-06-2022 11:00,\"2/3/2020\"\n", []csvio.UndecidedColumn{{"d", "05-06-2021 10:00"}, {"e", "1/2/2020"}}},
		{csvio.ReadOptions{Header: csvio.Absent}, "1;03/04/2020\n2;05/06/2021\n", []csvio.UndecidedColumn{{"column_2", "03/04/2020"}}},
		{csvio.ReadOptions{Dates: csvio.DayFirst}, "d,n\n03/04/2020,1\n05/06/2021,2\n", nil},
		{csvio.ReadOptions{Types: map[string]arrow.DataType{"d": arrow.BinaryTypes.String}}, "d,n\n03/04/2020,1\n05/06/2021,2\n", nil},
		{csvio.ReadOptions{}, "d,n\n03/04/2020,1\n13/06/2021,2\n", nil},
		{csvio.ReadOptions{}, "d,n\n2020-04-03,1\n2021-06-05,2\n", nil},
		{csvio.ReadOptions{}, "d,n\nhello,1\nworld,2\n", nil},
		{csvio.ReadOptions{}, "d,n\n,1\n,2\n", nil},
	} {
		var r csvio.Report
		c.o.Report = &r
		_, err := read(t, c.o, c.text)
		require.NoError(t, err)
		require.Equal(t, c.want, r.Undecided, c.text)
	}
	var r csvio.Report
	source := csvio.ReadOptions{Report: &r}.From("in", strings.NewReader("d,e,n\n03/04/2020,03/04/2020,1\n05/06/2021,05/06/2020,2\n"))
	stream, err := chunker.Open(t.Context(), chunker.Select(source, "n", "e"), chunker.Request{})
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	require.Equal(t, []csvio.UndecidedColumn{{"e", "03/04/2020"}}, r.Undecided)
}
