package parquetio

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// storedSchema is a schema as Arrow's writers keep it in a file.
func storedSchema(t *testing.T, s *arrow.Schema) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, ipc.NewWriter(&b, ipc.WithSchema(s)).Close())
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// stored writes records; lie, where it is not nil, is the schema that the file says they have.
func stored(t *testing.T, schema, lie *arrow.Schema, records ...arrow.Record) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := To(&b).Create(t.Context(), schema)
	require.NoError(t, err)
	for _, r := range records {
		put, err := chunker.Shared(w)(t.Context(), chunker.Chunk{Record: r})
		require.NoError(t, err)
		require.NoError(t, put(t.Context()))
	}
	require.NoError(t, w.Commit(t.Context()))
	if lie == nil {
		return b.Bytes()
	}
	return refooted(t, b.Bytes(), func(m *format.FileMetaData) {
		m.KeyValueMetadata = []format.KeyValue{{Key: spec.SchemaKey, Value: storedSchema(t, lie)}}
	})
}

// reread reads a file in memory in parts of about size bytes.
func reread(t *testing.T, file []byte, size int64) *frame.Frame {
	t.Helper()
	f, _ := inPieces(t, From("memory", bytes.NewReader(file), int64(len(file))), size)
	return f
}

func fieldOf(name string, t arrow.DataType, pairs ...string) arrow.Field {
	f := arrow.Field{Name: name, Type: t, Nullable: true}
	for i := 0; i < len(pairs); i += 2 {
		f.Metadata = arrow.NewMetadata(append(f.Metadata.Keys(), pairs[i]), append(f.Metadata.Values(), pairs[i+1]))
	}
	return f
}

// TestTypesComeBack writes a column of each kind that only the kept Arrow schema tells from others,
// and holds what is read to the same schema, metadata included, and the same values.
func TestTypesComeBack(t *testing.T) {
	i64, text := arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.LargeString
	fixed := arrow.FixedSizeListOf(2, i64)
	inner := arrow.StructOf(fieldOf("a", arrow.LargeListOf(text), "unit", "km"), fieldOf("b", arrow.FixedSizeListOf(3, arrow.BinaryTypes.StringView)))
	sorted := arrow.MapOf(arrow.BinaryTypes.String, arrow.FixedSizeListOf(2, arrow.FixedWidthTypes.Date64))
	sorted.KeysSorted = true
	fields := []arrow.Field{
		fieldOf("large", arrow.LargeListOf(i64), "note", "in the field"), fieldOf("fixed", fixed), fieldOf("twice", arrow.FixedSizeListOf(2, fixed)),
		fieldOf("fixed of large", arrow.FixedSizeListOf(1, arrow.LargeListOf(arrow.FixedWidthTypes.Duration_us))),
		fieldOf("struct", inner), fieldOf("list", arrow.ListOf(inner)), fieldOf("map", sorted),
		fieldOf("named", arrow.ListOfField(fieldOf("point", i64, "axis", "x"))),
		fieldOf("uuid", &arrow.FixedSizeBinaryType{ByteWidth: 3}, extensionName, "nobody.knows", extensionData, "v=1"),
		fieldOf("small", &arrow.Decimal256Type{Precision: 5, Scale: 1}),
	}
	for _, unit := range []arrow.TimeUnit{arrow.Second, arrow.Millisecond, arrow.Microsecond, arrow.Nanosecond} {
		fields = append(fields, fieldOf(fmt.Sprint("duration ", unit), &arrow.DurationType{Unit: unit}), fieldOf(fmt.Sprint("time ", unit), &arrow.TimestampType{Unit: unit}),
			fieldOf(fmt.Sprint("zone ", unit), arrow.ListOf(&arrow.TimestampType{Unit: unit, TimeZone: "Asia/Tokyo"})))
	}
	for _, index := range []arrow.DataType{arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Uint16,
		arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Uint64} {
		fields = append(fields, fieldOf(fmt.Sprint("dictionary ", index), &arrow.DictionaryType{IndexType: index, ValueType: arrow.BinaryTypes.String, Ordered: index.ID()%2 == 0}))
	}
	meta := arrow.NewMetadata([]string{"pandas", "empty"}, []string{"{…}", ""})
	schema := arrow.NewSchema(fields, &meta)
	for _, v := range []dice.Values{{Spread: 90}, {Nulls: 3, Spread: 90}, {Nulls: 1, Spread: 90}} {
		records := dice.New(uint64(v.Nulls)).Records(schema, 900, v)
		file := stored(t, schema, nil, records...)
		want, err := frame.FromRecords(schema, records...)
		require.NoError(t, err)
		for _, size := range []int64{0, 8 << 10} {
			got := reread(t, file, size)
			require.True(t, schema.Equal(got.Schema()), "%v\n%v", schema, got.Schema())
			for _, name := range want.Names() {
				w, err := want.Column(name)
				require.NoError(t, err)
				g, err := got.Column(name)
				require.NoError(t, err)
				requireSame(t, w, g, name)
			}
		}
	}
}

// TestViewsOfListsAndNullsComeBack has the columns that dice do not make.
func TestViewsOfListsAndNullsComeBack(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		fieldOf("view", arrow.ListViewOf(arrow.PrimitiveTypes.Int64)), fieldOf("large", arrow.LargeListViewOf(arrow.PrimitiveTypes.Int64)),
		fieldOf("null", arrow.Null), fieldOf("nulls", arrow.ListOf(arrow.Null)),
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for i := range 3000 {
		for c := range 2 {
			l := b.Field(c).(array.VarLenListLikeBuilder)
			if i%5 == 0 {
				l.AppendNull()
				continue
			}
			l.AppendWithSize(true, i%4)
			for k := range i % 4 {
				l.ValueBuilder().(*array.Int64Builder).Append(int64(i * k))
			}
		}
		b.Field(2).AppendNull()
		b.Field(3).(*array.ListBuilder).Append(i%3 > 0)
		for range i % 3 {
			b.Field(3).(*array.ListBuilder).ValueBuilder().AppendNull()
		}
	}
	want := b.NewRecord()
	file := stored(t, schema, nil, want)
	for _, size := range []int64{0, 1 << 10} {
		got := reread(t, file, size)
		require.True(t, schema.Equal(got.Schema()), "%v\n%v", schema, got.Schema())
		for c, f := range schema.Fields() {
			g, err := got.Column(f.Name)
			require.NoError(t, err)
			requireSame(t, arrow.NewChunked(f.Type, []arrow.Array{want.Column(c)}), g, f.Name)
		}
	}
}

// dictionaries are a record for each batch, with n values of its own in each.
func dictionaries(t *testing.T, schema *arrow.Schema, batches, n int) (out []arrow.Record) {
	t.Helper()
	for k := range batches {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for i := range 2 * n {
			require.NoError(t, b.Field(0).(*array.BinaryDictionaryBuilder).AppendString(fmt.Sprint("batch ", k, " value ", i%n)))
		}
		out = append(out, b.NewRecord())
	}
	return out
}

func dictionarySchema(index arrow.DataType) *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{fieldOf("d", &arrow.DictionaryType{IndexType: index, ValueType: arrow.BinaryTypes.String})}, nil)
}

// TestDictionariesBeyondTheirIndexes writes batches whose dictionaries come to more values together
// than their indexes reach.
func TestDictionariesBeyondTheirIndexes(t *testing.T) {
	int8s, uint8s, int16s, int32s := arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32
	for _, c := range []struct {
		index      arrow.DataType
		batches, n int
		back       arrow.DataType
	}{{int8s, 1, 128, int8s}, {int8s, 2, 64, int8s}, {int8s, 2, 65, int32s}, {int8s, 9, 100, int32s}, {uint8s, 2, 128, uint8s}, {uint8s, 3, 128, int32s}, {int16s, 3, 10_000, int16s}, {int16s, 4, 10_000, int32s}} {
		schema := dictionarySchema(c.index)
		records := dictionaries(t, schema, c.batches, c.n)
		got := reread(t, stored(t, schema, nil, records...), 0)
		require.Equal(t, c.back, got.Schema().Field(0).Type.(*arrow.DictionaryType).IndexType, "%v", c)
		at := 0
		for _, r := range got.Records() {
			for i := range int(r.NumRows()) {
				k := at / (2 * c.n)
				require.Equal(t, fmt.Sprint("batch ", k, " value ", at%(2*c.n)%c.n), dice.Truth(r.Column(0), i))
				at++
			}
		}
		require.Equal(t, 2*c.n*c.batches, at)
	}
}

// TestFilesOfDictionariesReadAsOne reads files whose dictionaries came out with different indexes.
func TestFilesOfDictionariesReadAsOne(t *testing.T) {
	dir := t.TempDir()
	for i, index := range []arrow.DataType{arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16} {
		schema := dictionarySchema(index)
		f, err := frame.FromRecords(schema, dictionaries(t, schema, 1, 50)...)
		require.NoError(t, err)
		require.NoError(t, WriteFile(t.Context(), filepath.Join(dir, fmt.Sprint(i, ".parquet")), f))
	}
	got, err := ReadFile(t.Context(), filepath.Join(dir, "*.parquet"))
	require.NoError(t, err)
	require.Equal(t, 300, got.NumRows())
	require.Equal(t, arrow.PrimitiveTypes.Int16, got.Schema().Field(0).Type.(*arrow.DictionaryType).IndexType)
	_, err = chunker.ReadAll(t.Context(), Open(filepath.Join(dir, "1.parquet"), filepath.Join(dir, "0.parquet")))
	require.ErrorContains(t, err, "read them apart")
}

// TestOrderedDictionariesKeepTheirOrder has a batch that uses the last value alone.
func TestOrderedDictionariesKeepTheirOrder(t *testing.T) {
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String, Ordered: true}
	schema := arrow.NewSchema([]arrow.Field{fieldOf("size", typ)}, nil)
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues([]string{"small", "medium", "large"}, nil)
	values := b.NewArray()
	var records []arrow.Record
	for _, code := range []int8{2, 0} {
		ib := array.NewInt8Builder(memory.DefaultAllocator)
		ib.AppendValues([]int8{code, code}, nil)
		records = append(records, array.NewRecord(schema, []arrow.Array{array.NewDictionaryArray(typ, ib.NewArray(), values)}, 2))
	}
	got := reread(t, stored(t, schema, nil, records...), 0)
	d := got.Records()[0].Column(0).(*array.Dictionary)
	require.True(t, d.DataType().(*arrow.DictionaryType).Ordered)
	require.Equal(t, `["small" "medium" "large"]`, d.Dictionary().String())
	require.Equal(t, []int{2, 2, 0, 0}, []int{d.GetValueIndex(0), d.GetValueIndex(1), d.GetValueIndex(2), d.GetValueIndex(3)})
}

// TestKeptSchemasThatLie reads files whose Arrow schema contradicts what is stored: what does not
// fit is passed over, or an error that names the column.
func TestKeptSchemasThatLie(t *testing.T) {
	i64 := arrow.PrimitiveTypes.Int64
	list := arrow.ListOf(i64)
	types := append([]arrow.DataType{list, arrow.LargeListOf(i64), arrow.FixedSizeListOf(2, i64), arrow.FixedSizeListOf(1<<31-1, i64), arrow.Null,
		arrow.StructOf(fieldOf("x", i64)), arrow.MapOf(i64, i64), arrow.ListOf(list), arrow.FixedWidthTypes.MonthInterval}, dice.Types...)
	for i, is := range types[:len(types)-2] {
		if arrow.TypeEqual(is, arrow.FixedWidthTypes.MonthInterval) || i == 3 {
			continue
		}
		schema := arrow.NewSchema([]arrow.Field{fieldOf("a", is)}, nil)
		var rec arrow.Record
		if is.ID() == arrow.NULL {
			rec = array.NewRecord(schema, []arrow.Array{array.NewNull(20)}, 20)
		} else {
			rec = dice.New(1).Records(schema, 500, dice.Values{Nulls: 4, Spread: 50})[0]
		}
		for _, says := range types {
			lie := arrow.NewSchema([]arrow.Field{fieldOf("a", says, extensionName, "nobody.knows")}, nil)
			file := stored(t, schema, lie, rec)
			got, err := chunker.ReadAll(t.Context(), From("lie", bytes.NewReader(file), int64(len(file))))
			if err != nil {
				require.ErrorContains(t, err, `column "a`, "%v as %v", is, says)
				require.NotContains(t, err.Error(), "panicked", "%v as %v", is, says)
				continue
			}
			g, err := got.Column("a")
			require.NoError(t, err)
			switch {
			case says.ID() == arrow.DATE64 || is.ID() == arrow.DATE64 || arrow.TypeEqual(is, arrow.FixedWidthTypes.Time32ms) || says.ID() == arrow.DURATION:
				require.Equal(t, rec.NumRows(), int64(g.Len())) // the same number is shown in another way
			default:
				requireSame(t, arrow.NewChunked(is, []arrow.Array{rec.Column(0)}), g, fmt.Sprintf("%v as %v", is, says))
			}
		}
	}
}

// TestDamagedKeptSchemas reads what is left of a kept schema when bytes of it are changed.
func TestDamagedKeptSchemas(t *testing.T) {
	meta := arrow.NewMetadata([]string{"key"}, []string{"a value"})
	schema := arrow.NewSchema([]arrow.Field{
		fieldOf("a", arrow.FixedSizeListOf(2, arrow.LargeListOf(arrow.BinaryTypes.StringView)), "k", "v"),
		fieldOf("b", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}),
		fieldOf("c", &arrow.TimestampType{Unit: arrow.Second, TimeZone: "UTC"}),
	}, &meta)
	kept := storedSchema(t, schema)
	good, err := base64.StdEncoding.DecodeString(kept)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		bad := bytes.Clone(good)
		for range 1 + r.IntN(3) {
			bad[r.IntN(len(bad))] = byte(r.Uint32())
		}
		columns, meta := hints(base64.StdEncoding.EncodeToString(bad[:len(bad)-r.IntN(2)*r.IntN(len(bad))]))
		require.LessOrEqual(t, len(columns)+meta.Len(), len(good))
	}
}

// kilometres is an extension type that the program knows.
type kilometres struct{ arrow.ExtensionBase }

func newKilometres() *kilometres {
	return &kilometres{arrow.ExtensionBase{Storage: arrow.PrimitiveTypes.Float64}}
}
func (kilometres) ArrayType() reflect.Type { return reflect.TypeFor[kilometresArray]() }
func (kilometres) ExtensionName() string   { return "volley.test.kilometres" }
func (kilometres) Serialize() string       { return "km" }
func (k kilometres) String() string        { return k.ExtensionName() }
func (kilometres) Deserialize(storage arrow.DataType, data string) (arrow.ExtensionType, error) {
	if storage.ID() != arrow.FLOAT64 {
		panic("a type that is not checked")
	}
	if data != "km" {
		return nil, fmt.Errorf("data %q", data)
	}
	return newKilometres(), nil
}
func (kilometres) ExtensionEquals(o arrow.ExtensionType) bool {
	return o.ExtensionName() == "volley.test.kilometres"
}

type kilometresArray struct{ array.ExtensionArrayBase }

// TestExtensionTypesComeBack has one that is registered, alone and inside a list, and files that
// say it of other types.
func TestExtensionTypesComeBack(t *testing.T) {
	require.NoError(t, arrow.RegisterExtensionType(newKilometres()))
	defer arrow.UnregisterExtensionType("volley.test.kilometres")
	b := array.NewFloat64Builder(memory.DefaultAllocator)
	b.AppendValues([]float64{1, 2, 3}, []bool{true, false, true})
	km := array.NewExtensionArrayWithStorage(newKilometres(), b.NewArray())
	lists := array.NewListBuilder(memory.DefaultAllocator, arrow.PrimitiveTypes.Float64)
	for i := range 3 {
		lists.Append(true)
		lists.ValueBuilder().(*array.Float64Builder).Append(float64(i))
	}
	data := lists.NewArray().Data()
	inside := array.NewExtensionData(array.NewData(newKilometres(), 3, data.Children()[0].Buffers(), nil, 0, 0))
	legs := array.MakeFromData(array.NewData(arrow.ListOf(newKilometres()), 3, data.Buffers(), []arrow.ArrayData{inside.Data()}, 0, 0))
	schema := arrow.NewSchema([]arrow.Field{fieldOf("way", km.DataType()), fieldOf("legs", legs.DataType())}, nil)
	got := reread(t, stored(t, schema, nil, array.NewRecord(schema, []arrow.Array{km, legs}, 3)), 0)
	require.True(t, schema.Equal(got.Schema()), "%v\n%v", schema, got.Schema())
	require.Equal(t, "[1 (null) 3]", got.Records()[0].Column(0).(array.ExtensionArray).Storage().String())
	require.Equal(t, "[[0] [1] [2]]", fmt.Sprint([]any{dice.Truth(got.Records()[0].Column(1), 0), dice.Truth(got.Records()[0].Column(1), 1), dice.Truth(got.Records()[0].Column(1), 2)}))

	plain := arrow.NewSchema([]arrow.Field{fieldOf("a", arrow.PrimitiveTypes.Int64), fieldOf("b", arrow.PrimitiveTypes.Float64)}, nil)
	lie := arrow.NewSchema([]arrow.Field{
		fieldOf("a", arrow.PrimitiveTypes.Int64, extensionName, "volley.test.kilometres"),
		fieldOf("b", arrow.PrimitiveTypes.Float64, extensionName, "volley.test.kilometres", extensionData, "miles"),
	}, nil)
	got = reread(t, stored(t, plain, lie, dice.New(1).Records(plain, 20, dice.Values{Spread: 5})...), 0)
	require.Equal(t, lie.String(), got.Schema().String())
}
