package csvio_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// inEncoding is a text in another encoding.
func inEncoding(t testing.TB, e encoding.Encoding, text string) string {
	t.Helper()
	out, err := e.NewEncoder().String(text)
	require.NoError(t, err)
	return out
}

func named(t testing.TB, name string) csvio.Encoding {
	t.Helper()
	e, err := csvio.EncodingOf(name)
	require.NoError(t, err)
	return e
}

// streamed reads a text as it comes from standard input.
func streamed(t testing.TB, o csvio.ReadOptions, text string) (*frame.Frame, error) {
	t.Helper()
	return chunker.ReadAll(t.Context(), o.From("stdin", strings.NewReader(text)))
}

func TestDamagedUTF8IsABadRow(t *testing.T) {
	good := func(n int) string { return strings.Repeat("1,größe\n", n) }
	for _, c := range []struct {
		name, text string
		line       int
		value      string
		rows       int // good ones
	}{
		{"near the top", "id,s\n" + good(50) + "2,caf\xE9\n" + good(9), 52, `"caf\xe9"`, 59},
		{"in the first row", "id,s\n2,caf\xE9\n" + good(9), 2, `"caf\xe9"`, 9},
		{"behind 200,000 rows", "id,s\n" + good(200_000) + "2,\x93x\x94\n", 200_002, `"\x93x\x94"`, 200_000},
		{"in the middle", "id,s\n" + good(150_001) + "2,na\xEFve\n" + good(150_000), 150_003, `"na\xefve"`, 300_001},
		{"in quotes", "id,s\n" + good(20) + "2,\"a,\xC3\n\"\n" + good(20), 22, `"a,\xc3\n"`, 40},
		{"cut at the end", "id,s\n" + good(3) + "2,Z\xC3", 5, `"Z\xc3"`, 3},
		{"cut at the end, in a character of three bytes", "id,s\n1,東京\n1,大阪\n2,京\xE9\x83", 4, `"京\xe9\x83"`, 2},
		{"of four bytes", "id,s\n" + good(3) + "2,\xF0\x9F\x8E\n", 5, `"\xf0\x9f\x8e"`, 3},
		{"half of a surrogate pair", "id,s\n" + good(3) + "2,\xED\xA0\x80\n" + good(2), 5, `"\xed\xa0\x80"`, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, read := range []func(testing.TB, csvio.ReadOptions, string) (*frame.Frame, error){read, streamed} {
				_, err := read(t, csvio.ReadOptions{}, c.text)
				var ce *chunkError
				require.ErrorAs(t, err, &ce)
				require.EqualValues(t, c.line, ce.Line)
				require.Equal(t, "s", ce.Column)
				require.EqualValues(t, c.line-2, ce.Row)
				require.ErrorContains(t, err, "value "+c.value+": is no UTF-8, which the rest of the text is: mend the file, or set ReadOptions.OnError")

				f, err := read(t, csvio.ReadOptions{OnError: chunker.Skip()}, c.text)
				require.NoError(t, err)
				require.Equal(t, c.rows, f.NumRows())
				f, err = read(t, csvio.ReadOptions{OnError: chunker.Null()}, c.text)
				require.NoError(t, err)
				require.Equal(t, c.rows+1, f.NumRows())
				s, err := f.Column("s")
				require.NoError(t, err)
				require.Equal(t, 1, s.NullN())
				sink := new(chunker.FrameSink)
				f, err = read(t, csvio.ReadOptions{OnError: chunker.Reject(sink, 0)}, c.text)
				require.NoError(t, err)
				require.Equal(t, c.rows, f.NumRows())
				require.Equal(t, 1, sink.Frame().NumRows())
				require.NotContains(t, sink.Frame().String(), "ReadOptions")
				require.NotContains(t, f.String(), "Ã")
			}
		})
	}
}

func TestWesternTextFurtherDown(t *testing.T) {
	plain := strings.Repeat("1,plain text of some length\n", 9000)
	for _, more := range []string{"2,caf\xE9\n", "2,na\xEFve\n3,d\xE9j\xE0 vu\n", "2,M\xFCller\n3,Gr\xF6\xDFe\n"} {
		f, err := read(t, csvio.ReadOptions{}, "id,s\n"+plain+more+plain)
		require.NoError(t, err)
		require.NotContains(t, f.String(), "\uFFFD")
		_, err = streamed(t, csvio.ReadOptions{}, "id,s\n"+plain+more+plain)
		require.ErrorContains(t, err, "is no UTF-8: give ReadOptions.Encoding")
		require.ErrorContains(t, err, "it could be Windows-1252")
	}
	// What is not Western is not read as such, wherever it stands, nor what is UTF-8 elsewhere.
	for _, more := range []string{
		inEncoding(t, charmap.KOI8R, "2,Москва\n3,Казань\n"), inEncoding(t, korean.EUCKR, "2,서울특별시\n"), inEncoding(t, charmap.Windows1250, "2,Příliš žluťoučký kůň\n"),
		"2,größe\n3,caf\xE9\n4,naïve\n", inEncoding(t, japanese.ShiftJIS, "2,東京都\n"),
	} {
		for _, text := range []string{"id,s\n" + plain + more + plain, "id,s\n" + plain + more, "id,s\n" + more + plain} {
			for _, read := range []func(testing.TB, csvio.ReadOptions, string) (*frame.Frame, error){read, streamed} {
				_, err := read(t, csvio.ReadOptions{}, text)
				require.Error(t, err, "%q", more)
				require.Regexp(t, "is no UTF-8|the encoding of the text is not certain", err.Error())
			}
		}
	}
}

func TestAStreamThatWasNotWindows1252(t *testing.T) {
	text := "id,s\n1,caf\xE9\n" + strings.Repeat("2,größe\n", 30_000)
	_, err := streamed(t, csvio.ReadOptions{}, text[:40]+strings.Repeat("2,plain text\n", 9000)+text[40:])
	require.Error(t, err)
	_, err = streamed(t, csvio.ReadOptions{}, "id,s\n1,caf\xE9\n"+strings.Repeat("2,plain text\n", 9000)+strings.Repeat("2,größe\n", 9))
	require.ErrorContains(t, err, "was taken for Windows-1252, and is not that from about byte")
	require.ErrorContains(t, err, "give ReadOptions.Encoding")
}

func TestFilesOfAPatternHaveEncodingsOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	plain := strings.Repeat("1,plain text of some length\n", 9000)
	for name, text := range map[string]string{
		"a.csv": "id,s\n" + plain + "2,caf\xE9\n" + plain, "b.csv": "id,s\n2,größe\n", "c.csv": "id,s\n2,na\xEFve\n", "d.csv": "id,s\n" + plain, "e.csv": "\xFF\xFEi\x00d\x00,\x00s\x00\n\x002\x00,\x00x\x00\n\x00",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	f, err := csvio.ReadFile(t.Context(), filepath.Join(dir, "*.csv"))
	require.NoError(t, err)
	text := written(t, f)
	for _, want := range []string{"2,café\n", "2,größe\n", "2,naïve\n", "2,x\n"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "Ã")
}

// foreign are tables whose characters have bytes of ASCII in them, in many encodings, delimiters
// and quotes among them.
var foreign = []struct {
	name string
	e    encoding.Encoding
	row  string
}{
	{"gbk", simplifiedchinese.GBK, "重庆,\"中文,数据\",乗\\俓|"},
	{"gb18030", simplifiedchinese.GB18030, "重庆,\"𠀀,ü\",👍"},
	{"hz-gb-2312", simplifiedchinese.HZGB2312, "重庆,\"中文,数据\",x"},
	{"big5", traditionalchinese.Big5, "許功蓋,\"么,育\",淚\\|"},
	{"shift-jis", japanese.ShiftJIS, "表示,\"ソ,能\",ポ|ｱｲｳ\\"},
	{"euc-jp", japanese.EUCJP, "表示,\"ソ,能\",丂ｱｲｳ"},
	{"iso-2022-jp", japanese.ISO2022JP, "表示,\"ソ,能\",テスト"},
	{"cp949", korean.EUCKR, "서울,\"똠,방\",각하 뷁"},
	{"koi8-r", charmap.KOI8R, "Москва,\"Казань, Уфа\",ъ"},
	{"cp866", charmap.CodePage866, "Москва,\"Казань, Уфа\",№"},
	{"windows-1251", charmap.Windows1251, "Москва,\"Казань, Уфа\",ъ"},
	{"windows-1250", charmap.Windows1250, "Łódź,\"Gdańsk, ť\",ď"},
	{"iso-8859-7", charmap.ISO8859_7, "Αθήνα,\"Πάτρα, x\",ω"},
	{"windows-1256", charmap.Windows1256, "القاهرة,\"دمشق, x\",و"},
	{"windows-874", charmap.Windows874, "กรุงเทพ,\"ขอน, x\",ก"},
	{"macintosh", charmap.Macintosh, "café,\"größe, x\",π"},
	{"cp037", charmap.CodePage037, "café,\"größe, x\",y"},
}

func TestEncodingsThatAreNamed(t *testing.T) {
	rows := 20_000
	if testing.Short() {
		rows = 6_000 // still several blocks
	}
	for _, c := range foreign {
		t.Run(c.name, func(t *testing.T) {
			text := "a,b,c,n\n" + strings.Repeat(c.row+",1\n", rows) + strings.Repeat("plain,x,\"y\ny\",2\n", 2000) + c.row + ",3"
			want, err := read(t, csvio.ReadOptions{Encoding: csvio.UTF8, Delimiter: ',', Header: csvio.Present}, text)
			require.NoError(t, err)
			o := csvio.ReadOptions{Encoding: named(t, c.name), Header: csvio.Present}
			raw := inEncoding(t, c.e, text)
			f, err := read(t, o, raw)
			require.NoError(t, err)
			require.True(t, want.Equal(f), "%s\n%s", want, f)
			f, err = streamed(t, o, raw)
			require.NoError(t, err)
			require.True(t, want.Equal(f))
			if c.name != "hz-gb-2312" && c.name != "cp037" { // of seven bits, and not ASCII: what they are has to be said
				f, err = read(t, csvio.ReadOptions{}, raw)
				require.True(t, err != nil || want.Equal(f), "%s", f)
			}
		})
	}
}

// TestPlacesInOtherEncodings looks for a bad value after many characters of one, two, three and
// four bytes.
func TestPlacesInOtherEncodings(t *testing.T) {
	rows := 30_000
	if testing.Short() {
		rows = 8_000 // still several blocks
	}
	for _, c := range foreign {
		t.Run(c.name, func(t *testing.T) {
			head := "a,b,c,n\n" + strings.Repeat(c.row+",1\n", rows)
			raw := inEncoding(t, c.e, head) + inEncoding(t, c.e, "x,y,z,") + inEncoding(t, c.e, "oops\n") + inEncoding(t, c.e, strings.Repeat(c.row+",1\n", rows/3))
			o := csvio.ReadOptions{Encoding: named(t, c.name), Types: map[string]arrow.DataType{"n": intType}, Header: csvio.Present}
			for _, size := range []int64{0, 64 << 10} {
				stream, err := chunker.Open(t.Context(), o.Open(file(t, raw)), chunker.Request{Bytes: size})
				require.NoError(t, err)
				for err == nil {
					var part chunker.Part
					if part, err = stream.Next(t.Context()); err == nil {
						var chunk chunker.Chunk
						if chunk, err = part(t.Context()); err == nil {
							chunk.Release()
						}
					}
				}
				require.NoError(t, stream.Close())
				var ce *chunkError
				require.ErrorAs(t, err, &ce)
				require.EqualValues(t, rows+2, ce.Line)
				require.Equal(t, "oops", ce.Value)
				require.EqualValues(t, len(inEncoding(t, c.e, head))+len(inEncoding(t, c.e, "x,y,z,")), ce.Offset)
			}
		})
	}
}

func TestBytesWithoutMeaningAreBadValues(t *testing.T) {
	for _, c := range []struct{ encoding, row, value string }{
		{"gbk", "2,a\xFF\n", `a\xff`}, {"gbk", "2,\xD6\xD0\x81\n", `中\x81`}, {"shift_jis", "2,\x95\\\x81\n", `表\x81`}, {"big5", "2,\xA4\n", `\xa4`}, {"euc-kr", "2,x\xB0\n", `x\xb0`},
		{"euc-jp", "2,\x8F\xA1\n", `\x8f\xa1`}, {"windows-1253", "2,\xAA\n", `\xaa`}, {"iso-8859-6", "2,a\xA1b\n", `a\xa1b`}, {"gb18030", "2,\x81\x30\x81\n", `\x810\x81`}, {"utf-16le", "", ""},
	} {
		if c.row == "" {
			continue
		}
		for _, typ := range []arrow.DataType{arrow.BinaryTypes.String, arrow.BinaryTypes.Binary} {
			o := csvio.ReadOptions{Encoding: named(t, c.encoding), Types: map[string]arrow.DataType{"s": typ}}
			text := "id,s\n1,x\n" + c.row + "3,y\n"
			_, err := read(t, o, text)
			require.ErrorContains(t, err, `in.csv:3: row 1, column "s", value "`+c.value+`": has bytes that are no `+named(t, c.encoding).String())
			sink := new(chunker.FrameSink)
			o.OnError = chunker.Reject(sink, 0)
			f, err := read(t, o, text)
			require.NoError(t, err)
			require.Equal(t, 2, f.NumRows())
			require.Equal(t, 1, sink.Frame().NumRows())
			o.OnError = chunker.Null()
			f, err = read(t, o, text)
			require.NoError(t, err)
			s, err := f.Column("s")
			require.NoError(t, err)
			require.Equal(t, 1, s.NullN())
		}
	}
}

func TestOtherEncodingsAreRefused(t *testing.T) {
	for _, c := range []struct {
		e          encoding.Encoding
		text, want string
	}{
		{korean.EUCKR, "이름,값\n서울,0\n부산,1\n", "EUC-KR (Korean)"},
		{simplifiedchinese.GBK, "姓名,城市\n张伟,重庆\n", "GB18030 (Chinese)"},
		{traditionalchinese.Big5, "姓名,城市\n張偉,臺北\n", "Big5 (Chinese)"},
		{japanese.EUCJP, "名前,値\n東京都の,0\n", "EUC-JP (Japanese)"},
		{charmap.KOI8R, "имя,город\nОльга,Москва\nИван,Казань\n", "KOI8-R (Russian)"},
		{charmap.Windows1251, "имя,город\nОльга,Москва\nИван,Казань\n", "Windows-1251 (Russian)"},
		{charmap.Windows1250, "jméno,město\nDvořák,Děčín\nČerný,Plzeň\n", "Windows-1250 (Czech)"},
	} {
		raw := inEncoding(t, c.e, c.text)
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write([]byte(raw))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		for _, raw := range []string{raw, packed.String()} {
			for _, read := range []func(testing.TB, csvio.ReadOptions, string) (*frame.Frame, error){read, streamed} {
				_, err := read(t, csvio.ReadOptions{}, raw)
				require.ErrorContains(t, err, "the encoding of the text is not certain: it looks like "+c.want+": give ReadOptions.Encoding (EncodingOf finds it by name)")
			}
		}
	}
}

func TestAMarkOfAnotherEncoding(t *testing.T) {
	for _, c := range []struct {
		text string
		e    csvio.Encoding
	}{
		{"\xFE\xFF\x00a\x00\n\x001", csvio.UTF16LE}, {"\xFF\xFEa\x00\n\x001\x00", csvio.UTF16BE}, {"\xEF\xBB\xBFa\n1\n", csvio.UTF16LE}, {"\xFF\xFEa\x00\n\x001\x00", csvio.UTF8}, {"\x00\x00\xFE\xFF\x00\x00\x00a", csvio.UTF32LE},
	} {
		_, err := read(t, csvio.ReadOptions{Encoding: c.e}, c.text)
		require.ErrorContains(t, err, "begins with the byte order mark of")
		require.ErrorContains(t, err, fmt.Sprintf("ReadOptions.Encoding is %s: leave it out", c.e))
	}
}

func TestFewNULs(t *testing.T) {
	for _, text := range []string{"s,i\n\x00,1\n\x00,2\n", "s,i\na\x00,1\nb\x00,2\n", "s,i\n\x00\x00,1\nx,2\n", "s,i\n\x00x\x00,1\n\x00y,2\n", "s,i\n\"\x00\",1\nb,2\n"} {
		f, err := read(t, csvio.ReadOptions{}, text)
		require.NoError(t, err)
		require.Equal(t, []string{"s", "i"}, f.Names(), "%q", text)
		require.Equal(t, 2, f.NumRows())
		require.Contains(t, written(t, f), "\x00")
	}
}

// TestACutLastCharacter: text of ASCII but for a character of UTF-8 that the end cuts.
func TestACutLastCharacter(t *testing.T) {
	for _, cut := range []string{"\xF0\x9F\x98", "\xF0\x9F", "x\xE2\x82", "\xE4\xBA", "\"a,\xE3\x81"} {
		for _, head := range []string{"id,s\n1,ok\n", "id,s\n" + strings.Repeat("1,plain\n", 30_000), "id,s\n1,größe\n"} {
			for _, read := range []func(testing.TB, csvio.ReadOptions, string) (*frame.Frame, error){read, streamed} {
				_, err := read(t, csvio.ReadOptions{}, head+"2,"+cut)
				require.Error(t, err)
				if cut[0] != '"' {
					require.Regexp(t, "is no UTF-8: it ends inside a character, as a text that was cut does|is no UTF-8, which the rest of the text is", err)
				}
				f, err := read(t, csvio.ReadOptions{OnError: chunker.Skip()}, head+"2,"+cut)
				if cut[0] != '"' {
					require.NoError(t, err)
					require.Equal(t, strings.Count(head, "\n")-1, f.NumRows())
				}
			}
		}
	}
}

func TestEncodingsOfSevenBits(t *testing.T) {
	head := "id,s\n1,plain\n"
	for _, text := range []string{"2,~{VPND~}\n3,~{1>>)~}, ok\n4,~{#,~}\n", "2,~{0!=.!\"~}\n", "2,a~{VPND~}b~{J}>]~}\n"} {
		f, err := read(t, csvio.ReadOptions{Header: csvio.Present}, head+text)
		if err == nil {
			require.Contains(t, f.String(), "plain")
			require.NotContains(t, written(t, f), "~{")
		}
	}
	for _, text := range []string{"2,~{VPND~}\n", "2,~{NAME~}\n3,~{VALU~}\n"} {
		_, err := read(t, csvio.ReadOptions{}, head+text)
		require.ErrorContains(t, err, "it may be HZ-GB-2312 (Chinese), or UTF-8 in which ~{ and ~} stand for themselves")
	}
	for _, text := range []string{"2,~{~}\n", "2,~{x\n3,~}\n", "2,~{name~}\n", "2,~{value}\n", "2,~{VPND~}\n3,~{a~}\n"} {
		f, err := read(t, csvio.ReadOptions{}, head+text)
		require.NoError(t, err)
		require.Contains(t, written(t, f), "~{")
	}
	for _, text := range []string{"\x1B$)C" + head + "2,\x0E0!\x0F\n", head + "\x1B$)C2,\x0E0!10\x0F,x\n"} {
		_, err := read(t, csvio.ReadOptions{}, text)
		require.ErrorContains(t, err, "it is ISO-2022-KR (Korean), which is not read")
	}
	_, err := read(t, csvio.ReadOptions{}, head+"2,\x1B$)A\x0E0!10\x0F\n")
	require.ErrorContains(t, err, "it is ISO-2022-CN (Chinese)")
	// What cuts an escape or a pair makes a bad value.
	for _, text := range []string{"2,\x1B$B8l\x1B(", "2,\x1B$B8l\x1B", "2,\x1B$B8l8", "2,\x1B$B8l\x1B(B\n3,\x1B$", "2,\x1B$B8l\x1B(B\n3,x\x1B$B8"} {
		for _, read := range []func(testing.TB, csvio.ReadOptions, string) (*frame.Frame, error){read, streamed} {
			_, err := read(t, csvio.ReadOptions{}, head+text)
			require.ErrorContains(t, err, "has bytes that are no ISO-2022-JP", "%q", text)
		}
	}
}
