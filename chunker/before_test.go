package chunker_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// torn is a stream of one part, which fails behind some rows.
type torn struct {
	rec  arrow.Record
	err  error
	next int
}

func (s *torn) Schema() *arrow.Schema { return s.rec.Schema() }
func (s *torn) Close() error          { return nil }

func (s *torn) Next(context.Context) (chunker.Part, error) {
	if s.next++; s.next > 1 {
		return nil, io.EOF
	}
	return func(context.Context) (chunker.Chunk, error) {
		return chunker.Chunk{Record: s.rec, Origin: chunker.Origin{Row: -1}}, s.err
	}, nil
}

// TestRowsBeforeAnErrorAreOfTheColumnsAskedFor.
func TestRowsBeforeAnErrorAreOfTheColumnsAskedFor(t *testing.T) {
	bad := errors.New("bad")
	stream, err := chunker.SelectStream(&torn{rec: sample(t, 3).Records()[0], err: bad}, []string{"b", "n"})
	require.NoError(t, err)
	part, err := stream.Next(t.Context())
	require.NoError(t, err)
	c, err := part(t.Context())
	require.Equal(t, bad, err)
	require.Equal(t, []string{"b", "n"}, chunker.Names(c.Record.Schema()))
	require.Equal(t, 3, c.Len())
}
