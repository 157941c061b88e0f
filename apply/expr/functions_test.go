package expr

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"
)

// probe is a call of a function, to be made again with each of its columns null or NaN.
type probe struct {
	text  string
	nulls map[string]any // by column, where the table says other than null
	nans  map[string]any // by column, where the table says other than NaN
}

// probes has a call of every function in the table. Columns x and y are floats, s and part
// texts, c is true, n an integer, t and u are times.
var probes = map[string]probe{
	"ifelse":     {"ifelse(c, x, y)", map[string]any{"c": 0.5, "y": 2.25}, map[string]any{"y": 2.25}},
	"casewhen":   {"casewhen(c, x, false, y, 9)", map[string]any{"c": 9.0, "y": 2.25}, map[string]any{"y": 2.25}},
	"coalesce":   {"coalesce(x, y)", map[string]any{"x": 0.5, "y": 2.25}, map[string]any{"y": 2.25}},
	"isnull":     {"isnull(x)", map[string]any{"x": true}, map[string]any{"x": false}},
	"in":         {"in(x, 2.25, y)", map[string]any{"y": true}, map[string]any{"x": false, "y": true}},
	"between":    {"between(x, 0, y)", map[string]any{}, map[string]any{"x": false, "y": false}},
	"isnan":      {"isnan(x)", nil, map[string]any{"x": true}},
	"hash":       {"hash(x, y) == hash(2.25, 0.5)", map[string]any{"x": false, "y": false}, map[string]any{"x": false, "y": false}},
	"min":        {text: "min(x, y)"},
	"max":        {text: "max(x, y)"},
	"clip":       {text: "clip(x, y, 9)"},
	"abs":        {text: "abs(x)"},
	"round":      {text: "round(x, 1)"},
	"roundeven":  {text: "roundeven(x)"},
	"nan":        {text: "nan()"},
	"inf":        {text: "inf()"},
	"pow":        {text: "pow(x, y)"},
	"sqrt":       {text: "sqrt(x)"},
	"exp":        {text: "exp(x)"},
	"log":        {text: "log(x)"},
	"floor":      {text: "floor(x)"},
	"ceil":       {text: "ceil(x)"},
	"log2":       {text: "log2(x)"},
	"log10":      {text: "log10(x)"},
	"cbrt":       {text: "cbrt(x)"},
	"sin":        {text: "sin(x)"},
	"cos":        {text: "cos(x)"},
	"tan":        {text: "tan(x)"},
	"asin":       {text: "asin(x)"},
	"acos":       {text: "acos(x)"},
	"atan":       {text: "atan(x)"},
	"sinh":       {text: "sinh(x)"},
	"cosh":       {text: "cosh(x)"},
	"tanh":       {text: "tanh(x)"},
	"atan2":      {text: "atan2(x, y)"},
	"hypot":      {text: "hypot(x, y)"},
	"len":        {text: "len(s)"},
	"lower":      {text: "lower(s)"},
	"upper":      {text: "upper(s)"},
	"trim":       {text: `trim(s, "Z")`},
	"ltrim":      {text: `ltrim(s, "Z")`},
	"rtrim":      {text: `rtrim(s, "Z")`},
	"contains":   {text: "contains(s, part)"},
	"startswith": {text: "startswith(s, part)"},
	"endswith":   {text: "endswith(s, part)"},
	"replace":    {text: "replace(s, part, part)"},
	"substr":     {text: "substr(s, n, n)"},
	"split":      {text: `split(s, part, 0)`},
	"concat":     {text: "concat(s, part)"},
	"like":       {text: `like(s, "Z%")`},
	"match":      {text: `match(s, "^Z")`},
	"trunc":      {text: "trunc(x)"},
	"add":        {text: `add(t, n, "day")`},
	"diff":       {text: `diff(t, u, "day")`},
	"format":     {text: `format(t, "2006")`},
	"parse":      {text: `parse("2024" + s, "2006Zone 7")`},
	"year":       {text: "year(t)"},
	"quarter":    {text: "quarter(t)"},
	"month":      {text: "month(t)"},
	"day":        {text: "day(t)"},
	"yearday":    {text: "yearday(t)"},
	"weekday":    {text: "weekday(t)"},
	"hour":       {text: "hour(t)"},
	"minute":     {text: "minute(t)"},
	"second":     {text: "second(t)"},
	"nanosecond": {text: "nanosecond(t)"},
	"cast":       {text: "cast(x, float32)"},
}

var probedColumns = regexp.MustCompile(`\b(x|y|s|part|c|n|t|u)\b`)

// What the table says of nulls and NaN is what the kernels do.
func TestFunctionTable(t *testing.T) {
	rec := probed(t)
	for _, b := range builtins() {
		p, ok := probes[b.name]
		require.True(t, ok, "%s has no probe", b.name)
		got, failed := evalText(t, rec, p.text)
		require.Empty(t, failed, p.text)
		require.NotNil(t, got[0], p.text)
		for _, at := range probedColumns.FindAllStringIndex(p.text, -1) {
			before, column := p.text[:at[0]], p.text[at[0]:at[1]]
			nulls := before + "null_" + p.text[at[0]:]
			got, failed := evalText(t, rec, nulls)
			require.Empty(t, failed, nulls)
			want, other := p.nulls[column]
			require.Equal(t, want, got[0], nulls)
			if b.nulls == nullStrict {
				require.False(t, other, b.name)
			}
			if column != "x" && column != "y" {
				continue
			}
			nans := before + "nan_" + p.text[at[0]:]
			got, _ = evalText(t, rec, nans)
			if want, other := p.nans[column]; other {
				require.Equal(t, want, got[0], nans)
				continue
			}
			require.True(t, isNaN(got[0]), "%s is %v", nans, got[0])
		}
	}
}

func isNaN(v any) bool {
	switch v := v.(type) {
	case float64:
		return v != v
	case float32:
		return v != v
	}
	return false
}

// probed is one row: every column as it is, null (null_…), and NaN (nan_…).
func probed(t *testing.T) arrow.Record {
	cols := []struct{ name, def string }{
		{"x", "2.25"}, {"y", "0.5"}, {"s", `"Zone 7"`}, {"part", `"ne"`}, {"c", "paid"}, {"n", "cast(1, int64)"}, {"t", "at"}, {"u", "at"},
	}
	var texts []string
	for _, c := range cols {
		texts = append(texts, c.name+" = "+c.def, "null_"+c.name+" = ifelse(paid, ifelse(false, "+c.def+", nil), nil)")
	}
	texts = append(texts, "nan_x = nan()", "nan_y = nan()")
	taxi := taxi(t).NewSlice(0, 1)
	p, err := CompileAll(taxi.Schema(), texts...)
	require.NoError(t, err)
	arrays, err := p.EvalAll(t.Context(), taxi)
	require.NoError(t, err)
	return array.NewRecord(arrow.NewSchema(p.Fields(), nil), arrays, 1)
}

// The failing rows of the table's last column.
func TestFunctionTableErrors(t *testing.T) {
	fails := map[string]string{
		"cast": "cast(nan_x, int64)", "parse": `parse(s, "2006")`, "round": "round(cast(9223372036854775807, int64), -1)",
		"abs":   `abs(cast(-9223372036854775808, duration("us")))`,
		"trunc": `trunc(cast(-9223372036854775808, timestamp("ns")), "year")`,
		"add":   `add(cast(9223372036854775807, timestamp("ns")), 1, "second")`,
		"diff":  `diff(cast(9223372036854775807, timestamp("s")), cast(-1, timestamp("s")), "second")`,
	}
	rec := probed(t)
	for _, b := range builtins() {
		text, ok := fails[b.name]
		require.Equal(t, b.errs != noErrors, ok, b.name)
		if ok {
			_, failed := evalText(t, rec, text)
			require.Len(t, failed, 1, text)
		}
	}
}

// The reference in the docs is the table.
func TestReferenceIsCurrent(t *testing.T) {
	const file = "../../docs/EXPRESSIONS.md"
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(b), "<!-- functions -->\n")
	require.True(t, ok)
	_, tail, ok := strings.Cut(rest, "<!-- end -->")
	require.True(t, ok)
	want := head + "<!-- functions -->\n" + Functions() + "<!-- end -->" + tail
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(b), "UPDATE=1 go test ./apply/expr writes the table anew")
}
