package csvio

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/paths"
)

// section is a range of a plain file, read by whoever decodes it. Its rows are those that begin
// after the last row of the section before: where that ends depends on every quote before it, but
// a survey of each section, taken when it is read, tells how a quote more or less turns it. So what
// goes from section to section, one after another, is a place and a count of lines, and the reading
// and surveying is done side by side.
//
// A section that is asked where it ends reads itself, and asks the one before it: it does
// not matter in which order, or whether, sections are decoded.
type section struct {
	stream *stream
	name   string
	file   *sharedFile
	lo, hi int64 // range of the file
	size   int64 // of the file
	first  bool  // lo is the beginning of a row

	reading  sync.Once
	base     int64  // of buf in the file
	buf      []byte // the range, the byte before it and some after
	survey   csv.Survey
	readErr  error
	ending   sync.Once
	prev     *section   // until its end is known
	from     lineOffset // where the first row begins
	to       lineOffset // where the first row of the next section begins
	finalErr error
}

// lineOffset is the beginning of a row.
type lineOffset struct {
	offset int64
	line   int64 // lines before it
}

const (
	surveyBytes = 256 << 10 // read at once and surveyed while in the cache
	behindBytes = 4 << 10   // read after a range at first, where its last row ends
)

// sharedFile is closed when all have left it.
type sharedFile struct {
	*os.File
	stamp paths.Stamp // when it was opened
	users atomic.Int64
}

// leave closes the file after the last who leaves, who is told if it changed since it was opened.
func (f *sharedFile) leave() error {
	if f.users.Add(-1) > 0 {
		return nil
	}
	err := f.stamp.Check(f.File)
	_ = f.Close() // what was only read
	return err
}

// give moves the section's text into a piece.
func (c *section) give(p *piece) error {
	c.end()
	p.buf = c.buf
	c.buf = nil
	if c.finalErr != nil {
		bufpool.Put(p.buf)
		return c.finalErr
	}
	p.line, p.at, p.lines = c.from.line, charset.At(c.from.offset), int(c.to.line-c.from.line)
	if c.to.offset > c.from.offset {
		p.text = p.buf[c.from.offset-c.base : c.to.offset-c.base]
	}
	return nil
}

// end finds where the section begins and ends. What it found stays as it is.
func (c *section) end() {
	c.ending.Do(func() {
		c.read()
		if c.prev != nil {
			c.prev.end()
			c.from, c.finalErr = c.prev.to, c.prev.finalErr
			c.prev = nil
		}
		if c.finalErr == nil {
			c.finalErr = c.readErr
		}
		if c.finalErr == nil {
			c.to, c.finalErr = c.next()
		}
		if err := c.file.leave(); c.finalErr == nil && err != nil {
			c.finalErr = c.stream.source.fail(c.name, err)
		}
	})
}

// read reads the range and surveys it.
func (c *section) read() {
	c.reading.Do(func() {
		c.base = max(c.lo-1, 0)
		want := min(c.hi+behindBytes, c.size) - c.base
		c.buf = bufpool.Get(int(want) + csv.Pad)[:0]
		before := c.stream.dialect.Newline
		for c.readErr == nil && c.base+int64(len(c.buf)) < c.hi {
			at := max(len(c.buf), int(c.lo-c.base))
			c.readErr = c.more(min(surveyBytes, int(want)-len(c.buf)))
			if at >= len(c.buf) {
				break // the file ends before the range begins
			}
			text := c.buf[at:min(int64(len(c.buf)), c.hi-c.base)]
			if at > 0 && !(c.first && c.base+int64(at) == c.lo) {
				before = c.buf[at-1]
			}
			c.survey = c.survey.Then(csv.Look(text, before, c.stream.dialect))
		}
	})
}

// more reads n bytes more, or up to the end of the file.
func (c *section) more(n int) error {
	have := len(c.buf)
	n = int(min(int64(n), c.size-c.base-int64(have)))
	if need := have + n + csv.Pad; need > cap(c.buf) {
		old := c.buf
		c.buf = bufpool.Get(max(need, 2*have))[:have]
		copy(c.buf, old)
		bufpool.Put(old)
	}
	c.buf = c.buf[:have+n]
	k, err := c.file.ReadAt(c.buf[have:], c.base+int64(have))
	if k < n {
		c.buf = c.buf[:have+k]
		if err == io.EOF {
			err = fmt.Errorf("%w: the file became shorter (%w)", paths.ErrChanged, io.ErrUnexpectedEOF)
		}
		return &chunker.Error{Op: "read", File: c.name, Row: -1, Offset: c.base + int64(have+k), Err: err}
	}
	return nil
}

// next finds the first row that begins at the end of the range or after it.
func (c *section) next() (lineOffset, error) {
	if c.from.offset >= c.hi {
		return c.from, nil // a row before takes the whole range
	}
	d := c.stream.dialect
	begin := int(c.from.offset - c.base)
	head := csv.Look(c.buf[c.lo-c.base:begin], c.buf[max(int(c.lo-c.base)-1, 0)], d)
	lines := c.from.line + int64(c.survey.Lines-head.Lines)
	in, regular := head.Began(c.survey)
	hi := int(c.hi - c.base)
	row := begin + csv.LastRow(c.buf[begin:hi], in, regular, d)
	if row == hi {
		return lineOffset{c.hi, lines}, nil
	}
	end, err := c.rowEnd(row, lines)
	if err != nil {
		return lineOffset{}, err
	}
	lines += int64(bytes.Count(c.buf[hi:end], []byte{d.Newline}))
	return lineOffset{c.base + int64(end), lines}, nil
}

// rowEnd reads on until the row that begins at a place of buf ends, and returns where. lines are
// those before the end of the range.
func (c *section) rowEnd(row int, lines int64) (int, error) {
	s := c.stream
	limit := s.source.options.rowMax()
	for {
		end, ok := csv.FirstRow(c.buf[row:], s.dialect)
		whole := c.base+int64(len(c.buf)) == c.size
		if (ok || whole) && end <= limit {
			s.tellLong(end)
			return row + end, nil
		}
		if whole || len(c.buf)-row >= limit {
			hi := int(c.hi - c.base)
			_, quoteAt := csv.Cut(c.buf[row:], s.dialect)
			lines -= int64(bytes.Count(c.buf[row:hi], []byte{s.dialect.Newline}))
			return 0, s.tooLong(c.name, c.buf[row:], quoteAt, charset.At(c.base+int64(row)), lines)
		}
		if err := c.more(min(max(s.behind(len(c.buf)-row), behindBytes), limit)); err != nil {
			return 0, err
		}
	}
}

// longBytes is the length from which on a row's memory is not doubled until it ends: each half
// would stay in the pool for a while.
const longBytes = 1 << 20

// tellLong notes how long a row is, if it is long.
func (s *stream) tellLong(n int) {
	for n >= longBytes {
		was := s.longest.Load()
		if int64(n) <= was || s.longest.CompareAndSwap(was, int64(n)) {
			return
		}
	}
}

// behind returns how much to read after the first n bytes of a row: as much again, or, of a long
// row, what the longest so far had.
func (s *stream) behind(n int) int {
	if left := int(s.longest.Load()) - n; n >= longBytes/2 && left > 0 {
		return left + behindBytes
	}
	return n
}
