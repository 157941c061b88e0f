package rules

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
)

// rows are two columns of numbers and one of texts, with nulls.
func rows(t *testing.T) *frame.Frame {
	t.Helper()
	a, b, texts := make([]sql.Null[float64], 90), make([]float64, 90), make([]string, 90)
	for i := range b {
		b[i], texts[i] = float64(i%11)/2, fmt.Sprint("text ", i%4)
		if i%7 > 0 {
			a[i] = sql.Null[float64]{V: float64(i * i % 13), Valid: true}
		}
	}
	f, err := frame.New(frame.Of("a", a), frame.Of("b", b), frame.Of("text", texts))
	require.NoError(t, err)
	return f
}

// moreSteps are steps beside one of each constructor: those that fail on rows, say more of
// themselves, or stand in lists, where neighbours share a pass.
var moreSteps = map[string]chunker.Step{
	"a condition on texts":           apply.Where("text == `text 1` || isnull(a)"),
	"a condition that fails":         apply.Where("int(12) / int(a - 4) > 1"),
	"a condition of two columns":     apply.Where("a > 2 && b < 4"),
	"an expression that fails":       apply.Expr("x = int(12) / int(a - 4)"),
	"a column in another's place":    apply.Expr("a = b * 2"),
	"neighbours":                     chunker.Steps{apply.Expr("x = a + b"), apply.Map1("y", "x", one), apply.Where("y > 3"), apply.Expr("z = y * 2")},
	"columns that are not needed":    chunker.Steps{apply.Expr("x = a + b"), apply.Map1("y", "a", one), table.Select("y")},
	"a limit behind a condition":     chunker.Steps{apply.Where("a > 2"), table.Limit(9), table.RowNumber("row")},
	"a limit behind a function":      chunker.Steps{apply.Map1("x", "a", one), table.Limit(9)},
	"the first of a sort":            chunker.Steps{order.By("-b", "text"), table.Limit(9)},
	"a sort of nulls":                order.Keys(order.Key{Column: "a", NullsFirst: true}, order.Key{Column: "text", Descending: true}),
	"a function behind a sort":       chunker.Steps{order.By("text"), apply.Expr("x = int(12) / int(a - 4)"), apply.Where("b > 1")},
	"two sorts":                      chunker.Steps{order.By("text"), table.RowNumber("row"), order.By("-row"), table.Drop("row")},
	"chunks of a function by itself": apply.Chunks{Reads: []string{"b"}, Do: asTheyAre},
}

// TestEveryStepKeepsItsPromises has every step of the module pass the conformance test.
func TestEveryStepKeepsItsPromises(t *testing.T) {
	f := rows(t)
	for name, step := range constructors {
		t.Run(name, func(t *testing.T) { chunkertest.TestStep(t, step, f) })
	}
	for name, step := range moreSteps {
		t.Run(name, func(t *testing.T) { chunkertest.TestStep(t, step, f) })
	}
}

// asTheyAre hands its rows on.
func asTheyAre(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) { return f, nil }
