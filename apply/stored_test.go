package apply_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

type storedIn struct {
	X float64
	S string
	N sql.Null[int64]
}

type storedOut struct {
	Text  string
	Twice float64
	Null  sql.Null[int32]
}

// The functions of the tests below, one of each kind and several types.
var (
	storedHalf  = func(x float64) float64 { return x / 2 }
	storedIsOdd = func(n int64) bool { return n%2 != 0 }
	storedShout = func(s string) string { return strings.ToUpper(s) + "!" }
	storedNulls = func(n sql.Null[int64]) sql.Null[string] {
		return sql.Null[string]{V: fmt.Sprint(n.V), Valid: !n.Valid || n.V%3 == 0}
	}
	storedAdd   = func(x float64, n int64) float64 { return x + float64(n) }
	storedTimes = func(n int64, x float64, s string) time.Duration {
		return time.Duration(n)*time.Second + time.Duration(len(s))
	}
	storedRows = func(r storedIn) storedOut {
		return storedOut{r.S + "?", 2 * r.X, sql.Null[int32]{V: int32(r.N.V), Valid: r.N.Valid}}
	}
	storedCall   = func(_ context.Context, n int64) (int32, error) { return int32(n), fails(n) }
	storedFine   = func(_ context.Context, n int64) (int32, error) { return int32(n), nil }
	storedCall2  = func(_ context.Context, n int64, s string) (string, error) { return s + s, fails(n) }
	storedCall3  = func(_ context.Context, n int64, s string, x float64) ([]byte, error) { return []byte(s), fails(n) }
	storedCalled = func(_ context.Context, r storedIn) (storedOut, error) { return storedRows(r), fails(r.N.V) }
	storedPanics = func(n int64) int64 {
		switch n % 100 {
		case 7:
			panic("seven")
		case 8:
			runtime.Goexit()
		}
		return -n
	}
	storedBatch = func(_ context.Context, rec arrow.Record) (arrow.Record, error) {
		return array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "copy", Type: arrow.PrimitiveTypes.Float64}}, nil), []arrow.Array{rec.Column(0)}, rec.NumRows()), nil
	}
)

func fails(n int64) error {
	if n%50 == 3 {
		return errors.New("no such row")
	}
	return nil
}

func init() {
	for name, f := range map[string]fn.Func{
		"half": fn.Of1(storedHalf), "is_odd": fn.Of1(storedIsOdd), "shout": fn.Of1(storedShout), "nulls": fn.Of1(storedNulls), "add": fn.Of2(storedAdd), "times": fn.Of3(storedTimes),
		"rows": fn.Of1(storedRows), "call": fn.Call1(storedCall), "fine": fn.Call1(storedFine), "call2": fn.Call2(storedCall2), "call3": fn.Call3(storedCall3), "called": fn.Call1(storedCalled), "panics": fn.Of1(storedPanics), "batch": fn.Batch(storedBatch),
		"narrow": fn.Of1(func(d time.Duration) int64 { return int64(d) }), "loose": fn.Of1(func(n int) int64 { return int64(n) }), "pointer": fn.Of1(func(n int64) *int64 { return &n }),
	} {
		fn.Register("stored/"+name+"@v1", f)
	}
}

// storedTable has columns x, n and s, with nulls in n.
func storedTable(t *testing.T, rows int) *frame.Frame {
	t.Helper()
	x, n, s := make([]float64, rows), make([]sql.Null[int64], rows), make([]string, rows)
	for i := range rows {
		x[i], n[i], s[i] = float64(i)/4, sql.Null[int64]{V: int64(i), Valid: i%11 != 5}, fmt.Sprint("row ", i)
	}
	f, err := frame.New(frame.Of("x", x), frame.Of("n", n), frame.Of("s", s))
	require.NoError(t, err)
	return f
}

// TestStoredStepsDoTheSame: a step that was stored and read gives the same rows and the same
// errors, on one worker and several, and is stored as the same bytes again.
func TestStoredStepsDoTheSame(t *testing.T) {
	out := []arrow.Field{{Name: "copy", Type: arrow.PrimitiveTypes.Float64}}
	all := apply.Calls{
		Concurrency: 4, PerSecond: 50000.5, Burst: 100000, Retry: &async.Retry{Attempts: 1, Base: 1, Max: time.Millisecond, Elapsed: time.Minute}, Timeout: 2 * time.Second,
		Grace: 500 * time.Millisecond, AbandonedMax: 7, PerKey: apply.PerKey{By: "n % 3", Concurrency: 2, PerSecond: 1e5, Burst: 100000},
		Breaker: &async.Breaker{Failures: 1000, Open: time.Second}, Hedge: 0.95, Once: true, OnceBytes: 1000,
	}
	allText := `"calls":{"concurrency":4,"perSecond":50000.5,"burst":100000,"retry":{"attempts":1,"base":"1ns","max":"1ms","elapsed":"1m0s"},"timeout":"2s","grace":"500ms",` +
		`"abandonedMax":7,"perKey":{"by":"n % 3","concurrency":2,"perSecond":100000,"burst":100000},"breaker":{"failures":1000,"open":"1s"},"hedge":0.95,"once":true,"onceBytes":1000}`
	for want, step := range map[string]chunker.Step{
		`{"step":"call","fn":"stored/call2@v1","out":"c","in":["n","s"],` + allText + `}`:                                    apply.Call2("c", "n", "s", storedCall2).With(all),
		`{"step":"callRows","fn":"stored/called@v1",` + allText + `}`:                                                        apply.CallRows(storedCalled).With(all),
		`{"step":"map","fn":"stored/times@v1","out":"d","in":["n","x","s"],"calls":{"once":true}}`:                           apply.Map3("d", "n", "x", "s", storedTimes).With(apply.Calls{Once: true}),
		`{"step":"map","fn":"stored/nulls@v1","out":"m","in":["n"],"calls":{"perSecond":100000,"burst":100000,"once":true}}`: apply.Map1("m", "n", storedNulls).With(apply.Calls{PerSecond: 1e5, Burst: 100000, Once: true}),
		`{"step":"rows","fn":"stored/rows@v1","calls":{"once":true}}`:                                                        apply.Rows(storedRows).With(apply.Calls{Once: true}),
		`{"step":"each","fn":"stored/half@v1","suffix":"_half","columns":["x","n"],"calls":{"once":true}}`:                   apply.Each("_half", []string{"x", "n"}, storedHalf).With(apply.Calls{Once: true}),
		`{"step":"map","fn":"stored/panics@v1","out":"p","in":["n"],"calls":{"perSecond":100000,"burst":100000}}`:            apply.Map1("p", "n", storedPanics).With(apply.Calls{PerSecond: 1e5, Burst: 100000}),
		`{"step":"call","fn":"stored/fine@v1","out":"d","in":["n"],"calls":{"retry":{},"breaker":{}}}`:                       apply.Call1("d", "n", storedFine).With(apply.Calls{Retry: &async.Retry{}, Breaker: &async.Breaker{}}),
		`{"step":"where","condition":"x > 3 && s != \"row 7\""}`:                                                             apply.Where(`x > 3 && s != "row 7"`),
		`{"step":"expr","expr":"y = x * 2"}`:                                                                                 apply.Expr("y = x * 2"),
		`{"step":"expr","expr":"y = stored.add.v1(x, n)"}`:                                                                   apply.Expr("y = stored.add.v1(x, n)"),
		`{"step":"expr","expr":"x = cast(x, string)"}`:                                                                       apply.Cast("x", "string"),
		`{"step":"map","fn":"stored/half@v1","out":"h","in":["x"]}`:                                                          apply.Map1("h", "x", storedHalf),
		`{"step":"map","fn":"stored/half@v1","out":"n","in":["n"]}`:                                                          apply.Map1("n", "n", storedHalf),
		`{"step":"map","fn":"stored/is_odd@v1","out":"odd","in":["n"]}`:                                                      apply.Map1("odd", "n", storedIsOdd),
		`{"step":"map","fn":"stored/shout@v1","out":"s","in":["s"]}`:                                                         apply.Map1("s", "s", storedShout),
		`{"step":"map","fn":"stored/nulls@v1","out":"m","in":["n"]}`:                                                         apply.Map1("m", "n", storedNulls),
		`{"step":"map","fn":"stored/add@v1","out":"y","in":["x","n"]}`:                                                       apply.Map2("y", "x", "n", storedAdd),
		`{"step":"map","fn":"stored/times@v1","out":"d","in":["n","x","s"]}`:                                                 apply.Map3("d", "n", "x", "s", storedTimes),
		`{"step":"map","fn":"stored/panics@v1","out":"p","in":["n"]}`:                                                        apply.Map1("p", "n", storedPanics),
		`{"step":"each","fn":"stored/half@v1","suffix":"_half","columns":["x","n"]}`:                                         apply.Each("_half", []string{"x", "n"}, storedHalf),
		`{"step":"each","fn":"stored/half@v1","columns":["x"]}`:                                                              apply.Each("", []string{"x"}, storedHalf),
		`{"step":"rows","fn":"stored/rows@v1"}`:                                                                              apply.Rows(storedRows),
		`{"step":"rows","fn":"stored/rows@v1","calls":{"concurrency":3}}`:                                                    apply.Rows(storedRows).With(apply.Calls{Concurrency: 3}),
		`{"step":"map","fn":"stored/half@v1","out":"g","in":["x"],"calls":{"concurrency":2}}`:                                apply.Map1("g", "x", storedHalf).With(apply.Calls{Concurrency: 2}),
		`{"step":"each","fn":"stored/half@v1","columns":["x"],"calls":{"concurrency":1}}`:                                    apply.Each("", []string{"x"}, storedHalf).With(apply.Calls{Concurrency: 1}),
		`{"step":"call","fn":"stored/call@v1","out":"d","in":["n"],"calls":{"concurrency":4}}`:                               apply.Call1("d", "n", storedCall).With(apply.Calls{Concurrency: 4}),
		`{"step":"batch","fn":"stored/batch@v1","out":[{"name":"copy","type":"float64"}],"calls":{"concurrency":1}}`:         apply.Batch(out, storedBatch).With(apply.Calls{Concurrency: 1}),
		`{"step":"callRows","fn":"stored/called@v1"}`:                                                                        apply.CallRows(storedCalled),
		`{"step":"call","fn":"stored/call@v1","out":"c","in":["n"]}`:                                                         apply.Call1("c", "n", storedCall),
		`{"step":"call","fn":"stored/call2@v1","out":"c","in":["n","s"]}`:                                                    apply.Call2("c", "n", "s", storedCall2),
		`{"step":"call","fn":"stored/call3@v1","out":"c","in":["n","s","x"]}`:                                                apply.Call3("c", "n", "s", "x", storedCall3),
		`{"step":"batch","fn":"stored/batch@v1","out":[{"name":"copy","type":"float64"}]}`:                                   apply.Batch(out, storedBatch),
		`{"step":"steps","steps":[{"step":"where","condition":"x > 3"},{"step":"steps","steps":[]}]}`:                        chunker.Steps{apply.Where("x > 3"), chunker.Steps{}},
	} {
		data, err := json.Marshal(chunker.Steps{step})
		require.NoError(t, err)
		require.Equal(t, "["+want+"]", strings.ReplaceAll(strings.ReplaceAll(string(data), `\u003e`, ">"), `\u0026`, "&"))
		var read chunker.Steps
		require.NoError(t, json.Unmarshal(data, &read))
		again, err := json.Marshal(read)
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))

		for _, rows := range []int{0, 1, 10, 20_000} {
			if strings.Contains(want, `"calls":{`) {
				rows = min(rows, 2000)
			}
			f := storedTable(t, rows)
			bound, err := step.Bind(t.Context(), f.Schema())
			require.NoError(t, err)
			bound2, err := read[0].Bind(t.Context(), f.Schema())
			require.NoError(t, err)
			require.Equal(t, bound.String(), bound2.String())
			require.True(t, bound.Schema().Equal(bound2.Schema()))
			for _, workers := range []int{1, 2} {
				eng := apply.Engine{Workers: workers, OnError: chunker.Null()}
				a, report, err := eng.Run(t.Context(), f, step)
				require.NoError(t, err)
				b, report2, err := eng.Run(t.Context(), f, read[0])
				require.NoError(t, err)
				require.Equal(t, report.Failed, report2.Failed, want)
				for i := range report.Errors {
					require.Equal(t, report.Errors[i].Row, report2.Errors[i].Row)
					require.Equal(t, firstWord(report.Errors[i].Err), firstWord(report2.Errors[i].Err))
				}
				require.Equal(t, a.Names(), b.Names())
				for c, name := range a.Names() {
					equal := array.ChunkedEqual(chunked(a, c), chunked(b, c))
					require.True(t, equal, "%s: %s of %d rows, %d workers", want, name, rows, workers)
				}
			}
		}
	}
}

// firstWord leaves out where a panic was, which is in another file.
func firstWord(err error) string {
	word, _, _ := strings.Cut(err.Error(), " at ")
	return word
}

func chunked(f *frame.Frame, c int) *arrow.Chunked {
	var list []arrow.Array
	for _, rec := range f.Records() {
		list = append(list, rec.Column(c))
	}
	return arrow.NewChunked(f.Schema().Field(c).Type, list)
}

// TestWhatHasNoNameIsNotStored: each says why, and what to do.
func TestWhatHasNoNameIsNotStored(t *testing.T) {
	times := func(by float64) func(float64) float64 { return func(x float64) float64 { return by * x } }
	call := func(c apply.Calls) chunker.Step { return apply.Call1("d", "n", storedCall).With(c) }
	field := arrow.Field{Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int8)}
	for want, step := range map[string]chunker.Step{
		`steps[0]: map h: its function, a func(float64) float64, has no name, and cannot be stored without one: register it, as in fn.Register("acme/score@v1", fn.Of1(f)), and give the step that same f`: apply.Map1("h", "x", times(2)),
		"steps[0]: map h: its function has a vector form": apply.Map1("h", "x", storedHalf).Vector(func(a, out []float64) { copy(out, a) }),
		"fn.Of2(f)":                        apply.Map2("h", "x", "x", func(a, b float64) float64 { return a }),
		"fn.Of3(f)":                        apply.Map3("h", "x", "x", "x", func(a, b, c float64) float64 { return a }),
		"fn.Call1(f)":                      apply.Call1("h", "x", func(_ context.Context, a float64) (float64, error) { return a, nil }),
		"fn.Call2(f)":                      apply.Call2("h", "x", "x", func(_ context.Context, a, b float64) (float64, error) { return a, nil }),
		"fn.Call3(f)":                      apply.Call3("h", "x", "x", "x", func(_ context.Context, a, b, c float64) (float64, error) { return a, nil }),
		"each: its":                        apply.Each("", []string{"x"}, times(3)),
		"rows: its":                        apply.Rows(func(storedIn) storedOut { return storedOut{} }),
		"callRows: its":                    apply.CallRows(func(context.Context, storedIn) (storedOut, error) { return storedOut{}, nil }),
		"batch: its":                       apply.Batch(nil, func(context.Context, arrow.Record) (arrow.Record, error) { return nil, nil }),
		`batch: column "l": the type list`: apply.Batch([]arrow.Field{field}, storedBatch),
		"steps[0]: it is nil":              nil,
		"steps[0]: call d: its Calls share limiters, which cannot be stored: set Concurrency and PerSecond in their place": call(apply.Calls{Limiters: []*async.Limiter{{}}}),
		`which cannot be stored: register it, as in fn.Register("acme/host@v1", fn.Of1(f)), and call it in By`:             call(apply.Calls{PerKey: apply.PerKey{ByFunc: func(int64) string { return "" }, Concurrency: 1}}),
		"call d: Calls.Retry has a Go function, If or OnRetry, which":                                                      call(apply.Calls{Retry: &async.Retry{If: func(error) bool { return true }}}),
		"Retry has a Go function, If or OnRetry":                                                                           call(apply.Calls{Retry: &async.Retry{OnRetry: func(context.Context, async.Again) {}}}),
		"Calls.Breaker has a Go function, If, which cannot":                                                                call(apply.Calls{Breaker: &async.Breaker{If: func(error) bool { return true }}}),
		"call d: Calls.Hedge is 2: give the share":                                                                         call(apply.Calls{Hedge: 2}),
		"call d: Calls.PerKey has limits and no key":                                                                       call(apply.Calls{PerKey: apply.PerKey{Burst: 1, PerSecond: 1}}),
		"steps[0]: steps[1]: map h":                                                                                        chunker.Steps{apply.Where("x > 1"), apply.Map1("h", "x", times(2))},
		`steps[0]: condition: the text "s == \"\xe9\"" is not UTF-8`:                                                       apply.Where("s == \"\xe9\""),
	} {
		_, err := json.Marshal(chunker.Steps{step})
		require.ErrorContains(t, err, want)
	}
}

// TestWrongStepsAreTold by where they stand.
func TestWrongStepsAreTold(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                  "steps: this is an object, where a list should be",
		`["where"]`:           `steps[0]: this is a text, where an object with a field "step" should be`,
		`[{"where": "x"}]`:    `steps[0]: there is no field "step"`,
		`[{"step": 1}]`:       "steps[0].step: this is a number, where a text should be",
		`[{"step": "wheer"}]`: `steps[0].step: no step "wheer" is known; did you mean "where"?`,
		`[{"step": "where"}]`: `steps[0]: there is no field "condition"`,
		`[{"step": "where", "condition": "x", "when": 1}]`:                                                             `steps[0]: no field "when" is known here`,
		`[{"step": "where", "condition": "a"}, {"step": "where", "condition": ["x"]}]`:                                 "steps[1].condition: this is a list, where a text should be",
		`[{"step": "steps", "steps": [{"step": "expr"}]}]`:                                                             `steps[0].steps[0]: there is no field "expr"`,
		`[{"step": "map", "fn": "stored/half@v2", "out": "h", "in": ["x"]}]`:                                           `steps[0]: no function "stored/half@v2" is registered in this program; of that name it has stored/half@v1`,
		`[{"step": "map", "fn": "stored/half@v1", "out": "h", "in": ["x", "n"]}]`:                                      `steps[0]: the function "stored/half@v1" takes 1 column, and 2 are named`,
		`[{"step": "map", "fn": "stored/call@v1", "out": "h", "in": ["n"]}]`:                                           "which may fail: make it a step",
		`[{"step": "call", "fn": "stored/half@v1", "out": "h", "in": ["x"]}]`:                                          "which cannot fail: make it a step",
		`[{"step": "map", "fn": "stored/batch@v1", "out": "h", "in": ["x"]}]`:                                          `of which no step "map" can be made`,
		`[{"step": "batch", "fn": "stored/half@v1", "out": []}]`:                                                       `of which no step "batch" can be made`,
		`[{"step": "batch", "fn": "stored/batch@v1", "out": [{"name": "a", "type": "in8"}]}]`:                          `steps[0]: out[0].type: no type "in8"; did you mean "int8"?`,
		`[{"step": "call", "fn": "stored/call@v1", "out": "d", "in": ["n"], "calls": {"timeout": 2}}]`:                 "steps[0].calls.timeout: this is a number, where a text should be",
		`[{"step": "call", "fn": "stored/call@v1", "out": "d", "in": ["n"], "calls": {"timeout": "2"}}]`:               `steps[0].calls.timeout: "2" is no duration: write one such as "2s"`,
		`[{"step": "call", "fn": "stored/call@v1", "out": "d", "in": ["n"], "calls": {"retry": {"attempt": 2}}}]`:      `steps[0].calls.retry: no field "attempt" is known here; did you mean "attempts"?`,
		`[{"step": "call", "fn": "stored/call@v1", "out": "d", "in": ["n"], "calls": {"perKey": {"concurrency": 2}}}]`: `steps[0].calls.perKey: there is no field "by"`,
		`[{"step": "rows", "fn": "stored/add@v1"}]`:                                                                    "takes 2 values: rows are given to functions of one struct",
		`[{"step": "each", "fn": "stored/add@v1", "columns": ["x"]}]`:                                                  "takes 2 values: each is for functions of one",
	} {
		var steps chunker.Steps
		require.ErrorContains(t, json.Unmarshal([]byte(text), &steps), want, text)
		require.Nil(t, steps, "nothing is read by halves")
	}
	// What is of the wrong type for the columns is an error of Bind, as ever.
	for text, want := range map[string]string{
		`[{"step": "map", "fn": "stored/rows@v1", "out": "h", "in": ["x"]}]`:    "h: ",
		`[{"step": "rows", "fn": "stored/half@v1"}]`:                            "rows: result: ",
		`[{"step": "map", "fn": "stored/half@v1", "out": "h", "in": ["s"]}]`:    `h: column "s": `,
		`[{"step": "map", "fn": "stored/pointer@v1", "out": "h", "in": ["n"]}]`: "h: ",
	} {
		var steps chunker.Steps
		require.NoError(t, json.Unmarshal([]byte(text), &steps))
		_, err := apply.Apply(t.Context(), storedTable(t, 3), steps)
		require.ErrorContains(t, err, want, text)
	}
}

// TestExpressionsRefuseFunctionsThatTheyCannotCall and say where they can be used.
func TestExpressionsRefuseFunctionsThatTheyCannotCall(t *testing.T) {
	for text, want := range map[string]string{
		"y = stored.call.v1(n)":    "takes a context, since it may wait: use it in apply.Call1",
		"y = stored.batch.v1(n)":   "takes record batches, not values: use it in apply.Batch",
		"y = stored.narrow.v1(n)":  "takes a time.Duration, which expressions have not",
		"y = stored.loose.v1(n)":   "takes a int, which expressions have not",
		"y = stored.rows.v1(n)":    "which expressions have not",
		"y = stored.pointer.v1(n)": "returns a *int64, which expressions have not",
		"y = stored.add.v1(n)":     "stored.add.v1 takes 2 arguments, not 1",
		"y = stored.half(x)":       `no function "stored.half"; did you mean stored.half.v1?`,
	} {
		_, err := apply.Apply(t.Context(), storedTable(t, 3), apply.Expr(text))
		require.ErrorContains(t, err, want, text)
	}
}
