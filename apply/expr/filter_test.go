package expr

import (
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply/fn"
)

func init() { fn.Register("twice/for_filters@v1", fn.Of1(func(x int64) int64 { return 2 * x })) }

// TestTestsOfConditions shows which sides become tests of a column, and which of its values pass:
// of the texts a, bb and ccc, the numbers 0, 1 and 2, and null.
func TestTestsOfConditions(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "t", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "d", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "k", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	}, nil)
	texts, numbers := []string{"a", "bb", "ccc"}, []int64{0, 1, 2}
	columns := map[string]arrow.Array{}
	s, d, n := array.NewStringBuilder(memory.DefaultAllocator), array.NewDictionaryBuilder(memory.DefaultAllocator, schema.Field(1).Type.(*arrow.DictionaryType)).(*array.BinaryDictionaryBuilder), array.NewInt64Builder(memory.DefaultAllocator)
	for i := range texts {
		s.Append(texts[i])
		require.NoError(t, d.AppendString(texts[i]))
		n.Append(numbers[i])
	}
	s.AppendNull()
	d.AppendNull()
	n.AppendNull()
	columns["t"], columns["d"], columns["i"] = s.NewArray(), d.NewArray(), n.NewArray()
	columns["k"] = columns["i"]
	for where, want := range map[string]string{
		`t == "bb"`:                               "t: bb",
		`len(t) > 1 && d != "a"`:                  "t: bb ccc; d: bb ccc",
		`startswith(t, "b") && i % 2 == 0`:        "t: bb; i: 0 2",
		`t > "a" && i > 0 && t < "c"`:             "t: bb; i: 1 2",
		`isnull(t) || t == "a"`:                   "t: a null",
		`!isnull(t)`:                              "t: a bb ccc",
		`coalesce(t, "x") == "x"`:                 "t: null",
		`t == "a" || i == 1`:                      "",
		`t == d`:                                  "",
		`i > k && k == 2`:                         "k: 2",
		`true`:                                    "",
		`t == "a" && 10 / i > 1`:                  "t: a null", // 10 / i is looked at unless t == "a" is false
		`10 / i > 1 && t == "a"`:                  "",
		`t != "a" && k / i > 1 && d == ""`:        "t: bb ccc null",
		`twice.for_filters.v1(i) > 1 && t == "a"`: "",
		`t == "a" && twice.for_filters.v1(i) > 1`: "t: a null",
	} {
		p, err := Compile(schema, where)
		require.NoError(t, err, where)
		var got []string
		for _, test := range p.Filter().Tests {
			values := columns[test.Column]
			mask, err := test.Pass(values)
			require.NoError(t, err)
			out := test.Column + ":"
			for i := range values.Len() {
				if mask[0]>>i&1 != 0 {
					out += " " + map[bool]string{true: "null", false: values.ValueStr(i)}[values.IsNull(i)]
				}
			}
			got = append(got, out)
		}
		require.Equal(t, want, strings.Join(got, "; "), where)
	}
	p, err := Compile(schema, `t == "a"`)
	require.NoError(t, err)
	_, err = p.Filter().Tests[0].Pass(columns["i"])
	require.ErrorContains(t, err, "int64")
}
