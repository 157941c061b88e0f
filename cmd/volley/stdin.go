package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/fifo"
	"github.com/volley-go/volley/io/csvio"
)

// stream is a source of an input that comes once: standard input or a pipe, which it takes over.
func (in *input) stream(cmd *cobra.Command, options csvio.ReadOptions, name string, f *os.File) (*opened, error) {
	r := bufio.NewReaderSize(fifo.NewReader(cmd.Context(), f), 64<<10)
	o := &opened{format: in.from, close: f.Close}
	if o.format == "" {
		head, err := r.Peek(markBytes())
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		o.format = formatOfBytes(head)
	}
	if o.format != parquet {
		if err := in.ofParquet(cmd); err != nil {
			return nil, err
		}
		return o, o.once(forFormat(options, o.format), name, f, r)
	}
	if err := in.ofCSV(cmd); err != nil {
		return nil, err
	}
	return o, o.once(in.parquet(), name, f, r)
}

// once makes the source of an input that comes once, f, read through r. A format that is read from
// its end is kept in a file, unless it is one.
func (o *opened) once(by chunker.Opener, name string, f *os.File, r io.Reader) error {
	if inOrder, ok := by.(interface {
		From(name string, r io.Reader) chunker.Source
	}); ok {
		o.Source = inOrder.From(name, r)
		return nil
	}
	anywhere, ok := by.(interface {
		From(name string, r io.ReaderAt, size int64) chunker.Source
	})
	if !ok {
		return fmt.Errorf("read %s: this format is read from files alone", name)
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		o.Source = anywhere.From(name, f, info.Size())
		return nil
	}
	defer f.Close()
	s, err := spool(r)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	o.Source, o.close = anywhere.From(name, s, s.size), s.Close
	return nil
}

// spooled is a temporary file that is gone when it is closed, or when the process ends where the
// system lets an open file go.
type spooled struct {
	*os.File
	size int64
	gone bool
}

// spool keeps a stream in a file, for a format that is read from its end.
func spool(r io.Reader) (*spooled, error) {
	f, err := os.CreateTemp("", "volley-*.parquet")
	if err != nil {
		return nil, err
	}
	s := &spooled{File: f, gone: os.Remove(f.Name()) == nil}
	if s.size, err = io.Copy(f, r); err != nil {
		s.Close()
		return nil, spoolError(err)
	}
	return s, nil
}

// spoolError says where the room ended: no temporary name tells a user anything.
func spoolError(err error) error {
	if pe := (*os.PathError)(nil); errors.As(err, &pe) {
		return fmt.Errorf("keeping it in %s, since Parquet is read from its end: %w: set TMPDIR to a folder with more room", os.TempDir(), pe.Err)
	}
	return err
}

func (s *spooled) Close() error {
	err := s.File.Close()
	if !s.gone {
		err = errors.Join(err, os.Remove(s.Name()))
	}
	return err
}
