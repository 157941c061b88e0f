package chunkertest

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// ReadMeddled counts the rows of a source that is read in chunks of about size bytes. Before it
// takes part at, from 0, it calls meddle, which changes the input.
func ReadMeddled(t testing.TB, src chunker.Source, size int64, at int, meddle func()) (rows int, err error) {
	t.Helper()
	stream, err := chunker.Open(t.Context(), src, chunker.Request{Bytes: size})
	require.NoError(t, err)
	defer func() { require.NoError(t, stream.Close()) }()
	for i := 0; ; i++ {
		if i == at {
			meddle()
		}
		part, err := stream.Next(t.Context())
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		c, err := part(t.Context())
		if err != nil {
			return rows, err
		}
		rows += c.Len()
		c.Release()
	}
}
