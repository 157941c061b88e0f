package notcsv

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
)

const tokensSure = 1000 // make JSON of an array whose end is not seen

// isJSON tells objects and arrays with nothing but line ends between them. What is not looked at
// may go on as it likes.
func isJSON(t text) bool {
	if len(t.head) == 0 || t.head[0] != '{' && t.head[0] != '[' {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(t.head))
	depth, size := 0, 0 // of the document, in tokens
	keys, sure := false, false
	for end := int64(0); ; end = d.InputOffset() {
		token, err := d.Token()
		if err != nil {
			cut := err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF)
			return cut && (sure || keys || size > tokensSure)
		}
		delim, ok := token.(json.Delim)
		switch {
		case depth == 0 && !ok:
			return false // a value beside a document
		case depth == 0 && size > 0 && !bytes.ContainsAny(t.head[end:d.InputOffset()], "\r\n"):
			return false // two on a line
		case depth == 0:
			size = 0
		}
		switch {
		case ok && (delim == '{' || delim == '['):
			depth++
		case ok:
			depth--
		}
		size++
		keys = keys || !ok && bytes.HasPrefix(bytes.TrimLeft(t.head[d.InputOffset():], " \t\r\n"), []byte(":"))
		sure = sure || depth == 0 && size > 3 // not [1], which may be a value
	}
}

var (
	htmlBegin = regexp.MustCompile(`(?i)^(<!--[^<]*-->\s*)*<(!doctype\s+html|html)[\s>]`)
	htmlLine  = regexp.MustCompile(`(?im)^\s*<(!doctype\s+html|html)[\s>]`)
	htmlTag   = regexp.MustCompile(`(?i)<(head|body|title|meta|frameset)[\s>]`)
	htmlEnd   = regexp.MustCompile(`(?i)</html\s*>`)
	firstTag  = regexp.MustCompile(`^[^>]*>\s*(<|$)`)
	markup    = regexp.MustCompile(`^(\s|<!--(?s:.*?)-->|<script(?s:.*?)</script>)*$`)
)

// isHTML tells one page. Of a page whose end is seen, nothing follows; another has the tags that a
// page begins with.
func isHTML(t text) bool {
	if !htmlBegin.Match(t.head) {
		return false
	}
	pages := htmlLine.FindAllIndex(t.head, 3)
	if len(pages) > 2 || len(pages) == 2 && htmlTag.Match(t.head[:pages[1][0]]) {
		return false // <!doctype html> and <html> belong together, with nothing between
	}
	if ends := htmlEnd.FindAllIndex(t.head, -1); len(ends) > 0 {
		return markup.Match(t.head[ends[len(ends)-1][1]:])
	}
	return firstTag.Match(t.head) && htmlTag.Match(t.head)
}

var (
	xmlDeclared = regexp.MustCompile(`^<\?xml\s+version\s*=`)
	xmlBegin    = regexp.MustCompile(`^<[A-Za-z!]`)
)

// isXML tells one document: one element with elements in it, or with a declaration before it. One
// with a declaration need not be without a fault.
func isXML(t text) bool {
	declared := xmlDeclared.Match(t.head) && bytes.Count(t.head, []byte("<?xml")) == 1
	if !declared && !(xmlBegin.Match(t.head) && firstTag.Match(t.head)) {
		return false
	}
	d := xml.NewDecoder(bytes.NewReader(t.head))
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	depth, elements, roots := 0, 0, 0
	for {
		token, err := d.RawToken()
		if err != nil {
			cut := err == io.EOF || strings.Contains(err.Error(), "unexpected EOF")
			faulty := declared && depth > 0 && (!t.whole || bytes.HasSuffix(bytes.TrimSpace(t.head), []byte(">")))
			return roots == 1 && (faulty || cut && (declared || elements > 1 && (depth == 0 || !t.whole)))
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
			elements++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(token)) > 0 {
				return false // text beside the document
			}
		}
		if roots > 1 || depth < 0 {
			return false
		}
	}
}

var rtfBegin = regexp.MustCompile(`^\{\\rtf\d`)

// isRTF tells one group with nothing behind it.
func isRTF(t text) bool {
	if !rtfBegin.Match(t.head) || bytes.Contains(t.head[1:], []byte("\n{\\rtf")) {
		return false
	}
	depth := 0
	for i := 0; i < len(t.head); i++ {
		switch t.head[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return len(bytes.Trim(t.head[i+1:], " \t\r\n\x00")) == 0
			}
		}
	}
	return true
}
