package parquetio

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/offheap"
	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// group is a row group.
type group struct {
	file   *file
	index  int
	meta   *format.RowGroup
	first  int64 // rows of the file before it
	most   int64 // of its first rows that are wanted
	limits Limits
	schema *arrow.Schema
	chunks map[*leaf]*pagedChunk // of a row group that is read in ranges
	pages  int                   // of those
	beside *fetch                // of the page index, while the group is cut
	bytes  float64               // of memory that the columns take, about
	parts  atomic.Int32          // not yet read
	lead   atomic.Int32          // column with which the next part begins
	trials []*trial              // of a filter
	large  int64                 // bytes that pages which many parts share take at once, about
	free   func()                // gives back what was asked for what parts share; nil where no one was

	dictionaries int64 // bytes that large dictionaries which parts share take, and one that is being unpacked
	granted      bool  // someone counts them

	outside *offheap.Pool // for the memory of dictionaries; nil is the heap
}

func (g *group) fail(l *leaf, page int, err error) error {
	if _, ok := err.(*chunker.Error); ok {
		return err
	}
	column := ""
	if l != nil {
		column = l.path
	}
	switch {
	case errors.Is(err, enc.ErrShort), errors.Is(err, enc.ErrFormat):
		err = corrupt("%w", err)
	case errors.Is(err, io.EOF): // which would be taken for the end of a stream
		err = corrupt("%w", io.ErrUnexpectedEOF)
	}
	return fault.In("read", g.file.name, column, &PageError{RowGroup: g.index, Page: page, Err: err})
}

// rowsMost is more rows, and more values, than a row group can have: numbers of bytes that come of
// it are still numbers.
const rowsMost = 1 << 40

// check holds the row group's metadata against the schema and the file.
func (g *group) check() error {
	if g.meta.NumRows < 0 || g.meta.NumRows > rowsMost {
		return g.fail(nil, -1, corrupt("it has %d rows", g.meta.NumRows))
	}
	if len(g.meta.Columns) != g.file.leaves {
		return g.fail(nil, -1, corrupt("it has %d column chunks, the schema %d", len(g.meta.Columns), g.file.leaves))
	}
	var err error
	for _, n := range g.file.wanted {
		n.leaves(func(l *leaf) {
			if err == nil {
				err = g.checkChunk(l)
			}
		})
	}
	return err
}

func (g *group) checkChunk(l *leaf) error {
	c := &g.meta.Columns[l.index]
	m := &c.MetaData
	off, n := chunkRange(m)
	switch {
	case c.FilePath != "":
		return g.fail(l, -1, unsupported("the column is in another file, %q", c.FilePath))
	case c.CryptoMetadata.Value != nil || len(c.EncryptedColumnMetadata) > 0:
		return g.fail(l, -1, unsupported("the column is encrypted; decrypt the file first"))
	case m.Type != l.physical:
		return g.fail(l, -1, corrupt("values are %v, by the schema %v", m.Type, l.physical))
	case m.NumValues > 0 && off < 4 || off < 0 || n < 0 || off > g.file.size || n > g.file.size-off:
		return g.fail(l, -1, corrupt("its %d bytes from %d on are not in the file of %d bytes", n, off, g.file.size))
	case m.NumValues < 0 || m.NumValues > rowsMost || l.maxRep == 0 && m.NumValues != g.meta.NumRows:
		return g.fail(l, -1, corrupt("it has %d values, the row group %d rows", m.NumValues, g.meta.NumRows))
	}
	return nil
}

// chunkRange is where a column chunk is in the file.
func chunkRange(m *format.ColumnMetaData) (off, n int64) {
	off = m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < off {
		off = d
	}
	return off, m.TotalCompressedSize
}

// done ends a part. Behind the last one the row group gives back what its parts shared.
func (g *group) done() error {
	if g.parts.Add(-1) != 0 {
		return nil
	}
	for _, c := range g.chunks {
		if c.dict != nil {
			g.file.turn.giveBack(c.borrowed)
		}
		c.room.free()
		for _, s := range c.shared {
			if s != nil {
				s.abandon(g.file.turn)
			}
		}
	}
	if g.free != nil {
		g.free()
	}
	return g.file.release()
}
