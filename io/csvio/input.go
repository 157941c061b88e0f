package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/decompress"
	"github.com/volley-go/volley/internal/fifo"
	"github.com/volley-go/volley/internal/paths"
)

// input is a file, decompressed, that counts its bytes as stored.
type input struct {
	io.ReadCloser
	raw    *counter
	file   *os.File     // nil for a reader
	stamp  paths.Stamp  // of the file, when it was opened
	waits  *fifo.Reader // of a file that may keep who reads it waiting; else nil
	last   int64
	format string // of compression

	unpacks io.Reader  // decompresses; nil where nothing is compressed
	reading sync.Mutex // of it and the text
	closed  atomic.Bool
	damaged error // see damage

	encoding Encoding
	why      string        // it was taken for that
	marked   bool          // it has a byte order mark
	multi    bool          // characters of several bytes were seen that are UTF-8
	begin    int64         // bytes that it takes
	at       charset.Place // of the text's first byte
}

// counter counts the bytes read. A reader that again and again gives neither a byte nor an error is
// stopped here, since whoever reads whole buffers would ask it for ever.
type counter struct {
	r    io.Reader
	n    atomic.Int64 // decompressors read on goroutines of their own
	idle int          // reads in a row that gave nothing
}

const idleMax = 100 // as package bufio has it

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	switch {
	case n > 0 || len(p) == 0:
		c.idle = 0
	case err == nil:
		if c.idle++; c.idle >= idleMax {
			err = io.ErrNoProgress
		}
	}
	return n, err
}

// taken is how many bytes were read since it was asked last.
func (in *input) taken() int64 {
	n := in.raw.n.Load()
	last := in.last
	in.last = n
	return n - last
}

// decompress finds what the bytes are packed in.
func (in *input) decompress(name string) (err error) {
	if in.file != nil {
		if size, ok := isRegular(in.file); ok && decompress.IsZip(in.file) {
			in.format = "zip"
			in.ReadCloser, err = decompress.Zip(in.raw.at(in.file), size)
			return err
		}
	}
	in.ReadCloser, in.format, err = decompress.New(name, in.raw)
	return err
}

// at counts what is read of a file at any place.
func (c *counter) at(f io.ReaderAt) io.ReaderAt { return counterAt{c, f} }

type counterAt struct {
	c *counter
	f io.ReaderAt
}

func (c counterAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.f.ReadAt(p, off)
	c.c.n.Add(int64(n))
	return n, err
}

func (in *input) Close() error {
	in.closed.Store(true)
	shut := func() {
		in.ReadCloser.Close() // what is wrong with compressed bytes was told by reading them
		in.reading.Unlock()
	}
	if in.reading.TryLock() {
		shut()
	} else {
		go func() { in.reading.Lock(); shut() }() // damage is waiting for bytes
	}
	if in.file != nil {
		return in.file.Close()
	}
	return nil
}

// open opens a file for reading from its beginning.
func (s *source) open(ctx context.Context, name string) (*input, error) {
	in, err := s.openRaw(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := in.text(&s.options, s.windows[name]); err != nil {
		in.Close()
		return nil, s.fail(name, err)
	}
	return in, nil
}

// openRaw opens a file as it is stored, but for its compression.
func (s *source) openRaw(ctx context.Context, name string) (*input, error) {
	if s.begun != nil && s.begun.Swap(true) {
		return nil, s.fail(name, errors.New("the reader was read already: give a new one to From, or read a file"))
	}
	in := &input{raw: &counter{r: s.reader}}
	if s.reader == nil {
		if err := in.openFile(ctx, name); err != nil {
			return nil, s.fail(name, err)
		}
		if err := s.part.check(s.paths, name, in.file); err != nil {
			in.file.Close()
			return nil, s.fail(name, err)
		}
	}
	if err := in.decompress(name); err != nil {
		if in.file != nil {
			in.file.Close()
		}
		return nil, s.fail(name, err)
	}
	if in.format != "" {
		most, from := s.ratio()
		in.ReadCloser = &inflated{ReadCloser: in.ReadCloser, raw: in.raw, ratio: most, from: from}
		in.unpacks = in.ReadCloser
	}
	return in, nil
}

// openFile opens the input's file. The open and the reads of a pipe end with ctx.
func (in *input) openFile(ctx context.Context, name string) error {
	f, err := fifo.Open(ctx, name, os.O_RDONLY)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("is a directory: name a file in it, or a pattern such as " + filepath.Join(name, "*.csv"))
	}
	if err == nil {
		in.stamp, err = paths.StampOf(f)
	}
	if err != nil {
		f.Close()
		return err
	}
	in.file, in.raw.r = f, f
	if !info.Mode().IsRegular() {
		in.waits = fifo.NewReader(ctx, f)
		in.raw.r = in.waits
	}
	return nil
}

// endMark is what DOS programs write after the end of a text, once or to the end of a sector.
const (
	endMark     = "\x1a"
	sectorBytes = 128
)

// textEnd returns where the text of a file ends: before its end marks.
func textEnd(f io.ReaderAt, size int64) int64 {
	var buf [sectorBytes]byte
	last := buf[:min(size, sectorBytes)]
	if n, err := f.ReadAt(last, size-int64(len(last))); n < len(last) && err != nil {
		return size // whoever reads is told
	}
	return size - int64(len(last)-len(bytes.TrimRight(last, endMark)))
}

// damageWait is how long a bad row of a compressed stream waits for those who write the stream.
const damageWait = 2 * time.Second

// Read reads the text.
func (in *input) Read(p []byte) (int, error) {
	in.reading.Lock()
	defer in.reading.Unlock()
	return in.ReadCloser.Read(p)
}

// damage is what is wrong with the compressed bytes that are yet to be read. Decompressors give the
// text of damaged bytes before they come to the checksum after it, so that the damage may be why a
// row is bad.
func (in *input) damage(ctx context.Context) error {
	if in.unpacks == nil {
		return nil
	}
	var late <-chan time.Time
	if in.file == nil || in.waits != nil {
		late = time.After(damageWait)
	}
	found := make(chan error, 1)
	go func() { found <- in.readOn(ctx) }()
	select {
	case err := <-found:
		return err
	case <-late:
	case <-ctx.Done():
	}
	return nil
}

// readOn reads the rest of the compressed bytes, for nothing but their errors.
func (in *input) readOn(ctx context.Context) error {
	in.reading.Lock()
	defer in.reading.Unlock()
	buf := make([]byte, 64<<10)
	for in.damaged == nil && ctx.Err() == nil && !in.closed.Load() {
		if _, err := in.unpacks.Read(buf); err == io.EOF {
			break
		} else if err != nil {
			in.damaged = err
		}
	}
	var limit *LimitError
	if ctx.Err() != nil || in.closed.Load() || errors.As(in.damaged, &limit) {
		return nil
	}
	return in.damaged
}

// watched has an error of a part tell what may be why: that the file changed before the part was
// read, or that its compressed bytes are damaged.
func (in *input) watched(name string, part chunker.Part) chunker.Part {
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		if e, ok := err.(*chunker.Error); ok {
			told := *e // sections that follow have the same error
			if damage := in.damage(ctx); damage != nil {
				told = chunker.Error{Op: "read", File: name, Row: -1, Offset: -1, Err: damage}
				e = &told
			}
			told.Err = in.whyNot(name, e.Err)
			err = &told
		}
		return c, err
	}
}

// whyNot is an error of reading, after the one that may have caused it: that the file changed
// meanwhile.
func (in *input) whyNot(name string, err error) error {
	if changed := in.stamp.CheckName(name); changed != nil && !errors.Is(err, paths.ErrChanged) {
		return fmt.Errorf("%w (%w)", changed, err)
	}
	return err
}
