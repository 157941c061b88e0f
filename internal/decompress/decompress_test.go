package decompress

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var text = strings.Repeat("a,b,c\n1,2,3\n", 1000)

// compressed has text in every format that Go has an encoder of.
func compressed(t testing.TB) map[string][]byte {
	t.Helper()
	pack := func(open func(io.Writer) (io.WriteCloser, error)) []byte {
		var b bytes.Buffer
		w, err := open(&b)
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.Bytes()
	}
	gz := pack(func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
	zs := pack(func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	return map[string][]byte{
		"gzip": gz,
		"zstd": zs,
		"xz":   pack(func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }),
		"":     []byte(text),
	}
}

func read(b []byte) (string, string, error) {
	r, name, err := New("", bytes.NewReader(b))
	if err != nil {
		return "", name, err
	}
	defer r.Close()
	out, err := io.ReadAll(r)
	return string(out), name, err
}

func TestEveryFormat(t *testing.T) {
	for want, b := range compressed(t) {
		require.Equal(t, want, Format(b))
		got, name, err := read(b)
		require.NoError(t, err)
		require.Equal(t, want, name)
		require.Equal(t, text, got)
	}
	bz, err := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWb+HQH8AAANZAAAQAAQwADAAIAAwwAhpsogjJ4u5IpwoSF/DoD+A") // bzip2 has no encoder in Go
	require.NoError(t, err)
	got, name, err := read(bz)
	require.NoError(t, err)
	require.Equal(t, "bzip2", name)
	require.Equal(t, "a,b\n1,2\n", got)
	for _, b := range []string{"", "a", "(", "B", "BZ", "PK"} {
		got, name, err := read([]byte(b))
		require.NoError(t, err)
		require.Empty(t, name)
		require.Equal(t, b, got)
	}
}

func TestSeveralMembersAreOneStream(t *testing.T) {
	for _, name := range []string{"gzip", "zstd"} {
		b := compressed(t)[name]
		got, _, err := read(append(bytes.Clone(b), b...))
		require.NoError(t, err)
		require.Equal(t, text+text, got)
	}
}

func TestAnEarlyEndIsAnError(t *testing.T) {
	for name, b := range compressed(t) {
		if name == "" {
			continue
		}
		for _, cut := range []int{7, len(b) / 2, len(b) - 1} {
			_, _, err := read(b[:cut])
			require.True(t, errors.Is(err, io.ErrUnexpectedEOF), "%s cut at %d of %d: %v", name, cut, len(b), err)
			require.ErrorContains(t, err, name+": ")
		}
	}
}
