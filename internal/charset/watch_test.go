package charset

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rowsOf are rows whose second field is one of the words, in turn.
func rowsOf(t *testing.T, encoding, words string, n int) string {
	t.Helper()
	all := strings.Fields(words)
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d,%s,x%d\n", i, all[i%len(all)], i%7)
	}
	out, ok := encodedAs(named(encoding), b.String())
	require.True(t, ok)
	return string(out)
}

const french = "café élève garçon forêt là hôtel première Noël où déjà naïve goût"

// watched reads a text that begins as French in Windows-1252.
func watched(t *testing.T, text string) error {
	t.Helper()
	head := rowsOf(t, "cp1252", french, 200)
	var v Evidence
	v.Add([]byte(head), false)
	e, why := v.Found()
	require.Equal(t, Windows1252, e, why)
	r := NewReader(strings.NewReader(head+text), e, 0)
	r.Watch(&v, "say what it is")
	_, err := io.Copy(io.Discard, r)
	return err
}

func TestATailInAnotherEncodingIsSeen(t *testing.T) {
	western := rowsOf(t, "cp1252", french, 8_000)
	for _, c := range []struct{ encoding, words, want string }{
		{"cp1251", "Москва Казань Нижний Новгород работа Имя", "it "},
		{"koi8-r", "Москва Казань Нижний Новгород работа Имя", "it "},
		{"cp1250", "Łódź Gdańsk żółć było Kraków Białystok Częstochowa", "it "},
		{"iso-8859-2", "Dvořák Příjmení Množství kůň žluťoučký", "it "},
		{"cp1254", "Işık çağ Şanlıurfa Muğla Müşteri Satış Öğrenci", "it "},
		{"cp1253", "Αθήνα Θεσσαλονίκη Πάτρα Λάρισα", "it "},
		{"euc-kr", "서울 부산 이름 비고 성명", "EUC-KR"},
		{"gbk", "北京 上海 广州 深圳 姓名", "GB18030"},
		{"utf-8", french, mixture},
	} {
		for _, n := range []int{100, 2000} {
			var tail string
			if tail = strings.Repeat("é,größe,œuvre\n", n); c.encoding != "utf-8" {
				tail = rowsOf(t, c.encoding, c.words, n)
			}
			for _, text := range []string{western + tail, western + tail + western, strings.Repeat("1,plain\n", 20_000) + tail} {
				err := watched(t, text)
				require.ErrorContains(t, err, "was taken for Windows-1252, and is not that from about byte", "%s %d", c.encoding, n)
				require.ErrorContains(t, err, c.want)
			}
		}
	}
}

// TestWhatIsWindows1252ThroughoutIsRead: whatever its language, and in whichever order its rows
// are.
func TestWhatIsWindows1252ThroughoutIsRead(t *testing.T) {
	for _, words := range []string{
		french, "Zürich", "Peña", "São", "Würde Brüder schließlich größere Häuser Österreich", "España niño Málaga según Núñez código", "födda värde rättigheter på Åland Örebro", "født rettigheder Søren Ærø København",
		"“quoted” it’s €5 20° ½ naïve", "Müller García Björk Søren François Núñez Zoë Ångström Peña José Muñoz Gonçalves", "João coração às três ninguém não porções avô", "määrää tämä työ syntyvät järki",
	} {
		require.NoError(t, watched(t, rowsOf(t, "cp1252", words, 3000)), words)
		sorted := ""
		for _, w := range strings.Fields(words) {
			sorted += rowsOf(t, "cp1252", w, 400)
		}
		require.NoError(t, watched(t, sorted), words)
	}
}
