package apply

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
)

// Call1 computes column out from column a by a function that may wait and may fail: a
// look-up, a request, a parse. Its error is the row's error (see [Policy]);
// the context is cancelled when the run ends early.
//
//	apply.Call1("city", "ip", func(ctx context.Context, ip string) (string, error) { return geo.Lookup(ctx, ip) })
func Call1[A, R any](out, a string, fn func(ctx context.Context, a A) (R, error)) Func {
	return call1[A, R]{out, a, fn}
}

// Call2 computes column out from columns a and b: see [Call1].
func Call2[A, B, R any](out, a, b string, fn func(ctx context.Context, a A, b B) (R, error)) Func {
	return call2[A, B, R]{out, a, b, fn}
}

// Call3 computes column out from columns a, b and c: see [Call1].
func Call3[A, B, C, R any](out, a, b, c string, fn func(ctx context.Context, a A, b B, c C) (R, error)) Func {
	return call3[A, B, C, R]{out, a, b, c, fn}
}

// CallRows computes columns from whole rows, as [Rows] does, by a function that may
// wait and may fail.
func CallRows[In, Out any](fn func(ctx context.Context, row In) (Out, error)) Func {
	return callRows[In, Out]{fn}
}

type call1[A, R any] struct {
	out, a string
	fn     func(context.Context, A) (R, error)
}

// Bind binds the function to the columns that it reads.
func (c call1[A, R]) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, c)
}

func (c call1[A, R]) wire(schema *columns) ([]*node, error) {
	n, err := wireRow[R](schema, c.out, c.fn == nil, in[A](c.a))
	if err != nil {
		return nil, err
	}
	n.waits = true
	n.make = func() kernel {
		k := &map1[A, R]{a: arg[A]{at: n.in[0]}}
		return &calling{k, func(ctx context.Context, i int) (err error) {
			k.out[i], err = c.fn(ctx, k.a.vals[i])
			return err
		}}
	}
	return []*node{n}, nil
}

type call2[A, B, R any] struct {
	out, a, b string
	fn        func(context.Context, A, B) (R, error)
}

// Bind binds the function to the columns that it reads.
func (c call2[A, B, R]) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, c)
}

func (c call2[A, B, R]) wire(schema *columns) ([]*node, error) {
	n, err := wireRow[R](schema, c.out, c.fn == nil, in[A](c.a), in[B](c.b))
	if err != nil {
		return nil, err
	}
	n.waits = true
	n.make = func() kernel {
		k := &map2[A, B, R]{a: arg[A]{at: n.in[0]}, b: arg[B]{at: n.in[1]}}
		return &calling{k, func(ctx context.Context, i int) (err error) {
			k.out[i], err = c.fn(ctx, k.a.vals[i], k.b.vals[i])
			return err
		}}
	}
	return []*node{n}, nil
}

type call3[A, B, C, R any] struct {
	out, a, b, c string
	fn           func(context.Context, A, B, C) (R, error)
}

// Bind binds the function to the columns that it reads.
func (c call3[A, B, C, R]) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, c)
}

func (c call3[A, B, C, R]) wire(schema *columns) ([]*node, error) {
	n, err := wireRow[R](schema, c.out, c.fn == nil, in[A](c.a), in[B](c.b), in[C](c.c))
	if err != nil {
		return nil, err
	}
	n.waits = true
	n.make = func() kernel {
		k := &map3[A, B, C, R]{a: arg[A]{at: n.in[0]}, b: arg[B]{at: n.in[1]}, c: arg[C]{at: n.in[2]}}
		return &calling{k, func(ctx context.Context, i int) (err error) {
			k.out[i], err = c.fn(ctx, k.a.vals[i], k.b.vals[i], k.c.vals[i])
			return err
		}}
	}
	return []*node{n}, nil
}

type callRows[In, Out any] struct {
	fn func(context.Context, In) (Out, error)
}

// Bind binds the function to the columns that it reads.
func (c callRows[In, Out]) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, c)
}

func (c callRows[In, Out]) wire(schema *columns) ([]*node, error) {
	nodes, err := wireStructs[In, Out](schema, c.fn == nil, func(k *structs[In, Out]) kernel {
		return &calling{k, func(ctx context.Context, i int) (err error) {
			k.out[i], err = c.fn(ctx, k.in[i])
			return err
		}}
	})
	for _, n := range nodes {
		n.waits = true
	}
	return nodes, err
}
