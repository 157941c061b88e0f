package csvio_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/io/csvio"
)

// TestMarksOfNumbersAreThoseOfTheFile: what one column proves holds for the others; what none
// proves stays text, and is told.
func TestMarksOfNumbersAreThoseOfTheFile(t *testing.T) {
	for text, want := range map[string]string{
		// A decimal comma alone.
		"Artikel;Menge;Preis\nA1;1.200;3,50\nA2;2.500;4,75\n": "A1|1.200|3.5\nA2|2.500|4.75\n",
		"p;m\n3,5;1.200\n4,5;300\n":                           "3.5|1.200\n4.5|300\n",
		"p;m\n0,125;-1.200\n0,250;+2.300\n":                   "0.125|-1.200\n0.25|+2.300\n",
		"p\tm\n3,5\t1.200\n4,75\t\n":                          "3.5|1.200\n4.75|(null)\n",
		"p;m\n1 234,5;12.345\n2 345,5;1.500\n":                "1234.5|12.345\n2345.5|1.500\n",
		"p,m\n\"3,5\",123.456\n\"4,25\",1.500\n":              "3.5|123.456\n4.25|1.500\n",
		// Points between thousands.
		"v;w\n1.234,50;12.345\n2.345,75;1.500\n":             "1234.5|12345\n2345.75|1500\n",
		"v;w;x\n1.234.567;12.345;1,5\n2.345.678;1.500;2,5\n": "1234567|12345|1.5\n2345678|1500|2.5\n",
		"w;v\n12.345;1.234,50\n7;2.345,75\n":                 "12345|1234.5\n7|2345.75\n",
		"w;v;u\n-1.500;1.234,50;5\n2.500;3,75;6\n":           "-1500|1234.5|5\n2500|3.75|6\n",
		"w\tv\n1.500\t1.234,50\nNA\t3,75\n":                  "1500|1234.5\n(null)|3.75\n",
		// A column that shows that points are of decimals.
		"p;m\n3,50;1.25\n4,75;1.200\n":                "3.5|1.25\n4.75|1.2\n",
		"p;m;n\n3,50;12.3456;1.200\n4,75;1.5;1.300\n": "3.5|12.3456|1.2\n4.75|1.5|1.3\n",
		"p;m\n3,50;0.125\n4,75;1.200\n":               "3.5|0.125\n4.75|1.2\n",
		"p;m\n3,50;1234.500\n4,75;1.200\n":            "3.5|1234.5\n4.75|1.2\n",
		"m;n\n1.200;1\n1.300;2\n":                     "1.2|1\n1.3|2\n",
		"m,n\n1.200,1.5\n1.300,2.5\n":                 "1.2|1.5\n1.3|2.5\n",
		// The mirror of these.
		"temp;n\n1.5;1,234\n2.5;2,345\n":              "1.5|1,234\n2.5|2,345\n",
		"v;w\n1,234.50;12,345\n2,345.75;1,500\n":      "1234.5|12345\n2345.75|1500\n",
		"v\tw\n1,234,567\t12,345\n2,345,678\t1,500\n": "1234567|12345\n2345678|1500\n",
	} {
		got, err := rowsOf(t, csvio.ReadOptions{}, text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, want, got, "%q", text)
	}
}

// TestWhyNumbersAreText is said by the dialect and the report, and the remedy works.
func TestWhyNumbersAreText(t *testing.T) {
	for text, example := range map[string]string{
		"m;p\n1.200;3,50\n2.500;4,75\n": "1.200",
		"m;p\n1,234;1.5\n2,345;2.5\n":   "1,234",
	} {
		var r csvio.Report
		d := sniff(t, csvio.ReadOptions{}, text)
		require.Contains(t, d.Columns[0].Why, "ReadOptions.Decimal", "%s", d)
		_, err := read(t, csvio.ReadOptions{Report: &r}, text)
		require.NoError(t, err)
		require.Equal(t, []csvio.UndecidedColumn{{Column: "m", Example: example}}, r.UndecidedNumbers)
	}
	got, err := rowsOf(t, csvio.ReadOptions{Decimal: ',', Thousands: '.'}, "m;p\n1.200;3,50\n2.500;4,75\n")
	require.NoError(t, err)
	require.Equal(t, "1200|3.5\n2500|4.75\n", got)
	// A type alone says nothing of the marks.
	for _, typ := range []arrow.DataType{arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Float64, &arrow.Decimal128Type{Precision: 9, Scale: 3}} {
		_, err = rowsOf(t, csvio.ReadOptions{Types: map[string]arrow.DataType{"m": typ}}, "m;p\n1.200;3,50\n2.500;4,75\n")
		require.ErrorContains(t, err, `value "1.200"`)
	}
}

// TestMarksBehindTheSamples: a column of integers becomes no float of a thousandth.
func TestMarksBehindTheSamples(t *testing.T) {
	text := "m;p\n" + strings.Repeat("12;3,50\n", 200_000)
	text = text[:len(text)/3*2/8*8-4] + "\n1.200;3,50\n" + text[len(text)/3*2/8*8+4:]
	text = string(bytes.TrimSuffix([]byte(text), []byte("\n"))) + "\n"
	f, err := read(t, csvio.ReadOptions{}, text)
	require.NoError(t, err)
	require.Equal(t, "utf8", f.Schema().Field(0).Type.String(), "%s", f)
}
