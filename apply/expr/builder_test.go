package expr_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply/expr"
)

func ExampleTerm() {
	fare, distance := expr.Col("fare"), expr.Col("unit price")
	long := distance.Gt(expr.Lit(10)).And(expr.Col("zone").Ne(expr.Lit(`the "old" one`)))
	fmt.Println(expr.IfElse(long, fare.Sub(fare.Add(distance)).Mul(expr.Lit(-0.5)), fare.Neg()).As("net fare"))
	// Output: "net fare" = ifelse(col("unit price") > 10 && zone != "the \"old\" one", (fare - (fare + col("unit price"))) * -0.5, -fare)
}

// Terms mean what the Go operators of the same names would, whatever stands beside what.
func TestTerms(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "true", Type: arrow.PrimitiveTypes.Int64}, {Name: "s p", Type: arrow.BinaryTypes.String},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	b.Field(0).(*array.Int64Builder).Append(7)
	b.Field(1).(*array.Int64Builder).Append(3)
	b.Field(2).(*array.StringBuilder).Append("x\ty")
	b.Field(3).(*array.TimestampBuilder).AppendTime(time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC))
	rec := b.NewRecord()
	x, y, s, at := expr.Col("a"), expr.Col("true"), expr.Col("s p"), expr.Col("at")
	zone := time.FixedZone("", 3600)
	for _, c := range []struct {
		term expr.Term
		want string
	}{
		{x.Sub(y.Sub(expr.Lit(1))), "5"},
		{x.Sub(y).Sub(expr.Lit(1)), "3"},
		{x.Add(y).Mul(x.Mod(y)), "10"},
		{x.Div(y.Div(expr.Lit(2))), "7"},
		{x.Neg().Neg(), "7"},
		{x.Sub(expr.Lit(-1)), "8"},
		{expr.Lit(-2).Neg().Mul(x), "14"},
		{x.Gt(y).Not().Or(x.Eq(expr.Lit(7)).And(y.Le(x))), "true"},
		{x.Lt(y).Eq(expr.Lit(false)), "true"},
		{x.Ge(y).And(x.Ne(y)).And(expr.Null().IsNull()), "true"},
		{expr.IfElse(x.In(y, expr.Lit(7)), s, expr.Lit("n")), "x\ty"},
		{s.Add(expr.Lit("\"\n")).Eq(expr.Lit("x\ty\"\n")), "true"},
		{expr.Lit(uint64(math.MaxUint64)), "18446744073709551615"},
		{x.Cast("float64").Div(expr.Lit(2)), "3.5"},
		{expr.Lit(float32(0.1)).Mul(x), "0.7000000000000001"},
		{expr.Call("isnan", expr.Lit(math.NaN())).And(x.Lt(expr.Lit(math.Inf(1)))).And(x.Gt(expr.Lit(math.Inf(-1)))), "true"},
		{expr.Lit(1e300).Gt(x.Cast("float64")), "true"},
		{at.Eq(expr.Time(time.Date(2024, 2, 29, 13, 0, 0, 0, zone))), "true"},
	} {
		p, err := expr.Compile(schema, c.term.As("r 1").String())
		require.NoError(t, err, c.term)
		require.Equal(t, "r 1", p.Name())
		out, err := p.Eval(context.Background(), rec)
		require.NoError(t, err, c.term)
		require.Equal(t, c.want, out.ValueStr(0), "%s", c.term)
	}
}
