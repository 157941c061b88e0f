package expr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/oracle"
)

// numberTypes are the columns of the random record batches, two of each: one
// nullable with nulls (a…) and one that is not (b…).
var numberTypes = []string{
	"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
}

var allTypes = append([]string{"bool", "string", "date", "timestamp"}, numberTypes...)

var oddTexts = []string{"", "a", "Zone 7", "zone 70", "Größe", "ß", "  x ", "a,b,,c", "日本", "12", "-3.5", "true", "ABCDEFGHIJKLMNOPQ", "abcdefghijklmnopq"}

var oddFloats = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 2, 1e300, -1e300, math.MaxFloat64, 5e-324, math.Inf(1), math.Inf(-1), math.NaN(), 127, 128, 255.5, 1 << 31, 1 << 63}

// randomRecord makes n rows of every type, extremes included, as slices that
// begin at row offset of longer arrays.
func randomRecord(r *rand.Rand, n, offset int, nulls float64) arrow.Record {
	var fields []arrow.Field
	var cols []arrow.Array
	for _, prefix := range []string{"a", "b"} {
		for _, t := range allTypes {
			dt := typeNames[t]
			if t == "timestamp" {
				dt = &arrow.TimestampType{Unit: arrow.Microsecond}
			}
			b := array.NewBuilder(memory.DefaultAllocator, dt)
			for range n + offset {
				if prefix == "a" && r.Float64() < nulls {
					b.AppendNull()
					continue
				}
				appendRandom(r, b)
			}
			a := array.NewSlice(b.NewArray(), int64(offset), int64(n+offset))
			cols = append(cols, a)
			fields = append(fields, arrow.Field{Name: prefix + t, Type: a.DataType(), Nullable: prefix == "a"})
		}
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, int64(n))
}

// otherLayouts gives the columns of texts one of the layouts of strings each.
func otherLayouts(r *rand.Rand, rec arrow.Record) arrow.Record {
	fields, cols := slices.Clone(rec.Schema().Fields()), slices.Clone(rec.Columns())
	for k, f := range fields {
		if f.Type.ID() != arrow.STRING {
			continue
		}
		texts := make([]string, rec.NumRows())
		for i := range texts {
			if s, ok := scalar(cols[k], i).(string); ok {
				texts[i] = s
			} else {
				texts[i] = "\x00"
			}
		}
		switch r.IntN(4) {
		case 0:
			cols[k] = textArray(arrow.BinaryTypes.LargeString, texts)
		case 1:
			cols[k] = textArray(arrow.BinaryTypes.StringView, texts)
		case 2:
			entries := slices.Compact(slices.Sorted(slices.Values(texts)))
			keys := array.NewUint8Builder(memory.DefaultAllocator)
			for _, s := range texts {
				keys.Append(uint8(slices.Index(entries, s)))
			}
			dt := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint8, ValueType: arrow.BinaryTypes.String}
			cols[k] = array.NewDictionaryArray(dt, keys.NewArray(), textArray(dt.ValueType, entries))
		}
		fields[k].Type = cols[k].DataType()
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, rec.NumRows())
}

func appendRandom(r *rand.Rand, b array.Builder) {
	i := r.Uint64() >> (r.UintN(8) * 8)
	switch r.UintN(4) {
	case 0:
		i = uint64(r.UintN(4))
	case 1:
		i = -i
	}
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(i&1 != 0)
	case *array.StringBuilder:
		b.Append(oddTexts[r.IntN(len(oddTexts))])
	case *array.Date32Builder:
		b.Append(arrow.Date32(int32(i) % 4000000))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(int64(i) % (1 << 58)))
	case *array.Int8Builder:
		b.Append(int8(i))
	case *array.Int16Builder:
		b.Append(int16(i))
	case *array.Int32Builder:
		b.Append(int32(i))
	case *array.Int64Builder:
		b.Append(int64(i))
	case *array.Uint8Builder:
		b.Append(uint8(i))
	case *array.Uint16Builder:
		b.Append(uint16(i))
	case *array.Uint32Builder:
		b.Append(uint32(i))
	case *array.Uint64Builder:
		b.Append(i)
	case *array.Float32Builder:
		b.Append(float32(randomFloat(r)))
	case *array.Float64Builder:
		b.Append(randomFloat(r))
	}
}

func randomFloat(r *rand.Rand) float64 {
	if r.UintN(2) == 0 {
		return oddFloats[r.IntN(len(oddFloats))]
	}
	return math.Ldexp(r.NormFloat64(), r.IntN(20)-5)
}

// dice writes random expressions, its decisions taken from the bytes that the
// fuzzer mutates.
type dice struct{ b []byte }

func (d *dice) roll(n int) int {
	if len(d.b) == 0 {
		return 0
	}
	v := int(d.b[0])
	d.b = d.b[1:]
	return v % n
}

func (d *dice) pick(s ...string) string { return s[d.roll(len(s))] }

func (d *dice) column(t string) string { return d.pick("a", "b") + t }

// expr writes an expression of a type: its depth bounds the size.
func (d *dice) expr(t string, depth int) string {
	if depth <= 0 || d.roll(6) == 0 {
		return d.leaf(t)
	}
	sub := func(t string) string { return d.expr(t, depth-1) }
	switch d.roll(8) {
	case 0:
		return fmt.Sprintf("ifelse(%s, %s, %s)", sub("bool"), sub(t), sub(t))
	case 1:
		return fmt.Sprintf("coalesce(%s, %s)", sub(t), sub(t))
	case 2:
		return fmt.Sprintf("casewhen(%s, %s, %s, %s, %s)", sub("bool"), sub(t), sub("bool"), sub(t), sub(t))
	}
	switch t {
	case "bool":
		return d.boolean(sub)
	case "string":
		return d.text(sub)
	case "date", "timestamp":
		return d.leaf(t)
	}
	return d.number(t, sub)
}

func (d *dice) leaf(t string) string {
	switch {
	case d.roll(4) != 0:
		return d.column(t)
	case t == "bool":
		return d.pick("true", "false")
	case t == "string":
		return fmt.Sprintf("%q", d.pick(oddTexts...))
	case strings.HasPrefix(t, "float"):
		return d.pick("0", "1.5", "2", "0.25", "1e9", "7")
	case t == "date", t == "timestamp":
		return d.column(t)
	}
	return d.pick("0", "1", "2", "7", "100")
}

func (d *dice) boolean(sub func(string) string) string {
	switch d.roll(8) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", sub("bool"), d.pick("&&", "||", "==", "!="), sub("bool"))
	case 2:
		return "!" + sub("bool")
	case 3:
		return "isnull(" + sub(d.pick(allTypes...)) + ")"
	case 4:
		return fmt.Sprintf("%s(%s, %s)", d.pick("contains", "startswith", "endswith"), sub("string"), sub("string"))
	case 5:
		return fmt.Sprintf("%s(%s, %q)", d.pick("like", "match"), sub("string"), d.pick("Z%", "%o%", "a", "_one 7", "Zone 7"))
	case 6:
		t := d.pick(allTypes[1:]...)
		return fmt.Sprintf("in(%s, %s, %s)", d.column(t), sub(t), sub(t))
	}
	t := d.pick(allTypes[1:]...)
	return fmt.Sprintf("(%s %s %s)", d.column(t), d.pick("<", "<=", ">", ">=", "==", "!="), sub(t))
}

func (d *dice) text(sub func(string) string) string {
	switch d.roll(7) {
	case 0:
		return fmt.Sprintf("(%s + %s)", sub("string"), sub("string"))
	case 1, 2:
		return fmt.Sprintf("%s(%s)", d.pick("lower", "upper", "trim"), sub("string"))
	case 3:
		return fmt.Sprintf("replace(%s, %s, %s)", sub("string"), sub("string"), sub("string"))
	case 4:
		return fmt.Sprintf("substr(%s, cast(%s, int64), 3)", sub("string"), d.column("int8"))
	case 5:
		return fmt.Sprintf("split(%s, \",\", %s)", sub("string"), d.pick("0", "1", "-1", "9"))
	}
	return fmt.Sprintf("cast(%s, string)", sub(d.pick(allTypes...)))
}

func (d *dice) number(t string, sub func(string) string) string {
	if strings.HasPrefix(t, "float") {
		switch d.roll(5) {
		case 0, 1:
			return fmt.Sprintf("cast(%s(%s), %s)", d.pick("sqrt", "floor", "ceil", "abs", "round"), sub(t), t)
		case 2:
			return fmt.Sprintf("%s(%s, %s)", d.pick("min", "max"), d.column(t), sub(t))
		case 3:
			return fmt.Sprintf("cast(%s, %s)", sub(d.pick(numberTypes...)), t)
		}
		return fmt.Sprintf("(%s %s %s)", d.column(t), d.pick("+", "-", "*", "/", "%"), sub(t))
	}
	switch d.roll(7) {
	case 0:
		return fmt.Sprintf("%s(%s, %s)", d.pick("min", "max"), d.column(t), sub(t))
	case 1:
		return fmt.Sprintf("cast(%s, %s)", sub(d.pick(allTypes[4:]...)), t)
	case 2:
		return fmt.Sprintf("cast(%s(%s), %s)", d.pick("year", "month", "day", "weekday", "yearday"), sub(d.pick("date", "timestamp")), t)
	case 3:
		return fmt.Sprintf("cast(len(%s), %s)", sub("string"), t)
	case 4:
		return fmt.Sprintf("(%s %s %s)", d.column(t), d.pick("<<", ">>"), d.column("int8"))
	}
	return fmt.Sprintf("(%s %s %s)", d.column(t), d.pick("+", "-", "*", "/", "%", "&", "|", "^", "&^"), sub(t))
}

// checkAgainstOracle holds every row of a text against the oracle.
func checkAgainstOracle(t *testing.T, rec arrow.Record, text string) {
	t.Helper()
	p, err := Compile(rec.Schema(), text)
	if err != nil {
		// Random constants may divide by zero, not fit their type, or settle for one that does not mix.
		require.Regexp(t, "divided by zero|does not fit|does not apply|mixes", err.Error(), text)
		return
	}
	got, failed := evalProgram(t, p, rec)
	for i := range got {
		row := oracle.Row{}
		for k, f := range rec.Schema().Fields() {
			row[f.Name] = oracleValue(f.Name[1:], cell(rec.Column(k), i))
		}
		want, err := oracle.Eval(text, row)
		if err != nil {
			require.ErrorIs(t, err, oracle.ErrRow, text)
			require.Contains(t, failed, i, "%s: row %d %v should fail\n%s", text, i, row, p.Explain())
			require.Nil(t, got[i])
			continue
		}
		require.NotContains(t, failed, i, "%s: row %d %v", text, i, row)
		if !sameValue(want.V, oracleValue(want.Type, got[i]).V) {
			t.Fatalf("%s: row %d is %v, want %v\n%v\n%s", text, i, got[i], want.V, row, p.Explain())
		}
	}
}

func oracleValue(t string, v any) oracle.Value {
	switch x := v.(type) {
	case int8:
		v = int64(x)
	case int16:
		v = int64(x)
	case int32:
		v = int64(x)
	case uint8:
		v = uint64(x)
	case uint16:
		v = uint64(x)
	case uint32:
		v = uint64(x)
	case float32:
		v = float64(x)
	}
	return oracle.Value{Type: t, V: v}
}

// sameValue compares floats by their bits, any NaN equal to any.
func sameValue(a, b any) bool {
	x, ok1 := a.(float64)
	y, ok2 := b.(float64)
	if ok1 && ok2 {
		return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
	}
	return a == b
}

func FuzzAgainstOracle(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		b := make([]byte, 60)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(r.Uint64(), b)
	}
	f.Fuzz(func(t *testing.T, seed uint64, b []byte) {
		r := rand.New(rand.NewPCG(seed, 3))
		rec := otherLayouts(r, randomRecord(r, 1+r.IntN(70), r.IntN(20), []float64{0, 0.3, 1}[r.IntN(3)]))
		d := &dice{b: b}
		checkAgainstOracle(t, rec, d.expr(d.pick(allTypes...), 4))
	})
}
