package csvio_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// stalled gives a text, and then neither a byte nor an error for ever.
type stalled struct{ r io.Reader }

func (s stalled) Read(p []byte) (int, error) {
	n, _ := s.r.Read(p)
	return n, nil
}

func TestAReaderThatGivesNothingIsAnError(t *testing.T) {
	for _, begin := range []string{"", "a", "a,b\n", "a,b\n1,2\n3", strings.Repeat("1,2\n", 100_000), "\xff\xfea\x00,\x00b\x00\n\x00"} {
		for _, o := range []csvio.ReadOptions{{}, {Encoding: csvio.Windows1252}, {Skip: 3}, {OnError: chunker.Null()}} {
			_, err := chunker.ReadAll(t.Context(), o.From("in", stalled{strings.NewReader(begin)}))
			require.ErrorIs(t, err, io.ErrNoProgress, "%.20q, %+v", begin, o.Encoding)
		}
	}
}
