package csvio_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

func TestTelephoneNumbersAreText(t *testing.T) {
	for values, kind := range map[string]string{
		"+14155550123 +4915112345678": "utf8",
		"+14155550123 4155550123":     "utf8",
		"+33_123_456_789 +49_301_234": "utf8", // not thousands
		"+49.301.234.567 +1.555.012":  "utf8",
		"+12345678 5":                 "utf8",
		"+1234567 -5":                 "int64",
		"+3 -4":                       "int64",
		"+1.5 +3":                     "float64",
		"+14155550123.5 1":            "float64",
		"14155550123 1":               "int64",
	} {
		text := "p;n\n"
		for v := range strings.FieldsSeq(values) {
			text += strings.ReplaceAll(v, "_", " ") + ";1\n"
		}
		require.Equal(t, kind, sniff(t, csvio.ReadOptions{}, text).Columns[0].Type.String(), values)
	}
	// One that comes later makes its column text; a type that is given holds.
	for _, number := range []string{"5", "5.5"} {
		later := "p,n\n" + strings.Repeat(number+",1\n", 200_000) + "+14155550123,2\n" + strings.Repeat(number+",1\n", 200_000)
		f, err := read(t, csvio.ReadOptions{}, later)
		require.NoError(t, err)
		require.Contains(t, written(t, f), "\n+14155550123,2\n")
	}
	f, err := read(t, csvio.ReadOptions{Types: map[string]arrowType{"p": intType}}, "p,n\n+14155550123,1\n")
	require.NoError(t, err)
	require.Equal(t, "p,n\n14155550123,1\n", written(t, f))
}

func TestDatesThatCanBeReadInTwoWaysNameTheRemedy(t *testing.T) {
	text := "id,when\n1,03/04/2020\n2,05/06/2020\n"
	require.Contains(t, sniff(t, csvio.ReadOptions{}, text).String(), "give ReadOptions.Dates")
	_, err := read(t, csvio.ReadOptions{Types: map[string]arrowType{"when": dateType}}, text)
	require.ErrorContains(t, err, `value "03/04/2020": is no date32: give ReadOptions.Dates`)
	_, err = read(t, csvio.ReadOptions{Dates: csvio.DayFirst, Types: map[string]arrowType{"when": dateType}}, "id,when\n1,03/24/2020\n")
	require.ErrorContains(t, err, "give ReadOptions.Dates")
	_, err = read(t, csvio.ReadOptions{Types: map[string]arrowType{"when": dateType}}, "id,when\n1,soon\n")
	require.NotContains(t, err.Error(), "ReadOptions.Dates")
	f, err := read(t, csvio.ReadOptions{Dates: csvio.MonthFirst}, text)
	require.NoError(t, err)
	require.Equal(t, "id,when\n1,2020-03-04\n2,2020-05-06\n", written(t, f))

	// A stream cannot change its mind: the later value's error names the remedy too.
	st, err := chunker.Open(t.Context(), csvio.ReadOptions{}.From("in", strings.NewReader("id,when\n"+strings.Repeat("1,13/04/2020\n", 40_000)+"2,05/16/2020\n")), chunker.Request{})
	require.NoError(t, err)
	defer st.Close()
	for err == nil {
		part, next := st.Next(t.Context())
		if err = next; err == nil {
			_, err = part(t.Context())
		}
	}
	require.ErrorContains(t, err, "takes this value; or give ReadOptions.Dates")
}
