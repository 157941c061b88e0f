package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/chunker"
)

// Logs is a chunker.Source of access logs, one file a day, named by it: 2024-03-01.log. A line is a
// time, a path, a status, milliseconds and a user.
type Logs struct{ Folder string }

var logSchema = arrow.NewSchema([]arrow.Field{
	{Name: "day", Type: arrow.BinaryTypes.String},
	{Name: "time", Type: arrow.BinaryTypes.String},
	{Name: "path", Type: arrow.BinaryTypes.String},
	{Name: "status", Type: arrow.PrimitiveTypes.Int64},
	{Name: "ms", Type: arrow.PrimitiveTypes.Int64},
	{Name: "user", Type: arrow.BinaryTypes.String},
}, nil)

// Describe lists the files.
func (l Logs) Describe(context.Context) (chunker.Input, error) {
	files, err := filepath.Glob(filepath.Join(l.Folder, "*.log"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: there are no files *.log", l.Folder)
	}
	slices.Sort(files)
	return input{files}, err
}

type input struct{ files []string }

func (i input) Schema() *arrow.Schema { return logSchema }
func (i input) Close() error          { return nil }

// Open begins a pass over the files that may have rows that are wanted.
func (i input) Open(_ context.Context, req chunker.Request) (chunker.Stream, error) {
	s := &stream{bytes: int(cmp.Or(req.Bytes, 1<<20))}
	for _, file := range i.files {
		if wanted(dayOf(file), req) {
			s.files = append(s.files, file)
		}
	}
	return chunker.SelectStream(s, req.Columns)
}

// wanted reports whether rows of a day may satisfy all that the request says of the column day.
func wanted(day string, req chunker.Request) bool {
	for _, b := range req.Filter.Bounds {
		if to, is := b.Value.(string); is && b.Column == "day" {
			order := cmp.Compare(day, to)
			if b.Op.Misses(order, order) {
				return false
			}
		}
	}
	return true
}

func dayOf(file string) string { return strings.TrimSuffix(filepath.Base(file), ".log") }

// stream cuts files into pieces of whole lines.
type stream struct {
	files []string // not yet begun
	bytes int
	name  string
	open  *os.File
	from  *bufio.Reader
	row   int64
}

func (s *stream) Schema() *arrow.Schema { return logSchema }

// Next reads the lines of the next chunk, which is cheap; the part parses them.
func (s *stream) Next(context.Context) (chunker.Part, error) {
	for {
		if s.open == nil {
			if len(s.files) == 0 {
				return nil, io.EOF
			}
			if err := s.begin(); err != nil {
				return nil, err
			}
		}
		text, err := s.lines()
		if err != nil {
			return nil, err
		}
		if len(text) > 0 {
			file, row := s.name, s.row
			s.row += int64(bytes.Count(text, []byte("\n")))
			return func(context.Context) (chunker.Chunk, error) { return parse(text, file, row) }, nil
		}
		if err := s.Close(); err != nil {
			return nil, err
		}
	}
}

func (s *stream) begin() (err error) {
	s.name, s.files, s.row = s.files[0], s.files[1:], 0
	s.open, err = os.Open(s.name)
	s.from = bufio.NewReader(s.open)
	return err
}

// lines reads whole lines of about s.bytes; the last line of a file gets the end that it may lack.
func (s *stream) lines() (text []byte, err error) {
	for len(text) < s.bytes {
		line, err := s.from.ReadBytes('\n')
		if text = append(text, line...); err == io.EOF {
			if n := len(text); n > 0 && text[n-1] != '\n' {
				text = append(text, '\n')
			}
			return text, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return text, nil
}

// Close ends the pass.
func (s *stream) Close() error {
	if s.open == nil {
		return nil
	}
	defer func() { s.open = nil }()
	return s.open.Close()
}

// parse makes a chunk of lines. Row is the first line's number in the file, so that errors of
// later steps name the line.
func parse(text []byte, file string, row int64) (chunker.Chunk, error) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, logSchema)
	n := 0
	for line := range strings.Lines(string(text)) {
		if err := appendLine(b, dayOf(file), strings.Fields(line)); err != nil {
			return chunker.Chunk{}, &chunker.Error{
				Op: "read", File: file, Row: int64(n), Line: row + int64(n) + 1, Offset: -1, Err: fmt.Errorf("%q: %w", strings.TrimSpace(line), err),
			}
		}
		n++
	}
	return chunker.Chunk{
		Record: b.NewRecord(), Read: int64(len(text)),
		Origin: chunker.Origin{File: file, Row: row, Lines: chunker.Lines{First: row + 1}},
	}, nil
}

var errShape = errors.New("a line is a time, a path, a status, milliseconds and a user")

func appendLine(b *array.RecordBuilder, day string, fields []string) error {
	if len(fields) != 5 {
		return errShape
	}
	status, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return err
	}
	ms, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil {
		return err
	}
	for i, text := range map[int]string{0: day, 1: fields[0], 2: fields[1], 5: fields[4]} {
		b.Field(i).(*array.StringBuilder).Append(text)
	}
	b.Field(3).(*array.Int64Builder).Append(status)
	b.Field(4).(*array.Int64Builder).Append(ms)
	return nil
}
