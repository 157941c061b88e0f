package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/distinct"
	"github.com/volley-go/volley/internal/near"
	"github.com/volley-go/volley/internal/notcsv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

const (
	sampleBytes = 32 << 10 // of each place further in
	samplePlace = 8        // places in a file
	sampleFiles = 8        // files of a pattern that are looked at
	sampleRows  = 300      // rows of a place
	headRows    = 1000     // rows of the head
)

// findOut opens the first file and finds out the dialect, the names and the types.
func (s *stream) findOut(ctx context.Context) error {
	o := &s.source.options
	in, err := s.source.open(ctx, s.files[0])
	if err != nil {
		return err
	}
	s.input, s.offset, s.at = in, in.begin, in.at
	if err := s.fill(sniff.HeadBytes); err != nil {
		return err
	}
	if len(s.tail) == 0 {
		return s.nothing(ctx, "is empty")
	}
	if err := s.skipLines(o.Skip); err != nil {
		return err
	}
	if err := s.onlyCSV(); err != nil {
		return err
	}
	said := o.sniffing()
	start, err := s.chooseDialect(*said)
	if err != nil {
		return err
	}
	if err := s.firstRow(); err == errNoRows {
		s.skip(len(s.tail), 0)
		return s.nothing(ctx, "has no rows")
	} else if err != nil {
		return err
	}
	s.layout = said.FindLayout(&s.rules, s.tail, start, s.eof)
	s.dialect, s.asIs = s.rules.Scanner(), s.rules.Plain() // a sign for comments may have been found
	if err := s.nameColumns(); err != nil {
		return err
	}
	s.skip(s.layout.End, s.layout.EndLines)
	return s.typed(ctx)
}

// chooseDialect finds the dialect of the tail, with which the first file begins. start is where its
// table may begin, after a line that names the separator.
func (s *stream) chooseDialect(said sniff.Options) (start int, err error) {
	if said.Skip == 0 {
		var named string
		if named, start = sniff.SeparatorLine(s.tail); start > 0 && said.Delimiter == 0 && said.Separator == "" {
			said.Separator = named
		}
	}
	for {
		s.scored = said.ChooseDialect(s.tail[min(start, len(s.tail)):], s.eof)
		if !s.scored.QuoteOpen || s.eof || len(s.tail) >= sniff.LongHead {
			return start, s.takeRules()
		}
		if err := s.fill(4 * len(s.tail)); err != nil { // a long field, or a stray quote?
			return 0, err
		}
	}
}

// takeRules takes over the rules that were chosen.
func (s *stream) takeRules() error {
	if s.rules = s.scored.Rules; s.rules.Delimiter == "" {
		return s.source.fail(s.name(), errNoDelimiter)
	}
	return nil
}

// onlyCSV is an error if the tail, with which a file begins, is a text of another format.
func (s *stream) onlyCSV() error {
	what, remedy := notcsv.Format(s.tail, s.eof)
	if what == "" || s.source.options.Names != nil {
		return nil
	}
	return s.source.fail(s.name(), fmt.Errorf("is %s, and no CSV: %s; if it is a table all the same, name its columns by ReadOptions.Names", what, remedy))
}

// skipLines leaves lines out that nobody is to look at.
func (s *stream) skipLines(n int) error {
	for n > 0 && len(s.tail) > 0 {
		start, lines := sniff.SkipLines(s.tail, n, s.eof)
		s.skip(start, lines)
		n -= lines
		if err := s.fill(sniff.HeadBytes); err != nil {
			return err
		}
	}
	return nil
}

var (
	errNoRows      = errors.New("has no rows")
	errNoDelimiter = errors.New("no delimiter can be found beside the quote and comment that are given: give ReadOptions.Delimiter, or another quote or comment")
)

// nothing ends the finding of a file without a row: a table without rows if its columns are given,
// else an error.
func (s *stream) nothing(ctx context.Context, what string) error {
	o := &s.source.options
	if o.Names == nil {
		return s.source.fail(s.name(), errors.New(what))
	}
	s.scored = o.sniffing().ChooseDialect(nil, true)
	if err := s.takeRules(); err != nil {
		return err
	}
	s.dialect, s.asIs = s.rules.Scanner(), s.rules.Plain()
	s.layout.Width, s.layout.First = len(o.Names), o.Names
	if err := s.nameColumns(); err != nil {
		return err
	}
	return s.typed(ctx)
}

// head is the beginning of the tail that is looked at.
func (s *stream) head() []byte { return s.tail[:min(len(s.tail), sniff.HeadBytes)] }

// firstRow reads until there is a whole row at least, with something in it.
func (s *stream) firstRow() error {
	var w dialect.Row
	for at := 0; ; {
		if at < len(s.tail) {
			s.rules.Next(s.tail, at, &w)
			if w.Whole && (s.rules.Blank(&w) || s.rules.Comment != 0 && s.tail[at] == s.rules.Comment) {
				at = w.Next
				continue
			}
			if w.Whole || s.eof {
				return nil
			}
		} else if s.eof {
			return errNoRows
		}
		if err := s.grow(s.tail, w.QuoteAt); err != nil {
			return err
		}
		if err := s.fill(s.size); err != nil {
			return err
		}
	}
}

// nameColumns names the columns, by the header where there is one.
func (s *stream) nameColumns() error {
	o := &s.source.options
	given, err := s.namesOf(&s.layout)
	if err != nil {
		return err
	}
	if most := o.columnsMax(); len(given) > most {
		return s.source.fail(s.name(), &LimitError{
			What: fmt.Sprintf("has more than %s", count.Of(most, "column")), Limit: int64(most),
			Option: "ColumnsMax", Hint: "is the delimiter right?",
		})
	}
	s.header = s.layout.Headers > 0
	s.noteNames(&s.layout)
	if o.Names != nil {
		if len(o.Names) != len(given) {
			return s.source.fail(s.name(), fmt.Errorf("has %s, ReadOptions.Names has %d", count.Of(len(given), "column"), len(o.Names)))
		}
		given = o.Names
	}
	for i, n := range columnNames(given) {
		if !utf8.ValidString(n) {
			return s.source.fail(s.name(), fmt.Errorf("the name %.100q of column %d %w", n, i+1, errNotUTF8))
		}
		s.columns = append(s.columns, column{name: n})
	}
	return nil
}

// namesOf returns the columns' names in a file, which are empty if it has no header.
func (s *stream) namesOf(sh *sniff.Layout) ([]string, error) {
	if sh.Broken != 0 {
		return nil, &chunker.Error{Op: "read", File: s.name(), Line: s.lines + int64(sh.Lines) + 1, Row: -1, Offset: s.at.Offset(sh.Start), Err: headerError(sh.Broken)}
	}
	if sh.Missing > 0 {
		return nil, s.source.fail(s.name(), fmt.Errorf("has %s, fewer than the %d that are to be names: give a smaller ReadOptions.HeaderRows", count.Of(sh.Headers, "row"), sh.Headers+sh.Missing))
	}
	if sh.Names == nil {
		if sh.First == nil && len(s.tail) > 0 {
			if s.source.options.Names != nil {
				return make([]string, len(s.source.options.Names)), nil // nothing is left after what was skipped
			}
			return nil, s.source.fail(s.name(), errNoRows)
		}
		return make([]string, sh.Width), nil
	}
	given := sniff.FitNames(sh.Names, sh.Width)
	if len(given) >= sh.Width || s.source.options.Names != nil && len(s.source.options.Names) == len(given) {
		return given, nil
	}
	if s.source.options.OnError.Nulls() || s.source.options.Names != nil {
		sh.Mended = fewNamesError(len(given), sh.Width)
		return append(slices.Clip(given), make([]string, sh.Width-len(given))...), nil // filled as short rows are
	}
	return given, nil
}

// noteNames has the next chunk tell that the names of a file are not as they stand in it.
func (s *stream) noteNames(sh *sniff.Layout) {
	if sh.Mended == nil || s.source.options.Names != nil {
		return
	}
	s.namesMended.Add(-1, func() *chunker.Error {
		return &chunker.Error{Op: "read", File: s.name(), Line: s.lines + int64(sh.Lines) + 1, Row: -1, Offset: s.at.Offset(sh.Start), Err: sh.Mended}
	})
}

// takeMended is what noteNames noted, once.
func (s *stream) takeMended() (out chunker.Losses) {
	out, s.namesMended = s.namesMended, out
	return out
}

// columnNames are names without two that are equal, or empty.
func columnNames(given []string) []string {
	given = slices.Clone(given)
	for i, n := range given {
		if n == "" {
			given[i] = fmt.Sprintf("column_%d", i+1)
		}
	}
	return distinct.Names(given)
}

// typed finds the columns' types.
func (s *stream) typed(ctx context.Context) error {
	o := &s.source.options
	for name := range o.Types {
		if !slices.ContainsFunc(s.columns, func(c column) bool { return c.name == name }) {
			return s.source.fail(s.name(), fmt.Errorf("no column %q, which ReadOptions.Types gives a type%s", name, near.Hint(name, names(s.columns))))
		}
	}
	said := o.sniffing()
	files := &sampler{s: s, types: sniff.NewTypeInference(said, &s.rules, len(s.columns))}
	part, err := s.firstRows()
	if err != nil {
		return err
	}
	first := csv.Index{}
	part = files.types.Look(part, headRows)
	first.Build(part, s.dialect, len(s.columns))
	files.breaks = first.Lines > first.Rows+len(first.Bad)
	if s.source.reader == nil && s.input.format == "" {
		if err := files.further(ctx); err != nil {
			return err
		}
	}
	for i, c := range files.types.Settle(names(s.columns), s.source.wider) {
		s.columns[i].Column = c
	}
	s.schema = s.schemaOf()
	s.measure(&first, part)
	s.noteFirst()
	return nil
}

// schemaOf is all columns.
func (f *found) schemaOf() *arrow.Schema {
	fields := make([]arrow.Field, len(f.columns))
	for i, c := range f.columns {
		fields[i] = arrow.Field{Name: c.name, Type: c.Type, Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// firstRows returns the whole rows at the beginning of what is left of the first file. If rows are
// very long it reads more than a head, so that there are some.
func (s *stream) firstRows() ([]byte, error) {
	part := s.head()
	for {
		last := s.eof && len(part) == len(s.tail)
		rows := s.wholeRows(part, last)
		if last || s.someRows(rows) || len(s.tail) >= s.source.options.rowMax() {
			return rows, nil
		}
		if err := s.fill(2 * len(part)); err != nil {
			return nil, err
		}
		part = s.tail
	}
}

// someRows reports whether there are at least as many lines as rows should be looked at.
func (s *stream) someRows(rows []byte) bool {
	return len(rows) > 0 && (len(rows) >= sniff.LongHead || bytes.Count(rows, []byte{s.dialect.Newline}) >= sniff.SomeRows)
}

// wholeRows returns a sample without a row at its end that is not whole.
func (s *stream) wholeRows(text []byte, last bool) []byte {
	if last {
		return text
	}
	if !s.asIs {
		end, _, _ := s.rules.Cut(text, false)
		return text[:end]
	}
	end, _ := csv.Cut(text, s.dialect)
	return text[:end]
}

// fewNamesError says that the row of names was filled.
func fewNamesError(names, columns int) error {
	return fmt.Errorf("the row of names has %s, most rows have %d: column_%d stands for the first that is missing", count.Of(names, "field"), columns, names+1)
}

// headerError says that the quotes of a row of names are broken: no name could be trusted, and a
// quote that is never closed may have swallowed the rows.
func headerError(problem csv.Problem) error {
	if problem == csv.Unclosed {
		return fmt.Errorf("a quote is opened in the row of names and never closed: close it, or read with NoQuotes")
	}
	return fmt.Errorf("there is text behind a closing quote in the row of names: double the quotes inside a quoted name, or read with NoQuotes")
}
