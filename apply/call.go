package apply

import (
	"context"
	"errors"
	"reflect"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
)

// Called is a [Func] whose calls can be limited: what [Call1], [CallRows], [Rows], [Each] and
// [Batch] make. ([Map1] makes a [Mapped1], which can be given a vector form too.)
type Called struct {
	calls  Calls
	nodes  func(schema *columns) ([]*node, error)
	stored func(calls Calls) (kind string, data any, err error)
}

var errUnmade = errors.New("a Called that no constructor made: use Call1, CallRows, Rows, Each or Batch")

// With says how the function is called: see [Calls].
func (c Called) With(calls Calls) Called { c.calls = calls; return c }

// Bind binds the function to the columns that it reads.
func (c Called) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, c)
}

func (c Called) wire(schema *columns) ([]*node, error) {
	if c.nodes == nil {
		return nil, errUnmade
	}
	nodes, err := c.nodes(schema)
	if err != nil {
		return nil, err
	}
	return c.calls.limit(schema, nodes...)
}

// Call1 computes column out from column a by a function that may wait and may fail: a
// look-up, a request, a parse. Its error is the row's error (see [chunker.Policy]);
// the context is cancelled when the run ends early.
//
//	apply.Call1("city", "ip", geo.Lookup) // func(context.Context, string) (string, error)
func Call1[A, R any](out, a string, fn func(ctx context.Context, a A) (R, error)) Called {
	return waiting(storedCall(out, fn, "Call1", a), func(schema *columns) (*node, error) {
		n, err := wireRow[R](schema, out, fn == nil, in[A](a))
		if err != nil {
			return nil, err
		}
		n.keyFunc = reflect.TypeFor[func(A) string]()
		n.make = func() kernel { return calling1(n, fn) }
		return n, nil
	})
}

// Call2 computes column out from columns a and b: see [Call1].
func Call2[A, B, R any](out, a, b string, fn func(ctx context.Context, a A, b B) (R, error)) Called {
	return waiting(storedCall(out, fn, "Call2", a, b), func(schema *columns) (*node, error) {
		n, err := wireRow[R](schema, out, fn == nil, in[A](a), in[B](b))
		if err != nil {
			return nil, err
		}
		n.keyFunc = reflect.TypeFor[func(A, B) string]()
		n.make = func() kernel { return calling2(n, fn) }
		return n, nil
	})
}

// Call3 computes column out from columns a, b and c: see [Call1].
func Call3[A, B, C, R any](out, a, b, c string, fn func(ctx context.Context, a A, b B, c C) (R, error)) Called {
	return waiting(storedCall(out, fn, "Call3", a, b, c), func(schema *columns) (*node, error) {
		n, err := wireRow[R](schema, out, fn == nil, in[A](a), in[B](b), in[C](c))
		if err != nil {
			return nil, err
		}
		n.keyFunc = reflect.TypeFor[func(A, B, C) string]()
		n.make = func() kernel { return calling3(n, fn) }
		return n, nil
	})
}

// CallRows computes columns from whole rows, as [Rows] does, by a function that may
// wait and may fail.
func CallRows[In, Out any](fn func(ctx context.Context, row In) (Out, error)) Called {
	return waiting(storedRows(callRowsKind, fn, "Call1"), func(schema *columns) (*node, error) {
		nodes, err := wireStructs(schema, fn == nil, func(n *node, k *structs[In, Out]) kernel {
			return callingRows(n, k, fn)
		})
		if err != nil {
			return nil, err
		}
		return nodes[0], nil
	})
}

// waiting is a function that may wait.
func waiting(stored func(Calls) (string, any, error), wire func(schema *columns) (*node, error)) Called {
	return Called{
		nodes: func(schema *columns) ([]*node, error) {
			n, err := wire(schema)
			if err != nil {
				return nil, err
			}
			n.waits = true
			return []*node{n}, nil
		},
		stored: stored,
	}
}

// calling1 is the kernel of a function of one value that may fail.
func calling1[A, R any](n *node, fn func(ctx context.Context, a A) (R, error)) kernel {
	k := &map1[A, R]{a: arg[A]{at: n.in[0]}}
	return &calling[R]{
		kernel: k, sink: &k.sink,
		call: func(ctx context.Context, i int) (R, error) { return fn(ctx, k.a.vals[i]) },
		bound: func(i int) func(context.Context) (R, error) {
			a := k.a.vals[i]
			return func(ctx context.Context) (R, error) { return fn(ctx, a) }
		},
		guard: n.guards(func(by any) func(int) string {
			return func(i int) string { return by.(func(A) string)(k.a.vals[i]) }
		}),
	}
}

// calling2 is the kernel of a function of two values that may fail.
func calling2[A, B, R any](n *node, fn func(ctx context.Context, a A, b B) (R, error)) kernel {
	k := &map2[A, B, R]{a: arg[A]{at: n.in[0]}, b: arg[B]{at: n.in[1]}}
	return &calling[R]{
		kernel: k, sink: &k.sink,
		call: func(ctx context.Context, i int) (R, error) { return fn(ctx, k.a.vals[i], k.b.vals[i]) },
		bound: func(i int) func(context.Context) (R, error) {
			a, b := k.a.vals[i], k.b.vals[i]
			return func(ctx context.Context) (R, error) { return fn(ctx, a, b) }
		},
		guard: n.guards(func(by any) func(int) string {
			return func(i int) string { return by.(func(A, B) string)(k.a.vals[i], k.b.vals[i]) }
		}),
	}
}

// calling3 is the kernel of a function of three values that may fail.
func calling3[A, B, C, R any](n *node, fn func(ctx context.Context, a A, b B, c C) (R, error)) kernel {
	k := &map3[A, B, C, R]{a: arg[A]{at: n.in[0]}, b: arg[B]{at: n.in[1]}, c: arg[C]{at: n.in[2]}}
	return &calling[R]{
		kernel: k, sink: &k.sink,
		call: func(ctx context.Context, i int) (R, error) { return fn(ctx, k.a.vals[i], k.b.vals[i], k.c.vals[i]) },
		bound: func(i int) func(context.Context) (R, error) {
			a, b, c := k.a.vals[i], k.b.vals[i], k.c.vals[i]
			return func(ctx context.Context) (R, error) { return fn(ctx, a, b, c) }
		},
		guard: n.guards(func(by any) func(int) string {
			return func(i int) string { return by.(func(A, B, C) string)(k.a.vals[i], k.b.vals[i], k.c.vals[i]) }
		}),
	}
}

// callingRows is the kernel of a function from struct to struct that may fail.
func callingRows[In, Out any](n *node, k *structs[In, Out], fn func(ctx context.Context, row In) (Out, error)) kernel {
	return &calling[Out]{
		kernel: k, sink: &k.sink,
		call: func(ctx context.Context, i int) (Out, error) { return fn(ctx, k.in[i]) },
		bound: func(i int) func(context.Context) (Out, error) {
			row := k.in[i]
			return func(ctx context.Context) (Out, error) { return fn(ctx, row) }
		},
		guard: n.guards(func(by any) func(int) string {
			return func(i int) string { return by.(func(In) string)(k.in[i]) }
		}),
	}
}
