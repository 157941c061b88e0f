package decompress

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func tarOf(t *testing.T, format tar.Format, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Size: 4, Mode: 0o644, Format: format}))
	_, err := io.WriteString(w, "a,b\n")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// TestWhatIsNoTextIsNamed: as it is, and compressed.
func TestWhatIsNoTextIsNamed(t *testing.T) {
	zeros := strings.Repeat("\x00", 600)
	for _, c := range [][2]string{
		{"a tar archive", string(tarOf(t, tar.FormatUSTAR, "a.csv"))},
		{"a tar archive", string(tarOf(t, tar.FormatGNU, "b,c\n"+strings.Repeat("x", 150)))},
		{"a tar archive", string(tarOf(t, tar.FormatPAX, strings.Repeat("ü", 90)))},
		{"a Parquet file", "PAR1\x15\x04\x15" + zeros},
		{"an Arrow (Feather)", "ARROW1\x00\x00" + zeros},
		{"an SQLite database", "SQLite format 3\x00" + zeros},
		{"a PDF document", "%PDF-1.7\n%âãÏÓ"},
		{"a PDF document", "\n\r\n%PDF-2.0\r"}, {"a PDF document", "%PDF-1.3 \n1 0 obj\n"},
		{"a PNG image", "\x89PNG\r\n\x1a\n" + zeros},
		{"an old Excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + zeros},
		{"a 7-Zip archive", "7z\xbc\xaf\x27\x1c" + zeros},
		{"an ORC file", "ORC\x00\x01" + zeros},
	} {
		want, b := c[0], c[1]
		_, _, err := read([]byte(b))
		require.ErrorContains(t, err, want)
		for _, packed := range []string{"gzip", "zstd"} {
			_, _, err = read(stream(t, packed, b))
			require.ErrorContains(t, err, want)
			require.ErrorContains(t, err, ", compressed by "+packed+", and no text: ")
		}
	}
	_, _, err := read(stream(t, "gzip", string(stream(t, "gzip", text))))
	require.ErrorContains(t, err, "unpack it once")
}

func TestTextIsNoneOfThem(t *testing.T) {
	for _, b := range []string{
		"PAR1,PAR2\n1,2\n", "ORC,ELF\n1,2\n", "GIF8\n1\n", "FEA1;b\n", "BZh9,a\n"[:3], "Obj,b\n", "Rar!,b\n", "%PDF-share,b\n1,2\n", "%PDF-1.4,count\n1,2\n", "%PDF-1.4\t5\n", "%PDF-\n", "a %PDF-1.4\n", "ustar,b\n" + strings.Repeat("a,b\n", 300),
		strings.Repeat(" ", 600), strings.Repeat("0", 600), "\x00\x00", strings.Repeat("\x00", 600),
	} {
		what, _ := Foreign([]byte(b[:min(len(b), headBytes)]))
		require.Empty(t, what, "%.20q", b)
	}
}

// TestCutAnywhere: whatever is left of a compressed file, nothing included, is an error where its
// name says what it is.
func TestCutAnywhere(t *testing.T) {
	names := map[string]string{"gzip": "a.csv.gz", "zstd": "a.csv.ZST", "xz": "a.csv.xz"}
	short := map[string][]byte{"gzip": stream(t, "gzip", "a,b\n1,2\n"), "zstd": stream(t, "zstd", "a,b\n1,2\n"), "xz": compressed(t)["xz"], "frames": zstds(t, "a,b\n1,2\n", 100)[11:]}
	for format, b := range short {
		name := names[format]
		if format == "frames" {
			name = "a.zstd"
		}
		for cut := range len(b) {
			_, _, err := readNamed(name, b[:cut])
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s cut at %d", format, cut)
		}
		got, _, err := readNamed(name, b)
		require.NoError(t, err)
		require.NotEmpty(t, got)
	}
	for _, b := range []string{"\x1f", "\x28\xb5", "\x28\xb5\x2f", "\xfd", "\xfd7zX"} {
		_, _, err := read([]byte(b))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%q is no text, whatever its name", b)
	}
	for name, b := range map[string]string{"a.csv.gz": "a,b\n", "a.zst": "x", "a.bz2": "C", "a.csv": ""} {
		got, format, err := readNamed(name, []byte(b))
		require.NoError(t, err, "a name may be wrong")
		require.Empty(t, format)
		require.Equal(t, b, got)
	}
	_, _, err := readNamed("a.bz2", []byte("BZ"))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func readNamed(name string, b []byte) (string, string, error) {
	r, format, err := New(name, bytes.NewReader(b))
	if err != nil {
		return "", format, err
	}
	defer r.Close()
	out, err := io.ReadAll(r)
	return string(out), format, err
}

func TestZerosBehindGzip(t *testing.T) {
	z := stream(t, "gzip", text)
	frames := bgzf(t, text, 4000)
	for _, zeros := range []int{1, 3, 17, 512, 100_000} {
		pad := make([]byte, zeros)
		for _, c := range []struct {
			b    []byte
			want string
		}{
			{append(bytes.Clone(z), pad...), text},
			{append(append(append(bytes.Clone(z), pad...), z...), pad...), text + text},
			{append(bytes.Clone(frames), pad...), text},
			{append(append(bytes.Clone(frames), pad...), z...), text + text},
		} {
			got, _, err := read(c.b)
			require.NoError(t, err)
			require.Equal(t, len(c.want), len(got))
			require.True(t, c.want == got)
		}
	}
	for _, behind := range []string{"x", "garbage that is long enough", "\x00\x00x", "a,b\n1,2\n", "\x1f\x8c" + strings.Repeat("x", 20)} {
		_, _, err := read(append(bytes.Clone(z), behind...))
		require.Error(t, err, "%q", behind)
	}
}
