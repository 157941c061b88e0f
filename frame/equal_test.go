package frame

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/float16"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/take"
)

// coded is a type whose values may lie anywhere in a dictionary, and as many others.
var coded = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}

// holders are types that hold a text somewhere, and the same value of each as JSON, with %s for it.
func holders() map[arrow.DataType]string {
	text := func(t arrow.DataType) []arrow.Field { return []arrow.Field{{Name: "w", Type: t, Nullable: true}} }
	union := []arrow.Field{{Name: "w", Type: coded, Nullable: true}, {Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}
	codes := []arrow.UnionTypeCode{3, 5}
	runs := arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int32, arrow.BinaryTypes.String)
	return map[arrow.DataType]string{
		arrow.BinaryTypes.String: `%s`, coded: `%s`, runs: `%s`, arrow.BinaryTypes.StringView: `%s`,
		arrow.StructOf(text(coded)...):                                         `{"w": %s}`,
		arrow.StructOf(text(arrow.StructOf(text(coded)...))...):                `{"w": {"w": %s}}`,
		arrow.ListOf(coded):                                                    `["a", %s, null]`,
		arrow.LargeListOf(arrow.StructOf(text(coded)...)):                      `[{"w": %s}]`,
		arrow.FixedSizeListOf(2, coded):                                        `[%s, "b"]`,
		arrow.ListViewOf(coded):                                                `[%s, "c"]`,
		arrow.MapOf(arrow.BinaryTypes.String, coded):                           `[{"key": "k", "value": %s}]`,
		arrow.StructOf(text(runs)...):                                          `{"w": %s}`,
		arrow.ListOf(arrow.ListOf(coded)):                                      `[["x"], [], [%s]]`,
		arrow.SparseUnionOf(union, codes):                                      `[3, %s]`,
		arrow.DenseUnionOf(union, codes):                                       `[3, %s]`,
		arrow.StructOf(text(arrow.DenseUnionOf(union, codes))...):              `{"w": [3, %s]}`,
		arrow.ListOf(arrow.SparseUnionOf(union, codes)):                        `[[5, 7], [3, %s]]`,
		arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int32, arrow.ListOf(coded)): `[%s]`,
	}
}

// columnOf is a frame of one column.
func columnOf(t *testing.T, a arrow.Array) *Frame {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{{Name: "c", Type: a.DataType(), Nullable: true}}, nil)
	f, err := FromRecords(schema, array.NewRecord(schema, []arrow.Array{a}, int64(a.Len())))
	require.NoError(t, err)
	return f
}

// read makes an array of texts.
func read(t *testing.T, typ arrow.DataType, form string, texts ...string) arrow.Array {
	t.Helper()
	var rows []string
	for _, text := range texts {
		if text == "" {
			rows = append(rows, "null")
			continue
		}
		if text != "null" {
			text = fmt.Sprintf("%q", text)
		}
		rows = append(rows, fmt.Sprintf(form, text))
	}
	a, _, err := array.FromJSON(memory.DefaultAllocator, typ, strings.NewReader("["+strings.Join(rows, ",")+"]"))
	require.NoError(t, err, typ)
	return a
}

// TestEqualSeesValuesAndNotHowTheyAreStored: by other dictionaries, runs and offsets, at any depth;
// and each value that differs.
func TestEqualSeesValuesAndNotHowTheyAreStored(t *testing.T) {
	texts := []string{"a", "b", "b", "", "null", "c", "a", "", "d", "d", "a"}
	for typ, form := range holders() {
		t.Run(typ.String(), func(t *testing.T) {
			if typ.ID() == arrow.SPARSE_UNION || typ.ID() == arrow.DENSE_UNION { // which have no nulls of their own
				texts = strings.Split(strings.ReplaceAll(strings.Join(texts, ","), ",,", ",null,"), ",")
			}
			a := read(t, typ, form, texts...)
			f := columnOf(t, a)
			require.True(t, f.Equal(columnOf(t, read(t, typ, form, texts...))))
			longer := read(t, typ, form, append([]string{"d", "z", "c", "null", "b", "b"}, texts...)...)
			g := columnOf(t, longer).Slice(6, longer.Len())
			require.True(t, f.Equal(g), "another dictionary, other offsets")
			require.True(t, g.Equal(f))
			order := make([]int, a.Len())
			for i := range order {
				order[i] = a.Len() - 1 - i
			}
			for range 2 {
				var err error
				longer, err = take.Rows(columnOf(t, a).Records()[0].Column(0), order)
				require.NoError(t, err)
				a = longer
			}
			require.True(t, f.Equal(columnOf(t, a)), "turned round twice")
			for i := range texts {
				for _, other := range []string{"e", "a", "d", "null", ""} {
					if other == texts[i] || other == "" && !f.Records()[0].Column(0).IsNull(3) {
						continue
					}
					if flatNull := form == "%s"; flatNull && (other == "" || other == "null") && (texts[i] == "" || texts[i] == "null") {
						continue
					}
					changed := append([]string{}, texts...)
					changed[i] = other
					require.False(t, f.Equal(columnOf(t, read(t, typ, form, changed...))), "row %d: %s is not %s", i, texts[i], other)
				}
			}
		})
	}
}

// TestEqualOfManyValuesInside compares them in several goes.
func TestEqualOfManyValuesInside(t *testing.T) {
	build := func(first, bad int) *Frame {
		b := array.NewListBuilder(memory.DefaultAllocator, coded)
		w := b.ValueBuilder().(*array.BinaryDictionaryBuilder)
		b.Append(true)
		require.NoError(t, w.AppendString(fmt.Sprint("first ", first)))
		for row := range 20 {
			b.Append(row%7 != 3)
			for i := range 5000 {
				if row%7 == 3 {
					break
				}
				if row*5000+i == bad {
					i++
				}
				require.NoError(t, w.AppendString(fmt.Sprint(i%300)))
			}
		}
		return columnOf(t, b.NewArray()).Slice(1, 21)
	}
	want := build(1, -1)
	require.True(t, want.Equal(build(2, -1)))
	for _, bad := range []int{0, pairsMost - 1, pairsMost, 99_999} {
		require.False(t, want.Equal(build(2, bad)), bad)
	}
}

// TestEqualLooksBehindNoNull: what stands under one is no difference.
func TestEqualLooksBehindNoNull(t *testing.T) {
	numbers := func(of ...int64) arrow.Array {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		b.AppendValues(of, nil)
		return b.NewArray()
	}
	under := func(n int64) *Frame {
		valid := memory.NewBufferBytes([]byte{0b101})
		typ := arrow.StructOf(arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64})
		return columnOf(t, array.MakeFromData(array.NewData(typ, 3, []*memory.Buffer{valid}, []arrow.ArrayData{numbers(1, n, 3).Data()}, 1, 0)))
	}
	require.True(t, under(2).Equal(under(5)))
	fixed := func(n int64) *Frame {
		valid := memory.NewBufferBytes([]byte{0b101})
		return columnOf(t, array.MakeFromData(array.NewData(arrow.FixedSizeListOf(1, arrow.PrimitiveTypes.Int64), 3, []*memory.Buffer{valid}, []arrow.ArrayData{numbers(1, n, 3).Data()}, 1, 0)))
	}
	require.True(t, fixed(2).Equal(fixed(5)))
}

// TestEqualOfHalfFloatsAndExtensions: NaN is NaN and 0 is −0 in every float, and an extension type
// is as what it is stored as.
func TestEqualOfHalfFloatsAndExtensions(t *testing.T) {
	half := func(bits ...uint16) *Frame {
		b := array.NewFloat16Builder(memory.DefaultAllocator)
		for _, x := range bits {
			b.Append(float16.FromBits(x))
		}
		return columnOf(t, b.NewArray())
	}
	require.True(t, half(0, 0x7e00, 0x3c00).Equal(half(0x8000, 0xfe01, 0x3c00)))
	require.False(t, half(0x3c00).Equal(half(0x3c01)))

	typ := &label{arrow.ExtensionBase{Storage: arrow.StructOf(arrow.Field{Name: "w", Type: coded, Nullable: true})}}
	of := func(texts ...string) *Frame {
		return columnOf(t, array.NewExtensionArrayWithStorage(typ, read(t, typ.Storage, `{"w": %s}`, texts...)))
	}
	require.True(t, of("z", "a", "", "b").Slice(1, 4).Equal(of("a", "", "b")))
	require.False(t, of("z", "a", "", "b").Slice(1, 4).Equal(of("a", "", "c")))
}

// label is an extension type that is stored as a struct of a dictionary.
type label struct{ arrow.ExtensionBase }

func (*label) ArrayType() reflect.Type { return reflect.TypeFor[labelArray]() }
func (*label) ExtensionName() string   { return "test.label" }
func (*label) Serialize() string       { return "" }
func (*label) Deserialize(s arrow.DataType, _ string) (arrow.ExtensionType, error) {
	return &label{arrow.ExtensionBase{Storage: s}}, nil
}
func (l *label) ExtensionEquals(o arrow.ExtensionType) bool {
	return o.ExtensionName() == l.ExtensionName()
}

type labelArray struct{ array.ExtensionArrayBase }
