package parquetio

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/strictjson"
)

// TestEveryOptionIsStored and read back equal; of the defaults nothing is written.
func TestEveryOptionIsStored(t *testing.T) {
	back := func(of any) (string, chunker.Files) {
		files, err := chunker.FilesOf(of)
		require.NoError(t, err)
		data, err := strictjson.Marshal(files)
		require.NoError(t, err)
		v, err := strictjson.Parse("", data)
		require.NoError(t, err)
		var out chunker.Files
		require.NoError(t, v.Decode(&out))
		return string(data), out
	}
	all := ReadOptions{true, true, Limits{1, 2, 3, 4, 5, 6}}
	write := WriteOptions{"zstd", 3, 4, []string{"a", "tags.list.element"}, "all", map[string]string{"k": "v", "": "x"}}
	for _, of := range []any{all, all.Limits, write} { // a field that is added must be stored, too
		for i := range reflect.TypeOf(of).NumField() {
			require.False(t, reflect.ValueOf(of).Field(i).IsZero())
		}
	}
	for want, o := range map[string]ReadOptions{
		``:                                    {},
		`,"options":{"int96Micros":true}`:     {Int96Micros: true},
		`,"options":{"limits":{"columns":7}}`: {Limits: Limits{Columns: 7}},
		`,"options":{"keepDictionaries":true,"int96Micros":true,"limits":{"footerBytes":1,"columns":2,"pageBytes":3,"pageValues":4,"chunkBytes":5,"expansion":6}}`: all,
	} {
		data, files := back(o.Open("a", "b"))
		require.Equal(t, `{"format":"parquet","files":["a","b"]`+want+`}`, data)
		got, err := files.Source()
		require.NoError(t, err)
		require.Equal(t, o.Open("a", "b"), got)
	}
	for want, o := range map[string]WriteOptions{
		``: {},
		`,"options":{"compression":"zstd","compressionLevel":3,"rowGroupBytes":4,"bloomFilters":["a","tags.list.element"],"encodings":"all","metadata":{"":"x","k":"v"}}`: write,
	} {
		data, files := back(o.Create("a"))
		require.Equal(t, `{"format":"parquet","files":["a"]`+want+`}`, data)
		got, err := files.Sink()
		require.NoError(t, err)
		require.Equal(t, o.Create("a"), got)
	}
	for want, of := range map[string]any{
		"net: a reader has no name":                  From("net", strings.NewReader(""), 0),
		"parquetio.streamSink: it cannot be stored":  To(new(strings.Builder)),
		`options.metadata.k: the text "\xff" is not`: WriteOptions{Metadata: map[string]string{"k": "\xff"}}.Create("a"),
	} {
		files, err := chunker.FilesOf(of)
		if err == nil {
			_, err = strictjson.Marshal(files)
		}
		require.ErrorContains(t, err, want)
	}
}
