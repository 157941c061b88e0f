package csvio_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// What a type that was given does not hold is a bad value, not a changed one.
func TestGivenTypesChangeNoValue(t *testing.T) {
	money := &arrow.Decimal128Type{Precision: 10, Scale: 2}
	wide := &arrow.Decimal128Type{Precision: 38, Scale: 3}
	for _, c := range []struct {
		t    arrow.DataType
		text string
		want string // "" is bad
	}{
		{arrow.PrimitiveTypes.Float32, "1e39", ""}, {arrow.PrimitiveTypes.Float32, "-4e38", ""}, {arrow.PrimitiveTypes.Float32, "-inf", "-Inf"}, {arrow.PrimitiveTypes.Float32, "1.5", "1.5"},
		{arrow.PrimitiveTypes.Float64, "9007199254740993", "9.007199254740992e+15"}, {arrow.PrimitiveTypes.Int64, "007", "7"}, {arrow.PrimitiveTypes.Int64, "-0000000012", "-12"},
		{money, "1.555", ""}, {money, "1.550", "1.55"}, {money, "-0.07", "-0.07"}, {money, "+12", "12"}, {money, ".5", "0.5"}, {money, "5.", "5"}, {money, "0", "0"}, {money, "000", "0"},
		{money, "12345678.91", "12345678.91"}, {money, "123456789.1", ""}, {money, "1.5e3", "1500"}, {money, "15e-1", "1.5"}, {money, "15e-3", ""}, {money, "1e400", ""}, {money, "1e99999999999", ""},
		{money, "+.", ""}, {money, "+", ""}, {money, "1.2.3", ""}, {money, "1x", ""}, {money, "--1", ""}, {money, "nan", ""}, {money, "e5", ""},
		{wide, "-12345678901234567890123456789012345.678", "-12345678901234567890123456789012345.678"}, {wide, "123456789012345678901234567890123456.7", ""}, {wide, "10000000000000000000.001", "10000000000000000000.001"},
	} {
		f, err := read(t, csvio.ReadOptions{Types: map[string]arrow.DataType{"x": c.t}}, "x,y\n"+c.text+",1\n")
		if c.want == "" {
			require.ErrorContains(t, err, `column "x", value "`+c.text+`": is no `, "%s %s", c.t, c.text)
			continue
		}
		require.NoError(t, err, "%s %s", c.t, c.text)
		x, err := f.Column("x")
		require.NoError(t, err)
		require.Equal(t, c.want, x.Chunk(0).ValueStr(0), "%s %s", c.t, c.text)
	}
}

// An integer that a float rounds keeps its column from becoming one.
func TestIntegersAreNotRoundedQuietly(t *testing.T) {
	for text, want := range map[string]string{
		"9007199254740993 1.5": "utf8", "1.5 -9007199254740993": "utf8", "9007199254740992 1.5": "float64", "1.5 10000000000000000": "float64",
		"1.5 9007199254740993.0": "float64", "9007199254740993 9223372036854775807": "int64", "1.5 123456789012345678901": "utf8", "9007199254740993 1,5": "utf8",
	} {
		f, err := read(t, csvio.ReadOptions{Delimiter: ';'}, "x;y\n"+strings.Join(strings.Fields(text), ";1\n")+";1\n")
		require.NoError(t, err)
		require.Equal(t, want, f.Schema().Field(0).Type.String(), text)
	}
}

// A number with a point is a float, and Sniff says where it has more digits than one holds.
func TestLongFractionsAreFloats(t *testing.T) {
	for text, long := range map[string]bool{
		"0.1234567890123456789012": true, "1.5 123456789.0123456789": true, "-1.23456789012345678e-5": true, "12345678901234567890.5": true, "0.1000000000000000055": true,
		"0.12345678901234567": false, "0.10000000000000000000000": false, "0.00000000000000000000125": false, "1.7976931348623157e308": false, "-1234567890123456.7": false,
	} {
		csv := "x;y\n" + strings.Join(strings.Fields(text), ";1\n") + ";1\n"
		f, err := read(t, csvio.ReadOptions{Delimiter: ';'}, csv)
		require.NoError(t, err)
		require.Equal(t, "float64", f.Schema().Field(0).Type.String(), text)
		why := sniff(t, csvio.ReadOptions{Delimiter: ';'}, csv).Columns[0].Why
		require.Equal(t, long, strings.Contains(why, "rounded to the 17 digits of a float64: give a decimal in ReadOptions.Types"), "%s: %s", text, why)
	}
	money := &arrow.Decimal128Type{Precision: 30, Scale: 22}
	f, err := read(t, csvio.ReadOptions{Types: map[string]arrow.DataType{"x": money}}, "x,y\n0.1234567890123456789012,1\n")
	require.NoError(t, err)
	x, err := f.Column("x")
	require.NoError(t, err)
	require.Equal(t, "0.1234567890123456789012", x.Chunk(0).ValueStr(0))
}

// far is n integers, or numbers with a point, with one value far from all samples.
func far(n int, form, odd string) string {
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range n {
		if i == n*3/16 {
			b.WriteString(odd + ",1\n")
		}
		fmt.Fprintf(&b, form+",1\n", i%90000+1)
	}
	return b.String()
}

func TestALaterNumberThatItsTypeDoesNotHold(t *testing.T) {
	rows := 300_000
	if testing.Short() {
		rows = 60_000
	}
	for _, c := range []struct{ form, odd, want string }{
		{"%d", "007", "utf8"}, {"%d", "-01", "utf8"}, {"%d", "+00", "utf8"}, {"%d", "000000000000001", "utf8"}, {"%d", "0", "int64"}, {"%d", "-0", "int64"}, {"%d", " 07", "utf8"},
		{"%d.5", "007.5", "utf8"}, {"%d.5", "00", "utf8"}, {"%d.5", "0.5", "float64"}, {"%d.5", "-0.25", "float64"}, {"%d.5", "0", "float64"}, {"%d.5", "9007199254740993", "utf8"}, {"%d.5", "12345678901234567890", "utf8"},
		{"9007199%09d", "1.5", "float64"}, {"90071992%09d", "1.5", "utf8"},
	} {
		text := far(rows, c.form, c.odd)
		f, err := read(t, csvio.ReadOptions{}, text)
		require.NoError(t, err)
		require.Equal(t, c.want, f.Schema().Field(0).Type.String(), c)
		if c.want == "utf8" {
			x, err := f.Column("x")
			require.NoError(t, err)
			n := rows * 3 / 16
			for _, chunk := range x.Chunks() {
				if n < chunk.Len() {
					require.Equal(t, c.odd, chunk.(*array.String).Value(n))
					break
				}
				n -= chunk.Len()
			}
		}
	}
	s, err := chunker.Open(t.Context(), csvio.Open(file(t, far(300_000, "%d", "007"))), chunker.Request{})
	require.NoError(t, err)
	defer s.Close()
	for err == nil {
		part, e := s.Next(t.Context())
		if err = e; err == nil {
			c, e := part(t.Context())
			c.Release()
			err = e
		}
	}
	require.NotEqual(t, io.EOF, err)
	require.ErrorContains(t, err, `value "007"`)
}

func TestTimesOfAZone(t *testing.T) {
	for zone, want := range map[string]string{"Europe/Berlin": "2024-01-31T09:00:00Z", "+05:30": "2024-01-31T04:30:00Z", "UTC": "2024-01-31T10:00:00Z"} {
		o := csvio.ReadOptions{Types: map[string]arrow.DataType{"x": &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: zone}}}
		f, err := read(t, o, "x,y\n2024-01-31 10:00:00,1\n2024-01-31T10:00:00.5Z,2\n2024-01-31 10:00:00+01:00,3\n")
		require.NoError(t, err)
		x, err := f.Column("x")
		require.NoError(t, err)
		at := func(i int) string {
			return x.Chunk(0).(*array.Timestamp).Value(i).ToTime(arrow.Microsecond).Format(time.RFC3339Nano)
		}
		require.Equal(t, []string{want, "2024-01-31T10:00:00.5Z", "2024-01-31T09:00:00Z"}, []string{at(0), at(1), at(2)}, zone)
	}
	_, err := read(t, csvio.ReadOptions{Types: map[string]arrow.DataType{"x": &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Mars/Olympus"}}}, "x,y\n1,2\n")
	require.ErrorContains(t, err, `no time zone "Mars/Olympus"`)
}
