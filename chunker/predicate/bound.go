// Package predicate is what a condition says of single columns, in a form that sources of rows can
// use without knowing expressions. A condition makes a [Filter] of bounds and tests; a source holds
// the bounds against its statistics and the tests against its dictionaries, and leaves out rows
// that break one:
//
//	for _, b := range filter.Bounds {
//		low, high := statistics(b.Column) // of a column of int64
//		n := b.Value.(int64)
//		if b.Op.Misses(cmp.Compare(low, n), cmp.Compare(high, n)) {
//			continue rowGroups
//		}
//	}
//	pass, err := filter.Tests[0].Pass(dictionary) // once for each value, not for each row
//	for row, code := range codes {
//		if pass[code/64]>>(code%64)&1 == 0 { … } // the row is not wanted
//	}
package predicate

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

// Bound is a comparison of a column with a constant. Every wanted row satisfies it.
type Bound struct {
	Column string
	Op     Op
	// Value is a bool, int64, uint64, float64 or string; nil for Present. For dates and times it is
	// a count in the column's own unit. An integer column may be compared with a float64: its
	// values are then compared as float64s.
	Value any
}

func (b Bound) String() string {
	if b.Op == Present {
		return b.Column + " " + b.Op.String()
	}
	return fmt.Sprintf("%s %v %v", b.Column, b.Op, b.Value)
}

// Misses reports whether no value from lo to hi satisfies the comparison, by their order relative
// to the constant: low is the sign of lo - constant, high that of hi - constant.
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
