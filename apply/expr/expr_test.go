package expr

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/ir"
)

// taxi is the record batch that most tests read: a row with nulls, one with
// zeros, one with extremes.
func taxi(t testing.TB) arrow.Record {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "fare", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "tip", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "small", Type: arrow.PrimitiveTypes.Int8, Nullable: true},
		{Name: "u", Type: arrow.PrimitiveTypes.Uint64, Nullable: true},
		{Name: "paid", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "zone", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "unit price", Type: arrow.PrimitiveTypes.Float32, Nullable: true},
		{Name: "exact", Type: arrow.PrimitiveTypes.Float64},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond}, Nullable: true},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "price", Type: &arrow.Decimal128Type{Precision: 10, Scale: 2}, Nullable: true},
	}, nil)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(`[
		{"fare": 10, "tip": 2, "n": 7, "small": 100, "u": 3, "paid": true, "zone": "Zone 7", "unit price": 1.5, "exact": 1, "at": "2024-02-29T12:34:56.789", "day": "2024-02-29", "price": "12.34"},
		{"fare": null, "tip": 1, "n": null, "small": null, "u": null, "paid": null, "zone": null, "unit price": null, "exact": 2, "at": null, "day": null, "price": null},
		{"fare": 0, "tip": 0, "n": 0, "small": 0, "u": 0, "paid": false, "zone": "", "unit price": 0, "exact": 0, "at": "1970-01-01", "day": "1970-01-01", "price": "0.00"},
		{"fare": -3.5, "tip": null, "n": -9223372036854775808, "small": -128, "u": 6, "paid": true, "zone": "  Größe ", "unit price": -2.25, "exact": -1, "at": "1969-12-31T23:59:59.999999", "day": "1969-12-31", "price": "-99999999.99"}
	]`))
	require.NoError(t, err)
	return rec
}

// evalText evaluates a text over a record batch and returns Go values, nil for
// null, and the errors of rows.
func evalText(t testing.TB, rec arrow.Record, text string) ([]any, map[int]error) {
	t.Helper()
	p, err := Compile(rec.Schema(), text)
	require.NoError(t, err, text)
	return evalProgram(t, p, rec)
}

func evalProgram(t testing.TB, p *Program, rec arrow.Record) ([]any, map[int]error) {
	t.Helper()
	e := p.NewEvaluator()
	require.NoError(t, e.Bind(rec))
	failed := map[int]error{}
	arrays, err := e.evaluate(context.Background(), func(row int, err *RowError) error {
		failed[row] = err
		return nil
	}, int(rec.NumRows()))
	require.NoError(t, err)
	values := make([]any, arrays[0].Len())
	for i := range values {
		values[i] = scalar(arrays[0], i)
	}
	return values, failed
}

func TestResults(t *testing.T) {
	rec := taxi(t)
	for _, c := range []struct {
		text string
		want []any
	}{
		{"fare + tip", []any{12.0, nil, 0.0, nil}},
		{"total = fare * 2 - 1", []any{19.0, nil, -1.0, -8.0}},
		{"n + 1", []any{int64(8), nil, int64(1), int64(math.MinInt64 + 1)}},
		{"n - 1", []any{int64(6), nil, int64(-1), int64(math.MaxInt64)}},
		{"small + small", []any{int8(-56), nil, int8(0), int8(0)}},
		{"small + n", []any{int64(107), nil, int64(0), int64(math.MaxInt64 - 127)}},
		{"n * 0.5", []any{3.5, nil, 0.0, -4611686018427387904.0}},
		{"small / 60.0", []any{100 / 60.0, nil, 0.0, -128 / 60.0}},
		{"2.0 * small", []any{200.0, nil, 0.0, -256.0}},
		{"small > 60.0", []any{true, nil, false, false}},
		{"func(small int8) int8 { return small / 3.0 }", []any{int8(33), nil, int8(0), int8(-42)}},
		{"n / 2", []any{int64(3), nil, int64(0), int64(math.MinInt64 / 2)}},
		{"n % 4", []any{int64(3), nil, int64(0), int64(0)}},
		{"u % 4", []any{uint64(3), nil, uint64(0), uint64(2)}},
		{"small << 1", []any{int8(-56), nil, int8(0), int8(0)}},
		{"n & 5", []any{int64(5), nil, int64(0), int64(0)}},
		{"-n", []any{int64(-7), nil, int64(0), int64(math.MinInt64)}},
		{"fare > 5", []any{true, nil, false, false}},
		{"fare != 10", []any{false, nil, true, true}},
		{"fare > 5 && paid", []any{true, nil, false, false}},
		{"fare > 5 || paid", []any{true, nil, false, true}},
		{"paid && false", []any{false, false, false, false}},
		{"paid == (fare > 5)", []any{true, nil, true, false}},
		{"!paid", []any{false, nil, true, false}},
		{"ifelse(fare > 5, 1, 2)", []any{int64(1), int64(2), int64(2), int64(2)}},
		{"ifelse(paid, fare, tip)", []any{10.0, 1.0, 0.0, -3.5}},
		{"casewhen(fare > 5, \"high\", fare < 0, \"low\", \"mid\")", []any{"high", "mid", "mid", "low"}},
		{"coalesce(fare, tip, 9)", []any{10.0, 1.0, 0.0, -3.5}},
		{"isnull(tip)", []any{false, false, false, true}},
		{"in(n, 7, 0)", []any{true, nil, true, false}},
		{"between(fare, 0, 10)", []any{true, nil, true, false}},
		{"min(fare, tip)", []any{2.0, nil, 0.0, nil}},
		{"max(n, 3)", []any{int64(7), nil, int64(3), int64(3)}},
		{"clip(fare, -1, 5)", []any{5.0, nil, 0.0, -1.0}},
		{"abs(small)", []any{int8(100), nil, int8(0), int8(-128)}},
		{"sqrt(fare + 6)", []any{4.0, nil, math.Sqrt(6), math.Sqrt(2.5)}},
		{"round(fare / 3, 2)", []any{3.33, nil, 0.0, -1.17}},
		{"floor(fare) + ceil(fare)", []any{20.0, nil, 0.0, -7.0}},
		{"col(\"unit price\") * 2", []any{float32(3), nil, float32(0), float32(-4.5)}},
		{"1 + 2*3", []any{int64(7), int64(7), int64(7), int64(7)}},
		{"exact", []any{1.0, 2.0, 0.0, -1.0}},
		{"\"x\" + zone", []any{"xZone 7", nil, "x", "x  Größe "}},
		{"zone == \"Zone 7\"", []any{true, nil, false, false}},
		{"zone < \"Zz\"", []any{true, nil, true, true}},
		{"len(zone)", []any{int64(6), nil, int64(0), int64(8)}},
		{"upper(trim(zone))", []any{"ZONE 7", nil, "", "GRÖßE"}},
		{"lower(zone)", []any{"zone 7", nil, "", "  größe "}},
		{"contains(zone, \"ne\")", []any{true, nil, false, false}},
		{"startswith(zone, \"Zo\") || endswith(zone, \" \")", []any{true, nil, false, true}},
		{"replace(zone, \" \", \"_\")", []any{"Zone_7", nil, "", "__Größe_"}},
		{"substr(zone, -2)", []any{" 7", nil, "", "e "}},
		{"substr(zone, 2, 3)", []any{"ne ", nil, "", "Grö"}},
		{"split(zone, \" \", 1)", []any{"7", nil, nil, ""}},
		{"like(zone, \"Z_ne%\")", []any{true, nil, false, false}},
		{"match(zone, \"[0-9]$\")", []any{true, nil, false, false}},
		{"concat(zone, \"-\", zone)", []any{"Zone 7-Zone 7", nil, "-", "  Größe -  Größe "}},
		{"in(zone, \"a\", \"b\", \"c\", \"Zone 7\")", []any{true, nil, false, false}},
		{"year(at)*100 + month(at)", []any{int64(202402), nil, int64(197001), int64(196912)}},
		{"hour(at)*10000 + minute(at)*100 + second(at)", []any{int64(123456), nil, int64(0), int64(235959)}},
		{"weekday(day)", []any{int64(4), nil, int64(4), int64(3)}},
		{"format(trunc(at, \"month\"), \"2006-01-02\")", []any{"2024-02-01", nil, "1970-01-01", "1969-12-01"}},
		{"cast(add(day, 1, \"year\"), string)", []any{"2025-02-28", nil, "1971-01-01", "1970-12-31"}},
		{"diff(day, cast(\"1970-01-01\", date), \"day\")", []any{int64(19782), nil, int64(0), int64(-1)}},
		{"at > \"2000-01-01\"", []any{true, nil, false, false}},
		{"day - day == day - cast(\"2024-02-29\", date)", []any{true, nil, false, false}},
		{"cast(price * 2, string)", []any{"24.68", nil, "0.00", "-199999999.98"}},
		{"price > 12.3", []any{true, nil, false, false}},
		{"cast(price, float64)", []any{12.34, nil, 0.0, -99999999.99}},
		{"cast(fare, int64)", []any{int64(10), nil, int64(0), int64(-3)}},
		{"cast(n, string)", []any{"7", nil, "0", "-9223372036854775808"}},
		{"float64(n) + 0.5", []any{7.5, nil, 0.5, -9223372036854775808.0 + 0.5}},
		{"func(fare, exact float64) float64 { t := fare + exact; return t * 2 }", []any{22.0, nil, 0.0, -9.0}},
		{"func(fare float64) string { if fare > 5 { return \"high\" }; if fare < 0 { return \"low\" }; return \"mid\" }", []any{"high", nil, "mid", "low"}},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, failed := evalText(t, rec, c.text)
			require.Empty(t, failed)
			require.Equal(t, c.want, got)
		})
	}
}

func TestRowErrors(t *testing.T) {
	rec := taxi(t)
	for _, c := range []struct {
		text  string
		want  []any
		rows  []int
		cause error
	}{
		{"100 / n", []any{int64(14), nil, nil, int64(0)}, []int{2}, ir.ErrDivideByZero},
		{"ifelse(n != 0, 100 / n, 0)", []any{int64(14), int64(0), int64(0), int64(0)}, nil, nil},
		{"ifelse(n == 0, 100 / n, 0)", []any{int64(0), int64(0), nil, int64(0)}, []int{2}, ir.ErrDivideByZero},
		{"n == 0 || 100 / n > 10", []any{true, nil, true, false}, nil, nil},
		{"n != 0 && 100 / n > 10", []any{true, nil, false, false}, nil, nil},
		{"coalesce(n, 100 / n)", []any{int64(7), nil, int64(0), int64(math.MinInt64)}, nil, nil},
		{"coalesce(100 / n, 5)", []any{int64(14), int64(5), nil, int64(0)}, []int{2}, ir.ErrDivideByZero},
		{"isnull(100 / n)", []any{false, true, nil, false}, []int{2}, ir.ErrDivideByZero},
		{"cast(n, int8)", []any{int8(7), nil, int8(0), nil}, []int{3}, ir.ErrCast},
		{"cast(fare, uint8)", []any{uint8(10), nil, uint8(0), nil}, []int{3}, ir.ErrCast},
		{"cast(zone, int64)", []any{nil, nil, nil, nil}, []int{0, 2, 3}, ir.ErrCast},
		{"1 << n", []any{int64(128), nil, int64(1), nil}, []int{3}, ir.ErrNegativeShift},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, failed := evalText(t, rec, c.text)
			require.Equal(t, c.want, got)
			require.Len(t, failed, len(c.rows))
			for _, r := range c.rows {
				require.ErrorIs(t, failed[r], c.cause)
				var re *RowError
				require.True(t, errors.As(failed[r], &re))
				require.Equal(t, c.text, re.Text)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	rec := taxi(t)
	for _, c := range []struct{ text, want string }{
		{"fare + tpi", "expr: no column \"tpi\"; did you mean tip?\n\tfare + tpi\n\t       ^"},
		{"small + 1000", "expr: the constant 1000 does not fit int8\n\tsmall + 1000\n\t        ^"},
		{"n + u", "expr: + does not apply to column n (int64) and column u (uint64): no integer type holds both; cast one, as in cast(x, int64)\n\tn + u\n\t  ^"},
		{"sqr(fare)", "expr: no function \"sqr\"; did you mean sqrt?\n\tsqr(fare)\n\t^"},
		{"sqrt(fare, tip)", "expr: sqrt takes 1 argument, not 2: sqrt(x)\n\tsqrt(fare, tip)\n\t^"},
		{"1/0 + fare", "expr: the constant 1 is divided by zero\n\t1/0 + fare\n\t ^"},
		{"total = ", "expr: there is no expression: write one, such as total = fare + tip\n\ttotal = \n\t        ^"},
		{"match(zone, \"(\")", "expr: error parsing regexp: missing closing ): `(`\n\tmatch(zone, \"(\")\n\t            ^"},
		{"fare +", "expr: expected operand, found the end of the text\n\tfare +\n\t      ^"},
		{"type > 3", "expr: type is a keyword of Go: a column of that name is written col(\"type\")\n\ttype > 3\n\t^"},
		{"at > \"yesterday\"", "expr: \"yesterday\" is no timestamp[us]: write it as 2006-01-02 or 2006-01-02 15:04:05\n\tat > \"yesterday\"\n\t     ^"},
		{"fare + 1e400", "expr: the constant 1e+400 does not fit float64\n\tfare + 1e400\n\t       ^"},
		{"add(day, 1, \"hour\")", "expr: a date has no hours: write add(cast(…, timestamp(\"s\")), …)\n\tadd(day, 1, \"hour\")\n\t^"},
		{"fare n", "expr: there is no operator before n\n\tfare n\n\t     ^"},
		{"fare 2", "expr: there is no operator before 2\n\tfare 2\n\t     ^"},
		{"n /* whole */ + 1", "expr: a comment cannot stand in an expression\n\tn /* whole */ + 1\n\t  ^"},
		{"fare | 1", "expr: | does not apply to column fare (float64) and the constant 1: it works on the bits of integers; && and || are for conditions\n\tfare | 1\n\t     ^"},
		{"cast(zone, timestamp)", "expr: there is no type timestamp here: write cast(zone, timestamp(\"us\"))\n\tcast(zone, timestamp)\n\t           ^"},
		{"sum(fare)", "expr: sum of a column takes many rows, and an expression sees one: apply.Sum and apply.Fold reduce a column, frame.Describe has its count, mean, min and max\n\tsum(fare)\n\t^"},
		{"max()", "expr: max takes at least 2 arguments, not 0: max(a, b, …)\n\tmax()\n\t^"},
		{"  ", "expr: there is no expression: write one, such as total = fare + tip"},
		{"!fare", "expr: ! does not apply to column fare (float64)\n\t!fare\n\t^"},
	} {
		t.Run(c.text, func(t *testing.T) {
			_, err := Compile(rec.Schema(), c.text)
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.want, err.Error())
		})
	}
}

func TestFoldingKeepsFailures(t *testing.T) {
	rec := taxi(t)
	_, failed := evalText(t, rec, "ifelse(paid, cast(1, int64) / cast(0, int64), 5)")
	require.Len(t, failed, 2)
}

// TestAConstantZeroIsNoDivisor of any integer type, also where it is one only once it is computed.
func TestAConstantZeroIsNoDivisor(t *testing.T) {
	for _, dt := range []arrow.DataType{
		arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64,
		arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64,
	} {
		rec := recordOf(written(t, "n", dt, "7", "", "0", "100"))
		for _, zero := range []string{"cast(0, %s)", "(cast(5, %[1]s) - cast(5, %[1]s))", "cast(\"0\", %s)"} {
			zero = fmt.Sprintf(zero, dt)
			for _, op := range []string{"/", "%"} {
				text := "ifelse(isnull(n), n, n " + op + " " + zero + ")"
				got, failed := evalText(t, rec, text)
				require.Equal(t, []any{nil, nil, nil, nil}, got, text)
				require.Len(t, failed, 3, text)
				for _, row := range []int{0, 2, 3} {
					require.ErrorIs(t, failed[row], ir.ErrDivideByZero, text)
				}
			}
		}
		got, failed := evalText(t, rec, fmt.Sprintf("cast(n / cast(3, %s), int64)", dt))
		require.Empty(t, failed)
		require.Equal(t, []any{int64(2), nil, int64(0), int64(33)}, got, dt)
	}
}

func TestCastOfConstants(t *testing.T) {
	rec := taxi(t)
	for text, want := range map[string]any{
		`cast(7, string)`: "7", `cast(true, string)`: "true", `cast("12", int64)`: int64(12), `cast(1, bool)`: true,
		`cast(2.5, string)`: "2.5", `cast(false, int8)`: int8(0),
	} {
		p, err := Compile(rec.Schema(), text)
		require.NoError(t, err, text)
		got, _ := evalProgram(t, p, rec)
		require.Equal(t, want, got[0], text)
	}
	_, err := Compile(rec.Schema(), `cast(300, int8)`)
	require.ErrorContains(t, err, "the constant 300 does not fit int8")
}
