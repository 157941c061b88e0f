package parquetio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// source is files, or a reader.
type source struct {
	options ReadOptions
	paths   []string    // of files and patterns; of a reader, its name
	reader  io.ReaderAt // in place of files
	size    int64
	part    *splitPart // of a table that was split; nil is a table of its own

	collects bool // all rows are kept, and their memory counts together
}

func (s *source) fail(file string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		file, err = pe.Path, paths.Missing(pe.Path, pe.Err) // the file is named once
	}
	var ce *chunker.Error
	if errors.As(err, &ce) && ce.Op == "" {
		return fault.In("read", file, ce.Column, ce.Err)
	}
	return fault.In("read", file, "", err)
}

func (s *source) files() ([]string, error) {
	if s.reader != nil || s.part != nil { // a part names its files, and no patterns
		return s.paths, nil
	}
	files, err := paths.Expand(s.paths...)
	if err == nil && len(files) == 0 {
		err = errors.New("no file is named")
	}
	if err != nil {
		return nil, s.fail(strings.Join(s.paths, " "), err)
	}
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

// groups is the range of f's row groups that this source reads.
func (s *source) groups(f *file) (lo, hi int) {
	n := len(f.meta.RowGroups)
	if s.part == nil || s.part.To == 0 {
		return 0, n
	}
	return min(s.part.From, n), min(s.part.To, n)
}

const chunkBytes = 8 << 20

// stream is one pass over the files.
type stream struct {
	source  *source
	names   []string // of the files: the one that is read, and those not yet open
	columns []string // asked for; nil is all
	size    int64    // bytes of memory to aim for
	most    int64    // rows that are wanted, counted before the filter; 0 is all
	came    int64    // rows so far
	limits  Limits
	turn    *turn
	schema  *arrow.Schema
	filter  predicate.Filter // leaves out row groups by their statistics and bloom filters, pages by the page index, and rows by dictionaries
	share   *chunker.Share   // of what parts have in common; nil where no one counts
	left    skipped
	pruned  int64 // rows that were left out since the last part

	file       *file // being read
	group, end int   // next row group, and the one behind the last
	rows       int64 // of the file before it
	parts      []chunker.Part
	opened     []*file
}

func (s *stream) Schema() *arrow.Schema { return s.schema }

// Close closes the files that are still open: parts that run may still read from those before the
// last.
func (s *stream) Close() error {
	var err error
	for _, f := range s.opened {
		err = errors.Join(err, f.close())
	}
	s.opened, s.parts, s.names, s.file = nil, nil, nil, nil
	if s.share != nil {
		s.share.Close()
	}
	s.turn.outside.Trim()
	return err
}

// difference says where the columns of a file are first not those of the first file.
func difference(has, first *arrow.Schema) string {
	for i, f := range has.Fields() {
		if i == first.NumFields() {
			return fmt.Sprintf("its column %d, %q, is not in the first file", i+1, f.Name)
		}
		if g := first.Field(i); f.Name != g.Name || !arrow.TypeEqual(f.Type, g.Type) {
			return fmt.Sprintf("its column %d is %q of %v, that of the first file is %q of %v", i+1, f.Name, f.Type, g.Name, g.Type)
		}
	}
	if n := has.NumFields(); n < first.NumFields() {
		return fmt.Sprintf("it lacks column %d of the first file, %q", n+1, first.Field(n).Name)
	}
	return "its columns are not those of the first file"
}

// next opens the next file.
func (s *stream) next() error {
	f, err := s.source.open(s.names[0])
	if err != nil {
		return err
	}
	return s.enter(f)
}

// alike is an error if a file has other columns than the first.
func (s *source) alike(first *arrow.Schema, f *file) error {
	if first.Equal(f.schema) || sameFields(first, f.schema) {
		return nil
	}
	return s.fail(f.name, fmt.Errorf("%s: read them apart", difference(f.schema, first)))
}

// enter goes on with an open file, which the stream then closes.
func (s *stream) enter(f *file) error {
	f.turn = s.turn
	f.users.Store(1)
	s.opened = slices.DeleteFunc(s.opened, func(f *file) bool { return f.closed.Load() })
	s.opened = append(s.opened, f)
	if err := f.project(s.columns); err != nil {
		return errors.Join(s.source.fail(f.name, err), s.Close())
	}
	if s.schema == nil {
		s.schema = f.schema
	} else {
		f.adopt(s.schema)
		if err := s.source.alike(s.schema, f); err != nil {
			return err
		}
	}
	s.names = s.names[1:]
	if s.file != nil {
		if err := s.file.release(); err != nil {
			return err
		}
	}
	s.file, s.rows = f, 0
	s.group, s.end = s.source.groups(f)
	for i := range f.meta.RowGroups[:s.group] {
		s.rows += f.meta.RowGroups[i].NumRows
	}
	return nil
}

func sameFields(a, b *arrow.Schema) bool {
	return slices.EqualFunc(a.Fields(), b.Fields(), func(x, y arrow.Field) bool {
		return x.Name == y.Name && arrow.TypeEqual(x.Type, y.Type)
	})
}

// Next returns the next row group, or a range of rows of one that is larger than what was asked
// for.
func (s *stream) Next(ctx context.Context) (chunker.Part, error) {
	for len(s.parts) == 0 {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if s.file == nil {
			return nil, io.EOF
		}
		if s.group == s.end || s.most > 0 && s.came >= s.most {
			if len(s.names) == 0 || s.most > 0 && s.came >= s.most {
				return s.tail()
			}
			if err := s.next(); err != nil {
				return nil, err
			}
			continue
		}
		if err := s.cut(ctx); err != nil {
			return nil, err
		}
	}
	p := s.parts[0]
	s.parts = s.parts[1:]
	return p, ctx.Err()
}

// tail is a part without rows that counts what was left out behind the last one; at the end of the
// stream where nothing was.
func (s *stream) tail() (chunker.Part, error) {
	if s.pruned == 0 {
		last := s.file
		s.file = nil
		if err := last.release(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	p := part{group: &group{file: s.file, first: s.rows, limits: s.limits, schema: s.schema}, pruned: s.pruned}
	s.file.users.Add(1)
	p.group.parts.Store(1)
	s.pruned = 0
	return p.decode, nil
}

// hold asks for the memory that the row group's parts have in common, its large pages and its
// dictionaries. What is granted is within the limits. Where no one counts it, and the pages are
// more than a part may take, each part unpacks them for itself.
func (s *stream) hold(ctx context.Context, g *group) error {
	if s.share == nil {
		if g.large > g.limits.ChunkBytes {
			g.apart()
		}
		g.leaveHeap(g.large)
		return nil
	}
	most := s.share.Most()
	if g.large <= most && g.large+g.dictionaries > most && most >= apartMin {
		g.dictionaries = 0
	}
	need := g.large + g.dictionaries
	if need == 0 {
		return nil
	}
	if need += g.overhead(); need > most && most >= apartMin {
		need = max(need-g.overhead(), most) // which is not refused for its columns
	}
	if need > most {
		err := s.share.Err(need)
		err.Remedy = "write the file with smaller pages or row groups"
		err.Enough = (need + need/8 + err.Held + enoughStep - 1) / enoughStep * enoughStep
		return g.fail(nil, -1, err)
	}
	if g.leaveHeap(need); g.outside == nil {
		need = min(need+max(g.dictionaries-garbageFree, 0), most)
	}
	if err := s.share.Wait(ctx, need); err != nil {
		return err
	}
	g.free = func() { s.share.Add(-need) }
	if g.large > 0 {
		g.limits.PageBytes, g.limits.ChunkBytes = max(g.limits.PageBytes, g.large), max(g.limits.ChunkBytes, g.large)
	}
	g.granted = g.dictionaries > 0
	return nil
}

// enoughStep is what a budget that is enough is a multiple of, if an error names one. It has an
// eighth more than what is needed, for chunks under way.
const enoughStep = 8 << 20

const (
	// manyColumns is how many columns chunks may have before what they take beside their values is
	// counted.
	manyColumns = 256
	// columnCost is what chunks under way, in reading and in writing, take for a column beside its
	// values, with garbage: about 4 KiB each. (Of 2,000 columns it is as much as all else in 64
	// MiB.)
	columnCost = 20 << 10
	// footerEach is what a decoded footer takes for a column of a row group, with as much garbage.
	footerEach = 1800
)

// overhead is how many bytes a file of very many columns takes beside its values.
func (g *group) overhead() int64 {
	leaves := 0
	for _, n := range g.file.wanted {
		n.leaves(func(*leaf) { leaves++ })
	}
	if leaves <= manyColumns {
		return 0
	}
	return columnCost*int64(leaves-manyColumns) + footerEach*int64(len(g.file.meta.RowGroups)*g.file.leaves)
}

// apartMin is the budget from which on dictionaries that do not fit in it are not refused: each
// part reads those that it needs, one after another, as where no one counts. Nor is a file refused
// for its many columns.
const apartMin = 512 << 20

// garbageFree is how much dictionaries on the heap may take before as much again is counted for
// them: the collector lets it grow to twice what is alive.
const garbageFree = 32 << 20

// heapMost is how much of what parts have in common lies on the heap, whose pooled buffers are the
// faster ones.
var heapMost int64 = 16 << 20 // a variable for tests

// leaveHeap has the memory of need bytes be outside the heap if they are many: that of large pages,
// and of dictionaries unless rows or a test may keep something of them.
func (g *group) leaveHeap(need int64) {
	if need <= heapMost {
		return
	}
	outside := &g.file.turn.outside
	for _, c := range g.chunks {
		for _, p := range c.shared {
			if p != nil && p.large != nil {
				p.large.outside = outside
			}
		}
	}
	if g.dictionaries > 0 && len(g.trials) == 0 && !slices.ContainsFunc(g.file.wanted, (*node).shares) {
		g.outside = outside
	}
}

// apart has each part unpack large pages for itself.
func (g *group) apart() {
	g.large = 0
	for _, c := range g.chunks {
		for _, p := range c.shared {
			if p != nil {
				p.large = nil
			}
		}
	}
}

// skipped counts what a filter left out by statistics.
type skipped struct{ groups, rows int64 }

// cut makes parts of the next row group.
func (s *stream) cut(ctx context.Context) error {
	g := &group{file: s.file, index: s.group, meta: &s.file.meta.RowGroups[s.group], first: s.rows, limits: s.limits, schema: s.schema}
	g.limits.ChunkBytes = max(g.limits.ChunkBytes-footerCost*s.file.footer, g.limits.ChunkBytes/4)
	if err := g.check(); err != nil {
		return err
	}
	s.group++
	s.rows += g.meta.NumRows
	if g.meta.NumRows == 0 {
		return nil
	}
	g.most = g.meta.NumRows
	if s.most > 0 {
		g.most = min(g.most, s.most-s.came)
	}
	s.came += g.meta.NumRows
	conditions := s.file.conditions(s.filter.Bounds)
	for i := range conditions {
		if conditions[i].misses(g) {
			s.left.groups++
			s.left.rows += g.most
			s.pruned += g.most
			return nil
		}
	}
	g.trials = s.file.trials(s.filter.Tests)
	spans, err := g.pieces(ctx, s.size, conditions)
	if err == nil {
		err = s.hold(ctx, g)
	}
	if err != nil {
		return err
	}
	if g.parts.Store(int32(len(spans))); len(spans) > 0 {
		s.file.users.Add(1)
	}
	at := int64(0)
	for _, p := range spans {
		s.pruned += p.from - at
		s.left.rows += p.from - at
		s.parts = append(s.parts, (&part{group: g, span: p, pruned: s.pruned}).decode)
		s.pruned, at = 0, p.to
	}
	s.pruned += max(g.most-at, 0)
	s.left.rows += max(g.most-at, 0)
	return nil
}
