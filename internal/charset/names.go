package charset

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/volley-go/volley/internal/near"
)

// known are the encodings, each at the place of its number: their names, other names by which IANA,
// the WHATWG and the tools of systems call them, and how they are decoded, if it is by tables.
var known = []struct {
	name    string
	aliases string
	from    encoding.Encoding
}{
	{name: "unknown"},
	{"UTF-8", "unicode-1-1-utf-8 unicode20utf8 x-unicode20utf8 utf8-bom utf-8-sig utf8mb4 cp65001 65001 ascii us-ascii ansi_x3.4-1968 iso646-us", nil},
	{"UTF-16LE", "utf-16 ucs-2 ucs-2le unicode csunicode iso-10646-ucs-2 cp1200", nil},
	{"UTF-16BE", "unicodefffe ucs-2be cp1201", nil},
	{"UTF-32LE", "utf-32 ucs-4 ucs-4le cp12000", nil},
	{"UTF-32BE", "ucs-4be cp12001", nil},
	{"ISO-8859-1", "latin1 l1 iso8859-1 iso_8859-1:1987 iso-ir-100 csisolatin1 cp819 ibm819 28591", charmap.ISO8859_1},
	{"Windows-1252", "cp1252 x-cp1252 1252 ansi", charmap.Windows1252},

	{"ISO-8859-2", "latin2 l2 iso8859-2 iso_8859-2:1987 iso-ir-101 csisolatin2 cp28592", charmap.ISO8859_2},
	{"ISO-8859-3", "latin3 l3 iso8859-3 iso_8859-3:1988 iso-ir-109 csisolatin3 cp28593", charmap.ISO8859_3},
	{"ISO-8859-4", "latin4 l4 iso8859-4 iso_8859-4:1988 iso-ir-110 csisolatin4 cp28594", charmap.ISO8859_4},
	{"ISO-8859-5", "cyrillic iso8859-5 iso_8859-5:1988 iso-ir-144 csisolatincyrillic cp28595", charmap.ISO8859_5},
	{"ISO-8859-6", "arabic iso8859-6 iso_8859-6:1987 iso-ir-127 csisolatinarabic asmo-708 ecma-114 cp28596 iso-8859-6-e csiso88596e iso-8859-6-i csiso88596i", charmap.ISO8859_6},
	{"ISO-8859-7", "greek greek8 iso8859-7 iso_8859-7:1987 iso-ir-126 csisolatingreek ecma-118 elot_928 sun_eu_greek cp28597", charmap.ISO8859_7},
	{"ISO-8859-8", "hebrew iso8859-8 iso_8859-8:1988 iso-ir-138 csisolatinhebrew visual cp28598 iso-8859-8-e csiso88598e iso-8859-8-i csiso88598i logical", charmap.ISO8859_8},
	{"ISO-8859-9", "latin5 l5 iso8859-9 iso_8859-9:1989 iso-ir-148 csisolatin5 cp28599", charmap.ISO8859_9},
	{"ISO-8859-10", "latin6 l6 iso8859-10 iso-ir-157 csisolatin6 iso_8859-10:1992", charmap.ISO8859_10},
	{"ISO-8859-13", "latin7 l7 iso8859-13 csiso885913 cp28603", charmap.ISO8859_13},
	{"ISO-8859-14", "latin8 l8 iso8859-14 csiso885914 iso-celtic", charmap.ISO8859_14},
	{"ISO-8859-15", "latin9 latin-9 l9 iso8859-15 csiso885915 csisolatin9 cp28605", charmap.ISO8859_15},
	{"ISO-8859-16", "latin10 l10 iso8859-16 csiso885916 iso-ir-226", charmap.ISO8859_16},
	{"Windows-874", "cp874 dos-874 874 tis-620 iso-8859-11 iso8859-11 iso885911 thai cswindows874", charmap.Windows874},
	{"Windows-1250", "cp1250 x-cp1250 1250 cswindows1250", charmap.Windows1250},
	{"Windows-1251", "cp1251 x-cp1251 1251 cswindows1251", charmap.Windows1251},
	{"Windows-1253", "cp1253 x-cp1253 1253 cswindows1253", charmap.Windows1253},
	{"Windows-1254", "cp1254 x-cp1254 1254 cswindows1254 turkish", charmap.Windows1254},
	{"Windows-1255", "cp1255 x-cp1255 1255 cswindows1255", charmap.Windows1255},
	{"Windows-1256", "cp1256 x-cp1256 1256 cswindows1256", charmap.Windows1256},
	{"Windows-1257", "cp1257 x-cp1257 1257 cswindows1257 baltic", charmap.Windows1257},
	{"Windows-1258", "cp1258 x-cp1258 1258 cswindows1258 vietnamese", charmap.Windows1258},
	{"KOI8-R", "koi8 koi koi8r cskoi8r cp20866 russian", charmap.KOI8R},
	{"KOI8-U", "koi8u koi8-ru cskoi8u cp21866 ukrainian", charmap.KOI8U},
	{"Macintosh", "mac macroman mac-roman x-mac-roman csmacintosh cp10000", charmap.Macintosh},
	{"x-mac-cyrillic", "maccyrillic mac-cyrillic x-mac-ukrainian cp10007", charmap.MacintoshCyrillic},
	{"IBM437", "cp437 437 dos-437 cspc8codepage437", charmap.CodePage437},
	{"IBM850", "cp850 850 dos-850 cspc850multilingual", charmap.CodePage850},
	{"IBM852", "cp852 852 dos-852 cspcp852", charmap.CodePage852},
	{"IBM855", "cp855 855 dos-855 csibm855", charmap.CodePage855},
	{"IBM00858", "cp858 858 ibm858 cp00858 ccsid00858 pc-multilingual-850+euro csibm00858", charmap.CodePage858},
	{"IBM860", "cp860 860 dos-860 csibm860", charmap.CodePage860},
	{"IBM862", "cp862 862 dos-862 cspc862latinhebrew", charmap.CodePage862},
	{"IBM863", "cp863 863 dos-863 csibm863", charmap.CodePage863},
	{"IBM865", "cp865 865 dos-865 csibm865", charmap.CodePage865},
	{"IBM866", "cp866 866 dos-866 csibm866", charmap.CodePage866},
	{"IBM775", "cp775 775 dos-775 cspc775baltic", page775},
	{"IBM737", "cp737 737 dos-737", page737},
	{"IBM857", "cp857 857 dos-857 csibm857", page857},
	{"IBM869", "cp869 869 dos-869 cp-gr csibm869", page869},
	{"IBM720", "cp720 720 dos-720", page720},
	{"IBM861", "cp861 861 dos-861 cp-is csibm861", page861},
	{"IBM1125", "cp1125 1125 cp866u ruscii", page1125},
	{"x-mac-ce", "maccentraleurope mac-latin2 mac-centraleurope x-mac-centraleurroman cp10029", pageMacCE},
	{"x-mac-turkish", "macturkish cp10081", pageMacTurkish},
	{"x-mac-greek", "macgreek cp10006", pageMacGreek},
	{"x-mac-icelandic", "maciceland mac-icelandic cp10079", pageMacIcelandic},
	{"x-mac-croatian", "maccroatian cp10082", pageMacCroatian},
	{"x-mac-romanian", "macromania mac-romanian cp10010", pageMacRomanian},
	{"IBM037", "cp037 037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl csibm037", charmap.CodePage037},
	{"IBM01047", "cp1047 1047 ibm1047 ibm-1047", charmap.CodePage1047},
	{"IBM01140", "cp1140 1140 ibm1140 ccsid01140 cp01140 ebcdic-us-37+euro csibm01140", charmap.CodePage1140},
	{"GBK", "cp936 936 ms936 windows-936 gb2312 gb_2312 gb_2312-80 euc-cn x-euc-cn csgb2312 csgbk csiso58gb231280 iso-ir-58 x-gbk chinese", simplifiedchinese.GBK},
	{"GB18030", "gb-18030 cp54936 csgb18030", simplifiedchinese.GB18030},
	{"HZ-GB-2312", "hz hzgb2312 cp52936", simplifiedchinese.HZGB2312},
	{"Big5", "big5-hkscs cp950 950 windows-950 ms950 cn-big5 csbig5 x-x-big5", traditionalchinese.Big5},
	{"Shift_JIS", "shiftjis shift-jis sjis x-sjis csshiftjis ms_kanji mskanji cp932 932 ms932 windows-932 windows-31j cswindows31j", japanese.ShiftJIS},
	{"EUC-JP", "eucjp x-euc-jp ujis cseucpkdfmtjapanese cp51932 cp20932", japanese.EUCJP},
	{"ISO-2022-JP", "iso2022jp csiso2022jp jis cp50220 cp50221", japanese.ISO2022JP},
	{"EUC-KR", "euckr uhc cp949 949 ms949 windows-949 cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 cp51949", korean.EUCKR},
}

func (e Encoding) String() string {
	if e < 0 || int(e) >= len(known) {
		return fmt.Sprintf("Encoding(%d)", int(e))
	}
	return known[e].name
}

// Names are the names of the encodings, one for each.
func Names() []string {
	var names []string
	for _, k := range known[1:] {
		names = append(names, k.name)
	}
	return names
}

var byName = sync.OnceValue(func() map[string]Encoding {
	m := map[string]Encoding{}
	for i, k := range known[1:] {
		for _, name := range append(strings.Fields(k.aliases), k.name) {
			m[fold(name)] = Encoding(i + 1)
		}
	}
	return m
})

// fold leaves of a name what tells names apart: letters in lower case, and digits.
func fold(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+':
			return c
		}
		return -1
	}, name)
}

// Named finds an encoding by a name that IANA, the WHATWG or systems' tools give it; case, dashes,
// blanks and other signs make no difference.
func Named(name string) (Encoding, error) {
	if e, ok := byName()[fold(name)]; ok {
		return e, nil
	}
	return Unknown, unknown(name)
}

func unknown(name string) error {
	var all []string
	for _, k := range known[1:] {
		all = append(append(all, k.name), strings.Fields(k.aliases)...)
	}
	// Names that differ in their digits are different encodings, and what one reads as another is
	// wrong.
	all = slices.DeleteFunc(all, func(n string) bool { return digits(n) != digits(name) })
	if n := near.Name(name, all); n != "" {
		return fmt.Errorf("no encoding %q is known; did you mean %q?", name, n)
	}
	if digits(name) != "" {
		return fmt.Errorf("no encoding %q is known: convert the file first (iconv -f %s -t UTF-8)", name, name)
	}
	return fmt.Errorf("no encoding %q is known%s", name, near.Hint(name, Names()))
}

func digits(name string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, name)
}

// named is an encoding of the list above.
func named(name string) Encoding {
	e, err := Named(name)
	if err != nil {
		panic(err)
	}
	return e
}

var (
	iso2022JP = named("ISO-2022-JP")
	hz        = named("HZ-GB-2312")
	eucJP     = named("EUC-JP")
	gbk       = named("GBK")
	gb18030   = named("GB18030")
)
