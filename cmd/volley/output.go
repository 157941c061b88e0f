package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/spf13/cobra"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/fifo"
	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
)

// output is how an output is written.
type output struct {
	to          string
	compression string
	delimiter   string
	defuse      bool
	force       bool
	planned     bool // nothing is written: it is said what would be
}

func (o *output) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "format of the output: csv, tsv or parquet (default: by name; csv for standard output, pipes and devices)")
	f.StringVar(&o.compression, "compression", "", "gzip, zstd or none; for Parquet also snappy, brotli or lz4 (default: by name; snappy for Parquet)")
	f.StringVar(&o.delimiter, "out-delimiter", "", "what separates the fields of CSV that is written, such as ';' or tab (default: comma)")
	f.BoolVar(&o.defuse, "defuse-formulas", false, "write CSV for spreadsheets: an apostrophe goes before names and texts that begin with = + - @, a tab or a line end, and stays in them")
	f.BoolVar(&o.force, "force", false, "replace files that are there already")
	_ = cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
}

// writers makes sinks of one format.
type writers interface {
	Create(path string) chunker.Sink
	To(w io.Writer) chunker.Sink
}

// sink is an output of this name.
func (o *output) sink(path string) (chunker.Sink, error) {
	w, err := o.writers(path)
	if err != nil {
		return nil, err
	}
	return o.place(w, path)
}

// place is a sink of a format at a path.
func (o *output) place(w writers, path string) (chunker.Sink, error) {
	switch {
	case path == stdio:
		if c, ok := w.(csvio.WriteOptions); !o.planned && isTerminal(os.Stdout) && (!ok || c.Compression != "" && c.Compression != "none") {
			return nil, errors.New("what is not text is not written to a terminal: send it to a file or a pipe")
		}
		return standardOutput{w}, nil
	case isPipe(path):
		return device{path, w}, nil
	}
	return file{w.Create(path), path, o.force}, nil
}

// writers chooses the format and sets its options.
func (o *output) writers(path string) (writers, error) {
	format, packed, err := o.format(path)
	if err != nil {
		return nil, err
	}
	delimiter, err := delimiterOf(o.delimiter)
	if err != nil {
		return nil, err
	}
	compression := o.compression
	if compression == "" {
		compression = packed
	}
	switch {
	case format == parquet && packed != "":
		return nil, fmt.Errorf("the output's name %q: Parquet compresses its pages, not the file: leave %s out, and give --compression %s", path, filepath.Ext(path), packed)
	case format == parquet && delimiter != 0:
		return nil, errors.New("--out-delimiter is of CSV, the output is Parquet")
	case format == parquet && o.defuse:
		return nil, errors.New("--defuse-formulas is of CSV, the output is Parquet")
	case format == parquet:
		return parquetio.WriteOptions{Compression: compression}, nil
	case compression != "" && compression != "gzip" && compression != "zstd" && compression != "none":
		return nil, fmt.Errorf("%s is not written for CSV: use gzip (.gz), zstd (.zst) or none", compression)
	case format == tsv && delimiter == 0:
		delimiter = '\t'
	}
	return csvio.WriteOptions{Delimiter: delimiter, Compression: compression, DefuseFormulas: o.defuse}, nil
}

// format is that of an output of this name, and the compression that the name tells.
func (o *output) format(path string) (format, packed string, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "", "", fmt.Errorf("the output %s is a directory: name a file in it", terminal.Escape(path))
	}
	format, packed, err = formatByName(path)
	switch {
	case o.to != "":
		return o.to, packed, checkFormat("--to", o.to)
	case path == stdio, err != nil && isPipe(path):
		return csv, "", nil
	case err != nil:
		return "", "", fmt.Errorf("the output's %w, or give --to", err)
	}
	return format, packed, nil
}

// file is a sink that does not replace a file unless it may.
type file struct {
	chunker.Sink
	path  string
	force bool
}

// Stored is the sink as data. Whether it may replace a file, the run says.
func (f file) Stored() (chunker.Files, error) { return chunker.FilesOf(f.Sink) }

// Stored is the sink as data.
func (d device) Stored() (chunker.Files, error) { return chunker.FilesOf(d.writers.Create(d.path)) }

// Stored is the sink as data.
func (s standardOutput) Stored() (chunker.Files, error) {
	return chunker.FilesOf(s.writers.Create(stdio))
}

// Places returns the file that is written.
func (f file) Places() []string { return []string{f.path} }

// Create looks for a file once the sink has: a sink replaces what it found alone, so that a file
// that comes later is kept.
func (f file) Create(ctx context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	if err := f.free(); err != nil {
		return nil, err
	}
	w, err := f.Sink.Create(ctx, schema)
	if err == nil {
		if err = f.free(); err != nil {
			_ = w.Close()
		}
	}
	return w, err
}

// free is an error if a file is there that may not be replaced.
func (f file) free() error {
	if _, err := os.Lstat(f.path); err == nil && !f.force {
		return fmt.Errorf("%s is there already: --force replaces it", terminal.Escape(f.path))
	}
	return nil
}

// device is a sink that cannot be replaced by a rename: a named pipe, /dev/null.
type device struct {
	path string
	writers
}

func (d device) Create(ctx context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	f, err := fifo.Open(ctx, d.path, os.O_WRONLY)
	if err != nil {
		return nil, err
	}
	return closing(ctx, f, d.writers, schema)
}

// standardOutput is a sink that closes standard output behind the data, for what a disk says only
// then.
type standardOutput struct{ writers }

func (s standardOutput) Create(ctx context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	return closing(ctx, os.Stdout, s.writers, schema)
}

// closing is a writer to f that Commit or Close closes with it. Who reads f may keep it waiting
// until ctx ends.
func closing(ctx context.Context, f *os.File, to writers, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := to.To(fifo.NewWriter(ctx, f)).Create(ctx, schema)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return closingWriter{w, f}, nil
}

type closingWriter struct {
	chunker.Writer
	f *os.File
}

func (w closingWriter) Finish(ctx context.Context) error { return chunker.Finish(ctx, w.Writer) }

func (w closingWriter) Commit(ctx context.Context) error {
	if err := w.Writer.Commit(ctx); err != nil {
		return err
	}
	return w.f.Close()
}

func (w closingWriter) Close() error {
	_ = w.f.Close() // a second time is fine: Commit told the error
	return w.Writer.Close()
}
