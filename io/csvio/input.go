package csvio

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/decompress"
)

// input is a file, decompressed, that counts its bytes as stored.
type input struct {
	io.ReadCloser
	raw    *counter
	file   *os.File // nil for a reader
	last   int64
	format string // of compression

	encoding Encoding
	why      string        // it was taken for that
	marked   bool          // it has a byte order mark
	multi    bool          // characters of several bytes were seen that are UTF-8
	begin    int64         // bytes that it takes
	at       charset.Place // of the text's first byte
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// taken is how many bytes were read since it was asked last.
func (in *input) taken() int64 {
	n := in.raw.n - in.last
	in.last = in.raw.n
	return n
}

// decompress finds what the bytes are packed in.
func (in *input) decompress() (err error) {
	if in.file != nil {
		if size, ok := isRegular(in.file); ok && decompress.IsZip(in.file) {
			in.format = "zip"
			in.ReadCloser, err = decompress.Zip(in.raw.at(in.file), size)
			return err
		}
	}
	in.ReadCloser, in.format, err = decompress.New(in.raw)
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
	c.c.n += int64(n)
	return n, err
}

func (in *input) Close() error {
	in.ReadCloser.Close() // what is wrong with compressed bytes was told by reading them
	if in.file != nil {
		return in.file.Close()
	}
	return nil
}

// open opens a file for reading from its beginning.
func (s *source) open(name string) (*input, error) {
	in, err := s.openRaw(name)
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
func (s *source) openRaw(name string) (*input, error) {
	if s.begun != nil && s.begun.Swap(true) {
		return nil, s.fail(name, errors.New("the reader was read already: give a new one to From, or read a file"))
	}
	in := &input{raw: &counter{r: s.reader}}
	if s.reader == nil {
		f, err := os.Open(name)
		if err != nil {
			return nil, s.fail(name, err)
		}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			f.Close()
			return nil, s.fail(name, errors.New("is a directory: name a file in it, or a pattern such as "+filepath.Join(name, "*.csv")))
		}
		in.file, in.raw.r = f, f
	}
	if err := in.decompress(); err != nil {
		if in.file != nil {
			in.file.Close()
		}
		return nil, s.fail(name, err)
	}
	if in.format != "" {
		in.ReadCloser = &inflated{ReadCloser: in.ReadCloser, raw: in.raw, ratio: s.options.ratioMax()}
	}
	return in, nil
}
