package charset

import (
	"bytes"
	"strings"
)

// sevenBits is what a text says of encodings whose bytes are all ASCII, which escapes give other
// meanings.
type sevenBits struct {
	japanese int  // escapes of ISO-2022-JP behind which pairs stand
	korean   bool // the announcement of ISO-2022-KR, and the sign behind which its pairs stand
	chinese  bool // the same of ISO-2022-CN
	pairs    int  // stretches of HZ that are pairs of common characters
	words    int  // those of them that could be words of letters and digits
	others   bool // stretches that are none
}

const shiftOut = '\x0E' // which chooses the characters that were announced

// add takes a part of a text in.
func (s *sevenBits) add(b []byte) {
	if bytes.IndexByte(b, 0x1B) >= 0 {
		for _, escape := range []string{"\x1B$B", "\x1B$@", "\x1B$(D", "\x1B(I"} {
			s.japanese += pairsBehind(b, escape)
		}
		shifts := bytes.IndexByte(b, shiftOut) >= 0
		s.korean = s.korean || shifts && bytes.Contains(b, []byte("\x1B$)C"))
		s.chinese = s.chinese || shifts && (bytes.Contains(b, []byte("\x1B$)A")) || bytes.Contains(b, []byte("\x1B$)G")))
	}
	s.addHZ(b)
}

// found is the encoding that the escapes speak for. It is Unknown, and why says what is the matter,
// if it is not read or not certain; without a why there are none.
func (s *sevenBits) found() (e Encoding, why string) {
	switch {
	case s.japanese > 0:
		return iso2022JP, "escapes that choose Japanese characters"
	case s.korean:
		return Unknown, "it is ISO-2022-KR (Korean), which is not read"
	case s.chinese:
		return Unknown, "it is ISO-2022-CN (Chinese), which is not read"
	case s.pairs > s.words && !s.others:
		return hz, "escapes that choose Chinese characters"
	case s.pairs > 0 && !s.others:
		return Unknown, "it may be HZ-GB-2312 (Chinese), or UTF-8 in which ~{ and ~} stand for themselves"
	}
	return Unknown, ""
}

// pairsBehind counts escapes behind which bytes of characters stand up to the next escape, or up to
// the end of a line or of the text, which may be cut there.
func pairsBehind(b []byte, escape string) (n int) {
	for {
		_, behind, ok := bytes.Cut(b, []byte(escape))
		if !ok {
			return n
		}
		b = behind
		end := 0
		for end < len(b) && b[end] > ' ' && b[end] < 0x7F {
			end++
		}
		if end == len(b) || b[end] == 0x1B && end > 0 || b[end] == '\n' || b[end] == '\r' {
			n++
		}
	}
}

// addHZ looks at what stands between ~{ and ~}.
func (s *sevenBits) addHZ(b []byte) {
	for !s.others {
		_, behind, ok := bytes.Cut(b, []byte("~{"))
		if !ok {
			return
		}
		b = behind
		chosen, behind, ok := bytes.Cut(b, []byte("~}"))
		switch {
		case !ok && len(b) < 256 && bytes.IndexByte(b, '\n') < 0:
			return // cut
		case !ok || !commonHZ(chosen):
			s.others = true
			return
		}
		b = behind
		s.pairs++
		if !strings.ContainsFunc(string(chosen), func(c rune) bool { return !isLetter(byte(c)) && !digit(byte(c)) && c != '_' }) {
			s.words++
		}
	}
}

// commonHZ reports whether bytes are pairs of GB 2312, most of them of characters in daily use.
func commonHZ(chosen []byte) bool {
	usual := 0
	for i := 0; i+1 < len(chosen); i += 2 {
		lead, trail := chosen[i], chosen[i+1]
		if trail <= ' ' || trail >= 0x7F || lead <= ' ' || tableOf(gbk).pair(lead|0x80, trail|0x80) == none {
			return false
		}
		if lead >= 0x30 && lead <= 0x57 || lead == 0x21 || lead == 0x23 {
			usual++
		}
	}
	return len(chosen) > 0 && len(chosen)%2 == 0 && usual*20 >= len(chosen)*7
}
