package expr

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

func listedBy(sep string, n int, part func(i int) string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = part(i)
	}
	return strings.Join(list, sep)
}

func nestedIn(n int, open func(i int) string, inner, end string) string {
	return listedBy("", n, open) + inner + strings.Repeat(end, n)
}

// longTexts are texts of n terms, in all the shapes that programs write.
func longTexts(n int) map[string][]string {
	is := func(text string) func(int) string { return func(int) string { return text } }
	form := func(format string) func(int) string {
		return func(i int) string { return fmt.Sprintf(strings.ReplaceAll(format, "#", "%[1]d"), i) }
	}
	many := func(format string) (texts []string) {
		for i := range n {
			texts = append(texts, form(format)(i))
		}
		return texts
	}
	return map[string][]string{
		"sum":                {listedBy(" + ", n, is("x"))},
		"sum of products":    {listedBy(" + ", n, form("x*#"))},
		"quotients":          {listedBy(" + ", n, form("#/k"))},
		"and":                {listedBy(" && ", n, form("k > #"))},
		"and that can fail":  {listedBy(" && ", n, form("1/k > #"))},
		"or":                 {listedBy(" || ", n, form("k == #"))},
		"texts":              {listedBy(" + ", n, form(`s + "#"`))},
		"to the right":       {nestedIn(n, is("x + ("), "x", ")")},
		"calls":              {nestedIn(n, is("abs("), "x", ")")},
		"parentheses":        {nestedIn(n, is("("), "x", ")")},
		"nots":               {strings.Repeat("!", n) + "b"},
		"in":                 {"in(k, " + listedBy(", ", n, form("#")) + ")"},
		"in texts":           {"in(s, " + listedBy(", ", n, form(`"t#"`)) + ")"},
		"ifelse":             {nestedIn(n, form("ifelse(k == #, #/3, "), "0", ")")},
		"ifelse of failing":  {nestedIn(n, form("ifelse(k == #, #/k, "), "0", ")")},
		"casewhen":           {"casewhen(" + listedBy(", ", n, form("k == #, s + \"#\"")) + `, "")`},
		"coalesce":           {"coalesce(" + listedBy(", ", n, form("x*#")) + ")"},
		"exclusive or":       {listedBy(" ^ ", n, is("k"))},
		"constants":          {listedBy(" + ", n, form("k*abs(int64(#))"))},
		"dictionary":         {listedBy(" + ", n, form(`len(g + "#")`))},
		"assignments":        {"func(x float64) float64 { " + listedBy("; ", n, is("x = x + 1")) + "; return x }"},
		"ifs":                {"func(x float64) float64 { " + listedBy("; ", n, form("if x < # { return # }")) + "; return 0 }"},
		"many over many":     many("e# = c# + #"),
		"many over one":      many("e# = (1/k + 3/(k - 1)) * #"),
		"many with carets":   many("e# = k ^ #"),
		"many constants":     many("e# = k + abs(int64(#))"),
		"many of dictionary": many(`e# = upper(g) + "#"`),
	}
}

func longSchema(n int) *arrow.Schema {
	fields := []arrow.Field{
		{Name: "x", Type: arrow.PrimitiveTypes.Float64, Nullable: true}, {Name: "k", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "b", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "g", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}, Nullable: true},
	}
	for i := range n {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("c", i), Type: arrow.PrimitiveTypes.Int64, Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// shortNamed gives a single text a short name: Explain repeats the name for each operation that can
// fail.
func shortNamed(texts []string) []string {
	if len(texts) == 1 {
		return []string{"e = " + texts[0]}
	}
	return texts
}

// allocated is what f allocates.
func allocated(f func()) (objects, bytes float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)
}

// TestCompilingIsLinear holds objects and bytes against each other for n and 2n terms: time cannot
// be told apart from what else the machine does.
func TestCompilingIsLinear(t *testing.T) {
	const n = 300
	schema := longSchema(2 * n)
	cost := func(texts []string) (objects, bytes float64) {
		return allocated(func() {
			p, err := CompileAll(schema, shortNamed(texts)...)
			require.NoError(t, err)
			require.NotEmpty(t, p.Explain())
			p.Filter()
			p.NewEvaluator()
		})
	}
	twice := longTexts(2 * n)
	for name, texts := range longTexts(n) {
		cost(texts)
		objects, bytes := cost(texts)
		objects2, bytes2 := cost(twice[name])
		require.Less(t, objects2/objects, 2.5, "%s: objects", name)
		require.Less(t, bytes2/bytes, 2.5, "%s: bytes", name)
	}
}

// TestLongTextsKeepFewRegisters: memory is for values that are alive, not for terms.
func TestLongTextsKeepFewRegisters(t *testing.T) {
	const n = 1000
	for name, texts := range longTexts(n) {
		if len(texts) > 1 {
			continue
		}
		p, err := CompileAll(longSchema(0), texts...)
		require.NoError(t, err, name)
		require.LessOrEqual(t, p.code.Vectors(), 10, name)
	}
}

// TestLongTextsAreRight compares chains with what a loop computes, over two vectors.
func TestLongTextsAreRight(t *testing.T) {
	const rows, n = 1500, 700
	rec := array.NewRecord(longSchema(0), longColumns(rows), rows)
	values := func(name string) arrow.Array {
		p, err := CompileAll(rec.Schema(), longTexts(n)[name]...)
		require.NoError(t, err, name)
		e := p.NewEvaluator()
		require.NoError(t, e.Bind(rec))
		out, err := e.evaluate(context.Background(), func(int, *RowError) error { return nil }, rows)
		require.NoError(t, err, name)
		return out[0]
	}
	quotients, failing := values("quotients").(*array.Int64), values("ifelse of failing").(*array.Int64)
	choice, cases := values("ifelse").(*array.Int64), values("casewhen").(*array.String)
	texts, first := values("texts").(*array.String), values("coalesce").(*array.Float64)
	tail := listedBy("", n, func(i int) string { return fmt.Sprint("t", i) })
	for i := range rows {
		k := int64(i)
		if i%7 == 3 {
			require.True(t, quotients.IsNull(i) && cases.Value(i) == "" && texts.IsNull(i) && first.IsNull(i))
			continue
		}
		sum := int64(0)
		for j := range int64(n) {
			if k != 0 {
				sum += j / k
			}
		}
		require.Equal(t, k == 0, quotients.IsNull(i))
		require.Equal(t, k == 0, failing.IsNull(i), i)
		if k != 0 {
			require.Equal(t, sum, quotients.Value(i))
		}
		chosen, text := int64(0), ""
		if k < n {
			chosen, text = k/3, fmt.Sprint("t", k)
		}
		require.Equal(t, chosen, choice.Value(i))
		require.Equal(t, text, cases.Value(i))
		require.Equal(t, tail, texts.Value(i))
		require.Zero(t, first.Value(i))
	}
}

// longColumns are those of longSchema, with a null in each seventh row.
func longColumns(rows int) []arrow.Array {
	x, k := array.NewFloat64Builder(memory.DefaultAllocator), array.NewInt64Builder(memory.DefaultAllocator)
	s, b := array.NewStringBuilder(memory.DefaultAllocator), array.NewBooleanBuilder(memory.DefaultAllocator)
	g := array.NewBuilder(memory.DefaultAllocator, longSchema(0).Field(4).Type).(*array.BinaryDictionaryBuilder)
	for i := range rows {
		if i%7 == 3 {
			for _, builder := range []array.Builder{x, k, s, b, g} {
				builder.AppendNull()
			}
			continue
		}
		x.Append(float64(i))
		k.Append(int64(i))
		s.Append("t")
		b.Append(i%2 == 0)
		_ = g.AppendString("g")
	}
	return []arrow.Array{x.NewArray(), k.NewArray(), s.NewArray(), b.NewArray(), g.NewArray()}
}

func TestTooDeepTextsAreRefused(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{nestedIn(10_000, func(int) string { return "(" }, "x", ")"), "5,000 parentheses"},
		{nestedIn(10_000, func(int) string { return "abs(" }, "x", ")"), "5,000 parentheses"},
		{strings.Repeat("(", 200_000), "5,000 parentheses"},
		{strings.Repeat("x + ", 100_000) + "x", "99,900 operators"},
		{strings.Repeat("!", 200_000) + "b", "99,900 operators"},
		{strings.Repeat("x[", 200_000), "99,900 operators"},
		{strings.Repeat("x.", 200_000), "99,900 operators"},
	} {
		_, err := Compile(longSchema(0), c.text)
		require.ErrorContains(t, err, c.says)
		require.Less(t, len(err.Error()), 1000)
	}
	_, err := Compile(longSchema(0), nestedIn(5000, func(int) string { return "(" }, "x", ")"))
	require.NoError(t, err)
}

// TestExplainOfSharedTexts: what is doubled sixty times over one dictionary has no end if it is
// written out.
func TestExplainOfSharedTexts(t *testing.T) {
	doubled := "func(g string) string { " + strings.Repeat("g = g + g; ", 60) + "return g }"
	p, err := Compile(longSchema(0), doubled)
	require.NoError(t, err)
	require.Less(t, len(p.Explain()), 50_000)
	both := "func(b bool) bool { " + strings.Repeat("b = b && b; ", 60) + "return b }"
	p, err = CompileValue(longSchema(0), both)
	require.NoError(t, err)
	require.Len(t, p.Filter().Bounds, 1)
}
