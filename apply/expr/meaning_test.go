package expr

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// edgeRow are values where languages part: signs, zeros, halves, short and empty texts, Sundays and
// the ends of years. A nil is a null.
type edgeRow struct {
	n, m any // int64
	f    any // float64
	s    any
	a, b any // timestamps, as texts
	p    any // bool
}

var edgeRows = []edgeRow{
	{int64(7), int64(2), 2.5, "Zone 7", "2024-01-01T00:00:00", "2023-12-31T23:59:59.5", true},
	{int64(-7), int64(2), -2.5, "ab", "2023-12-31T23:59:59.999999", "2024-12-29T12:00:00", false},
	{int64(-7), int64(-3), 0.5, "a", "2024-02-29T12:34:56.789", "2023-03-01T00:00:00", nil},
	{int64(7), int64(-3), -0.5, "", "2024-12-29T00:00:00", "2024-12-30T00:00:00", true},
	{int64(0), int64(5), 1.5, "Größe a%b", "1969-12-31T23:59:59.25", "1970-01-01T00:00:00", false},
	{int64(-1), int64(1), 3.5, "  x\ty ", "2025-01-05T06:00:00", "2024-01-07T05:59:59", true},
	{nil, nil, nil, nil, nil, nil, nil},
	{int64(6), int64(3), -7.25, "a_b\\c", "2024-03-31T00:00:00", "2024-01-31T00:00:00", nil},
	{int64(-6), int64(4), 1e15 + 0.5, "aba", "2024-01-31T01:02:03", "2024-02-29T01:02:03", true},
}

// g is f with NaN in a row.
func (r edgeRow) g() any { return either[any](r.f == 0.5, math.NaN(), r.f) }

// missing reports whether g is null or NaN.
func (r edgeRow) missing() bool { return r.f == nil || r.f == 0.5 }

func edgeRecord(t testing.TB) arrow.Record {
	stamp := &arrow.TimestampType{Unit: arrow.Microsecond}
	types := []arrow.DataType{arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Float64, arrow.BinaryTypes.String, stamp, stamp, arrow.FixedWidthTypes.Boolean}
	var fields []arrow.Field
	var builders []array.Builder
	for i, name := range []string{"n", "m", "f", "s", "a", "b", "p"} {
		fields = append(fields, arrow.Field{Name: name, Type: types[i], Nullable: true})
		builders = append(builders, array.NewBuilder(memory.DefaultAllocator, types[i]))
	}
	for _, r := range edgeRows {
		for i, v := range []any{r.n, r.m, r.f, r.s, r.a, r.b, r.p} {
			if v == nil {
				builders[i].AppendNull()
			} else {
				require.NoError(t, builders[i].AppendValueFromString(fmt.Sprint(v)))
			}
		}
	}
	fields, builders = append(fields, arrow.Field{Name: "g", Type: types[2], Nullable: true}), append(builders, array.NewFloat64Builder(memory.DefaultAllocator))
	for _, r := range edgeRows {
		require.NoError(t, builders[len(builders)-1].AppendValueFromString(fmt.Sprint(either[any](r.g() == nil, "(null)", r.g()))))
	}
	cols := make([]arrow.Array, len(builders))
	for i, b := range builders {
		cols[i] = b.NewArray()
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, int64(len(edgeRows)))
}

// The meanings below are of rows without nulls in what they look at; a null gives null unless said.
func ofN(f func(n int64) any) func(edgeRow) any {
	return func(r edgeRow) any { return unlessNull(r.n, f) }
}
func ofF(f func(x float64) any) func(edgeRow) any {
	return func(r edgeRow) any { return unlessNull(r.f, f) }
}
func ofS(f func(s string) any) func(edgeRow) any {
	return func(r edgeRow) any { return unlessNull(r.s, f) }
}
func ofA(f func(a time.Time) any) func(edgeRow) any {
	return func(r edgeRow) any { return unlessNull(r.a, func(s string) any { return f(instantOf(s)) }) }
}
func ofNM(f func(n, m int64) any) func(edgeRow) any {
	return func(r edgeRow) any { return unlessNull(r.n, func(n int64) any { return f(n, r.m.(int64)) }) }
}
func ofAB(f func(a, b time.Time) any) func(edgeRow) any {
	return ofRow(func(r edgeRow) any { return f(instantOf(r.a.(string)), instantOf(r.b.(string))) }, func(r edgeRow) bool { return r.a != nil })
}
func ofRow(f func(r edgeRow) any, valid func(r edgeRow) bool) func(edgeRow) any {
	return func(r edgeRow) any {
		if !valid(r) {
			return nil
		}
		return f(r)
	}
}

func unlessNull[T any](v any, f func(T) any) any {
	if v == nil {
		return nil
	}
	return f(v.(T))
}

func instantOf(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05.999999", s)
	if err != nil {
		panic(err)
	}
	return t
}

func pythonDiv(n, m int64) int64 { return int64(math.Floor(float64(n) / float64(m))) }
func pythonMod(n, m int64) int64 { return n - m*pythonDiv(n, m) }

// slice is Python's s[from:to]; nil is the end that is left out.
func slice(s string, from, to any) string {
	r := []rune(s)
	at := func(v any, otherwise int) int {
		if v == nil {
			return otherwise
		}
		k := v.(int)
		if k < 0 {
			k += len(r)
		}
		return min(max(k, 0), len(r))
	}
	lo, hi := at(from, 0), at(to, len(r))
	return string(r[min(lo, hi):hi])
}

func runes(s string) int { return utf8.RuneCountInString(s) }

func mondayIs0(t time.Time) int64 { return (int64(t.Weekday()) + 6) % 7 }

func daysOf(t time.Time) int64 {
	return int64(math.Floor(float64(t.Unix()) / 86400))
}

func numpyRound(x float64, k int) float64 {
	p := math.Pow(10, float64(k))
	return math.RoundToEven(x*p) / p
}

// What an error says to write means what was written, on values where languages part.
func TestHabitsMean(t *testing.T) {
	rec := edgeRecord(t)
	for text, meaning := range map[string]func(edgeRow) any{
		// Python, NumPy, R: quotients and remainders are rounded down; SQL's are not
		`n // 2`:               ofN(func(n int64) any { return pythonDiv(n, 2) }),
		`n // m`:               ofNM(func(n, m int64) any { return pythonDiv(n, m) }),
		`n.floordiv(m)`:        ofNM(func(n, m int64) any { return pythonDiv(n, m) }),
		`np.floor_divide(n,3)`: ofN(func(n int64) any { return pythonDiv(n, 3) }),
		`f // 2`:               ofF(func(x float64) any { return math.Floor(x / 2) }),
		`n %/% 2`:              ofN(func(n int64) any { return pythonDiv(n, 2) }),
		`n %% m`:               ofNM(func(n, m int64) any { return pythonMod(n, m) }),
		`n.mod(4)`:             ofN(func(n int64) any { return pythonMod(n, 4) }),
		`n.mod(m)`:             ofNM(func(n, m int64) any { return pythonMod(n, m) }),
		`np.mod(n, 4)`:         ofN(func(n int64) any { return pythonMod(n, 4) }),
		`np.remainder(n, m)`:   ofNM(func(n, m int64) any { return pythonMod(n, m) }),
		`n DIV m`:              ofNM(func(n, m int64) any { return n / m }),
		`DIV(n, m)`:            ofNM(func(n, m int64) any { return n / m }),
		`f DIV 2`:              ofF(func(x float64) any { return math.Trunc(x / 2) }),
		`n MOD m`:              ofNM(func(n, m int64) any { return n % m }),
		`MOD(n, m)`:            ofNM(func(n, m int64) any { return n % m }),
		`n ÷ 2`:                ofN(func(n int64) any { return float64(n) / 2 }),

		// where the text is of Python for certain
		`df["n"] % 2 == 1`:  ofN(func(n int64) any { return pythonMod(n, 2) == 1 }),
		`df.n % 2`:          ofN(func(n int64) any { return pythonMod(n, 2) }),
		`df["n"] % df["m"]`: ofNM(func(n, m int64) any { return pythonMod(n, m) }),
		`pl.col("f") % 2`:   ofF(func(x float64) any { return x - 2*math.Floor(x/2) }),
		`n % 3 if p else None`: func(r edgeRow) any {
			return either[any](r.p == true, unlessNull(r.n, func(n int64) any { return pythonMod(n, 3) }), nil)
		},
		`df["n"] / 2`:     ofN(func(n int64) any { return float64(n) / 2 }),
		`df.n / df.m`:     ofNM(func(n, m int64) any { return float64(n) / float64(m) }),
		`pl.col("n") / 2`: ofN(func(n int64) any { return float64(n) / 2 }),
		`(n.fillna(0) / 2)`: func(r edgeRow) any {
			return either[any](r.n == nil, 0.0, unlessNull(r.n, func(n int64) any { return float64(n) / 2 }))
		},
		`np.floor(n / 2)`:         ofN(func(n int64) any { return math.Floor(float64(n) / 2) }),
		`=IF(n / 2 > 3; 1; 0)`:    func(r edgeRow) any { return either[any](r.n == int64(7), int64(1), int64(0)) },
		`F.col("n") % 2`:          ofN(func(n int64) any { return n % 2 }),
		`F.col("n") / 4`:          ofN(func(n int64) any { return float64(n) / 4 }),
		`n % 2 = 1`:               ofN(func(n int64) any { return n%2 == 1 }),
		`n / 2 <> 3`:              ofN(func(n int64) any { return n/2 != 3 }),
		`pl.col("a").dt.year()`:   ofA(func(a time.Time) any { return int64(a.Year()) }),
		`pl.col("a").dt.minute()`: ofA(func(a time.Time) any { return int64(a.Minute()) }),

		// NaN is missing in pandas and R
		`g.isna()`:        func(r edgeRow) any { return r.missing() },
		`g.isnull() | p`:  func(r edgeRow) any { return either[any](r.missing(), true, r.p) },
		`pd.isnull(g)`:    func(r edgeRow) any { return r.missing() },
		`is.na(g)`:        func(r edgeRow) any { return r.missing() },
		`!is.na(g)`:       func(r edgeRow) any { return !r.missing() },
		`~df["g"].isna()`: func(r edgeRow) any { return !r.missing() },
		`g.notna()`:       func(r edgeRow) any { return !r.missing() },
		`pd.notnull(g)`:   func(r edgeRow) any { return !r.missing() },
		`g.fillna(9)`:     func(r edgeRow) any { return either[any](r.missing(), 9.0, r.f) },
		`g.is_null()`:     func(r edgeRow) any { return r.f == nil },
		`g.isNull()`:      func(r edgeRow) any { return r.f == nil },
		`!grepl("b", s)`:  func(r edgeRow) any { return r.s == nil || !strings.Contains(r.s.(string), "b") },

		// nulls among the values
		`n %in% c(NA, 7)`:       func(r edgeRow) any { return r.n == nil || r.n == int64(7) },
		`n.isin([None, 7])`:     func(r edgeRow) any { return r.n == nil || r.n == int64(7) },
		`~n.isin([7, 0, None])`: func(r edgeRow) any { return !(r.n == nil || r.n == int64(7) || r.n == int64(0)) },
		`n not in (7, None)`:    func(r edgeRow) any { return !(r.n == nil || r.n == int64(7)) },
		`g.isin([np.nan, 2.5])`: func(r edgeRow) any { return r.missing() || r.f == 2.5 },
		`s in [None]`:           func(r edgeRow) any { return r.s == nil },
		`n IN (7, NULL)`:        func(r edgeRow) any { return either[any](r.n == int64(7), true, nil) },
		`n NOT IN (7, NULL)`:    func(r edgeRow) any { return either[any](r.n == int64(7), false, nil) },
		`~n.between(1, 6)`:      func(r edgeRow) any { return r.n == nil || r.n.(int64) < 1 || r.n.(int64) > 6 },

		// powers of integers stay integers
		`n ** 2`:         ofN(func(n int64) any { return n * n }),
		`-n ** 3`:        ofN(func(n int64) any { return -n * n * n }),
		`(n - 1) ** 2`:   ofN(func(n int64) any { return (n - 1) * (n - 1) }),
		`np.power(n, 2)`: ofN(func(n int64) any { return n * n }),
		`n.pow(3)`:       ofN(func(n int64) any { return n * n * n }),
		`df.n ** 2 // 2`: ofN(func(n int64) any { return pythonDiv(n*n, 2) }),

		// names in backticks are columns
		"`n` + 1":             ofN(func(n int64) any { return n + 1 }),
		"`n`":                 ofN(func(n int64) any { return n }),
		"`n` > 1 AND `m` = 2": ofNM(func(n, m int64) any { return n > 1 && m == 2 }),
		"len(`s`)":            ofS(func(s string) any { return int64(runes(s)) }),
		"s == `s`":            ofS(func(string) any { return true }),

		// Excel
		`TEXT(a, "hh:mm")`:               ofA(func(a time.Time) any { return a.Format("15:04") }),
		`TEXT(a, "h:mm AM/PM")`:          ofA(func(a time.Time) any { return a.Format("3:04 PM") }),
		`TEXT(a, "yyyy-mm-dd hh:mm:ss")`: ofA(func(a time.Time) any { return a.Format("2006-01-02 15:04:05") }),
		`TEXT(a, "d mmm yyyy")`:          ofA(func(a time.Time) any { return a.Format("2 Jan 2006") }),
		`TEXT(a, "mm:ss")`:               ofA(func(a time.Time) any { return a.Format("04:05") }),
		`TEXT(a, "DDDD")`:                ofA(func(a time.Time) any { return a.Format("Monday") }),
		`SWITCH(n, 7, 1, 0, 2, 3)`: func(r edgeRow) any {
			return either(r.n == int64(7), int64(1), either(r.n == int64(0), int64(2), int64(3)))
		},
		`SWITCH(TRUE, n > 0, "a", n < 0, "b")`: func(r edgeRow) any {
			return unlessNull(r.n, func(n int64) any { return either[any](n > 0, "a", either[any](n < 0, "b", nil)) })
		},
		`FLOOR(f, 5)`:               ofF(func(x float64) any { return math.Floor(x/5) * 5 }),
		`CEILING(f, 2)`:             ofF(func(x float64) any { return math.Ceil(x/2) * 2 }),
		`TRUNC(f, 1)`:               ofF(func(x float64) any { return math.Trunc(x*10) / 10 }),
		`DATEDIFF(a, '2024-01-01')`: ofA(func(a time.Time) any { return daysOf(a) - 19723 }),
		`DATEDIFF('2024-01-01', a)`: ofA(func(a time.Time) any { return 19723 - daysOf(a) }),
		`month(TRUNC(a, 'YYYY'))`:   ofA(func(time.Time) any { return int64(1) }),
		`day(TRUNC(a, "MM"))`:       ofA(func(time.Time) any { return int64(1) }),
		`round(df["f"])`:            ofF(func(x float64) any { return math.RoundToEven(x) }),

		// rounding
		`f::int`:           ofF(func(x float64) any { return int64(math.RoundToEven(x)) }),
		`n::int8`:          ofN(func(n int64) any { return n }),
		`f ^ 2`:            ofF(func(x float64) any { return x * x }),
		`f.astype(int)`:    ofF(func(x float64) any { return int64(x) }),
		`np.round(f)`:      ofF(func(x float64) any { return math.RoundToEven(x) }),
		`np.rint(f)`:       ofF(func(x float64) any { return math.RoundToEven(x) }),
		`np.round(f, 1)`:   ofF(func(x float64) any { return numpyRound(x, 1) }),
		`f.round()`:        ofF(func(x float64) any { return math.RoundToEven(x) }),
		`f.round(1)`:       ofF(func(x float64) any { return numpyRound(x, 1) }),
		`np.around(f, -1)`: ofF(func(x float64) any { return math.RoundToEven(x/10) * 10 }),

		// parts of texts
		`s[-3:]`:            ofS(func(s string) any { return slice(s, -3, nil) }),
		`s[:-2]`:            ofS(func(s string) any { return slice(s, nil, -2) }),
		`s[-3:-1]`:          ofS(func(s string) any { return slice(s, -3, -1) }),
		`s[1:-1]`:           ofS(func(s string) any { return slice(s, 1, -1) }),
		`s[-3:2]`:           ofS(func(s string) any { return slice(s, -3, 2) }),
		`s[1:3]`:            ofS(func(s string) any { return slice(s, 1, 3) }),
		`s[3:1]`:            ofS(func(s string) any { return slice(s, 3, 1) }),
		`s[:]`:              ofS(func(s string) any { return s }),
		`s.str[-3:]`:        ofS(func(s string) any { return slice(s, -3, nil) }),
		`s.str.slice(0, 2)`: ofS(func(s string) any { return slice(s, 0, 2) }),
		`s.str.slice(-2)`:   ofS(func(s string) any { return slice(s, -2, nil) }),
		`s[n:]`:             ofRow(func(r edgeRow) any { return slice(r.s.(string), int(r.n.(int64)), nil) }, func(r edgeRow) bool { return r.s != nil }),
		`s[:n]`:             ofRow(func(r edgeRow) any { return slice(r.s.(string), nil, int(r.n.(int64))) }, func(r edgeRow) bool { return r.s != nil }),
		`s[n:m]`:            ofRow(func(r edgeRow) any { return slice(r.s.(string), int(r.n.(int64)), int(r.m.(int64))) }, func(r edgeRow) bool { return r.s != nil }),
		`s.str[1]`:          ofS(func(s string) any { return character(s, 1) }),
		`s.str[-2]`:         ofS(func(s string) any { return character(s, -2) }),
		`LEFT(s, 2)`:        ofS(func(s string) any { return slice(s, nil, 2) }),
		`RIGHT(s, 2)`:       ofS(func(s string) any { return slice(s, -2, nil) }),
		`RIGHT(s, 0)`:       ofS(func(string) any { return "" }),
		`RIGHT(s, m)`: ofRow(func(r edgeRow) any { // as MySQL
			if m := int(r.m.(int64)); m > 0 {
				return slice(r.s.(string), -m, nil)
			}
			return ""
		}, func(r edgeRow) bool { return r.s != nil }),
		`MID(s, 2, 3)`:            ofS(func(s string) any { return slice(s, 1, 4) }),
		`SUBSTRING(s FROM 3)`:     ofS(func(s string) any { return slice(s, 2, nil) }),
		`CAST(s AS VARCHAR(3))`:   ofS(func(s string) any { return slice(s, 0, 3) }),
		`SPLIT_PART(s, 'a', 2)`:   ofS(func(s string) any { return nth(strings.Split(s, "a"), 1, "") }),
		`SPLIT_PART(s, 'a', -1)`:  ofS(func(s string) any { p := strings.Split(s, "a"); return p[len(p)-1] }),
		`s.str.split("a").str[1]`: ofS(func(s string) any { return nth(strings.Split(s, "a"), 1, nil) }),
		`POSITION('b' IN s)`:      ofS(func(s string) any { return int64(place1(s, "b")) }),
		`STRPOS(s, 'b')`:          ofS(func(s string) any { return int64(place1(s, "b")) }),
		`CHARINDEX('b', s)`:       ofS(func(s string) any { return int64(place1(s, "b")) }),
		`s.find("b")`:             ofS(func(s string) any { return int64(place1(s, "b") - 1) }),
		`LPAD(s, 4, 'xy')`:        ofS(func(s string) any { return (slice("xyxy", 0, max(4-runes(s), 0)) + slice(s, 0, 4)) }),
		`RPAD(s, 4)`:              ofS(func(s string) any { return slice(s, 0, 4) + slice("    ", 0, max(4-runes(s), 0)) }),
		`LTRIM(s)`:                ofS(func(s string) any { return strings.TrimLeft(s, " ") }),
		`RTRIM(s)`:                ofS(func(s string) any { return strings.TrimRight(s, " ") }),
		`TRIM(s)`:                 ofS(func(s string) any { return strings.Trim(s, " ") }),
		`TRIM(BOTH 'a' FROM s)`:   ofS(func(s string) any { return strings.Trim(s, "a") }),
		`s.str.strip()`:           ofS(func(s string) any { return strings.TrimSpace(s) }),
		`s.str.lstrip("Za")`:      ofS(func(s string) any { return strings.TrimLeft(s, "Za") }),
		`s.str.rstrip("b7")`:      ofS(func(s string) any { return strings.TrimRight(s, "b7") }),
		`nchar(s)`:                ofS(func(s string) any { return int64(runes(s)) }),

		// texts that match
		`s LIKE '%a!%b' ESCAPE '!'`:    ofS(func(s string) any { return strings.HasSuffix(s, "a%b") }),
		`s LIKE 'a!_b\c' ESCAPE '!'`:   ofS(func(s string) any { return s == `a_b\c` }),
		`s NOT LIKE '%x%%' ESCAPE 'x'`: ofS(func(s string) any { return !strings.Contains(s, "%") }),
		`s.str.fullmatch("a|ab")`:      ofS(func(s string) any { return s == "a" || s == "ab" }),
		`s.str.startswith(("a", "Z"))`: ofS(func(s string) any { return strings.HasPrefix(s, "a") || strings.HasPrefix(s, "Z") }),
		`s.endswith(("b", "7"))`:       ofS(func(s string) any { return strings.HasSuffix(s, "b") || strings.HasSuffix(s, "7") }),

		`s.str.contains("B", case=False)`:  ofS(func(s string) any { return strings.Contains(strings.ToLower(s), "b") }),
		`s.str.contains(".", regex=False)`: ofS(func(s string) any { return strings.Contains(s, ".") }),
		`s.str.contains("b", na=False)`:    func(r edgeRow) any { return r.s != nil && strings.Contains(r.s.(string), "b") },
		`s ILIKE '%!%B' ESCAPE '!'`:        ofS(func(s string) any { return strings.HasSuffix(s, "%b") }),

		// nulls
		`s IS NOT DISTINCT FROM 'ab'`: func(r edgeRow) any { return r.s == "ab" },
		`s IS DISTINCT FROM 'ab'`:     func(r edgeRow) any { return r.s != "ab" },
		`p IS DISTINCT FROM (n > 0)`: func(r edgeRow) any {
			return r.p != unlessNull(r.n, func(n int64) any { return n > 0 })
		},
		`n <=> m`:                       func(r edgeRow) any { return r.n == r.m },
		`n.isin([7, 0])`:                func(r edgeRow) any { return r.n == int64(7) || r.n == int64(0) },
		`~n.isin([7, 0])`:               func(r edgeRow) any { return !(r.n == int64(7) || r.n == int64(0)) },
		`n not in [7, 0]`:               func(r edgeRow) any { return !(r.n == int64(7) || r.n == int64(0)) },
		`n %in% c(7, 0)`:                func(r edgeRow) any { return r.n == int64(7) || r.n == int64(0) },
		`n IN (7, 0)`:                   ofN(func(n int64) any { return n == 7 || n == 0 }),
		`CONCAT_WS('-', s, n)`:          func(r edgeRow) any { return joinedBy("-", r.s, r.n) },
		`CONCAT_WS(', ', s, 'x', n)`:    func(r edgeRow) any { return joinedBy(", ", r.s, "x", r.n) },
		`is.na(n)`:                      func(r edgeRow) any { return r.n == nil },
		`ISBLANK(s)`:                    func(r edgeRow) any { return r.s == nil },
		`if_else(p, 1, 2)`:              func(r edgeRow) any { return unlessNull(r.p, func(p bool) any { return either(p, int64(1), int64(2)) }) },
		`np.select([p, n < 0], [1, 2])`: func(r edgeRow) any { return chosenBy(r, 0) },
		`pl.when(p).then(1).when(pl.col("n") < 0).then(2).otherwise(3)`: func(r edgeRow) any { return chosenBy(r, 3) },
		`case_when(p ~ 1, n < 0 ~ 2, TRUE ~ 3)`:                         func(r edgeRow) any { return chosenBy(r, 3) },
		`=IF(p;1;IF(n<0;2;3))`:                                          func(r edgeRow) any { return chosenBy(r, 3) },
		`IFS(p, 1, n < 0, 2, TRUE, 3)`:                                  func(r edgeRow) any { return chosenBy(r, 3) },
		`AND(n > 0, NOT(n = 7))`:                                        ofN(func(n int64) any { return n > 0 && n != 7 }),
		`OR(n > 0; n = -7)`:                                             ofN(func(n int64) any { return n > 0 || n == -7 }),
		`s & "-" & s`:                                                   ofS(func(s string) any { return s + "-" + s }),
		`s & n`:                                                         ofRow(func(r edgeRow) any { return fmt.Sprint(r.s, r.n) }, func(r edgeRow) bool { return r.s != nil }),
		`paste0(s, "-", n)`:                                             ofRow(func(r edgeRow) any { return fmt.Sprint(r.s, "-", r.n) }, func(r edgeRow) bool { return r.s != nil }),

		// chains
		`5 >= n >= 1`:     ofN(func(n int64) any { return 5 >= n && n >= 1 }),
		`1 <= n < 7`:      ofN(func(n int64) any { return 1 <= n && n < 7 }),
		`0 == n == 0`:     ofN(func(n int64) any { return n == 0 }),
		`-7 < n <= m < 3`: ofNM(func(n, m int64) any { return -7 < n && n <= m && m < 3 }),

		// days of the week
		`WEEKDAY(a)`:             ofA(func(a time.Time) any { return mondayIs0(a) }),
		`a.dt.weekday`:           ofA(func(a time.Time) any { return mondayIs0(a) }),
		`a.dt.dayofweek`:         ofA(func(a time.Time) any { return mondayIs0(a) }),
		`a.weekday()`:            ofA(func(a time.Time) any { return mondayIs0(a) }),
		`a.dt.weekday()`:         ofA(func(a time.Time) any { return mondayIs0(a) + 1 }),
		`F.weekday(a)`:           ofA(func(a time.Time) any { return mondayIs0(a) }),
		`DAYOFWEEK(a)`:           ofA(func(a time.Time) any { return int64(a.Weekday()) + 1 }),
		`DATEPART(weekday, a)`:   ofA(func(a time.Time) any { return int64(a.Weekday()) + 1 }),
		`DATEPART(dw, a)`:        ofA(func(a time.Time) any { return int64(a.Weekday()) + 1 }),
		`EXTRACT(dow FROM a)`:    ofA(func(a time.Time) any { return int64(a.Weekday()) }),
		`EXTRACT(isodow FROM a)`: ofA(func(a time.Time) any { return mondayIs0(a) + 1 }),

		// times
		`cast(to_timestamp(n), string)`:             ofN(func(n int64) any { return time.Unix(n, 0).UTC().Format("2006-01-02T15:04:05") }),
		`DATEDIFF(year, b, a)`:                      ofAB(func(a, b time.Time) any { return int64(a.Year() - b.Year()) }),
		`DATEDIFF(month, b, a)`:                     ofAB(func(a, b time.Time) any { return int64(a.Year()*12 + int(a.Month()) - b.Year()*12 - int(b.Month())) }),
		`DATEDIFF(day, b, a)`:                       ofAB(func(a, b time.Time) any { return daysOf(a) - daysOf(b) }),
		`DATEDIFF(a, b)`:                            ofAB(func(a, b time.Time) any { return daysOf(a) - daysOf(b) }),
		`TIMESTAMPDIFF(DAY, b, a)`:                  ofAB(func(a, b time.Time) any { return int64(a.Sub(b) / (24 * time.Hour)) }),
		`a - b > INTERVAL '1 day'`:                  ofAB(func(a, b time.Time) any { return a.Sub(b) > 24*time.Hour }),
		`a - b <= timedelta(hours=6)`:               ofAB(func(a, b time.Time) any { return a.Sub(b) <= 6*time.Hour }),
		`cast(EXTRACT(epoch FROM a) * 1000, int64)`: ofA(func(a time.Time) any { return int64(float64(a.UnixMicro()) / 1000) }),
		`DATE_PART('epoch', a) < 0`:                 ofA(func(a time.Time) any { return a.UnixMicro() < 0 }),
		`DATE_PART('second', a)`:                    ofA(func(a time.Time) any { return float64(a.Second()) + float64(a.Nanosecond())/1e9 }),
		`s.astype(bool)`:                            ofS(func(s string) any { return s != "" }),
		`a.dt.nanosecond`:                           ofA(func(a time.Time) any { return int64(a.Nanosecond() % 1000) }),
		`a.dt.microsecond`:                          ofA(func(a time.Time) any { return int64(a.Nanosecond() / 1000) }),
		`DATE_FORMAT(a, '%M %e, %Y')`:               ofA(func(a time.Time) any { return fmt.Sprintf("%s %d, %d", a.Month(), a.Day(), a.Year()) }),
		`DATE_FORMAT(a, '%h:%i')`:                   ofA(func(a time.Time) any { return a.Format("03:04") }),
		`date_format(a, 'mm:ss')`:                   ofA(func(a time.Time) any { return fmt.Sprintf("%02d:%02d", a.Minute(), a.Second()) }),
		`date_format(a, 'MM/yyyy HH:mm')`: ofA(func(a time.Time) any {
			return fmt.Sprintf("%02d/%d %02d:%02d", a.Month(), a.Year(), a.Hour(), a.Minute())
		}),
		`a.dt.strftime("%d at %H:%M")`: ofA(func(a time.Time) any { return fmt.Sprintf("%02d at %02d:%02d", a.Day(), a.Hour(), a.Minute()) }),
		`TO_CHAR(a, 'HH24:MI MM')`:     ofA(func(a time.Time) any { return fmt.Sprintf("%02d:%02d %02d", a.Hour(), a.Minute(), a.Month()) }),
		`cast(a AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC', string)`: ofA(func(a time.Time) any {
			zone, _ := time.LoadLocation("America/New_York")
			return time.Date(a.Year(), a.Month(), a.Day(), a.Hour(), a.Minute(), a.Second(), a.Nanosecond(), zone).UTC().Format("2006-01-02T15:04:05.999999")
		}),
	} {
		t.Run(text, func(t *testing.T) {
			_, err := Compile(rec.Schema(), text)
			var e *Error
			require.ErrorAs(t, err, &e)
			_, write, ok := strings.Cut(e.Msg, ": write ")
			require.True(t, ok, e.Msg)
			got, failed := evalText(t, rec, write)
			require.Empty(t, failed, write)
			for i, r := range edgeRows {
				require.EqualValues(t, meaning(r), got[i], "%s, row %d %+v", write, i, r)
			}
		})
	}
}

func character(s string, k int) any {
	if c := slice(s, k, either[any](k == -1, nil, k+1)); runes(s) > max(k, -k-1) {
		return c
	}
	return nil
}

func nth(list []string, k int, otherwise any) any {
	if k < len(list) {
		return list[k]
	}
	return otherwise
}

// place1 is the place of a part, from 1, 0 if it is not there.
func place1(s, part string) int {
	before, _, found := strings.Cut(s, part)
	return either(found, runes(before)+1, 0)
}

func joinedBy(sep string, values ...any) string {
	var list []string
	for _, v := range values {
		if v != nil {
			list = append(list, fmt.Sprint(v))
		}
	}
	return strings.Join(list, sep)
}

func chosenBy(r edgeRow, otherwise int64) any {
	switch {
	case r.p == true:
		return int64(1)
	case r.n != nil && r.n.(int64) < 0:
		return int64(2)
	}
	return otherwise
}

// What has no one meaning, or no counterpart, is told so, and nothing is said to be written.
func TestHabitsThatDiffer(t *testing.T) {
	for text, mention := range map[string]string{
		`CAST(f AS int)`: "drops it", `INT(f)`: "rounds down", `SUBSTR(s, 0, 2)`: "below 1", `SUBSTR(s, n)`: "below 1", `SUBSTR(s, -2)`: "below 1",
		`s.str.slice(1, 3)`: "pandas", `DATEDIFF(week, a, b)`: "Sunday", `TIMESTAMPDIFF(MONTH, a, b)`: "31st", `DATE_DIFF(a, b, DAY)`: "differs",
		`pl.col("a").dt.truncate("1d")`: "no .truncate", `s.str.replace("o", "0")[1].foo()`: "no .foo", `s.str.extract("(o)")`: "no .extract", `s.str.replace("o", "0", regex=True)`: "no named arguments", `df["s"].str.foo()`: "no .foo", `s.str.upper().title()`: "no .title",
		`LEFT(s, -1)`: "Postgres", `left(s, -2)`: "Postgres", `TO_CHAR(a, "D")`: "one language", `TO_CHAR(a, 'DDD')`: "one language", `TO_CHAR(a, 'D DD.MM.YYYY')`: "one language", `format(a, "D")`: "layout", `n.is_in([None, 7])`: "versions",
		`n.fillna(value=0)`: "no named arguments", `TO_CHAR(f, '999.99')`: "numbers have no layouts", `TEXT(n, "0.00")`: "numbers have no layouts", `math.Flor(f)`: "math.Flor", `zome.upper()`: "zome",
		`n.clip(lower=0)`: "no named arguments", `pd.to_numeric(s, errors="coerce")`: "no named arguments", `grepl("Z", s, fixed=TRUE)`: "no named arguments", `round(f, digits = 1)`: "no named arguments", `FOO(n, x=1)`: "no named arguments",
		`TRUNC(a, "D")`: "unknown unit", `TRUNC(a, 'IW')`: "unknown unit", `FLOOR(f, m, n)`: "takes 1 argument", `UPPER(s, s)`: "takes 1 argument", `a == s`: `timestamp("us")`,
		`s.foo() IS NULL`: "no .foo", `INT(n / 2)`: "rounds down", `LOG(f)`: "log10", `format(a, "%M %Y")`: "one language", `date_format(a, "yyyy-mm-dd")`: "one language", `DATETRUNC(week, a)`: "Sunday",
		`VLOOKUP(s, A1:B2, 2, FALSE)`: "join", `=SUMIF(s; "a"; n)`: "many rows", `COUNTIF(s, "a")`: "many rows", `IFERROR(n / m, 0)`: "reported",
		`CAST(f AS DECIMAL)`: "digits", `EXTRACT(week FROM a)`: "Monday", `s.str.zfill(5)`: "sign", `n <- 1`: "< -", `-f ^ 2`: "pow", `f ^ 2 ^ 3`: "pow", `LPAD(s, n)`: "width",
	} {
		_, err := Compile(edgeRecord(t).Schema(), text)
		require.ErrorContains(t, err, mention, text)
		require.NotContains(t, err.Error(), ": write ", text)
	}
}

// What is written instead differs for some value, and the message says for which.
func TestHabitsThatSayWhere(t *testing.T) {
	for text, mention := range map[string]string{
		`f::numeric(10,2)`: "2.675", `CAST(f AS decimal(10,2))`: "2.675", `f::decimal(12, 3)`: "2.675", `ROUND(f)`: "roundeven", `ROUND(f) = 2`: "roundeven", `n ** m`: "2^53", `np.power(n, 9)`: "2^53",
		`str(f)`: "2.0", `f.astype(str)`: "2.0", `f"{f}"`: "2.0", `f::text`: "2.0", `s + f`: "2.0", `CAST(p AS varchar)`: "True", `p.astype(str)`: "True", `str(a)`: "has a T", `f"at {a}"`: "has a T", `s || a`: "has a T",
		`f % 2 == 1 and p`: "in Python", `not n / 2 > 3`: "in Python", `n / m == 2 or p`: "in Python", `p and n % m > 0`: "in Python",
		`s > 3`: "cast(s, int64) > 3", `s <= 2.5`: "cast(s, float64) <= 2.5", `substring(s, 2, 3)`: "a place", `n.between(1, 3)`: "null", `TRUNC(f, 2)`: "0.29",
	} {
		_, err := CompileValue(edgeRecord(t).Schema(), text)
		require.ErrorContains(t, err, mention, text)
		require.ErrorContains(t, err, ": write ", text)
	}
}

// TestHabitsOfNumbersAtTheirLimits: whatever stands for a count, a place or an exponent, a message
// is made of it.
func TestHabitsOfNumbersAtTheirLimits(t *testing.T) {
	schema := edgeRecord(t).Schema()
	for _, form := range []string{
		"round(f, #)", "np.round(f, #)", "f.round(#)", "ROUND(f, #)", "RIGHT(s, #)", "LEFT(s, #)", "s[#:]", "s[:#]", "s[#]", "s[# : #]", "s.str[#:]", "s.str.slice(#)", "SUBSTR(s, #, #)", "LPAD(s, #)", "RPAD(s, #, \"ab\")",
		"s.str.zfill(#)", "SPLIT_PART(s, \",\", #)", "n // #", "n % # IS NULL", "MOD(n, #)", "n IN (#, #)", "n BETWEEN # AND #", "# >= n >= #", "f ^ # ^ #", "a + INTERVAL '#' DAY", "CAST(s AS VARCHAR(#))", "CAST(f AS DECIMAL(#, #))",
		"f::numeric(#, #)", "TRUNC(f, #)", "n.clip(#, #)", "LIMIT #", "n = #", "REPEAT(s, #)",
	} {
		for _, n := range []string{"-9223372036854775808", "9223372036854775807", "-9223372036854775809", "99999999999999999999", "-1", "0", "-0", "1e308", "0x7fffffffffffffff"} {
			require.NotPanics(t, func() { _, _ = Compile(schema, strings.ReplaceAll(form, "#", n)) }, "%s with %s", form, n)
		}
	}
}
