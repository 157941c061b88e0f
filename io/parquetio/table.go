package parquetio

import (
	"context"
	"errors"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
)

// table is files of which the first's metadata was read. It is open until a pass begins there.
type table struct {
	source *source
	names  []string // of the files
	schema *arrow.Schema
	nodes  []*node
	first  *file // nil once a pass has it, or it is closed
}

// Describe reads the first file's metadata.
func (s *source) Describe(context.Context) (chunker.Input, error) {
	names, err := s.files()
	if err != nil {
		return nil, err
	}
	f, err := s.open(names[0])
	if err != nil {
		return nil, err
	}
	return &table{source: s, names: names, schema: f.schema, nodes: f.nodes, first: f}, nil
}

func (t *table) Schema() *arrow.Schema { return t.schema }

// Field is a field inside structs, as a column of its own.
func (t *table) Field(path string) (arrow.Field, bool) {
	n := inside(t.nodes, path)
	if n == nil {
		return arrow.Field{}, false
	}
	return n.as(path).field(), true
}

// Close closes the first file, if no pass has it.
func (t *table) Close() error {
	if f := t.take(); f != nil {
		return f.close()
	}
	return nil
}

// take is the first file as it was opened, once.
func (t *table) take() *file {
	f := t.first
	t.first = nil
	return f
}

// Open begins at the first row group.
func (t *table) Open(_ context.Context, req chunker.Request) (chunker.Stream, error) {
	st := &stream{source: t.source, names: t.names, columns: req.Columns, filter: req.Filter, most: req.Rows, limits: t.source.options.Limits.orDefault()}
	st.size = max(req.Bytes, 1<<10)
	if req.Bytes <= 0 {
		st.size = chunkBytes
	}
	st.turn = newTurn(st.limits, st.size)
	if req.Memory != nil {
		var err error
		if st.share, err = req.Memory.Share("pages and dictionaries that chunks share", 0); err != nil {
			return nil, err
		}
	}
	f := t.take()
	if f == nil {
		var err error
		if f, err = t.source.open(t.names[0]); err != nil {
			return nil, errors.Join(err, st.Close())
		}
	}
	if err := st.enter(f); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

// Size returns the rows of all files, and their bytes. It reads the metadata of all.
func (t *table) Size(ctx context.Context) (rows, size int64, err error) {
	err = t.each(ctx, func(f *file) error {
		lo, hi := t.source.groups(f)
		for i := range f.meta.RowGroups[lo:hi] {
			g := &f.meta.RowGroups[lo+i]
			rows += g.NumRows
			for k := range g.Columns {
				size += g.Columns[k].MetaData.TotalCompressedSize
			}
		}
		return nil
	})
	if err != nil {
		return -1, -1, err
	}
	return rows, size, nil
}

// each visits the files, opened.
func (t *table) each(ctx context.Context, visit func(*file) error) error {
	for i := range t.names {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		f, done, err := t.at(i)
		if err == nil {
			err = errors.Join(visit(f), done())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// at is file i, open; done ends what the caller needs of it.
func (t *table) at(i int) (f *file, done func() error, err error) {
	if i == 0 && t.first != nil {
		return t.first, func() error { return nil }, nil
	}
	if f, err = t.source.open(t.names[i]); err != nil {
		return nil, nil, err
	}
	return f, f.close, nil
}

// Check holds the columns of all files against the first's, by their metadata.
func (t *table) Check(ctx context.Context) (err error) {
	return t.each(ctx, func(f *file) error {
		f.adopt(t.schema)
		return t.source.alike(t.schema, f)
	})
}
