package expr

import (
	"regexp"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/ir"
)

var layoutsSaid = regexp.MustCompile(`parse\(x, "([^"]*)"\)`)

// TestDatesInAnotherOrderAreToldWithTheirRemedy, and what the message says to write reads them.
func TestDatesInAnotherOrderAreToldWithTheirRemedy(t *testing.T) {
	for text, want := range map[string][2]string{ // day first, month first
		"03/04/2020":          {"2020-04-03 00:00:00", "2020-03-04 00:00:00"},
		"3.4.2020":            {"2020-04-03 00:00:00", "2020-03-04 00:00:00"},
		"03-04-20":            {"2020-04-03 00:00:00", "2020-03-04 00:00:00"},
		"11 12 1999":          {"1999-12-11 00:00:00", "1999-11-12 00:00:00"},
		"03/04/2020 10:20":    {"2020-04-03 10:20:00", "2020-03-04 10:20:00"},
		"03/04/2020T10:20:30": {"2020-04-03 10:20:30", "2020-03-04 10:20:30"},
	} {
		rec := recordOf(written(t, "x", arrow.BinaryTypes.String, text))
		for _, of := range []string{"cast(x, date)", "date(x)", `cast(x, timestamp("us"))`, `year(cast(x, date))`, `cast(x, date) > "2020-01-01"`} {
			_, errs := evalText(t, rec, "r = "+of)
			require.ErrorIs(t, errs[0], ir.ErrCast)
			require.ErrorContains(t, errs[0], "csvio.ReadOptions.Dates", of)
			found := layoutsSaid.FindAllStringSubmatch(errs[0].Error(), -1)
			require.Len(t, found, 2)
			for i, layout := range found {
				got, errs := evalText(t, rec, `r = format(parse(x, "`+layout[1]+`"), "2006-01-02 15:04:05")`)
				require.Empty(t, errs)
				require.Equal(t, []any{want[i]}, got, text)
			}
		}
	}
	for _, text := range []string{"next week", "2020-13-01", "1/2/3/4", "20200101x", "03/04"} {
		rec := recordOf(written(t, "x", arrow.BinaryTypes.String, text))
		_, errs := evalText(t, rec, `r = cast(x, date)`)
		require.ErrorContains(t, errs[0], `parse(x, "layout") reads others`, text)
		_, errs = evalText(t, rec, `r = cast(x, int64)`)
		require.NotContains(t, errs[0].Error(), "parse")
	}
}

// TestATextWhereADateIsNeededIsToldHowToBecomeOne before anything is computed.
func TestATextWhereADateIsNeededIsToldHowToBecomeOne(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "x", Type: arrow.BinaryTypes.String}, {Name: "d", Type: arrow.FixedWidthTypes.Date32}, {Name: "t", Type: arrow.FixedWidthTypes.Timestamp_us},
	}, nil)
	for text, want := range map[string]string{
		"x > d":             "by cast(x, date)",
		"t <= x":            `by cast(x, timestamp("us", "UTC"))`,
		"x == date(t)":      "by cast(x, date)",
		`format(x, "2006")`: `which cast(x, date) or parse(x, "layout") make of a text`,
		"year(x)":           "csvio.ReadOptions.Dates",
		`trunc(x, "day")`:   "csvio.ReadOptions.Dates",
	} {
		_, err := CompileValue(schema, text)
		require.ErrorContains(t, err, want, text)
	}
}
