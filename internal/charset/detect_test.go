package charset

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// prose is a sentence or two of many languages, and the encodings in which it is written beside
// UTF-8.
var prose = []struct {
	language, encodings, text string
}{
	{"German", "windows-1252 iso-8859-1", "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft begabt und sollen einander im Geist der Brüderlichkeit begegnen, schließlich größere Häuser für Österreich und die Müllerstraße Köln Übung Fußgänger Äpfel Öl Verkäufer"},
	{"French", "windows-1252 iso-8859-1", "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et doivent agir dans un esprit de fraternité, où le garçon à l'hôtel a reçu la première réponse déjà"},
	{"Spanish", "windows-1252 iso-8859-1", "Todos los seres humanos nacen libres e iguales, dotados como están de razón y conciencia. Mañana el niño comerá jamón en Málaga, según la señora Núñez, ¿verdad? ¡Sí! También el pingüino Código Teléfono Año Córdoba Peñíscola Educación"},
	{"Portuguese", "windows-1252 iso-8859-1", "Todos os seres humanos nascem livres e iguais em dignidade. São Paulo, informação, coração, avô, café, três, às vezes, ninguém está aí, não há razão, porções e limões"},
	{"Italian", "windows-1252 iso-8859-1", "Tutti gli esseri umani nascono liberi ed eguali in dignità. La città è più bella perché così può essere, la libertà, l'università, e la società già"},
	{"Swedish", "windows-1252 iso-8859-1", "Alla människor är födda fria och lika i värde och rättigheter. De är utrustade med förnuft och bör handla gentemot varandra i en anda av broderskap på Åland och i Örebro"},
	{"Finnish", "windows-1252 iso-8859-1", "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä, määrää tämä työ"},
	{"Danish", "windows-1252 iso-8859-1", "Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med fornuft, og de bør handle mod hverandre i en broderskabets ånd, Søren på Ærø, København, Århus"},
	{"Norwegian", "windows-1252 iso-8859-1", "Alle mennesker er født frie og med samme menneskeverd. De er utstyrt med fornuft og bør handle mot hverandre i brorskapets ånd, på Tromsø, Ålesund, Bodø, Værøy"},
	{"Icelandic", "windows-1252 iso-8859-1", "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum. Menn eru gæddir vitsmunum og samvisku, og ber þeim að breyta bróðurlega hverjum við annan. Það þýðir"},
	{"Dutch", "windows-1252 iso-8859-1", "Alle mensen worden vrij geboren. België, coördinatie, geïnteresseerd, één, ideeën, reünie, Israël"},
	{"Catalan", "windows-1252 iso-8859-1", "Tots els éssers humans neixen lliures i iguals en dignitat i en drets. Són dotats de raó i de consciència, i han de comportar-se fraternalment, això és així perquè sí, à Barcelona, qüestió, plaça, col·legi"},
	{"names", "windows-1252 iso-8859-1", "Müller García Björk Søren François Núñez Zoë Bjørnstad Ångström Peña José Muñoz Gonçalves Jürgen Renée André"},
	{"prices", "windows-1252", "Café crème €3 “fine” naïve – 20° 5 µm £10 “It’s” §4 © 2020 ½ résumé"},

	{"Polish", "windows-1250 iso-8859-2 cp852 iso-8859-13 x-mac-ce", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa. Łódź, Gdańsk, żółć, było, Kraków Białystok Częstochowa Śląskie Małopolskie Imię"},
	{"Czech", "windows-1250 iso-8859-2 cp852 x-mac-ce", "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni rozumem a svědomím a mají spolu jednat v duchu bratrství. Příliš žluťoučký kůň úpěl ďábelské ódy, Plzeň, Brno, Děčín Ústí nad Labem Jméno Příjmení Množství Dvořák"},
	{"Slovak", "windows-1250 iso-8859-2 x-mac-ce", "Všetci ľudia sa rodia slobodní a sebe rovní, čo sa týka ich dôstojnosti a práv. Sú obdarení rozumom a majú navzájom jednať v bratskom duchu, Košice, Žilina, Prešov, Trenčín"},
	{"Hungarian", "windows-1250 iso-8859-2 x-mac-ce", "Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek ésszel és lelkiismerettel bírván egymással szemben testvéri szellemben kell hogy viseltessenek. Győr, fűtő, erdő, hűvös, szőlő Nyíregyháza Székesfehérvár Szűcs Összeg"},
	{"Romanian", "windows-1250 iso-8859-16", "Toate fiinţele umane se nasc libere şi egale în demnitate şi în drepturi. Ele sunt înzestrate cu raţiune şi conştiinţă şi trebuie să se comporte, Bucureşti, Iaşi, Braşov, Timişoara, Constanţa"},
	{"Croatian", "windows-1250", "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima. Ona su obdarena razumom i sviješću, Đakovo, Čakovec, Šibenik, Požega, riječ, mogućnost, rođen"},
	{"Turkish", "windows-1254 iso-8859-9 iso-8859-3 cp857 x-mac-turkish", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. İstanbul, Eskişehir, Diyarbakır, Işık, çağ İzmir Şanlıurfa Muğla Müşteri Satış Öğrenci"},
	{"Lithuanian", "windows-1257 iso-8859-13 iso-8859-4 cp775", "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis. Jiems suteiktas protas ir sąžinė ir jie turi elgtis vienas kito atžvilgiu kaip broliai, šešėlis, ąžuolas, įmonė, Šiauliai"},
	{"Latvian", "windows-1257 iso-8859-13 iso-8859-4 cp775", "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās. Viņi ir apveltīti ar saprātu un sirdsapziņu, un viņiem jāizturas citam pret citu brālības garā, Rīga, Jūrmala, Liepāja, ķirbis"},
	{"Maltese", "iso-8859-3", "Ħal Għaxaq, Żejtun, Ġgantija, Ċirkewwa, Marsaxlokk, għaliex, ħobż, ġurnata, żmien, ċavetta, Birżebbuġa, Ħamrun"},
	{"Esperanto", "iso-8859-3", "ĉiuj homoj estas denaske liberaj, ŝajnas, ĝardeno, antaŭ, ĵaŭdo, ĥoro, ĉevalo, aŭtuno, ŝipo"},
	{"Estonian", "windows-1257 iso-8859-13 iso-8859-4 cp775", "Kõik inimesed sünnivad vabadena ja võrdsetena oma väärikuselt, Pärnu, Jõhvi, Võru, Põltsamaa, Šveits, žanr"},
	{"Greek", "windows-1253 iso-8859-7 cp737 cp869 x-mac-greek", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Αθήνα, Θεσσαλονίκη, Πάτρα, Λάρισα"},
	{"Hebrew", "windows-1255 iso-8859-8", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, ירושלים, חיפה, אשדוד"},
	{"Arabic", "windows-1256 iso-8859-6 cp720", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء القاهرة دمشق"},
	{"Thai", "windows-874", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ กรุงเทพ เชียงใหม่ ภูเก็ต ขอนแก่น"},
	{"Russian", "koi8-r windows-1251 cp866 iso-8859-5 mac-cyrillic cp855", "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью, Москва, Санкт-Петербург, Казань, раба, работа Имя Фамилия Нижний Новгород ДА НЕТ МОСКВА"},
	{"Ukrainian", "koi8-u windows-1251", "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю, Київ, Львів, Харків, їжак, Євген"},
	{"Bulgarian", "windows-1251", "Всички хора се раждат свободни и равни по достойнство и права. Те са надарени с разум и съвест, София, Пловдив, Варна, ъгъл"},
	{"Chinese", "gbk gb18030", "人人生而自由 在尊严和权利上一律平等 他们赋有理性和良心 并应以兄弟关系的精神相对待 北京 上海 广州 深圳 中文测试数据 姓名 年龄 重庆 张伟 产品名称"},
	{"traditional Chinese", "big5", "人人生而自由 在尊嚴和權利上一律平等 他們賦有理性和良心 並應以兄弟關係的精神相對待 臺北 高雄 許功蓋 中文測試"},
	{"Japanese", "shift_jis euc-jp iso-2022-jp", "すべての人間は 生まれながらにして自由であり かつ 尊厳と権利とについて平等である 東京都 大阪 ソフトウェア 表示 名前 札幌 氏名 年齢 横浜 株式会社 はい いいえ"},
	{"Korean", "euc-kr", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다 인간은 천부적으로 이성과 양심을 부여받았으며 서울 부산 이름 값 비고 성명 나이 김철수 주식회사 예 아니오"},
	{"Vietnamese", "windows-1258", "Tâ\u0301t ca\u0309 mo\u0323i ngươ\u0300i sinh ra đê\u0300u đươ\u0323c tư\u0323 do va\u0300 bi\u0300nh đă\u0309ng vê\u0300 nhân phâ\u0309m va\u0300 quyê\u0300n"},
}

// tablesOf makes small and large tables of a text: of its words by one, two and five, of its
// beginning, and of many rows.
func tablesOf(text string) map[string]string {
	out := map[string]string{}
	words := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,.?¿¡!;", c) })
	for _, n := range []int{1, 2, 5, 20} {
		for i := 0; i+n <= len(words); i += n {
			out[fmt.Sprintf("%d words from %d", n, i)] = "id,name\n1," + strings.Join(words[i:i+n], " ") + "\n"
		}
	}
	var b strings.Builder
	b.WriteString("id;name;value\n")
	for i := range 300 {
		fmt.Fprintf(&b, "%d;%s;%d.5\n", i, words[i%len(words)], i)
	}
	out["many rows"] = b.String()
	out["prose"] = "\"" + text + "\"\n"
	return out
}

// encodedAs writes a text in an encoding; ok is false where it has characters that the encoding
// lacks.
func encodedAs(e Encoding, text string) (b []byte, ok bool) {
	out, err := known[e].from.NewEncoder().Bytes([]byte(text))
	return out, err == nil
}

func decoded(t *testing.T, e Encoding, b []byte) string {
	t.Helper()
	if e == UTF8 {
		return string(b)
	}
	text, err := io.ReadAll(NewReader(bytes.NewReader(b), e, 0))
	require.NoError(t, err)
	return string(text)
}

func TestTextsAreReadRightOrRefused(t *testing.T) {
	tried, wrong := 0, 0 // a word or two does not always tell
	for _, p := range prose {
		for _, name := range strings.Fields(p.encodings) {
			e, err := Named(name)
			require.NoError(t, err)
			for kind, text := range tablesOf(p.text) {
				b, ok := encodedAs(e, text)
				if !ok || ASCII(b) && e != iso2022JP || name == "cp852" && strings.HasPrefix(kind, "1 word") {
					continue
				}
				found, why := detect(b, true)
				if western := strings.HasPrefix(p.encodings, "windows-1252"); western && (kind == "many rows" || kind == "prose") {
					require.Equal(t, Windows1252, found, "%s %s %s: %s", p.language, name, kind, why)
				}
				if found == UTF8 && !utf8.Valid(b) {
					continue // its rows are bad, which is told
				}
				if found == Unknown {
					if kind == "many rows" {
						require.NotContains(t, why, "it may be", "%s %s", p.language, name)
					}
					continue
				}
				tried++
				if got := decoded(t, found, b); got != text {
					require.Regexp(t, "^[125] words", kind, "%s in %s: %q", p.language, name, got)
					wrong++
				}
			}
		}
	}
	require.Less(t, wrong*12, tried)
}

func TestWhatATextLooksLike(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"euc-kr", "이름,값,비고\n서울특별시,1,좋아요\n", "EUC-KR (Korean)"},
		{"gbk", "姓名,城市\n张伟,重庆\n中文测试数据,北京\n", "GB18030 (Chinese)"},
		{"big5", "姓名,城市\n張偉,臺北\n許功蓋,高雄\n", "Big5 (Chinese)"},
		{"euc-jp", "名前,値\n東京都千代田区丸の内,1\n", "EUC-JP (Japanese)"},
		{"shift_jis", "名前,値\n東京都千代田区丸の内,1\n表示,2\n", "Shift_JIS (Japanese)"},
		{"koi8-r", "имя,значение\nМосква,1\nСанкт-Петербург,2\nКазань,3\n", "KOI8-R (Russian)"},
		{"windows-1251", "имя,значение\nМосква,1\nСанкт-Петербург,2\nКазань,3\n", "Windows-1251 (Russian)"},
		{"cp866", "имя,значение\nМосква,1\nСанкт-Петербург,2\nКазань,3\n", "IBM866 (Russian)"},
		{"windows-1253", "όνομα,τιμή\nΑθήνα,1\nΘεσσαλονίκη,2\n", "(Greek)"},
		{"windows-1250", "jméno,částka\nPříliš žluťoučký kůň,1\nDěčín,2\n", "Windows-1250 (Czech)"},
		{"windows-1254", "müşteri,tutar\nIşık çağ,1\nŞanlıurfa,2\n", "Windows-1254 (Turkish)"},
		{"iso-8859-15", "nom,prix\ncœur,5 €\nsœur,7 €\nélève,3 €\n", "ISO-8859-15"},
		{"macintosh", "nom,prix\nélève,5\nforêt,7\npremière,3\n", "Macintosh"},
	} {
		e, err := Named(c.name)
		require.NoError(t, err)
		b, ok := encodedAs(e, c.text)
		require.True(t, ok, c.name)
		found, why := detect(b, true)
		require.Equal(t, Unknown, found, c.name)
		require.Contains(t, why, c.want)
	}
}

func TestWhatLooksLikeNothingIsNotNamed(t *testing.T) {
	for text, want := range map[string]string{
		"1,K\xD3dainiai\n": "or IBM775 (Lithuanian)",
		"\xC9\xC4\x6B\xD5\xC1\xD4\xC5\x25\xF1\x6B\xE2\x25": "it looks like EBCDIC, of which",
		"\x95\x81\x94\x85\x6B\x98\x25\xA2\x40\xF2\xF0\x25": "it looks like EBCDIC, of which",
	} {
		e, why := detect([]byte(text), true)
		require.Equal(t, Unknown, e, "%q", text)
		require.Contains(t, why, want, "%q", text)
		require.NotContains(t, why, "(names)")
	}
}

func TestUTF8WithBadBytesIsUTF8(t *testing.T) {
	good := strings.Repeat("1,é\n", 50)
	for _, text := range []string{
		good + "2,caf\xE9\n" + good,
		"2,caf\xE9\n" + good,
		good + "2,Z\xC3",
		"id,b\n1,é\n2,ü\n3,Z\xC3\xC3",
		"名前,値\n東京\xE4\xBA,1\n大阪,2\n京都,3\n",
		good + "\xFF\xFE\xFD\n" + good,
		strings.Repeat("Ωμέγα,ж\n", 9) + "\x80,\x81\n",
		"🎈,1\n🎈,2\n\xF0\x9F\x8E,3\n",
	} {
		e, why := detect([]byte(text), true)
		require.Equal(t, UTF8, e, "%q: %s", text, why)
		require.Regexp(t, "no UTF-8|is cut", why)
	}
	mixed := strings.Repeat("1,é\n", 5) + strings.Repeat("2,caf\xE9\n", 20)
	e, why := detect([]byte(mixed), true)
	require.Equal(t, Unknown, e)
	require.Contains(t, why, "some of the text looks like UTF-8")
	e, _ = detect([]byte("s\ncaf\xE9"), true)
	require.Equal(t, Windows1252, e, "a last letter that could begin a character of UTF-8")
}

func TestEvidenceIsOfAllParts(t *testing.T) {
	var v Evidence
	v.Add([]byte("id,s\n1,plain\n2,caf\xE9\n"), false)
	e, _ := v.Found()
	require.Equal(t, Windows1252, e)
	v.Add([]byte("\xA9\n3,é\n4,ü\n5,ß\n6,Łódź\n"), false) // begins inside a character
	e, _ = v.Found()
	require.Equal(t, UTF8, e)
}

func TestFewNULsAreNoUTF16(t *testing.T) {
	for _, s := range []string{
		"s,i\n\x00,1\n\x00,2\n", "a\x00,1\nb\x00,2\n", "1,\x00\n2,\x00\n", "id,s\n1,ab\x00\x00\x00\x00\n", "\x00\x00\x00\x00\x00\x00\x00\x00", "a,b\n\x00\x00,\x00\n",
	} {
		e, why := detect([]byte(s), true)
		require.Equal(t, UTF8, e, "%q: %s", s, why)
	}
	for _, s := range []string{"a,b\n1,2\n", "имя,город\nОльга,Москва\nИван,Казань\n", "姓名,城市,x\n张伟,重庆,1\n王芳,北京,2\n", "s\nŁódź\n", strings.Repeat("не,да\n", 400), "x\tyy\r\n1\t22\r\n"} {
		for _, e := range []Encoding{UTF16LE, UTF16BE} {
			got, why := detect(encode(e, s), true)
			require.Equal(t, e, got, "%q: %s", s, why)
		}
	}
}

func TestWhatWasTakenForWindows1252IsWatched(t *testing.T) {
	head := []byte("id,name\n1,café\n2,Müller\n3,garçon\n")
	latin, _ := encodedAs(Windows1252, string(head))
	russian, _ := encodedAs(named("cp1251"), strings.Repeat("4,Москва\n", 20000))
	czech, _ := encodedAs(named("cp1250"), strings.Repeat("4,Příliš žluťoučký kůň\n", 20000))
	for _, c := range []struct{ more, want string }{
		{strings.Repeat("4,größe\n", 50000), "some of the text looks like UTF-8"},
		{"4,x\x81y\n", "no meaning"},
		{string(russian), "it is neither UTF-8 nor Windows-1252"},
		{string(czech), "it is"},
		{string(bytes.Repeat(latin, 20000)), ""},
		{strings.Repeat("4,plain\n", 50000), ""},
	} {
		var v Evidence
		v.Add(latin, false)
		e, _ := v.Found()
		require.Equal(t, Windows1252, e)
		r := NewReader(strings.NewReader(string(latin)+c.more), e, 0)
		r.Watch(&v, "say what it is")
		_, err := io.ReadAll(r)
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		if c.want == "it is" {
			require.ErrorContains(t, err, "Windows-1252", c.more[:20])
			continue
		}
		require.ErrorContains(t, err, "was taken for Windows-1252", "%.20q", c.more)
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, err, "say what it is")
	}
}

func TestSignsOfWindows1252AreRead(t *testing.T) {
	for _, s := range []string{
		"s\nZürich\n", "s\nCafé\n", "s\nnaïve\n", "s\nRenée\nJosé\n", "s\nMünchen\nKöln\n", "s\nDüsseldorf\n", "s\nMuñoz\n", "s\nEspaña\n", "s\nMálaga\n", "s\nSão Paulo\n", "s\nGonçalves\n", "s\nBrasília\n",
		"s\nKøbenhavn\n", "s\nÅrhus\n", "s\nSøren\n", "s\nMalmö\n", "s\nGöteborg\nVästerås\n", "s\nÅbo\n", "s\nJyväskylä\n", "s\nReykjavík\n", "s\nÞór\nGuðrún\n", "s\nBelgië\n", "s\nNicolò\ncosì\n",
		"s\ncittà\n", "s\nperché\n", "s\nl’été\n", "s\nforêt\nélève\n", "s\ngarçon\n", "s\nFrançois\n", "s\nNoël\n", "s\nStraße\n", "s\nGroßmann\n", "s\nMüller\n", "s\nñandú\n", "s\nseñor\n", "s\nCórdoba\n",
		"temp (°C)\n25.5\n", "price (€)\n5\n", "n,price\n1,€ 5\n2,€ 7.50\n", "n,price\n1,5 €\n2,7.50€\n", "t\n30 °C\n31 °C\n", "t\n30°\n", "area m²\n3\n",
		"s\nit’s\ndon’t\n", "s\n10 – 20\n", "a\n½\n¼\n", "s\n“yes”\n“no”\n", "s\n±5\n", "s,t\n© 2020,x\n", "s\n¿qué?\n", "s\n«oui»\n", "s\n4×4\n", "s\nbrand™\n", "p\n£10\n£20\n",
	} {
		b, ok := encodedAs(Windows1252, s)
		require.True(t, ok)
		e, why := detect(b, true)
		require.Equal(t, Windows1252, e, "%q: %s", s, why)
	}
}

// TestCellsThatAreNULMakeNoUTF16: however many there are, and whatever stands beside them.
func TestCellsThatAreNULMakeNoUTF16(t *testing.T) {
	for _, rows := range []int{3, 4, 5, 50, 500, 5000} {
		for _, c := range []struct{ head, row string }{
			{"a\n", "\x00\n"}, {"abc\n", "\x00\n"}, {"c2\n", "\x00\n\x1a\n"}, {"a\r\n", "\x00\r\n"}, {"a,b\n", "\x00,\x00\n"}, {"a,b\n", "1,\x00\n"},
			{"", "\x00\n"}, {"a\tb\n", "\x00\t1\n"}, {"a\n", "x\n\x00\n"},
		} {
			text := c.head + strings.Repeat(c.row, rows)
			got, _ := detect([]byte(text), true)
			require.Equal(t, UTF8, got, "%.20q, %d rows", text, rows)
		}
	}
}
