package csvio_test

import (
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
		"b.csv.gz":  {"\x1f", "gzip: the file is cut off after 1 byte"},
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
