package csvio

import (
	"context"
	"os"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/csv"
)

// part is some files of a table, with everything that was found out about the table: nothing is
// looked for again, and all parts have the same columns. It is plain data.
type part struct {
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
		Delimiter: r.delimiter, Quote: r.quote, Backslash: r.backslash, Comment: r.comment, Ends: r.ends, Trim: r.trim, Blanks: r.blanks,
		Separator: f.shape.separator, HeaderRows: f.shape.headers, Preamble: f.shape.whySkip != "", Names: f.shape.names, Width: f.shape.width, Sample: f.sample,
	}
	for i := range f.columns {
		c := &f.columns[i]
		p.Columns = append(p.Columns, partColumn{
			Name: c.name, Type: c.t, Found: c.found, Numbers: c.form.number, Marks: c.marks, Dates: c.form.order, Yes: c.form.yes, No: c.form.no,
			Null: c.words, Evidence: [3]int{c.evidence.rows, c.evidence.empty, c.evidence.strong},
			Sampled: c.sampled, Undecided: c.undecidedDates, Unmarked: c.undecidedMark, Example: c.example,
		})
	}
	return p
}

// found is what a pass needs to know.
func (p *part) found(o *ReadOptions) found {
	f := found{nulls: o.nulls(), sample: p.Sample, header: p.HeaderRows > 0}
	f.rules = rules{delimiter: p.Delimiter, quote: p.Quote, backslash: p.Backslash, comment: p.Comment, ends: p.Ends, trim: p.Trim, blanks: p.Blanks}
	f.dialect, f.asIs = f.rules.dialect(), f.rules.plain()
	f.shape = shape{separator: p.Separator, headers: p.HeaderRows, names: p.Names, width: p.Width}
	if p.Preamble {
		f.shape.whySkip = "the whole table's"
	}
	for _, c := range p.Columns {
		f.columns = append(f.columns, column{
			name: c.Name, t: c.Type, found: c.Found, form: form{number: c.Numbers, order: c.Dates, yes: c.Yes, no: c.No}, marks: c.Marks,
			words: c.Null, nulls: o.nulls(c.Null...), evidence: &evidence{rows: c.Evidence[0], empty: c.Evidence[1], strong: c.Evidence[2]},
			sampled: c.Sampled, undecidedDates: c.Undecided, undecidedMark: c.Unmarked, example: c.Example,
		})
	}
	f.schema = f.schemaOf()
	return f
}

// Split returns sources of runs of neighbouring files, of about as many bytes each. A file is not
// cut.
func (t *table) Split(_ context.Context, n int) ([]chunker.Source, error) {
	if t.source.reader != nil || t.first.once || len(t.files) < 2 || n < 2 {
		return []chunker.Source{t.source}, nil
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
