package charset

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"unicode/utf8"
)

// room is what a character takes at most when it is UTF-8: a pair of bytes that is none takes six.
const room = 8

// bufBytes is how much is read at once, and the length of a [span].
const bufBytes = 32 << 10

// Reader makes text of an encoding UTF-8. It gives about 300 MB/s. What it read it keeps, by 32
// KiB, for as long as somebody holds a [Place] in it or before it.
type Reader struct {
	converter
	r    io.Reader
	err  error  // of r, told when what came with it is converted
	rest []byte // of a character that did not fit where it was read to

	offset int64 // in the input, of raw
	text   int64 // bytes given, the rest too
	first  *span // until the first Place was taken
	last   *span
	watch  *watch // of an encoding that was guessed
}

// NewReader converts what r has from here on; a byte order mark is for the caller to skip,
// who says how many bytes came before.
func NewReader(r io.Reader, e Encoding, offset int64) *Reader {
	s := &span{raw: offset, converter: newConverter(e)}
	return &Reader{converter: s.converter, r: r, offset: offset, first: s, last: s}
}

// Watch makes reading end with an error where the text turns out not to be what the evidence spoke
// for: Windows-1252, in which every byte is a character, and no mistake would be seen. The error
// ends with an advice.
func (r *Reader) Watch(found *Evidence, advice string) {
	r.watch = &watch{all: *found, advice: advice}
	r.watch.seen.add(found.odd)
}

// Read fills p, with whole characters where it has room for one of any kind (8 bytes).
func (r *Reader) Read(p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.rest) == 0 && len(p) < room {
		var one [room]byte
		if n, err = r.some(one[:]); n == 0 {
			return 0, err
		}
		r.rest = append(r.rest[:0], one[:n]...)
	}
	if len(r.rest) > 0 {
		n = copy(p, r.rest)
		r.rest = r.rest[n:]
		return n, nil
	}
	return r.some(p)
}

// some converts as many characters as fit, at least one.
func (r *Reader) some(p []byte) (n int, err error) {
	for {
		n, taken := r.convert(p)
		r.raw = r.raw[taken:]
		r.offset += int64(taken)
		r.text += int64(n)
		switch {
		case n > 0:
			return n, nil
		case taken > 0:
		case !r.ended:
			if err := r.more(); err != nil {
				return 0, err
			}
		case len(r.raw) > 0:
			return 0, fmt.Errorf("the text ends inside a %s character, at byte %d: the file is cut short, or of another encoding", r.e, r.offset)
		default:
			return 0, io.EOF
		}
	}
}

// more reads on, into memory of its own: spans keep what was read before.
func (r *Reader) more() error {
	if r.err != nil {
		return r.err
	}
	buf := make([]byte, bufBytes)
	n := copy(buf, r.raw)
	for idle := 0; ; idle++ {
		k, err := r.r.Read(buf[n:])
		if k == 0 && err == nil {
			if idle > 100 {
				return io.ErrNoProgress
			}
			continue
		}
		if r.ended = err == io.EOF; !r.ended {
			r.err = err
		}
		r.raw = buf[:n+k]
		break
	}
	next := &span{text: r.text, raw: r.offset, converter: r.converter}
	r.last.next.Store(next)
	r.last = next
	if r.watch != nil {
		if at, why := r.watch.refuted(r.raw[n:], r.offset+int64(n), r.ended); why != "" {
			return fmt.Errorf("the text was taken for Windows-1252, and is not that from about byte %d on: %s: %s", at, why, r.watch.advice)
		}
	}
	return nil
}

// converter converts bytes that lie in memory.
type converter struct {
	e     Encoding
	table *table
	raw   []byte // not yet converted
	ended bool   // nothing follows raw
	set   byte   // of characters that the bytes stand for, where escapes change it
}

func newConverter(e Encoding) converter {
	c := converter{e: e}
	switch {
	case e == iso2022JP:
		c.table, c.set = tableOf(eucJP), setASCII
	case e == hz:
		c.table, c.set = tableOf(gbk), setASCII
	case !e.unicode():
		c.table = tableOf(e)
	}
	return c
}

// convert puts characters into p until it is full or the whole ones of raw are used up.
func (r *converter) convert(p []byte) (n, taken int) {
	switch {
	case r.e == UTF16LE || r.e == UTF16BE:
		return r.utf16(p)
	case r.e == UTF32LE || r.e == UTF32BE:
		return r.utf32(p)
	case r.e == UTF8:
		n = copy(p[:max(len(p)-room+1, 0)], r.raw) // see Place.Offset
		return n, n
	case r.e == iso2022JP || r.e == hz:
		return r.escaped(p)
	}
	return r.table.convert(p, r.raw, r.ended)
}

const (
	high = 1
	low  = 2
)

func surrogate(u uint16) int {
	switch u & 0xFC00 {
	case 0xD800:
		return high
	case 0xDC00:
		return low
	}
	return 0
}

func (e Encoding) two(b []byte) uint16 {
	if e == UTF16BE {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (r *converter) utf16(p []byte) (n, taken int) {
	raw, shift := r.raw, 0
	if r.e == UTF16BE {
		shift = 8
	}
	for len(raw) >= 2 && len(p)-n >= room {
		if len(raw) >= 8 && len(p)-n >= room+3 {
			const others = 0xFF80FF80FF80FF80 // bits that no ASCII character has
			if w := bits.RotateLeft64(load(raw), -shift); w&others == 0 {
				p[n], p[n+1], p[n+2], p[n+3] = byte(w), byte(w>>16), byte(w>>32), byte(w>>48)
				n, raw, taken = n+4, raw[8:], taken+8
				continue
			}
		}
		u := r.e.two(raw)
		c, size := rune(u), 2
		if surrogate(u) == high {
			if len(raw) < 4 && !r.ended {
				break // its other half is not read yet
			}
			if len(raw) >= 4 && surrogate(r.e.two(raw[2:])) == low {
				c, size = 0x10000+rune(u&0x3FF)<<10+rune(r.e.two(raw[2:])&0x3FF), 4
			}
		}
		n += put(p[n:], c)
		raw, taken = raw[size:], taken+size
	}
	return n, taken
}

// put encodes a character, half of a surrogate pair too.
func put(p []byte, c rune) int {
	if c >= 0xD800 && c <= 0xDFFF {
		p[0], p[1], p[2] = 0xE0|byte(c>>12), 0x80|byte(c>>6&0x3F), 0x80|byte(c&0x3F)
		return 3
	}
	return utf8.EncodeRune(p, c)
}

func (r *converter) utf32(p []byte) (n, taken int) {
	raw := r.raw
	for len(raw) >= 4 && len(p)-n >= room {
		u := binary.LittleEndian.Uint32(raw)
		if r.e == UTF32BE {
			u = binary.BigEndian.Uint32(raw)
		}
		if u > utf8.MaxRune { // no character: bytes that are no UTF-8 either
			copy(p[n:], "\xF4\xBF\xBF\xBF")
			n += 4
		} else {
			n += put(p[n:], rune(u))
		}
		raw, taken = raw[4:], taken+4
	}
	return n, taken
}

// ascii reports whether bytes below 0x80 are those of ASCII, at the beginning of a line at least.
func (r *converter) ascii() bool { return r.table == nil || r.table.ascii }
