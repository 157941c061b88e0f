package fn_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply/fn"
)

func double(x float64) float64 { return 2 * x }
func triple(x float64) float64 { return 3 * x }

type scaled struct{ by float64 }

func (s scaled) scale(x float64) float64 { return s.by * x }

// times makes functions of one text with other variables around them.
func times(by float64) func(float64) float64 { return func(x float64) float64 { return by * x } }

func identity[T any](x T) T { return x }

var byFour = times(4)

func init() {
	fn.Register("test/double@v1", fn.Of1(double))
	fn.Register("test/four@v1", fn.Of1(byFour))
	fn.Register("test/four@v2", fn.Of1(func(x float64) float64 { return 4 * x }))
}

// TestNamesAreOfOneFunction: what is not known to be the function that was registered has no name,
// however like it is.
func TestNamesAreOfOneFunction(t *testing.T) {
	name := func(f any) string {
		n, _ := fn.NameOf(f)
		return n
	}
	alias := double
	require.Equal(t, "test/double@v1", name(double))
	require.Equal(t, "test/double@v1", name(alias))
	require.Equal(t, "test/four@v1", name(byFour))
	for what, f := range map[string]any{
		"another": triple, "another of one text": times(4), "of other variables": times(5), "a method value": scaled{4}.scale, "one of any type": identity[float64],
		"nil": (func(float64) float64)(nil), "no function": 4, "nothing": nil,
	} {
		require.Empty(t, name(f), what)
	}
}

func TestWrongNamesPanic(t *testing.T) {
	for name, want := range map[string]string{
		"score":                  "a name ends in a version, such as acme/score@v1",
		"acme/score":             "a name ends in a version",
		"acme/score@1":           "a name ends in a version",
		"acme/score@v0":          "a name ends in a version",
		"acme/score@v01":         "a name ends in a version",
		"acme/score@v1@v2":       "a name ends in a version",
		"acme/score@v1.2":        "a name ends in a version",
		"acme/score@v9999999999": "a name ends in a version",
		"@v1":                    `"" is no word of letters`,
		"/score@v1":              `"" is no word of letters`,
		"acme//score@v1":         `"" is no word of letters`,
		"acme.score@v1":          `"acme.score" is no word of letters`,
		"acme/my-score@v1":       `"my-score" is no word of letters`,
		"acme/func@v1":           `"func" is no word of letters, digits and underscores, or one that Go keeps`,
		"acme/score\x00@v1":      "is no word of letters",
		"test/double@v1":         "the name is taken: give a function that does something else the next version",
	} {
		got := panicOf(func() { fn.Register(name, fn.Of1(triple)) })
		require.Contains(t, got, want)
		require.Contains(t, got, "fn: Register("+strconv.Quote(name)+"): ")
	}
	for want, f := range map[string]fn.Func{
		"the function is nil":   {},
		"the function is nil ":  fn.Of1[int, int](nil),
		"the function is nil  ": fn.Batch(nil),
		`the function is registered as "test/double@v1": it can have one name only`: fn.Of1(double),
	} {
		require.Contains(t, panicOf(func() { fn.Register("test/other@v1", f) })+"  ", want)
	}
	_, err := fn.Named("test/other@v1")
	require.Error(t, err, "nothing is registered by a call that panics")
}

func TestUnknownNamesAreTold(t *testing.T) {
	for name, want := range map[string]string{
		"test/four@v3":   `no function "test/four@v3" is registered in this program; of that name it has test/four@v1, test/four@v2`,
		"test/duoble@v1": `no function "test/duoble@v1" is registered in this program; did you mean "test/double@v1"?`,
		"test/double":    `no function "test/double": a name ends in a version, such as acme/score@v1`,
	} {
		_, err := fn.Named(name)
		require.EqualError(t, err, want)
	}
	f, err := fn.Named("test/four@v1")
	require.NoError(t, err)
	require.Equal(t, "func(float64) float64", f.String())
	require.Equal(t, []string{"example/kilometers@v1", "test/double@v1", "test/four@v1", "test/four@v2"}, fn.Names())
}

func TestEveryKindKeepsItsType(t *testing.T) {
	for want, f := range map[string]fn.Func{
		"func(int, string) bool":                                    fn.Of2(func(int, string) bool { return true }),
		"func(int, string, bool) bool":                              fn.Of3(func(int, string, bool) bool { return true }),
		"func(int) (bool, error)":                                   fn.Try1(func(int) (bool, error) { return true, nil }),
		"func(int, int) (bool, error)":                              fn.Try2(func(int, int) (bool, error) { return true, nil }),
		"func(int, int, int) (bool, error)":                         fn.Try3(func(int, int, int) (bool, error) { return true, nil }),
		"func(context.Context, int) (bool, error)":                  fn.Call1(func(context.Context, int) (bool, error) { return true, nil }),
		"func(context.Context, int, int) (bool, error)":             fn.Call2(func(context.Context, int, int) (bool, error) { return true, nil }),
		"func(context.Context, int, int, int) (bool, error)":        fn.Call3(func(context.Context, int, int, int) (bool, error) { return true, nil }),
		"func(context.Context, arrow.Record) (arrow.Record, error)": fn.Batch(func(_ context.Context, r arrow.Record) (arrow.Record, error) { return r, nil }),
	} {
		require.Equal(t, want, f.String())
	}
}

func panicOf(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}
