package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/engine"
)

// Calls limits the calls of one function. The limits go with the function and hold for a whole run:
// for all of its workers and, over a stream, for all of its chunks together. The zero Calls sets
// none.
//
//	apply.Call1("city", "ip", geo.Lookup).With(apply.Calls{Concurrency: 16})
type Calls struct {
	// Concurrency is how many calls of the function may be under way at the same time. It replaces
	// [Engine.Wide] for the function, may be more than that, and with 1 makes it a function that need
	// not allow calls from many goroutines. 0 leaves it to the engine.
	Concurrency int
}

// limit gives nodes of one function the limits that they share.
func (c Calls) limit(nodes ...*node) ([]*node, error) {
	if c.Concurrency < 0 {
		return nil, fmt.Errorf("%s: %w", nodes[0].name, c.refused())
	}
	if c.Concurrency == 0 {
		return nodes, nil
	}
	slots := engine.NewSlots(c.Concurrency)
	for _, n := range nodes {
		n.slots = slots
	}
	return nodes, nil
}

func (c Calls) refused() error {
	return fmt.Errorf("Calls.Concurrency is %d: give the number of calls that may be under way, or 0", c.Concurrency)
}

// String is the limits as a plan shows them; empty if there are none.
func (c Calls) String() string {
	if c.Concurrency == 0 {
		return ""
	}
	return "at most " + count.Of(c.Concurrency, "call") + " at a time"
}

// Called is a [Func] whose calls can be limited: what [Call1], [CallRows], [Rows], [Each] and
// [Batch] make. ([Map1] makes a [Mapped1], which can be given a vector form too.)
type Called struct {
	calls  Calls
	nodes  func(schema *columns) ([]*node, error)
	stored func(calls Calls) (kind string, data any, err error)
}

var errUnmade = errors.New("a Called that no constructor made: use Call1, CallRows, Rows, Each or Batch")

// With limits the function's calls: see [Calls].
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
	return c.calls.limit(nodes...)
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
		n.make = func() kernel {
			k := &map1[A, R]{a: arg[A]{at: n.in[0]}}
			return &calling{k, func(ctx context.Context, i int) (err error) {
				k.out[i], err = fn(ctx, k.a.vals[i])
				return err
			}}
		}
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
		n.make = func() kernel {
			k := &map2[A, B, R]{a: arg[A]{at: n.in[0]}, b: arg[B]{at: n.in[1]}}
			return &calling{k, func(ctx context.Context, i int) (err error) {
				k.out[i], err = fn(ctx, k.a.vals[i], k.b.vals[i])
				return err
			}}
		}
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
		n.make = func() kernel {
			k := &map3[A, B, C, R]{a: arg[A]{at: n.in[0]}, b: arg[B]{at: n.in[1]}, c: arg[C]{at: n.in[2]}}
			return &calling{k, func(ctx context.Context, i int) (err error) {
				k.out[i], err = fn(ctx, k.a.vals[i], k.b.vals[i], k.c.vals[i])
				return err
			}}
		}
		return n, nil
	})
}

// CallRows computes columns from whole rows, as [Rows] does, by a function that may
// wait and may fail.
func CallRows[In, Out any](fn func(ctx context.Context, row In) (Out, error)) Called {
	return waiting(storedRows(callRowsKind, fn, "Call1"), func(schema *columns) (*node, error) {
		nodes, err := wireStructs[In, Out](schema, fn == nil, func(k *structs[In, Out]) kernel {
			return &calling{k, func(ctx context.Context, i int) (err error) {
				k.out[i], err = fn(ctx, k.in[i])
				return err
			}}
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
