package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
)

// JSONLines is a chunker.Sink: a file with a JSON object for each row.
type JSONLines struct{ Path string }

// Create begins the file under another name, in the same folder, so that it appears whole or not at
// all.
func (j JSONLines) Create(context.Context, *arrow.Schema) (chunker.Writer, error) {
	f, err := os.CreateTemp(filepath.Dir(j.Path), ".jsonl-*")
	if err != nil {
		return nil, err
	}
	return &writer{path: j.Path, file: f, to: bufio.NewWriter(f)}, nil
}

type writer struct {
	path string
	file *os.File
	to   *bufio.Writer
	err  error // of an append: lines are missing
	done bool
}

// Worker returns what encodes chunks; all workers can share it, for it keeps nothing.
func (w *writer) Worker() (chunker.Write, error) { return w.write, nil }

// write encodes a chunk, on any worker. What it returns writes the lines, in the order of the rows.
func (w *writer) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	defer c.Release()
	var lines bytes.Buffer
	if err := array.RecordToJSON(c.Record, &lines); err != nil {
		return nil, err
	}
	return func(context.Context) error {
		_, err := w.to.Write(lines.Bytes())
		w.err = errors.Join(w.err, err)
		return err
	}, nil
}

// Commit gives the file its name.
func (w *writer) Commit(context.Context) error {
	if err := errors.Join(w.err, w.to.Flush(), w.file.Sync(), w.file.Close()); err != nil {
		return err
	}
	if err := os.Rename(w.file.Name(), w.path); err != nil {
		return err
	}
	w.done = true
	return nil
}

// Close removes what was not committed.
func (w *writer) Close() error {
	if w.done {
		return nil
	}
	w.done = true
	w.file.Close() // a second time, if Commit failed
	return os.Remove(w.file.Name())
}
