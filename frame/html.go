package frame

import (
	"html"
	"strings"
)

// htmlColumnsMax is how many columns HTML shows: pages scroll sideways, so that
// their width does not matter, but a browser is slow on thousands.
const htmlColumnsMax = 40

// htmlStyle takes its colours from the page, by inheritance and transparency, and
// so suits a light one and a dark one.
const htmlStyle = `<style>
.volley-frame{overflow-x:auto;font-size:90%}
.volley-frame table{border-collapse:collapse;border:none}
.volley-frame th,.volley-frame td{padding:.2em .7em;border:none;border-bottom:1px solid rgba(128,128,128,.25);text-align:left;white-space:pre;background:transparent;color:inherit}
.volley-frame th.r,.volley-frame td.r{text-align:right;font-variant-numeric:tabular-nums}
.volley-frame th span{display:block;font-weight:normal;opacity:.6}
.volley-frame td.n{opacity:.45;font-style:italic}
.volley-frame p{margin:.3em 0;opacity:.6}
</style>
`

// HTML returns the frame as an HTML table for notebooks and pages: the rows that
// String shows, up to 40 columns, nulls dimmed. Everything from the data is escaped.
func (f *Frame) HTML() string { return Style{}.HTML(f) }

// HTML returns the frame as an HTML table; see [Frame.HTML].
func (s Style) HTML(f *Frame) string {
	s = s.defaults()
	const unbounded = 1 << 30
	t := s.table(f, unbounded, htmlColumnsMax)
	var b strings.Builder
	b.WriteString(`<div class="volley-frame">` + "\n" + htmlStyle)
	if len(t.columns) > 0 {
		b.WriteString("<table>\n<thead>")
		t.htmlRow(&b, "th", func(c column) (string, bool) {
			return html.EscapeString(c.name) + "<span>" + html.EscapeString(c.kind) + "</span>", false
		})
		b.WriteString("</thead>\n<tbody>\n")
		for i := range t.rows {
			if i == t.gap {
				t.htmlRow(&b, "td", func(column) (string, bool) { return "…", false })
			}
			t.htmlRow(&b, "td", func(c column) (string, bool) {
				return html.EscapeString(c.cells[i].text), c.cells[i].null
			})
		}
		b.WriteString("</tbody>\n</table>\n")
	}
	b.WriteString("<p>" + t.size + "</p>\n</div>\n")
	return b.String()
}

// htmlRow writes a row of cells; text returns their HTML, and whether it stands for a null.
func (t *table) htmlRow(b *strings.Builder, tag string, text func(column) (content string, null bool)) {
	b.WriteString("<tr>")
	for _, c := range t.columns {
		content, null := text(c)
		var classes []string
		if c.right {
			classes = append(classes, "r")
		}
		if null {
			classes = append(classes, "n")
		}
		b.WriteString("<" + tag)
		if len(classes) > 0 {
			b.WriteString(` class="` + strings.Join(classes, " ") + `"`)
		}
		b.WriteString(">" + content + "</" + tag + ">")
	}
	b.WriteString("</tr>\n")
}
