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
