package write

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/atomicfile"
	"github.com/volley-go/volley/internal/bind"
)

// Options are how CSV is written: csvio.WriteOptions, which says what each is.
type Options struct {
	Delimiter      byte
	Null           string
	NoHeader       bool
	CRLF           bool
	QuoteAll       bool
	DefuseFormulas bool
	Compression    string
}

// File returns the writer of a file that appears whole with Commit, or not at all. Options that
// do not say how it is compressed go by its name.
func File(path string, schema *arrow.Schema, o Options) (chunker.Writer, error) {
	if o.Compression == "" {
		switch {
		case strings.HasSuffix(path, ".gz"):
			o.Compression = "gzip"
		case strings.HasSuffix(path, ".zst"):
			o.Compression = "zstd"
		}
	}
	w, err := newWriter(path, schema, o)
	if err != nil {
		return nil, err
	}
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, writeError(path, err)
	}
	w.out = f
	return w, nil
}

// Stream returns a writer that writes to out as chunks come, which Commit ends and does not
// close.
func Stream(out io.Writer, schema *arrow.Schema, o Options) (chunker.Writer, error) {
	w, err := newWriter("", schema, o)
	if err != nil {
		return nil, err
	}
	w.out = atomicfile.To(out)
	return w, nil
}

func writeError(file string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		if file == "" { // of a writer that is a file
			file = pe.Path
		}
		err = pe.Err // the file is named once, and not by its temporary name
	}
	return &chunker.Error{Op: "write", File: file, Row: -1, Offset: -1, Err: err}
}

// writer writes one output: chunks are encoded, and compressed, by whoever brings them,
// and put one after another in order. Compressed output is a series of members or frames, one a
// chunk, which readers of both formats take as one stream.
type writer struct {
	options Options
	file    string
	schema  *arrow.Schema
	out     atomicfile.Output

	begun   bool      // the header is written
	outputs sync.Pool // of chunks that are written

	mu    sync.Mutex
	idle  []*encoder
	share *chunker.Share // of encoders; nil where no one counts
}

// newWriter checks the options and that every column can be written.
func newWriter(file string, schema *arrow.Schema, o Options) (*writer, error) {
	if o.Delimiter == 0 {
		o.Delimiter = ','
	}
	fail := func(column string, format string, args ...any) error {
		return &chunker.Error{Op: "write", File: file, Row: -1, Offset: -1, Column: column, Err: fmt.Errorf(format, args...)}
	}
	if strings.ContainsRune("\"\r\n", rune(o.Delimiter)) || o.Delimiter >= 0x80 {
		return nil, fail("", "the delimiter %q cannot be one: use a single ASCII character that is neither a quote nor a line end", o.Delimiter)
	}
	if strings.ContainsAny(o.Null, string([]byte{o.Delimiter, '"', '\r', '\n'})) {
		return nil, fail("", "the word for null, %q, holds a delimiter, quote or line end", o.Null)
	}
	switch o.Compression {
	case "", "none", "gzip", "zstd":
	default:
		return nil, fail("", "compression %q is not known: use gzip, zstd or none", o.Compression)
	}
	if schema.NumFields() == 0 {
		return nil, fail("", "there are no columns to write")
	}
	for _, f := range schema.Fields() {
		if !encodable(f.Type) {
			return nil, fail(f.Name, "a CSV field cannot hold a %s: compute a string from it, or write Parquet", bind.Name(f.Type))
		}
	}
	w := &writer{options: o, file: file, schema: schema}
	w.outputs.New = func() any { return new(output) }
	return w, nil
}

// Hold counts in m what encoders keep from chunk to chunk. Each worker has one.
func (w *writer) Hold(m *chunker.Memory) (err error) {
	w.share, err = m.Share("encoders of CSV", 0)
	return err
}

// encoder is one that no other chunk has, for giveBack to take.
func (w *writer) encoder() *encoder {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.idle); n > 0 {
		e := w.idle[n-1]
		w.idle = w.idle[:n-1]
		return e
	}
	return newEncoder(w.options, w.schema)
}

// giveBack counts what the encoder has come to keep.
func (w *writer) giveBack(e *encoder) {
	kept := e.kept()
	if w.share != nil {
		w.share.Add(kept - e.counted)
	}
	e.counted, e.output = kept, nil
	w.mu.Lock()
	defer w.mu.Unlock()
	w.idle = append(w.idle, e)
}

func (w *writer) Worker() (chunker.Write, error) { return w.write, nil }

// write encodes a chunk.
func (w *writer) write(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	defer c.Release()
	e, out := w.encoder(), w.outputs.Get().(*output)
	e.output = out
	text, packed, err := w.encode(ctx, e, c)
	if err != nil {
		return nil, w.fail(err)
	}
	w.giveBack(e)
	return func(context.Context) error {
		defer w.outputs.Put(out)
		if err := w.header(text); err != nil {
			return err
		}
		return w.put(packed)
	}, nil
}

// encode returns a chunk's text, and what is written of it.
func (w *writer) encode(ctx context.Context, e *encoder, c chunker.Chunk) (text, packed []byte, err error) {
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	if text, err = e.encode(c.Record); err != nil {
		return nil, nil, err
	}
	if w.options.NoHeader {
		text = unmistaken(text, w.options.Delimiter)
	}
	packed, err = w.pack(e, text)
	return text, packed, err
}

// fail has the output not committed: it lacks something.
func (w *writer) fail(err error) error {
	err = writeError(w.file, err)
	w.out.Fail(err)
	return err
}

// header writes the line of names before the first rows.
func (w *writer) header(rows []byte) error {
	if w.begun {
		return nil
	}
	w.begun = true
	if w.options.NoHeader {
		return nil
	}
	e := w.encoder()
	e.output = new(output)
	defer w.giveBack(e)
	packed, err := w.pack(e, e.headerOver(rows))
	if err != nil {
		return w.fail(err)
	}
	return w.put(packed)
}

func (w *writer) put(b []byte) error {
	if _, err := w.out.Write(b); err != nil {
		return w.fail(err)
	}
	return nil
}

// pack compresses a piece of text as a member or frame of its own.
func (w *writer) pack(e *encoder, text []byte) ([]byte, error) {
	switch w.options.Compression {
	case "gzip":
		e.packed.Reset()
		z := gzip.NewWriter(&e.packed)
		if _, err := z.Write(text); err != nil {
			return nil, err
		}
		err := z.Close()
		return e.packed.Bytes(), err
	case "zstd":
		if e.zstd == nil {
			z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
			if err != nil {
				return nil, err
			}
			e.zstd = z
		}
		e.packed.Reset()
		e.packed.Write(e.zstd.EncodeAll(text, e.packed.AvailableBuffer()))
		return e.packed.Bytes(), nil
	}
	return text, nil
}

// Finish writes the header of an output without rows.
func (w *writer) Finish(context.Context) error {
	if w.out.Failed() == nil {
		if err := w.header(nil); err != nil {
			return err
		}
	}
	return w.closed(w.out.Finish())
}

// Commit makes the output appear.
func (w *writer) Commit(ctx context.Context) error {
	if err := w.Finish(ctx); err != nil {
		return err
	}
	return w.closed(w.out.Commit())
}

func (w *writer) Close() error {
	if w.share != nil {
		w.share.Close()
	}
	return w.closed(w.out.Close())
}

// closed is an error of ending the output, if there is one.
func (w *writer) closed(err error) error {
	if err == nil || errors.As(err, new(*chunker.Error)) {
		return err
	}
	return writeError(w.file, err)
}
