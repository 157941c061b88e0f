package charset

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var written = map[Encoding]string{}

// characters are those that an encoding can write, found by writing them.
func characters(e Encoding) string {
	if text, ok := written[e]; ok {
		return text
	}
	encoder, decoder := known[e].from.NewEncoder(), known[e].from.NewDecoder()
	var b strings.Builder
	for c := rune(' '); c < 0x10000; c++ {
		if c >= 0xD800 && c < 0xE000 || c == utf8.RuneError || c == '~' && e == hz {
			continue
		}
		one, err := encoder.String(string(c))
		if err != nil {
			continue
		}
		if back, err := decoder.String(one); err == nil && back == string(c) {
			b.WriteRune(c)
		}
	}
	written[e] = b.String()
	return b.String()
}

func tabled() []Encoding {
	var out []Encoding
	for i, k := range known {
		if k.from != nil {
			out = append(out, Encoding(i))
		}
	}
	return out
}

func TestEveryCharacterIsRead(t *testing.T) {
	for _, e := range tabled() {
		text := characters(e)
		require.Greater(t, utf8.RuneCountInString(text), 140, e)
		b, err := known[e].from.NewEncoder().Bytes([]byte(text))
		require.NoError(t, err, e)
		for _, r := range []io.Reader{bytes.NewReader(b), iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(b)))} {
			got, err := io.ReadAll(NewReader(r, e, 0))
			require.NoError(t, err, e)
			require.Equal(t, text, string(got), e)
		}
	}
}

// TestDecodersAgree holds our loops against x/text's over all pairs of bytes.
func TestDecodersAgree(t *testing.T) {
	for _, e := range tabled() {
		if e == iso2022JP || e == hz {
			continue
		}
		decoder, c := known[e].from.NewDecoder().Transformer, newConverter(e)
		c.ended = true
		var theirs, ours [32]byte
		for i := range 1 << 16 {
			b := []byte{byte(i >> 8), byte(i), '\n'}
			decoder.Reset()
			n, _, err := decoder.Transform(theirs[:], b, true)
			require.NoError(t, err)
			want := string(theirs[:n])
			c.raw = b
			n, _ = c.convert(ours[:])
			if strings.Contains(want, "\uFFFD") {
				if utf8.Valid(ours[:n]) {
					t.Fatalf("%s % x: %q, should be bad", e, b, ours[:n])
				}
			} else if string(ours[:n]) != want {
				t.Fatalf("%s % x: %q, not %q", e, b, ours[:n], want)
			}
		}
	}
}

func TestBytesWithoutMeaningAreBad(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"gbk", "a\x81,b", "a\xE0\x82\x81,b"}, // the delimiter is not swallowed
		{"gbk", "a\xFF\xFFb", "a\xE0\x83\xBF\xE0\x83\xBFb"},
		{"gbk", "\xD6\xD0\xD6", "中\xE0\x83\x96"}, // cut at the end
		{"big5", "\xA4\n", "\xE0\x82\xA4\n"},
		{"shift_jis", "\x95\\\x81\"", "表\xE0\x82\x81\""},
		{"euc-jp", "\x8F\xA1", "\xE0\x82\x8F\xE0\x82\xA1"},
		{"euc-kr", "\xB0\xA1\xB0;", "가\xE0\x82\xB0;"},
		{"gb18030", "\x81\x30\x81", "\xE0\x82\x810\xE0\x82\x81"},
		{"gb18030", "\x84\x31\xA4\x37", "\uFFFD"}, // which it has
		{"windows-1253", "\xAA,", "\xE0\x82\xAA,"},
		{"iso-8859-6", "\xA1", "\xE0\x82\xA1"},
		{"iso-2022-jp", "\x1B$B\x01\n", "\x01\n"},
		{"iso-2022-jp", "a\x80\x1B(X", "a\xE0\x82\x80\xE0\x80\x9B(X"},
	} {
		e, err := Named(c.name)
		require.NoError(t, err)
		got := decoded(t, e, []byte(c.raw))
		require.Equal(t, c.want, got, "%s % x", c.name, c.raw)
		if !utf8.ValidString(got) && !strings.ContainsAny(got, "中表가") {
			require.Equal(t, c.raw, string(e.Raw([]byte(got))))
		}
	}
}

// TestEscapesAtTheirLimits: each kind, what looks like one, and those that the text ends in, whole
// and a byte at a time.
func TestEscapesAtTheirLimits(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"hz-gb-2312", "a~~b", "a~b"}, {"hz-gb-2312", "~~", "~"}, {"hz-gb-2312", "~~{VP~}", "~{VP"}, {"hz-gb-2312", "~~~{VP~}~~", "~中~"},
		{"hz-gb-2312", "a~\nb", "ab"}, {"hz-gb-2312", "a~\n", "a"}, {"iso-2022-jp", "\x1B\n", "\xE0\x80\x9B\n"}, {"hz-gb-2312", "~{VP\nVP", "中\nVP"}, {"hz-gb-2312", "~{VP", "中"},
		{"hz-gb-2312", "a~b", "a\xE0\x81\xBEb"}, {"hz-gb-2312", "a~", "a\xE0\x81\xBE"}, {"hz-gb-2312", "~{V", "\xE0\x81\x96"}, {"hz-gb-2312", "\x7F\x80", "\x7F\xE0\x82\x80"},
		{"iso-2022-jp", "\x1B(I!_\x1B(B!_", "｡ﾟ!_"}, {"iso-2022-jp", "\x1B(I`\x20~", "\xE0\x81\xA0 \xE0\x81\xBE"}, {"iso-2022-jp", "\x1B(I!\n!", "｡\n!"},
		{"iso-2022-jp", "a~~b", "a~~b"}, {"iso-2022-jp", "a\x1B", "a\xE0\x80\x9B"}, {"iso-2022-jp", "\x1B$B", ""}, {"iso-2022-jp", "\x1B$", "\xE0\x80\x9B$"}, {"iso-2022-jp", "\x1B$BF|K", "日\xE0\x81\x8B"},
	} {
		e, err := Named(c.name)
		require.NoError(t, err)
		require.Equal(t, c.want, decoded(t, e, []byte(c.raw)), "%s % x", c.name, c.raw)
		slow, err := io.ReadAll(NewReader(iotest.OneByteReader(strings.NewReader(c.raw)), e, 0))
		require.NoError(t, err)
		require.Equal(t, c.want, string(slow), "%s % x", c.name, c.raw)
	}
}

func TestPlacesLeadBack(t *testing.T) {
	for _, e := range append(tabled(), UTF16LE, UTF16BE, UTF32LE, UTF32BE) {
		line := "id,Zoë,x\\y|z\n"
		if known[e].from != nil {
			all := []rune(characters(e))
			line = "id,name\n" + string(all[len(all)-20:]) + "\n" + string(all[:90]) + "\n"
		}
		text := strings.Repeat(line, 70000/len(line)+1)
		raw := encode(e, text)
		if known[e].from != nil {
			var err error
			raw, err = known[e].from.NewEncoder().Bytes([]byte(text))
			require.NoError(t, err)
		}
		if e != iso2022JP && e != hz && e.unit() == 1 && tableOf(e).one[0x81] == none && tableOf(e).ascii {
			raw = bytes.ReplaceAll(raw, []byte("name"), []byte("na\x81")) // is no character
		}
		const before = 3
		r := NewReader(iotest.HalfReader(bytes.NewReader(raw)), e, before)
		begin := r.Begin()
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		at := begin
		for n := 0; n < len(got); n += 4999 {
			for n < len(got) && !utf8.RuneStart(got[n]) {
				n++
			}
			if n == len(got) || n > 0 && got[n-1] == 0xE0 {
				continue
			}
			off := begin.Offset(n) - before
			require.Equal(t, string(got[:n]), decoded(t, e, raw[:off]), "%s at %d", e, n)
			at = begin.Move(n)
			require.Equal(t, off+before, at.Offset(0), e)
		}
		require.EqualValues(t, len(raw)+before, begin.Offset(len(got)), e)
	}
	require.EqualValues(t, 12, At(5).Move(3).Offset(4))
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]string{
		"utf8": "UTF-8", "UTF-16": "UTF-16LE", "latin1": "ISO-8859-1", "Latin-1": "ISO-8859-1", "cp1252": "Windows-1252", "WINDOWS_1251": "Windows-1251",
		"win1252": "", "cp949": "EUC-KR", "euckr": "EUC-KR", "KS_C_5601-1987": "EUC-KR", "gb2312": "GBK", "GB 18030": "GB18030", "sjis": "Shift_JIS", "Windows-31J": "Shift_JIS",
		"big5-hkscs": "Big5", "koi8r": "KOI8-R", "iso8859-15": "ISO-8859-15", "iso_8859-2:1987": "ISO-8859-2", "CP-866": "IBM866", "mac": "Macintosh", "tis-620": "Windows-874",
		"ujis": "EUC-JP", "iso2022jp": "ISO-2022-JP", "hz": "HZ-GB-2312", "ebcdic-cp-us": "IBM037", "": "", "klingon": "",
	} {
		e, err := Named(name)
		if want == "" {
			require.Error(t, err, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, want, e.String(), name)
		require.True(t, e.Valid())
	}
	for _, name := range Names() {
		e, err := Named(name)
		require.NoError(t, err)
		require.Equal(t, name, e.String())
	}
	for name, near := range map[string]string{"shift-jsi": "shift", "gbkk": "gbk", "euc-krr": "euc-kr", "uft-8": "utf-8"} {
		_, err := Named(name)
		require.ErrorContains(t, err, "did you mean", name)
		require.Contains(t, strings.ToLower(err.Error()), near)
	}
	// What differs in its digits is another encoding: to name it would be to advise mojibake.
	for _, name := range []string{"cp774", "cp851", "cp1126", "windows-1521", "utf-88", "ibm500"} {
		_, err := Named(name)
		require.ErrorContains(t, err, "convert the file first (iconv -f "+name+" -t UTF-8)", name)
	}
	require.False(t, Encoding(len(known)).Valid())
	require.Equal(t, "Encoding(999)", Encoding(999).String())
}

// TestNamesAreOfOne tells aliases that stand at two encodings.
func TestNamesAreOfOne(t *testing.T) {
	seen := map[string]string{}
	for _, k := range known[1:] {
		for _, name := range append(strings.Fields(k.aliases), k.name) {
			if other := seen[fold(name)]; other != "" {
				require.Equal(t, k.name, other, name)
			}
			seen[fold(name)] = k.name
		}
	}
}
