package csvio_test

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// TestEscapesEndWhereTheyEnd: what stands right after an escape means what it always does.
func TestEscapesEndWhereTheyEnd(t *testing.T) {
	for _, c := range []struct {
		o    csvio.ReadOptions
		row  string
		a, b string
	}{
		{csvio.ReadOptions{}, `x\,,y`, "x,", "y"},
		{csvio.ReadOptions{}, `x\\,y`, `x\`, "y"},
		{csvio.ReadOptions{}, `\,\,,\,`, ",,", ","},
		{csvio.ReadOptions{}, `\\\,,y\\`, `\,`, `y\`},
		{csvio.ReadOptions{}, "x\\\n,y", "x\n", "y"},
		{csvio.ReadOptions{}, "x\\\n\\,,y\\\n", "x\n,", "y\n"},
		{csvio.ReadOptions{}, `x\n,\y`, `x\n`, `\y`},
		{csvio.ReadOptions{}, `"x\"","y"`, `x"`, "y"},
		{csvio.ReadOptions{}, `"\"","\\"`, `"`, `\`},
		{csvio.ReadOptions{}, `"\"\"",y`, `""`, "y"},
		{csvio.ReadOptions{}, `\"x,y\"`, `"x`, `y"`},
		{csvio.ReadOptions{Separator: "||"}, `x\||||y`, "x||", "y"},
		{csvio.ReadOptions{Separator: "||"}, `\||\||||\\`, "||||", `\`},
	} {
		c.o.Escape, c.o.Header, c.o.Types, c.o.Names = '\\', csvio.Absent, stringTypes, []string{"a", "b"}
		sep := ","
		if c.o.Separator != "" {
			sep = c.o.Separator
		}
		for _, end := range []string{"", "\n", "\nlast" + sep + "row\n"} {
			f, err := read(t, c.o, c.row+end)
			require.NoError(t, err, "%q", c.row+end)
			a, err := frame.Col[string](f, "a")
			require.NoError(t, err)
			b, err := frame.Col[string](f, "b")
			require.NoError(t, err)
			require.Equal(t, [2]string{c.a, c.b}, [2]string{a.Values()[0], b.Values()[0]}, "%q", c.row+end)
			if len(end) > 1 {
				require.Equal(t, 2, f.NumRows())
				require.Equal(t, "last", a.Values()[1])
			}
		}
	}
}

var stringTypes = map[string]arrow.DataType{"a": arrow.BinaryTypes.String, "b": arrow.BinaryTypes.String}
