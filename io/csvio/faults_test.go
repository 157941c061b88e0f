package csvio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

var errWire = errors.New("the wire is cut")

// cut is a writer that takes so many bytes and no more.
type cut struct {
	room int
	got  []byte
}

func (c *cut) Write(p []byte) (int, error) {
	n := min(len(p), c.room)
	c.room -= n
	c.got = append(c.got, p[:n]...)
	if n < len(p) {
		return n, errWire
	}
	return n, nil
}

// TestAWriterThatFailsAtAnyByteIsAnError, and what was written before is the beginning of the text.
func TestAWriterThatFailsAtAnyByteIsAnError(t *testing.T) {
	f, err := sample(t).Rechunk(2)
	require.NoError(t, err)
	for _, o := range []csvio.WriteOptions{{}, {NoHeader: true}, {Compression: "gzip"}, {Compression: "zstd"}} {
		whole, step := text(t, o, f), 1
		if o.Compression != "" {
			step = 13 // their encoders are costly to begin
		}
		for n := 0; n < len(whole); n += step {
			w := &cut{room: n}
			_, err := chunker.Copy(t.Context(), o.To(w), chunker.FromFrame(f))
			require.ErrorIs(t, err, errWire, "%+v, after %d of %d bytes", o, n, len(whole))
			require.ErrorContains(t, err, "write: ")
			require.Equal(t, whole[:n], string(w.got))
		}
		w := &cut{room: len(whole)}
		_, err := chunker.Copy(t.Context(), o.To(w), chunker.FromFrame(f))
		require.NoError(t, err)
		require.Equal(t, whole, string(w.got))
	}
}

// TestAWriterThatFailsOnAHeaderAloneIsAnError: of a table without rows, which Commit writes.
func TestAWriterThatFailsOnAHeaderAloneIsAnError(t *testing.T) {
	none := sample(t).Head(0)
	for n := range len("i,f,b,s\n") {
		_, err := chunker.Copy(t.Context(), csvio.WriteOptions{}.To(&cut{room: n}), chunker.FromFrame(none))
		require.ErrorIs(t, err, errWire, "after %d bytes", n)
	}
	require.Equal(t, "i,f,b,s\n", text(t, csvio.WriteOptions{}, none))
	require.Empty(t, text(t, csvio.WriteOptions{NoHeader: true}, none))
}

// TestAnInputThatFailsAtAnyByteIsAnError, whether its first bytes or its last ones are missing.
func TestAnInputThatFailsAtAnyByteIsAnError(t *testing.T) {
	whole := "id,word\n1,\"a\nb\"\n2,x\n3,yé\n"
	for n := range len(whole) + 1 {
		for name, r := range map[string]io.Reader{"": strings.NewReader(whole[:n]), "by byte": iotest.OneByteReader(strings.NewReader(whole[:n]))} {
			_, err := chunker.ReadAll(t.Context(), csvio.ReadOptions{}.From("in", io.MultiReader(r, iotest.ErrReader(errWire))))
			require.ErrorIs(t, err, errWire, "after %d bytes %s", n, name)
			require.ErrorContains(t, err, "read in: ")
		}
	}
}

// several writes files into a folder of their own and returns their paths.
func several(t *testing.T, texts ...string) (dir string, paths []string) {
	t.Helper()
	dir = t.TempDir()
	for i, text := range texts {
		path := filepath.Join(dir, fmt.Sprintf("%d.csv", i))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		paths = append(paths, path)
	}
	return dir, paths
}

// TestAFileThatCannotBeReadIsAnErrorAtOpen, wherever it stands among those of one table.
func TestAFileThatCannotBeReadIsAnErrorAtOpen(t *testing.T) {
	for _, at := range []int{0, 1, 2, 3} {
		dir, paths := several(t, "a,b\n1,x\n", "a,b\n2,y\n", "a,b\n3,z\n", "a,b\n4.5,z\n")
		require.NoError(t, os.Remove(paths[at]))
		_, err := chunker.Open(t.Context(), csvio.Open(paths...), chunker.Request{})
		require.Error(t, err, "file %d is missing", at)
		require.ErrorContains(t, err, fmt.Sprintf("%d.csv: no such file", at))

		if err := os.Symlink("nothing", paths[at]); err != nil {
			t.Skip("no symbolic links here:", err)
		}
		_, err = chunker.Open(t.Context(), csvio.Open(filepath.Join(dir, "*.csv")), chunker.Request{})
		require.ErrorContains(t, err, fmt.Sprintf("%d.csv", at), "a link to nothing")

		require.NoError(t, os.Remove(paths[at]))
		require.NoError(t, os.Mkdir(paths[at], 0o700))
		_, err = csvio.ReadFile(t.Context(), filepath.Join(dir, "*.csv"))
		require.Error(t, err, "file %d is a folder", at)
	}
}

// descriptors is how many files this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no list of descriptors here:", err)
	}
	return len(open)
}

// TestDescriptorsAreClosed counts what is open after each way in which reading and writing can end.
func TestDescriptorsAreClosed(t *testing.T) {
	var texts []string
	for i := range 12 {
		texts = append(texts, "a,b\n"+strings.Repeat(fmt.Sprintf("%d,x\n", i), 100))
	}
	dir, paths := several(t, texts...)
	broken := filepath.Join(dir, "broken.csv.gz")
	require.NoError(t, os.WriteFile(broken, []byte("\x1f\x8b\x08\x00broken"), 0o600))
	f := sample(t)
	open := func(o csvio.ReadOptions, paths ...string) {
		stream, err := chunker.Open(t.Context(), o.Open(paths...), chunker.Request{})
		if err == nil {
			stream.Next(t.Context())
			stream.Close()
		}
	}
	for name, end := range map[string]func(){
		"read":             func() { csvio.ReadFile(t.Context(), filepath.Join(dir, "?.csv")) },
		"open and close":   func() { open(csvio.ReadOptions{}, paths...) },
		"another width":    func() { open(csvio.ReadOptions{Names: []string{"a"}}, paths...) },
		"an unknown type":  func() { open(csvio.ReadOptions{Types: map[string]arrow.DataType{"z": arrow.Null}}, paths...) },
		"a missing file":   func() { open(csvio.ReadOptions{}, paths[0], filepath.Join(dir, "missing.csv")) },
		"a folder":         func() { open(csvio.ReadOptions{}, dir) },
		"damaged":          func() { open(csvio.ReadOptions{}, broken) },
		"damaged, second":  func() { csvio.ReadOptions{}.ReadFile(t.Context(), filepath.Join(dir, "*")) },
		"sniff":            func() { csvio.Sniff(t.Context(), paths[0]) },
		"write":            func() { csvio.WriteFile(t.Context(), filepath.Join(t.TempDir(), "out.csv.gz"), f) },
		"write, no folder": func() { csvio.WriteFile(t.Context(), filepath.Join(dir, "missing", "out.csv"), f) },
		"write, half": func() {
			w, err := csvio.Create(filepath.Join(t.TempDir(), "out.csv")).Create(t.Context(), f.Schema())
			require.NoError(t, err)
			w.Close()
		},
	} {
		end() // what is opened once and kept
		before := descriptors(t)
		for range 3 {
			end()
		}
		require.LessOrEqual(t, descriptors(t), before, name)
	}
}

// TestLimitsOfRowsAndColumns: at the limit, one below and one above.
func TestLimitsOfRowsAndColumns(t *testing.T) {
	for n, fits := range map[int]bool{2: false, 3: true, 4: true} {
		_, err := read(t, csvio.ReadOptions{ColumnsMax: n}, "a,b,c\n1,2,3\n")
		require.Equal(t, fits, err == nil, "%d columns at most: %v", n, err)
	}
	for _, n := range []int{1, 9, 10, 11, 100} {
		f, err := read(t, csvio.ReadOptions{}, "a,b\n"+strings.Repeat("1,2\n", n))
		require.NoError(t, err)
		require.Equal(t, n, f.NumRows())
	}
}

// TestWritersSayWhatTheyCannotWrite before anything is written.
func TestWritersSayWhatTheyCannotWrite(t *testing.T) {
	var b bytes.Buffer
	for _, c := range []struct {
		o    csvio.WriteOptions
		want string
	}{
		{csvio.WriteOptions{Delimiter: '\n'}, "cannot be one"}, {csvio.WriteOptions{Delimiter: '\r'}, "cannot be one"}, {csvio.WriteOptions{Delimiter: 0x80}, "cannot be one"},
		{csvio.WriteOptions{Null: "a\"b"}, "holds a delimiter"}, {csvio.WriteOptions{Null: "\r"}, "holds a delimiter"}, {csvio.WriteOptions{Null: "a;", Delimiter: ';'}, "holds a delimiter"},
		{csvio.WriteOptions{Compression: "gz"}, "is not known"},
	} {
		_, err := c.o.To(&b).Create(t.Context(), sample(t).Schema())
		require.ErrorContains(t, err, c.want)
	}
	_, err := csvio.WriteOptions{}.To(&b).Create(t.Context(), arrow.NewSchema(nil, nil))
	require.ErrorContains(t, err, "there are no columns to write")
	require.Zero(t, b.Len())
	for _, o := range []csvio.WriteOptions{{Delimiter: '\t'}, {Delimiter: 0x7f}, {Null: "a,", Delimiter: ';'}, {Compression: "none"}} {
		_, err := o.To(&b).Create(t.Context(), sample(t).Schema())
		require.NoError(t, err, "%+v", o)
	}
}

// TestCompressionGoesByTheName where it is not said, and not where it is.
func TestCompressionGoesByTheName(t *testing.T) {
	one, err := frame.New(frame.Of("n", []int64{1}))
	require.NoError(t, err)
	for _, c := range []struct{ name, compression, magic string }{
		{"a.csv", "", "n\n1"}, {"a.csv.gz", "", "\x1f\x8b"}, {"a.csv.zst", "", "\x28\xb5\x2f\xfd"}, {"a.csv.gz", "none", "n\n1"}, {"a.csv", "gzip", "\x1f\x8b"}, {"a.csv.gz", "zstd", "\x28\xb5\x2f\xfd"}, {"gz", "", "n\n1"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		require.NoError(t, csvio.WriteOptions{Compression: c.compression}.WriteFile(t.Context(), path, one))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(b), c.magic), "%+v: %q", c, b)
	}
}
