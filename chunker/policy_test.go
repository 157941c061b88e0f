package chunker

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPolicyIsOverItsLimitsFromTheFirstRowTooMany(t *testing.T) {
	for _, c := range []struct {
		p         Policy
		bad, rows int
		over      bool
	}{
		{Policy{}, 1000, 1000, false}, {Skip(), 1000, 1000, false},
		{Policy{RowsMax: 3}, 3, 10, false}, {Policy{RowsMax: 3}, 4, 10, true}, {Policy{RowsMax: 1}, 1, 1, false}, {Policy{RowsMax: 1}, 2, 2, true},
		{Policy{RatioMax: 0.1}, 100, 10, false}, {Policy{RatioMax: 0.1}, 101, 10, true}, {Policy{RatioMax: 0.1}, 100, 1000, false},
		{Policy{RatioMax: 0.1}, 200, 2000, false}, {Policy{RatioMax: 0.1}, 201, 2000, true}, {Policy{RatioMax: 0.1, RowsMax: 5}, 6, 2000, true}, {Policy{RatioMax: 0.001, RowsMax: 5}, 2, 1000, true},
	} {
		require.Equal(t, c.over, c.p.Exceeded(c.bad, c.rows), "%+v", c)
	}
	for want, p := range map[string]Policy{
		"stop at the first": {RowsMax: 3, RatioMax: 0.5}, "null": Null(), "reject": Reject(nil, 0), "skip": Skip(), "reject, at most 7 rows": Reject(nil, 7),
		"null, at most 25 % of the rows": {action: null, RatioMax: 0.25}, "null, at most 2 rows, at most 0.1 % of the rows": {action: null, RowsMax: 2, RatioMax: 0.001},
	} {
		require.Equal(t, want, p.String())
	}
	require.NoError(t, errors.Unwrap(&TooManyError{}))
	require.Equal(t, "3 rows failed", (&TooManyError{Failed: 3, Policy: Null()}).Error())
	require.Equal(t, "2 rows failed, more than Policy.RowsMax 1 allows", (&TooManyError{Failed: 2, Policy: Reject(nil, 1)}).Error())
	require.Equal(t, "1 row failed, more than Policy.RatioMax 0.001 allows; the first: row 0, computing n: oops",
		(&TooManyError{1, Policy{action: null, RowsMax: 1, RatioMax: 0.001}, &RowError{Func: "n", Err: errors.New("oops")}}).Error())
}

// TestMessagesOfRowsHoldSoMuchAndNoMore: eight values, and a hundred bytes of each.
func TestMessagesOfRowsHoldSoMuchAndNoMore(t *testing.T) {
	value := func(n int) (out []Value) {
		for i := range n {
			out = append(out, Value{fmt.Sprintf("c%d", i), int64(i)})
		}
		return out
	}
	for want, e := range map[string]RowError{
		"row 3, computing f from c0 = 0: why":             {Row: 3, Func: "f", Values: value(1), Err: errors.New("why")},
		"in.csv: row 3, computing f from c0 = 0":          {File: "in.csv", Row: 3, Func: "f", Values: value(1)},
		"in.csv:9: row 3, computing f from c0 = 0":        {File: "in.csv", Line: 9, Row: 3, Func: "f", Values: value(1)},
		"row 0, computing f from s = \"a\\n\", n = null":  {Func: "f", Values: []Value{{"s", "a\n"}, {"n", nil}}},
		"row 0, computing f from b = \"\\x00a\", x = 1.5": {Func: "f", Values: []Value{{"b", []byte("\x00a")}, {"x", 1.5}}},
	} {
		require.Equal(t, want, e.Error())
	}
	eight, nine := RowError{Func: "f", Values: value(8)}, RowError{Func: "f", Values: value(9)}
	require.True(t, strings.HasSuffix(eight.Error(), "c7 = 7"), eight.Error())
	require.True(t, strings.HasSuffix(nine.Error(), "c7 = 7, … (9 columns)"), nine.Error())
	require.Equal(t, 100, len(shown(strings.Repeat("x", 98))))
	require.Equal(t, `"`+strings.Repeat("x", 96)+"…", shown(strings.Repeat("x", 99)))
}
