package charset

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

const sample = "name,größe\nŁódź,1\n\"🎈\",2\nπ,3\n"

func encode(e Encoding, s string) []byte {
	var out []byte
	switch e {
	case UTF16LE:
		for _, u := range utf16.Encode([]rune(s)) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
	case UTF16BE:
		for _, u := range utf16.Encode([]rune(s)) {
			out = binary.BigEndian.AppendUint16(out, u)
		}
	case UTF32LE:
		for _, r := range s {
			out = binary.LittleEndian.AppendUint32(out, uint32(r))
		}
	case UTF32BE:
		for _, r := range s {
			out = binary.BigEndian.AppendUint32(out, uint32(r))
		}
	default:
		out = []byte(s)
	}
	return out
}

func TestEveryEncodingIsFoundAndRead(t *testing.T) {
	for e := UTF8; e <= UTF32BE; e++ {
		b := encode(e, strings.Repeat(sample, 20))
		got, why := detect(b, true)
		require.Equal(t, e, got, why)
		for _, r := range []io.Reader{bytes.NewReader(b), iotest.OneByteReader(bytes.NewReader(b)), iotest.DataErrReader(bytes.NewReader(b))} {
			text, err := io.ReadAll(NewReader(r, e, 0))
			require.NoError(t, err, e)
			require.Equal(t, strings.Repeat(sample, 20), string(text), e)
		}
		byByte, err := io.ReadAll(iotest.OneByteReader(NewReader(bytes.NewReader(b), e, 0)))
		require.NoError(t, err)
		require.Equal(t, strings.Repeat(sample, 20), string(byByte), "read into a byte at a time")
		for _, m := range marks {
			if m.e == e {
				marked := append([]byte(m.mark), b...)
				got, _ := detect(marked, true)
				require.Equal(t, e, got)
				require.Equal(t, len(m.mark), e.Mark(marked))
			}
		}
	}
}

func TestWindows1252(t *testing.T) {
	b := []byte("caf\xE9;\x8020\n\x93x\x94;\xA3\n")
	e, _ := detect(b, true)
	require.Equal(t, Windows1252, e)
	text, err := io.ReadAll(NewReader(bytes.NewReader(b), e, 0))
	require.NoError(t, err)
	require.Equal(t, "café;€20\n“x”;£\n", string(text))
	text, err = io.ReadAll(NewReader(bytes.NewReader(b), Latin1, 0))
	require.NoError(t, err)
	require.Equal(t, "café;\u008020\n\u0093x\u0094;£\n", string(text))
	e, _ = detect([]byte("\x81\x40,\x8F\x90\n"), true)
	require.Equal(t, Unknown, e, "a multi-byte encoding is not taken for Windows-1252")
}

func TestPlainTextIsUTF8(t *testing.T) {
	for _, s := range []string{"", "a", "a,b\n1,2\n", "a\x00b,c\n", sample} {
		e, _ := detect([]byte(s), true)
		require.Equal(t, UTF8, e, "%q", s)
	}
	require.True(t, Valid([]byte("aé")[:2], false), "a character may be cut at the end")
	require.False(t, Valid([]byte("aé")[:2], true))
	require.False(t, Valid([]byte("\xE9 a"), false))
}

func TestWhatIsNoCharacterIsNotLost(t *testing.T) {
	for _, c := range []struct {
		e    Encoding
		raw  string
		want string
	}{
		{UTF16LE, "a\x00\x00\xD8b\x00", "a\xED\xA0\x80b"},
		{UTF16LE, "a\x00\x00\xDCb\x00", "a\xED\xB0\x80b"},
		{UTF16LE, "a\x00\x00\xD8", "a\xED\xA0\x80"},
		{UTF32LE, "a\x00\x00\x00\xFF\xFF\xFF\xFF", "a\xF4\xBF\xBF\xBF"},
		{UTF32BE, "\x00\x00\xD8\x00", "\xED\xA0\x80"},
	} {
		text, err := io.ReadAll(NewReader(strings.NewReader(c.raw), c.e, 0))
		require.NoError(t, err)
		require.Equal(t, c.want, string(text))
		require.False(t, Valid(text, true))
	}
	for _, e := range []Encoding{UTF16LE, UTF32BE} {
		_, err := io.ReadAll(NewReader(strings.NewReader("\x00a\x00b\x00"), e, 2))
		require.ErrorContains(t, err, "ends inside a "+e.String()+" character, at byte 6")
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(sample), 1)
	f.Add([]byte("\xFF\xFEa\x00"), 2)
	for n := range known {
		f.Add([]byte("a,\x1B$B\x81\x40\x1B(B~{VP~}\x8F\xA1\xA1\x81\x30\x81\x30\xFF,\"\n\x81"), n)
	}
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		detect(b, n&1 == 0)
		e := UTF8 + Encoding(uint(n)%uint(len(known)-1))
		text, err := io.ReadAll(NewReader(bytes.NewReader(b), e, 0))
		one, err1 := io.ReadAll(NewReader(iotest.OneByteReader(bytes.NewReader(b)), e, 0))
		require.Equal(t, text, one)
		require.Equal(t, err == nil, err1 == nil)
		if err == nil {
			r := NewReader(bytes.NewReader(b), e, 0)
			begin := r.Begin()
			_, err := io.Copy(io.Discard, r)
			require.NoError(t, err)
			if end := begin.Offset(len(text)); e != iso2022JP && e != hz { // whose last escapes are no text
				require.EqualValues(t, len(b), end)
			}
		}
	})
}

func BenchmarkReader(b *testing.B) {
	for _, e := range []Encoding{UTF16LE, Windows1252} {
		raw := encode(e, strings.Repeat("12345,some text,2024-01-01\n", 40000))
		b.Run(e.String(), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				if _, err := io.Copy(io.Discard, NewReader(bytes.NewReader(raw), e, 0)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func detect(b []byte, whole bool) (Encoding, string) {
	var v Evidence
	v.Add(b, whole)
	return v.Found()
}
