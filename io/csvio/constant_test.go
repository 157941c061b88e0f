package csvio_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// TestRowsThatRepeatComeBack: what is written compressed is read again, however small it became.
func TestRowsThatRepeatComeBack(t *testing.T) {
	rows, formats := 5_000_000, []string{"a.csv.gz", "a.csv.zst"}
	if testing.Short() {
		rows, formats = 3_500_000, formats[1:] // the one that packs repeated rows closest
	}
	zeros := make([]int64, rows)
	texts := make([]string, rows)
	for i := range texts {
		texts[i] = "abc"
	}
	for what, f := range map[string]frame.Series{"numbers": frame.Of("n", zeros), "texts": frame.Of("t", texts)} {
		f, err := frame.New(f)
		require.NoError(t, err)
		for _, name := range formats {
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, csvio.WriteFile(t.Context(), path, f))
			got, err := csvio.ReadFile(t.Context(), path)
			require.NoError(t, err, "%s in %s", what, name)
			require.Equal(t, rows, got.NumRows())
			n := 0
			for c, err := range chunker.All(t.Context(), csvio.Open(path)) {
				require.NoError(t, err)
				n += c.Len()
				c.Release()
			}
			require.Equal(t, rows, n)
		}
	}
}

func TestWhatIsNoCSVIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a.csv.gz":  {"", "gzip: the file is cut off after 0 bytes"},
		"b.csv.gz":  {"\x1f", "gzip: the file is cut off after 1 byte:"},
		"c.csv.zst": {"(\xb5", "zstd: the file is cut off after 2 bytes"},
		"d.csv":     {"SQLite format 3\x00" + strings.Repeat("\x00", 100), "is an SQLite database, and no text: export the table as CSV"},
		"e.csv":     {"%PDF-1.4\n", "is a PDF document"},
		"f.csv":     {"PAR1\x00\x00PAR1", "is a Parquet file, and no text: read it as Parquet"},
	} {
		path := aged(t, name, []byte(c.text))
		_, err := csvio.ReadFile(t.Context(), path)
		require.ErrorContains(t, err, "read "+path+": "+c.want)
	}
}

// TestTextsOfOtherFormatsAreNamed: however they are encoded or packed, and whichever file of a
// pattern they are.
func TestTextsOfOtherFormatsAreNamed(t *testing.T) {
	utf16 := func(s string) string { return "\xff\xfe" + strings.Join(strings.Split(s, ""), "\x00") + "\x00" }
	page := "<html>\n<head><title>404 Not Found</title></head>\n<body>a, b</body>\n</html>\n"
	for text, want := range map[string]string{
		page:                                     "is an HTML page, and no CSV: download the table itself",
		"{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n": "is JSON, and no CSV: write it as CSV first",
		"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<a><b>1</b></a>\n":     "is an XML document, and no CSV: export the table as CSV; if it is a table all the same, name its columns by ReadOptions.Names",
		utf16("[{\"a\":1},{\"a\":2}]"):                               "is JSON",
		"version https://git-lfs.github.com/spec/v1\noid sha256:1\n": "is a pointer of Git LFS in place of the file, and no CSV: fetch the file (git lfs pull)",
		"[" + strings.Repeat("{\"a\":[1,2]},\n", 50_000):             "is JSON",
	} {
		path := file(t, text)
		_, err := csvio.ReadFile(t.Context(), path)
		require.ErrorContains(t, err, "read "+path+": "+want)
		_, err = csvio.Sniff(t.Context(), path)
		require.ErrorContains(t, err, want)
		_, err = chunker.ReadAll(t.Context(), csvio.ReadOptions{OnError: chunker.Null(), Delimiter: ','}.From("standard input", strings.NewReader(text)))
		require.ErrorContains(t, err, "read standard input: "+want)
		f, err := csvio.ReadOptions{Names: []string{"x"}, Delimiter: '~', Quote: '^', Header: csvio.Absent}.ReadFile(t.Context(), path)
		require.NoError(t, err)
		require.Positive(t, f.NumRows())
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "1.csv"), []byte("1,2\n3,4\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "2.csv"), []byte(page), 0o600))
	_, err := csvio.ReadOptions{Header: csvio.Absent}.ReadFile(t.Context(), filepath.Join(dir, "*.csv"))
	require.ErrorContains(t, err, "2.csv: is an HTML page")
}

// TestTablesThatBeginAsOtherFormats: names and fields may look like anything.
func TestTablesThatBeginAsOtherFormats(t *testing.T) {
	for text, want := range map[string]string{
		"{a},{b}\n1,2\n": "{a} {b}", "[id],[name]\n1,x\n2,y\n": "[id] [name]", "<id>,<n>\n1,2\n": "<id> <n>", "%PDF-share,n\n1,2\n": "%PDF-share n",
		"doc,n\n\"{\"\"a\"\":1}\",1\n\"{\"\"a\"\":2}\",2\n": "doc n", "{\"a\":1}\t5\n{\"a\":2}\t6\n": "column_1 column_2", "<?xml version=\"1.0\"?><a/>;5\n<?xml version=\"1.0\"?><a/>;6\n": "column_1 column_2",
		"From,To,Subject\na,b,1\n": "From To Subject", "{\\rtf1},n\na,2\n": "{\\rtf1} n", "|a|b|\n|1|2|\n": "",
	} {
		f, err := read(t, csvio.ReadOptions{}, text)
		require.NoError(t, err, text)
		if want != "" {
			require.Equal(t, want, strings.Join(f.Names(), " "), text)
		}
	}
}
