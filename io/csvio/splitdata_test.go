package csvio_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// partsOf are the parts of a source as data.
func partsOf(t *testing.T, src chunker.Source, n int) (out []string) {
	t.Helper()
	in, err := src.Describe(t.Context())
	require.NoError(t, err)
	defer in.Close()
	parts, err := in.(chunker.Splitter).Split(t.Context(), n)
	require.NoError(t, err)
	for _, p := range parts {
		files, err := chunker.FilesOf(p)
		require.NoError(t, err)
		data, err := json.Marshal(files)
		require.NoError(t, err)
		out = append(out, string(data))
	}
	return out
}

// readPart reads the part that data is of.
func readPart(t *testing.T, data string) (*frame.Frame, error) {
	t.Helper()
	var files chunker.Files
	require.NoError(t, json.Unmarshal([]byte(data), &files))
	src, err := files.Source()
	if err != nil {
		return nil, err
	}
	return chunker.ReadAll(t.Context(), src)
}

// TestPartsTravelAsData: their rows are those of the whole, in every dialect and with every type.
func TestPartsTravelAsData(t *testing.T) {
	for name, c := range map[string]struct {
		options csvio.ReadOptions
		head    string
		row     string
	}{
		"plain":           {head: "x,y\n", row: "1,abc\n"},
		"semicolons":      {head: "x;y;z\n", row: "1,5;2.000,5;ja\n"},
		"single quotes":   {options: csvio.ReadOptions{Quote: '\''}, head: "x,y\n", row: "1,'a,b'\n"},
		"dates":           {head: "d,t\n", row: "31.12.2024,2024-01-02T03:04:05Z\n"},
		"words":           {options: csvio.ReadOptions{True: []string{"ja"}, False: []string{"nein"}, Null: []string{"-"}}, head: "a,b,c\n", row: "ja,-,nein\n"},
		"no words":        {options: csvio.ReadOptions{Null: []string{}, Names: []string{"p", "q"}}, row: "1,NA\n"},
		"two rows names":  {options: csvio.ReadOptions{HeaderRows: 2}, head: "a,b\nc,d\n", row: "1,2\n"},
		"\\r\\n":          {head: "x,y\r\n", row: "1,abc\r\n"},
		"lines above":     {head: "a title of this table\n\nx,y,z\n", row: "1,2,3\n"},
		"sep=":            {head: "sep=|\nx|y\n", row: "1|2\n"},
		"quoted line end": {head: "x,y\n", row: "1,\"a\nb\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			src := c.options.Open(file(t, c.head+strings.Repeat(c.row, 30_000)))
			want, err := chunker.ReadAll(t.Context(), src)
			require.NoError(t, err)
			parts := partsOf(t, src, 3)
			require.NotEmpty(t, parts)
			var frames []*frame.Frame
			for _, data := range parts {
				f, err := readPart(t, data)
				require.NoError(t, err, data)
				frames = append(frames, f)
			}
			got, err := frame.Concat(frames...)
			require.NoError(t, err)
			require.True(t, want.Equal(got), "%s\n%s\n%s", parts[0], want, got)
		})
	}
	chunkertest.TestSource(t, csvio.Open(file(t, "x,y\n"+strings.Repeat("1,abc\n", 3000))), mustRead(t, "x,y\n"+strings.Repeat("1,abc\n", 3000)))
}

func mustRead(t *testing.T, text string) *frame.Frame {
	t.Helper()
	f, err := csvio.ReadFile(t.Context(), file(t, text))
	require.NoError(t, err)
	return f
}

// TestAPartOfAFileThatChangedIsRefused, whatever changed, and whichever part it is.
func TestAPartOfAFileThatChangedIsRefused(t *testing.T) {
	text := "x,y\n" + strings.Repeat("1,abc\n", 60_000)
	written := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	for name, change := range map[string]func(path string) error{
		"longer":   func(path string) error { return os.WriteFile(path, []byte(text+"1,abc\n"), 0o600) },
		"shorter":  func(path string) error { return os.Truncate(path, 6) },
		"written":  func(path string) error { return os.WriteFile(path, []byte(strings.Replace(text, "a", "\"", 2)), 0o600) },
		"touched":  func(path string) error { return os.Chtimes(path, written, written.Add(time.Nanosecond)) },
		"replaced": func(path string) error { return os.Rename(file(t, "\n"+text), path) },
	} {
		for _, files := range []int{1, 3} {
			dir := t.TempDir()
			for i := range files {
				path := filepath.Join(dir, string(rune('a'+i))+".csv")
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
				require.NoError(t, os.Chtimes(path, written, written))
			}
			parts := partsOf(t, csvio.Open(filepath.Join(dir, "*.csv")), 3)
			require.Len(t, parts, 3)
			for _, data := range parts {
				_, err := readPart(t, data)
				require.NoError(t, err)
			}
			require.NoError(t, change(filepath.Join(dir, string(rune('a'+files-1))+".csv")))
			for i, data := range parts {
				_, err := readPart(t, data)
				if files == 3 && i < 2 {
					require.NoError(t, err, "a part of files that are as they were")
					continue
				}
				require.ErrorIs(t, err, chunker.ErrChanged, "%s, part %d", name, i)
				require.ErrorContains(t, err, "changed since it was split")
				require.ErrorContains(t, err, ".csv: ", "the file is named")
				require.ErrorContains(t, err, "split it again")
			}
		}
	}
	path := file(t, text)
	parts := partsOf(t, csvio.Open(path), 2)
	require.NoError(t, os.Remove(path))
	_, err := readPart(t, parts[1])
	require.ErrorContains(t, err, "no such file")
}

// TestAPartIsSplitAsItWas: a file that changed before its part was split again is refused too, and
// so is one that changed before the whole was.
func TestAPartIsSplitAsItWas(t *testing.T) {
	dir, names := several(t, "x,y\n1,2\n", "x,y\n3,4\n", "x,y\n5,6\n", "x,y\n7,8\n")
	halves := partsOf(t, csvio.Open(filepath.Join(dir, "*.csv")), 2)
	require.Len(t, halves, 2)
	var files chunker.Files
	require.NoError(t, json.Unmarshal([]byte(halves[1]), &files))
	half, err := files.Source()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(names[3], []byte("x,y\n7,8\n9,10\n"), 0o600))
	quarters := partsOf(t, half, 2)
	require.Len(t, quarters, 2)
	_, err = readPart(t, quarters[0])
	require.NoError(t, err)
	_, err = readPart(t, quarters[1])
	require.ErrorIs(t, err, chunker.ErrChanged)

	in, err := csvio.Open(names...).Describe(t.Context())
	require.NoError(t, err)
	defer in.Close()
	require.NoError(t, os.WriteFile(names[0], []byte("x;y;z\n1;2;3\n"), 0o600))
	_, err = in.(chunker.Splitter).Split(t.Context(), 2)
	require.ErrorIs(t, err, chunker.ErrChanged)
}

// TestAPartThatIsNoneIsRefused, with what is wrong in it, before anything is read.
func TestAPartThatIsNoneIsRefused(t *testing.T) {
	whole := partsOf(t, csvio.Open(file(t, "x,d\n"+strings.Repeat("1,31.12.2024\n", 30_000))), 2)[1]
	for change, want := range map[string]string{
		`"from":`:             `part: from -1`,
		`"line":`:             `line -1`,
		`"to":`:               `part: from`,
		`"stamps":[`:          `stamps: there are 2, of 1 files`,
		`"type":"int64"`:      `part.columns[0].type: no type "int65"`,
		`"delimiter":","`:     `delimiter ",,,,,,,,,"`,
		`"lineEnd":"lf"`:      `lineEnd: there is no "lg"`,
		`"dates":"day-first"`: `there is no order "day-last"`,
		`"format":"csv"`:      `no format "csw" is known`,
		`"part":{`:            `no field "partial" is known here`,
	} {
		to := map[string]string{
			`"from":`: `"from":-1,"x":`, `"line":`: `"line":-1,"x":`, `"to":`: `"to":1,"x":`, `"stamps":[`: `"stamps":[{"size":1},`, `"type":"int64"`: `"type":"int65"`,
			`"delimiter":","`: `"delimiter":",,,,,,,,,"`, `"lineEnd":"lf"`: `"lineEnd":"lg"`, `"dates":"day-first"`: `"dates":"day-last"`, `"format":"csv"`: `"format":"csw"`, `"part":{`: `"part":{"partial":1,`,
		}[change]
		require.Contains(t, whole, change)
		data := strings.Replace(whole, change, to, 1)
		if at := strings.Index(data, `,"x":`); at >= 0 { // the number that was there
			end := at + strings.IndexAny(data[at+1:], ",}") + 1
			data = data[:at] + data[end:]
		}
		_, err := readPart(t, data)
		require.ErrorContains(t, err, want, data)
	}
	for _, signs := range []string{
		`"delimiter":"\n"`, `"delimiter":"|\r"`, `"delimiter":",","quote":"\n"`, `"delimiter":",","quote":"\r"`, `"delimiter":",","quote":","`,
		`"delimiter":",","comment":"\n"`, `"delimiter":",","comment":","`, `"delimiter":",","quote":"#","comment":"#"`,
	} {
		data := strings.Replace(strings.Replace(whole, `"quote":"\"",`, "", 1), `"delimiter":","`, signs, 1)
		_, err := readPart(t, data)
		require.ErrorContains(t, err, "none is a line end or has the meaning of another", data)
	}
	var files chunker.Files
	require.NoError(t, json.Unmarshal([]byte(whole), &files))
	_, err := files.Sink()
	require.EqualError(t, err, "part: a file is written whole: leave the field out")
}
