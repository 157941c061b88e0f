package parquetio

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/atomicfile"
)

// WriteOptions is how Parquet is written. The zero value writes what every reader reads: snappy, data
// pages of version 1, dictionaries where they are worth it, statistics and checksums.
type WriteOptions struct {
	// Compression is "snappy", "zstd", "gzip", "brotli", "lz4" or "none"; "" is snappy.
	Compression string
	// RowGroupBytes is the most memory that the rows of a row group take; 0 is 64 MiB. Chunks of a sixteenth of that
	// and more are row groups of their own, smaller ones are gathered.
	RowGroupBytes int64
}

// Create is a sink that writes a Parquet file with default options. The file appears whole, or not at all.
func Create(path string) chunker.Sink { return WriteOptions{}.Create(path) }

// WriteFile writes a frame to a Parquet file with default options, on all cores.
func WriteFile(ctx context.Context, path string, f *frame.Frame) error {
	return WriteOptions{}.WriteFile(ctx, path, f)
}

// Create is a sink that writes a Parquet file with these options.
func (o WriteOptions) Create(path string) chunker.Sink { return fileSink{o, path} }

// WriteFile writes a frame to a Parquet file with these options, on all cores.
func (o WriteOptions) WriteFile(ctx context.Context, path string, f *frame.Frame) error {
	_, err := chunker.Copy(ctx, o.Create(path), chunker.FromFrame(f))
	return err
}

// To is a sink that writes Parquet to w, which Commit ends and does not close. What was written before an
// error stays written.
func (o WriteOptions) To(w io.Writer) chunker.Sink { return streamSink{o, w} }

// To is a sink that writes Parquet to w with default options.
func To(w io.Writer) chunker.Sink { return WriteOptions{}.To(w) }

type fileSink struct {
	options WriteOptions
	path    string
}

// Places returns the file that is written.
func (s fileSink) Places() []string { return []string{s.path} }

func (s fileSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := s.options.writer(s.path, schema)
	if err != nil {
		return nil, err
	}
	f, err := atomicfile.Create(s.path)
	if err != nil {
		return nil, fileError("write", s.path, "", err)
	}
	w.out, w.commit, w.close = f, f.Commit, f.Close
	return w, nil
}

type streamSink struct {
	options WriteOptions
	out     io.Writer
}

func (s streamSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := s.options.writer("", schema)
	if err != nil {
		return nil, err
	}
	w.out = s.out
	w.commit = func() error { return nil }
	w.close = w.commit
	return w, nil
}

// writer is a file being written.
type writer struct {
	file   string
	codec  format.CompressionCodec
	most   int64 // bytes of a row group in memory
	schema *arrow.Schema
	cols   []*encoding
	out    io.Writer
	commit func() error
	close  func() error

	// Used by appends only, which come one after another.
	at       int64
	groups   []format.RowGroup
	rows     int64
	gathered []chunker.Chunk
	held     int64 // bytes of them
	scratch  sync.Pool
}

var codecs = map[string]format.CompressionCodec{
	"": format.Snappy, "snappy": format.Snappy, "zstd": format.Zstd, "gzip": format.Gzip,
	"brotli": format.Brotli, "lz4": format.Lz4Raw, "none": format.Uncompressed,
}

// writer checks the options, and that every column can be written.
func (o WriteOptions) writer(file string, schema *arrow.Schema) (*writer, error) {
	codec, ok := codecs[o.Compression]
	if !ok {
		return nil, fileError("write", file, "", fmt.Errorf("compression %q is not known: use snappy, zstd, gzip, brotli, lz4 or none", o.Compression))
	}
	w := &writer{file: file, codec: codec, most: o.RowGroupBytes, schema: schema}
	if w.most <= 0 {
		w.most = 64 << 20
	}
	if schema.NumFields() == 0 {
		return nil, fileError("write", file, "", fmt.Errorf("there are no columns to write"))
	}
	for _, f := range schema.Fields() {
		e, err := encodingOf(f)
		if err != nil {
			return nil, fileError("write", file, f.Name, err)
		}
		w.cols = append(w.cols, e)
	}
	w.scratch.New = func() any { return new(encoder) }
	return w, nil
}

// rowGroup is an encoded row group, whose offsets count from its first byte.
type rowGroup struct {
	meta format.RowGroup
	body []byte
}

// Write encodes a chunk as a row group, or as several; a small one waits for others.
func (w *writer) Write(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	if err := ctx.Err(); err != nil {
		c.Release()
		return nil, context.Cause(ctx)
	}
	size := chunker.Bytes(c.Record)
	if size < w.most/16 {
		return func(ctx context.Context) error { return w.gather(c, size) }, nil
	}
	defer c.Release()
	rows := c.Record.NumRows()
	n := min((size+w.most-1)/w.most, max(rows, 1))
	var groups []rowGroup
	for i := range n {
		g, err := w.encode([]arrow.Record{c.Record.NewSlice(rows*i/n, rows*(i+1)/n)})
		if err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	return func(context.Context) error {
		if err := w.flush(); err != nil {
			return err
		}
		for _, g := range groups {
			if err := w.put(g); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// gather keeps a small chunk until there are enough for a row group.
func (w *writer) gather(c chunker.Chunk, size int64) error {
	if c.Record.NumRows() == 0 {
		c.Release()
		return nil
	}
	w.gathered = append(w.gathered, c)
	if w.held += size; w.held < w.most/8 {
		return nil
	}
	return w.flush()
}

// flush writes the gathered chunks.
func (w *writer) flush() error {
	if len(w.gathered) == 0 {
		return nil
	}
	records := make([]arrow.Record, len(w.gathered))
	for i, c := range w.gathered {
		records[i] = c.Record
	}
	g, err := w.encode(records)
	w.release()
	if err != nil {
		return err
	}
	return w.put(g)
}

func (w *writer) release() {
	for i := range w.gathered {
		w.gathered[i].Release()
	}
	w.gathered, w.held = nil, 0
}

// encode makes a row group.
func (w *writer) encode(records []arrow.Record) (rowGroup, error) {
	e := w.scratch.Get().(*encoder)
	defer w.scratch.Put(e)
	e.codec, e.out = w.codec, nil
	var g rowGroup
	for _, r := range records {
		g.meta.NumRows += r.NumRows()
	}
	pieces := make([]arrow.Array, len(records))
	for i, col := range w.cols {
		for k, r := range records {
			pieces[k] = r.Column(i)
		}
		chunk, err := e.column(col, pieces)
		if err != nil {
			return g, fileError("write", w.file, w.schema.Field(i).Name, err)
		}
		g.meta.Columns = append(g.meta.Columns, chunk)
		g.meta.TotalByteSize += chunk.MetaData.TotalUncompressedSize
		g.meta.TotalCompressedSize += chunk.MetaData.TotalCompressedSize
	}
	g.body = e.out
	return g, nil
}

// put writes an encoded row group behind those before it.
func (w *writer) put(g rowGroup) error {
	if err := w.begin(); err != nil {
		return err
	}
	g.meta.FileOffset = w.at
	g.meta.Ordinal = int16(min(len(w.groups), 1<<15-1))
	for i := range g.meta.Columns {
		m := &g.meta.Columns[i].MetaData
		m.DataPageOffset += w.at
		if m.DictionaryPageOffset >= 0 {
			m.DictionaryPageOffset += w.at
		} else {
			m.DictionaryPageOffset = 0
		}
	}
	w.groups = append(w.groups, g.meta)
	w.rows += g.meta.NumRows
	return w.write(g.body)
}

func (w *writer) begin() error {
	if w.at > 0 {
		return nil
	}
	return w.write([]byte(magic))
}

func (w *writer) write(b []byte) error {
	n, err := w.out.Write(b)
	w.at += int64(n)
	if err != nil {
		return fileError("write", w.file, "", err)
	}
	return nil
}

const createdBy = "volley"

// Commit writes the footer.
func (w *writer) Commit(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.begin(); err != nil {
		return err
	}
	meta := &format.FileMetaData{Version: 2, NumRows: w.rows, RowGroups: w.groups, CreatedBy: createdBy}
	root := format.SchemaElement{Name: "schema", NumChildren: thrift.New(int32(len(w.cols)))}
	meta.Schema = append(meta.Schema, root)
	for _, c := range w.cols {
		meta.Schema = append(meta.Schema, c.element)
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: new(format.TypeDefinedOrder)})
	}
	stored, err := storedSchema(w.schema)
	if err != nil {
		return fileError("write", w.file, "", err)
	}
	meta.KeyValueMetadata = append(meta.KeyValueMetadata, format.KeyValue{Key: schemaKey, Value: stored})
	b, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		return fileError("write", w.file, "", err)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)))
	if err := w.write(append(b, magic...)); err != nil {
		return err
	}
	if err := w.commit(); err != nil {
		return fileError("write", w.file, "", err)
	}
	return nil
}

// storedSchema is the Arrow schema as other Arrow readers look for it.
func storedSchema(s *arrow.Schema) (string, error) {
	var b bytes.Buffer
	w := ipc.NewWriter(&b, ipc.WithSchema(s))
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func (w *writer) Close() error {
	w.release()
	return w.close()
}
