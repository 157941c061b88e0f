package expr

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

var keyTypes = []arrow.DataType{
	arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64,
	arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64,
}

// textArray is texts in a layout of strings; "\x00" stands for null.
func textArray(t arrow.DataType, texts []string) arrow.Array {
	b := array.NewBuilder(memory.DefaultAllocator, t)
	for _, s := range texts {
		if s == "\x00" {
			b.AppendNull()
			continue
		}
		switch b := b.(type) {
		case *array.StringBuilder:
			b.Append(s)
		case *array.LargeStringBuilder:
			b.Append(s)
		case *array.StringViewBuilder:
			b.Append(s)
		}
	}
	return b.NewArray()
}

// dictionaryArray is n rows of random keys, some of them null, into entries of which some
// are null and some equal; keys and entries begin at an offset of their memory.
func dictionaryArray(r *rand.Rand, n int, entries []string, nulls float64) *array.Dictionary {
	kt := keyTypes[r.IntN(len(keyTypes))]
	if len(entries) > 127 && kt.(arrow.FixedWidthDataType).Bytes() == 1 {
		kt = arrow.PrimitiveTypes.Int16
	}
	vt := []arrow.DataType{arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString, arrow.BinaryTypes.StringView}[r.IntN(3)]
	offset := r.IntN(20)
	values := array.NewSlice(textArray(vt, append([]string{"before", "it"}, entries...)), 2, int64(2+len(entries)))
	b := array.NewBuilder(memory.DefaultAllocator, kt)
	for range n + offset {
		if r.Float64() < nulls || len(entries) == 0 {
			b.AppendNull()
			continue
		}
		if err := b.AppendValueFromString(strconv.Itoa(r.IntN(len(entries)))); err != nil {
			panic(err)
		}
	}
	dt := &arrow.DictionaryType{IndexType: kt, ValueType: vt}
	keys := array.NewSlice(b.NewArray(), int64(offset), int64(offset+n))
	return array.NewDictionaryArray(dt, keys, values)
}

// expanded is a dictionary array as plain texts.
func expanded(d *array.Dictionary) arrow.Array {
	texts := make([]string, d.Len())
	for i := range texts {
		if v := cell(d, i); v == nil {
			texts[i] = "\x00"
		} else {
			texts[i] = v.(string)
		}
	}
	return textArray(arrow.BinaryTypes.String, texts)
}

// cell is [scalar] for every layout of texts.
func cell(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Dictionary:
		return cell(a.Dictionary(), a.GetValueIndex(i))
	case *array.LargeString:
		return a.Value(i)
	case *array.StringView:
		return a.Value(i)
	}
	return scalar(a, i)
}

var dictionaryTexts = []string{
	`s == "Zone 7"`, `s != ""`, `s < "b"`, `s == s`, `s == t`, `contains(s, "o")`, `contains(s, "")`, `startswith(s, "Zo")`, `endswith(s, "7")`,
	`like(s, "Z%_7")`, `match(s, "^[a-z]+$")`, `in(s, "a", "b", "", "12", "Zone 7")`, `in(s, "a", nil)`, `between(s, "A", "b")`,
	`len(s)`, `len(s) * 2 + n`, `lower(s)`, `upper(trim(s))`, `trim(s)`, `substr(s, 1, 3)`, `split(s, ",", 1)`, `replace(s, "o", "00")`, `s + "!"`, `concat(s, t)`,
	`s`, `isnull(s)`, `coalesce(s, "none")`, `coalesce(lower(s), t)`, `ifelse(s == "a", "x", s)`, `ifelse(s == "a", n, 0)`, `casewhen(s == "a", 1.5, len(s) > 3, 2.5, nil)`,
	`s == "a" || isnull(t)`, `contains(s, "a") && n > 2`, `hash(s)`, `hash(s, n)`,
	`cast(s, int64)`, `cast(s, int64) + n`, `cast(s, float64) > 1`, `cast(s, bool)`, `10 / len(s)`, `n / len(s)`, `ifelse(match(s, "^[0-9]+$"), cast(s, int64), -1)`,
	`coalesce(t, cast(cast(s, float64), string))`, `cast(s, decimal(10, 2))`, `cast(s, int8)`, `cast(len(s), decimal(9, 1))`,
	`func(s string, n int64) int64 { if s == "a" { return n }; return 7 }`,
}

// TestDictionariesEqualTheirTexts holds every expression over dictionary columns against
// the same over plain texts: values, nulls and which rows fail, with what words.
func TestDictionariesEqualTheirTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	many := make([]string, 3000)
	for i := range many {
		many[i] = oddTexts[r.IntN(len(oddTexts))] + strconv.Itoa(i%1700)
	}
	odd := append(slices.Clone(oddTexts), "\x00", "Zone 7", "\xff\xfe", "7.5", "99999999999999999999")
	for _, entries := range [][]string{{"a"}, {"\x00"}, {}, odd, many} {
		for _, n := range []int{1, 63, 64, 65, 1025, 5000} {
			for _, nulls := range []float64{0, 0.2, 1} {
				if n == 5000 && nulls == 1 || testing.Short() && n > 100 {
					continue
				}
				checkDictionaries(t, r, n, entries, nulls)
			}
		}
	}
}

func checkDictionaries(t *testing.T, r *rand.Rand, n int, entries []string, nulls float64) {
	t.Helper()
	s, u := dictionaryArray(r, n, entries, nulls), dictionaryArray(r, n, oddTexts, nulls)
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for range n {
		b.Append(int64(r.IntN(5)))
	}
	numbers := b.NewArray()
	record := func(s, u arrow.Array) arrow.Record {
		return array.NewRecord(arrow.NewSchema([]arrow.Field{
			{Name: "s", Type: s.DataType(), Nullable: true}, {Name: "t", Type: u.DataType(), Nullable: true}, {Name: "n", Type: numbers.DataType()},
		}, nil), []arrow.Array{s, u, numbers}, int64(n))
	}
	coded, plain := record(s, u), record(expanded(s), expanded(u))
	for _, text := range dictionaryTexts {
		got, gotFailed := evalText(t, coded, text)
		want, wantFailed := evalText(t, plain, text)
		where := fmt.Sprintf("%s: %d rows, %d entries, %s", text, n, len(entries), s.DataType())
		require.Equal(t, want, got, where)
		require.Len(t, gotFailed, len(wantFailed), where)
		for row, err := range wantFailed {
			require.EqualError(t, gotFailed[row], err.Error(), where)
		}
	}
}

// dictionaryOf is n rows of random keys into entries, which begin at an offset of their memory, and
// the same as a plain array. Some keys are null, and some not in the dictionary.
func dictionaryOf(r *rand.Rand, n int, entries arrow.Array, kt arrow.DataType, nulls float64) (coded, plain arrow.Array) {
	offset := r.IntN(9)
	b := array.NewBuilder(memory.DefaultAllocator, kt)
	rows := make([]arrow.Array, offset+n)
	for i := range rows {
		k := r.IntN(entries.Len() + 1)
		switch {
		case r.Float64() < nulls:
			b.AppendNull()
			k = entries.Len()
		default:
			if err := b.AppendValueFromString(strconv.Itoa(k)); err != nil {
				panic(err)
			}
		}
		if k < entries.Len() {
			rows[i] = array.NewSlice(entries, int64(k), int64(k+1))
		} else {
			null := array.NewBuilder(memory.DefaultAllocator, entries.DataType())
			null.AppendNull()
			rows[i] = null.NewArray()
		}
	}
	plain, err := array.Concatenate(rows[offset:], memory.DefaultAllocator)
	if err != nil {
		panic(err)
	}
	dt := &arrow.DictionaryType{IndexType: kt, ValueType: entries.DataType()}
	keys := b.NewArray().Data()
	data := array.NewDataWithDictionary(dt, n, keys.Buffers(), array.UnknownNullCount, offset, entries.Data().(*array.Data))
	return array.NewDictionaryData(data), plain
}

// valueTexts ask columns of any type; what does not apply to one is refused for both layouts.
var valueTexts = []string{
	`s`, `s == t`, `t < s`, `s >= s`, `isnull(s)`, `!isnull(s) && s != t`, `coalesce(s, t)`, `ifelse(isnull(s), t, s)`, `hash(s, t)`, `in(s, t, s)`, `min(s, t)`,
	`cast(s, string)`, `cast(s, int64)`, `cast(s, int8)`, `cast(s, float64) * 2`, `cast(s, decimal(20, 3))`, `s + t`, `s - t`, `s * 3`, `10 / s`, `-s`, `s == 1`, `s < 300`, `abs(s)`, `round(s)`,
	`s && t`, `!s`, `isnan(s)`, `year(s)`, `trunc(s, "month")`, `add(s, 1, "day")`, `s < "2020-01-01"`, `s >= "12:00"`, `len(s)`, `upper(s)`,
}

// TestDictionariesOfAnyValue holds dictionaries of every type of value against plain columns.
func TestDictionariesOfAnyValue(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	rec := randomRecord(r, 40, 2, 0.2)
	columns := map[string]arrow.Array{}
	for i, f := range rec.Schema().Fields() {
		columns[f.Name] = rec.Column(i)
	}
	columns["clock32"] = counts("", arrow.FixedWidthTypes.Time32ms, 0, 45296789, 86399999).Array
	columns["clock64"] = counts("", arrow.FixedWidthTypes.Time64us, 0, 45296789000, 86399999999).Array
	columns["none"] = array.NewSlice(columns["adate"], 3, 3)
	for name, entries := range columns {
		for _, n := range []int{1 + r.IntN(70), 1100} {
			if n > 1000 && (testing.Short() || r.IntN(3) > 0) {
				continue
			}
			kt := keyTypes[r.IntN(len(keyTypes))]
			coded, plain := dictionaryOf(r, n, entries, kt, []float64{0, 0.2, 1}[r.IntN(3)])
			_, other := dictionaryOf(r, n, entries, kt, 0.1)
			for _, text := range valueTexts {
				sameOverBoth(t, recordOf(named{"s", coded}, named{"t", other}), recordOf(named{"s", plain}, named{"t", other}), text, name)
			}
		}
	}
}

// sameOverBoth holds what a text gives over two record batches against each other.
func sameOverBoth(t *testing.T, coded, plain arrow.Record, text, name string) {
	t.Helper()
	where := fmt.Sprintf("%s of %s: %d rows", text, name, coded.NumRows())
	if _, err := Compile(plain.Schema(), text); err != nil {
		_, err = Compile(coded.Schema(), text)
		require.Error(t, err, where)
		return
	}
	got, gotFailed := evalText(t, coded, text)
	want, wantFailed := evalText(t, plain, text)
	require.Len(t, got, len(want), where)
	for i := range want {
		require.True(t, sameValue(oracleValue("", want[i]).V, oracleValue("", got[i]).V), "%s: row %d is %v, want %v", where, i, got[i], want[i])
	}
	require.Len(t, gotFailed, len(wantFailed), where)
	for row, err := range wantFailed {
		require.EqualError(t, gotFailed[row], err.Error(), where)
	}
}

// TestIsNullOfDictionaries: of values that expressions cannot read, isnull knows which are null.
func TestIsNullOfDictionaries(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	for _, dt := range []arrow.DataType{
		arrow.BinaryTypes.Binary, arrow.BinaryTypes.LargeBinary, &arrow.FixedSizeBinaryType{ByteWidth: 3}, &arrow.Decimal256Type{Precision: 50, Scale: 2},
		arrow.ListOf(arrow.PrimitiveTypes.Int8), arrow.FixedWidthTypes.Float16, arrow.FixedWidthTypes.MonthInterval,
	} {
		b := array.NewBuilder(memory.DefaultAllocator, dt)
		for i := range 20 {
			if i%3 == 0 {
				b.AppendNull()
			} else {
				b.AppendEmptyValue()
			}
		}
		coded, plain := dictionaryOf(r, 1500, array.NewSlice(b.NewArray(), 1, 19), keyTypes[r.IntN(len(keyTypes))], 0.2)
		for _, text := range []string{"isnull(s)", `ifelse(isnull(col("s")), 1, 2)`, "isnull(s) && isnull(t)"} {
			sameOverBoth(t, recordOf(named{"s", coded}, named{"t", plain}), recordOf(named{"s", plain}, named{"t", plain}), text, dt.String())
		}
		_, err := Compile(recordOf(named{"s", coded}).Schema(), "s == s")
		require.ErrorContains(t, err, "only isnull(s) can be asked of it")
	}
}

// TestTablesAreMadeAnewForEachBatch has dictionaries of different lengths and contents in turn.
func TestTablesAreMadeAnewForEachBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	dt := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: dt, Nullable: true}}, nil)
	p, err := CompileAll(schema, "len(s)", `lower(s)`, `s == "b1"`)
	require.NoError(t, err)
	e := p.NewEvaluator()
	for _, size := range []int{3, 2000, 1, 40, 5000, 0, 7} {
		entries := make([]string, size)
		for i := range entries {
			entries[i] = "B" + strconv.Itoa(r.IntN(2*size))
		}
		keys := array.NewInt16Builder(memory.DefaultAllocator)
		for range 3000 {
			if size == 0 || r.IntN(9) == 0 {
				keys.AppendNull()
			} else {
				keys.Append(int16(r.IntN(size)))
			}
		}
		col := array.NewDictionaryArray(dt, keys.NewArray(), textArray(dt.ValueType, entries))
		require.NoError(t, e.Bind(array.NewRecord(schema, []arrow.Array{col}, 3000)))
		got, err := e.evaluate(t.Context(), nil, 3000)
		require.NoError(t, err)
		for i := range 3000 {
			if col.IsNull(i) {
				require.True(t, got[0].IsNull(i) && got[1].IsNull(i) && got[2].IsNull(i))
				continue
			}
			s := entries[col.GetValueIndex(i)]
			require.Equal(t, []any{int64(len(s)), "b" + s[1:], "b"+s[1:] == "b1" && s == "b1"}, []any{scalar(got[0], i), scalar(got[1], i), scalar(got[2], i)})
		}
	}
}

// TestKeysOutOfADictionaryAreNull reads keys that the dictionary does not hold.
func TestKeysOutOfADictionaryAreNull(t *testing.T) {
	dt := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	keys := array.NewInt32Builder(memory.DefaultAllocator)
	keys.AppendValues([]int32{0, 1, 2, -1, 1 << 30}, nil)
	data := keys.NewArray().Data()
	col := array.NewDictionaryData(array.NewDataWithDictionary(dt, 5, data.Buffers(), 0, 0, textArray(dt.ValueType, []string{"a", "bb"}).Data().(*array.Data)))
	rec := array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "s", Type: dt}}, nil), []arrow.Array{col}, 5)
	got, failed := evalText(t, rec, "len(s)")
	require.Equal(t, []any{int64(1), int64(2), nil, nil, nil}, got)
	require.Empty(t, failed)
}

func TestExplainShowsLookUps(t *testing.T) {
	dt := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{{Name: "zone", Type: dt}, {Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	p, err := Compile(schema, `len(lower(zone)) * 2 + n`)
	require.NoError(t, err)
	require.Contains(t, p.String(), "lookup mul(len(lower(zone)), 2)")
	require.Equal(t, []string{"n", "zone"}, p.Columns())
}

// BenchmarkDictionary holds tests of a dictionary column against the same on its texts.
func BenchmarkDictionary(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]string, 200)
	for i := range entries {
		entries[i] = fmt.Sprintf("Zone %d, %s", i, oddTexts[i%len(oddTexts)])
	}
	const n = 100_000
	d := dictionaryArray(r, n, entries, 0)
	for name, col := range map[string]arrow.Array{"dictionary": d, "texts": expanded(d)} {
		rec := array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "s", Type: col.DataType()}}, nil), []arrow.Array{col}, n)
		for _, text := range []string{`s == "Zone 7, "`, `contains(s, "Größe")`, `match(s, "[0-9]7")`, `len(s)`, `lower(s)`} {
			b.Run(text+"/"+name, func(b *testing.B) {
				p, err := Compile(rec.Schema(), text)
				require.NoError(b, err)
				e := p.NewEvaluator()
				out := []Output{NewOutput(p.Type(), n)}
				for b.Loop() {
					require.NoError(b, e.Bind(rec))
					out[0].Ends, out[0].Data = out[0].Ends[:0], out[0].Data[:0]
					require.NoError(b, e.Run(0, n, out, nil))
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
			})
		}
	}
}
