package csvio

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/internal/strictjson"
	"github.com/volley-go/volley/internal/typename"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// part is some files of a table, or a range of one, with everything that was found out about the
// table: nothing is looked for again, and all parts have the same columns. It is plain data.
type part struct {
	From        int64               `json:"from,omitempty"` // bytes of the one file that its rows take
	To          int64               `json:"to,omitempty"`   // 0 if files are read whole
	Line        int64               `json:"line,omitempty"` // lines before From
	Stamps      []paths.Fingerprint `json:"stamps"`         // of the files, when they were split
	Delimiter   string              `json:"delimiter"`
	Quote       character           `json:"quote,omitempty"`
	Backslash   bool                `json:"backslash,omitempty"`
	Comment     character           `json:"comment,omitempty"`
	Ends        string              `json:"lineEnd,omitempty"`
	Trim        bool                `json:"trim,omitempty"`
	Blanks      bool                `json:"blankRows,omitempty"`
	Separator   bool                `json:"separatorLine,omitempty"` // the first line is sep= and the delimiter
	HeaderRows  int                 `json:"headerRows,omitempty"`
	Preamble    bool                `json:"preamble,omitempty"` // lines above the table are looked for in each file
	Names       *[]string           `json:"names,omitempty"`    // of the first file's header; nil if there is none
	Width       int                 `json:"width,omitempty"`    // fields of most rows
	Columns     []partColumn        `json:"columns"`
	SampleBytes int                 `json:"sampleBytes,omitempty"`
	SampleRows  int                 `json:"sampleRows,omitempty"`
}

// partColumn is a column as it was found.
type partColumn struct {
	Name          string     `json:"name"`
	Type          storedType `json:"type"`
	Found         bool       `json:"found,omitempty"` // from samples
	Decimal       character  `json:"decimal,omitempty"`
	Thousands     character  `json:"thousands,omitempty"`
	FileDecimal   character  `json:"fileDecimal,omitempty"` // of numbers of the file
	FileThousands character  `json:"fileThousands,omitempty"`
	Dates         string     `json:"dates,omitempty"`
	Yes           *[]string  `json:"true,omitempty"`
	No            *[]string  `json:"false,omitempty"`
	Null          *[]string  `json:"null,omitempty"` // words beside those of the options
	Rows          int        `json:"rows,omitempty"` // of the sample
	Empty         int        `json:"empty,omitempty"`
	Strong        int        `json:"strong,omitempty"` // rows of a number, date or the like
	Sampled       int        `json:"sampled,omitempty"`
	Undecided     bool       `json:"undecidedDates,omitempty"`
	Unmarked      bool       `json:"undecidedNumbers,omitempty"`
	Example       string     `json:"example,omitempty"`
}

// character is a byte that is stored as text; 0 is none.
type character byte

// MarshalJSON writes it as a text.
func (c character) MarshalJSON() ([]byte, error) {
	text, err := byteText("the character", byte(c))
	if err != nil {
		return nil, err
	}
	return strictjson.Marshal(text)
}

// UnmarshalStrict reads it.
func (c *character) UnmarshalStrict(v *strictjson.Value) error {
	var text string
	if err := v.Decode(&text); err != nil {
		return err
	}
	if len(text) != 1 || text[0] >= utf8.RuneSelf {
		return v.Errorf("%q: write a single ASCII character", text)
	}
	*c = character(text[0])
	return nil
}

// storedType is a type that is stored as text.
type storedType struct{ arrow.DataType }

// MarshalJSON writes it as it is printed.
func (t storedType) MarshalJSON() ([]byte, error) {
	text, err := typename.Text(t.DataType)
	if err != nil {
		return nil, err
	}
	return strictjson.Marshal(text)
}

// UnmarshalStrict reads it.
func (t *storedType) UnmarshalStrict(v *strictjson.Value) error {
	var text string
	err := v.Decode(&text)
	if err == nil {
		if t.DataType, err = typename.Parse(text); err != nil {
			return v.Errorf("%w", err)
		}
	}
	return err
}

// partOf is what was found, as data.
func partOf(f *found) *part {
	r := &f.rules
	p := &part{
		Delimiter: r.Delimiter, Quote: character(r.Quote), Backslash: r.Backslash, Comment: character(r.Comment), Ends: lineEndWords[r.Ends], Trim: r.Trim, Blanks: r.BlankRows,
		Separator: f.layout.Separator, HeaderRows: f.layout.Headers, Preamble: f.layout.WhySkip != "", Names: given(f.layout.Names), Width: f.layout.Width,
		SampleBytes: f.sample.Bytes, SampleRows: f.sample.Rows,
	}
	for i := range f.columns {
		c := &f.columns[i]
		p.Columns = append(p.Columns, partColumn{
			Name: c.name, Type: storedType{c.Type}, Found: c.Found, Dates: datesWords[c.Form.Order], Yes: given(c.Form.Yes), No: given(c.Form.No), Null: given(c.NullWords),
			Decimal: character(c.Form.Number.Decimal), Thousands: character(c.Form.Number.Thousands),
			FileDecimal: character(c.Marks.Decimal), FileThousands: character(c.Marks.Thousands),
			Rows: c.Profile.Rows, Empty: c.Profile.Empty, Strong: c.Profile.Strong,
			Sampled: c.sampled, Undecided: c.undecidedDates, Unmarked: c.undecidedMark, Example: storable(c.example),
		})
	}
	return p
}

// storable is a text for people in the form that JSON can hold.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// found is what a pass needs to know.
func (p *part) found(o *ReadOptions) found {
	said := o.sniffing()
	f := found{sample: sampled{p.SampleBytes, p.SampleRows}, header: p.HeaderRows > 0}
	f.rules = dialect.Rules{
		Delimiter: p.Delimiter, Quote: byte(p.Quote), Backslash: p.Backslash, Comment: byte(p.Comment),
		Ends: LineEnd(slices.Index(lineEndWords, p.Ends)), Trim: p.Trim, BlankRows: p.Blanks,
	}
	f.dialect, f.asIs = f.rules.Scanner(), f.rules.Plain()
	f.layout = sniff.Layout{Separator: p.Separator, Headers: p.HeaderRows, Names: list(p.Names), Width: p.Width}
	if p.Preamble {
		f.layout.WhySkip = "the whole table's"
	}
	for i := range p.Columns {
		f.columns = append(f.columns, p.Columns[i].column(said))
	}
	f.schema = f.schemaOf()
	return f
}

func (c *partColumn) column(said *sniff.Options) column {
	null := list(c.Null)
	return column{
		name: c.Name,
		Column: sniff.Column{
			Type: c.Type.DataType, Found: c.Found,
			Form: sniff.Form{
				Number: csv.Number{Decimal: byte(c.Decimal), Thousands: byte(c.Thousands)},
				Order:  csv.DateOrder(slices.Index(datesWords, c.Dates)), Yes: list(c.Yes), No: list(c.No),
			},
			Marks:     csv.Number{Decimal: byte(c.FileDecimal), Thousands: byte(c.FileThousands)},
			NullWords: null, Nulls: said.Nulls(null...), Profile: &sniff.Profile{Rows: c.Rows, Empty: c.Empty, Strong: c.Strong},
		},
		sampled: c.Sampled, undecidedDates: c.Undecided, undecidedMark: c.Unmarked, example: c.Example,
	}
}

// check is an error if an open file is another than it was when the table was split.
func (p *part) check(files []string, name string, f *os.File) error {
	if p == nil {
		return nil
	}
	return p.Stamps[slices.Index(files, name)].Check(f)
}

// OpenPart is the source of a part of files: see [chunker.PartOpener].
func (o ReadOptions) OpenPart(data chunker.Settings, files ...string) (chunker.Source, error) {
	p := new(part)
	err := data.Decode(p)
	if err == nil {
		if err = p.valid(files); err != nil {
			err = data.Errorf("%w: give the part as it was written", err)
		}
	}
	if err != nil {
		return nil, err
	}
	return &source{options: o, paths: files, part: p}, nil
}

// apart reports whether the delimiter, the quote and the comment can be told from each other and
// from line ends: the scanner relies on it.
func (p *part) apart() bool {
	signs := p.Delimiter + "\r\n"
	for _, c := range []character{p.Quote, p.Comment} {
		if c != 0 && strings.IndexByte(signs, byte(c)) >= 0 {
			return false
		}
		signs += string(rune(c))
	}
	return !strings.ContainsAny(p.Delimiter, "\r\n")
}

// valid refuses what no part is like.
func (p *part) valid(files []string) error {
	switch {
	case len(p.Stamps) != len(files):
		return fmt.Errorf("stamps: there are %d, of %d files", len(p.Stamps), len(files))
	case p.From < 0 || p.To < 0 || p.Line < 0 || p.From > 0 && p.From >= p.To || p.To > 0 && (len(files) != 1 || p.To > p.Stamps[0].Size):
		return fmt.Errorf("from %d, to %d, line %d: a part is a range of the bytes of one file, or files as a whole", p.From, p.To, p.Line)
	case len(p.Delimiter) < 1 || len(p.Delimiter) > 8:
		return fmt.Errorf("delimiter %q: it has one to eight bytes", p.Delimiter)
	case !p.apart():
		return fmt.Errorf("delimiter %q, quote %q, comment %q: none is a line end or has the meaning of another", p.Delimiter, byte(p.Quote), byte(p.Comment))
	case !slices.Contains(lineEndWords, p.Ends):
		return fmt.Errorf("lineEnd: there is no %q", p.Ends)
	case len(p.Columns) == 0:
		return fmt.Errorf("columns: there are none")
	case min(p.HeaderRows, p.Width, p.SampleBytes, p.SampleRows) < 0:
		return fmt.Errorf("headerRows %d, width %d, sampleBytes %d, sampleRows %d: none is negative", p.HeaderRows, p.Width, p.SampleBytes, p.SampleRows)
	}
	for i, c := range p.Columns {
		if _, ok := decoderFor(c.Type.DataType, false); !ok {
			return fmt.Errorf("columns[%d]: CSV cannot be read as %s", i, bind.Name(c.Type.DataType))
		}
		if !slices.Contains(datesWords, c.Dates) {
			return fmt.Errorf("columns[%d]: there is no order %q of dates", i, c.Dates)
		}
		if min(c.Rows, c.Empty, c.Strong, c.Sampled) < 0 {
			return fmt.Errorf("columns[%d]: a number of it is negative", i)
		}
	}
	return nil
}
