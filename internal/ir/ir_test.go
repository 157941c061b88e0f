package ir

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func column(name string, nullable bool) *Node {
	return &Node{Op: OpColumn, Type: Int64Type, Value: &Column{Name: name, Type: Int64Type, Nullable: nullable}}
}

func of(o Op, args ...*Node) *Node { return &Node{Op: o, Type: Int64Type, Args: args} }

// TestNullRules: whether a value can be null follows from the rule and the arguments.
func TestNullRules(t *testing.T) {
	a, b, c := column("a", true), column("b", false), Condition(OpIsNull, column("c", true))
	null, one := &Node{Op: OpConst, Type: Int64Type}, &Node{Op: OpConst, Type: Int64Type, Value: int64(1)}
	for _, s := range []struct {
		node *Node
		want bool
	}{
		{a, true}, {b, false}, {null, true}, {one, false},
		{of(OpAdd, a, b), true}, {of(OpAdd, b, one), false}, // strict
		{c, false}, {of(OpHash, a), false}, // never
		{of(OpSelect, c, b, one), false}, {of(OpSelect, c, b, null), true}, {of(OpSelect, a, b, one), false}, // own
		{of(OpCoalesce, a, b), false}, {of(OpCoalesce, a, null), true},
		{of(OpAnd, b, a), true}, {of(OpOr, b, b), false},
		{of(OpDivInt, b, b), true}, {of(OpDivSafe, b, one), false}, // rows that fail
		{of(OpSplit, b, b, one), true}, // null for some that are not
		{of(OpAdd, of(OpDivInt, b, b), one), true}, {of(OpIsNull, of(OpDivInt, b, b)), false},
	} {
		marked := ElideNulls([]*Node{s.node})[0]
		require.Equal(t, s.want, marked.Nullable, Print([]string{"r"}, []*Node{s.node}))
	}
}

func TestFallible(t *testing.T) {
	b := column("b", false)
	quotient := of(OpDivInt, b, b)
	f := Fallible{}
	require.True(t, f.Within(of(OpAdd, b, of(OpNeg, quotient))))
	require.True(t, f.Within(of(OpCall, b)))
	require.False(t, f.Within(of(OpAdd, b, b)))
	require.ErrorIs(t, quotient.Fails(), ErrDivideByZero)
	require.NoError(t, of(OpDivSafe, b, b).Fails())
}

// TestOrder: arguments come before their users, and what is shared once.
func TestOrder(t *testing.T) {
	a, b := column("a", false), column("b", false)
	sum := of(OpAdd, a, b)
	product := of(OpMul, sum, sum)
	require.Equal(t, []*Node{a, b, sum, product}, Order([]*Node{product, sum}))
	calls := 0
	out := Rewrite([]*Node{product}, func(n *Node) *Node { calls++; return n })
	require.Same(t, product, out[0])
	require.Equal(t, 4, calls)
	require.Equal(t, "t1 = add(a, b)\nr = mul(t1, t1)\n", Print([]string{"r"}, []*Node{product}))
}

func TestRefusalsNameTheOperation(t *testing.T) {
	require.EqualError(t, &Refusal{Node: of(OpMatch)}, "the operation match is not there on this machine")
	require.EqualError(t, &Refusal{Node: of(OpAddDec), Why: "of decimal(38, 0)"}, "the operation add.decimal: of decimal(38, 0)")
}

// TestReferenceIsCurrent: the table in the docs is that of the rules.
func TestReferenceIsCurrent(t *testing.T) {
	const file = "../../docs/OPERATIONS.md"
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	head, _, ok := strings.Cut(string(b), "<!-- operations -->\n")
	require.True(t, ok)
	want := head + "<!-- operations -->\n" + Table()
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(b), "UPDATE=1 go test ./internal/ir writes the table anew")
}
