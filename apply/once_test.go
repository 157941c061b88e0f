package apply_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// onceTable has columns of all kinds, each of which repeats its values after some rows.
func onceTable(t *testing.T, rows int) *frame.Frame {
	t.Helper()
	odd := []float64{math.NaN(), math.Copysign(0, -1), 0, math.Inf(1), 1.5, math.Float64frombits(math.Float64bits(1.5) + 1)}
	texts := []string{"", "a", "ab", "b", "ä", "a\x00"}
	x, s, b, when := make([]float64, rows), make([]string, rows), make([][]byte, rows), make([]time.Time, rows)
	null, flag, small, dec := make([]sql.Null[int64], rows), make([]bool, rows), make([]int8, rows), make([]decimal128.Num, rows)
	codes := array.NewDictionaryBuilder(memory.DefaultAllocator, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}).(*array.BinaryDictionaryBuilder)
	for i := range rows {
		x[i], s[i], b[i] = odd[i%6], texts[i%6], []byte(texts[i%5])
		when[i] = time.Unix(int64(i%4), 5000)
		null[i], flag[i], small[i], dec[i] = sql.Null[int64]{V: int64(i % 3), Valid: i%3 > 0}, i%2 == 0, int8(i%7-3), decimal128.FromI64(int64(i%5))
		require.NoError(t, codes.AppendString(texts[i%5]))
	}
	f, err := frame.New(frame.Of("x", x), frame.Of("s", s), frame.Of("b", b), frame.Of("when", when), frame.Of("null", null), frame.Of("flag", flag), frame.Of("small", small))
	require.NoError(t, err)
	rec := f.Records()[0]
	decimals := array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: 10})
	decimals.AppendValues(dec, nil)
	fields := append(rec.Schema().Fields(), arrow.Field{Name: "dec", Type: decimals.Type()}, arrow.Field{Name: "code", Type: codes.Type()})
	schema := arrow.NewSchema(fields, nil)
	f, err = frame.FromRecords(schema, array.NewRecord(schema, append(rec.Columns(), decimals.NewArray(), codes.NewArray()), int64(rows)))
	require.NoError(t, err)
	f, err = f.Rechunk(rows/3 + 1)
	require.NoError(t, err)
	return f
}

type onceIn struct {
	X float64         `volley:"x"`
	S string          `volley:"s"`
	N sql.Null[int64] `volley:"null"`
}

type onceOut struct {
	Text string
	B    []byte
	N    sql.Null[int64]
}

// TestOnceCallsOncePerDistinctInput, and gives each row what a call of its own would have given.
func TestOnceCallsOncePerDistinctInput(t *testing.T) {
	var calls atomic.Int64
	text := func(v any) (string, error) { calls.Add(1); return fmt.Sprintf("%#v", v), nil }
	once := apply.Calls{Once: true}
	for name, c := range map[string]struct {
		distinct int
		step     apply.Called
	}{
		"float64":            {6, apply.Call1("y", "x", func(_ context.Context, v float64) (string, error) { return text([]any{v, math.Signbit(v)}) })},
		"string":             {6, apply.Call1("y", "s", func(_ context.Context, v string) (string, error) { return text(v) })},
		"bytes":              {5, apply.Call1("y", "b", func(_ context.Context, v []byte) (string, error) { return text(v) })},
		"a time":             {4, apply.Call1("y", "when", func(_ context.Context, v time.Time) (string, error) { return text(v.UnixNano()) })},
		"a null":             {3, apply.Call1("y", "null", func(_ context.Context, v sql.Null[int64]) (string, error) { return text(v) })},
		"bool":               {2, apply.Call1("y", "flag", func(_ context.Context, v bool) (string, error) { return text(v) })},
		"int8":               {7, apply.Call1("y", "small", func(_ context.Context, v int8) (string, error) { return text(v) })},
		"wider":              {7, apply.Call1("y", "small", func(_ context.Context, v float64) (string, error) { return text(v) })},
		"a decimal":          {5, apply.Call1("y", "dec", func(_ context.Context, v decimal128.Num) (string, error) { return text(v.BigInt().String()) })},
		"dictionary":         {5, apply.Call1("y", "code", func(_ context.Context, v string) (string, error) { return text(v) })},
		"two":                {6, apply.Call2("y", "s", "flag", func(_ context.Context, v string, w bool) (string, error) { return text([]any{v, w}) })},
		"three":              {30, apply.Call3("y", "s", "b", "x", func(_ context.Context, v string, w []byte, x float64) (string, error) { return text([]any{v, w, x}) })},
		"texts side by side": {30, apply.Call2("y", "s", "code", func(_ context.Context, v, w string) (string, error) { return text([]any{v, w}) })},
		"a struct": {6, apply.CallRows(func(_ context.Context, r onceIn) (onceOut, error) {
			s, err := text(r)
			return onceOut{r.S, []byte(s), r.N}, err
		})},
		"a struct, no error": {6, apply.Rows(func(r onceIn) onceOut { s, _ := text(r); return onceOut{s, nil, r.N} })},
		"each":               {7 + 2, apply.Called{}},
	} {
		for _, rows := range []int{1, 60, 5000} {
			for _, workers := range []int{1, 4} {
				if name == "each" {
					c.step = apply.Each("_y", []string{"small", "null"}, func(v int64) string { s, _ := text(v); return s })
				}
				f := onceTable(t, rows)
				eng := apply.Engine{Workers: workers}
				want, _, err := eng.Run(t.Context(), f, c.step)
				require.NoError(t, err, name)
				made := calls.Swap(0)
				got, report, err := eng.Run(t.Context(), f, c.step.With(once))
				require.NoError(t, err, name)
				if rows >= 60 {
					require.EqualValues(t, c.distinct, calls.Load(), "%s, %d rows\n%s", name, rows, report)
				}
				counts := callsOf(t, report)
				require.Equal(t, calls.Swap(0), counts.Made)
				require.Equal(t, made, counts.Made+counts.Saved, "%s, %d rows\n%s", name, rows, report)
				for i, col := range want.Names() {
					require.True(t, array.ChunkedApproxEqual(chunked(want, i), chunked(got, i), array.WithNaNsEqual(true)), "%s: %s", name, col)
				}
			}
		}
	}
}

// TestOnceOfAMap is for a function that computes, too.
func TestOnceOfAMap(t *testing.T) {
	var calls atomic.Int64
	out, report, err := apply.Engine{Workers: 4}.Run(t.Context(), onceTable(t, 5000),
		apply.Map1("y", "small", func(n int64) int64 { calls.Add(1); return 2 * n }).With(apply.Calls{Once: true}),
		apply.Map2("z", "small", "flag", func(n int64, b bool) int64 { return n }).With(apply.Calls{Once: true, PerSecond: 1e6}))
	require.NoError(t, err)
	require.EqualValues(t, 7, calls.Load())
	for i, y := range ints(t, out, "y") {
		require.EqualValues(t, 2*(i%7-3), y)
	}
	require.Contains(t, report.String(), "once for equal input, which saves about 4,993 of 5,000 calls")
	require.Contains(t, report.String(), "y: 7 calls, 4,993 saved by equal input")
}

// TestColumnsOfEachShareResultsByValue: two hours and two milliseconds are the same number.
func TestColumnsOfEachShareResultsByValue(t *testing.T) {
	var fields []arrow.Field
	var columns []arrow.Array
	for _, unit := range []arrow.TimeUnit{arrow.Second, arrow.Millisecond, arrow.Millisecond} {
		b := array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: unit, TimeZone: "UTC"})
		b.AppendValues([]arrow.Timestamp{1, 2, 1, 2}, nil)
		fields, columns = append(fields, arrow.Field{Name: fmt.Sprint("c", len(fields)), Type: b.Type()}), append(columns, b.NewArray())
	}
	schema := arrow.NewSchema(fields, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, columns, 4))
	require.NoError(t, err)
	nanos := func(at time.Time) int64 { return at.UnixNano() }
	out, report, err := apply.Engine{}.Run(t.Context(), f, apply.Each("_n", []string{"c0", "c1", "c2"}, nanos).With(apply.Calls{Once: true}))
	require.NoError(t, err)
	require.Equal(t, []int64{1e9, 2e9, 1e9, 2e9}, ints(t, out, "c0_n"))
	require.Equal(t, []int64{1e6, 2e6, 1e6, 2e6}, ints(t, out, "c1_n"))
	require.Equal(t, []int64{1e6, 2e6, 1e6, 2e6}, ints(t, out, "c2_n"))
	require.EqualValues(t, 4, callsOf(t, report).Made)
}

// TestRowsWaitForACallOfTheirInput: one call, and all get what it gave.
func TestRowsWaitForACallOfTheirInput(t *testing.T) {
	for name, c := range map[string]struct {
		end   func() (int64, error)
		calls int
		kept  bool
	}{
		"a value":           {func() (int64, error) { return 7, nil }, 1, true},
		"a permanent error": {func() (int64, error) { return 0, async.Permanent(errBusy) }, 1, true},
		"an error":          {func() (int64, error) { return 0, errBusy }, 2, false},
		"a panic":           {func() (int64, error) { panic("crash") }, 2, false},
		"a goroutine's end": {func() (int64, error) { runtime.Goexit(); return 0, nil }, 2, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int64
			f, err := frame.New(frame.Of("n", make([]int64, 60)))
			require.NoError(t, err)
			call := func(context.Context, int64) (int64, error) { calls.Add(1); time.Sleep(time.Second); return c.end() }
			out, report, err := apply.Engine{Workers: 4, Strategy: apply.Wide, Wide: 30, OnError: chunker.Null()}.Run(t.Context(), f, apply.Call1("y", "n", call).With(apply.Calls{Once: true}))
			require.NoError(t, err)
			if c.kept {
				require.EqualValues(t, 1, calls.Load(), "%s\n%s", name, report)
			} else {
				require.LessOrEqual(t, calls.Load(), int64(30), "%s: errors are for those that waited\n%s", name, report)
				require.Equal(t, 60, report.Failed)
			}
			if name == "a value" {
				require.EqualValues(t, 7, ints(t, out, "y")[59])
			}
			counts := callsOf(t, report)
			require.EqualValues(t, 60, counts.Made+counts.Saved, "%s\n%s", name, report)
		})
	}
}

// TestACallThatIsCutShortIsMadeAnew for a row of its input that stands before the one that failed.
func TestACallThatIsCutShortIsMadeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Row 0 comes late to the input of row 3, whose call is cut short when row 2 fails.
		s := &service{answer: func(ctx context.Context, n int64, call int) (int64, error) {
			switch {
			case n == 2:
				time.Sleep(10 * time.Second)
				return 0, errBusy
			case n == 1 && call == 1:
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return n, nil
		}}
		f, err := frame.New(frame.Of("n", []int64{1, 0, 2, 1, 0, 0}), frame.Of("late", []bool{true, false, false, false, false, false}))
		require.NoError(t, err)
		_, _, err = apply.Engine{Workers: 6, Strategy: apply.Wide, MorselRows: 1, Wide: 6}.Run(t.Context(), f,
			apply.Map1("ready", "late", func(late bool) bool {
				if late {
					time.Sleep(time.Second)
				}
				return true
			}),
			apply.Call1("y", "n", s.call).With(apply.Calls{Once: true}))
		require.ErrorContains(t, err, "row 2, ")
		require.ErrorIs(t, err, errBusy)
	})
}

// TestOnceForgetsWhatItHasNoRoomFor, what was not used for the longest time first.
func TestOnceForgetsWhatItHasNoRoomFor(t *testing.T) {
	rows := make([]string, 4000)
	for i := range rows {
		rows[i] = strings.Repeat("x", 100) + fmt.Sprint(i/2)
		if i%4 == 3 {
			rows[i] = "often"
		}
	}
	f, err := frame.New(frame.Of("s", rows))
	require.NoError(t, err)
	var mu sync.Mutex
	calls := map[string]int{}
	call := func(_ context.Context, s string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		calls[s]++
		return s, nil
	}
	out, report, err := apply.Engine{Workers: 1}.Run(t.Context(), f, apply.Call1("y", "s", call).With(apply.Calls{Once: true, OnceBytes: 64 << 10}))
	require.NoError(t, err)
	require.Equal(t, 1, calls["often"])
	require.Positive(t, callsOf(t, report).Forgotten)
	require.Less(t, callsOf(t, report).Forgotten, callsOf(t, report).Made)
	for _, rec := range out.Records() {
		require.True(t, array.Equal(rec.Column(0), rec.Column(1)))
	}
}

// TestOnceWithRetriesAndLimits: what is saved passes no limit, and a retried call is one for all.
func TestOnceWithRetriesAndLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(_ context.Context, n int64, call int) (int64, error) {
			if time.Sleep(time.Millisecond); call < 3 {
				return 0, errBusy
			}
			return n, nil
		}}
		f := onceTable(t, 5000)
		began := time.Now()
		_, report, err := apply.Engine{Workers: 4}.Run(t.Context(), f, apply.Call1("y", "small", s.call).With(apply.Calls{
			Once: true, PerSecond: 1, Retry: &async.Retry{}, PerKey: apply.PerKey{By: "s", Concurrency: 1}, Timeout: time.Second,
		}))
		require.NoError(t, err, "%s", report)
		require.Equal(t, 21, s.all)
		require.Equal(t, 3, s.mostCalls())
		require.Less(t, time.Since(began), 25*time.Second)
		require.EqualValues(t, 4993, callsOf(t, report).Saved)
	})
}
