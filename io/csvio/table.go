package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/index"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// found is what was found out about files, and what a pass over them needs to know before it
// begins. It does not change.
type found struct {
	scored  sniff.ScoredDialect // the dialect as it was chosen, with its reasons
	rules   dialect.Rules       // its rules, with a sign for comments that was found
	asIs    bool                // the scanner reads the text as it stands
	dialect csv.Dialect         // that the scanner reads
	layout  sniff.Layout        // of the first file
	header  bool
	columns []column // of the file
	schema  *arrow.Schema
	sample  sampled
	first   begun
}

// sampled is the text whose rows were measured.
type sampled struct{ Bytes, Rows int }

// begun is how the first file was begun, so that it can be begun again.
type begun struct {
	format      string // of compression
	encoding    Encoding
	why         string // it was taken for that
	marked      bool
	stamp       paths.Stamp // nothing for a reader
	once        bool        // it is a pipe, or a reader
	text        int         // bytes of text before the first row
	lines       int64
	namesMended chunker.Losses
}

// table is files that were looked at. The first stays open, after its header, until a pass begins
// there.
type table struct {
	source *source
	files  []string
	found

	head *stream // nil once it is a pass, or closed
	read bool    // a pass was begun
}

// Describe finds out the dialect and the columns.
func (s *source) Describe(ctx context.Context) (chunker.Input, error) {
	t, err := s.describe(ctx)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (s *source) describe(ctx context.Context) (*table, error) {
	if err := s.options.check(); err != nil {
		return nil, s.fail(s.name(), err)
	}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	if err := s.checkPlaces(files); err != nil {
		return nil, err
	}
	if s.part != nil {
		return &table{source: s, files: files, found: s.part.found(&s.options)}, nil
	}
	st := &stream{source: s, files: files, block: sniff.HeadBytes}
	if err := st.findOut(ctx); err != nil {
		if s.options.Report != nil {
			*s.options.Report = Report{}
		}
		return nil, errors.Join(err, st.Close())
	}
	return &table{source: s, files: files, found: st.found, head: st}, nil
}

// Schema is all columns.
func (t *table) Schema() *arrow.Schema { return t.schema }

// Close closes the first file, if no pass was begun there. Then a [Report] has no more than the
// columns that are undecided.
func (t *table) Close() error {
	head := t.head
	if t.head = nil; head == nil {
		return nil
	}
	if r := t.source.options.Report; r != nil && !t.read {
		*r = Report{}
		r.tellUndecided(t.columns)
	}
	return head.Close()
}

// Open begins at the first row.
func (t *table) Open(ctx context.Context, req chunker.Request) (_ chunker.Stream, err error) {
	st, err := t.begin(ctx)
	if err != nil {
		return nil, err
	}
	if err := st.choose(req.Columns); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	st.sizeBlocks(req)
	st.ledger = newLedger(t.source)
	if t.source.options.Report != nil {
		st.ledger.report.tellUndecided(st.chosenColumns())
	}
	st.cutPlain()
	if p := t.source.part; p != nil && p.To > 0 {
		if err := st.endPart(p); err != nil {
			return nil, errors.Join(err, st.Close())
		}
	}
	return st, nil
}

// begin is a stream that stands at the first row: the one that was looked at, or a new one.
func (t *table) begin(ctx context.Context) (*stream, error) {
	st := t.head
	t.head, t.read = nil, true
	if st != nil {
		return st, nil
	}
	if t.first.once {
		return nil, t.source.fail(t.files[0], errors.New("comes once, and was read already: describe its source anew, or read a file"))
	}
	st = &stream{source: t.source, files: t.files, found: t.found}
	if t.source.part != nil {
		if err := st.beginPart(ctx, t.source.part); err != nil {
			return nil, errors.Join(err, st.Close())
		}
		return st, nil
	}
	if err := st.beginAgain(ctx); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

// noteFirst notes where the first file's first row begins.
func (s *stream) noteFirst() {
	in := s.input
	s.first = begun{
		format: in.format, encoding: in.encoding, why: in.why, marked: in.marked, stamp: in.stamp, once: in.file == nil || in.waits != nil,
		text: s.skipped, lines: s.lines, namesMended: s.namesMended,
	}
}

// beginAgain opens the first file once more, after its header, where it was found to be.
func (s *stream) beginAgain(ctx context.Context) error {
	in, err := s.source.open(ctx, s.files[0])
	if err != nil {
		return err
	}
	s.input, s.offset, s.at = in, in.begin, in.at
	if err := s.first.stamp.Check(in.file); err != nil {
		return s.source.fail(s.name(), err)
	}
	for left := s.first.text; left > 0; {
		if err := s.fill(min(left, sniff.HeadBytes)); err != nil {
			return err
		}
		n := min(left, len(s.tail))
		if n == 0 {
			return s.source.fail(s.name(), fmt.Errorf("%w: it ends before its first row", paths.ErrChanged))
		}
		s.skip(n, 0)
		left -= n
	}
	s.lines = s.first.lines
	s.namesMended = s.first.namesMended
	s.namesMended.First = copies(s.namesMended.First) // whoever has them numbers its own
	return s.fill(sniff.HeadBytes)
}

// choose has a stream read some columns; nil is all.
func (s *stream) choose(names []string) error {
	if names == nil {
		s.wanted = index.All(len(s.columns))
	} else {
		at, schema, err := chunker.Project(s.schema, names)
		if err != nil {
			return s.source.fail(s.name(), err)
		}
		s.wanted, s.schema = at, schema
	}
	s.texts = slices.ContainsFunc(s.schema.Fields(), isString)
	return nil
}

func isString(f arrow.Field) bool { return f.Type.ID() == arrow.STRING }

// sizeBlocks finds how much text makes a chunk.
func (s *stream) sizeBlocks(req chunker.Request) {
	size := req.Bytes
	if size <= 0 {
		size = chunkBytes
	}
	memory := 0
	for _, k := range s.wanted {
		memory += s.columns[k].sampled
	}
	// size is that of columns in memory; a block is their text. The text itself is in memory too,
	// while it is parsed: few columns make no larger blocks.
	density := 1.0
	if memory > 0 {
		density = min(float64(s.sample.Bytes)/float64(memory), 1)
	}
	s.block = int(min(max(float64(size)*density, blockMin), blockMax))
	if s.most = req.Rows; s.most > 0 && s.sample.Rows > 0 {
		text := float64(s.most) * float64(s.sample.Bytes) / float64(s.sample.Rows)
		s.block = int(min(float64(s.block), max(text*5/4, blockMin)))
	}
}

// Size returns the files' bytes; how many rows they have is not known.
func (t *table) Size(context.Context) (rows, size int64, err error) {
	if t.source.reader != nil {
		return -1, -1, nil
	}
	if p := t.source.part; p != nil && p.To > 0 {
		return -1, p.To - p.From, nil
	}
	for _, f := range t.files {
		info, err := os.Stat(f)
		if err != nil {
			return -1, -1, t.source.fail(f, err)
		}
		size += info.Size()
	}
	return -1, size, nil
}

// Check holds the header of each file against the first's; where there are none, how many fields
// the first rows have.
func (t *table) Check(ctx context.Context) (err error) {
	st := &stream{source: t.source, files: t.files, found: t.found}
	defer func() { err = errors.Join(err, st.Close()) }()
	for st.file = 1; st.file < len(st.files); st.file++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := st.end(); err != nil {
			return err
		}
		width, err := st.begin(ctx, st.file)
		if err != nil {
			return err
		}
		if n := len(st.columns); !st.header && width > 0 && width != n {
			return t.source.fail(st.name(), fmt.Errorf("has %s, the first file has %d", count.Of(width, "column"), n))
		}
	}
	return nil
}

// measure finds how much memory each column takes in a text that was looked at, which columns are
// undecided, and an example of their values.
func (s *stream) measure(x *csv.Index, text []byte) {
	s.sample = sampled{len(text), x.Rows}
	for k := range s.columns {
		c := &s.columns[k]
		switch t := c.Type.(type) {
		case *arrow.StringType, *arrow.BinaryType:
			for row := range x.Rows {
				c.sampled += 4 + len(x.Field(row, k).Raw(text))
			}
		case arrow.FixedWidthDataType:
			c.sampled = x.Rows * max(t.BitWidth()/8, 1)
		}
		if !c.Found || c.Type.ID() != arrow.STRING {
			continue
		}
		c.undecidedDates = c.Profile.Undecided()
		c.undecidedMark = c.Unsure && c.Marks.Decimal != 0
		if c.undecidedDates || c.undecidedMark {
			c.example = exampleOf(x, text, k)
		}
	}
}

// exampleOf is the first of a column's values with a digit: no word for null.
func exampleOf(x *csv.Index, text []byte, column int) string {
	for row := range x.Rows {
		if b := csv.Trim(x.Field(row, column).Raw(text)); bytes.ContainsAny(b, "0123456789") {
			return string(b)
		}
	}
	return ""
}

// tellUndecided sets the columns that stay text since their values have two readings.
func (r *Report) tellUndecided(columns []column) {
	for _, c := range columns {
		u := UndecidedColumn{Column: c.name, Example: c.example}
		if c.undecidedDates {
			r.Undecided = append(r.Undecided, u)
		}
		if c.undecidedMark {
			r.UndecidedNumbers = append(r.UndecidedNumbers, u)
		}
	}
}

// chosenColumns are those asked for.
func (s *stream) chosenColumns() []column {
	out := make([]column, len(s.wanted))
	for i, k := range s.wanted {
		out[i] = s.columns[k]
	}
	return out
}
