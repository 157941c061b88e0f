// Package fifo opens, reads and writes what may keep a program waiting for ever: named pipes, whose
// open waits for the other end, terminals and sockets. Whoever waits is let go when a context ends.
package fifo

import (
	"context"
	"io"
	"os"
)

// Open opens a file as [os.OpenFile] does. If ctx ends before the other end of a pipe has come, the
// open is left behind; what it opens later is closed.
func Open(ctx context.Context, name string, flag int) (*os.File, error) {
	if info, err := os.Stat(name); err != nil || info.Mode().IsRegular() || info.IsDir() {
		return os.OpenFile(name, flag, 0)
	}
	type opened struct {
		f   *os.File
		err error
	}
	got := make(chan opened, 1)
	go func() {
		f, err := os.OpenFile(name, flag, 0)
		got <- opened{f, err}
	}()
	select {
	case o := <-got:
		return o.f, o.err
	case <-ctx.Done():
	}
	go func() {
		if o := <-got; o.err == nil {
			_ = o.f.Close()
		}
	}()
	return nil, context.Cause(ctx)
}

// Reader reads from what cannot be called off: when the context ends, a read that waits is left
// behind.
type Reader struct {
	ctx context.Context
	r   io.Reader
	buf []byte // of the reading goroutine, while one runs
	got chan read
}

// read is what a read or write came to.
type read struct {
	n   int
	err error
}

// NewReader returns a reader of r until ctx ends.
func NewReader(ctx context.Context, r io.Reader) *Reader { return &Reader{ctx: ctx, r: r} }

// Until has the following reads end with another context.
func (r *Reader) Until(ctx context.Context) { r.ctx = ctx }

func (r *Reader) Read(p []byte) (int, error) {
	if r.buf == nil {
		r.buf, r.got = make([]byte, 256<<10), make(chan read, 1)
	}
	go func() {
		n, err := r.r.Read(r.buf[:min(len(p), len(r.buf))])
		r.got <- read{n, err}
	}()
	select {
	case <-r.ctx.Done():
		return 0, context.Cause(r.ctx)
	case g := <-r.got:
		return copy(p, r.buf[:g.n]), g.err
	}
}

// writer writes to what cannot be called off: when the context ends, a write that waits is left
// behind.
type writer struct {
	ctx context.Context
	w   io.Writer
	buf []byte // of the writing goroutine, while one runs
	got chan read
	err error // that a write ended with: nothing is written any more
}

// NewWriter returns a writer to f until ctx ends. A file that cannot keep a program waiting is
// written as it is.
func NewWriter(ctx context.Context, f *os.File) io.Writer {
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		return f
	}
	return &writer{ctx: ctx, w: f}
}

// Write hands copies on: a write that is left behind still reads what it was given.
func (w *writer) Write(p []byte) (written int, err error) {
	if w.buf == nil {
		w.buf, w.got = make([]byte, 256<<10), make(chan read, 1)
	}
	for written < len(p) && w.err == nil {
		n := copy(w.buf, p[written:])
		go func() {
			n, err := w.w.Write(w.buf[:n])
			w.got <- read{n, err}
		}()
		select {
		case <-w.ctx.Done():
			w.err = context.Cause(w.ctx)
		case g := <-w.got:
			written += g.n
			w.err = g.err
		}
	}
	return written, w.err
}
