package table_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

func trips(t *testing.T) *frame.Frame {
	t.Helper()
	f, err := frame.New(frame.Of("zone", []string{"A", "B", "A", "C"}), frame.Of("fare", []float64{5, 7.5, 3, 9}), frame.Of("tip", []float64{1, 0, 0.5, 2}))
	require.NoError(t, err)
	return f
}

// TestVerbs has each verb, and several in a row, do what it says: names, and the first column that
// is left.
func TestVerbs(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps chunker.Steps
		names []string
		rows  int
	}{
		{"select", chunker.Steps{table.Select("tip", "zone")}, []string{"tip", "zone"}, 4},
		{"drop", chunker.Steps{table.Drop("fare")}, []string{"zone", "tip"}, 4},
		{"drop two", chunker.Steps{table.Drop("tip", "zone")}, []string{"fare"}, 4},
		{"rename", chunker.Steps{table.Rename("fare", "price")}, []string{"zone", "price", "tip"}, 4},
		{"rename to itself", chunker.Steps{table.Rename("fare", "fare")}, []string{"zone", "fare", "tip"}, 4},
		{"swap", chunker.Steps{table.Rename("fare", "x"), table.Rename("tip", "fare"), table.Rename("x", "tip")}, []string{"zone", "tip", "fare"}, 4},
		{"limit", chunker.Steps{table.Limit(3)}, []string{"zone", "fare", "tip"}, 3},
		{"limit to nothing", chunker.Steps{table.Limit(0)}, []string{"zone", "fare", "tip"}, 0},
		{"limit beyond", chunker.Steps{table.Limit(100)}, []string{"zone", "fare", "tip"}, 4},
		{"the least limit", chunker.Steps{table.Limit(3), table.Limit(2), table.Limit(9)}, []string{"zone", "fare", "tip"}, 2},
		{"number", chunker.Steps{table.RowNumber("row")}, []string{"zone", "fare", "tip", "row"}, 4},
		{"a condition on a number", chunker.Steps{table.RowNumber("row"), apply.Where("row % 2 == 1")}, []string{"zone", "fare", "tip", "row"}, 2},
		{"a computed column alone", chunker.Steps{apply.Expr("one = 1"), table.Select("one")}, []string{"one"}, 4},
		{"of what was renamed", chunker.Steps{table.Rename("fare", "price"), apply.Where("price > 4"), table.Select("price")}, []string{"price"}, 3},
		{"a cast", chunker.Steps{apply.Cast("fare", "string"), table.Select("fare")}, []string{"fare"}, 4},
		{"nothing", chunker.Steps{chunker.Steps{}, chunker.Steps{chunker.Steps{}}}, []string{"zone", "fare", "tip"}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := apply.Apply(t.Context(), trips(t), c.steps...)
			require.NoError(t, err)
			require.Equal(t, c.names, got.Names())
			require.Equal(t, c.rows, got.NumRows())
		})
	}
}

// TestRowNumbersCount from 0, in the order of what comes in.
func TestRowNumbersCount(t *testing.T) {
	f, err := trips(t).Rechunk(1)
	require.NoError(t, err)
	got, err := apply.Apply(t.Context(), f, apply.Where(`zone != "B"`), table.RowNumber("row"))
	require.NoError(t, err)
	rows, err := frame.Col[int64](got, "row")
	require.NoError(t, err)
	require.Equal(t, []int64{0, 1, 2}, rows.Values())
}

func TestWrongVerbsAreRefused(t *testing.T) {
	for want, step := range map[string]chunker.Step{
		`select: no column "tipp"; did you mean "tip"?`:                             table.Select("zone", "tipp"),
		`select: column "tip" is selected twice`:                                    table.Select("tip", "zone", "tip"),
		"select: no columns are named":                                              table.Select(),
		`drop: no column "x"`:                                                       table.Drop("x"),
		"drop: no columns are left":                                                 table.Drop("zone", "fare", "tip"),
		`rename: no column "fares"; did you mean "fare"?`:                           table.Rename("fares", "price"),
		`rename: "fare" to "tip": there is such a column already`:                   table.Rename("fare", "tip"),
		`rename: "fare" to "": there is such a column already, or it would have no`: table.Rename("fare", ""),
		"limit: -1 rows: give a number from 0":                                      table.Limit(-1),
		`row number: column "tip" is there already`:                                 table.RowNumber("tip"),
		"step 1: step 0 is nil":                                                     chunker.Steps{table.Limit(1), chunker.Steps{nil}},
	} {
		_, err := apply.Apply(t.Context(), trips(t), step)
		require.ErrorContains(t, err, want)
	}
}

// TestOnlyWhatIsNeededIsNeeded says which columns of the source a list of steps needs.
func TestOnlyWhatIsNeededIsNeeded(t *testing.T) {
	schema := trips(t).Schema()
	for _, c := range []struct {
		steps chunker.Steps
		want  []int
	}{
		{nil, []int{0, 1, 2}},
		{chunker.Steps{table.Select("tip")}, []int{2}},
		{chunker.Steps{table.Drop("tip")}, []int{0, 1}},
		{chunker.Steps{apply.Where("fare > 1"), table.Select("tip")}, []int{1, 2}},
		{chunker.Steps{table.Rename("fare", "price"), apply.Where("price > 1"), table.Select("price")}, []int{1}},
		{chunker.Steps{apply.Expr("total = fare + tip"), table.Select("total")}, []int{1, 2}},
		{chunker.Steps{apply.Expr("fare = tip * 2"), table.Select("fare")}, []int{1, 2}}, // fare for its place
		{chunker.Steps{apply.Expr("total = fare + tip"), table.Drop("total"), table.Limit(1), table.RowNumber("n"), table.Select("zone", "n")}, []int{0, 1, 2}},
		{chunker.Steps{table.Limit(1), table.RowNumber("n"), table.Select("n")}, nil},
	} {
		bound, err := c.steps.Bind(t.Context(), schema)
		require.NoError(t, err)
		require.Equal(t, c.want, bound.(chunker.BoundSteps).Needs(schema), "%s", bound)
	}
}

// TestConditionsReachTheSource by the names it knows, up to the first step that may fail or stop.
func TestConditionsReachTheSource(t *testing.T) {
	schema := trips(t).Schema()
	for _, c := range []struct {
		steps chunker.Steps
		want  string
	}{
		{chunker.Steps{apply.Where("fare > 1")}, "fare > 1, a test of fare"},
		{chunker.Steps{apply.Where("fare > 1"), apply.Where("tip < 2")}, "fare > 1, tip < 2, a test of fare, a test of tip"},
		{chunker.Steps{table.Rename("fare", "price"), apply.Where("price > 1")}, "fare > 1, a test of fare"},
		{chunker.Steps{table.Rename("fare", "x"), table.Rename("tip", "fare"), apply.Where("fare > 1")}, "tip > 1, a test of tip"},
		{chunker.Steps{apply.Expr("x = fare + tip"), apply.Where("tip > 1")}, "tip > 1, a test of tip"},
		{chunker.Steps{apply.Expr("tip = fare + tip"), apply.Where("tip > 1")}, ""},
		{chunker.Steps{apply.Map1("x", "fare", func(x float64) float64 { return x }), apply.Where("tip > 1")}, ""},
		{chunker.Steps{table.Limit(2), apply.Where("tip > 1")}, ""},
		{chunker.Steps{table.RowNumber("n"), apply.Where("tip > 1")}, ""},
	} {
		bound, err := c.steps.Bind(context.Background(), schema)
		require.NoError(t, err)
		require.Equal(t, c.want, bound.(chunker.BoundSteps).Filter(schema).String(), "%s", bound)
	}
}
