package csvio_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

func TestQuoteOrCommentInPlaceOfTheDelimiter(t *testing.T) {
	for _, o := range []csvio.ReadOptions{{Quote: ','}, {Comment: ','}, {Quote: ',', Names: []string{"a"}}} {
		for _, text := range []string{"a,b\n1,2\n", "\n\n"} {
			_, err := read(t, o, text)
			require.ErrorContains(t, err, "no delimiter can be found")
		}
		f, err := read(t, o, "a;b\n1;2\n")
		if o.Names == nil {
			require.NoError(t, err)
			require.Equal(t, 2, len(f.Names()))
		}
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	for _, o := range []csvio.ReadOptions{
		{Trim: 9}, {Trim: -1}, {Header: 3}, {Skip: -2}, {HeaderRows: -1}, {RowMax: -1}, {FieldMax: -1}, {ColumnsMax: -1}, {RatioMax: -2},
		{OnError: limited(chunker.Null(), -1, 0)}, {OnError: limited(chunker.Null(), 0, -3)}, {OnError: limited(chunker.Null(), 0, 1.5)}, {OnError: limited(chunker.Null(), 0, math.NaN())},
	} {
		_, err := read(t, o, "a,b\n1,2\n")
		require.Regexp(t, ": (give|use) ", err, "%+v", o)
	}
	const most = 1 << 30
	for _, o := range []csvio.ReadOptions{{RowMax: most + 1}, {FieldMax: most + 1}, {ColumnsMax: most + 1}, {RowMax: 3 << 30}, {RowMax: math.MaxInt}, {RowMax: 1, FieldMax: 1 << 31}} {
		_, err := read(t, o, "a,b\n1,2\n")
		require.ErrorContains(t, err, "give at most 1073741824, 1 GiB", "%+v", o)
	}
	_, err := read(t, csvio.ReadOptions{RowMax: most, FieldMax: most, ColumnsMax: most}, "a,b\n1,2\n")
	require.NoError(t, err)
	_, err = read(t, csvio.ReadOptions{Header: csvio.Present, HeaderRows: 3}, "a,b\n1,2\n")
	require.ErrorContains(t, err, "has 2 rows, fewer than the 3 that are to be names")
	require.Equal(t, "9 -1 7", fmt.Sprint(csvio.DateOrder(9), csvio.LineEnd(-1), csvio.LineEnd(7)))
}

func TestRejectedRowsNeedASink(t *testing.T) {
	_, err := read(t, csvio.ReadOptions{OnError: chunker.Reject(nil, 0)}, "a,b\n1,2\n3\n")
	require.ErrorContains(t, err, "give chunker.Reject in ReadOptions.OnError a sink, or say chunker.Skip()")
}

func TestReaderIsNotReadTwice(t *testing.T) {
	src := csvio.ReadOptions{}.From("standard input", strings.NewReader("a,b\n1,2\n"))
	_, err := chunker.ReadAll(t.Context(), src)
	require.NoError(t, err)
	_, err = chunker.ReadAll(t.Context(), src)
	require.ErrorContains(t, err, "standard input: the reader was read already")
}

// Names of one file must not be put on the swapped columns of another.
func TestColumnsInAnotherOrder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "1.csv"), []byte("a,b\n1,2\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "2.csv"), []byte("b,a\n3,4\n"), 0o644))
	_, err := csvio.ReadFile(t.Context(), filepath.Join(dir, "*.csv"))
	require.ErrorContains(t, err, "read the files apart, and bring the columns into one order by Select")
	require.NotContains(t, err.Error(), "Names")
}

func TestCutGzipIsToldOnce(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for i := range 200_000 {
		fmt.Fprintf(z, "%d,%d\n", i, i*i%7919)
	}
	require.NoError(t, z.Close())
	name := filepath.Join(t.TempDir(), "cut.csv.gz")
	require.NoError(t, os.WriteFile(name, b.Bytes()[:b.Len()*3/4], 0o644))
	_, err := csvio.ReadFile(t.Context(), name)
	require.Equal(t, 1, strings.Count(fmt.Sprint(err), "unexpected EOF"), "%v", err)
}

func TestQuotedNamesAreKept(t *testing.T) {
	f, err := read(t, csvio.ReadOptions{}, "\"a\n\", b ,\" c\",\"\"\n1,2,3,4\n")
	require.NoError(t, err)
	require.Equal(t, []string{"a\n", "b", " c", "column_4"}, f.Names())
	name := filepath.Join(t.TempDir(), "again.csv")
	require.NoError(t, csvio.WriteFile(t.Context(), name, f))
	again, err := csvio.ReadFile(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, f.Names(), again.Names())
}

// Under Null rows are counted that came out with less than they had: once each.
func TestNulledRowsAreCounted(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,2\n", 2000) + "x,y\n1,2,3\n4,5,,\n6\nz,2,3\n\"1\"x,2\n7,8,9,10\n" + strings.Repeat("1,2\n", 2000) + "w,2\n"
	intType := arrow.PrimitiveTypes.Int64
	o := csvio.ReadOptions{OnError: chunker.Null(), Types: map[string]arrow.DataType{"a": intType, "b": intType}}
	path := file(t, text)
	for _, size := range []int64{1, 1 << 20} {
		got := drain(t.Context(), o.Open(path), size, 2)
		require.Empty(t, got.err)
		// x,y and 1,2,3 and 4,5,, and 6 and z,2,3 and 7,8,9,10 and w,2; and "1"x, whose text is no
		// number.
		require.Equal(t, []int{4008, 8}, []int{len(got.rows), got.nulled}, size)
	}
	// Rows are short whatever columns are asked for; values that do not fit are looked at in those
	// alone.
	for name, want := range map[string]int{"a": 8, "b": 7} {
		got := drain(t.Context(), chunker.Select(o.Open(path), name), 1, 2)
		require.Equal(t, []int{4008, want}, []int{len(got.rows), got.nulled}, name)
	}
	o.OnError.RowsMax = 7
	var many *chunker.TooManyError
	_, err := o.ReadFile(t.Context(), path)
	require.ErrorAs(t, err, &many)
	require.ErrorContains(t, err, "8 rows failed, more than Policy.RowsMax 7 allows")
	require.ErrorContains(t, err, `the first: read `+path+`:2002: row 2000, column "a", value "x"`)
	o.OnError.RowsMax = 8
	_, err = o.ReadFile(t.Context(), path)
	require.NoError(t, err)
}
