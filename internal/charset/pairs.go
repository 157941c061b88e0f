package charset

import (
	"bytes"
	"unicode/utf8"
)

// pairEncodings are encodings of two bytes a character, with the leads of the characters that most
// of their texts are of. Those of fewer leads go first: of encodings that explain a text as well
// the narrower is right.
var pairEncodings = []struct {
	name, language string
	tight          bool // trails are not ASCII, but for rare characters
	common         func(lead, trail byte) bool
}{
	{"EUC-KR", "Korean", true, func(lead, trail byte) bool { return lead >= 0xB0 && lead <= 0xC8 && trail >= 0xA1 }},
	{"EUC-JP", "Japanese", true, func(lead, trail byte) bool {
		return trail >= 0xA1 && (lead == 0xA4 || lead == 0xA5 || lead == 0xA1 || lead >= 0xB0 && lead <= 0xCF)
	}},
	{"Shift_JIS", "Japanese", false, func(lead, trail byte) bool {
		return lead == 0x82 && trail >= 0x9F || lead == 0x83 && trail <= 0x96 || lead == 0x81 && trail < 0x80 || lead >= 0x88 && lead <= 0x97
	}},
	{"Big5", "Chinese", false, func(lead, trail byte) bool { return lead >= 0xA4 && lead <= 0xC6 }},
	{"GB18030", "Chinese", true, func(lead, trail byte) bool { return lead >= 0xB0 && lead <= 0xD7 && trail >= 0xA1 }},
}

// pairsOf finds the encoding of pairs that a text looks like; Unknown where it looks like none.
func pairsOf(text []byte) (e Encoding, language string) {
	if at := bytes.LastIndexByte(text, '\n'); at > 0 && len(text) >= oddMax {
		text = text[:at]
	}
	best := 0.7
	for _, p := range pairEncodings {
		if share := shareOfPairs(named(p.name), text, p.tight, p.common); share > best+0.02 {
			e, language, best = named(p.name), p.language, share
		}
	}
	return e, language
}

// shareOfPairs is the share of the bytes beyond ASCII that are common characters; 0 where more than
// a few are no characters at all, where the pairs lie inside words of Latin letters, or hold the
// letters of an encoding of single bytes, from 0xC0 on, alone.
func shareOfPairs(e Encoding, text []byte, tight bool, common func(lead, trail byte) bool) float64 {
	t := tableOf(e)
	good, usual, bad, single, inside, low := 0, 0, 0, 0, 0, 0
	letter, pair := false, false // before: a letter of ASCII, a pair
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			letter, pair = isLetter(text[i]), false
			i++
			continue
		}
		c, size := t.next(text[i:], true)
		switch {
		case c == none:
			bad++
		case size == 1:
			single++
		default:
			good++
			if common(text[i], text[i+1]) {
				usual++
			}
			if text[i] < 0xC0 || text[i+1] < 0xC0 {
				low++
			}
			if text[i+1] < utf8.RuneSelf && (tight || !pair && (i+2 >= len(text) || text[i+2] < utf8.RuneSelf)) || letter {
				inside++
			}
		}
		letter, pair = false, c != none && size > 1
		i += size
	}
	if good == 0 || bad*20 > good || single > good || inside*4 > good || low*10 < good {
		return 0
	}
	return float64(usual) / float64(good+single)
}
