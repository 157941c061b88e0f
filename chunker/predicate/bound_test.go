package predicate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMisses holds every comparison against every order of the bounds and the constant, by values
// that lie there.
func TestMisses(t *testing.T) {
	passes := map[Op]func(v, constant int) bool{
		Equal: func(v, c int) bool { return v == c }, Less: func(v, c int) bool { return v < c }, LessEqual: func(v, c int) bool { return v <= c },
		Greater: func(v, c int) bool { return v > c }, GreaterEqual: func(v, c int) bool { return v >= c }, Present: func(int, int) bool { return true },
	}
	const constant = 10
	for op, pass := range passes {
		for lo := constant - 3; lo <= constant+3; lo++ {
			for hi := lo; hi <= constant+3; hi++ {
				some := false
				for v := lo; v <= hi; v++ {
					some = some || pass(v, constant)
				}
				require.Equal(t, !some, op.Misses(lo-constant, hi-constant), "x %v %d where x is from %d to %d", op, constant, lo, hi)
			}
		}
	}
}

func TestBoundsSayWhatTheyAre(t *testing.T) {
	for want, b := range map[string]Bound{
		"a is not null": {Column: "a"}, "a == 1": {"a", Equal, 1}, "a < 1.5": {"a", Less, 1.5}, "a <= x": {"a", LessEqual, "x"}, "a > 2": {"a", Greater, 2}, "a >= true": {"a", GreaterEqual, true},
	} {
		require.Equal(t, want, b.String())
	}
}
