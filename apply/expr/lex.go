package expr

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexeme is a word, value or mark of a text that may be of any language.
type lexeme struct {
	kind lexKind
	text string // as written, but of a text what it says
	pos  int
	end  int
	open bool // of a text: nothing closes it
}

type lexKind uint8

const (
	lexEnd lexKind = iota
	lexName
	lexNumber
	lexDate    // 2024-01-31 without quotes
	lexVersion // 1.2.3
	lexText    // as Go writes it
	lexQuoted  // in quotes that are not of Go
	lexMark
)

// marks are the operators of more than one character, those that begin with another one before it.
var marks = []string{
	"%in%", "%/%", "%%", "<=>", "+=", "-=", "*=", "/=", "!==", "===", "!~*", "<>", "**", "//", "::", "||", "&&", "==", "!=", "<=", ">=", "=>", "=<", "=!", "<<", ">>", "&^", "=~", "!~", "~*", ":=", "->", "??",
}

const singleMarks = "+-*/%&|^~!<>=()[]{},.;:?$@≤≥≠×÷−–—·∧∨¬"

// closing are the quotes of Unicode, and what closes them.
var closing = map[rune]string{'“': "”“", '„': "“”", '‘': "’‘", '’': "’", '”': "”", '«': "»", '‚': "‘’"}

var (
	dateWritten    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?\b`)
	versionWritten = regexp.MustCompile(`^\d+(\.\d+){2,}`)
	numberWritten  = regexp.MustCompile(`^(0[xX][0-9a-fA-F_]+|0[bBoO][0-7_]+|(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)([eE][+-]?\d+)?)`)
	nameWritten    = regexp.MustCompile(`^[\pL_][\pL\pN_]*`)
)

// lex cuts a text into lexemes. blank is the place of the first blank that Go takes for none, or
// -1; ok is false where a character belongs to no language known here.
func lex(text string, from int) (list []lexeme, blank int, ok bool) {
	blank = -1
	for at := from; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			if !strings.ContainsRune(" \t\r\n", r) && blank < 0 {
				blank = at
			}
			at += size
			continue
		}
		l := nextLexeme(text[at:], r, size)
		if l.end == 0 {
			return nil, blank, false
		}
		l.pos, l.end = at, at+l.end
		at = l.end
		list = append(list, l)
	}
	return append(list, lexeme{kind: lexEnd, pos: len(text), end: len(text)}), blank, true
}

// nextLexeme is the lexeme that a text begins with; its end is 0 if there is none.
func nextLexeme(s string, r rune, size int) lexeme {
	for _, form := range []struct {
		kind lexKind
		re   *regexp.Regexp
	}{{lexName, nameWritten}, {lexDate, dateWritten}, {lexVersion, versionWritten}, {lexNumber, numberWritten}} {
		if m := form.re.FindString(s); m != "" {
			return lexeme{kind: form.kind, text: m, end: len(m)}
		}
	}
	if r == '"' || r == '`' || r == '\'' || closing[r] != "" {
		return quotedLexeme(s, r, size)
	}
	for _, m := range marks {
		if strings.HasPrefix(s, m) {
			return lexeme{kind: lexMark, text: m, end: len(m)}
		}
	}
	if strings.ContainsRune(singleMarks, r) {
		return lexeme{kind: lexMark, text: s[:size], end: size}
	}
	return lexeme{}
}

// quotedLexeme reads a text in quotes. Doubled ones are SQL's way to write one.
func quotedLexeme(s string, r rune, size int) lexeme {
	ends := string(r)
	if closing[r] != "" {
		ends = closing[r]
	}
	for at := size; at < len(s); {
		c, n := utf8.DecodeRuneInString(s[at:])
		switch {
		case c == '\\' && r != '`':
			_, n2 := utf8.DecodeRuneInString(s[at+n:])
			n += n2
		case r == '\'' && strings.HasPrefix(s[at:], "''"):
			n = 2
		case strings.ContainsRune(ends, c):
			kind, inner := lexQuoted, s[size:at]
			if r == '"' || r == '`' {
				kind = lexText
			}
			return lexeme{kind: kind, text: saidBy(r, inner), end: at + n}
		}
		at += n
	}
	return lexeme{kind: lexText, text: saidBy(r, strings.TrimRight(s[size:], "'\"”’")), end: len(s), open: true}
}

// saidBy is what a text between quotes says.
func saidBy(quote rune, inner string) string {
	switch quote {
	case '`':
		return inner
	case '\'':
		inner = strings.NewReplacer("''", "'", `\'`, "'").Replace(inner)
	}
	if quote != '"' {
		inner = strings.ReplaceAll(inner, `"`, `\"`)
	}
	if text, err := strconv.Unquote(`"` + inner + `"`); err == nil {
		return text
	}
	return strings.ReplaceAll(inner, `\"`, `"`)
}
