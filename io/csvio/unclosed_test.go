package csvio_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// rowsOf reads a text as a file and as a stream, by blocks of several sizes: all come to the same.
func rowsOf(t *testing.T, o csvio.ReadOptions, text string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	var got string
	var first error
	for i, size := range []int64{0, 1, 64} {
		for j, src := range []chunker.Source{o.Open(path), o.From("in.csv", strings.NewReader(text))} {
			f, err := valuesOf(drain(context.Background(), src, size, 1))
			if i+j == 0 {
				got, first = f, err
				continue
			}
			require.Equal(t, first == nil, err == nil, "%v and %v", first, err)
			require.Equal(t, got, f)
		}
	}
	return got, first
}

// TestAQuoteThatIsNeverClosedIsABadRow where the lines after it are no rows of the table.
func TestAQuoteThatIsNeverClosedIsABadRow(t *testing.T) {
	many := strings.Repeat("1,x\n", 60)
	for text, place := range map[string]string{
		"id,note\n1,ok\n2,\"line one\nline two, more\nline three, x\n":                        ":3: ",
		"id,note\n1,ok\n2,\"line one\nline two, more\nline three, x\nline four, x\nfive, x\n": ":3: ",
		"when;note\n2020-01-01;ok\n2020-01-02;\"one\ntwo; more\nthree; x\nfour; y\n":          ":3: ",
		"a,b\n1,x\n2,\"y\n":                    ":3: ",
		"a,b\n1,x\n2,\"y":                      ":3: ",
		"a,b\n" + many + "1,\"open,z\n" + many: ":62: ",
		"a,b,c\n" + strings.ReplaceAll(many, "x", "x,y") + "1,\"open,z\n": ":62: ",
		"a,b\n" + many + "1,\"open\nand more\nof it, no row\n":            ":62: ",
		"a,\"b\n1,2\n": ":1: ",
	} {
		_, err := rowsOf(t, csvio.ReadOptions{}, text)
		require.Error(t, err, "%.60q", text)
		require.Contains(t, err.Error(), place, "%.60q", text)
	}
}

// TestQuotesThatAreText stand in fields, before each value of a column, or before one in a table
// that goes on after it.
func TestQuotesThatAreText(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1,x\n2,\"y\n3,z\n4,w\n":                               "1|x\n2|\"y\n3|z\n4|w\n",
		"1\t\"unclosed\t3\n2\tb\t3\n3\tc\t4\n4\td\t5\n":             "1|\"unclosed|3\n2|b|3\n3|c|4\n4|d|5\n",
		"a;b\n1;x\n2;\"y\n3;z\n4;w\n5;v\n":                          "1|x\n2|\"y\n3|z\n4|w\n5|v\n",
		"a\tb\tc\r\n1\tx\t2\r\n2\t\"y\t2\r\n3\tz\t2\r\n4\tw\t2\r\n": "1|x|2\n2|\"y|2\n3|z|2\n4|w|2\n",
		"a,b\n1,5\" pipe\n2,6\" pipe\n3,x\n":                        "1|5\" pipe\n2|6\" pipe\n3|x\n",
		"a,b\n1,5\"\n2,6\"\n3,7\"\n":                                "1|5\"\n2|6\"\n3|7\"\n",
		"a,b\n1,say \"hi\" now\n2,y\n3,z\n":                         "1|say \"hi\" now\n2|y\n3|z\n",
		"a,b\n1,\"x\n2,\"y\n3,\"z\n":                                "1|\"x\n2|\"y\n3|\"z\n",
		"a;b\n1;\"x\n2;\"y\n3;\"z\n4;\"v\n5;\"w\n":                  "1|\"x\n2|\"y\n3|\"z\n4|\"v\n5|\"w\n",
		"a,b,c\n1,\"x,2\n2,\"y,2\n3,\"z,2\n4,\"v,2\n":               "1|\"x|2\n2|\"y|2\n3|\"z|2\n4|\"v|2\n",
	} {
		got, err := rowsOf(t, csvio.ReadOptions{}, text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, want, got, "%q", text)
	}
}

// valuesOf are the rows, a line each, without their places.
func valuesOf(k kept) (string, error) {
	if k.err != "" {
		return "", errors.New(k.err)
	}
	var b strings.Builder
	for _, row := range k.rows {
		_, values, _ := strings.Cut(row, "|")
		b.WriteString(values + "\n")
	}
	return b.String(), nil
}
