package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/decompress"
	"github.com/volley-go/volley/internal/paths"
)

// source is files, or a reader.
type source struct {
	options ReadOptions
	paths   []string                  // of files and patterns; of a reader, its name
	reader  io.Reader                 // in place of files
	names   []string                  // columns asked for; nil is all
	wider   map[string]arrow.DataType // columns found too narrow by an earlier pass
	part    [2]int                    // of a split: part of how many
}

func (s *source) fail(file string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		file, err = pe.Path, pe.Err // the file is named once
	}
	return &chunker.Error{Op: "read", File: file, Row: -1, Offset: -1, Err: err}
}

// files lists what is to be read.
func (s *source) files() ([]string, error) {
	if s.reader != nil {
		return s.paths, nil
	}
	files, err := paths.Expand(s.paths...)
	if err == nil && len(files) == 0 {
		err = errors.New("no file is named")
	}
	if err != nil {
		return nil, s.fail(s.name(), err)
	}
	return files, nil
}

// name is what errors about the source as a whole call it.
func (s *source) name() string { return strings.Join(s.paths, " ") }

// Places returns the files that are read.
func (s *source) Places() []string {
	if s.reader != nil {
		return nil
	}
	files, _ := s.files()
	return files
}

// Size returns the files' bytes; how many rows they have is not known.
func (s *source) Size(context.Context) (rows, size int64, err error) {
	if s.reader != nil {
		return -1, -1, nil
	}
	files, err := s.files()
	if err != nil {
		return -1, -1, err
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return -1, -1, s.fail(f, err)
		}
		size += info.Size()
	}
	return -1, size, nil
}

// Prune returns a source of some columns.
func (s *source) Prune(columns []string) chunker.Source {
	c := *s
	c.names = columns
	return &c
}

// Split returns a source for each file, or for runs of neighbouring files.
func (s *source) Split(_ context.Context, n int) ([]chunker.Source, error) {
	files, err := s.files()
	if err != nil || s.reader != nil || len(files) < 2 || n < 2 {
		return []chunker.Source{s}, err
	}
	n = min(n, len(files))
	var out []chunker.Source
	for i := range n {
		c := *s
		c.part = [2]int{i, n}
		out = append(out, &c)
	}
	return out, nil
}

// Open finds out the dialect and the columns, and begins at the first row.
func (s *source) Open(ctx context.Context, size int64) (chunker.Stream, error) {
	if err := s.options.check(); err != nil {
		return nil, s.fail(s.name(), err)
	}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	if size <= 0 {
		size = chunkBytes
	}
	st := &stream{source: s, files: files, block: headBytes, nulls: s.options.nulls()}
	if err := st.find(ctx); err != nil {
		st.Close()
		return nil, err
	}
	// size is that of columns in memory; a block is their text.
	st.block = int(min(max(float64(size)*st.density, 4<<10), 64<<20))
	if n := s.part[1]; n > 1 {
		st.skipTo(len(files)*s.part[0]/n, len(files)*(s.part[0]+1)/n)
	}
	st.cutPlain()
	return st, nil
}

// chunkBytes are the columns of a chunk, unless somebody asks for another size.
const chunkBytes = 8 << 20

// stream is one pass over the files.
type stream struct {
	source  *source
	files   []string
	block   int // bytes to aim for
	dialect csv.Dialect
	header  bool
	columns []column // of the file
	wanted  []int    // of columns, in the order asked for
	schema  *arrow.Schema
	nulls   *csv.Words
	density float64 // bytes of text for a byte of columns

	file   int // being read
	input  *input
	lines  int64 // of the file before the block
	offset int64 // of the file before the block
	tail   []byte
	eof    bool
	size   int // of the next block

	plain *plainFile // being read; nil where there is only a stream of bytes
	open  []*sharedFile
}

// plainFile is a file that can be read at any place, cut into sections.
type plainFile struct {
	*sharedFile
	size int64
	at   int64 // where the next section begins
	last *section
}

// column is a column of the file.
type column struct {
	name  string
	t     arrow.DataType
	found bool // from samples
}

func (s *stream) Schema() *arrow.Schema { return s.schema }

// Close closes all files, those too whose sections were taken and not decoded.
func (s *stream) Close() error {
	for _, f := range s.open {
		f.Close()
	}
	s.open = nil
	return s.end()
}

// end leaves the file that is being read.
func (s *stream) end() error {
	if s.plain != nil {
		s.plain.leave()
		s.plain = nil
	}
	s.tail, s.eof, s.lines, s.offset = nil, false, 0, 0
	if s.input == nil {
		return nil
	}
	err := s.input.Close()
	s.input = nil
	return err
}

// skipTo leaves files lo … hi-1.
func (s *stream) skipTo(lo, hi int) {
	if lo > 0 {
		s.end()
	}
	s.files = s.files[lo:hi]
}

// Next cuts the next block of whole rows out of the input.
func (s *stream) Next(ctx context.Context) (chunker.Part, error) {
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if s.input == nil {
			if s.file == len(s.files) {
				return nil, io.EOF
			}
			if err := s.begin(s.file); err != nil {
				return nil, err
			}
			s.cutPlain()
		}
		if s.plain != nil && s.plain.at == s.plain.size || s.plain == nil && s.eof && len(s.tail) == 0 {
			s.end()
			s.file++
			continue
		}
		if s.plain != nil {
			return s.section(), nil
		}
		return s.cut()
	}
}

// name is the file being read.
func (s *stream) name() string { return s.files[s.file] }

// begin opens a file after the first and checks that its header is the same.
func (s *stream) begin(i int) error {
	in, err := s.source.open(s.files[i])
	if err != nil {
		return err
	}
	s.input = in
	if err := s.fill(headBytes); err != nil {
		return err
	}
	if len(s.tail) == 0 && s.header {
		return s.source.fail(s.name(), errors.New("is empty; the first file has a header"))
	}
	if !s.header {
		return nil
	}
	first, end, _ := s.firstRow(s.tail)
	if s.source.options.Names == nil {
		for k, c := range s.columns {
			if k >= len(first) || first[k] != c.name {
				return s.source.fail(s.name(), fmt.Errorf("has the header %q, the first file has %q: read them apart, or give ReadOptions.Names", first, names(s.columns)))
			}
		}
		if len(first) != len(s.columns) {
			return s.source.fail(s.name(), fmt.Errorf("has %d columns, the first file has %d", len(first), len(s.columns)))
		}
	}
	s.skip(end)
	return nil
}

func names(columns []column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.name
	}
	return out
}

// skip leaves bytes at the beginning of the tail out.
func (s *stream) skip(n int) {
	s.lines += int64(bytes.Count(s.tail[:n], []byte{s.dialect.Newline}))
	s.offset += int64(n)
	s.tail = s.tail[n:]
}

// fill reads until the tail has size bytes, or the input ends.
func (s *stream) fill(size int) error {
	if len(s.tail) >= size || s.eof {
		return nil
	}
	buf := bufpool.Get(size + csv.Pad)
	n := copy(buf, s.tail)
	for n < size {
		k, err := s.input.Read(buf[n:size])
		n += k
		if err == io.EOF {
			s.eof = true
			break
		}
		if err != nil {
			return &chunker.Error{Op: "read", File: s.name(), Row: -1, Offset: s.offset + int64(n), Err: err}
		}
	}
	s.tail = buf[:n]
	return nil
}

// cut takes a block of whole rows off.
func (s *stream) cut() (chunker.Part, error) {
	for {
		if err := s.fill(max(s.block, s.size)); err != nil {
			return nil, err
		}
		text := s.tail
		end, quoteAt := csv.Cut(text, s.dialect)
		if s.eof && len(text)-end <= s.source.options.rowMax() {
			end = len(text) // the last row may lack its line end
		}
		if end == 0 && len(text) > 0 {
			if err := s.grow(text, quoteAt); err != nil {
				return nil, err
			}
			continue
		}
		s.size = 0
		p := &piece{stream: s, file: s.name(), buf: text, text: text[:end], line: s.lines, offset: s.offset, read: s.input.taken()}
		// The rest is copied: the block is given back when it is parsed.
		rest := bufpool.Get(max(len(text)-end, 1))
		s.tail = rest[:copy(rest, text[end:])]
		p.lines = bytes.Count(p.text, []byte{s.dialect.Newline})
		s.lines += int64(p.lines)
		s.offset += int64(end)
		return p.decode, nil
	}
}

// grow makes room for a row that is longer than the block.
func (s *stream) grow(text []byte, quoteAt int) error {
	limit := s.source.options.rowMax()
	if len(text) >= limit {
		return s.tooLong(s.name(), text, quoteAt, position{s.offset, s.lines})
	}
	s.size = min(2*len(text), limit)
	return nil
}

// tooLong is the error of a row that does not end within the limit.
func (s *stream) tooLong(file string, row []byte, quoteAt int, at position) error {
	limit := s.source.options.rowMax()
	err := fmt.Errorf("the row is longer than %d bytes: is the delimiter or line end right? ReadOptions.RowMax sets the limit", limit)
	line := at.line + 1
	if quoteAt >= 0 {
		err = fmt.Errorf("a quote is opened here and not closed within %d bytes: close it, or read with NoQuotes; ReadOptions.RowMax sets the limit", limit)
		line += int64(bytes.Count(row[:quoteAt], []byte{s.dialect.Newline}))
	}
	return &chunker.Error{Op: "read", File: file, Line: line, Row: -1, Offset: at.offset + int64(max(quoteAt, 0)), Err: err}
}

// cutPlain makes sections of the file that was begun, from its first row on, where it is one that
// can be read at any place.
func (s *stream) cutPlain() {
	in := s.input
	if in == nil || in.file == nil || in.format != "" {
		return
	}
	info, err := in.file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() < s.offset+int64(len(s.tail)) {
		return
	}
	f := &sharedFile{File: in.file}
	in.file = nil // the sections have it
	f.users.Add(1)
	s.open = append(slices.DeleteFunc(s.open, func(f *sharedFile) bool { return f.users.Load() == 0 }), f)
	s.plain = &plainFile{sharedFile: f, size: info.Size(), at: s.offset}
	s.tail = nil
}

// section takes the next section of a plain file.
func (s *stream) section() chunker.Part {
	f := s.plain
	c := &section{stream: s, name: s.name(), file: f.sharedFile, lo: f.at, size: f.size, prev: f.last}
	c.hi = min(c.lo+int64(s.block), f.size)
	if f.size-c.hi < int64(s.block)/8 {
		c.hi = f.size
	}
	read := c.hi - c.lo
	if c.first = f.last == nil; c.first {
		c.from = position{s.offset, s.lines}
		read = c.hi
	}
	f.users.Add(1)
	f.at, f.last = c.hi, c
	return (&piece{stream: s, section: c, file: c.name, read: read}).decode
}

// input is a file, decompressed, that counts its bytes as stored.
type input struct {
	io.ReadCloser
	raw    *counter
	file   *os.File // nil for a reader
	last   int64
	format string // of compression
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// taken is how many bytes were read since it was asked last.
func (in *input) taken() int64 {
	n := in.raw.n - in.last
	in.last = in.raw.n
	return n
}

func (in *input) Close() error {
	err := in.ReadCloser.Close()
	if in.file != nil {
		err = errors.Join(err, in.file.Close())
	}
	return err
}

// open opens a file for reading from its beginning.
func (s *source) open(name string) (*input, error) {
	in := &input{raw: &counter{r: s.reader}}
	if s.reader == nil {
		f, err := os.Open(name)
		if err != nil {
			return nil, s.fail(name, err)
		}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			f.Close()
			return nil, s.fail(name, errors.New("is a directory: name a file in it, or a pattern such as "+filepath.Join(name, "*.csv")))
		}
		in.file, in.raw.r = f, f
	}
	var err error
	if in.ReadCloser, in.format, err = decompress.New(in.raw); err != nil {
		if in.file != nil {
			in.file.Close()
		}
		return nil, s.fail(name, err)
	}
	return in, nil
}
