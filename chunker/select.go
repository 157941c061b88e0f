package chunker

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/near"
)

// Select is a source of some columns of another, in the order of names. The others are not read if
// the source can leave them out.
func Select(src Source, names ...string) Source {
	return selected{src, append([]string{}, names...)} // never nil, which would be all
}

type selected struct {
	Source
	names []string
}

// Places are those of the source; so a job still sees that it would write over its input.
func (s selected) Places() []string {
	if p, ok := s.Source.(Placed); ok {
		return p.Places()
	}
	return nil
}

// OwnPolicy is that of the source.
func (s selected) OwnPolicy() Policy { return OwnPolicy(s.Source) }

// Under has the source read by the policy.
func (s selected) Under(p Policy) Source { return selected{Under(s.Source, p), s.names} }

func (s selected) Describe(ctx context.Context) (Input, error) {
	in, err := s.Source.Describe(ctx)
	if err != nil {
		return nil, err
	}
	schema, err := choose(in, s.names)
	if err != nil {
		return nil, errors.Join(s.refused(ctx, in, err), in.Close())
	}
	return &selectedInput{in, s, schema}, nil
}

// refused is the source's own error about columns that it does not have: it names the file.
func (s selected) refused(ctx context.Context, in Input, err error) error {
	stream, told := in.Open(ctx, Request{Columns: s.names})
	if told != nil {
		return told
	}
	return errors.Join(err, stream.Close())
}

// choose is the schema of some columns, or fields inside some, of an input.
func choose(in Input, names []string) (*arrow.Schema, error) {
	all := in.Schema()
	nested, ok := in.(Nested)
	for _, name := range names {
		if !ok || all.HasField(name) {
			continue
		}
		if f, found := nested.Field(name); found {
			meta := all.Metadata()
			all = arrow.NewSchema(append(all.Fields(), f), &meta)
		}
	}
	_, schema, err := Project(all, names)
	return schema, err
}

// selectedInput passes on what its input can do but splitting, by its own columns.
type selectedInput struct {
	Input
	source selected
	schema *arrow.Schema
}

func (s *selectedInput) Schema() *arrow.Schema { return s.schema }

func (s *selectedInput) Open(ctx context.Context, req Request) (Stream, error) {
	if req.Columns == nil {
		req.Columns = Names(s.schema)
	} else if _, _, err := Project(s.schema, req.Columns); err != nil {
		return nil, err
	}
	return s.Input.Open(ctx, req)
}

// Size is that of the source: what its other columns take counts.
func (s *selectedInput) Size(ctx context.Context) (rows, bytes int64, err error) {
	if sized, ok := s.Input.(Sized); ok {
		return sized.Size(ctx)
	}
	return -1, -1, nil
}

// Check looks at all columns of the source.
func (s *selectedInput) Check(ctx context.Context) error {
	if c, ok := s.Input.(Checker); ok {
		return c.Check(ctx)
	}
	return nil
}

// Split selects the columns of each part.
func (s *selectedInput) Split(ctx context.Context, n int) ([]Source, error) {
	sp, ok := s.Input.(Splitter)
	if !ok {
		return []Source{s.source}, nil
	}
	parts, err := sp.Split(ctx, n)
	for i, p := range parts {
		parts[i] = Select(p, s.source.names...)
	}
	return parts, err
}

// Names lists the columns' names.
func Names(schema *arrow.Schema) []string {
	names := make([]string, schema.NumFields())
	for i, f := range schema.Fields() {
		names[i] = f.Name
	}
	return names
}

// Project finds columns by name: their positions, and the schema of them in the order of names.
func Project(schema *arrow.Schema, names []string) (at []int, _ *arrow.Schema, err error) {
	fields := make([]arrow.Field, len(names))
	for i, name := range names {
		k := schema.FieldIndices(name)
		if len(k) == 0 {
			return nil, nil, fmt.Errorf("no column %q%s", name, near.Hint(name, Names(schema)))
		}
		at, fields[i] = append(at, k[0]), schema.Field(k[0])
	}
	meta := schema.Metadata()
	return at, arrow.NewSchema(fields, &meta), nil
}

// SelectStream is a stream of some columns of another, in the order of names, for sources that
// cannot leave the others out; nil is all. The other columns are decoded and dropped. Without a
// column of a name it closes the stream, and is an error.
func SelectStream(stream Stream, names []string) (Stream, error) {
	if names == nil {
		return stream, nil
	}
	at, schema, err := Project(stream.Schema(), names)
	if err != nil {
		return nil, errors.Join(err, stream.Close())
	}
	return &selectedStream{stream, at, schema}, nil
}

type selectedStream struct {
	Stream
	at     []int
	schema *arrow.Schema
}

func (s *selectedStream) Schema() *arrow.Schema { return s.schema }

func (s *selectedStream) Next(ctx context.Context) (Part, error) {
	part, err := s.Stream.Next(ctx)
	if err != nil {
		return nil, err // io.EOF as it is
	}
	return func(ctx context.Context) (Chunk, error) {
		c, err := part(ctx)
		if c.Record == nil {
			return c, err
		}
		cols := make([]arrow.Array, len(s.at))
		for i, k := range s.at {
			cols[i] = c.Record.Column(k)
		}
		c.Record = array.NewRecord(s.schema, cols, c.Record.NumRows())
		return c, err
	}, nil
}
