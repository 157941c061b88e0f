package csvio_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

func TestALineThatNamesTheSeparatorIsTakenOff(t *testing.T) {
	for text, want := range map[string][]string{
		"sep=;\na;b\n1;2\n":               {"a", "b"},
		"SEP=;\r\na;b\r\n1;2\r\n":         {"a", "b"},
		"\"sep=;\"\na;b\n1;2\n":           {"a", "b"},
		"\"sep=|\"\n\"a;b\"|c\n1|2\n":     {"a;b", "c"},
		"\"sep=;\"\n1919\n1932\n":         {"sep=;"},
		"\"sep=;\"\n\"a;b\"\n\"c;d\"\n":   {"sep=;"},
		"\"sep=,\"\n\"a, b\"\n\"c, d\"\n": {"sep=,"},
	} {
		f, err := chunker.Open(t.Context(), csvio.ReadOptions{Header: csvio.Present}.From("in", strings.NewReader(text)), chunker.Request{})
		require.NoError(t, err, text)
		var names []string
		for _, field := range f.Schema().Fields() {
			names = append(names, field.Name)
		}
		require.Equal(t, want, names, text)
		require.NoError(t, f.Close())
	}
}
