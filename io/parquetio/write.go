package parquetio

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/atomicfile"
	"github.com/volley-go/volley/internal/take"
)

// Compression is how pages are compressed.
type Compression int

// The compressions. Snappy, the default, costs least; Zstd makes files of numbers about a third smaller.
const (
	Snappy Compression = iota
	Zstd
	Gzip
	Brotli
	LZ4 // in the form called LZ4_RAW
	None
)

// WriteOptions is how Parquet is written. The zero value is a good default.
type WriteOptions struct {
	Compression  Compression
	RowGroupRows int               // chunks are gathered until a row group has as many; 0 is 32,768
	PageBytes    int               // of a page's values, about; 0 is 1 MiB
	NoDictionary bool              // writes all values as they are
	Metadata     map[string]string // the file's key-value metadata, beside the Arrow schema
}

// Create is a sink that writes a Parquet file with default options. The file appears
// whole, or not at all.
func Create(path string) chunker.Sink { return WriteOptions{}.Create(path) }

// WriteFile writes a frame to a Parquet file with default options.
func WriteFile(ctx context.Context, path string, f *frame.Frame) error {
	return WriteOptions{}.WriteFile(ctx, path, f)
}

// Create is a sink that writes a Parquet file.
func (o WriteOptions) Create(path string) chunker.Sink { return fileSink{o, path} }

// WriteFile writes a frame to a Parquet file, on all cores.
func (o WriteOptions) WriteFile(ctx context.Context, path string, f *frame.Frame) error {
	_, err := chunker.Copy(ctx, o.Create(path), chunker.FromFrame(f))
	return err
}

// To is a sink that writes Parquet to w as it comes, which Commit ends and does not close. What
// was written before an error stays written, and is no Parquet file.
func (o WriteOptions) To(w io.Writer) chunker.Sink { return streamSink{o, w} }

type fileSink struct {
	options WriteOptions
	path    string
}

func (s fileSink) Places() []string { return []string{s.path} }

func (s fileSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := s.options.writer(s.path, schema)
	if err != nil {
		return nil, err
	}
	f, err := atomicfile.Create(s.path)
	if err != nil {
		return nil, writeError(s.path, err)
	}
	w.out, w.commit, w.close = f, f.Commit, f.Close
	return w, nil
}

type streamSink struct {
	options WriteOptions
	w       io.Writer
}

func (s streamSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := s.options.writer("", schema)
	if err != nil {
		return nil, err
	}
	nothing := func() error { return nil }
	w.out, w.commit, w.close = s.w, nothing, nothing
	return w, nil
}

func writeError(file string, err error) error {
	return &chunker.Error{Op: "write", File: file, Row: -1, Offset: -1, Err: err}
}

// writer writes one file. Row groups are encoded by whoever brings a chunk, and put behind
// each other in order; the footer comes last.
type writer struct {
	options  WriteOptions
	file     string
	schema   *arrow.Schema
	elements []format.SchemaElement
	leaves   []leaf
	arrow    string
	out      io.Writer
	commit   func() error
	close    func() error

	encoders sync.Pool

	// Of appends, which come one at a time:
	offset  int64
	rows    int64
	groups  []format.RowGroup
	waiting []chunker.Chunk // chunks of few rows, gathered
	pending int             // rows of them
}

func (o WriteOptions) writer(file string, schema *arrow.Schema) (*writer, error) {
	if schema.NumFields() == 0 {
		return nil, writeError(file, errors.New("there are no columns to write"))
	}
	if o.Compression < Snappy || o.Compression > None {
		return nil, writeError(file, fmt.Errorf("compression %d is not known", o.Compression))
	}
	if o.RowGroupRows <= 0 {
		o.RowGroupRows = 32 << 10
	}
	if o.PageBytes <= 0 {
		o.PageBytes = 1 << 20
	}
	w := &writer{options: o, file: file, schema: schema}
	var err error
	if w.elements, w.leaves, err = elements(schema); err != nil {
		return nil, writeError(file, err)
	}
	if w.arrow, err = arrowSchema(schema); err != nil {
		return nil, writeError(file, err)
	}
	w.encoders.New = func() any { return &encoder{options: o} }
	return w, nil
}

// rowGroup is an encoded row group: offsets in it count from its beginning.
type rowGroup struct {
	bytes   []byte
	meta    format.RowGroup
	encoder *encoder // owner of bytes
}

// Write encodes a chunk as a row group, or keeps it where it has few rows.
func (w *writer) Write(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	if c.Len() < w.options.RowGroupRows {
		return func(ctx context.Context) error { return w.gather(ctx, c) }, ctx.Err()
	}
	defer c.Release()
	g, err := w.encode(c.Record)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		if err := w.flush(); err != nil {
			return err
		}
		return w.put(g)
	}, ctx.Err()
}

// gather keeps a chunk until there are enough rows for a row group.
func (w *writer) gather(ctx context.Context, c chunker.Chunk) error {
	if err := ctx.Err(); err != nil {
		c.Release()
		return context.Cause(ctx)
	}
	w.waiting = append(w.waiting, c)
	w.pending += c.Len()
	if w.pending < w.options.RowGroupRows {
		return nil
	}
	return w.flush()
}

// flush writes the chunks gathered as one row group.
func (w *writer) flush() error {
	defer w.drop()
	if w.pending == 0 {
		return nil
	}
	cols := make([]arrow.Array, w.schema.NumFields())
	for i := range cols {
		parts := make([]arrow.Array, len(w.waiting))
		for k, c := range w.waiting {
			parts[k] = c.Record.Column(i)
		}
		var err error
		if cols[i], err = take.Concat(w.schema.Field(i).Type, parts); err != nil {
			return writeError(w.file, err)
		}
	}
	g, err := w.encode(array.NewRecord(w.schema, cols, int64(w.pending)))
	if err != nil {
		return err
	}
	return w.put(g)
}

// drop releases the chunks gathered.
func (w *writer) drop() {
	for i := range w.waiting {
		w.waiting[i].Release()
	}
	w.waiting, w.pending = w.waiting[:0], 0
}

// encode makes a row group of a record.
func (w *writer) encode(rec arrow.Record) (*rowGroup, error) {
	e := w.encoders.Get().(*encoder)
	g := &rowGroup{encoder: e, meta: format.RowGroup{NumRows: rec.NumRows()}}
	e.out = e.out[:0]
	for i, l := range w.leaves {
		chunk, err := e.column(rec.Column(i), w.schema.Field(i), l)
		if err != nil {
			return nil, writeError(w.file, fmt.Errorf("column %q: %w", w.schema.Field(i).Name, err))
		}
		g.meta.Columns = append(g.meta.Columns, chunk)
		g.meta.TotalByteSize += chunk.MetaData.TotalUncompressedSize
		g.meta.TotalCompressedSize += chunk.MetaData.TotalCompressedSize
	}
	g.bytes = e.out
	return g, nil
}

const magic = "PAR1"

// put writes a row group and moves its offsets to where it lies.
func (w *writer) put(g *rowGroup) error {
	defer w.encoders.Put(g.encoder)
	if err := w.begin(); err != nil {
		return err
	}
	base := w.offset
	for i := range g.meta.Columns {
		c := &g.meta.Columns[i]
		c.FileOffset += base
		c.MetaData.DataPageOffset += base
		if c.MetaData.DictionaryPageOffset >= 0 {
			c.MetaData.DictionaryPageOffset += base
		} else {
			c.MetaData.DictionaryPageOffset = 0 // left out
		}
	}
	g.meta.FileOffset = base
	g.meta.Ordinal = int16(min(len(w.groups), 1<<15-1))
	w.groups = append(w.groups, g.meta)
	w.rows += g.meta.NumRows
	return w.write(g.bytes)
}

func (w *writer) begin() error {
	if w.offset > 0 {
		return nil
	}
	return w.write([]byte(magic))
}

func (w *writer) write(b []byte) error {
	n, err := w.out.Write(b)
	w.offset += int64(n)
	if err != nil {
		return writeError(w.file, err)
	}
	return nil
}

// Commit writes the footer and makes the file appear.
func (w *writer) Commit(context.Context) error {
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.begin(); err != nil { // of a file without rows
		return err
	}
	footer, err := w.footer()
	if err != nil {
		return writeError(w.file, err)
	}
	if err := w.write(footer); err != nil {
		return err
	}
	if err := w.commit(); err != nil {
		return writeError(w.file, err)
	}
	return nil
}

func (w *writer) footer() ([]byte, error) {
	meta := format.FileMetaData{
		Version: 2, Schema: w.elements, NumRows: w.rows, RowGroups: w.groups, CreatedBy: "volley (github.com/volley-go/volley)",
		KeyValueMetadata: []format.KeyValue{{Key: arrowSchemaKey, Value: w.arrow}},
	}
	if details, err := details(w.schema); err != nil {
		return nil, err
	} else if details != "{}" {
		meta.KeyValueMetadata = append(meta.KeyValueMetadata, format.KeyValue{Key: detailKey, Value: details})
	}
	for k, v := range w.options.Metadata {
		meta.KeyValueMetadata = append(meta.KeyValueMetadata, format.KeyValue{Key: k, Value: v})
	}
	for range w.leaves {
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	b, err := thrift.Marshal(new(thrift.CompactProtocol), &meta)
	if err != nil {
		return nil, err
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)))
	return append(b, magic...), nil
}

const arrowSchemaKey = "ARROW:schema"

func (w *writer) Close() error {
	w.drop()
	return w.close()
}
