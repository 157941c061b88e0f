package write

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/internal/dice"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEncodingAllocatesByPage holds an encoder in steady state to a few allocations for a page, its
// bounds, and a column chunk, and none for a value.
func TestEncodingAllocatesByPage(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, with which the race detector runs: making the columns takes it half a minute")
	}
	const pages = 2
	for _, typ := range []arrow.DataType{
		arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Float64, arrow.BinaryTypes.String, arrow.FixedWidthTypes.Boolean,
		arrow.ListOf(arrow.PrimitiveTypes.Int32), &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.PrimitiveTypes.Int64},
	} {
		for _, v := range []dice.Values{{Spread: 50}, {Spread: 1 << 40, Nulls: 3}} {
			a := dice.New(2).Array(typ, pages*pageRows, v)
			l, err := layoutOf("", arrow.NewSchema([]arrow.Field{{Name: "x", Type: typ, Nullable: true}}, nil))
			require.NoError(t, err)
			e := &encoder{options: &Options{}}
			allocs := testing.AllocsPerRun(5, func() {
				c, err := e.column(l.leaves[0], []arrow.Array{a})
				require.NoError(t, err)
				c.free()
			})
			t.Logf("%v %v: %v allocations", typ, v, allocs)
			require.LessOrEqual(t, allocs, 20.0+6*pages, "%v %v", typ, v)
		}
	}
}
