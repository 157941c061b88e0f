package vm

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

func TestEveryOperationHasAnEmitter(t *testing.T) {
	for _, op := range ir.Ops() {
		e := emitters[op]
		if op == ir.OpConst || op == ir.OpColumn {
			require.Nil(t, e.emit, "%s is loaded, not computed", op)
			continue
		}
		require.NotNil(t, e.emit, op)
		if e.swaps {
			require.Equal(t, second, e.immediates&firstOrSecond, "%s has its immediate second once it is swapped", op)
		}
	}
}

func col(name string, index int, t arrow.DataType, nullable bool) *ir.Node {
	return &ir.Node{Op: ir.OpColumn, Type: t, Value: &ir.Column{Name: name, Index: index, Type: t, Nullable: nullable}}
}

func TestWhatTheMachineLacksIsRefused(t *testing.T) {
	x := col("x", 0, arrow.PrimitiveTypes.Int64, false)
	nowhere := col("t", 1, &arrow.TimestampType{Unit: arrow.Second, TimeZone: "Nowhere/Atall"}, false)
	const unknown = ir.Op(0)
	for name, c := range map[string]struct {
		root *ir.Node
		says string
	}{
		"no such operation":         {&ir.Node{Op: unknown, Type: ir.Int64Type, Args: []*ir.Node{x}, Pos: 7}, "is not there on this machine"},
		"inside of another":         {&ir.Node{Op: ir.OpNeg, Type: ir.Int64Type, Pos: 2, Args: []*ir.Node{{Op: unknown, Type: ir.Int64Type, Args: []*ir.Node{x}, Pos: 7}}}, "is not there"},
		"a zone that nobody has":    {&ir.Node{Op: ir.OpField, Type: ir.Int64Type, Args: []*ir.Node{nowhere}, Value: ir.Field("hour"), Pos: 7}, "the operation field: could not find timezone location for 'Nowhere/Atall'"},
		"the same, written as text": {&ir.Node{Op: ir.OpFormat, Type: ir.StringType, Args: []*ir.Node{nowhere}, Pos: 7}, "the operation format: could not find timezone location"},
	} {
		_, err := Compile([]*ir.Node{c.root})
		var r *ir.Refusal
		require.ErrorAs(t, err, &r, name)
		require.ErrorContains(t, err, c.says, name)
		require.Equal(t, 7, r.Node.Pos, name)
	}
}

// TestMachine runs a graph put together by hand: (x + 1) / y over more than a vector, with a row
// that fails.
func TestMachine(t *testing.T) {
	const rows = kernel.Rows + 100
	xs, ys := array.NewInt64Builder(memory.DefaultAllocator), array.NewInt64Builder(memory.DefaultAllocator)
	for i := range rows {
		xs.Append(int64(i))
		ys.Append(int64(1 - i%700/699)) // 0 in row 699
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: ir.Int64Type}, {Name: "y", Type: ir.Int64Type}}, nil)
	rec := array.NewRecord(schema, []arrow.Array{xs.NewArray(), ys.NewArray()}, -1)
	one := &ir.Node{Op: ir.OpConst, Type: ir.Int64Type, Value: int64(1)}
	sum := &ir.Node{Op: ir.OpAdd, Type: ir.Int64Type, Args: []*ir.Node{col("x", 0, ir.Int64Type, false), one}}
	code, err := Compile([]*ir.Node{{Op: ir.OpDivInt, Type: ir.Int64Type, Args: []*ir.Node{sum, col("y", 1, ir.Int64Type, false)}}})
	require.NoError(t, err)
	require.True(t, code.Fails() && code.Nullable(0) && !code.Calls())
	require.Equal(t, 8, code.Width(0))
	m := code.NewMachine()
	require.NoError(t, m.Bind(rec))
	var failed []int
	for row := 0; row < rows; row += kernel.Rows {
		n := min(kernel.Rows, rows-row)
		out := make([]int64, n)
		m.Aim(0, arrow.Int64Traits.CastToBytes(out))
		require.NoError(t, m.Evaluate(row, n, func(f Failure) error {
			require.ErrorIs(t, f.Cause, ir.ErrDivideByZero)
			require.Equal(t, ir.OpDivInt, f.Node.Op)
			failed = append(failed, f.Row)
			return nil
		}))
		valid, _ := m.Valid(0)
		for i, v := range out {
			if y := rec.Column(1).(*array.Int64).Value(row + i); y != 0 {
				require.Equal(t, int64(row+i+1), v)
			} else {
				require.Zero(t, valid[i/64]>>(i%64)&1)
			}
		}
	}
	require.Equal(t, []int{699}, failed)
}
