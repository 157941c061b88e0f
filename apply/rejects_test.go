package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

var errSink = errors.New("the sink is broken")

// brittle is a sink whose n-th call fails.
type brittle struct {
	chunker.FrameSink
	fails, calls, open int
	at                 string
}

func (b *brittle) call(at string) error {
	if b.calls++; b.calls == b.fails {
		b.at = at
		return errSink
	}
	return nil
}

func (b *brittle) Create(ctx context.Context, s *arrow.Schema) (chunker.Writer, error) {
	if err := b.call("create"); err != nil {
		return nil, err
	}
	w, err := b.FrameSink.Create(ctx, s)
	b.open++
	return brittleWriter{w, b}, err
}

type brittleWriter struct {
	chunker.Writer
	*brittle
}

func (b brittleWriter) Write(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	if err := b.call("write"); err != nil {
		return nil, err
	}
	put, err := b.Writer.Write(ctx, c)
	return func(ctx context.Context) error { return errors.Join(b.call("append"), put(ctx)) }, err
}

func (b brittleWriter) Commit(ctx context.Context) error {
	if err := b.call("commit"); err != nil {
		return err
	}
	return b.Writer.Commit(ctx)
}

func (b brittleWriter) Close() error { b.open--; return errors.Join(b.call("close"), b.Writer.Close()) }

// TestEachErrorOfTheRejectsIsTold: of the sink that failing rows go to, at its first call, the second, and so on.
func TestEachErrorOfTheRejectsIsTold(t *testing.T) {
	f, err := frame.New(frame.Of("n", []int64{1, 2, 3, 4, 5}))
	require.NoError(t, err)
	odd := Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
		if n%2 == 1 {
			return 0, fmt.Errorf("%d is odd", n)
		}
		return n, nil
	})
	var failed []string
	for n := 1; ; n++ {
		sink := &brittle{fails: n}
		out, _, err := Engine{OnError: Reject(sink, 0)}.Run(t.Context(), f, odd)
		require.Zero(t, sink.open)
		if sink.at == "" {
			require.NoError(t, err)
			require.Equal(t, 2, out.NumRows())
			require.Equal(t, 3, sink.Frame().NumRows())
			break
		}
		failed = append(failed, sink.at)
		require.ErrorIs(t, err, errSink, sink.at)
		if sink.at != "close" {
			require.Nil(t, sink.Frame())
		}
	}
	require.Equal(t, []string{"create", "write", "append", "commit", "close"}, failed)
}

func TestAPolicyIsOverItsLimitsFromTheFirstRowTooMany(t *testing.T) {
	for _, c := range []struct {
		p         Policy
		bad, rows int
		over      bool
	}{
		{Policy{}, 1000, 1000, false},
		{Policy{RowsMax: 3}, 3, 10, false}, {Policy{RowsMax: 3}, 4, 10, true}, {Policy{RowsMax: 1}, 1, 1, false}, {Policy{RowsMax: 1}, 2, 2, true},
		{Policy{RatioMax: 0.1}, 100, 10, false}, {Policy{RatioMax: 0.1}, 101, 10, true}, {Policy{RatioMax: 0.1}, 100, 1000, false},
		{Policy{RatioMax: 0.1}, 200, 2000, false}, {Policy{RatioMax: 0.1}, 201, 2000, true}, {Policy{RatioMax: 0.1, RowsMax: 5}, 6, 2000, true}, {Policy{RatioMax: 0.001, RowsMax: 5}, 2, 1000, true},
	} {
		require.Equal(t, c.over, c.p.over(c.bad, c.rows), "%+v", c)
	}
	for want, p := range map[string]Policy{
		"stop at the first": {RowsMax: 3, RatioMax: 0.5}, "null": Null(), "reject": Reject(nil, 0), "reject, at most 7 rows": Reject(nil, 7),
		"null, at most 25 % of the rows": {action: null, RatioMax: 0.25}, "null, at most 2 rows, at most 0.1 % of the rows": {action: null, RowsMax: 2, RatioMax: 0.001},
	} {
		require.Equal(t, want, p.String())
	}
}

// TestRatiosCountAllRowsAtTheEnd, however few they are.
func TestRatiosCountAllRowsAtTheEnd(t *testing.T) {
	f, err := frame.New(frame.Of("n", []int64{1, 2, 3, 4}))
	require.NoError(t, err)
	for ratio, fits := range map[float64]bool{0.24: false, 0.25: true, 0.26: true} {
		_, report, err := Engine{OnError: Policy{action: null, RatioMax: ratio}}.Run(t.Context(), f, Map1("y", "n", func(n int64) int64 { return 1 / (n - 3) }))
		require.Equal(t, fits, err == nil, "%g: %v", ratio, err)
		if !fits {
			var many *TooManyError
			require.ErrorAs(t, err, &many)
			require.Equal(t, 1, many.Failed)
			var first *RowError
			require.ErrorAs(t, many.First, &first)
			require.EqualValues(t, 2, first.Row)
			require.ErrorIs(t, err, many.First)
		} else {
			require.Equal(t, 1, report.Failed)
		}
	}
	require.NoError(t, errors.Unwrap(&TooManyError{}))
	require.Equal(t, "3 rows failed", (&TooManyError{Failed: 3, Policy: Null()}).Error())
	require.Equal(t, "2 rows failed, more than Policy.RowsMax 1 allows", (&TooManyError{Failed: 2, Policy: Reject(nil, 1)}).Error())
	require.Equal(t, "1 row failed, more than Policy.RatioMax 0.001 allows; the first: row 0, computing n from : oops",
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
