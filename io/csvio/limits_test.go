package csvio_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// TestEachOptionIsRefusedBesideItsLimit, and taken at it.
func TestEachOptionIsRefusedBesideItsLimit(t *testing.T) {
	type o = csvio.ReadOptions
	for _, c := range []struct {
		o    o
		want string // "" where it is taken
	}{
		{o{Separator: "12345678"}, ""}, {o{Separator: "123456789"}, "at most eight bytes"}, {o{Separator: "a\n"}, "no line end"}, {o{Separator: "a\r"}, "no line end"},
		{o{Separator: `a"`}, "no quote"}, {o{Separator: `a"`, NoQuotes: true}, ""}, {o{Separator: "a'", Quote: '\''}, "no quote"}, {o{Separator: "a'"}, ""}, {o{Separator: "||", Delimiter: '|'}, "both given"},
		{o{Escape: '\\'}, ""}, {o{Escape: '"'}, ""}, {o{Escape: '\'', Quote: '\''}, ""}, {o{Escape: '\''}, "Escape"}, {o{Escape: 'x'}, "Escape"},
		{o{Decimal: ','}, ""}, {o{Decimal: '.'}, ""}, {o{Decimal: ';'}, "Decimal"},
		{o{Thousands: ','}, ""}, {o{Thousands: '.'}, "Thousands"}, {o{Thousands: '.', Decimal: ','}, ""}, {o{Thousands: ',', Decimal: ','}, "Thousands"}, {o{Thousands: '_'}, ""}, {o{Thousands: ' '}, ""}, {o{Thousands: '\''}, ""}, {o{Thousands: 'x'}, "Thousands"},
		{o{Dates: csvio.MonthFirst}, ""}, {o{Dates: csvio.MonthFirst + 1}, "constants of this package"}, {o{Dates: -1}, "constants of this package"},
		{o{LineEnd: csvio.MixedEnds}, ""}, {o{LineEnd: csvio.MixedEnds + 1}, "constants of this package"}, {o{LineEnd: -1}, "constants of this package"},
		{o{OnError: chunker.Skip()}, ""}, {o{OnError: limited(chunker.Skip(), 1, 0.5)}, ""}, {o{OnError: limited(chunker.Stop(), 1, 0)}, "stops at the first bad row"},
		{o{OnError: chunker.Policy{RatioMax: 0.5}}, "stops at the first bad row"}, {o{OnError: limited(chunker.Null(), -1, 0)}, "give a number of rows"},
		{o{True: []string{"y"}}, "give both"}, {o{False: []string{"n"}}, "give both"}, {o{True: []string{"y"}, False: []string{"n"}}, ""},
		{o{Delimiter: 0x7f}, ""}, {o{Delimiter: 0x80}, "single ASCII character"}, {o{Quote: '\n'}, "single ASCII character"}, {o{Comment: '\r'}, "single ASCII character"},
		{o{Delimiter: ';', Quote: ';'}, "two meanings"}, {o{Delimiter: ';', Comment: ';'}, "two meanings"}, {o{Quote: '#', Comment: '#'}, "two meanings"},
		{o{Types: map[string]arrow.DataType{"a": nil}}, "is nil"}, {o{Types: map[string]arrow.DataType{"a": arrow.ListOf(arrow.Null)}}, "CSV cannot be read as"},
		{o{Types: map[string]arrow.DataType{"a": &arrow.TimestampType{TimeZone: "Mars/Olympus_Mons"}}}, "no time zone"}, {o{Types: map[string]arrow.DataType{"z": arrow.BinaryTypes.String}}, `no column "z"`},
		{o{Names: []string{"a", "b", "a"}}, `names 0 and 2 are both "a"`},
	} {
		stream, err := chunker.Open(t.Context(), c.o.From("in", strings.NewReader("a,b\nx,y\n")), chunker.Request{})
		if c.want == "" {
			require.NoError(t, err, "%+v", c.o)
			require.NoError(t, stream.Close())
			continue
		}
		require.ErrorContains(t, err, c.want, "%+v", c.o)
	}
}

// TestEveryTypeIsWrittenAtItsLimits, its least and its greatest value.
func TestEveryTypeIsWrittenAtItsLimits(t *testing.T) {
	for _, c := range []struct {
		typ          arrow.DataType
		values, want string
	}{
		{arrow.PrimitiveTypes.Int8, `[-128, 127, 0]`, "-128 127 0"}, {arrow.PrimitiveTypes.Int16, `[-32768, 32767]`, "-32768 32767"}, {arrow.PrimitiveTypes.Int32, `[-2147483648, 2147483647]`, "-2147483648 2147483647"},
		{arrow.PrimitiveTypes.Uint8, `[0, 255]`, "0 255"}, {arrow.PrimitiveTypes.Uint16, `[0, 65535]`, "0 65535"}, {arrow.PrimitiveTypes.Uint32, `[0, 4294967295]`, "0 4294967295"},
		{arrow.FixedWidthTypes.Float16, `[1.5, -2]`, "1.5 -2.0"}, {arrow.PrimitiveTypes.Float32, `[0.1, 16777216]`, "0.1 16777216.0"},
		{arrow.FixedWidthTypes.Date64, `["1969-12-31", "2013-01-02"]`, "1969-12-31 2013-01-02"}, {arrow.FixedWidthTypes.Date32, `["0001-01-01", "9999-12-31"]`, "0001-01-01 9999-12-31"},
		{&arrow.Decimal256Type{Precision: 50, Scale: 2}, `["-0.01", "123456789012345678901234567890.00"]`, "-0.01 123456789012345678901234567890.00"},
		{&arrow.Decimal128Type{Precision: 38, Scale: 0}, `["-99999999999999999999999999999999999999"]`, "-99999999999999999999999999999999999999"},
		{arrow.BinaryTypes.LargeString, `["a", "ü"]`, "a ü"}, {arrow.BinaryTypes.StringView, `["a", "thirteen-bytes"]`, "a thirteen-bytes"}, {arrow.FixedWidthTypes.Boolean, `[true, false]`, "true false"},
		{arrow.FixedWidthTypes.Time32s, `["00:00:00", "23:59:59"]`, "00:00:00 23:59:59"}, {arrow.FixedWidthTypes.Time64ns, `["23:59:59.999999999"]`, "23:59:59.999999999"},
		{arrow.FixedWidthTypes.Timestamp_s, `["1969-12-31 23:59:59"]`, "1969-12-31T23:59:59Z"},
	} {
		arr, _, err := array.FromJSON(memory.DefaultAllocator, c.typ, strings.NewReader(c.values))
		require.NoError(t, err, c.typ)
		f, err := frame.New(frame.Array("v", arr))
		require.NoError(t, err)
		got := text(t, csvio.WriteOptions{NoHeader: true}, f)
		require.Equal(t, c.want, strings.Join(strings.Fields(got), " "), "%s", c.typ)
	}
}

// TestLaterFilesAreHeldToTheFirst: one that is empty, one that has no header, one whose names or
// order are others.
func TestLaterFilesAreHeldToTheFirst(t *testing.T) {
	for text, want := range map[string]string{
		"":               "is empty; the first file has a header",
		"b,a\n1,2\n":     `has the header ["b" "a"]`,
		"a,b,c\n1,2,3\n": `has the header ["a" "b" "c"]`,
		"a\n1\n":         `has the header ["a"]`,
		"a,b\n3,y\n":     "",
		"a,b\n":          "",
		"a,b":            "",
	} {
		dir, paths := several(t, "a,b\n1,x\n", text)
		_, err := csvio.ReadOptions{Header: csvio.Present}.ReadFile(t.Context(), filepath.Join(dir, "*.csv"))
		if want == "" {
			require.NoError(t, err, "%q", text)
			continue
		}
		require.ErrorContains(t, err, want, "%q", text)
		require.ErrorContains(t, err, paths[1])
	}
}

// TestSizesAndPlacesOfSources: files have them, readers have none, missing ones are an error.
func TestSizesAndPlacesOfSources(t *testing.T) {
	dir, paths := several(t, "a,b\n1,x\n", "a,b\n2,y\n\n")
	size := func(src chunker.Source) (int64, error) {
		in, err := src.Describe(t.Context())
		if err != nil {
			return 0, err
		}
		defer in.Close()
		rows, bytes, err := in.(chunker.Sized).Size(t.Context())
		require.EqualValues(t, -1, rows)
		return bytes, err
	}
	n, err := size(csvio.Open(filepath.Join(dir, "*.csv")))
	require.NoError(t, err)
	require.EqualValues(t, 8+9, n)
	require.Equal(t, paths, csvio.Open(filepath.Join(dir, "*.csv")).(chunker.Placed).Places())
	reader := csvio.ReadOptions{}.From("in", strings.NewReader("a\n"))
	n, err = size(reader)
	require.NoError(t, err)
	require.EqualValues(t, -1, n)
	require.Empty(t, reader.(chunker.Placed).Places())
	require.NoError(t, os.Remove(paths[0]))
	_, err = size(csvio.Open(paths...))
	require.Error(t, err)
}
