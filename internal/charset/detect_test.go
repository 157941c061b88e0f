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

// prose is a sentence or two of many languages, and the encodings in which it is written beside UTF-8.
var prose = []struct {
	language, encodings, text string
}{
	{"German", "windows-1252 iso-8859-1", "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft begabt und sollen einander im Geist der Brüderlichkeit begegnen, schließlich größere Häuser für Österreich und die Müllerstraße"},
	{"French", "windows-1252 iso-8859-1", "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et doivent agir dans un esprit de fraternité, où le garçon à l'hôtel a reçu la première réponse déjà"},
	{"Spanish", "windows-1252 iso-8859-1", "Todos los seres humanos nacen libres e iguales, dotados como están de razón y conciencia. Mañana el niño comerá jamón en Málaga, según la señora Núñez, ¿verdad? ¡Sí! También el pingüino"},
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

	{"Polish", "windows-1250 iso-8859-2 cp852", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa. Łódź, Gdańsk, żółć, było, Kraków"},
	{"Czech", "windows-1250 iso-8859-2 cp852", "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni rozumem a svědomím a mají spolu jednat v duchu bratrství. Příliš žluťoučký kůň úpěl ďábelské ódy, Plzeň, Brno, Děčín"},
	{"Slovak", "windows-1250 iso-8859-2", "Všetci ľudia sa rodia slobodní a sebe rovní, čo sa týka ich dôstojnosti a práv. Sú obdarení rozumom a majú navzájom jednať v bratskom duchu, Košice, Žilina, Prešov, Trenčín"},
	{"Hungarian", "windows-1250 iso-8859-2", "Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek ésszel és lelkiismerettel bírván egymással szemben testvéri szellemben kell hogy viseltessenek. Győr, fűtő, erdő, hűvös, szőlő"},
	{"Romanian", "windows-1250 iso-8859-16", "Toate fiinţele umane se nasc libere şi egale în demnitate şi în drepturi. Ele sunt înzestrate cu raţiune şi conştiinţă şi trebuie să se comporte, Bucureşti, Iaşi, Braşov, Timişoara, Constanţa"},
	{"Croatian", "windows-1250", "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima. Ona su obdarena razumom i sviješću, Đakovo, Čakovec, Šibenik, Požega, riječ, mogućnost, rođen"},
	{"Turkish", "windows-1254 iso-8859-9", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. İstanbul, Eskişehir, Diyarbakır, Işık, çağ"},
	{"Lithuanian", "windows-1257 iso-8859-13", "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis. Jiems suteiktas protas ir sąžinė ir jie turi elgtis vienas kito atžvilgiu kaip broliai, šešėlis, ąžuolas, įmonė, Šiauliai"},
	{"Latvian", "windows-1257 iso-8859-13", "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās. Viņi ir apveltīti ar saprātu un sirdsapziņu, un viņiem jāizturas citam pret citu brālības garā, Rīga, Jūrmala, Liepāja, ķirbis"},
	{"Greek", "windows-1253 iso-8859-7", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Αθήνα, Θεσσαλονίκη, Πάτρα, Λάρισα"},
	{"Hebrew", "windows-1255 iso-8859-8", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, ירושלים, חיפה, אשדוד"},
	{"Arabic", "windows-1256 iso-8859-6", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء القاهرة دمشق"},
	{"Thai", "windows-874", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ กรุงเทพ เชียงใหม่ ภูเก็ต ขอนแก่น"},
	{"Russian", "koi8-r windows-1251 cp866 iso-8859-5 mac-cyrillic", "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью, Москва, Санкт-Петербург, Казань, раба, работа"},
	{"Ukrainian", "koi8-u windows-1251", "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю, Київ, Львів, Харків, їжак, Євген"},
	{"Bulgarian", "windows-1251", "Всички хора се раждат свободни и равни по достойнство и права. Те са надарени с разум и съвест, София, Пловдив, Варна, ъгъл"},
	{"Chinese", "gbk gb18030", "人人生而自由 在尊严和权利上一律平等 他们赋有理性和良心 并应以兄弟关系的精神相对待 北京 上海 广州 深圳 中文测试数据"},
	{"traditional Chinese", "big5", "人人生而自由 在尊嚴和權利上一律平等 他們賦有理性和良心 並應以兄弟關係的精神相對待 臺北 高雄 許功蓋 中文測試"},
	{"Japanese", "shift_jis euc-jp iso-2022-jp", "すべての人間は 生まれながらにして自由であり かつ 尊厳と権利とについて平等である 東京都 大阪 ソフトウェア 表示 名前 札幌"},
	{"Korean", "euc-kr", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다 인간은 천부적으로 이성과 양심을 부여받았으며 서울 부산 이름 값 비고"},
	{"Vietnamese", "windows-1258", "Tâ\u0301t ca\u0309 mo\u0323i ngươ\u0300i sinh ra đê\u0300u đươ\u0323c tư\u0323 do va\u0300 bi\u0300nh đă\u0309ng vê\u0300 nhân phâ\u0309m va\u0300 quyê\u0300n"},
}

// tablesOf makes small and large tables of a text: of its words by one, two and five, of its beginning, and of many rows.
func tablesOf(text string) map[string]string {
	out := map[string]string{}
	words := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,.?¿¡!;", c) })
	for _, n := range []int{1, 2, 5} {
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

// encodedAs writes a text in an encoding; ok is false where it has characters that the encoding lacks.
func encodedAs(t *testing.T, e Encoding, text string) (b []byte, ok bool) {
	t.Helper()
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
	for _, p := range prose {
		for _, name := range strings.Fields(p.encodings) {
			tried, refused, wrong := 0, 0, []string(nil)
			for kind, text := range tablesOf(p.text) {
				e, err := Named(name)
				require.NoError(t, err)
				b, ok := encodedAs(t, e, text)
				if !ok || ASCII(b) && e != iso2022JP {
					continue
				}
				tried++
				found, why := detect(b, true)
				if found == Unknown {
					refused++
					if kind == "many rows" || strings.Contains(p.encodings, "windows-1252") {
						t.Logf("%s %s: %s: %q", p.language, name, why, kind+text[min(9, len(text)):min(50, len(text))])
					}
					continue
				}
				if utf8.Valid(b) == (found == UTF8) && decoded(t, found, b) != text {
					wrong = append(wrong, kind+": "+text[:min(len(text), 40)]+" -> "+found.String())
				}
			}
			t.Logf("%-20s %-14s tried %3d refused %3d wrong %d %q", p.language, name, tried, refused, len(wrong), wrong)
		}
	}
}
