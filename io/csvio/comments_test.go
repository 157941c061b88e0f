package csvio_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/io/csvio"
)

// TestCommentsThatAreFoundAreLeftOut at the top and further down, in plain dialects and others.
func TestCommentsThatAreFoundAreLeftOut(t *testing.T) {
	for text, o := range map[string]csvio.ReadOptions{
		"# made by hand\na,b\n1,2\n# a note\n3,4\n":                {},
		"# made by hand\r\na,b\r\n1,2\r\n# a \"note\r\n3,4\r\n":    {},
		"#\n# made by hand\na;b\n1;2\n# a note\n# another\n3;4\n#": {},
		"# made by hand\na::b\n1::2\n# a note\n3::4\n":             {Separator: "::"},
		"# made by hand\ra,b\r1,2\r# a note\r3,4\r":                {},
		"# made by hand\na, b\n1, 2\n# a note\n3, 4\n# the end\n":  {},
		"# made by hand\n1,2\n# a note\n3,4\n":                     {Names: []string{"a", "b"}},
	} {
		d := sniff(t, o, text)
		require.Equal(t, "#", string(d.Comment), "%q\n%s", text, d)
		f, err := read(t, o, text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, "a,b\n1,2\n3,4\n", written(t, f), "%q", text)
	}
	f, err := read(t, csvio.ReadOptions{Comment: '%'}, "a,b\n1,2\n% x\n3,4\n")
	require.NoError(t, err)
	require.Equal(t, "a,b\n1,2\n3,4\n", written(t, f))
	_, err = read(t, csvio.ReadOptions{NoComment: true, Delimiter: ',', Header: csvio.Present}, "a,b\n1,2\n# a note\n3,4\n")
	require.ErrorContains(t, err, "in.csv:3: row 1: the row has 1 field, there are 2 columns")
}
