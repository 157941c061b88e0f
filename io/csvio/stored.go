package csvio

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/near"
	"github.com/volley-go/volley/internal/typename"
)

func init() {
	chunker.RegisterFormat(chunker.Format{Name: "csv", Endings: []string{".csv"}, Open: opener(0), Create: creator(0)})
	chunker.RegisterFormat(chunker.Format{Name: "tsv", Endings: []string{".tsv", ".tab"}, Open: opener('\t'), Create: creator('\t')})
}

// opener reads options; delimiter stands where they have none.
func opener(delimiter byte) func(chunker.Settings) (chunker.Opener, error) {
	return func(s chunker.Settings) (chunker.Opener, error) {
		var d readData
		if err := s.Decode(&d); err != nil {
			return nil, err
		}
		o, err := d.options()
		if err != nil {
			return nil, s.Errorf("%w", err)
		}
		if o.Delimiter == 0 && o.Separator == "" {
			o.Delimiter = delimiter
		}
		return o, nil
	}
}

func creator(delimiter byte) func(chunker.Settings) (chunker.Creator, error) {
	return func(s chunker.Settings) (chunker.Creator, error) {
		var d writeData
		if err := s.Decode(&d); err != nil {
			return nil, err
		}
		o := WriteOptions{Null: d.Null, NoHeader: d.NoHeader, CRLF: d.CRLF, QuoteAll: d.QuoteAll, DefuseFormulas: d.DefuseFormulas, Compression: d.Compression}
		var err error
		if o.Delimiter, err = oneByte("delimiter", d.Delimiter); err != nil {
			return nil, s.Errorf("%w", err)
		}
		if o.Delimiter == 0 {
			o.Delimiter = delimiter
		}
		return o, nil
	}
}

// writeData is [WriteOptions] as data.
type writeData struct {
	Delimiter      string `json:"delimiter,omitempty"`
	Null           string `json:"null,omitempty"`
	NoHeader       bool   `json:"noHeader,omitempty"`
	CRLF           bool   `json:"crlf,omitempty"`
	QuoteAll       bool   `json:"quoteAll,omitempty"`
	DefuseFormulas bool   `json:"defuseFormulas,omitempty"`
	Compression    string `json:"compression,omitempty"`
}

// readData is [ReadOptions] as data, but for Report, which is whoever's reads.
type readData struct {
	Delimiter  string            `json:"delimiter,omitempty"`
	Separator  string            `json:"separator,omitempty"`
	Quote      string            `json:"quote,omitempty"`
	NoQuotes   bool              `json:"noQuotes,omitempty"`
	Escape     string            `json:"escape,omitempty"`
	Comment    string            `json:"comment,omitempty"`
	NoComment  bool              `json:"noComment,omitempty"`
	LineEnd    string            `json:"lineEnd,omitempty"`
	Trim       string            `json:"trim,omitempty"`
	BlankRows  bool              `json:"blankRows,omitempty"`
	Skip       int               `json:"skip,omitempty"`
	Header     string            `json:"header,omitempty"`
	HeaderRows int               `json:"headerRows,omitempty"`
	Names      *[]string         `json:"names,omitempty"` // an empty list is another than none
	Encoding   string            `json:"encoding,omitempty"`
	Types      map[string]string `json:"types,omitempty"`
	Null       *[]string         `json:"null,omitempty"`
	True       *[]string         `json:"true,omitempty"`
	False      *[]string         `json:"false,omitempty"`
	Decimal    string            `json:"decimal,omitempty"`
	Thousands  string            `json:"thousands,omitempty"`
	Dates      string            `json:"dates,omitempty"`
	OnError    *chunker.Policy   `json:"onError,omitempty"`
	RowMax     int               `json:"rowMax,omitempty"`
	FieldMax   int               `json:"fieldMax,omitempty"`
	ColumnsMax int               `json:"columnsMax,omitempty"`
	RatioMax   int               `json:"ratioMax,omitempty"`
}

// The words for the constants, by their numbers; "" is the zero value.
var (
	lineEndWords = []string{"", LF: "lf", CR: "cr", MixedEnds: "mixed"}
	trimWords    = []string{"", KeepBlanks: "keep", TrimBlanks: "trim"}
	headerWords  = []string{"", Present: "present", Absent: "absent"}
	datesWords   = []string{"", YearFirst: "year-first", DayFirst: "day-first", MonthFirst: "month-first"}
)

// Stored is the source as data: of files, not of a reader.
func (s *source) Stored() (chunker.Files, error) {
	if s.reader != nil {
		return chunker.Files{}, fmt.Errorf("%s: a reader has no name to find it by, and cannot be stored: use a file, by Open", s.name())
	}
	d, err := s.options.stored()
	out := chunker.Files{Format: "csv", Paths: s.paths, Options: d}
	if s.part != nil {
		out.Part = s.part
	}
	return out, err
}

// Stored is the sink as data.
func (s fileSink) Stored() (chunker.Files, error) {
	o := s.options
	delimiter, err := byteText("Delimiter", o.Delimiter)
	d := writeData{delimiter, o.Null, o.NoHeader, o.CRLF, o.QuoteAll, o.DefuseFormulas, o.Compression}
	return chunker.Files{Format: "csv", Paths: []string{s.path}, Options: d}, err
}

func (o *ReadOptions) stored() (readData, error) {
	d := readData{
		Separator: o.Separator, NoQuotes: o.NoQuotes, NoComment: o.NoComment, BlankRows: o.BlankRows, Skip: o.Skip, HeaderRows: o.HeaderRows,
		Names: given(o.Names), Null: given(o.Null), True: given(o.True), False: given(o.False),
		RowMax: o.RowMax, FieldMax: o.FieldMax, ColumnsMax: o.ColumnsMax, RatioMax: o.RatioMax,
	}
	for _, b := range []struct {
		name string
		b    byte
		to   *string
	}{
		{"Delimiter", o.Delimiter, &d.Delimiter}, {"Quote", o.Quote, &d.Quote}, {"Escape", o.Escape, &d.Escape}, {"Comment", o.Comment, &d.Comment},
		{"Decimal", o.Decimal, &d.Decimal}, {"Thousands", o.Thousands, &d.Thousands},
	} {
		var err error
		if *b.to, err = byteText(b.name, b.b); err != nil {
			return d, err
		}
	}
	for _, w := range []struct {
		name  string
		at    int
		words []string
		to    *string
	}{
		{"LineEnd", int(o.LineEnd), lineEndWords, &d.LineEnd}, {"Trim", int(o.Trim), trimWords, &d.Trim}, {"Header", int(o.Header), headerWords, &d.Header},
		{"Dates", int(o.Dates), datesWords, &d.Dates},
	} {
		if w.at < 0 || w.at >= len(w.words) {
			return d, fmt.Errorf("ReadOptions.%s %d: use the constants of this package", w.name, w.at)
		}
		*w.to = w.words[w.at]
	}
	return d, o.storeRest(&d)
}

// storeRest stores what has a form of its own as text.
func (o *ReadOptions) storeRest(d *readData) error {
	if o.Encoding != 0 {
		d.Encoding = o.Encoding.String()
		if back, err := EncodingOf(d.Encoding); err != nil || back != o.Encoding {
			return fmt.Errorf("ReadOptions.Encoding %v has no name by which it is found", o.Encoding)
		}
	}
	for name, t := range o.Types {
		text, err := typename.Text(t)
		if err != nil {
			return fmt.Errorf("ReadOptions.Types of column %q: %w", name, err)
		}
		if d.Types == nil {
			d.Types = map[string]string{}
		}
		d.Types[name] = text
	}
	if err := o.checkPolicy(); err != nil {
		return fmt.Errorf("ReadOptions.%w", err)
	}
	if o.OnError.Given() {
		if _, err := o.OnError.MarshalJSON(); err != nil {
			return fmt.Errorf("ReadOptions.OnError: %w", err)
		}
		d.OnError = &o.OnError
	}
	return nil
}

// options are what the data says.
func (d *readData) options() (o ReadOptions, err error) {
	o = ReadOptions{
		Separator: d.Separator, NoQuotes: d.NoQuotes, NoComment: d.NoComment, BlankRows: d.BlankRows, Skip: d.Skip, HeaderRows: d.HeaderRows,
		Names: list(d.Names), Null: list(d.Null), True: list(d.True), False: list(d.False),
		RowMax: d.RowMax, FieldMax: d.FieldMax, ColumnsMax: d.ColumnsMax, RatioMax: d.RatioMax,
	}
	for _, b := range []struct {
		name, text string
		to         *byte
	}{
		{"delimiter", d.Delimiter, &o.Delimiter}, {"quote", d.Quote, &o.Quote}, {"escape", d.Escape, &o.Escape}, {"comment", d.Comment, &o.Comment},
		{"decimal", d.Decimal, &o.Decimal}, {"thousands", d.Thousands, &o.Thousands},
	} {
		if *b.to, err = oneByte(b.name, b.text); err != nil {
			return o, err
		}
	}
	for _, w := range []struct {
		name, text string
		words      []string
		to         func(at int)
	}{
		{"lineEnd", d.LineEnd, lineEndWords, func(at int) { o.LineEnd = LineEnd(at) }}, {"trim", d.Trim, trimWords, func(at int) { o.Trim = Trim(at) }},
		{"header", d.Header, headerWords, func(at int) { o.Header = Header(at) }}, {"dates", d.Dates, datesWords, func(at int) { o.Dates = DateOrder(at) }},
	} {
		at := slices.Index(w.words, w.text)
		if at < 0 {
			return o, fmt.Errorf("%s: there is no %q%s", w.name, w.text, near.Hint(w.text, w.words[1:]))
		}
		w.to(at)
	}
	return o, d.readRest(&o)
}

func (d *readData) readRest(o *ReadOptions) (err error) {
	if d.Encoding != "" {
		if o.Encoding, err = EncodingOf(d.Encoding); err != nil {
			return fmt.Errorf("encoding: %w", err)
		}
	}
	for name, text := range d.Types {
		if o.Types == nil {
			o.Types = map[string]arrow.DataType{}
		}
		if o.Types[name], err = typename.Parse(text); err != nil {
			return fmt.Errorf("types of %q: %w", name, err)
		}
	}
	if d.OnError != nil {
		o.OnError = *d.OnError
	}
	return o.checkPolicy()
}

// given is a list that may be empty and yet be given; nil for none.
func given(words []string) *[]string {
	if words == nil {
		return nil
	}
	return &words
}

func list(words *[]string) []string {
	if words == nil {
		return nil
	}
	return *words
}

// byteText is a character as text, "" for none.
func byteText(option string, b byte) (string, error) {
	if b == 0 {
		return "", nil
	}
	if b >= 0x80 {
		return "", fmt.Errorf("%s %q is no single ASCII character", option, b)
	}
	return string(rune(b)), nil
}

func oneByte(name, text string) (byte, error) {
	switch {
	case text == "":
		return 0, nil
	case len(text) != 1:
		return 0, fmt.Errorf("%s %q: write a single ASCII character", name, text)
	}
	return text[0], nil
}
