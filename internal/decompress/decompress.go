// Package decompress reads compressed streams by their first bytes: gzip (also of several members),
// zstd (of several frames), bzip2 and xz, and zip archives of one file. A stream that ends too soon
// is an error, never a quiet end. Frames that can be told apart without decoding are decoded on all
// cores.
package decompress

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"
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
	{"gzip", gzipMagic, newGzip},
	{"zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, func(r io.Reader) (io.ReadCloser, error) {
		d, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(window), zstd.WithDecoderConcurrency(2))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}},
	{"bzip2", []byte("BZh"), func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil }},
	{"xz", []byte{0xfd, '7', 'z', 'X', 'Z', 0}, newXZ},
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

// New returns a reader of what r holds, decompressed where its first bytes say that it is
// compressed, and the format's name ("" for none). The name tells a stream that was cut before it
// began from an empty text. What is neither compressed nor text is an error that says what it is.
// The caller closes the reader, which leaves r open.
func New(name string, r io.Reader) (io.ReadCloser, string, error) {
	in := &input{r: r}
	b := bufio.NewReaderSize(in, 32<<10)
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
	d, err := open(format, b, in)
	if err != nil {
		return nil, format, in.named(format, err)
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
func open(format string, b *bufio.Reader, in *input) (io.ReadCloser, error) {
	for _, f := range formats {
		if f.name != format {
			continue
		}
		if frames, ok := newFrames(f.name, b, f.open); ok {
			frames.input = in
			return frames, nil
		}
		d, err := f.open(b)
		return &reader{d, f.name, in}, err
	}
	panic("decompress: no format " + format)
}

// reader names the format in errors, and tells an early end from the end.
type reader struct {
	io.ReadCloser
	name string
	in   *input
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = r.in.named(r.name, err)
	}
	return n, err
}

// input counts what was read of a compressed stream. Decoders read on goroutines of their own.
type input struct {
	r     io.Reader
	n     atomic.Int64
	ended atomic.Bool
}

func (in *input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	in.n.Add(int64(n))
	if err == io.EOF {
		in.ended.Store(true)
	}
	return n, err
}

// named is a decoder's error, with the format's name once. If the input is over too soon, it says
// where that is.
func (in *input) named(format string, err error) error {
	err = whole(err)
	if errors.Is(err, io.ErrUnexpectedEOF) && in.ended.Load() {
		return fmt.Errorf("%s: the file is cut off after %s: %w", format, count.Of(in.n.Load(), "byte"), io.ErrUnexpectedEOF)
	}
	return prefixed(format, err)
}

// prefixed is an error with the format's name, which the errors of most decoders have.
func prefixed(format string, err error) error {
	if strings.HasPrefix(err.Error(), format+": ") {
		return err
	}
	return fmt.Errorf("%s: %w", format, err)
}

// whole makes an early end io.ErrUnexpectedEOF, whatever the decoder calls it.
func whole(err error) error {
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// newXZ decodes xz. The decoder takes as much memory as the header of a block says, up to 4 GiB, so
// that the first block's is looked at here: writers give all of a file the same.
func newXZ(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 32<<10)
	head, _ := b.Peek(xzHeadMax)
	if n := xzDictionary(head); n > window {
		return nil, fmt.Errorf("unpacking takes a dictionary of %d MiB, more than %d MiB: unpack it by xz -d, or compress it by xz -9 or less", n>>20, window>>20)
	}
	in := &tail{r: b}
	x, err := xz.ReaderConfig{DictCap: xzDictionaryMin}.NewReader(in)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(&xzWhole{x, in}), nil
}

const (
	xzStreamHead    = 12
	xzHeadMax       = xzStreamHead + 1024 // with the header of the first block
	xzDictionaryMin = 4 << 10             // the decoder takes what the header says where that is more
)

// xzDictionary is the memory that the first block of a file asks for; 0 if its header does not
// tell.
func xzDictionary(head []byte) int64 {
	const packedSize, size, filters, lzma2 = 0x40, 0x80, 3, 0x21
	if len(head) < xzStreamHead+2 {
		return 0
	}
	flags, rest := head[xzStreamHead+1], head[xzStreamHead+2:]
	number := func() uint64 {
		v, n := binary.Uvarint(rest)
		rest = rest[max(n, 0):]
		return v
	}
	for _, given := range []byte{packedSize, size} {
		if flags&given != 0 {
			number()
		}
	}
	for range flags&filters + 1 {
		id, bytes := number(), number()
		if bytes > uint64(len(rest)) {
			return 0
		}
		if id == lzma2 && bytes == 1 {
			code := rest[0] & 0x3f
			return (2 | int64(code&1)) << (11 + code>>1)
		}
		rest = rest[bytes:]
	}
	return 0
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

// xzWhole ends where a stream's footer does. (The decoder takes one that has nothing behind its
// header for an empty one.)
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
