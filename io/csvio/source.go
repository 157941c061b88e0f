package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// source is files, or a reader.
type source struct {
	options ReadOptions
	paths   []string     // of files and patterns; of a reader, its name
	reader  io.Reader    // in place of files
	begun   *atomic.Bool // the reader is being read, or was
	part    *part        // of a table that was split; nil is a table of its own

	collects bool // all rows are kept: memory grows with the text
	rejects  bool // rows that are left out go to the sink of the own policy, by whoever runs the source

	// What an earlier pass found out.
	wider   map[string]arrow.DataType    // columns found too narrow
	windows map[string]*charset.Evidence // files that are Windows-1252 where they seemed to be UTF-8
}

func (s *source) fail(file string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		file, err = pe.Path, paths.Missing(pe.Path, pe.Err) // the file is named once
	}
	return &chunker.Error{Op: "read", File: file, Row: -1, Offset: -1, Err: err}
}

// files lists what is to be read.
func (s *source) files() ([]string, error) {
	if s.reader != nil || s.part != nil { // a part names its files, and no patterns
		return s.paths, nil
	}
	files, err := paths.Expand(s.paths...)
	if err == nil && len(files) == 0 {
		err = errors.New("no file is named")
	}
	if err != nil {
		return nil, s.fail(s.name(), err)
	}
	return files, nil
}

// name is what errors about the source as a whole call it.
func (s *source) name() string { return strings.Join(s.paths, " ") }

// Places returns the files that are read.
func (s *source) Places() []string {
	if s.reader != nil {
		return nil
	}
	files, _ := s.files()
	return files
}

// OwnPolicy is that of the options.
func (s *source) OwnPolicy() chunker.Policy { return s.options.OnError }

// Under is the source with a policy of a run in its options.
func (s *source) Under(p chunker.Policy) chunker.Source {
	under := *s
	under.options.OnError = p
	under.rejects = p.Rejects() && s.options.OnError.Sink() != nil
	return &under
}

// checkPlaces refuses to write the rejects over an input.
func (s *source) checkPlaces(files []string) error {
	p, ok := s.options.OnError.Sink().(chunker.Placed)
	if !ok || s.reader != nil {
		return nil
	}
	for _, out := range p.Places() {
		if slices.ContainsFunc(files, func(in string) bool { return paths.Same(in, out) }) {
			return s.fail(s.name(), fmt.Errorf("%s is both input and rejects: write the rejects to another name", out))
		}
	}
	return nil
}

const (
	// chunkBytes are the columns of a chunk, unless somebody asks for another size.
	chunkBytes = 8 << 20
	// blockMin and blockMax bound the text of a chunk.
	blockMin = 4 << 10
	blockMax = 64 << 20
	// shareMin is the text that is worth a block of its own.
	shareMin = 256 << 10
	// shares is how many blocks are made of what is left, for 16 cores to end together. It is the
	// same on any machine, for what is written follows the blocks: row groups, compressed pieces.
	shares = 32
)

// share is how much of what is left, or was read so far, the next block takes: no more than makes
// several blocks for each core, so that all of them begin and end together.
func (s *stream) share(of int64) int64 {
	return min(int64(s.block), max(of/shares, shareMin))
}

// stream is one pass over the files.
type stream struct {
	source *source
	files  []string
	found
	block  int   // bytes to aim for, at most
	most   int64 // rows that are wanted; 0 is all
	wanted []int // of columns, in the order asked for
	texts  bool  // a column asked for is a string

	file    int // being read
	input   *input
	midway  bool          // it began inside the file, and rows before it were not counted
	lines   int64         // of the file before the block
	skipped int           // bytes of text that were left out by skip
	at      charset.Place // of the block in the file
	offset  int64         // that it is
	tail    []byte
	eof     bool
	size    int // of the next block

	namesMended chunker.Losses // of the file that was begun

	longest atomic.Int64 // bytes of a row that is long, and was the longest so far

	plain *plainFile // being read; nil where there is only a stream of bytes
	open  []*sharedFile

	parts   int // handed out
	ended   bool
	decoded atomic.Int64 // rows of them
	ledger  *ledger
}

// plainFile is a file that can be read at any place, cut into sections.
type plainFile struct {
	*sharedFile
	size int64
	end  int64 // of what is read of it
	at   int64 // where the next section begins
	last *section
}

// column is a column of the file.
type column struct {
	name string
	sniff.Column

	sampled                       int    // bytes of memory that its values in the sample take
	undecidedDates, undecidedMark bool   // a text, for its values have two readings
	example                       string // of them
}

func (s *stream) Schema() *arrow.Schema { return s.schema }

// Close closes all files, those too whose sections were taken and not decoded. Rejects that were
// written are committed, also where reading ended with an error.
func (s *stream) Close() error {
	for _, f := range s.open {
		f.Close()
	}
	s.open = nil
	err := s.end()
	if l := s.ledger; l != nil {
		s.ledger = nil
		err = errors.Join(err, l.close(s.ended && l.next == s.parts))
	}
	return err
}

// leave ends a file that was read to its end, as far as the stream goes: it must be what it was. If
// sections of it are still to be read, the last of them looks.
func (s *stream) leave() (err error) {
	switch {
	case s.plain != nil:
		err = s.plain.leave()
		s.plain = nil
	case s.input.file != nil:
		err = s.input.stamp.Check(s.input.file)
	}
	if err != nil {
		err = s.source.fail(s.name(), err)
	}
	return errors.Join(err, s.end())
}

// end closes the file that is being read.
func (s *stream) end() error {
	if s.plain != nil {
		_ = s.plain.leave()
		s.plain = nil
	}
	s.tail, s.eof, s.lines, s.offset, s.at = nil, false, 0, 0, charset.Place{}
	s.namesMended = chunker.Losses{}
	if s.input == nil {
		return nil
	}
	err := s.input.Close()
	s.input = nil
	return err
}

// Next cuts the next block of whole rows out of the input.
func (s *stream) Next(ctx context.Context) (chunker.Part, error) {
	if s.most > 0 && s.decoded.Load() >= s.most {
		return nil, io.EOF // the parts that were handed out have as many rows as are wanted
	}
	if err := s.ledger.endedBefore(s.parts); err != nil {
		return nil, err
	}
	part, err := s.next(ctx)
	switch {
	case err == nil:
		part = s.counted(s.rowless(s.input.watched(s.name(), part)))
		if s.ledger != nil {
			part = s.ledger.keep(s.parts, part)
		}
		s.parts++
	case err == io.EOF:
		s.ended = true
	}
	return part, err
}

// counted has the rows of a part counted, where only the first are wanted.
func (s *stream) counted(part chunker.Part) chunker.Part {
	if s.most == 0 {
		return part
	}
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		s.decoded.Add(int64(c.Len()))
		return c, err
	}
}

func (s *stream) next(ctx context.Context) (chunker.Part, error) {
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if s.input != nil && s.input.waits != nil {
			s.input.waits.Until(ctx)
		}
		if s.input == nil {
			if s.file == len(s.files) {
				return nil, io.EOF
			}
			if _, err := s.begin(ctx, s.file); err != nil {
				return nil, err
			}
			s.cutPlain()
		}
		if s.plain != nil && s.plain.at == s.plain.end || s.plain == nil && s.eof && len(s.tail) == 0 {
			if mended := s.takeMended(); len(mended.Rows) > 0 { // and no row follows
				return (&piece{stream: s, file: s.name(), encoding: charset.UTF8, mended: mended}).decode, nil
			}
			if err := s.leave(); err != nil {
				return nil, err
			}
			s.file++
			continue
		}
		if s.plain != nil {
			return s.section(), nil
		}
		return s.cut()
	}
}

// name is the file being read.
func (s *stream) name() string { return s.files[s.file] }

// begin opens a file after the first and checks that its header is the same. It returns how many
// fields most of the rows have that it saw.
func (s *stream) begin(ctx context.Context, i int) (width int, err error) {
	in, err := s.source.open(ctx, s.files[i])
	if err != nil {
		return 0, err
	}
	s.input, s.offset, s.at = in, in.begin, in.at
	if err := s.fill(sniff.HeadBytes); err != nil {
		return 0, err
	}
	if err := s.skipLines(s.source.options.Skip); err != nil {
		return 0, err
	}
	if err := s.onlyCSV(); err != nil {
		return 0, err
	}
	if len(s.tail) == 0 && s.header {
		return 0, s.source.fail(s.name(), errors.New("is empty; the first file has a header"))
	}
	sh := s.layoutAgain(s.tail, s.eof)
	if s.header && s.source.options.Names == nil {
		given, err := s.namesOf(&sh)
		if err != nil {
			return 0, err
		}
		if first := columnNames(given); !slices.Equal(first, names(s.columns)) {
			return 0, s.source.fail(s.name(), fmt.Errorf("has the header %q, the first file has %q; %s: %s",
				first, names(s.columns), difference(first, names(s.columns)), otherHeader(first, names(s.columns))))
		}
		s.noteNames(&sh)
	}
	s.skip(sh.End, sh.EndLines)
	return sh.Width, nil
}

// difference says which name is the first that is not the first file's.
func difference(has, first []string) string {
	for i, name := range has {
		if i == len(first) {
			return fmt.Sprintf("its column %d, %q, is not in the first file", i+1, name)
		}
		if name != first[i] {
			return fmt.Sprintf("its column %d is %q, that of the first file is %q", i+1, name, first[i])
		}
	}
	return fmt.Sprintf("it lacks column %d of the first file, %q", len(has)+1, first[len(has)])
}

// otherHeader is what to do about a file with another header. Names for all files would mix up
// columns that only stand in another order.
func otherHeader(names, first []string) string {
	if slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(first))) {
		return "read the files apart, and bring the columns into one order by Select"
	}
	return "read them apart, or, if the columns mean the same in this order, give ReadOptions.Names, and ReadOptions.Header if all files have a row of names, or none has"
}

// layoutAgain finds where the table begins in a file after the first, which is taken to be of the
// same kind.
func (s *stream) layoutAgain(text []byte, last bool) sniff.Layout {
	o := s.source.options.sniffing()
	if o.Header = Absent; s.header {
		o.Header, o.HeaderRows = Present, s.layout.Headers
	}
	start := 0
	if s.layout.Separator {
		_, start = sniff.SeparatorLine(text)
	}
	if o.Skip > 0 || s.layout.WhySkip == "" {
		o.Skip = -1
	}
	rules := s.rules
	sh := o.FindLayout(&rules, text, start, last)
	if o.Names == nil || s.source.options.Header == Present || slices.Equal(sh.Names, s.layout.Names) {
		return sh
	}
	o.Header = s.source.options.Header // the columns have names without those of this file: has it any?
	return o.FindLayout(&rules, text, start, last)
}

func names(columns []column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.name
	}
	return out
}

// skip leaves bytes at the beginning of the tail out.
func (s *stream) skip(n, lines int) {
	s.lines += int64(lines)
	s.skipped += n
	s.move(n)
	s.tail = s.tail[n:]
}

// move goes n bytes of text on.
func (s *stream) move(n int) {
	s.at = s.at.Move(n)
	s.offset = s.at.Offset(0)
}

// whole finds where the last whole row of a text ends, its lines, and the quote that is open at its
// end.
func (s *stream) whole(text []byte) (end, lines, quoteAt int) {
	if !s.asIs {
		return s.rules.Cut(text, s.eof)
	}
	if end, quoteAt = csv.Cut(text, s.dialect); s.eof && len(text)-end <= s.source.options.rowMax() {
		end = len(text) // the last row may lack its line end
	}
	return end, bytes.Count(text[:end], []byte{s.dialect.Newline}), quoteAt
}

// fill reads until the tail has size bytes, or the input ends.
func (s *stream) fill(size int) error {
	if len(s.tail) >= size || s.eof {
		return nil
	}
	buf := bufpool.Get(size + csv.Pad)
	n := copy(buf, s.tail)
	for n < size {
		k, err := s.input.Read(buf[n:size])
		n += k
		if err == io.EOF {
			s.eof = true
			break
		}
		if err != nil {
			return &chunker.Error{Op: "read", File: s.name(), Row: -1, Offset: s.offset + int64(n), Err: s.input.whyNot(s.name(), err)}
		}
	}
	s.tail = buf[:n]
	if s.eof {
		s.tail = bytes.TrimRight(s.tail, endMark)
	}
	return nil
}

// cut takes a block of whole rows off.
func (s *stream) cut() (chunker.Part, error) {
	for {
		if err := s.fill(max(int(s.share(s.offset)), s.size)); err != nil {
			return nil, err
		}
		text := s.tail
		end, lines, quoteAt := s.whole(text)
		if end == 0 && len(text) > 0 {
			if err := s.grow(text, quoteAt); err != nil {
				return nil, err
			}
			continue
		}
		s.size = 0
		p := &piece{stream: s, file: s.name(), buf: text, text: text[:end], lines: lines, line: s.lines, at: s.at, read: s.input.taken(), encoding: s.input.encoding, multi: s.input.multi, mended: s.takeMended()}
		// The rest is copied: the block is given back when it is parsed.
		rest := bufpool.Get(max(len(text)-end, 1))
		s.tail = rest[:copy(rest, text[end:])]
		s.lines += int64(lines)
		s.move(len(p.text))
		return p.decode, nil
	}
}

// grow makes room for a row that is longer than the block.
func (s *stream) grow(text []byte, quoteAt int) error {
	limit := s.source.options.rowMax()
	if len(text) >= limit {
		return s.tooLong(s.name(), text, quoteAt, s.at, s.lines)
	}
	s.size = min(2*len(text), limit)
	return nil
}

// tooLong is the error of a row that does not end within the limit. Workers call it too, when the
// stream may have gone on to another file: it takes what it says of the file.
func (s *stream) tooLong(file string, row []byte, quoteAt int, at charset.Place, lines int64) error {
	limit := s.source.options.rowMax()
	err := tooLong("the row is", limit, "RowMax", "are the delimiter and line end right?")
	line := lines + 1
	if quoteAt >= 0 {
		err = tooLong("a quote is opened here and not closed within", limit, "RowMax", "close it, or read with NoQuotes")
		newline := byte('\n')
		if s.rules.Ends == CR {
			newline = '\r'
		}
		line += int64(bytes.Count(row[:quoteAt], []byte{newline}))
	}
	return &chunker.Error{Op: "read", File: file, Line: line, Row: -1, Offset: at.Offset(max(quoteAt, 0)), Err: err}
}

// cutPlain makes sections of the file that was begun, from its first row on, where it is one that
// can be read at any place.
func (s *stream) cutPlain() {
	in := s.input
	if in == nil || in.file == nil || in.format != "" || in.encoding != charset.UTF8 || !s.asIs {
		return
	}
	info, err := in.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	size := textEnd(in.file, info.Size())
	if size < s.offset+int64(len(s.tail)) {
		return
	}
	f := &sharedFile{File: in.file, stamp: in.stamp}
	in.file = nil // the sections have it
	f.users.Add(1)
	s.open = append(slices.DeleteFunc(s.open, func(f *sharedFile) bool { return f.users.Load() == 0 }), f)
	s.plain = &plainFile{sharedFile: f, size: size, end: size, at: s.offset}
	s.tail = nil
}

// section takes the next section of a plain file.
func (s *stream) section() chunker.Part {
	f := s.plain
	c := &section{stream: s, name: s.name(), file: f.sharedFile, lo: f.at, size: f.size, prev: f.last}
	share := s.share(f.end - f.at)
	c.hi = min(c.lo+share, f.end)
	if f.end-c.hi < share/8 {
		c.hi = f.end
	}
	read := c.hi - c.lo
	if c.first = f.last == nil; c.first {
		c.from = lineOffset{s.offset, s.lines}
		read = c.hi
	}
	f.users.Add(1)
	f.at, f.last = c.hi, c
	return (&piece{stream: s, section: c, file: c.name, read: read, encoding: charset.UTF8, multi: s.input.multi, mended: s.takeMended()}).decode
}
