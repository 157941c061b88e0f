package write

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// groupMeta is what the page index and the footer will say of a row group that is written, as the
// bytes they have there: the format wants both behind all rows. It takes about 150 bytes a column
// and 30 a page, of which Go values would take four times as many.
type groupMeta struct {
	rows          int64
	at            int64 // in the file
	plain, packed int64 // bytes before and after compression
	chunks        int   // column chunks

	// These follow one another in one piece of memory.
	columnIndexes []byte // of all column chunks
	offsetIndexes []byte
	columns       []byte // the ColumnMetaData of all
	lengths       []byte // varints: for each chunk the lengths of its part of the three
}

// size is how much memory it takes.
func (m *groupMeta) size() int64 {
	return int64(unsafe.Sizeof(*m)) + int64(len(m.columnIndexes)+len(m.offsetIndexes)+len(m.columns)+len(m.lengths))
}

// metaEncoder encodes the metadata of one row group after another; its buffers are used again.
type metaEncoder struct {
	columnIndexes, offsetIndexes, columns thriftOut
	lengths                               []byte
}

// encode makes the metadata of a row group whose column chunks are at offsets.
func (e *metaEncoder) encode(g *rowGroup, offsets []chunkOffsets) groupMeta {
	m := groupMeta{rows: g.rows, at: g.at, chunks: len(g.chunks)}
	e.columnIndexes.reset()
	e.offsetIndexes.reset()
	e.columns.reset()
	e.lengths = e.lengths[:0]
	for i, c := range g.chunks {
		e.add(&e.columnIndexes, func(t *thriftOut) { c.columnIndex(t) })
		e.add(&e.offsetIndexes, func(t *thriftOut) { c.offsetIndex(t, offsets[i].at) })
		e.add(&e.columns, func(t *thriftOut) { writeChunk(t, c, &offsets[i]) })
		m.plain += int64(c.plain)
		m.packed += int64(c.size)
	}
	e.copyTo(&m)
	return m
}

// add notes how many bytes write appends to t.
func (e *metaEncoder) add(t *thriftOut, write func(*thriftOut)) {
	before := len(t.b)
	write(t)
	e.lengths = binary.AppendUvarint(e.lengths, uint64(len(t.b)-before))
}

// copyTo gives m memory of its own, just large enough.
func (e *metaEncoder) copyTo(m *groupMeta) {
	all := make([]byte, 0, len(e.columnIndexes.b)+len(e.offsetIndexes.b)+len(e.columns.b)+len(e.lengths))
	keep := func(b []byte) []byte {
		all = append(all, b...)
		return all[len(all)-len(b):]
	}
	m.columnIndexes, m.offsetIndexes = keep(e.columnIndexes.b), keep(e.offsetIndexes.b)
	m.columns, m.lengths = keep(e.columns.b), keep(e.lengths)
}

// indexOffsets is where the next column index and the next offset index are in the file.
type indexOffsets struct{ columns, offsets int64 }

// encode encodes the row group as the footer has it, and goes on by its indexes.
func (m *groupMeta) encode(t *thriftOut, at *indexOffsets, ordinal int) {
	columns, lengths := m.columns, m.lengths
	next := func() int {
		n, k := binary.Uvarint(lengths)
		lengths = lengths[k:]
		return int(n)
	}
	t.item()
	t.list(1, thrift.STRUCT, m.chunks)
	for range m.chunks {
		columnIndex, offsetIndex, column := next(), next(), next()
		t.item()
		t.i64(2, 0) // of metadata beside the footer, which newer writers leave out
		t.field(3, thrift.STRUCT)
		t.b = append(t.b, columns[:column]...)
		columns = columns[column:]
		t.i64(4, at.offsets)
		t.i32(5, offsetIndex)
		if columnIndex > 0 {
			t.i64(6, at.columns)
			t.i32(7, columnIndex)
		}
		t.end()
		at.columns += int64(columnIndex)
		at.offsets += int64(offsetIndex)
	}
	t.i64(2, m.plain)
	t.i64(3, m.rows)
	t.i64(5, m.at)
	t.i64(6, m.packed)
	if ordinal <= math.MaxInt16 {
		t.i16(7, int16(ordinal))
	}
	t.end()
}
