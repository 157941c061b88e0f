package order

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

func TestBind(t *testing.T) {
	field := func(name string, t arrow.DataType) arrow.Field { return arrow.Field{Name: name, Type: t} }
	schema := arrow.NewSchema([]arrow.Field{
		field("total", arrow.PrimitiveTypes.Int64), field("city", arrow.BinaryTypes.String), field("-city", arrow.BinaryTypes.String), field("-x", arrow.PrimitiveTypes.Int64),
		field("tags", arrow.ListOf(arrow.BinaryTypes.String)), field("at", arrow.StructOf(field("x", arrow.PrimitiveTypes.Int64))),
		field("span", arrow.FixedWidthTypes.MonthInterval), field("twice", arrow.PrimitiveTypes.Int64), field("twice", arrow.PrimitiveTypes.Int64),
		field("dict", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}),
		field("lists", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.ListOf(arrow.BinaryTypes.String)}),
	}, nil)
	for _, c := range []struct {
		step chunker.Step
		want string // of the bound step, or of the error
	}{
		{By("-total", "city"), "order by total descending, city"},
		{Keys(Key{Column: "-x", NullsFirst: true}), "order by -x nulls first"},
		{Keys(Key{Column: "dict", Descending: true, NullsFirst: true}), "order by dict descending nulls first"},
		{By(), "order: no columns are named"},
		{Keys(), "order: no columns are named"},
		{By("totl"), `order: no column "totl"; did you mean "total"?`},
		{By("total", "city", "-total"), `order: column "total" is key 1 and key 3: name it once`},
		{By("-city"), `order: "-city" is column "city", greatest first, and there is a column "-city": say which by order.Keys(order.Key{Column: …})`},
		{By("-x"), `order: no column "x", but a column "-x": say order.Keys(order.Key{Column: "-x"})`},
		{By("tags"), `order: column "tags" is list<item: utf8, nullable>, which has no order: sort by a column computed from it, such as one of its values`},
		{By("-at"), `order: column "at" is struct<x: int64>, which has no order: sort by a column computed from it, such as one of its values`},
		{By("span"), `order: column "span" is month_interval, which has no order: sort by a column computed from it, such as one of its values`},
		{By("lists"), `order: column "lists" is dictionary<values=list<item: utf8, nullable>, indices=int8, ordered=false>, which has no order: sort by a column computed from it, such as one of its values`},
		{By("twice"), `order: 2 columns are named "twice": rename all but one`},
	} {
		b, err := c.step.Bind(t.Context(), schema)
		if err != nil {
			require.EqualError(t, err, c.want)
			continue
		}
		require.Equal(t, c.want, b.String())
		require.Equal(t, schema, b.Schema())
	}
}

// TestLimitsAreTakenIn: the smallest of them holds, also in what is left of the columns.
func TestLimitsAreTakenIn(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}, {Name: "city", Type: arrow.BinaryTypes.String}}, nil)
	list, err := chunker.Steps{By("-city"), limit(10), limit(5), limit(20)}.Bind(t.Context(), schema)
	require.NoError(t, err)
	steps := list.(chunker.BoundSteps)
	require.Len(t, steps.List, 1)
	require.Equal(t, "order by city descending, the first 5", steps.List[0].String())
	require.Equal(t, []int{1}, steps.List[0].(chunker.Passing).Reads())
	require.Equal(t, []int{0, 1}, steps.Needs(schema), "all columns come out")
	_, last := steps.List[0].(chunker.Filtering).Filter()
	require.True(t, last, "which rows are the first depends on all")
	plain, err := By("city").Bind(t.Context(), schema)
	require.NoError(t, err)
	_, last = plain.(chunker.Filtering).Filter()
	require.False(t, last)
	more, err := steps.Narrow(t.Context(), arrow.NewSchema(append(schema.Fields(), arrow.Field{Name: "hidden", Type: arrow.PrimitiveTypes.Int64}), nil))
	require.NoError(t, err)
	require.Equal(t, "order by city descending, the first 5", more.List[0].String())
	require.Equal(t, []int{0, 1, 2}, more.List[0].(chunker.Passing).Passes())
	less, err := steps.Narrow(t.Context(), arrow.NewSchema(schema.Fields()[1:], nil))
	require.NoError(t, err)
	require.Equal(t, "order by city descending, the first 5", less.List[0].String())
	require.Equal(t, []int{0}, less.List[0].(chunker.Passing).Reads())
}
