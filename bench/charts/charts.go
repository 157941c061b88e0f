// Package charts draws benchmark results as SVG: for each job a group of bars,
// fastest first, Volley's in colour. The drawings carry their own light and dark
// colours and need no font, script or program to look at.
package charts

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"

	"github.com/volley-go/volley/internal/benchdoc"
)

// Sizes in pixels. A bar of the cap's length is cut off and says so: one system
// that takes a thousand times as long must not make all others look alike.
const (
	width     = 860
	nameWidth = 120
	barMax    = 560
	row       = 20
	bar       = 13
	head      = 34
	cap       = 12.0 // times the fastest
)

const style = `<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; }
.quiet { fill: #59636e; }
.other { fill: #9aa4af; }
.volley { fill: #0969da; }
.wrong { fill: #cf222e; }
.back { fill: #ffffff; }
.cut { stroke: #ffffff; stroke-width: 3; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.quiet { fill: #9198a1; }
.other { fill: #59636e; }
.volley { fill: #4493f8; }
.wrong { fill: #f85149; }
.back { fill: #0d1117; }
.cut { stroke: #0d1117; }
}
</style>
`

// Families draws a chart for each family of jobs that has figures.
func Families(r *benchdoc.Results) map[string][]byte {
	byFamily := map[string][]benchdoc.Job{}
	for _, j := range r.Jobs {
		if !j.Told && len(ran(j)) > 0 {
			byFamily[j.Family] = append(byFamily[j.Family], j)
		}
	}
	out := map[string][]byte{}
	for family, js := range byFamily {
		out[family] = draw(r, js)
	}
	return out
}

// ran returns the cells with figures, fastest first.
func ran(j benchdoc.Job) []benchdoc.Cell {
	cells := slices.DeleteFunc(slices.Clone(j.Cells), func(c benchdoc.Cell) bool { return !c.Ran() })
	slices.SortStableFunc(cells, func(a, b benchdoc.Cell) int {
		return cmp.Compare(benchdoc.Median(a.Wall), benchdoc.Median(b.Wall))
	})
	return cells
}

func draw(r *benchdoc.Results, js []benchdoc.Job) []byte {
	var body bytes.Buffer
	y := 10
	for _, j := range js {
		y = group(&body, r, j, y)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img">`+"\n", width, y+10)
	out.WriteString(style)
	fmt.Fprintf(&out, `<rect class="back" width="%d" height="%d"/>`+"\n", width, y+10)
	out.Write(body.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// group draws one job's bars from y on and returns where the next may begin.
func group(b *bytes.Buffer, r *benchdoc.Results, j benchdoc.Job, y int) int {
	cells := ran(j)
	fmt.Fprintf(b, `<text class="title" x="10" y="%d">%s<tspan class="quiet"> · %d rows</tspan></text>`+"\n", y+14, escape(j.Title), j.Rows)
	y += head - 8
	fastest := benchdoc.Median(cells[0].Wall)
	for _, c := range cells {
		wall := benchdoc.Median(c.Wall)
		times := wall / fastest
		length := min(times, cap) / cap * barMax
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, nameWidth, y+11, escape(r.Title(c.System)))
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`, class(c), nameWidth+8, y, max(length, 1), bar)
		if times > cap {
			x := nameWidth + 8 + barMax - 30
			fmt.Fprintf(b, `<line class="cut" x1="%d" y1="%d" x2="%d" y2="%d"/>`, x, y+bar+2, x+8, y-2)
		}
		fmt.Fprintf(b, `<text class="quiet" x="%.1f" y="%d">%s%s</text>`+"\n", nameWidth+14+length, y+11, seconds(wall), note(c, times))
		y += row
	}
	return y + 14
}

func class(c benchdoc.Cell) string {
	switch {
	case c.Status == benchdoc.Differs:
		return "wrong"
	case c.System == "volley":
		return "volley"
	}
	return "other"
}

func note(c benchdoc.Cell, times float64) string {
	out := ""
	if times >= 1.05 {
		out = fmt.Sprintf(" · %.1f×", times)
	}
	if c.Status == benchdoc.Differs {
		out += " · answer differs"
	}
	return out
}

// seconds prints a time in the unit that a reader would choose.
func seconds(s float64) string {
	switch {
	case s >= 1:
		return fmt.Sprintf("%.2f s", s)
	case s >= 1e-3:
		return fmt.Sprintf("%.1f ms", s*1e3)
	default:
		return fmt.Sprintf("%.1f µs", s*1e6)
	}
}

func escape(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text)) // a Buffer takes every write
	return b.String()
}
