package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/io/csvio"
)

// stream is a source of an input that comes once: standard input or a pipe, which it takes over.
func (in *input) stream(cmd *cobra.Command, options csvio.ReadOptions, name string, f *os.File) (*opened, error) {
	r := bufio.NewReaderSize(&interruptible{ctx: cmd.Context(), r: f}, 64<<10)
	o := &opened{format: in.from, close: f.Close}
	if o.format == "" {
		head, err := r.Peek(len(parquetMagic))
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		o.format = formatOfBytes(head)
	}
	if o.format != parquet {
		if err := ofParquet(cmd); err != nil {
			return nil, err
		}
		o.Source = forFormat(options, o.format).From(name, r)
		return o, nil
	}
	if err := ofCSV(cmd); err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		o.Source = in.parquet().From(name, f, info.Size())
		return o, nil
	}
	defer f.Close()
	s, err := spool(r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	o.Source, o.close = in.parquet().From(name, s, s.size), s.Close
	return o, nil
}

// spooled is a temporary file that is gone when it is closed.
type spooled struct {
	*os.File
	size int64
}

// spool keeps a stream in a file, for a format that is read from its end.
func spool(r io.Reader) (*spooled, error) {
	f, err := os.CreateTemp("", "volley-*.parquet")
	if err != nil {
		return nil, err
	}
	s := &spooled{File: f}
	if s.size, err = io.Copy(f, r); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *spooled) Close() error {
	err := s.File.Close()
	if rerr := os.Remove(s.Name()); err == nil {
		err = rerr
	}
	return err
}

// interruptible reads from a file whose reads cannot be called off, such as a terminal or a pipe that
// nobody writes to: when ctx ends, a read that waits is left behind.
type interruptible struct {
	ctx context.Context
	r   io.Reader
	buf []byte // of the reading goroutine, while one runs
	got chan read
}

// read is what a read came to.
type read struct {
	n   int
	err error
}

func (i *interruptible) Read(p []byte) (int, error) {
	if i.buf == nil {
		i.buf, i.got = make([]byte, 256<<10), make(chan read, 1)
	}
	go func() {
		n, err := i.r.Read(i.buf[:min(len(p), len(i.buf))])
		i.got <- read{n, err}
	}()
	select {
	case <-i.ctx.Done():
		return 0, context.Cause(i.ctx)
	case g := <-i.got:
		return copy(p, i.buf[:g.n]), g.err
	}
}
