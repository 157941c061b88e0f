package expr

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/ir"
)

// TestAnUnknownZoneIsAnError: nothing that looks at the clock of such a column counts in UTC
// instead.
func TestAnUnknownZoneIsAnError(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "t", Type: &arrow.TimestampType{Unit: arrow.Second, TimeZone: "Mars/Olympus_Mons"}},
		{Name: "u", Type: &arrow.TimestampType{Unit: arrow.Second}},
	}, nil)
	for _, text := range []string{
		"hour(t)", "year(t)", "weekday(t)", "date(t)", "cast(t, date)", `trunc(t, "day")`, `add(t, 1, "month")`, `format(t, "15:04")`,
		`t == "2024-01-01 10:00:00"`, `t > "2024-01-01"`, `"2024-01-01" <= t`, `between(t, "2024-01-01", "2024-02-01")`, `cast(u, timestamp[s, Mars/Olympus_Mons])`,
	} {
		_, err := Compile(schema, text)
		require.Error(t, err, text)
		require.Contains(t, err.Error(), "Mars/Olympus_Mons", "%s: the zone is to blame", text)
	}
	for _, text := range []string{"year(u)", `u == "2024-01-01 10:00:00"`} {
		_, err := Compile(schema, text)
		require.NoError(t, err, text)
	}
}

// spans are two columns of points in time.
func spans(t *testing.T) arrow.Record {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "a", Type: &arrow.TimestampType{Unit: arrow.Second}, Nullable: true},
		{Name: "b", Type: &arrow.TimestampType{Unit: arrow.Second}, Nullable: true},
		{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	}, nil)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(`[
		{"a": "2024-01-01T00:01:40", "b": "2024-01-01T00:00:00", "n": 3},
		{"a": "2024-01-01T00:00:00", "b": "2024-01-01T00:00:01", "n": 0},
		{"a": null, "b": "2024-01-01T00:00:00", "n": -2},
		{"a": "2024-01-01T00:00:10", "b": "2024-01-01T00:00:00", "n": null}
	]`))
	require.NoError(t, err)
	return rec
}

// TestLengthsOfTimeTimesNumbers: on either side, and nothing on either side.
func TestLengthsOfTimeTimesNumbers(t *testing.T) {
	rec := spans(t)
	for text, want := range map[string][]any{
		"(a - b) * 2":   {int64(200), int64(-2), nil, int64(20)},
		"2 * (a - b)":   {int64(200), int64(-2), nil, int64(20)},
		"(a - b) * n":   {int64(300), int64(0), nil, nil},
		"n * (a - b)":   {int64(300), int64(0), nil, nil},
		"(a - b) / 3":   {int64(33), int64(0), nil, int64(3)},
		"nil * (a - b)": {nil, nil, nil, nil},
		"(a - b) * nil": {nil, nil, nil, nil},
		"(a - b) / nil": {nil, nil, nil, nil},
		"a - b + a - b": {int64(200), int64(-2), nil, int64(20)},
	} {
		got, failed := evalText(t, rec, text)
		require.Empty(t, failed, text)
		for i, v := range got {
			if d, ok := v.(arrow.Duration); ok {
				got[i] = int64(d)
			}
			if d, ok := v.(time.Duration); ok {
				got[i] = int64(d / time.Second)
			}
		}
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"2 / (a - b)", "(a - b) * 1.5", "1.5 * (a - b)", "(a - b) * (a - b)", `(a - b) * "2"`, "a * 2", "2 * a", "a + a", "a * b", "(a - b) - a"} {
		_, err := Compile(rec.Schema(), text)
		require.Error(t, err, text)
	}
}

// TestFunctionsOfSeveralLines keep their line ends, wherever they stand, and comments with them.
func TestFunctionsOfSeveralLines(t *testing.T) {
	rec := taxi(t)
	for _, text := range []string{
		"func(n int64) int64 {\n\treturn n + 1\n}",
		"func(n int64) int64 {\n\tm := n\n\tm++\n\treturn m\n}",
		"func(n int64) int64 {\n\tif n > 100 {\n\t\treturn n + 1\n\t}\n\treturn n + 1\n}\n",
		"\n  func(n int64) int64 {\n\t// a comment, with a ` in it\n\treturn n + 1\n}",
		"func(\n\tn int64,\n) int64 {\n\tvar one int64 = 1\n\treturn n +\n\t\tone\n}",
		"m = func(n int64) int64 {\n\tm := n\n\treturn m + 1\n}",
	} {
		p, err := Compile(rec.Schema(), text)
		require.NoError(t, err, text)
		got, failed := evalProgram(t, p, rec)
		require.Empty(t, failed)
		require.Equal(t, int64(8), got[0], text)
		require.Nil(t, got[1])
	}
	for _, text := range []string{"n +\n1", "n\n+ 1", "\nn + 1\n", "m =\nn\n+\n1", "coalesce(\n\tn,\n\t0,\n) + 1"} {
		got, _ := evalText(t, rec, text)
		require.Equal(t, int64(8), got[0], "%q", text)
	}
	got, _ := evalText(t, rec, "zone + `\n`")
	require.Equal(t, "Zone 7\n", got[0], "the line end of a raw text stays")
}

// TestARowThatFailsMayEndTheEvaluation: the error that fail gives is the one that is told, and no
// row behind it is tried.
func TestARowThatFailsMayEndTheEvaluation(t *testing.T) {
	rec := spans(t)
	p, err := Compile(rec.Schema(), "100 / n")
	require.NoError(t, err)
	e := p.NewEvaluator()
	require.NoError(t, e.Bind(rec))
	_, err = e.evaluate(context.Background(), func(row int, err *RowError) error {
		require.Equal(t, 1, row)
		return err
	}, int(rec.NumRows()))
	require.ErrorIs(t, err, ir.ErrDivideByZero)
}

// TestAFailureIsOfItsRowAlone: rows that fail at other places of their vectors leave nothing behind
// for the vectors after.
func TestAFailureIsOfItsRowAlone(t *testing.T) {
	bad := []int{5, 1023, 1024 + 70, 2048 + 1, 2599}
	column := func(name string, dt arrow.DataType, good, wrong string) named {
		values := make([]string, 2600)
		for i := range values {
			values[i] = good
		}
		for _, i := range bad {
			values[i] = wrong
		}
		return written(t, name, dt, values...)
	}
	rec := recordOf(
		column("n", arrow.PrimitiveTypes.Int64, "7", "0"),
		column("small", arrow.PrimitiveTypes.Int8, "7", "0"),
		column("u", arrow.PrimitiveTypes.Uint16, "7", "0"),
		column("by", arrow.PrimitiveTypes.Int64, "3", "-1"),
		column("large", arrow.PrimitiveTypes.Int64, "7", "300"),
		column("f", arrow.PrimitiveTypes.Float64, "7.5", "1e300"),
		column("text", arrow.BinaryTypes.String, "12", "twelve"),
		column("day", arrow.BinaryTypes.String, "2024-02-29", "2023-02-29"),
		column("d", decimalType(38, 0), "12", strings.Repeat("9", 38)),
		column("kind", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, "12", "twelve"),
	)
	for _, text := range []string{
		"100 / n", "100 % n", "small / small", "100 % u", "1 << by", "100 >> by", "cast(large, int8)", "cast(large, uint8)", "cast(f, int32)", "cast(f, int64)",
		"cast(text, int64)", "cast(text, float64)", "cast(day, date)", `cast(day, timestamp("s"))`, "cast(kind, int64)", "d * d", "d + d", "cast(d, decimal(20, 2))", "cast(d, int64)", "cast(text, decimal(5, 2))",
		"100 / n + 100 / small", "isnull(100 / n)", "cast(100 / n, string)", "100 / n > 5",
	} {
		_, failed := evalText(t, rec, text)
		require.ElementsMatch(t, bad, slices.Collect(maps.Keys(failed)), text)
	}
}
