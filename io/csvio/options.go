package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// ReadOptions is how CSV is read. Zero values are found out from the file; [Sniff] shows what is
// found. What is said here is not looked for.
type ReadOptions struct {
	// Delimiter separates fields; 0 finds it.
	Delimiter byte
	// Separator is a delimiter of more than one byte, such as || or two tabs, in place of
	// Delimiter. (For a comma and a blank, Delimiter and TrimBlanks are right.)
	Separator string
	// Quote begins and ends fields that hold delimiters or line ends; 0 finds it, " if
	// there is none.
	Quote byte
	// NoQuotes makes quotes ordinary text.
	NoQuotes bool
	// Escape makes a quote inside a quoted field text: the quote itself (doubled quotes) or
	// the backslash, which then goes before delimiters and line ends too. Doubled quotes
	// are read in any case. 0 finds it.
	Escape byte
	// Comment leaves out rows that begin with it. 0 takes # where lines at the top and
	// further down begin with it, and are no rows of the table.
	Comment byte
	// NoComment looks for no comments.
	NoComment bool
	// LineEnd is what ends rows; 0 finds it.
	LineEnd LineEnd
	// Trim says whether blanks after a delimiter, and around quotes, are text; 0 finds it.
	Trim Trim
	// BlankRows takes a line with nothing in it for a row of one empty field; otherwise it is no
	// row.
	BlankRows bool
	// Skip is how many lines before the header or first row are left out, before anything is looked
	// for; 0 finds titles and notes above the table, -1 leaves out none. Of a file with fewer lines
	// nothing is left: it has no rows.
	Skip int
	// Header says whether there is a row of columns' names.
	Header Header
	// HeaderRows is how many rows the names take, one under the other, to be joined by a
	// blank; 0 finds it.
	HeaderRows int
	// Names are the columns' names, in place of the header's or where there is none (column_1 and
	// so on then, otherwise). If Header is found, a first row that may be data is kept: only one
	// that is these names, or words over numbers and dates, or alone in quotes, goes; so in each
	// file. Their number is that of the columns, if a row has as many fields. Of a file's equal
	// names the second becomes name_2.
	Names []string
	// Encoding is that of the text; 0 finds UTF-8, UTF-16, UTF-32, Windows-1252, ISO-2022-JP and
	// HZ, and refuses what could be something else. [EncodingOf] finds any by its name.
	Encoding Encoding

	// Types gives columns their types; the others' are found. A name that is no column is an error,
	// and so is a value that does not fit its type: a float32 beyond that type's range, a decimal
	// with more digits after the point than the type has. Integers are rounded to floats where
	// those are asked for, and leading zeros of numbers are no digits. A timestamp of a zone takes
	// what is written without one as the clock of that zone, and keeps the point in time.
	Types map[string]arrow.DataType
	// Null are the words that mean null where they are not quoted; nil is
	// [NullWords], and in columns of numbers, dates and bools some more that are found, such
	// as - and #N/A. An empty field is null always.
	Null []string
	// True and False are the words of bools; nil is true and false, and the pairs yes and no, y
	// and n, t and f, on and off where a column has both.
	True, False []string
	// Decimal stands between the whole and the broken part of numbers, a point or a comma; 0 finds
	// it: a column that shows it, as 3,50 does, speaks for the file. Where one has 3,50, another
	// whose values all are such as 1.200 is text; they are 1200 if one has 1.234,50.
	Decimal byte
	// Thousands stands between groups of three digits; 0 finds it, as for Decimal.
	Thousands byte
	// Dates is the order of dates that are not ISO 8601; 0 finds it, column by column, and leaves
	// dates that could be read in two ways as text.
	Dates DateOrder

	// OnError says what becomes of a bad row: one with too few or too many fields, text after a
	// closing quote, bytes that are no UTF-8, or a value that does not fit its column. See the
	// package's chapter on bad rows for what each policy keeps. Not given, it is [chunker.Stop],
	// and in a job the job's OnError, which then speaks for readers and functions, with one sink
	// and one count; given, it goes before that for this source. Its limits are of this source's
	// rows, and end reading with a [chunker.TooManyError]. Its sink is written when the stream is
	// closed, also where reading ended with an error, in the columns of [chunker.RejectSchema].
	// Without a sink, [chunker.Reject] gives the rows to whoever reads the stream, as a job does to
	// its own sink.
	OnError chunker.Policy
	// Report takes what reading came to, if it is not nil: it is set when the stream is closed,
	// also where reading ended with an error. Streams that are read at the same time need one each.
	Report *Report

	// RowMax is the most bytes a row may have; 0 is 16 MiB, and 1 GiB is the most that can be asked
	// for. A quote that is never closed ends there. More is a [LimitError], as with all limits.
	RowMax int
	// FieldMax is the most bytes a field may have; 0 is 16 MiB, and 1 GiB the most.
	FieldMax int
	// ColumnsMax is the most columns a file may have; 0 is 20,480.
	ColumnsMax int
	// RatioMax is how many bytes a byte of compressed input may become, looked at from 12 MiB
	// on; -1 is any number. 0 is any number in a stream, whose memory does not grow with the text, and
	// 1,100 from 1 GiB on in ReadFile, whose frame does. (Text compresses 3 to 50 times; rows that
	// repeat up to 1,032 times by gzip and many thousand times by the others.)
	RatioMax int
}

// Header says whether there is a row of names.
type Header = sniff.Header

// Whether there is a row of names. Sniffed weighs the first row against the columns under it: see
// the package's chapter on headers.
const (
	Sniffed Header = sniff.Sniffed
	Present Header = sniff.Present
	Absent  Header = sniff.Absent
)

// LineEnd is what ends rows.
type LineEnd = dialect.LineEnd

// What ends rows: LF is \n or \r\n, CR is \r, MixedEnds any of the three.
const (
	LF        LineEnd = dialect.LF
	CR        LineEnd = dialect.CR
	MixedEnds LineEnd = dialect.MixedEnds
)

// Trim says whether blanks after delimiters are text.
type Trim = sniff.Trim

// Whether blanks after delimiters are text.
const (
	KeepBlanks Trim = sniff.KeepBlanks
	TrimBlanks Trim = sniff.TrimBlanks
)

// named is the name of a constant; of what is none, its number.
func named(i int, names ...string) string {
	if i < 0 || i >= len(names) {
		return strconv.Itoa(i)
	}
	return names[i]
}

// DateOrder is the order in which dates name year, month and day.
type DateOrder int

// The orders of dates. YearFirst is 2018/1/28 with / . or -; DayFirst 28/1/2018, 28.1.2018 and 28
// Jan 2018; MonthFirst 1/28/2018 and Jan 28, 2018. A time of day of 24 or 12 hours may follow.
const (
	YearFirst DateOrder = iota + 1
	DayFirst
	MonthFirst
)

func (d DateOrder) String() string {
	return named(int(d), "ISO 8601", "year first", "day first", "month first")
}

// Encoding is how characters are bytes.
type Encoding = charset.Encoding

// The encodings that are found. [EncodingOf] knows more by their names. Offsets in errors are those
// of the file as it is, or of what it decompresses to.
const (
	UTF8        = charset.UTF8
	UTF16LE     = charset.UTF16LE
	UTF16BE     = charset.UTF16BE
	UTF32LE     = charset.UTF32LE
	UTF32BE     = charset.UTF32BE
	Latin1      = charset.Latin1
	Windows1252 = charset.Windows1252
)

// EncodingOf finds an encoding by its name, whatever its case, dashes and blanks: those of IANA and
// the WHATWG, and of code pages (cp1251). Known are, beside those above, Windows-874 and 1250 to
// 1258, ISO-8859-2 to 10 and 13 to 16, KOI8-R and KOI8-U, IBM437, 850, 852, 855, 858, 860, 862,
// 863, 865 and 866, Macintosh and x-mac-cyrillic, the EBCDIC pages IBM037, 1047 and 1140, GBK,
// GB18030, HZ-GB-2312, Big5, Shift_JIS, EUC-JP, ISO-2022-JP and EUC-KR.
func EncodingOf(name string) (Encoding, error) { return charset.Named(name) }

// NullWords are the words that mean null unless [ReadOptions.Null] says otherwise. (NaN is
// none: it is a float.)
func NullWords() []string { return dialect.NullWords() }

// Open is a source that reads files as one table, with default options. A path may be a pattern
// (see [path/filepath.Match]): all files that it names, in the order of their names. The part ** of
// a pattern stands for any folders, none too: data/**/*.csv. Links to folders are followed, and
// hidden names, which begin with a dot, are named by patterns that have the dot alone. A folder
// that a pattern names is an error.
func Open(path ...string) chunker.Source { return ReadOptions{}.Open(path...) }

// ReadFile reads a file, or all files that a pattern names, into a frame with default options.
func ReadFile(ctx context.Context, path string) (*frame.Frame, error) {
	return ReadOptions{}.ReadFile(ctx, path)
}

// Open is a source that reads files as one table; a path may be a pattern.
func (o ReadOptions) Open(path ...string) chunker.Source { return &source{options: o, paths: path} }

// From is a source that reads r once, for standard input and the like; name is what
// errors call it. Types are found from the first block. Opening it a second time is an error.
func (o ReadOptions) From(name string, r io.Reader) chunker.Source {
	return &source{options: o, paths: []string{name}, reader: r, begun: new(atomic.Bool)}
}

// ReadFile reads a file, or all files that a pattern names, into a frame. Where a value does not
// fit the type its column was found to have, the column is made wider and the file read again, so
// that nothing is lost; if a file whose samples were ASCII turns out to be Windows-1252 as a whole,
// it is read again as that. [chunker.Reject] needs a sink here: a frame has no place for rows that
// are left out.
func (o ReadOptions) ReadFile(ctx context.Context, path string) (*frame.Frame, error) {
	s := &source{options: o, paths: []string{path}, wider: map[string]arrow.DataType{}, windows: map[string]*charset.Evidence{}, collects: true}
	if o.OnError.Rejects() && o.OnError.Sink() == nil {
		return nil, s.fail(path, errors.New("rejected rows would be lost: give chunker.Reject in ReadOptions.OnError a sink, or say chunker.Skip()"))
	}
	for {
		f, err := chunker.ReadAll(ctx, s)
		if !s.adapt(ctx, err) {
			return f, err
		}
	}
}

// check refuses options that cannot be meant.
func (o *ReadOptions) check() error {
	special := []byte{o.Delimiter, o.Quote, o.Comment}
	if o.Quote == 0 && !o.NoQuotes {
		special[1] = '"'
	}
	for i, c := range special {
		if c == 0 {
			continue
		}
		if c >= 0x80 || c == '\n' || c == '\r' {
			return fmt.Errorf("%q cannot be a delimiter, quote or comment: use a single ASCII character that is no line end", c)
		}
		if slices.Contains(special[:i], c) {
			return fmt.Errorf("%q is given two meanings of delimiter, quote and comment", c)
		}
	}
	if err := o.checkText(); err != nil {
		return err
	}
	if err := o.checkRanges(); err != nil {
		return err
	}
	for name, t := range o.Types {
		if t == nil {
			return fmt.Errorf("the type given for column %q is nil", name)
		}
		if _, ok := decoderFor(t, false); !ok {
			return fmt.Errorf("column %q: CSV cannot be read as %s: read it as a string and convert it with a function", name, bind.Name(t))
		}
		if t, ok := t.(*arrow.TimestampType); ok {
			if _, err := t.GetZone(); err != nil {
				return fmt.Errorf("column %q: no time zone %q: give a name such as Europe/Berlin, an offset such as +02:00, or UTC", name, t.TimeZone)
			}
		}
	}
	first := make(map[string]int, len(o.Names))
	for i, name := range o.Names {
		if at, twice := first[name]; twice {
			return fmt.Errorf("names %d and %d are both %q", at, i, name)
		}
		first[name] = i
	}
	return nil
}

// checkText refuses what cannot be meant about how text and numbers are written.
func (o *ReadOptions) checkText() error {
	switch {
	case o.Separator != "" && o.Delimiter != 0:
		return fmt.Errorf("Delimiter %q and Separator %q are both given: give one", o.Delimiter, o.Separator)
	case strings.ContainsAny(o.Separator, "\r\n") || len(o.Separator) > 8 || o.Quote != 0 && strings.IndexByte(o.Separator, o.Quote) >= 0 || o.Quote == 0 && !o.NoQuotes && strings.Contains(o.Separator, `"`):
		return fmt.Errorf("Separator %q: use at most eight bytes, no line end and no quote", o.Separator)
	case o.Escape != 0 && o.Escape != '\\' && o.Escape != '"' && o.Escape != o.Quote:
		return fmt.Errorf("Escape %q: use the backslash, or the quote for doubled quotes", o.Escape)
	case o.Decimal != 0 && o.Decimal != '.' && o.Decimal != ',':
		return fmt.Errorf("Decimal %q: use a point or a comma", o.Decimal)
	case o.Thousands != 0 && (bytes.IndexByte([]byte("., '_"), o.Thousands) < 0 || o.Thousands == o.Decimal || o.Decimal == 0 && o.Thousands == '.'):
		return fmt.Errorf("Thousands %q: use one of . , ' _ and the blank that Decimal is not (a point needs Decimal: ',')", o.Thousands)
	case o.Dates < 0 || o.Dates > MonthFirst || o.LineEnd < 0 || o.LineEnd > MixedEnds || o.Encoding != 0 && !o.Encoding.Valid():
		return fmt.Errorf("Dates %d, LineEnd %d and Encoding %d: use the constants of this package, and EncodingOf", int(o.Dates), int(o.LineEnd), int(o.Encoding))
	case (o.True == nil) != (o.False == nil):
		return fmt.Errorf("one of True and False is given: give both")
	}
	return nil
}

// checkRanges refuses numbers that mean nothing.
func (o *ReadOptions) checkRanges() error {
	switch {
	case o.Trim < 0 || o.Trim > TrimBlanks || o.Header < 0 || o.Header > Absent:
		return fmt.Errorf("Trim %d and Header %d: use the constants of this package", int(o.Trim), int(o.Header))
	case o.Skip < -1 || o.HeaderRows < 0:
		return fmt.Errorf("Skip %d and HeaderRows %d: give numbers of lines and rows, or Skip: -1 for none", o.Skip, o.HeaderRows)
	case o.RowMax < 0 || o.FieldMax < 0 || o.ColumnsMax < 0 || o.RatioMax < -1:
		return fmt.Errorf("RowMax %d, FieldMax %d, ColumnsMax %d and RatioMax %d: give positive limits, or RatioMax: -1 for none", o.RowMax, o.FieldMax, o.ColumnsMax, o.RatioMax)
	case max(o.RowMax, o.FieldMax, o.ColumnsMax) > limitMax:
		return fmt.Errorf("RowMax %d, FieldMax %d and ColumnsMax %d: give at most %d, 1 GiB", o.RowMax, o.FieldMax, o.ColumnsMax, limitMax)
	}
	return o.checkPolicy()
}

// checkPolicy refuses limits that mean nothing.
func (o *ReadOptions) checkPolicy() error {
	if err := o.OnError.Check(); err != nil {
		return fmt.Errorf("OnError has %w", err)
	}
	return nil
}

// sniffing is what the options say to whoever looks at a text.
func (o *ReadOptions) sniffing() *sniff.Options {
	return &sniff.Options{
		Delimiter: o.Delimiter, Separator: o.Separator, Quote: o.Quote, NoQuotes: o.NoQuotes, Escape: o.Escape, Comment: o.Comment, NoComment: o.NoComment,
		LineEnd: o.LineEnd, Trim: o.Trim, BlankRows: o.BlankRows, Skip: o.Skip, Header: o.Header, HeaderRows: o.HeaderRows, Names: o.Names,
		Types: o.Types, Null: o.Null, True: o.True, False: o.False, Decimal: o.Decimal, Thousands: o.Thousands, Dates: csv.DateOrder(o.Dates),
		ColumnsMax: o.columnsMax(), Mends: o.OnError.Nulls(),
	}
}
