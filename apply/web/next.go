package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Next says how the page behind a page is found: see [Link], [NextURL], [Cursor] and [Numbered].
type Next struct {
	path, param string
	first       int
	find        func(n Next, p page) (*url.URL, error)
}

// page is what a server gave, and where it was.
type page struct {
	at     *url.URL
	number int // from 0
	header http.Header
	body   json.RawMessage
	rows   int
}

// Link goes by the header Link: <URL>; rel="next", up to the page that has none.
func Link() Next { return Next{find: Next.byLink} }

// NextURL goes by the URL in a member of the page's object, up to the page where it is missing,
// null or empty. A path such as links.next is a member of an object inside.
func NextURL(member string) Next { return Next{path: member, find: Next.byURL} }

// Cursor goes by a text or number in a member of the page's object, which the next page is asked
// for with as a parameter of the URL. The last page is as for [NextURL].
func Cursor(member, param string) Next { return Next{path: member, param: param, find: Next.byCursor} }

// Numbered counts pages in a parameter of the URL, from first on, up to the first page that has no
// rows.
func Numbered(param string, first int) Next {
	return Next{param: param, first: first, find: Next.byNumber}
}

// begin is the URL of the first page.
func (n Next) begin(u *url.URL) *url.URL {
	if n.param == "" || n.path != "" {
		return u
	}
	return with(u, n.param, strconv.Itoa(n.first))
}

// with is a URL with a parameter.
func with(u *url.URL, param, value string) *url.URL {
	out, query := *u, u.Query()
	query.Set(param, value)
	out.RawQuery = query.Encode()
	return &out
}

func (n Next) byNumber(p page) (*url.URL, error) {
	if p.rows == 0 {
		return nil, nil
	}
	return with(p.at, n.param, strconv.Itoa(n.first+p.number+1)), nil
}

func (n Next) byCursor(p page) (*url.URL, error) {
	cursor, err := n.member(p)
	if err != nil || cursor == "" {
		return nil, err
	}
	return with(p.at, n.param, cursor), nil
}

func (n Next) byURL(p page) (*url.URL, error) {
	to, err := n.member(p)
	if err != nil || to == "" {
		return nil, err
	}
	return p.at.Parse(to)
}

// member is the text or number in the page's member; "" if there is none.
func (n Next) member(p page) (string, error) {
	raw, err := memberAt(p.body, n.path)
	if err != nil || raw == nil || string(raw) == "null" || string(raw) == "false" {
		return "", err
	}
	if raw[0] != '"' && raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return "", fmt.Errorf("%q, which names the next page, is %s, and no text or number", n.path, raw)
	}
	if raw[0] != '"' {
		return string(raw), nil
	}
	var s string
	err = json.Unmarshal(raw, &s)
	return s, err
}

func (n Next) byLink(p page) (*url.URL, error) {
	for _, header := range p.header.Values("Link") {
		if to, ok := nextIn(header); ok {
			return p.at.Parse(to)
		}
	}
	return nil, nil
}

// nextIn finds the link with rel="next" in a header Link (RFC 8288).
func nextIn(header string) (to string, ok bool) {
	for {
		_, rest, found := strings.Cut(header, "<")
		if !found {
			return "", false
		}
		if to, rest, found = strings.Cut(rest, ">"); !found {
			return "", false
		}
		params, more := linkParams(rest)
		for rel := range strings.FieldsSeq(params["rel"]) {
			if strings.EqualFold(rel, "next") {
				return to, true
			}
		}
		header = more
	}
}

// linkParams reads the parameters of a link, up to the comma behind them. The first of a name
// counts.
func linkParams(s string) (params map[string]string, rest string) {
	params = map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t;")
		if s == "" || s[0] == ',' {
			return params, s
		}
		at := strings.IndexAny(s, "=;,")
		if at < 0 || s[at] != '=' {
			if at < 0 {
				return params, ""
			}
			s = s[at:]
			continue
		}
		name := strings.ToLower(strings.TrimSpace(s[:at]))
		value, behind := linkValue(strings.TrimLeft(s[at+1:], " \t"))
		if _, twice := params[name]; !twice {
			params[name] = value
		}
		s = behind
	}
}

// linkValue reads a value, in quotes or without.
func linkValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		at := strings.IndexAny(s, ";, \t")
		if at < 0 {
			return s, ""
		}
		return s[:at], s[at:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}
