package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/decompress"
	"github.com/volley-go/volley/internal/near"
)

const (
	headBytes   = 256 << 10 // of the first file that are looked at
	sampleBytes = 32 << 10  // of each place further in
	samplePlace = 8         // places in a file
	sampleFiles = 8         // files of a pattern that are looked at
	sampleRows  = 500       // rows of a place
)

// find opens the first file and finds out the dialect, the names and the types.
func (s *stream) find(ctx context.Context) error {
	o := &s.source.options
	in, err := s.source.open(s.files[0])
	if err != nil {
		return err
	}
	s.input = in
	s.dialect = csv.Dialect{Delimiter: o.Delimiter, Quote: o.quote(), Newline: '\n', Comment: o.Comment}
	if err := s.fill(headBytes); err != nil {
		return err
	}
	if err := s.encoding(); err != nil {
		return err
	}
	head := s.head()
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		s.dialect.Newline = '\r'
	}
	if s.dialect.Delimiter == 0 {
		s.dialect.Delimiter = delimiter(head, s.dialect)
	}
	first, end, err := s.firstRow(s.tail)
	if err != nil {
		return err
	}
	if err := s.nameColumns(first, end); err != nil {
		return err
	}
	return s.typed(ctx)
}

// head is the beginning of the tail that is looked at.
func (s *stream) head() []byte { return s.tail[:min(len(s.tail), headBytes)] }

// encoding takes a UTF-8 byte order mark off and refuses other encodings.
func (s *stream) encoding() error {
	t := s.tail
	switch {
	case bytes.HasPrefix(t, []byte("\xEF\xBB\xBF")):
		s.tail = t[3:]
		s.offset = 3
	case bytes.HasPrefix(t, []byte("\xFF\xFE")), bytes.HasPrefix(t, []byte("\xFE\xFF")):
		return s.source.fail(s.name(), errors.New("is UTF-16 text: convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)"))
	}
	if len(s.tail) == 0 {
		return s.source.fail(s.name(), errors.New("is empty"))
	}
	return nil
}

// firstRow parses the first row and says where it ends.
func (s *stream) firstRow(text []byte) (fields []string, end int, err error) {
	x := new(csv.Index)
	for n := min(len(text), 4<<10); ; n = min(2*n, len(text)) {
		part := text[:n]
		if n < len(text) || !s.eof {
			cut, _ := csv.Cut(part, s.dialect)
			part = part[:cut]
		}
		x.Build(part, s.dialect, 0)
		if x.Rows > 0 || len(x.Bad) > 0 || n == len(text) {
			break
		}
	}
	if len(x.Bad) > 0 && (x.Rows == 0 || x.Bad[0].Row == 0) {
		return nil, 0, &chunker.Error{Op: "read", File: s.name(), Line: int64(x.Bad[0].Line) + 1, Row: -1, Offset: -1, Err: (&piece{stream: s}).reason(x.Bad[0])}
	}
	if x.Rows == 0 {
		if !s.eof {
			return nil, 0, s.grow(text, -1)
		}
		return nil, 0, s.source.fail(s.name(), errors.New("has no rows"))
	}
	for _, f := range x.Row(0) {
		b, _ := f.Text(text, s.dialect.Quote, nil)
		fields = append(fields, string(b))
	}
	at := x.Field(0, x.Columns-1).End
	if nl := bytes.IndexByte(text[at:], s.dialect.Newline); nl >= 0 {
		return fields, at + nl + 1, nil
	}
	return fields, len(text), nil
}

// nameColumns names the columns, by the header where there is one.
func (s *stream) nameColumns(first []string, end int) error {
	o := &s.source.options
	most := o.ColumnsMax
	if most <= 0 {
		most = columnsMax
	}
	if len(first) > most {
		return s.source.fail(s.name(), fmt.Errorf("has %d columns, more than ReadOptions.ColumnsMax allows (%d)", len(first), most))
	}
	s.header = o.Header == Present || o.Header == Sniffed && isHeader(first)
	given := first
	if !s.header {
		given = make([]string, len(first))
		for i := range given {
			given[i] = fmt.Sprintf("column_%d", i+1)
		}
	}
	if o.Names != nil {
		if len(o.Names) != len(first) {
			return s.source.fail(s.name(), fmt.Errorf("has %d columns, ReadOptions.Names has %d", len(first), len(o.Names)))
		}
		given = o.Names
	}
	for i, n := range given {
		n = strings.TrimSpace(n)
		if n == "" {
			n = fmt.Sprintf("column_%d", i+1)
		}
		if at := slices.IndexFunc(s.columns, func(c column) bool { return c.name == n }); at >= 0 {
			return s.source.fail(s.name(), fmt.Errorf("columns %d and %d are both called %q: give ReadOptions.Names", at+1, i+1, n))
		}
		s.columns = append(s.columns, column{name: n})
	}
	if s.header {
		s.skip(end)
	}
	return nil
}

// isHeader tells whether the first row looks like names: none of its fields is a number, date or bool.
func isHeader(first []string) bool {
	return !slices.ContainsFunc(first, func(f string) bool { return kinds(trim([]byte(f))) != isText })
}

// delimiter takes the byte that cuts the first rows most evenly into most fields.
func delimiter(head []byte, d csv.Dialect) byte {
	best, score := byte(','), 0.0
	x := new(csv.Index)
	for _, c := range []byte{',', ';', '\t', '|'} {
		d.Delimiter = c
		part := head
		if cut, _ := csv.Cut(head, d); cut > 0 {
			part = head[:cut]
		}
		x.Build(part[:min(len(part), 64<<10)], d, 0)
		if x.Columns < 2 {
			continue
		}
		// Even rows count most; of those equal in that, more columns.
		even := float64(x.Rows) / float64(x.Rows+len(x.Bad))
		if sc := even + math.Min(float64(x.Columns), 1000)/1e4; sc > score+1e-9 {
			best, score = c, sc
		}
	}
	return best
}

// kind is a set of types that a text could be of.
type kind uint8

const (
	isInt kind = 1 << iota
	isFloat
	isBool
	isDate
	isTime       // a timestamp without zone
	isZoned      // one with
	isText  kind = 0
)

// kinds tells what a text that is no null can be read as.
func kinds(b []byte) kind {
	if len(b) == 0 {
		return isText
	}
	switch c := b[0]; {
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		if _, ok := csv.Int(b); ok {
			if leadingZero(b) {
				return isText
			}
			return isInt | isFloat
		}
		if _, ok := csv.Float(b); ok {
			if wholeNumber(b) || leadingZero(b) {
				return isText // an integer of more than 64 bits: a float would not hold it
			}
			return isFloat
		}
		if _, ok := csv.Date(b); ok {
			return isDate | isTime
		}
		if _, nanos, zoned, ok := csv.Timestamp(b); ok && nanos%1000 == 0 {
			if zoned {
				return isZoned
			}
			return isTime
		}
	case c|0x20 == 't' || c|0x20 == 'f':
		if _, ok := csv.Bool(b); ok {
			return isBool
		}
	default:
		if _, ok := csv.Float(b); ok {
			return isFloat // nan, inf
		}
	}
	return isText
}

// wholeNumber tells a row of digits from what has a point, an exponent or letters.
func wholeNumber(b []byte) bool { return !bytes.ContainsAny(b, ".eEnN") }

// leadingZero tells numbers such as 007, whose zeros mean something.
func leadingZero(b []byte) bool {
	if b[0] == '-' || b[0] == '+' {
		b = b[1:]
	}
	return len(b) > 1 && b[0] == '0' && b[1] >= '0' && b[1] <= '9'
}

// typeOf is the narrowest type of a set; any tells that a value was seen at all.
func typeOf(k kind, any bool) arrow.DataType {
	switch {
	case !any:
		return arrow.BinaryTypes.String
	case k&isInt != 0:
		return arrow.PrimitiveTypes.Int64
	case k&isFloat != 0:
		return arrow.PrimitiveTypes.Float64
	case k&isBool != 0:
		return arrow.FixedWidthTypes.Boolean
	case k&isDate != 0:
		return arrow.FixedWidthTypes.Date32
	case k&isTime != 0:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case k&isZoned != 0:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	}
	return arrow.BinaryTypes.String
}

// typed gives every column its type.
func (s *stream) typed(ctx context.Context) error {
	o := &s.source.options
	for name := range o.Types {
		if !slices.ContainsFunc(s.columns, func(c column) bool { return c.name == name }) {
			return s.source.fail(s.name(), fmt.Errorf("no column %q, which ReadOptions.Types gives a type%s", name, near.Hint(name, names(s.columns))))
		}
	}
	guess := newGuess(s)
	part := s.head()
	if cut, _ := csv.Cut(part, s.dialect); cut > 0 && (len(part) < len(s.tail) || !s.eof) {
		part = part[:cut]
	}
	guess.look(part)
	first := csv.Index{}
	first.Build(part, s.dialect, len(s.columns))
	if s.source.reader == nil && s.input.format == "" {
		if err := guess.further(ctx); err != nil {
			return err
		}
	}
	for i := range s.columns {
		c := &s.columns[i]
		c.t, c.found = typeOf(guess.kinds[i], guess.seen[i]), true
		if t, ok := s.source.wider[c.name]; ok {
			c.t = t
		}
		if t, ok := o.Types[c.name]; ok {
			c.t, c.found = t, false
		}
	}
	if err := s.project(); err != nil {
		return err
	}
	s.weigh(&first, part)
	return nil
}

// guess narrows down what the columns can be.
type guess struct {
	s     *stream
	kinds []kind
	seen  []bool
	index csv.Index
}

func newGuess(s *stream) *guess {
	g := &guess{s: s, kinds: make([]kind, len(s.columns)), seen: make([]bool, len(s.columns))}
	for i := range g.kinds {
		g.kinds[i] = ^isText
	}
	return g
}

// look takes a sample in.
func (g *guess) look(text []byte) {
	g.index.Build(text, g.s.dialect, len(g.kinds))
	for row := range min(g.index.Rows, 4*sampleRows) {
		for i, f := range g.index.Row(row) {
			b := trim(f.Raw(text))
			if len(b) == 0 || !f.Quoted() && g.s.nulls.Has(b) {
				continue // nothing in quotes is a null too, where the rest are numbers
			}
			g.kinds[i] &= kinds(b)
			g.seen[i] = true
		}
	}
}

// further looks at places all over the first file, and at the beginning of others. A place in the
// middle begins behind a line end, which may lie inside quotes: rows that then do not have
// the right number of fields are passed over.
func (g *guess) further(ctx context.Context) error {
	s := g.s
	for i := range min(len(s.files), sampleFiles) {
		name := s.files[i*len(s.files)/min(len(s.files), sampleFiles)]
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
			continue // a pipe comes once
		}
		f, err := os.Open(name)
		if err != nil {
			return s.source.fail(name, err)
		}
		err = g.places(ctx, f, i > 0)
		f.Close()
		if err != nil {
			return s.source.fail(name, err)
		}
	}
	return nil
}

// places looks at places of a file, its beginning too where that is not known yet.
func (g *guess) places(ctx context.Context, f *os.File, begin bool) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	first, last := 1, samplePlace
	if begin {
		first = 0
	}
	if info.Size() <= headBytes {
		last = 0
	}
	buf := make([]byte, sampleBytes)
	for k := first; k <= last; k++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		at := max(info.Size()-sampleBytes, 0) / samplePlace * int64(k)
		n, err := f.ReadAt(buf, at)
		if err != nil && err != io.EOF {
			return err
		}
		text := buf[:n]
		if k == 0 && decompress.Format(text) != "" {
			return nil
		}
		if nl := bytes.IndexByte(text, g.s.dialect.Newline); nl >= 0 {
			text = text[nl+1:]
		}
		if cut, _ := csv.Cut(text, g.s.dialect); cut > 0 {
			g.look(text[:cut])
		}
	}
	return nil
}

// project applies the choice of columns and makes the schema.
func (s *stream) project() error {
	fields := make([]arrow.Field, len(s.columns))
	for i, c := range s.columns {
		fields[i] = arrow.Field{Name: c.name, Type: c.t, Nullable: true}
	}
	s.schema = arrow.NewSchema(fields, nil)
	s.wanted = make([]int, len(fields))
	for i := range s.wanted {
		s.wanted[i] = i
	}
	if s.source.names == nil {
		return nil
	}
	at, schema, err := chunker.Project(s.schema, s.source.names)
	if err != nil {
		return s.source.fail(s.name(), err)
	}
	s.wanted, s.schema = at, schema
	return nil
}

// weigh finds how much text makes a byte of columns, from the sample that was looked at first.
func (s *stream) weigh(x *csv.Index, text []byte) {
	memory := 0
	for _, k := range s.wanted {
		switch t := s.columns[k].t.(type) {
		case *arrow.StringType, *arrow.BinaryType:
			for row := range x.Rows {
				memory += 4 + len(x.Field(row, k).Raw(text))
			}
		case arrow.FixedWidthDataType:
			memory += x.Rows * max(t.BitWidth()/8, 1)
		}
	}
	s.density = 1
	if memory > 0 {
		s.density = float64(len(text)) / float64(memory)
	}
	// The text itself is in memory too, while it is parsed: few columns make no larger blocks.
	s.density = min(s.density, 1)
}
