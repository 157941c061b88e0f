package csv

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		n       Number
		in, out string // "" for no number of that form
	}{
		{Number{',', 0}, "1,5", "1.5"},
		{Number{',', 0}, "-0,25e3", "-0.25e3"},
		{Number{',', 0}, "12", "12"},
		{Number{',', 0}, "1.5", ""},
		{Number{',', '.'}, "1.234.567,89", "1234567.89"},
		{Number{',', '.'}, "+1.234", "+1234"},
		{Number{',', '.'}, "12.34", ""},
		{Number{',', '.'}, "1234.567", ""},
		{Number{',', '.'}, "1.23,5", ""},
		{Number{'.', ','}, "1,234,567.5", "1234567.5"},
		{Number{'.', ','}, "1234567.5", "1234567.5"},
		{Number{'.', ','}, "1,2,3", ""},
		{Number{'.', ','}, ",234", ""},
		{Number{'.', ','}, "1.5,000", ""},
		{Number{',', ' '}, "1 234,5", "1234.5"},
		{Number{',', ' '}, "1\u00a0234\u202f567", "1234567"},
		{Number{'.', '\''}, "1'234.5", "1234.5"},
		{Number{',', 0}, "nan", "nan"},
	} {
		plain, _, ok := c.n.Plain([]byte(c.in), nil)
		require.Equal(t, c.out != "", ok, "%+v %q", c.n, c.in)
		if ok {
			require.Equal(t, c.out, string(plain))
		}
	}
}

func TestDatesAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		o       DateOrder
		in, out string
	}{
		{YMD, "2018/1/5", "2018-01-05"},
		{YMD, "2018.01.05 7:30", "2018-01-05 07:30"},
		{YMD, "2018-1-5T07:30:01.5Z", "2018-01-05 07:30:01.5Z"},
		{YMD, "18/1/5", ""},
		{DMY, "28/01/2018", "2018-01-28"},
		{DMY, "28.1.2018 23:59", "2018-01-28 23:59"},
		{DMY, "28-Jan-2018", "2018-01-28"},
		{DMY, "28 January 2018", "2018-01-28"},
		{DMY, "28 January", ""},
		{DMY, "01/28/2018", ""},
		{DMY, "29/02/2019", ""},
		{DMY, "28/01.2018", ""},
		{DMY, "28/01/18", ""},
		{MDY, "1/28/2018 12:05 AM", "2018-01-28 00:05"},
		{MDY, "1/28/2018 1:05:09 pm", "2018-01-28 13:05:09"},
		{MDY, "1/28/2018 13:05 PM", ""},
		{MDY, "1/28/2018, 3:04PM +02:00", "2018-01-28 15:04+02:00"},
		{MDY, "Jan 28, 2018", "2018-01-28"},
		{MDY, "jan-28-2018", "2018-01-28"},
		{MDY, "28.01.2018", ""},
		{MDY, "1/28/2018 24:00", ""},
		{MDY, "1/28/2018x", ""},
		{MDY, "Jan 28,", ""},
		{DMY, "", ""},
	} {
		plain, _, ok := c.o.Plain([]byte(c.in), nil)
		require.Equal(t, c.out != "", ok, "%d %q", c.o, c.in)
		if ok {
			require.Equal(t, c.out, string(plain))
			_, _, _, ok = Timestamp(plain)
			require.True(t, ok, "%q", plain)
		}
	}
}

func FuzzFormats(f *testing.F) {
	f.Add("1.234,5")
	f.Add("28/Jan/2018, 3:04 PM")
	f.Fuzz(func(t *testing.T, s string) {
		for _, n := range []Number{{',', '.'}, {'.', ','}, {',', ' '}} {
			n.Plain([]byte(s), nil)
		}
		for o := YMD; o <= MDY; o++ {
			if plain, _, ok := o.Plain([]byte(s), nil); ok {
				if _, ok := Date(plain[:10]); !ok {
					t.Fatalf("%q became %q", s, plain)
				}
			}
		}
	})
}
