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
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// part is some files of a table, or a range of one, with everything that was found out about the
// table: nothing is looked for again, and all parts have the same columns. It is plain data.
type part struct {
	From, To   int64 // bytes of the one file that its rows take; To is 0 if files are read whole
	Line       int64 // lines before From
	Size       int64 // of the file, when it was split
	Delimiter  string
	Quote      byte
	Backslash  bool
	Comment    byte
	Ends       LineEnd
	Trim       bool
	Blanks     bool
	Separator  bool // the first line is sep= and the delimiter
	HeaderRows int
	Preamble   bool     // lines above the table are looked for in each file
	Names      []string // of the first file's header; nil if there is none
	Width      int      // fields of most rows
	Columns    []partColumn
	Sample     sampled
}

// partColumn is a column as it was found.
type partColumn struct {
	Name      string
	Type      arrow.DataType
	Found     bool // from samples
	Numbers   csv.Number
	Marks     csv.Number // of numbers of the file
	Dates     csv.DateOrder
	Yes, No   []string
	Null      []string // words beside those of the options
	Evidence  [3]int   // rows of the first, those without a text, those of a number, date or the like
	Sampled   int
	Undecided bool // dates
	Unmarked  bool // numbers
	Example   string
}

// partOf is what was found, as data.
func partOf(f *found) *part {
	r := &f.rules
	p := &part{
		Delimiter: r.Delimiter, Quote: r.Quote, Backslash: r.Backslash, Comment: r.Comment, Ends: r.Ends, Trim: r.Trim, Blanks: r.BlankRows,
		Separator: f.layout.Separator, HeaderRows: f.layout.Headers, Preamble: f.layout.WhySkip != "", Names: f.layout.Names, Width: f.layout.Width, Sample: f.sample,
	}
	for i := range f.columns {
		c := &f.columns[i]
		p.Columns = append(p.Columns, partColumn{
			Name: c.name, Type: c.Type, Found: c.Found, Numbers: c.Form.Number, Marks: c.Marks, Dates: c.Form.Order, Yes: c.Form.Yes, No: c.Form.No,
			Null: c.NullWords, Evidence: [3]int{c.Profile.Rows, c.Profile.Empty, c.Profile.Strong},
			Sampled: c.sampled, Undecided: c.undecidedDates, Unmarked: c.undecidedMark, Example: c.example,
		})
	}
	return p
}

// found is what a pass needs to know.
func (p *part) found(o *ReadOptions) found {
	said := o.sniffing()
	f := found{sample: p.Sample, header: p.HeaderRows > 0}
	f.rules = dialect.Rules{Delimiter: p.Delimiter, Quote: p.Quote, Backslash: p.Backslash, Comment: p.Comment, Ends: p.Ends, Trim: p.Trim, BlankRows: p.Blanks}
	f.dialect, f.asIs = f.rules.Scanner(), f.rules.Plain()
	f.layout = sniff.Layout{Separator: p.Separator, Headers: p.HeaderRows, Names: p.Names, Width: p.Width}
	if p.Preamble {
		f.layout.WhySkip = "the whole table's"
	}
	for _, c := range p.Columns {
		f.columns = append(f.columns, column{
			name: c.Name,
			Column: sniff.Column{
				Type: c.Type, Found: c.Found, Form: sniff.Form{Number: c.Numbers, Order: c.Dates, Yes: c.Yes, No: c.No}, Marks: c.Marks,
				NullWords: c.Null, Nulls: said.Nulls(c.Null...), Profile: &sniff.Profile{Rows: c.Evidence[0], Empty: c.Evidence[1], Strong: c.Evidence[2]},
			},
			sampled: c.Sampled, undecidedDates: c.Undecided, undecidedMark: c.Unmarked, example: c.Example,
		})
	}
	f.schema = f.schemaOf()
	return f
}

// Split returns sources of runs of neighbouring files, or of ranges of one file, of about as many
// bytes each. To cut a file it reads it once, up to the last cut, and finds where its rows end:
// some gigabytes a second, if they are in memory. Compressed files and odd dialects are not cut.
func (t *table) Split(ctx context.Context, n int) ([]chunker.Source, error) {
	if t.source.reader != nil || t.first.once || n < 2 || t.source.part != nil && t.source.part.To > 0 {
		return []chunker.Source{t.source}, nil
	}
	if len(t.files) == 1 {
		return t.ranges(ctx, n)
	}
	sizes, all := make([]int64, len(t.files)), int64(0)
	for i, f := range t.files {
		info, err := os.Stat(f)
		if err != nil {
			return nil, t.source.fail(f, err)
		}
		sizes[i] = info.Size() + 1 // so that empty files count
		all += sizes[i]
	}
	found := partOf(&t.found)
	var out []chunker.Source
	begin, before, cut := 0, int64(0), int64(1)
	for i, size := range sizes {
		before += size
		left := n - len(out)
		if files := len(sizes) - i - 1; i+1 < len(sizes) && (left == 1 || before*int64(n) < all*cut && files >= left) {
			continue
		}
		c := *t.source
		c.paths, c.part = t.files[begin:i+1], found
		out = append(out, &c)
		begin, cut = i+1, int64(len(out)+1)
	}
	return out, nil
}

// rangeMin is the least text of a range.
const rangeMin = 64 << 10

// ranges are sources of parts of the one file.
func (t *table) ranges(ctx context.Context, n int) (_ []chunker.Source, err error) {
	whole := []chunker.Source{t.source}
	st := &stream{source: t.source, files: t.files, found: t.found}
	defer func() { err = errors.Join(err, st.Close()) }()
	if t.source.part != nil {
		err = st.beginPart(ctx, t.source.part)
	} else {
		err = st.beginAgain(ctx)
	}
	if err != nil {
		return nil, err
	}
	at := lineOffset{st.offset, st.lines}
	if st.cutPlain(); st.plain == nil {
		return whole, nil
	}
	info, err := st.plain.Stat()
	if err != nil {
		return nil, t.source.fail(st.name(), err)
	}
	step := max((st.plain.size-at.offset)/int64(n), rangeMin)
	cuts := []lineOffset{{}}
	for near := at.offset + step; near < st.plain.size && len(cuts) < n; near += step {
		if at, err = st.rowFrom(ctx, at, near); err != nil {
			return nil, err
		}
		if at.offset >= st.plain.size {
			break
		}
		if at.offset > cuts[len(cuts)-1].offset {
			cuts = append(cuts, at)
		}
	}
	if len(cuts) == 1 {
		return whole, nil
	}
	var out []chunker.Source
	for i, from := range cuts {
		c, p := *t.source, partOf(&t.found)
		p.From, p.Line, p.To, p.Size = from.offset, from.line, info.Size(), info.Size()
		if i+1 < len(cuts) {
			p.To = cuts[i+1].offset
		}
		c.paths, c.part = t.files, p
		out = append(out, &c)
	}
	return out, nil
}

// rowFrom is a row that begins at near or soon after it, counted on from one that begins before.
// It is the end of the file if there is none, or a row does not end within the limit.
func (s *stream) rowFrom(ctx context.Context, at lineOffset, near int64) (lineOffset, error) {
	size, block := s.plain.size, int64(4<<20)
	for at.offset < near {
		if ctx.Err() != nil {
			return at, context.Cause(ctx)
		}
		n := min(max(near-at.offset, rangeMin), block, size-at.offset)
		buf := bufpool.Get(int(n) + csv.Pad)[:n]
		if _, err := s.plain.ReadAt(buf, at.offset); err != nil {
			bufpool.Put(buf)
			return at, s.source.fail(s.name(), err)
		}
		end, _ := csv.Cut(buf, s.dialect)
		lines := bytes.Count(buf[:end], []byte{s.dialect.Newline})
		bufpool.Put(buf)
		if end == 0 {
			if n == size-at.offset || n > int64(s.source.options.rowMax()) {
				return lineOffset{offset: size}, nil
			}
			block, near = max(block, 2*n), max(near, at.offset+2*n) // a longer row
			continue
		}
		at.offset, at.line = at.offset+int64(end), at.line+int64(lines)
	}
	return at, nil
}

// beginPart opens the first file of a part, at its first row.
func (s *stream) beginPart(ctx context.Context, p *part) error {
	if p.From == 0 {
		_, err := s.begin(ctx, 0)
		return err
	}
	in, err := s.source.openRaw(ctx, s.files[0])
	if err != nil {
		return err
	}
	in.encoding, in.begin, in.at = charset.UTF8, p.From, charset.At(p.From)
	s.input, s.offset, s.at, s.lines, s.midway = in, p.From, in.at, p.Line, true
	return nil
}

// endPart has the stream end where the part does.
func (s *stream) endPart(p *part) error {
	if s.plain == nil {
		return s.source.fail(s.name(), fmt.Errorf("%w since it was split: it cannot be read by ranges any more: split it again", paths.ErrChanged))
	}
	info, err := s.plain.Stat()
	if err != nil {
		return s.source.fail(s.name(), err)
	}
	if info.Size() != p.Size {
		return s.source.fail(s.name(), fmt.Errorf("%w: it had %d bytes when it was split, and has %d: split it again", paths.ErrChanged, p.Size, info.Size()))
	}
	s.plain.end = min(p.To, s.plain.size)
	return nil
}

// rowless has a part of a stream that begins inside a file tell no row's number: nobody counted
// those before. Lines and bytes are known.
func (s *stream) rowless(part chunker.Part) chunker.Part {
	if !s.midway {
		return part
	}
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		if e, ok := err.(*chunker.Error); ok {
			e.Row = -1
		}
		for _, e := range slices.Concat(c.Rejects, c.FirstLosses()) {
			e.Row = -1
		}
		c.Row = chunker.RowUnknown
		return c, err
	}
}
