// Package decompress reads compressed streams by their first bytes: gzip (also of
// several members), zstd (of several frames), bzip2 and xz, and zip archives of one file. A stream that ends too
// soon is an error, never a quiet end. Frames that can be told apart without decoding are decoded on all cores.
package decompress

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/volley-go/volley/internal/count"
)

// window bounds what a zstd frame or xz block may make the decoder allocate.
const window = 128 << 20

var formats = []struct {
	name  string
	magic []byte
	open  func(io.Reader) (io.ReadCloser, error)
}{
	{"gzip", []byte{0x1f, 0x8b}, newGzip},
	{"zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, func(r io.Reader) (io.ReadCloser, error) {
		d, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(window), zstd.WithDecoderConcurrency(2))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}},
	{"bzip2", []byte("BZh"), func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil }},
	{"xz", []byte{0xfd, '7', 'z', 'X', 'Z', 0}, func(r io.Reader) (io.ReadCloser, error) {
		in := &tail{r: r}
		x, err := xz.ReaderConfig{DictCap: window}.NewReader(in)
		return io.NopCloser(&xzWhole{x, in}), err
	}},
}

// Format names the compression that a stream with these first bytes (six are enough) has;
// "" for none.
func Format(head []byte) string {
	if len(head) >= 4 && head[0]&0xF0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2A, 0x4D, 0x18}) {
		return "zstd" // that begins with a frame to be skipped
	}
	for _, f := range formats {
		if bytes.HasPrefix(head, f.magic) {
			return f.name
		}
	}
	return ""
}

// Named is the compression that a file's name tells; "" for none.
func Named(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".gz", ".gzip", ".bgz", ".tgz":
		return "gzip"
	case ".zst", ".zstd":
		return "zstd"
	case ".bz2":
		return "bzip2"
	case ".xz":
		return "xz"
	case ".zip":
		return "zip"
	}
	return ""
}

// cutHead is the format of a stream that ended within the bytes that tell it, where the name says
// the format or no text begins so; "" for none.
func cutHead(head []byte, named string) string {
	for _, f := range formats {
		begun := len(head) < len(f.magic) && bytes.HasPrefix(f.magic, head)
		if begun && (f.name == named || len(head) > 0 && !utf8.Valid(head) || len(head) > 0 && head[0] < ' ') {
			return f.name
		}
	}
	if named == "zip" && len(head) < len(zipMagic) && bytes.HasPrefix(zipMagic, head) {
		return "zip"
	}
	return ""
}

// New returns a reader of what r holds, decompressed where its first bytes say
// that it is compressed, and the format's name ("" for none). The name tells a stream that was cut before it began from
// an empty text. What is neither compressed nor text is an error that says what it is. The caller closes the
// reader, which leaves r open.
func New(name string, r io.Reader) (io.ReadCloser, string, error) {
	b := bufio.NewReaderSize(r, 32<<10)
	head, err := b.Peek(6)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	if cut := cutHead(head, Named(name)); cut != "" {
		return nil, cut, fmt.Errorf("%s: the file is cut off after %s: %w", cut, count.Of(len(head), "byte"), io.ErrUnexpectedEOF)
	}
	format := Format(head)
	if format == "" {
		if bytes.HasPrefix(head, zipEmpty) {
			return nil, "zip", errors.New("is a zip archive without a file")
		}
		if bytes.HasPrefix(head, zipMagic) {
			return nil, "zip", errors.New("is a zip archive, which can be read from a file alone: unpack it")
		}
		text, err := onlyText(b, "")
		return io.NopCloser(text), "", err
	}
	d, err := open(format, b)
	if err != nil {
		return nil, format, fmt.Errorf("%s: %w", format, whole(err))
	}
	text, err := onlyText(bufio.NewReaderSize(d, headBytes), format)
	if err != nil {
		d.Close()
		return nil, format, err
	}
	return struct {
		io.Reader
		io.Closer
	}{text, d}, format, nil
}

// open decompresses on all cores where frames can be told apart.
func open(format string, b *bufio.Reader) (io.ReadCloser, error) {
	for _, f := range formats {
		if f.name != format {
			continue
		}
		if frames, ok := newFrames(f.name, b, f.open); ok {
			return frames, nil
		}
		d, err := f.open(b)
		return &reader{d, f.name}, err
	}
	panic("decompress: no format " + format)
}

// reader names the format in errors, and tells an early end from the end.
type reader struct {
	io.ReadCloser
	name string
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%s: %w", r.name, whole(err))
	}
	return n, err
}

// whole makes an early end io.ErrUnexpectedEOF, whatever the decoder calls it.
func whole(err error) error {
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// tail remembers the last bytes that were read but zeros, with which xz may be padded.
type tail struct {
	r    io.Reader
	last [2]byte
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if b := bytes.TrimRight(p[:n], "\x00"); len(b) > 1 {
		t.last = [2]byte(b[len(b)-2:])
	} else if len(b) == 1 {
		t.last = [2]byte{t.last[1], b[0]}
	}
	return n, err
}

// xzWhole ends where a stream's footer does. (The decoder takes one that has nothing behind its header for an empty one.)
type xzWhole struct {
	r  io.Reader
	in *tail
}

func (x *xzWhole) Read(p []byte) (int, error) {
	n, err := x.r.Read(p)
	if err == io.EOF && x.in.last != [2]byte{'Y', 'Z'} {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
