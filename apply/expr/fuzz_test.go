package expr

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/oracle"
)

// numberTypes are the columns of the random record batches, two of each: one
// nullable with nulls (a…) and one that is not (b…).
var numberTypes = []string{
	"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
}

var (
	timestampTypes = []string{"timestamp", "walls", "wallms", "wallns", "berlins", "berlinus", "saopauloms", "newyorkns"}
	durationTypes  = []string{"durations", "durationms", "durationns"}
	decimalTypes   = []string{"price", "wide"}
	instantTypes   = append([]string{"date", "datems"}, timestampTypes...)
	timeTypes      = slices.Concat(instantTypes, durationTypes)
	allTypes       = slices.Concat([]string{"bool", "string"}, numberTypes, decimalTypes, timeTypes)
)

// dataTypes are the columns' types by the names of the columns, and what cast calls them.
var dataTypes = map[string]struct {
	arrow.DataType
	cast string
}{
	"datems":     {arrow.FixedWidthTypes.Date64, ""},
	"timestamp":  {&arrow.TimestampType{Unit: arrow.Microsecond}, `timestamp("us")`},
	"walls":      {&arrow.TimestampType{Unit: arrow.Second}, `timestamp("s")`},
	"wallms":     {&arrow.TimestampType{Unit: arrow.Millisecond}, `timestamp("ms")`},
	"wallns":     {&arrow.TimestampType{Unit: arrow.Nanosecond}, `timestamp("ns")`},
	"berlins":    {&arrow.TimestampType{Unit: arrow.Second, TimeZone: "Europe/Berlin"}, `timestamp("s", "Europe/Berlin")`},
	"berlinus":   {&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Europe/Berlin"}, `timestamp("us", "Europe/Berlin")`},
	"saopauloms": {&arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "America/Sao_Paulo"}, `timestamp("ms", "America/Sao_Paulo")`},
	"newyorkns":  {&arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "America/New_York"}, `timestamp("ns", "America/New_York")`},
	"durations":  {&arrow.DurationType{Unit: arrow.Second}, `duration("s")`},
	"durationms": {&arrow.DurationType{Unit: arrow.Millisecond}, `duration("ms")`},
	"durationns": {&arrow.DurationType{Unit: arrow.Nanosecond}, `duration("ns")`},
	"price":      {&arrow.Decimal128Type{Precision: 9, Scale: 2}, "decimal(9, 2)"},
	"wide":       {&arrow.Decimal128Type{Precision: 38, Scale: 6}, "decimal(38, 6)"},
}

// castName is what cast calls the type of a column.
func castName(t string) string {
	if d, ok := dataTypes[t]; ok {
		return d.cast
	}
	return t
}

// oracleType is what the oracle calls a type.
func oracleType(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.Date64Type:
		return "date64"
	case *arrow.DictionaryType, *arrow.LargeStringType, *arrow.StringViewType:
		return "string"
	case *arrow.TimestampType, *arrow.DurationType, *arrow.Decimal128Type, *arrow.Date32Type, *arrow.StringType:
		return ir.TypeName(t)
	}
	return t.String()
}

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
			if dt == nil {
				dt = dataTypes[t].DataType
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
		b.Append(arrow.Date32(int32(randomTime(r, i, 86400e9, 1<<31-1))))
	case *array.Date64Builder:
		b.Append(arrow.Date64(randomTime(r, i, 86400e9, 1<<31-1) * 86400000))
	case *array.TimestampBuilder:
		t := b.Type().(*arrow.TimestampType)
		most := int64(math.MaxInt64)
		if t.Unit == arrow.Second {
			most = 1 << 55 // package time goes little farther
		}
		b.Append(arrow.Timestamp(randomTime(r, i, ir.UnitNanos(t.Unit), most)))
	case *array.DurationBuilder:
		if r.UintN(3) > 0 {
			i = uint64(int64(i) % 1e6)
		}
		b.Append(arrow.Duration(int64(i)))
	case *array.Decimal128Builder:
		b.Append(randomDecimal(r, b.Type().(*arrow.Decimal128Type).Precision, i))
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

// randomTime counts units of per nanoseconds: a change of Berlin's, Sao Paulo's or New York's
// clock, a time near one, the least or the greatest time, or any.
func randomTime(r *rand.Rand, i uint64, per, most int64) int64 {
	changes := []int64{1711846800, 1729990800, 1541300400, 1518919200, 1710054000, 1730613600, 1577836800, 0, -2208988800}
	switch r.UintN(8) {
	case 0:
		return int64(i) % most
	case 1:
		return []int64{most, -most, most - 1}[r.IntN(3)]
	}
	nanos := changes[r.IntN(len(changes))]*1e9 + r.Int64N(5)*1800e9 - 3600e9 + []int64{0, 1, -1, 999999, 500}[r.IntN(5)]
	if r.UintN(3) == 0 {
		nanos += r.Int64N(700*86400) * 1e9
	}
	return nanos / per
}

// randomDecimal has at most precision digits.
func randomDecimal(r *rand.Rand, precision int32, i uint64) decimal128.Num {
	n := decimal128.FromI64(int64(i))
	if r.UintN(3) == 0 {
		n = decimal128.New(int64(r.Uint64()), r.Uint64())
	}
	if limit := decimal128.GetScaleMultiplier(int(precision)); n.Abs().Cmp(limit) >= 0 {
		_, n = n.Div(limit)
	}
	return n
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
	}
	switch {
	case slices.Contains(instantTypes, t):
		return d.instant(t, sub)
	case slices.Contains(durationTypes, t):
		return d.duration(t, sub)
	case slices.Contains(decimalTypes, t):
		return d.decimal(t, sub)
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
	case slices.Contains(timeTypes, t):
		return d.column(t)
	}
	return d.pick("0", "1", "2", "7", "100")
}

// to writes a value as one of column type t; of dates64, which no cast names, a column.
func (d *dice) to(t, text string) string {
	if castName(t) == "" {
		return d.column(t)
	}
	return fmt.Sprintf("cast(%s, %s)", text, castName(t))
}

var calendarUnits = []string{"second", "minute", "hour", "day", "week", "month", "quarter", "year"}

func (d *dice) count() string {
	return fmt.Sprintf("cast(%s, int64)", d.column(d.pick("int8", "int16")))
}

func (d *dice) instant(t string, sub func(string) string) string {
	units := calendarUnits
	if t == "date" {
		units = calendarUnits[3:]
	}
	switch d.roll(7) {
	case 0:
		return fmt.Sprintf("trunc(%s, %q)", sub(t), d.pick(units...))
	case 1:
		return fmt.Sprintf("add(%s, %s, %q)", sub(t), d.count(), d.pick(units...))
	case 2:
		return d.to(t, sub(d.pick(instantTypes...)))
	case 3:
		return d.to(t, fmt.Sprintf("(%s %s %s)", sub(t), d.pick("+", "-"), sub(d.pick(durationTypes...))))
	case 4:
		return d.to(t, sub(d.pick("int64", "int32", "uint16")))
	case 5:
		return d.to(t, fmt.Sprintf("(%s + %s)", sub(d.pick(durationTypes...)), d.column(t)))
	}
	return fmt.Sprintf("%s(%s, %s)", d.pick("min", "max"), d.column(t), sub(t))
}

func (d *dice) duration(t string, sub func(string) string) string {
	switch d.roll(8) {
	case 0, 1:
		x, y := d.pair()
		return d.to(t, fmt.Sprintf("(%s - %s)", x, sub(y)))
	case 2:
		return d.to(t, fmt.Sprintf("(%s %s %s)", sub(d.pick(durationTypes...)), d.pick("+", "-"), sub(d.pick(durationTypes...))))
	case 3:
		return fmt.Sprintf("(%s %s %s)", sub(t), d.pick("*", "/"), d.pick("3", d.column("int8"), d.column("int64")))
	case 4:
		return fmt.Sprintf("(%s * %s)", d.column("uint16"), sub(t))
	case 5:
		return fmt.Sprintf("%s(%s)", d.pick("abs", "-"), sub(t))
	case 6:
		return d.to(t, sub(d.pick("durations", "durationms", "durationns", "int64", "int8")))
	}
	return fmt.Sprintf("%s(%s, %s)", d.pick("min", "max"), d.column(t), sub(t))
}

// pair is a column and a type that have a time between them: both with a zone, or both without.
func (d *dice) pair() (column, t string) {
	walls := []string{"date", "datems", "timestamp", "walls", "wallms", "wallns"}
	zoned := []string{"berlins", "berlinus", "saopauloms", "newyorkns"}
	switch d.roll(4) {
	case 0:
		return d.column(d.pick(walls...)), d.pick(walls...)
	case 1:
		return d.column(d.pick("date", "datems")), d.pick(zoned...)
	case 2:
		return d.column(d.pick(zoned...)), d.pick("date", "datems")
	}
	return d.column(d.pick(zoned...)), d.pick(zoned...)
}

func (d *dice) decimal(t string, sub func(string) string) string {
	switch d.roll(6) {
	case 0, 1:
		return d.to(t, fmt.Sprintf("(%s %s %s)", sub(d.pick(decimalTypes...)), d.pick("+", "-", "*", "/"), sub(d.pick("price", "wide", "int8", "int64", "uint64", "float64"))))
	case 2:
		return d.to(t, fmt.Sprintf("round(%s, %s)", sub(d.pick(decimalTypes...)), d.pick("0", "1", "3", "-1", "-20")))
	case 3:
		return d.to(t, fmt.Sprintf("%s(%s)", d.pick("abs", "floor", "ceil", "trunc", "-"), sub(d.pick(decimalTypes...))))
	case 4:
		return d.to(t, sub(d.pick(append(numberTypes, "price", "wide", "string")...)))
	}
	return fmt.Sprintf("%s(%s, %s)", d.pick("min", "max"), d.column(t), sub(t))
}

// oddConstants lie between the values of some type, at its limits, or beyond them.
var oddConstants = []string{
	"0.125", "1.5", "-0.5", "127.5", "254.5", "9007199254740992.5", "-1e-40", "-1", "-129", "127", "128", "255", "300", "-70000", "2147483648", "4294967296",
	"-9223372036854775808", "-9223372036854775809", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e30", "99999999999999999999999999999999999999",
	"3.4028234663852886e38", "3.4028235677973366e38", "1e300", "-1e300", "1e400", "-1e500", "1e-400",
}

// comparison holds values of types against each other that have an order.
func (d *dice) comparison(sub func(string) string) string {
	op := d.pick("<", "<=", ">", ">=", "==", "!=")
	switch d.roll(6) {
	case 0:
		x, y := d.pair()
		return fmt.Sprintf("(%s %s %s)", x, op, sub(y))
	case 1:
		return fmt.Sprintf("(%s %s %s)", d.column(d.pick(durationTypes...)), op, sub(d.pick(durationTypes...)))
	case 2:
		return fmt.Sprintf("(%s %s %s)", sub(d.pick(decimalTypes...)), op, sub(d.pick("price", "wide", "int8", "int64", "uint64", "float32")))
	case 3:
		t := d.pick(append(numberTypes, decimalTypes...)...)
		return fmt.Sprintf("(%s %s %s)", sub(t), op, d.pick(oddConstants...))
	case 4:
		ints := numberTypes[:8]
		return fmt.Sprintf("(%s %s %s)", d.column(d.pick(ints...)), op, sub(d.pick(ints...)))
	}
	c := d.pick("2024-03-31 02:30", "2024-03-31 01:00:00.0000005", "1900-01-01", "2020-01-01 12:00", "2018-11-04", "2500-01-01", "2024-10-27 02:30:00.5")
	return fmt.Sprintf("(%s %s %q)", sub(d.pick(instantTypes...)), op, c)
}

func (d *dice) boolean(sub func(string) string) string {
	switch d.roll(10) {
	case 8, 9:
		return d.comparison(sub)
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
	if d.roll(2) == 0 {
		return d.comparison(sub)
	}
	return fmt.Sprintf("(%s %s %s)", d.column(t), d.pick("<", "<=", ">", ">=", "==", "!="), sub(t))
}

func (d *dice) text(sub func(string) string) string {
	switch d.roll(7) {
	case 0:
		return fmt.Sprintf("(%s + %s)", sub("string"), sub("string"))
	case 1, 2:
		return fmt.Sprintf("%s(%s)", d.pick("lower", "upper", "trim", "ltrim", "rtrim"), sub("string"))
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
			return fmt.Sprintf("cast(%s(%s), %s)", d.pick("sqrt", "floor", "ceil", "abs", "round", "roundeven"), sub(t), t)
		case 2:
			return fmt.Sprintf("%s(%s, %s)", d.pick("min", "max"), d.column(t), sub(t))
		case 3:
			return fmt.Sprintf("cast(%s, %s)", sub(d.pick(numberTypes...)), t)
		}
		return fmt.Sprintf("(%s %s %s)", d.column(t), d.pick("+", "-", "*", "/", "%"), sub(t))
	}
	switch d.roll(8) {
	case 7:
		return fmt.Sprintf("%s(%s)", d.pick("abs", "floor", "ceil", "trunc", "round"), sub(t))
	case 0:
		return fmt.Sprintf("%s(%s, %s)", d.pick("min", "max"), d.column(t), sub(t))
	case 1:
		return fmt.Sprintf("cast(%s, %s)", sub(d.pick(allTypes[1:]...)), t)
	case 2:
		if d.roll(2) == 0 {
			x, y := d.pair()
			return fmt.Sprintf("cast(diff(%s, %s, %q), %s)", x, sub(y), d.pick(calendarUnits...), t)
		}
		f := d.pick("year", "quarter", "month", "day", "weekday", "yearday", "hour", "minute", "second", "nanosecond")
		return fmt.Sprintf("cast(%s(%s), %s)", f, sub(d.pick(instantTypes...)), t)
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
		// Random constants may divide by zero, not fit their type, or settle for one that does not
		// mix.
		require.Regexp(t, "divided by zero|does not fit|does not apply|mixes", err.Error(), text)
		return
	}
	got, failed := evalProgram(t, p, rec)
	for i := range got {
		row := oracle.Row{}
		for k, f := range rec.Schema().Fields() {
			row[f.Name] = oracleValue(oracleType(f.Type), cell(rec.Column(k), i))
		}
		want, err := oracle.Eval(text, row)
		if errors.Is(err, oracle.ErrBeyond) {
			continue
		}
		if err != nil {
			require.ErrorIs(t, err, oracle.ErrRow, text)
			require.Contains(t, failed, i, "%s: row %d %v should fail\n%s", text, i, row, p.Explain())
			require.Nil(t, got[i])
			continue
		}
		require.NotContains(t, failed, i, "%s: row %d: %v\n%v", text, i, failed[i], row)
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
	case ir.Dec:
		v = decimal128.New(x.Hi, x.Lo).BigInt()
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
	if m, ok := a.(*big.Int); ok {
		n, ok := b.(*big.Int)
		return ok && m.Cmp(n) == 0
	}
	return a == b
}

func FuzzAgainstOracle(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		f.Add(r.Uint64(), randomBytes(r))
	}
	f.Fuzz(checkRandom)
}

func randomBytes(r *rand.Rand) []byte {
	b := make([]byte, 60)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// checkRandom holds one random expression over random rows against the oracle.
func checkRandom(t *testing.T, seed uint64, b []byte) {
	r := rand.New(rand.NewPCG(seed, 3))
	rec := otherLayouts(r, randomRecord(r, 1+r.IntN(70), r.IntN(20), []float64{0, 0.3, 1}[r.IntN(3)]))
	d := &dice{b: b}
	checkAgainstOracle(t, rec, d.expr(d.pick(allTypes...), 4))
}

// TestRandomExpressions checks VOLLEY_EXPRESSIONS expressions, 600 (short: 200) if that is not set,
// the same ones for the same VOLLEY_SEED. A hundred take about 0.3 s.
func TestRandomExpressions(t *testing.T) {
	few := uint64(600)
	if testing.Short() {
		few = 200
	}
	n, seed := fromEnvironment(t, "VOLLEY_EXPRESSIONS", few), fromEnvironment(t, "VOLLEY_SEED", 1)
	const batch = 100
	for first := uint64(0); first < n; first += batch {
		t.Run(fmt.Sprintf("seed %d from %d", seed, first), func(t *testing.T) {
			t.Parallel()
			for i := first; i < min(first+batch, n); i++ {
				r := rand.New(rand.NewPCG(seed, i))
				checkRandom(t, r.Uint64(), randomBytes(r))
			}
		})
	}
}

func fromEnvironment(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, name)
	return n
}
