package parquetio

import (
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
	"github.com/volley-go/volley/frame"
)

// ReadOptions is how Parquet is read. The zero value is a good default.
type ReadOptions struct {
	// Limits bound what a file may make the reader do.
	Limits Limits
}

// Limits are what a file is believed at most. Zero fields have their defaults.
type Limits struct {
	FooterBytes  int64 // of the file's metadata; 0 is 64 MiB
	PageBytes    int64 // of a page, decompressed; 0 is 256 MiB
	ColumnsMax   int   // 0 is 20,480
	RowGroupsMax int   // 0 is 1,000,000
}

func (l Limits) withDefaults() Limits {
	or := func(n, d int64) int64 {
		if n <= 0 {
			return d
		}
		return n
	}
	return Limits{or(l.FooterBytes, 64<<20), or(l.PageBytes, 256<<20), int(or(int64(l.ColumnsMax), 20480)), int(or(int64(l.RowGroupsMax), 1_000_000))}
}

// Open is a source that reads a file, or all files that a pattern (see [path/filepath.Match]) names,
// in the order of their names. Their columns must agree.
func Open(path string) chunker.Source { return ReadOptions{}.Open(path) }

// ReadFile reads a file, or all files that a pattern names, into a frame.
func ReadFile(ctx context.Context, path string) (*frame.Frame, error) {
	return ReadOptions{}.ReadFile(ctx, path)
}

// Open is a source that reads a file, or all files that a pattern names.
func (o ReadOptions) Open(path string) chunker.Source { return &source{options: o, path: path} }

// ReadFile reads a file, or all files that a pattern names, into a frame.
func (o ReadOptions) ReadFile(ctx context.Context, path string) (*frame.Frame, error) {
	return chunker.ReadAll(ctx, o.Open(path))
}

// From is a source that reads size bytes of r; name is what errors call it.
func (o ReadOptions) From(name string, r io.ReaderAt, size int64) chunker.Source {
	return &source{options: o, path: name, reader: r, size: size}
}

// source is a file, the files of a pattern, or a reader.
type source struct {
	options ReadOptions
	path    string
	reader  io.ReaderAt // in place of files
	size    int64
	names   []string // columns asked for; nil is all
	part    [2]int   // of a split: part of how many
}

func readError(file string, err error) error {
	var ce *chunker.Error
	if errors.As(err, &ce) {
		return err
	}
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err // the file is named once
	}
	return &chunker.Error{Op: "read", File: file, Row: -1, Offset: -1, Err: err}
}

func (s *source) files() ([]string, error) {
	if s.reader != nil {
		return []string{s.path}, nil
	}
	if _, err := os.Stat(s.path); err == nil || !strings.ContainsAny(s.path, "*?[") {
		return []string{s.path}, nil
	}
	files, err := filepath.Glob(s.path)
	if err == nil && len(files) == 0 {
		err = errors.New("no file has such a name")
	}
	if err != nil {
		return nil, readError(s.path, err)
	}
	slices.Sort(files)
	return files, nil
}

// Places returns the files that are read.
func (s *source) Places() []string {
	if s.reader != nil {
		return nil
	}
	files, _ := s.files()
	return files
}

// Size returns the rows, by the files' footers, and their bytes.
func (s *source) Size(ctx context.Context) (rows, size int64, err error) {
	files, err := s.files()
	if err != nil {
		return -1, -1, err
	}
	for i := range files {
		f, err := s.open(files[i])
		if err != nil {
			return -1, -1, err
		}
		lo, hi := s.groups(f)
		for _, g := range f.groups[lo:hi] {
			rows += g.NumRows
		}
		size += f.size
		f.Close()
	}
	return rows, size, nil
}

// Prune returns a source of some columns; the others are not read.
func (s *source) Prune(columns []string) chunker.Source {
	c := *s
	c.names = columns
	return &c
}

// Split returns sources of runs of row groups, of one file, or of runs of files.
func (s *source) Split(_ context.Context, n int) ([]chunker.Source, error) {
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	most := len(files)
	if most == 1 {
		f, err := s.open(files[0])
		if err != nil {
			return nil, err
		}
		most = len(f.groups)
		f.Close()
	}
	n = max(1, min(n, most))
	var out []chunker.Source
	for i := range n {
		c := *s
		c.part = [2]int{i, n}
		out = append(out, &c)
	}
	return out, nil
}

// groups is the range of a file's row groups that the source reads.
func (s *source) groups(f *parquetFile) (lo, hi int) {
	n := s.part[1]
	if files, _ := s.files(); n == 0 || len(files) > 1 {
		return 0, len(f.groups)
	}
	return len(f.groups) * s.part[0] / n, len(f.groups) * (s.part[0] + 1) / n
}

// Open reads the first file's footer.
func (s *source) Open(_ context.Context, bytes int64) (chunker.Stream, error) {
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	if n := s.part[1]; n > 0 && len(files) > 1 {
		files = files[len(files)*s.part[0]/n : len(files)*(s.part[0]+1)/n]
	}
	if bytes <= 0 {
		bytes = 8 << 20
	}
	st := &stream{source: s, files: files, bytes: bytes}
	if err := st.begin(); err != nil {
		return nil, err
	}
	st.schema = st.file.schemaOf(st.wanted)
	return st, nil
}

// stream is one pass over the files.
type stream struct {
	source *source
	files  []string
	bytes  int64 // to aim for in a chunk
	schema *arrow.Schema

	at     int // file
	file   *parquetFile
	opened []*parquetFile // parts may still read them: closed at the end
	wanted []int          // leaves, in the order asked for
	group  int            // next row group
	end    int
	row    int64    // of the file, at which the next part begins
	cut    *rowCuts // the row group that is being handed out
}

func (s *stream) Schema() *arrow.Schema { return s.schema }

func (s *stream) Close() error {
	var errs []error
	for _, f := range s.opened {
		errs = append(errs, f.Close())
	}
	s.opened = nil
	return errors.Join(errs...)
}

// begin opens the next file.
func (s *stream) begin() error {
	f, err := s.source.open(s.files[s.at])
	if err != nil {
		return err
	}
	s.file = f
	s.opened = append(s.opened, f)
	if s.wanted, err = f.choose(s.source.names); err != nil {
		s.Close()
		return err
	}
	s.group, s.end = s.source.groups(f)
	s.row = 0
	for _, g := range f.groups[:s.group] {
		s.row += g.NumRows
	}
	if s.schema != nil {
		if err := agree(s.schema, f.schemaOf(s.wanted)); err != nil {
			return readError(f.name, fmt.Errorf("%w: the first file is %s", err, s.files[0]))
		}
	}
	return nil
}

// agree checks that a further file has the columns of the first.
func agree(want, got *arrow.Schema) error {
	if want.NumFields() != got.NumFields() {
		return fmt.Errorf("has %d columns, not %d", got.NumFields(), want.NumFields())
	}
	for i, w := range want.Fields() {
		if g := got.Field(i); g.Name != w.Name || !arrow.TypeEqual(g.Type, w.Type) {
			return fmt.Errorf("column %d is %q of type %s, not %q of type %s", i, g.Name, g.Type, w.Name, w.Type)
		}
	}
	return nil
}

// Next hands out the next row group, or run of rows of one.
func (s *stream) Next(ctx context.Context) (chunker.Part, error) {
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if s.cut != nil && s.cut.next < s.cut.rows {
			return s.take(), nil
		}
		if s.group < s.end {
			cut, err := s.file.cuts(ctx, s.group, s.wanted, s.bytes)
			if err != nil {
				return nil, readError(s.file.name, err)
			}
			s.cut = cut
			s.group++
			continue
		}
		if s.at+1 == len(s.files) {
			return nil, io.EOF
		}
		s.at++
		if err := s.begin(); err != nil {
			return nil, err
		}
	}
}

// take makes a part of the next rows of the row group.
func (s *stream) take() chunker.Part {
	c := s.cut
	p := &part{cut: c, schema: s.schema, lo: c.next, hi: min(c.next+c.step, c.rows), row: s.row}
	c.next = p.hi
	s.row += int64(p.hi - p.lo)
	return p.decode
}
