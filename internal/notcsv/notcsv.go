// Package notcsv tells texts of other formats, such as JSON and HTML, that would be read as CSV
// without an error and with no sense. A text is one of them only where it is one from its first
// byte to the last that is looked at: a CSV file whose fields hold such texts, or whose names begin
// as they do, is none.
package notcsv

import (
	"bytes"
	"iter"
	"regexp"
)

// looked are the bytes of a text that are looked at.
const looked = 16 << 10

var kinds = []struct {
	is           func(text) bool
	what, remedy string
}{
	{isLFS, "a pointer of Git LFS in place of the file", "fetch the file (git lfs pull)"},
	{isHTTP, "an answer of a web server, with its header", "save what follows the blank line, or download the file again"},
	{isHTML, "an HTML page", "download the table itself: this may be the page of an error, or of a log-in"},
	{isXML, "an XML document", "export the table as CSV"},
	{isJSON, "JSON", "write it as CSV first (jq -r … '@csv')"},
	{isRTF, "an RTF document", "save the table as CSV"},
	{isMail, "an e-mail, or a box of them", "save the attachment"},
	{isMarkdown, "a table in Markdown", "write it as CSV first"},
	{isYAML, "YAML", "write it as CSV first"},
	{isINI, "a file of settings (INI)", "write it as CSV first"},
}

// text is the beginning of a text, without blank lines before it.
type text struct {
	head  []byte
	whole bool // it is all of the text
}

// Format says what a text is that is no CSV, and what to do with it; "" for what may be CSV. whole
// says that it is all of the text. Most texts cost a look at their first bytes, others some
// milliseconds.
func Format(head []byte, whole bool) (what, remedy string) {
	t := text{bytes.TrimLeft(head[:min(len(head), looked)], " \t\r\n"), whole && len(head) <= looked}
	for _, k := range kinds {
		if k.is(t) {
			return k.what, k.remedy
		}
	}
	return "", ""
}

// lines ranges over the whole lines that are looked at, without their ends.
func (t text) lines() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		rest := t.head
		for i := 0; len(rest) > 0; i++ {
			line, behind, ended := bytes.Cut(rest, []byte("\n"))
			if !ended && !t.whole || !yield(i, bytes.TrimRight(line, " \t\r")) {
				return
			}
			rest = behind
		}
	}
}

var (
	lfs      = regexp.MustCompile(`^version https://(git-lfs|hawser)[^\s,;|]*\r?\n(ext-|oid )`)
	httpHead = regexp.MustCompile(`^HTTP/\d(\.\d)? \d{3}( [^\r\n]*)?\r?\n[A-Za-z-]+: `)
)

func isLFS(t text) bool  { return lfs.Match(t.head) }
func isHTTP(t text) bool { return httpHead.Match(t.head) }

var mboxLine = regexp.MustCompile(`^From \S+ .*\d\d:\d\d`)

// known are header fields of mails, of which three tell one.
var known = map[string]bool{
	"from": true, "to": true, "cc": true, "subject": true, "date": true, "received": true, "message-id": true, "mime-version": true, "return-path": true,
	"delivered-to": true, "content-type": true, "reply-to": true, "content-transfer-encoding": true, "dkim-signature": true, "in-reply-to": true,
}

var mailField = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*):( |$)`)

// isMail tells a header of fields up to a blank line, three of them known.
func isMail(t text) bool {
	seen := map[string]bool{}
	for i, line := range t.lines() {
		if i == 0 && mboxLine.Match(line) {
			continue
		}
		if len(line) == 0 {
			break
		}
		if i > 0 && (line[0] == ' ' || line[0] == '\t') {
			continue // of the field before
		}
		field := mailField.FindSubmatch(line)
		if field == nil {
			return false
		}
		if name := string(bytes.ToLower(field[1])); known[name] {
			seen[name] = true
		}
	}
	return len(seen) >= 3
}

var (
	markdownHead = regexp.MustCompile(`^\|.*\|$`)
	markdownRule = regexp.MustCompile(`^\|(\s*:?-{2,}:?\s*\|)+$`)
	openHead     = regexp.MustCompile(`^[^"|]+( \| [^"|]+)+$`)
	openRule     = regexp.MustCompile(`^\s*:?-{3,}:?( \| :?-{3,}:?)+$`)
)

// isMarkdown tells a row of names with a rule below, behind headings.
func isMarkdown(t text) bool {
	var names []byte
	for _, line := range t.lines() {
		switch {
		case names != nil:
			return bytes.Count(names, []byte("|")) == bytes.Count(line, []byte("|")) &&
				(markdownHead.Match(names) && markdownRule.Match(line) || openHead.Match(names) && openRule.Match(line))
		case len(line) > 0 && line[0] != '#':
			names = line
		}
	}
	return false
}

var (
	iniSection = regexp.MustCompile(`^\[[\w .:/\\"-]+\]$`)
	iniKey     = regexp.MustCompile(`^\s*[A-Za-z_][\w .-]*?\s*=`)
)

// isINI tells sections of keys, and nothing else.
func isINI(t text) bool {
	sections, keys := 0, 0
	for _, line := range t.lines() {
		switch line := bytes.TrimSpace(line); {
		case len(line) == 0 || line[0] == ';' || line[0] == '#':
		case iniSection.Match(line):
			sections++
		case sections > 0 && iniKey.Match(line):
			keys++
		default:
			return false
		}
	}
	return sections > 0 && keys > 0
}

var (
	yamlKey  = regexp.MustCompile(`^( *)(- +)*("[^"]*"|'[^']*'|[A-Za-z_][\w ./-]*):( .*|\s*)$`)
	yamlOpen = regexp.MustCompile(`:$`)
	yamlText = regexp.MustCompile(`: [|>][+-]?$`)
	yamlItem = regexp.MustCompile(`^ *- +\S`)
)

// isYAML tells keys, items and nothing else, in which a key has others below it, or behind the mark
// of a document.
func isYAML(t text) bool {
	keys, nested, open, inText := 0, false, false, false
	for i, line := range t.lines() {
		mark := bytes.HasPrefix(line, []byte("%YAML ")) || string(line) == "---" || string(line) == "..."
		switch key := yamlKey.Match(line); {
		case len(line) == 0 || line[0] == '#':
			continue
		case mark:
			nested = nested || i == 0
		case key || yamlItem.Match(line):
			if key {
				keys++
			}
			nested = nested || open && (line[0] == ' ' || line[0] == '-')
		case line[0] == ' ' && keys > 0: // of the text before
			nested = nested || inText
		default:
			return false
		}
		open, inText = yamlOpen.Match(line), yamlText.Match(line)
	}
	return keys > 0 && nested
}
