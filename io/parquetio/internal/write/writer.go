package write

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/atomicfile"
	"github.com/volley-go/volley/io/parquetio/internal/fault"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// writer is a file being written.
type writer struct {
	file    string
	options Options
	schema  *arrow.Schema
	layout  *layout
	out     atomicfile.Output

	busy atomic.Int32 // goroutines that encode

	// Used by appends only, which come one after another.
	ended    bool // the footer is written
	at       int64
	rows     int64
	written  []groupMeta
	meta     metaEncoder
	gathered []chunker.Chunk
	held     int64          // bytes of them
	enough   int64          // bytes of them that make a row group
	share    *chunker.Share // of them, their encoded form and what encoders keep; nil if no one counts
}

// encoders are kept for the next row group, and the next file: their scratch memory grows to some
// times the largest column chunk.
var encoders = sync.Pool{New: func() any { return new(encoder) }}

// File begins to write a file, which appears under its name when the writer commits, and not at
// all if it never does. What cannot be written by the options is refused before there is a file.
func File(o Options, path string, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := newWriter(o, path, schema)
	if err != nil {
		return nil, err
	}
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, fault.In("write", path, "", err)
	}
	w.out = f
	return w, nil
}

// Stream begins to write a file's bytes to out, which is not closed. What was written before an
// error stays written.
func Stream(o Options, out io.Writer, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := newWriter(o, "", schema)
	if err != nil {
		return nil, err
	}
	w.out = atomicfile.To(out)
	return w, nil
}

// newWriter checks the options, and that every column can be written.
func newWriter(o Options, file string, schema *arrow.Schema) (*writer, error) {
	if err := o.check(); err != nil {
		return nil, fault.In("write", file, "", err)
	}
	if schema.NumFields() == 0 {
		return nil, fault.In("write", file, "", fmt.Errorf("there are no columns to write"))
	}
	if o.RowGroupBytes <= 0 {
		o.RowGroupBytes = 64 << 20
	}
	l, err := layoutOf(file, schema)
	if err != nil {
		return nil, err
	}
	if err := l.chooseBlooms(o.BloomFilters); err != nil {
		return nil, fault.In("write", file, "", err)
	}
	return &writer{file: file, options: o, schema: schema, layout: l, enough: o.RowGroupBytes / 8}, nil
}

const (
	// gatherShare is the share of a budget that the gathered chunks of a row group may take: their
	// encoded form and their dictionaries come on top while they are encoded.
	gatherShare = 16
	// gatherMin is what a row group has at least, however small the budget: smaller ones are of no
	// use to readers.
	gatherMin = 1 << 20
	// encodedTimes is how many times their own bytes chunks take on top while they are encoded.
	encodedTimes = 2
)

// Hold counts what waits for a row group in m, and what the footer will say of those written. In a
// budget of less than 128 MiB row groups of gathered chunks are smaller.
func (w *writer) Hold(m *chunker.Memory) (err error) {
	if limit := m.Limit(); limit > 0 {
		w.enough = min(w.enough, max(limit/gatherShare, gatherMin))
	}
	w.share, err = m.Share("row groups being written", 0)
	return err
}

// add counts n bytes more.
func (w *writer) add(n int64) {
	if w.share != nil {
		w.share.Add(n)
	}
}

func (w *writer) Worker() (chunker.Write, error) { return w.writeChunk, nil }

// writeChunk encodes a chunk as a row group, or as several; a small one waits for others.
func (w *writer) writeChunk(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	put, err := w.prepare(ctx, c)
	if err != nil {
		w.out.Fail(err)
	}
	return put, err
}

func (w *writer) prepare(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	if err := ctx.Err(); err != nil {
		c.Release()
		return nil, context.Cause(ctx)
	}
	if err := w.checkRecord(c.Record); err != nil {
		c.Release()
		return nil, err
	}
	size, most := chunker.Bytes(c.Record), w.options.RowGroupBytes
	if size < w.enough/2 {
		return w.append(func(ctx context.Context) error { return w.gather(ctx, c, size) }), nil
	}
	defer c.Release()
	rows := c.Record.NumRows()
	n := min((size+most-1)/most, max(rows, 1))
	var groups []*rowGroup
	for i := range n {
		g, err := w.encodeGroup(ctx, []arrow.Record{c.Record.NewSlice(rows*i/n, rows*(i+1)/n)})
		if err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	return w.append(func(ctx context.Context) error {
		if err := w.flush(ctx); err != nil {
			return err
		}
		for _, g := range groups {
			if err := w.writeGroup(g); err != nil {
				return err
			}
		}
		return nil
	}), nil
}

// checkRecord compares a record with the schema that the file was begun with. What lies inside
// lists and structs is found by encoding it.
func (w *writer) checkRecord(r arrow.Record) error {
	if got, want := int(r.NumCols()), w.schema.NumFields(); got != want {
		return fault.In("write", w.file, "", fmt.Errorf("a chunk has %d columns, the file was begun with %d; give every chunk the same columns", got, want))
	}
	for i, f := range w.schema.Fields() {
		if got := r.Column(i).DataType(); got.ID() != f.Type.ID() {
			return fault.In("write", w.file, f.Name, fmt.Errorf("a chunk has %v where the file was begun with %v; give every chunk the same types", got, f.Type))
		}
	}
	return nil
}

// append runs do unless one before it has failed.
func (w *writer) append(do chunker.Append) chunker.Append {
	return func(ctx context.Context) error {
		if err := w.out.Failed(); err != nil {
			return err
		}
		err := do(ctx)
		if err != nil {
			w.out.Fail(err)
		}
		return err
	}
}

// gather keeps a small chunk until there are enough for a row group.
func (w *writer) gather(ctx context.Context, c chunker.Chunk, size int64) error {
	if c.Record.NumRows() == 0 {
		c.Release()
		return nil
	}
	w.gathered = append(w.gathered, c)
	w.add(size)
	if w.held += size; w.held < w.enough {
		return nil
	}
	return w.flush(ctx)
}

// flush writes the gathered chunks.
func (w *writer) flush(ctx context.Context) error {
	if len(w.gathered) == 0 {
		return nil
	}
	records := make([]arrow.Record, len(w.gathered))
	for i, c := range w.gathered {
		records[i] = c.Record
	}
	encoding := encodedTimes * w.held
	w.add(encoding)
	defer w.add(-encoding)
	g, err := w.encodeGroup(ctx, records)
	w.release()
	if err != nil {
		return err
	}
	return w.writeGroup(g)
}

func (w *writer) release() {
	for i := range w.gathered {
		w.gathered[i].Release()
	}
	w.add(-w.held)
	w.gathered, w.held = nil, 0
}

// encodeGroup makes a row group. The calling goroutine takes one column after another, and so do as
// many others as there are cores that no call is using.
func (w *writer) encodeGroup(ctx context.Context, records []arrow.Record) (*rowGroup, error) {
	leaves := w.layout.leaves
	g := &rowGroup{chunks: make([]*chunk, len(leaves))}
	for _, r := range records {
		g.rows += r.NumRows()
	}
	errs := make([]error, len(leaves))
	var next atomic.Int64
	take := func() {
		e := w.encoder()
		defer e.giveBack()
		for i := next.Add(1) - 1; i < int64(len(leaves)) && ctx.Err() == nil; i = next.Add(1) - 1 {
			g.chunks[i], errs[i] = w.encodeLeaf(e, leaves[i], records)
		}
	}
	var helpers sync.WaitGroup
	w.busy.Add(1)
	for range min(len(leaves), runtime.GOMAXPROCS(0)) - 1 {
		if int(w.busy.Add(1)) > runtime.GOMAXPROCS(0) {
			w.busy.Add(-1)
			break
		}
		helpers.Go(func() {
			defer w.busy.Add(-1)
			take()
		})
	}
	take()
	w.busy.Add(-1)
	helpers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return g, context.Cause(ctx)
}

// encoder returns one from the pool, for giveBack to put back.
func (w *writer) encoder() *encoder {
	e := encoders.Get().(*encoder)
	e.options = &w.options
	return e
}

func (e *encoder) giveBack() {
	e.options, e.chunk = nil, nil // which would keep the writer alive
	encoders.Put(e)
}

// encodeLeaf encodes a leaf of the records. Arrays that contradict themselves can make it panic, on
// a goroutine that no one else looks after.
func (w *writer) encodeLeaf(e *encoder, leaf *leaf, records []arrow.Record) (c *chunk, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.In("write", w.file, leaf.name(), fmt.Errorf("encoding panicked: %v\n%s", r, debug.Stack()))
		}
	}()
	pieces := make([]arrow.Array, len(records))
	for i, r := range records {
		pieces[i] = r.Column(leaf.column)
	}
	if c, err = e.column(leaf, pieces); err != nil {
		return nil, fault.In("write", w.file, leaf.name(), err)
	}
	return c, nil
}

// writeGroup writes an encoded row group behind those before it, and its bloom filters.
func (w *writer) writeGroup(g *rowGroup) error {
	if err := w.begin(); err != nil {
		return err
	}
	if err := w.unifyCodecs(g); err != nil {
		return err
	}
	g.at = w.at
	offsets := make([]chunkOffsets, len(g.chunks))
	for i, c := range g.chunks {
		offsets[i].at = w.at
		if err := w.write(c.body); err != nil {
			return err
		}
		c.free()
	}
	for i, c := range g.chunks {
		if c.filter == nil {
			continue
		}
		offsets[i].filter = [2]int64{w.at, int64(len(c.filter))}
		if err := w.write(c.filter); err != nil {
			return err
		}
		c.filter = nil
	}
	w.rows += g.rows
	m := w.meta.encode(g, offsets)
	w.add(m.size())
	w.written = append(w.written, m)
	return nil
}

func (w *writer) begin() error {
	if w.at > 0 {
		return nil
	}
	return w.write([]byte(spec.Magic))
}

func (w *writer) write(b []byte) error {
	n, err := w.out.Write(b)
	w.at += int64(n)
	if err != nil {
		return fault.In("write", w.file, "", err)
	}
	return nil
}

// Commit makes the file appear.
func (w *writer) Commit(ctx context.Context) error {
	if err := w.Finish(ctx); err != nil {
		return err
	}
	return w.closed(w.out.Commit())
}

// Finish writes the page index and the footer, and puts all on disk.
func (w *writer) Finish(ctx context.Context) error {
	if !w.ended && w.out.Failed() == nil {
		if err := w.end(ctx); err != nil {
			w.out.Fail(err)
			return err
		}
		w.ended = true
	}
	return w.closed(w.out.Finish())
}

// closed adds the file to an error of ending the output, if there is one.
func (w *writer) closed(err error) error {
	if err == nil || errors.As(err, new(*chunker.Error)) {
		return err
	}
	return fault.In("write", w.file, "", err)
}

func (w *writer) end(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	if err := w.begin(); err != nil {
		return err
	}
	index := w.at
	if err := w.pageIndex(); err != nil {
		return err
	}
	return w.footer(index)
}

// pageIndex writes the bounds of all pages, and then their places, as the format advises.
func (w *writer) pageIndex() error {
	for _, m := range w.written {
		if err := w.write(m.columnIndexes); err != nil {
			return err
		}
	}
	for _, m := range w.written {
		if err := w.write(m.offsetIndexes); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) Close() error {
	w.release()
	if w.share != nil {
		w.share.Close()
	}
	return w.closed(w.out.Close())
}
