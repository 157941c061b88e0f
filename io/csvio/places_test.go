package csvio_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// kindsOf are the columns' types as a file has them, and as a stream of the same bytes has.
func kindsOf(t *testing.T, o csvio.ReadOptions, text string) (ofFile, ofStream string) {
	t.Helper()
	for _, c := range sniff(t, o, text).Columns {
		ofFile += " " + c.Type.String()
	}
	st, err := chunker.Open(t.Context(), o.From("in", strings.NewReader(text)), chunker.Request{})
	require.NoError(t, err)
	for _, f := range st.Schema().Fields() {
		ofStream += " " + f.Type.String()
	}
	require.NoError(t, st.Close())
	return ofFile, ofStream
}

func TestSamplesBeginAtTrueRows(t *testing.T) {
	rows := func(n int, row string) string { // # is a digit
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d,%s\n", i, strings.ReplaceAll(row, "#", strconv.Itoa(i%10)))
		}
		return b.String()
	}
	cell := func(times int, row string) string { return `"see #` + "\n" + strings.Repeat(row+"\n", times) + `"` }
	ints, prose := " int64 int64 utf8", rows(12_000, `#,"Dear all,`+"\nwell, I think, so\nthanks, bye, me\n"+`end #"`)
	for name, c := range map[string]struct{ text, want string }{
		"prose":             {prose, ints},
		"rows in a cell":    {rows(9_000, "#,"+cell(8, "7,1.25,x")), ints},
		"dates in a cell":   {rows(3_000, "01/02/201#,"+cell(8, "7,22/02/2018,x")), " int64 utf8 utf8"},
		"bools in a cell":   {rows(9_000, "#,"+cell(8, "7,true,x")), ints},
		"rows with quotes":  {rows(9_000, "#,"+cell(8, `7,""a"",x`)), ints},
		"cells of 100 KiB":  {rows(20, "#,"+cell(11_000, "7,1.25,x")), ints},
		"cells of 300 KiB":  {rows(12, "#,"+cell(33_000, "7,1.25,x")), ints},
		"cells of one line": {rows(9, `#,"`+strings.Repeat("x, ", 100_000)+`"`), ints},
		"one cell, far in":  {rows(9_000, "#,x") + "1,2," + cell(60_000, "7,1.25,x") + "\n" + rows(9_000, "#,x"), ints},
		"cells further in":  {rows(60_000, `#,""`) + rows(9_000, "#,"+cell(8, "7,1.25,x")), ints},
		"without quotes":    {rows(60_000, "#,x#"), ints},
		"stray quotes":      {rows(60_000, `#,a #" nail`), ints},
	} {
		file, stream := kindsOf(t, csvio.ReadOptions{}, "id,n,note\n"+c.text)
		require.Equal(t, c.want, file, name)
		require.Equal(t, c.want, stream, name)
	}
	// Other dialects, which are made plain first, and other encodings.
	prose = "id,n,note\n" + prose
	for name, other := range map[string]string{
		"semicolons":  strings.ReplaceAll(prose, ",", ";"),
		"apostrophes": strings.ReplaceAll(prose, `"`, "'"),
		"two bars":    strings.ReplaceAll(prose, ",", "||"),
		"CRLF":        strings.ReplaceAll(prose, "\n", "\r\n"),
		"CR":          strings.ReplaceAll(prose, "\n", "\r"),
		"backslashes": strings.ReplaceAll(prose, "Dear all", `Dear \"all\"`),
		"UTF-16":      encoded(binary.LittleEndian, true, prose),
	} {
		file, stream := kindsOf(t, csvio.ReadOptions{}, other)
		require.Equal(t, ints, file, name)
		require.Equal(t, ints, stream, name)
	}
}

func TestSamplesOfFurtherFilesLeaveTheirHeaderOut(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		text := "Report of a day\n\nid,n\n" + strings.Repeat("1,2\n", 9)
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".csv")), []byte(text), 0o644))
	}
	d, err := csvio.Sniff(t.Context(), dir+"/*.csv")
	require.NoError(t, err)
	require.Equal(t, "int64", d.Columns[0].Type.String())
	require.Equal(t, "int64", d.Columns[1].Type.String())
}
