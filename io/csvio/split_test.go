package csvio_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/io/csvio"
)

// TestPartsAreReadAsTheWholeWasFound: no part looks for dialect or types again, for it would find
// others in some of these.
func TestPartsAreReadAsTheWholeWasFound(t *testing.T) {
	for name, files := range map[string][]string{
		"text in the last":      {"x,y\n1,2\n", "x,y\n3,4\n", "x,y\nz,5.5\n"},
		"a delimiter in few":    {"x;y\n1;2,5\n", "x;y\n3;4,5\n", "x;y\n4;1\n"},
		"bools that are words":  {"x,y\nyes,1\n", "x,y\nno,2\n", "x,y\nmaybe,3\n"},
		"null words in one":     {"x,y\n1,2\n-,3\n", "x,y\n4,-\n", "x,y\n5,6\n"},
		"no header":             {"1,2\n3,4\n", "5,6\n", "7,8\n"},
		"rows of one file only": {"x,y\n1,2\n", "x,y\n", "x,y\n"},
		"a large one":           {"x,y\n" + strings.Repeat("1,2\n", 5000), "x,y\n1,a\n", "x,y\n2,3\n", "x,y\n" + strings.Repeat("3,4\n", 2500)},
	} {
		t.Run(name, func(t *testing.T) {
			dir, paths := several(t, files...)
			src := csvio.Open(filepath.Join(dir, "*.csv"))
			want, err := chunker.ReadAll(t.Context(), src)
			require.NoError(t, err)
			in, err := src.Describe(t.Context())
			require.NoError(t, err)
			defer in.Close()
			for n := 1; n <= len(files)+1; n++ {
				parts, err := in.(chunker.Splitter).Split(t.Context(), n)
				require.NoError(t, err)
				require.Len(t, parts, min(n, len(files)))
				var places []string
				at := 0
				for _, p := range parts {
					got, err := chunker.ReadAll(t.Context(), p)
					require.NoError(t, err)
					require.True(t, want.Slice(at, at+got.NumRows()).Equal(got), "%s\n%s", want, got)
					at += got.NumRows()
					places = append(places, p.(chunker.Placed).Places()...)
				}
				require.Equal(t, want.NumRows(), at)
				require.Equal(t, paths, places, "each part lies in its own files")
			}
		})
	}
}

func TestASourceOfSeveralFilesConforms(t *testing.T) {
	dir, _ := several(t, "x,y\n1,a\n2,b\n", "x,y\n3,c\n", "x,y\n4,d\n5,\n")
	src := csvio.Open(filepath.Join(dir, "*.csv"))
	want, err := chunker.ReadAll(t.Context(), src)
	require.NoError(t, err)
	chunkertest.TestSource(t, src, want)
}

// TestOneFileIsSplit where its rows end, whatever stands in quotes around the cuts.
func TestOneFileIsSplit(t *testing.T) {
	quoted := "1,\"a\nb,\n\"\"c\"\n"
	for name, text := range map[string]string{
		"plain":                 "x,y\n" + strings.Repeat("1,abc\n", 60_000),
		"no header":             strings.Repeat("1,2\n", 80_000),
		"line ends in quotes":   "x,y\n" + strings.Repeat(quoted, 30_000),
		"stray quotes":          "x,y\n" + strings.Repeat("1,5\" pipe\n2,x\n", 20_000),
		"one long quoted field": "x,y\n1,\"" + strings.Repeat("2,b\n", 60_000) + "\"\n" + strings.Repeat("3,c\n", 30_000),
		"\\r\\n":                "x,y\r\n" + strings.Repeat("1,abc\r\n", 50_000),
		"no line end":           "x,y\n" + strings.Repeat("1,abc\n", 60_000) + "2,z",
		"an end mark":           "x,y\n" + strings.Repeat("1,abc\n", 60_000) + "\x1a",
		"small":                 "x,y\n1,2\n",
	} {
		t.Run(name, func(t *testing.T) {
			src := csvio.Open(file(t, text))
			want, err := chunker.ReadAll(t.Context(), src)
			require.NoError(t, err)
			in, err := src.Describe(t.Context())
			require.NoError(t, err)
			defer in.Close()
			for _, n := range []int{2, 3, 7} {
				parts, err := in.(chunker.Splitter).Split(t.Context(), n)
				require.NoError(t, err)
				require.LessOrEqual(t, len(parts), n)
				if name != "small" && (n == 7 || name != "one long quoted field") { // whose one seam is near the end
					require.Greater(t, len(parts), 1)
				}
				at := 0
				for _, p := range parts {
					got, err := chunker.ReadAll(t.Context(), p)
					require.NoError(t, err)
					require.True(t, want.Slice(at, at+got.NumRows()).Equal(got), "the part at row %d of %d parts", at, len(parts))
					at += got.NumRows()
				}
				require.Equal(t, want.NumRows(), at)
			}
		})
	}
}

// TestErrorsOfAPartNameTheLine of the file, and no row: those before were not counted.
func TestErrorsOfAPartNameTheLine(t *testing.T) {
	path := file(t, "x,y\n"+strings.Repeat("1,2\n", 100_000)+"1,2,3\n")
	in, err := csvio.Open(path).Describe(t.Context())
	require.NoError(t, err)
	defer in.Close()
	parts, err := in.(chunker.Splitter).Split(t.Context(), 3)
	require.NoError(t, err)
	require.Len(t, parts, 3)
	_, err = chunker.ReadAll(t.Context(), parts[2])
	require.ErrorContains(t, err, path+":100002: ")
	require.NotContains(t, err.Error(), ": row ")
	var e *chunker.Error
	require.ErrorAs(t, err, &e)
	require.EqualValues(t, 4+4*100_000, e.Offset)
	require.EqualValues(t, -1, e.Row)
}
