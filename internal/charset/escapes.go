package charset

// The sets of characters that escapes of ISO-2022-JP and HZ choose.
const (
	setASCII byte = iota
	setPairs      // JIS X 0208, or GB 2312
	setMore       // JIS X 0212
	setKana       // of half width
)

// escapes of ISO-2022-JP, and the sets that they choose. (Roman differs from ASCII in the signs for
// yen and overline, where texts mean the backslash and the tilde.)
var escapes = []struct {
	text string
	set  byte
}{
	{"\x1B(B", setASCII}, {"\x1B(J", setASCII}, {"\x1B(I", setKana},
	{"\x1B$@", setPairs}, {"\x1B$B", setPairs}, {"\x1B$(D", setMore}, {"\x1B$(B", setPairs}, {"\x1B$(@", setPairs},
	{"~{", setPairs}, {"~}", setASCII},
}

const escapeMax = 4

// escaped converts an encoding of seven bits whose escapes say what the bytes mean.
func (r *converter) escaped(p []byte) (n, taken int) {
	for taken < len(r.raw) && len(p)-n >= room {
		raw := r.raw[taken:]
		if r.begins(raw[0]) {
			if len(raw) < escapeMax && !r.ended {
				break
			}
			if size := r.escape(raw); size > 0 {
				taken += size
				continue
			}
		}
		c, size := r.char(raw)
		if size == 0 {
			break
		}
		if c == none {
			n += putBad(p[n:], raw[0])
			taken++
			continue
		}
		if c == '\n' || c == '\r' {
			r.set = setASCII // each line begins so
		}
		n += putTable(p[n:], c)
		taken += size
	}
	return n, taken
}

// begins reports whether a byte may begin an escape.
func (r *converter) begins(c byte) bool {
	return c == 0x1B && r.e == iso2022JP || c == '~' && r.e == hz
}

// escape takes an escape in and returns its length; 0 where raw begins with none.
func (r *converter) escape(raw []byte) int {
	for _, x := range escapes {
		if len(raw) >= len(x.text) && string(raw[:len(x.text)]) == x.text {
			r.set = x.set
			return len(x.text)
		}
	}
	if r.e == hz && len(raw) >= 2 && raw[1] == '\n' {
		return 2 // the line goes on
	}
	return 0
}

// char is the character that raw begins with, and its bytes: 0 bytes where more of them are needed.
func (r *converter) char(raw []byte) (c rune, size int) {
	switch b := raw[0]; {
	case b >= 0x80 || b == 0x1B:
		return none, 1
	case r.set == setASCII && r.e == hz && b == '~':
		if len(raw) >= 2 && raw[1] == '~' {
			return '~', 2
		}
		return none, 1
	case r.set == setASCII || b <= ' ':
		return rune(b), 1
	case r.set == setKana:
		if b <= 0x5F {
			return 0xFF61 + rune(b-0x21), 1
		}
		return none, 1
	}
	if len(raw) < 2 {
		return r.table.cut(r.ended)
	}
	if raw[1] <= ' ' || raw[1] >= 0x7F {
		return none, 1
	}
	pair := []byte{raw[0] | 0x80, raw[1] | 0x80}
	if r.set == setMore {
		c, _ = r.table.next([]byte{0x8F, pair[0], pair[1]}, true)
	} else {
		c = r.table.pair(pair[0], pair[1])
	}
	return c, 2
}
