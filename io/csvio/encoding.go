package csvio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"unicode/utf8"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/charset"
)

const peekBytes = 64 << 10 // that tell an encoding

// text makes what an input holds UTF-8 without a byte order mark.
func (in *input) text(o *ReadOptions, fallback bool) error {
	head := make([]byte, peekBytes)
	n, err := io.ReadFull(in.ReadCloser, head)
	whole := err == io.EOF || err == io.ErrUnexpectedEOF
	if err != nil && !whole {
		return err
	}
	head = head[:n]
	if in.encoding, in.why = o.Encoding, "ReadOptions.Encoding"; o.Encoding == charset.Unknown {
		if in.encoding, in.why = charset.Detect(head, whole); fallback && in.encoding == charset.UTF8 {
			in.encoding, in.why = charset.Windows1252, "bytes further down that are no UTF-8"
		}
		if in.encoding == charset.UTF8 && in.file != nil && in.format == "" {
			if err := in.elsewhere(); err != nil {
				return err
			}
		}
	}
	if in.encoding == charset.Unknown {
		return fmt.Errorf("the text is neither UTF-8 nor UTF-16, UTF-32 or Windows-1252: give ReadOptions.Encoding, or convert it first (iconv -f … -t UTF-8)")
	}
	mark := in.encoding.Mark(head)
	in.begin, in.marked = int64(mark), mark > 0
	var r io.Reader = io.MultiReader(bytes.NewReader(head[mark:]), in.ReadCloser)
	if in.encoding != charset.UTF8 {
		r = charset.NewReader(r, in.encoding, in.begin)
	}
	in.ReadCloser = struct {
		io.Reader
		io.Closer
	}{r, in.ReadCloser}
	return nil
}

// elsewhere looks for bytes that are no UTF-8 all over a file that begins as such.
func (in *input) elsewhere() error {
	return in.eachPlace(false, func(text []byte, _ int64) error {
		for len(text) > 0 && !utf8.RuneStart(text[0]) {
			text = text[1:] // a character that was cut
		}
		if charset.Valid(text, false) {
			return nil
		}
		if in.encoding, in.why = charset.Unknown, ""; charset.Plausible1252(text) {
			in.encoding, in.why = charset.Windows1252, "bytes further down that are no UTF-8"
		}
		return errStop
	})
}

var errStop = errors.New("seen enough")

// eachPlace calls f with bytes from places all over a regular file, from its beginning or from behind its head on.
func (in *input) eachPlace(begin bool, f func(raw []byte, at int64) error) error {
	info, err := in.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	first, last := int64(1), int64(samplePlace)
	if begin {
		first = 0
	}
	if info.Size() <= headBytes {
		last = 0
	}
	buf := make([]byte, sampleBytes)
	for k := first; k <= last; k++ {
		at := max(info.Size()-sampleBytes, 0) / samplePlace * k
		n, err := in.file.ReadAt(buf, at)
		if err != nil && err != io.EOF {
			return err
		}
		if err := f(buf[:n], at); err != nil {
			if err == errStop {
				return nil
			}
			return err
		}
	}
	return nil
}

// sample makes bytes from the middle of a file text.
func sample(e Encoding, raw []byte, at, begin int64) []byte {
	if e == charset.UTF8 {
		return raw
	}
	const widest = 4
	if off := int((widest - (at-begin)%widest) % widest); off < len(raw) {
		raw = raw[off:]
	}
	text, _ := io.ReadAll(charset.NewReader(bytes.NewReader(raw[:len(raw)&^(widest-1)]), e, 0))
	return text
}

// errNotUTF8 is why a value is bad whose bytes are no text.
var errNotUTF8 = errors.New("is no UTF-8: give ReadOptions.Encoding (Windows1252?), or read the column as binary")

// adapt says whether reading again would do better after an error, and how: with a wider column, or as Windows-1252.
func (s *source) adapt(err error) bool {
	var ce *chunker.Error
	var ve *valueError
	if errors.As(err, &ve) && ve.found {
		maps.Copy(s.wider, ve.columns)
		return true
	}
	if errors.As(err, &ce) && errors.Is(err, errNotUTF8) && s.options.Encoding == charset.Unknown && !s.fallback && charset.Plausible1252([]byte(ce.Raw)) {
		s.fallback = true
		return true
	}
	return false
}

// isRegular tells a file that can be read at any place.
func isRegular(f *os.File) (size int64, ok bool) {
	info, err := f.Stat()
	return info.Size(), err == nil && info.Mode().IsRegular()
}
