package oracle

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// The oracle itself is held against what Go says, written out.
func TestEval(t *testing.T) {
	row := Row{
		"n": {"int64", int64(7)}, "z": {"int64", int64(0)}, "s": {"int8", int64(100)}, "f": {"float64", 2.5},
		"null": {Type: "float64"}, "zone": {"string", "Zone 7"}, "b": {"bool", true}, "bn": {Type: "bool"},
	}
	for text, want := range map[string]any{
		"n + 1": int64(8), "s + s": int64(-56), "n * f": 17.5, "n / 2": int64(3), "f + null": nil,
		"bn && false": false, "bn || b": true, "ifelse(bn, 1, 2)": int64(2), "coalesce(null, f)": 2.5,
		"n != 0 && 10 / n > 0": true, "z == 0 || 10 / z > 0": true, "cast(f, int8)": int64(2),
		"upper(zone)": "ZONE 7", "substr(zone, -1)": "7", "split(zone, \" \", 5)": nil, "like(zone, \"Z%_7\")": true,
		"in(n, 1, 7)": true, "min(n, f)": 2.5, "7 / 2": int64(3), "7 / 2.0": 3.5, "isnull(null)": true,
		"casewhen(n > 9, \"a\", n > 5, \"b\", \"c\")": "b",
	} {
		v, err := Eval(text, row)
		require.NoError(t, err, text)
		require.Equal(t, want, v.V, text)
	}
	for _, text := range []string{"n / z", "n % z", "1 << (z - n)", "cast(n * 100, int8)", "ifelse(b, n / z, 1)"} {
		_, err := Eval(text, row)
		require.ErrorIs(t, err, ErrRow, text)
	}
	v, _ := Eval("0.0 * f / z", row)
	require.True(t, math.IsNaN(v.V.(float64)))
}
