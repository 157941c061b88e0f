package csvio_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// The pollutions are those of the benchmark Pollock (G. Vitagliano, M. Hameed, L. Jiang, L.
// Reisener, E. Wu, F. Naumann: Pollock: A Data Loading Benchmark, 2023), made here of a table of
// our own: one clean file, with one thing wrong in each copy. The score of a copy is theirs: ten at
// most, one for reading it at all and three each for precision, recall and their mean of names,
// rows and cells.

// pollutedRows are those of the file; with SCORES, as many as the benchmark's has, and each copy's
// score is printed.
var pollutedRows = map[bool]int{false: 24, true: 83}[os.Getenv("SCORES") != ""]

var pollutedNames = []string{"DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "ProductDescription", "URL", "Comments"}

func pollutedTable() [][]string {
	kinds := []string{"Men's Hiking Boots", "Light-Up Jacket", "Throw Pillow, Paddles", "Table, Round 48\"", "Men's Boxer, 5\" Inseam", "Ragg Wool Hat", "Kids' Sneaker"}
	texts := []string{"These boots are rugged, light and quick.", "The next level. It won't let you down.", "A pop of fun for your bed", "8\\'9\" length fly rod, made for her.", "Durable: all year round, in any weather", "Knit from soft yarns - warm, even when wet."}
	table := [][]string{pollutedNames}
	for i := range pollutedRows {
		id := fmt.Sprintf("%c%c-%04d", 'A'+i%26, 'A'+i*7%26, i*379%10000)
		table = append(table, []string{
			fmt.Sprintf("%02d/%02d/2018", 13+i%15, 1+i%12), fmt.Sprintf("%02d:%02d", i/4, i%4*15), fmt.Sprint(i % 7), id, fmt.Sprintf("$%d.%02d", 3+i, i*37%100),
			kinds[i%len(kinds)], texts[i%len(texts)], "https://www.example.com/product/" + strings.ReplaceAll(id, "-", "_") + ".html", "",
		})
	}
	return table
}

// pollution is how a copy is written, and what is wrong with it.
type pollution struct {
	name           string
	delimiter      string
	quote, escape  string
	end            string
	before, behind string
	noHeader       bool
	headers        int // rows of names
	rows           int
	cut            bool                                    // the last line end is missing
	row            int                                     // the row that seams is for
	seam           func(delimiters []string)               // changes the delimiters of the row: [i] stands before cell i
	cell           func(column int, written string) string // changes cells of the row
	want           func(names []string, rows [][]string) ([]string, [][]string)
	skip           int
}

func (p *pollution) write(table [][]string) string {
	var b strings.Builder
	b.WriteString(p.before)
	write := func(r int) {
		delimiters := make([]string, len(table[r])+1)
		for i := 1; i < len(table[r]); i++ {
			delimiters[i] = p.delimiter
		}
		if p.seam != nil && r == p.row {
			p.seam(delimiters)
		}
		for i, c := range table[r] {
			quoted := i == 6 || i == 7 || strings.Contains(c, p.delimiter) || strings.Contains(c, ",") || strings.Contains(c, p.quote)
			written := strings.ReplaceAll(c, p.quote, p.escape+p.quote)
			if quoted {
				written = p.quote + written + p.quote
			}
			if p.cell != nil && r == p.row {
				written = p.cell(i, written)
			}
			b.WriteString(delimiters[i] + written)
		}
		b.WriteString(delimiters[len(table[r])] + p.end)
	}
	if !p.noHeader {
		for range max(p.headers, 1) {
			write(0)
		}
	}
	for r := 1; r <= p.rows; r++ {
		write(r)
	}
	out := b.String() + p.behind
	if p.cut {
		out = strings.TrimSuffix(out, p.end)
	}
	return out
}

func pollutions() []pollution {
	plain := pollution{delimiter: ",", quote: `"`, escape: `"`, end: "\r\n", rows: pollutedRows}
	var out []pollution
	add := func(name string, change func(p *pollution)) {
		p := plain
		p.name = name
		change(&p)
		out = append(out, p)
	}
	add("source", func(*pollution) {})
	add("no trailing newline", func(p *pollution) { p.cut = true })
	add("two trailing newlines", func(p *pollution) { p.behind = "\r\n" })
	add("no header", func(p *pollution) { p.noHeader = true })
	for n := 2; n <= 3; n++ {
		add(fmt.Sprintf("%d header rows", n), func(p *pollution) { p.headers = n })
	}
	add("preamble", func(p *pollution) { p.before, p.skip = "PREAMBLE,,,,,,,,\r\n,,,,,,,,\r\n", 2 })
	add("preamble of text", func(p *pollution) { p.before, p.skip = "Orders of 2018\r\nas of January\r\n\r\n", 3 })
	add("header only", func(p *pollution) { p.rows = 0 })
	add("one row", func(p *pollution) { p.rows = 1 })
	for _, d := range []string{";", "\t", ", ", " ", "|", "||", "^", "\x1f"} {
		add(fmt.Sprintf("delimiter %q", d), func(p *pollution) { p.delimiter = d })
	}
	add("apostrophes", func(p *pollution) { p.quote, p.escape = "'", "'" })
	add("backslashes", func(p *pollution) { p.escape = `\` })
	add("no escapes", func(p *pollution) { p.escape = "" })
	add("LF", func(p *pollution) { p.end = "\n" })
	add("CR", func(p *pollution) { p.end = "\r" })
	for r := range pollutedRows + 1 {
		for c := range pollutedNames {
			add(fmt.Sprintf("row %d more %d", r, c), func(p *pollution) {
				p.row, p.seam = r, func(d []string) { d[c] += "," }
			})
			if c > 0 {
				add(fmt.Sprintf("row %d less %d", r, c), func(p *pollution) { p.row, p.seam = r, func(d []string) { d[c] = "" } })
			}
			add(fmt.Sprintf("row %d quote %d", r, c), func(p *pollution) {
				p.row, p.cell = r, func(i int, s string) string {
					if i == c {
						return `"` + s
					}
					return s
				}
				p.want = func(names []string, rows [][]string) ([]string, [][]string) {
					all := append([][]string{names}, rows...)
					all[r] = slices.Clone(all[r])
					all[r][c] = `"` + all[r][c]
					return all[0], all[1:]
				}
			})
		}
		add(fmt.Sprintf("row %d blanks", r), func(p *pollution) {
			p.row, p.seam = r, func(d []string) {
				for i := 1; i < len(pollutedNames); i++ {
					d[i] = " "
				}
			}
		})
	}
	return out
}

// options are what the dialect given says.
func (p *pollution) options() csvio.ReadOptions {
	o := csvio.ReadOptions{Quote: p.quote[0], Escape: '"', Header: csvio.Absent, Names: pollutedNames, OnError: chunker.Null(), Null: []string{}, Types: map[string]arrow.DataType{}}
	if o.Skip = p.skip + max(p.headers, 1); p.noHeader {
		o.Skip--
	}
	if o.Skip == 0 {
		o.Skip = -1
	}
	switch {
	case p.delimiter == ", ":
		o.Delimiter, o.Trim = ',', csvio.TrimBlanks
	case len(p.delimiter) > 1:
		o.Separator = p.delimiter
	default:
		o.Delimiter = p.delimiter[0]
	}
	if o.Escape = p.quote[0]; p.escape == `\` {
		o.Escape = '\\'
	}
	names := slices.Clone(pollutedNames)
	for i, n := range names {
		names[i] = strings.Repeat(n+" ", max(p.headers, 1)-1) + n
	}
	if p.want != nil {
		names, _ = p.want(names, pollutedTable()[1:])
	}
	o.Names = names
	for _, n := range o.Names {
		o.Types[n] = arrow.BinaryTypes.String
	}
	return o
}

// score is what reading a copy is worth.
func (p *pollution) score(t testing.TB, f *frame.Frame, table [][]string) float64 {
	names, rows := slices.Clone(table[0]), slices.Clone(table[1:p.rows+1])
	if p.headers > 1 {
		for i, n := range names {
			names[i] = strings.Repeat(n+" ", p.headers-1) + n
		}
	}
	if p.want != nil {
		names, rows = p.want(names, rows)
	}
	if p.noHeader {
		names = f.Names()
	}
	var got [][]string
	for i := range f.NumRows() {
		var row []string
		for _, rec := range f.Records() {
			if i < int(rec.NumRows()) {
				for _, c := range rec.Columns() {
					v := ""
					if c.IsValid(i) {
						v = c.ValueStr(i)
					}
					row = append(row, v)
				}
				break
			}
			i -= int(rec.NumRows())
		}
		got = append(got, row)
	}
	want, wantCells, gotRows, gotCells := []string{}, []string{}, []string{}, []string{}
	for _, r := range rows {
		want = append(want, strings.Join(normal(r), "\x00"))
		wantCells = append(wantCells, normal(r)...)
	}
	for _, r := range got {
		gotRows = append(gotRows, strings.Join(normal(r), "\x00"))
		gotCells = append(gotCells, normal(r)...)
	}
	return 1 + overlap(names, f.Names()) + overlap(want, gotRows) + overlap(wantCells, gotCells)
}

// normal writes dates in one way, and leaves blanks at the ends out.
func normal(row []string) []string {
	out := slices.Clone(row)
	for i, c := range out {
		c = strings.TrimSpace(c)
		if d := strings.Split(c, "/"); len(d) == 3 && len(c) == 10 {
			c = d[2] + "-" + d[1] + "-" + d[0]
		}
		out[i] = c
	}
	return out
}

// overlap is precision, recall and their harmonic mean.
func overlap(want, got []string) float64 {
	if len(want) == 0 {
		return 3
	}
	count := map[string]int{}
	for _, w := range want {
		count[w]++
	}
	both := 0
	for _, g := range got {
		if count[g] > 0 {
			count[g]--
			both++
		}
	}
	if both == 0 {
		return 0
	}
	precision, recall := float64(both)/float64(len(want)), float64(both)/float64(len(got))
	return precision + recall + 2*precision*recall/(precision+recall)
}

func TestPollutedFiles(t *testing.T) {
	table, dir := pollutedTable(), t.TempDir()
	var given, sniffed, n float64
	bad := map[string]int{}
	for i, p := range pollutions() {
		if testing.Short() && i%4 > 0 {
			continue
		}
		path := filepath.Join(dir, "polluted.csv")
		require.NoError(t, os.WriteFile(path, []byte(p.write(table)), 0o644))
		one := func(o csvio.ReadOptions) float64 {
			f, err := o.ReadFile(t.Context(), path)
			if err != nil {
				require.ErrorContains(t, err, "polluted.csv", p.name)
				return 0
			}
			return p.score(t, f, table)
		}
		g, s := one(p.options()), one(csvio.ReadOptions{OnError: chunker.Null(), Null: []string{}})
		given, sniffed, n = given+g, sniffed+s, n+1
		if os.Getenv("SCORES") != "" && (g < 9.99 || s < 9.99) {
			fmt.Printf("%-24s %6.3f %6.3f\n", p.name, g, s)
		}
		if s < 9 {
			bad[p.name]++
		}
	}
	t.Logf("%.0f files: %.3f with the dialect given, %.3f sniffed; below 9 when sniffed: %v", n, given/n, sniffed/n, bad)
	if pollutedRows > 80 {
		require.GreaterOrEqual(t, given/n, 9.98)
		require.GreaterOrEqual(t, sniffed/n, 9.98)
	}
	require.Greater(t, given/n, 9.95)
	require.Greater(t, sniffed/n, 9.93)
}
