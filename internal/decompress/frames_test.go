package decompress

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"
)

// bgzf packs text as members that name their size, and the empty one at the end.
func bgzf(t testing.TB, text string, size int) []byte {
	t.Helper()
	var out []byte
	for end := false; !end; text = text[min(size, len(text)):] {
		end = text == ""
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Extra = []byte{'x', 'y', 1, 0, 7, 'B', 'C', 2, 0, 0, 0}
		_, err := io.WriteString(w, text[:min(size, len(text))])
		require.NoError(t, err)
		require.NoError(t, w.Close())
		member := b.Bytes()
		binary.LittleEndian.PutUint16(member[12+9:], uint16(len(member)-1))
		out = append(out, member...)
	}
	return out
}

// zstds packs text as frames, with one to skip between them.
func zstds(t testing.TB, text string, size int) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	defer w.Close()
	var out []byte
	for text != "" {
		out = append(out, "\x50\x2A\x4D\x18\x03\x00\x00\x00abc"...)
		out = w.EncodeAll([]byte(text[:min(size, len(text))]), out)
		text = text[min(size, len(text)):]
	}
	return out
}

func numbers(n int) string {
	var b strings.Builder
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		fmt.Fprintf(&b, "%d,%d\n", i, r.Uint32())
	}
	return b.String()
}

func TestFramesAreDecodedInOrder(t *testing.T) {
	text := numbers(50_000)
	for name, b := range map[string][]byte{
		"bgzf": bgzf(t, text, 40_000), "zstd": zstds(t, text, 100_000), "zstd large": zstds(t, text, 10<<20),
		"bgzf, then gzip":     append(bgzf(t, text[:100_000], 40_000), stream(t, "gzip", text[100_000:])...),
		"zstd, then a stream": append(zstds(t, text[:100_000], 30_000), stream(t, "zstd", text[100_000:])...),
	} {
		for _, r := range []io.Reader{bytes.NewReader(b), iotest.HalfReader(bytes.NewReader(b))} {
			d, _, err := New("", r)
			require.NoError(t, err, name)
			got, err := io.ReadAll(d)
			require.NoError(t, err, name)
			require.True(t, text == string(got), name)
			require.NoError(t, d.Close())
		}
		for _, cut := range []int{len(b) / 3, len(b) - 40, len(b) - 1} {
			got, _, err := read(b[:cut])
			if err == nil { // at the end of a frame there is no more to miss
				require.True(t, strings.HasPrefix(text, got), name)
				continue
			}
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s cut at %d of %d", name, cut, len(b))
		}
		broken := bytes.Clone(b)
		broken[len(b)/2] ^= 0x55
		if got, _, err := read(broken); err == nil {
			require.NotEqual(t, text, got)
		}
		d, _, err := New("", bytes.NewReader(b))
		require.NoError(t, err)
		_, err = d.Read(make([]byte, 10))
		require.NoError(t, err)
		require.NoError(t, d.Close(), "closed in the middle")
	}
}

func stream(t testing.TB, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if name == "zstd" {
		z, err := zstd.NewWriter(&b)
		require.NoError(t, err)
		w = z
	}
	if name == "xz" {
		x, err := xz.NewWriter(&b)
		require.NoError(t, err)
		w = x
	}
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// FuzzNew: whatever the bytes, text or an error; frames decoded side by side are what the stream
// gives.
func FuzzNew(f *testing.F) {
	f.Add(bgzf(f, numbers(50), 100))
	f.Add(zstds(f, numbers(50), 100))
	f.Add(stream(f, "gzip", numbers(20)))
	f.Add(stream(f, "zstd", numbers(20)))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, name, err := New("", bytes.NewReader(b))
		if err != nil || name != "gzip" && name != "zstd" {
			return
		}
		defer d.Close()
		got, err := io.ReadAll(io.LimitReader(d, 1<<20))
		for _, format := range formats {
			if format.name != name {
				continue
			}
			s, serr := format.open(bytes.NewReader(b))
			if serr != nil {
				return
			}
			defer s.Close()
			want, serr := io.ReadAll(io.LimitReader(s, 1<<20))
			if err == nil && serr == nil {
				require.True(t, bytes.Equal(want, got))
			}
		}
	})
}

func BenchmarkFrames(b *testing.B) {
	text := numbers(400_000)
	for name, packed := range map[string][]byte{"bgzf": bgzf(b, text, 60_000), "gzip": stream(b, "gzip", text), "zstds": zstds(b, text, 1<<20), "zstd": stream(b, "zstd", text)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, _, err := read(packed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
