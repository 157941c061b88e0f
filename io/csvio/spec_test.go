package csvio_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// specCheck is a case of FastCSV's specification: a text, and its records.
type specCheck struct {
	id, input string
	records   [][]string
}

var (
	specID    = regexp.MustCompile(`(?m)^  - id: (.*)$`)
	specInput = regexp.MustCompile(`(?m)^    input: (.*)$`)
	specRow   = regexp.MustCompile(`(?m)^ +- \[(.*)\]$`)
	specField = regexp.MustCompile(`'((?:[^']|'')*)'|"([^"]*)"`)
)

// specText reads a quoted text of the YAML that the specification is in.
func specText(s string) string {
	m := specField.FindStringSubmatch(s)
	return strings.NewReplacer("␠", " ", "␍", "\r", "␊", "\n", "␤", "\r\n").Replace(strings.ReplaceAll(m[1], "''", "'") + m[2])
}

func specChecks(t *testing.T, yaml string) []specCheck {
	t.Helper()
	var out []specCheck
	starts := append(specID.FindAllStringIndex(yaml, -1), []int{len(yaml)})
	for i := range len(starts) - 1 {
		part := yaml[starts[i][0]:starts[i+1][0]]
		c := specCheck{id: specID.FindStringSubmatch(part)[1], input: specText(specInput.FindStringSubmatch(part)[1])}
		for _, row := range specRow.FindAllStringSubmatch(part, -1) {
			fields := []string{}
			for _, f := range specField.FindAllString(row[1], -1) {
				fields = append(fields, specText(f))
			}
			c.records = append(c.records, fields)
		}
		out = append(out, c)
	}
	return out
}

// TestSpecification holds FastCSV's specification exactly, each line end tried. What it allows to
// be refused (uneven rows, quotes that are not closed) may be.
func TestSpecification(t *testing.T) {
	checks := 0
	for _, path := range corpus(t, "fastcsv/lib/src/intTest/resources/spec") {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		yaml := string(b)
		o := csvio.ReadOptions{Delimiter: ',', Quote: '"', Trim: csvio.KeepBlanks, Skip: -1, Header: csvio.Absent, NoComment: true, Null: []string{}, BlankRows: !strings.Contains(yaml, "skipEmptyLines: true")}
		switch {
		case strings.Contains(yaml, "commentMode: READ"):
			continue // comments are not given out
		case strings.Contains(yaml, "commentMode: SKIP"):
			o.Comment, o.NoComment = '#', false
		}
		for _, c := range specChecks(t, yaml) {
			for _, end := range []string{"\n", "\r\n", "\r"} {
				input := strings.ReplaceAll(c.input, "⏎", end)
				want := [][]string{}
				for _, r := range c.records {
					row := []string{}
					for _, f := range r {
						row = append(row, strings.ReplaceAll(f, "⏎", end))
					}
					want = append(want, row)
				}
				if input == "" {
					continue // an empty file has no columns either, and is an error here
				}
				got, err := records(t, o, input)
				if err != nil && (uneven(want) || strings.Contains(yaml, "exceptionAllowed: true") || len(want) == 0 && strings.Contains(err.Error(), "has no rows")) {
					continue
				}
				require.NoError(t, err, "%s %q", c.id, input)
				require.Equal(t, want, got, "%s %q", c.id, input)
				checks++
				if !strings.Contains(c.input, "⏎") {
					break
				}
			}
		}
	}
	require.Greater(t, checks, 60)
}

func uneven(records [][]string) bool {
	return slices.ContainsFunc(records, func(r []string) bool { return len(r) != len(records[0]) })
}

// records reads a text as rows of text.
func records(t testing.TB, o csvio.ReadOptions, input string) ([][]string, error) {
	t.Helper()
	path := file(t, input)
	d, err := o.Sniff(t.Context(), path)
	if err != nil {
		return nil, err
	}
	o.Types = map[string]arrowType{}
	for _, c := range d.Columns {
		o.Types[c.Name] = textType
	}
	f, err := o.ReadFile(t.Context(), path)
	if err != nil {
		return nil, err
	}
	out := [][]string{}
	for _, rec := range f.Records() {
		for i := range int(rec.NumRows()) {
			row := []string{}
			for _, c := range rec.Columns() {
				v := ""
				if c.IsValid(i) {
					v = c.ValueStr(i)
				}
				row = append(row, v)
			}
			out = append(out, row)
		}
	}
	return out, nil
}

// TestEncodingsOfTheCorpus reads FastCSV's files, one text in six encodings.
func TestEncodingsOfTheCorpus(t *testing.T) {
	var want [][]string
	for _, path := range corpus(t, "fastcsv/lib/src/intTest/resources") {
		if !strings.HasSuffix(path, ".csv") {
			continue
		}
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		got, err := records(t, csvio.ReadOptions{Header: csvio.Absent, Skip: -1}, string(b))
		require.NoError(t, err, path)
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, filepath.Base(path))
	}
}

// TestSyntheticCorpus says what comes out of the hand-made files.
func TestSyntheticCorpus(t *testing.T) {
	for name, want := range map[string]struct {
		delimiter string
		rows      int
		types     string
		err       string
	}{
		"ok.csv": {",", 1000, "int64 utf8 float64 date32", ""}, "bom_utf8.csv": {",", 1000, "int64 utf8 float64 date32", ""}, "concat.csv.gz": {",", -1, "int64 utf8 float64 date32", ""},
		"cr_only.csv": {",", 1000, "int64 utf8 float64 date32", ""}, "crcrlf.csv": {",", 1000, "int64 utf8 float64 date32", ""}, "utf16be_bom.csv": {",", 1000, "int64 utf8 float64 date32", ""},
		"semicolon.csv": {";", 1000, "int64 utf8 float64 date32", ""}, "tab.tsv": {"\t", 1000, "int64 utf8 float64 date32", ""}, "pipe.csv": {"|", 1000, "int64 utf8 float64 date32", ""},
		"dup_header.csv": {",", 1, "int64 int64 int64", ""}, "leading_zero.csv": {",", 2, "utf8", ""}, "int64_overflow.csv": {",", 3, "utf8", ""}, "latin1.csv": {err: "it is neither UTF-8 nor Windows-1252"},
		"trailing_comma.csv": {",", 2, "int64 int64 utf8", ""}, "header_only.csv": {",", 0, "utf8 utf8 utf8 utf8", ""}, "traversal.zip": {err: "zip: the archive holds 3 files"},
		"empty.csv": {err: "is empty"}, "truncated.csv.gz": {err: "gzip: the file is cut off after 6914 bytes: unexpected EOF"}, "ragged_short.csv": {err: "fields, there are 4 columns"}, "ragged_long.csv": {err: "fields, there are 4 columns"},
	} {
		path := filepath.Join(corpora, "synthetic", name)
		corpus(t, "synthetic")
		f, err := csvio.ReadFile(t.Context(), path)
		if want.err != "" {
			require.ErrorContains(t, err, want.err, name)
			continue
		}
		require.NoError(t, err, name)
		d, err := csvio.Sniff(t.Context(), path)
		require.NoError(t, err, name)
		require.Equal(t, want.delimiter, d.Delimiter, name)
		if want.rows >= 0 {
			require.Equal(t, want.rows, f.NumRows(), name)
		}
		var types []string
		for _, field := range f.Schema().Fields() {
			types = append(types, field.Type.String())
		}
		if want.types != "" {
			require.Equal(t, want.types, strings.Join(types, " "), name)
		}
	}
}

// TestNaughtyStrings writes hostile values and reads them back as they were.
func TestNaughtyStrings(t *testing.T) {
	b, err := os.ReadFile(corpus(t, "naughty-strings/blns.txt")[0])
	require.NoError(t, err)
	var lines []string
	for l := range strings.Lines(string(b)) {
		if l = strings.TrimSuffix(l, "\n"); l != "" && !strings.HasPrefix(l, "#") {
			lines = append(lines, l)
		}
	}
	var text strings.Builder
	text.WriteString("n,s\n")
	want := [][]string{}
	for _, l := range lines {
		text.WriteString(`1,"` + strings.ReplaceAll(l, `"`, `""`) + "\"\n")
		want = append(want, []string{"1", l})
	}
	got, err := records(t, csvio.ReadOptions{}, text.String())
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// TestManyColumns: names that are all the same are made distinct without looking at each other.
func TestManyColumns(t *testing.T) {
	const n = 20_000
	f, err := read(t, csvio.ReadOptions{}, strings.Repeat("abc,", n-1)+"abc\n"+strings.Repeat("12,", n-1)+"3\n")
	require.NoError(t, err)
	require.Len(t, f.Names(), n)
	require.Equal(t, "abc_20000", f.Names()[n-1])
	require.Equal(t, 1, f.NumRows())
}

// TestOddTextsEnd reads texts that are little but structure. Ways of reading them that cost more
// than the text is long took minutes.
func TestOddTextsEnd(t *testing.T) {
	long := 128 << 10
	if testing.Short() {
		long = 6 << 10
	}
	for _, unit := range []string{"\"a\n", "\"\n", ",\"\n", "\"\"a,\n", "a\"b\n", "'\n", "\"\\\"\n", "a,\"b\"c,d\n", "\"a,b,\"c,d\n", "\"", "\"\"", ",", "\n", "\r", "\r\r\n", "a,b\r", " ", "\\", "||", "a|b\n", "#\n", "\x00", "a,,,,,,,\n", "\"a\",\"b\n", "1,234;", "\xff", "\"\"\"\n"} {
		for _, text := range []string{"a,b,c\n1,2,3\n4,5,6\n" + strings.Repeat(unit, long/len(unit)), strings.Repeat(unit, 1000) + "\"x"} {
			if strings.Contains(unit, "\n") { // a text to those who read rows by \r and fields by ||
				_, err := read(t, csvio.ReadOptions{OnError: chunker.Null(), Separator: "||", LineEnd: csvio.CR, Escape: '\\', Header: csvio.Present}, "a||b\r"+text+"\r1||\"x")
				if err != nil {
					require.ErrorContains(t, err, "in.csv")
				}
			}
			for _, policy := range policies {
				if _, err := read(t, csvio.ReadOptions{OnError: policy}, text); err != nil {
					require.ErrorContains(t, err, "in.csv")
				}
			}
		}
	}
}
