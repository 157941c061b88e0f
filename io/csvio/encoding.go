package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

const peekBytes = 64 << 10 // that tell an encoding

// text makes what an input holds UTF-8 without a byte order mark. windows is why an earlier reading
// found it to be Windows-1252; nil if there was none.
func (in *input) text(o *ReadOptions, windows *charset.Evidence) error {
	head := make([]byte, peekBytes)
	n, err := io.ReadFull(in.ReadCloser, head)
	whole := err == io.EOF || err == io.ErrUnexpectedEOF
	if err != nil && !whole {
		return err
	}
	head = head[:n]
	var found charset.Evidence
	switch {
	case o.Encoding != charset.Unknown:
		in.encoding, in.why = o.Encoding, "ReadOptions.Encoding"
		if err := otherMark(head, o.Encoding); err != nil {
			return err
		}
	case windows != nil:
		found = *windows
		in.encoding, in.why = charset.Windows1252, "bytes further down that are no UTF-8"
	default:
		found.Add(head, whole)
		if in.file != nil && in.format == "" && !whole {
			if err := in.elsewhere(&found); err != nil {
				return err
			}
		}
		if in.encoding, in.why = found.Found(); in.encoding == charset.Unknown {
			return fmt.Errorf("the encoding of the text is not certain: %s: %s", in.why, adviceEncoding)
		}
	}
	mark := in.encoding.Mark(head)
	in.begin, in.marked = int64(mark), mark > 0
	in.at = charset.At(in.begin)
	var r io.Reader = io.MultiReader(bytes.NewReader(head[mark:]), in.ReadCloser)
	in.multi = found.Multi()
	if in.encoding != charset.UTF8 {
		converted := charset.NewReader(r, in.encoding, in.begin)
		if in.encoding == charset.Windows1252 && o.Encoding == charset.Unknown {
			converted.Watch(&found, adviceEncoding)
		}
		r, in.at = converted, converted.Begin()
	}
	in.ReadCloser = struct {
		io.Reader
		io.Closer
	}{r, in.ReadCloser}
	return nil
}

const adviceEncoding = "give ReadOptions.Encoding (EncodingOf finds it by name), or convert it first (iconv -f … -t UTF-8)"

// otherMark refuses a form of Unicode where the text says that it is of another.
func otherMark(head []byte, given Encoding) error {
	if m := charset.Marked(head); m != charset.Unknown && m != given && given <= charset.UTF32BE && given.Mark(head) == 0 {
		return fmt.Errorf("the text begins with the byte order mark of %s, and ReadOptions.Encoding is %s: leave it out", m, given)
	}
	return nil
}

// elsewhere looks at the text all over a file.
func (in *input) elsewhere(found *charset.Evidence) error {
	return in.eachPlace(false, func(text []byte, _ int64) error {
		found.Add(text, false)
		return nil
	})
}

var errStop = errors.New("seen enough")

// eachPlace calls f with bytes from places all over a regular file, from its beginning or from
// after its head on.
func (in *input) eachPlace(begin bool, f func(raw []byte, at int64) error) error {
	info, err := in.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	first, last := int64(1), int64(samplePlace)
	if begin {
		first = 0
	}
	if info.Size() <= sniff.HeadBytes {
		last = 0
	}
	buf := make([]byte, sampleBytes)
	for k := first; k <= last; k++ {
		at := max(info.Size()-sampleBytes, 0) / samplePlace * k
		n, err := in.file.ReadAt(buf, at)
		if err != nil && err != io.EOF {
			return err
		}
		text := buf[:n]
		if at+int64(n) == info.Size() {
			text = bytes.TrimRight(text, endMark)
		}
		if err := f(text, at); err != nil {
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
	text, _ := io.ReadAll(charset.NewReader(bytes.NewReader(e.Middle(raw, at-begin)), e, 0))
	return text
}

// notUTF8Error is why a value is bad whose bytes are no UTF-8, in a file that was found or said to
// be.
type notUTF8Error struct{ advice string }

func (e *notUTF8Error) Error() string { return "is no UTF-8" + e.advice }

const damaged = ", which the rest of the text is"

var (
	errNotUTF8 = &notUTF8Error{": give ReadOptions.Encoding if the file is of another encoding, or read the column as binary"}
	errCut     = &notUTF8Error{": it ends inside a character, as a text that was cut does: mend the file, or set ReadOptions.OnError so that such rows are left out, or give ReadOptions.Encoding if it is of another encoding"}
	errDamaged = &notUTF8Error{damaged + ": mend the file, or set ReadOptions.OnError so that such rows are left out, or read the column as binary"}
)

// notText is why a value is bad whose bytes are no text of the encoding. What ends reading says
// what the value looks like.
func (p *piece) notText(value []byte) error {
	o := &p.stream.source.options
	switch {
	case p.encoding != charset.UTF8:
		return fmt.Errorf("has bytes that are no %s: is that the encoding (ReadOptions.Encoding)?", p.encoding)
	case p.multi && !o.OnError.Stops():
		return &notUTF8Error{damaged}
	case p.multi:
		return errDamaged
	case charset.EndsInside(value):
		return errCut
	case !o.OnError.Stops() || o.Encoding != charset.Unknown:
		return errNotUTF8
	}
	var found charset.Evidence
	found.Add(value, true)
	e, why := found.Found()
	switch e {
	case charset.UTF8:
		return errDamaged
	case charset.Windows1252:
		why = "it could be Windows-1252"
	}
	return &notUTF8Error{errNotUTF8.advice + " (of this value: " + why + ")"}
}

// adapt reports whether reading again would do better after an error, and sets how: with a wider
// column, or as Windows-1252.
func (s *source) adapt(ctx context.Context, err error) bool {
	var ce *chunker.Error
	var ve *valueError
	if errors.As(err, &ve) && ve.found {
		maps.Copy(s.wider, ve.columns)
		return true
	}
	if errors.As(err, &ce) && errors.As(err, new(*notUTF8Error)) && s.options.Encoding == charset.Unknown {
		s.windows[ce.File] = s.allWindows(ctx, ce.File)
		return s.windows[ce.File] != nil
	}
	return false
}

// allWindows is why all of a file is Windows-1252, of which the places looked at before reading
// were UTF-8; nil if it is not.
func (s *source) allWindows(ctx context.Context, name string) *charset.Evidence {
	in, err := s.openRaw(ctx, name)
	if err != nil {
		return nil
	}
	defer in.Close()
	var found charset.Evidence
	buf := make([]byte, peekBytes)
	for ctx.Err() == nil {
		n, err := io.ReadFull(in, buf)
		if ends := err == io.EOF || err == io.ErrUnexpectedEOF; n > 0 || ends {
			found.Add(buf[:n], ends)
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			if e, _ := found.Found(); e == charset.Windows1252 {
				return &found
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// isRegular returns a file's size, and reports whether it can be read at any place.
func isRegular(f *os.File) (size int64, ok bool) {
	info, err := f.Stat()
	return info.Size(), err == nil && info.Mode().IsRegular()
}
