package ooc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

// TestAColumnKeepsItsPlace where a step puts another in its stead and reads none of it: a job's
// columns come out in the order that a frame's do.
func TestAColumnKeepsItsPlace(t *testing.T) {
	f, err := frame.New(frame.Of("a", []int64{1}), frame.Of("b", []int64{2}), frame.Of("c", []int64{3}))
	require.NoError(t, err)
	twice := func(n int64) int64 { return 2 * n }
	for want, steps := range map[string]chunker.Steps{
		"a b c":   {apply.Expr("a = b * 2")},
		"a b c d": {apply.Map1("b", "c", twice), apply.Expr("d = b")},
		"x b c":   {apply.Expr("a = b * 2"), table.Rename("a", "x")},
		"a c":     {order.By("c"), apply.Map1("a", "b", twice), table.Drop("b")},
		"c a":     {apply.Expr("a = c"), table.Select("c", "a")},
	} {
		whole, err := apply.Apply(t.Context(), f, steps...)
		require.NoError(t, err)
		var out chunker.FrameSink
		_, err = ooc.Job{From: chunker.FromFrame(f), Steps: steps, To: &out}.Run(t.Context())
		require.NoError(t, err)
		require.True(t, whole.Equal(out.Frame()), "%s: %v and %v", want, whole.Names(), out.Frame().Names())
	}
}
