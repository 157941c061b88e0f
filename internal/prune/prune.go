// Package prune is what a condition says of single columns, in a form that sources of rows can
// use without knowing expressions: expressions make bounds, sources leave out what breaks them.
package prune

import "fmt"

// Op is how a column is compared with a constant.
type Op uint8

const (
	Present      Op = iota // the column is not null; every other comparison says so too
	Equal                  // ==
	Less                   // <
	LessEqual              // <=
	Greater                // >
	GreaterEqual           // >=
)

func (o Op) String() string {
	return [...]string{"is not null", "==", "<", "<=", ">", ">="}[o]
}

// Bound is one comparison that every wanted row passes.
type Bound struct {
	Column string
	Op     Op
	// Value is a bool, int64, uint64, float64 or string; nil for Present. For dates and times it is a count in the column's own
	// unit. An integer column may be held against a float64: its values are then compared as float64s.
	Value any
}

func (b Bound) String() string {
	if b.Op == Present {
		return b.Column + " " + b.Op.String()
	}
	return fmt.Sprintf("%s %v %v", b.Column, b.Op, b.Value)
}

// Misses tells that no value from lo to hi passes the comparison, by their order relative to the constant: low is
// the sign of lo - constant, high that of hi - constant.
func (o Op) Misses(low, high int) bool {
	switch o {
	case Equal:
		return low > 0 || high < 0
	case Less:
		return low >= 0
	case LessEqual:
		return low > 0
	case Greater:
		return high <= 0
	case GreaterEqual:
		return high < 0
	}
	return false
}
