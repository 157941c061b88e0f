package decompress

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ReadAll of what New makes of b.
func readAll(b []byte) (string, error) {
	r, _, err := New("", bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	return string(got), err
}

// TestCutFilesSayWhereTheyEnd, and no format is named twice.
func TestCutFilesSayWhereTheyEnd(t *testing.T) {
	for name, b := range map[string][]byte{"gzip": stream(t, "gzip", text), "zstd": stream(t, "zstd", text), "xz": stream(t, "xz", text), "bgzf": bgzf(t, text, 1000)} {
		format := strings.Replace(name, "bgzf", "gzip", 1)
		for _, n := range []int{7, 13, len(b) / 3, len(b) / 2, len(b) - 9, len(b) - 1} {
			_, err := readAll(b[:n])
			require.EqualError(t, err, fmt.Sprintf("%s: the file is cut off after %d bytes: unexpected EOF", format, n), name)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
		for at := range len(b) { // damage of any kind
			broken := bytes.Clone(b)
			broken[at] ^= 0x55
			if _, err := readAll(broken); err != nil {
				require.Equal(t, 1, strings.Count(err.Error(), format+": ")-strings.Count(err.Error(), "("+format+": "), "%v", err)
			}
		}
	}
}

// TestWhatIsBehindGzipIsShown, however short it is; zeros are none.
func TestWhatIsBehindGzipIsShown(t *testing.T) {
	for name, b := range map[string][]byte{"gzip": stream(t, "gzip", text), "bgzf": bgzf(t, text, 1000)} {
		for _, behind := range []string{"x", "\n", "\r\n", "a,b", "\x00\x00\x00x", strings.Repeat("more", 5000), "PK\x03\x04"} {
			_, err := readAll(append(bytes.Clone(b), behind...))
			require.ErrorContains(t, err, "gzip: behind the compressed text is something else, ", "%s %q", name, behind)
		}
		got, err := readAll(append(bytes.Clone(b), make([]byte, 70_000)...))
		require.NoError(t, err)
		require.Equal(t, text, got)
	}
}

// withDictionary is an xz file whose first block asks for a dictionary by its code.
func withDictionary(b []byte, code byte) []byte {
	b = bytes.Clone(b)
	end := xzStreamHead + 4*int(b[xzStreamHead]) // of the block's header, where its checksum stands
	at := bytes.Index(b[xzStreamHead:end], []byte{0x21, 1}) + xzStreamHead
	b[at+2] = code
	sum := crc32.ChecksumIEEE(b[xzStreamHead:end])
	copy(b[end:], []byte{byte(sum), byte(sum >> 8), byte(sum >> 16), byte(sum >> 24)})
	return b
}

// TestAnXZFileDoesNotTakeTheMemoryThatItsHeaderSays: what is more than the bound is refused, and
// less is taken where less will do.
func TestAnXZFileDoesNotTakeTheMemoryThatItsHeaderSays(t *testing.T) {
	b := stream(t, "xz", text)
	taken := func(b []byte) (bytes uint64, got string, err error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err = readAll(b)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, got, err
	}
	for code, mib := range map[byte]int64{40: 4096, 39: 3072, 36: 1024, 31: 192} {
		n, _, err := taken(withDictionary(b, code))
		require.ErrorContains(t, err, fmt.Sprintf("xz: unpacking takes a dictionary of %d MiB, more than 128 MiB", mib))
		require.Less(t, n, uint64(8<<20))
	}
	for _, code := range []byte{18, 20, 22, 28, 30} { // 2 to 128 MiB
		n, got, err := taken(withDictionary(b, code))
		require.NoError(t, err, code)
		require.Equal(t, text, got)
		require.Less(t, n, uint64(xzDictionary(withDictionary(b, code))+8<<20), code)
	}
	require.Zero(t, xzDictionary(nil))
	for n := range 40 { // no header of any length panics
		xzDictionary(b[:n])
		xzDictionary(append(bytes.Clone(b[:13]), bytes.Repeat([]byte{0xff}, n)...))
	}
}

// TestACompressedFileInAZipIsRead once more, and what is no text is told.
func TestACompressedFileInAZipIsRead(t *testing.T) {
	for _, format := range []string{"gzip", "zstd", "xz"} {
		b := archive(t, map[string]string{"a.csv.x": string(stream(t, format, text))})
		r, err := Zip(bytes.NewReader(b), int64(len(b)))
		require.NoError(t, err, format)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, text, string(got))
		require.NoError(t, r.Close())
	}
	for inside, want := range map[string]string{
		"PAR1\x00\x00PAR1":                                         "zip: is a Parquet file",
		"SQLite format 3\x00":                                      "zip: is an SQLite database",
		string(archive(t, map[string]string{"a": "1"})):            "zip: is a zip archive",
		string(stream(t, "gzip", string(stream(t, "gzip", text)))): "zip: is compressed by gzip, compressed by gzip",
	} {
		b := archive(t, map[string]string{"a.csv": inside})
		_, err := Zip(bytes.NewReader(b), int64(len(b)))
		require.ErrorContains(t, err, want)
	}
	_, err := Zip(bytes.NewReader([]byte("PK\x03\x04 and no archive")), 21)
	require.EqualError(t, err, "zip: not a valid zip file")
}
