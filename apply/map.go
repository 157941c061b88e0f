package apply

import (
	"context"
	"fmt"
	"reflect"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
)

// Map1 computes column out from column a, row by row.
//
//	apply.Map1("km", "distance", func(miles float64) float64 { return miles * 1.609344 })
func Map1[A, R any](out, a string, fn func(A) R) Mapped1[A, R] {
	return Mapped1[A, R]{out: out, a: a, fn: fn}
}

// Map2 computes column out from columns a and b, row by row.
//
//	apply.Map2("rate", "fare", "km", func(fare, km float64) float64 { return fare / km })
func Map2[A, B, R any](out, a, b string, fn func(A, B) R) Mapped2[A, B, R] {
	return Mapped2[A, B, R]{out: out, a: a, b: b, fn: fn}
}

// Map3 computes column out from columns a, b and c, row by row.
func Map3[A, B, C, R any](out, a, b, c string, fn func(A, B, C) R) Mapped3[A, B, C, R] {
	return Mapped3[A, B, C, R]{out: out, a: a, b: b, c: c, fn: fn}
}

// Mapped1 is what [Map1] makes.
type Mapped1[A, R any] struct {
	out, a string
	fn     func(A) R
	vector func([]A, []R)
	calls  Calls
}

// Mapped2 is what [Map2] makes.
type Mapped2[A, B, R any] struct {
	out, a, b string
	fn        func(A, B) R
	vector    func([]A, []B, []R)
	calls     Calls
}

// Mapped3 is what [Map3] makes.
type Mapped3[A, B, C, R any] struct {
	out, a, b, c string
	fn           func(A, B, C) R
	vector       func([]A, []B, []C, []R)
	calls        Calls
}

// Vector gives the function a second form that computes many rows at once: it sets
// every element of out from the elements of a with the same index; the slices
// have equal length, and rows whose input is null hold arbitrary values.
// The engine uses it where it is faster and equal to the row form: see the
// package doc on two forms.
func (m Mapped1[A, R]) Vector(fn func(a []A, out []R)) Mapped1[A, R] { m.vector = fn; return m }

// Vector gives the function a second form: see [Mapped1.Vector].
func (m Mapped2[A, B, R]) Vector(fn func(a []A, b []B, out []R)) Mapped2[A, B, R] {
	m.vector = fn
	return m
}

// Vector gives the function a second form: see [Mapped1.Vector].
func (m Mapped3[A, B, C, R]) Vector(fn func(a []A, b []B, c []C, out []R)) Mapped3[A, B, C, R] {
	m.vector = fn
	return m
}

// With says how the function is called: see [Calls].
func (m Mapped1[A, R]) With(calls Calls) Mapped1[A, R] { m.calls = calls; return m }

// With says how the function is called: see [Calls].
func (m Mapped2[A, B, R]) With(calls Calls) Mapped2[A, B, R] { m.calls = calls; return m }

// With says how the function is called: see [Calls].
func (m Mapped3[A, B, C, R]) With(calls Calls) Mapped3[A, B, C, R] { m.calls = calls; return m }

// Bind binds the function to the columns that it reads.
func (m Mapped1[A, R]) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, m)
}

func (m Mapped1[A, R]) wire(schema *columns) ([]*node, error) {
	n, err := wireRow[R](schema, m.out, m.fn == nil, in[A](m.a))
	if err != nil {
		return nil, err
	}
	base := func() *map1[A, R] { return &map1[A, R]{a: arg[A]{at: n.in[0]}, fn: m.fn} }
	n.keyFunc = reflect.TypeFor[func(A) string]()
	n.make = func() kernel {
		if n.guard != nil {
			return calling1(n, func(_ context.Context, a A) (R, error) { return m.fn(a), nil })
		}
		return base()
	}
	if m.vector != nil {
		n.forms = 2
		n.make = func() kernel {
			k := base()
			return &twoForms[R]{kernel: k, sink: &k.sink,
				vector: func(n int, out []R) { m.vector(k.a.vals[:n], out) }}
		}
	}
	return m.calls.limit(schema, n)
}

// Bind binds the function to the columns that it reads.
func (m Mapped2[A, B, R]) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, m)
}

func (m Mapped2[A, B, R]) wire(schema *columns) ([]*node, error) {
	n, err := wireRow[R](schema, m.out, m.fn == nil, in[A](m.a), in[B](m.b))
	if err != nil {
		return nil, err
	}
	base := func() *map2[A, B, R] {
		return &map2[A, B, R]{a: arg[A]{at: n.in[0]}, b: arg[B]{at: n.in[1]}, fn: m.fn}
	}
	n.keyFunc = reflect.TypeFor[func(A, B) string]()
	n.make = func() kernel {
		if n.guard != nil {
			return calling2(n, func(_ context.Context, a A, b B) (R, error) { return m.fn(a, b), nil })
		}
		return base()
	}
	if m.vector != nil {
		n.forms = 2
		n.make = func() kernel {
			k := base()
			return &twoForms[R]{kernel: k, sink: &k.sink,
				vector: func(n int, out []R) { m.vector(k.a.vals[:n], k.b.vals[:n], out) }}
		}
	}
	return m.calls.limit(schema, n)
}

// Bind binds the function to the columns that it reads.
func (m Mapped3[A, B, C, R]) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, m)
}

func (m Mapped3[A, B, C, R]) wire(schema *columns) ([]*node, error) {
	n, err := wireRow[R](schema, m.out, m.fn == nil, in[A](m.a), in[B](m.b), in[C](m.c))
	if err != nil {
		return nil, err
	}
	base := func() *map3[A, B, C, R] {
		return &map3[A, B, C, R]{a: arg[A]{at: n.in[0]}, b: arg[B]{at: n.in[1]}, c: arg[C]{at: n.in[2]}, fn: m.fn}
	}
	n.keyFunc = reflect.TypeFor[func(A, B, C) string]()
	n.make = func() kernel {
		if n.guard != nil {
			return calling3(n, func(_ context.Context, a A, b B, c C) (R, error) { return m.fn(a, b, c), nil })
		}
		return base()
	}
	if m.vector != nil {
		n.forms = 2
		n.make = func() kernel {
			k := base()
			return &twoForms[R]{kernel: k, sink: &k.sink,
				vector: func(n int, out []R) { m.vector(k.a.vals[:n], k.b.vals[:n], k.c.vals[:n], out) }}
		}
	}
	return m.calls.limit(schema, n)
}

// input is a column a function names, and the Go type it takes it as.
type input struct {
	column string
	as     reflect.Type
}

func in[T any](column string) input { return input{column, reflect.TypeFor[T]()} }

// wireRow makes the node of a function of a row's values that returns an R.
func wireRow[R any](schema *columns, out string, isNil bool, inputs ...input) (*node, error) {
	return wireTypes(schema, out, isNil, reflect.TypeFor[R](), inputs...)
}

// wireTypes makes the node of a function of a row's values.
func wireTypes(schema *columns, out string, isNil bool, result reflect.Type, inputs ...input) (*node, error) {
	outputs, err := single(out, result)
	if err != nil {
		return nil, err
	}
	if isNil {
		return nil, fmt.Errorf("%s: the function is nil", out)
	}
	n := &node{name: out, out: outputs, forms: 1, inPlace: outputs[0].packer.Direct, exact: true}
	for _, i := range inputs {
		at, err := lookUp(schema.Schema, out, i.column, i.as)
		if err != nil {
			return nil, err
		}
		n.in = append(n.in, at)
		n.borrows = n.borrows || seesText(i.as)
	}
	return n, nil
}

// Each applies one function to each of several columns; the result of column c is column
// c+suffix, and replaces c where suffix is empty.
//
//	apply.Each("", []string{"dep_delay", "arr_delay"}, func(min float64) float64 { return min / 60 })
func Each[A, R any](suffix string, names []string, fn func(A) R) Called {
	return Called{
		nodes: func(schema *columns) ([]*node, error) {
			return wireEach(suffix, names, func(out, in string) Func { return Map1(out, in, fn) }, schema)
		},
		stored: func(calls Calls) (string, any, error) {
			name, err := nameOf(eachKind, fn, "Of1")
			set, err := storedCalls(eachKind, calls, err)
			return eachKind, eachData{name, suffix, append([]string{}, names...), set}, err
		},
	}
}

// wireEach wires one function for each column.
func wireEach(suffix string, names []string, mapped func(out, in string) Func, schema *columns) ([]*node, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("each: no columns are named")
	}
	var out []*node
	for _, c := range names {
		nodes, err := mapped(c+suffix, c).wire(schema)
		if err != nil {
			return nil, err
		}
		out = append(out, nodes...)
	}
	return out, nil
}

// Rows computes columns from whole rows: each exported field of In reads a column,
// each of Out writes one (see package frame on structs). The structs are bound to the
// columns once; nothing is allocated per row.
//
//	apply.Rows(func(t Trip) Priced { return Priced{Total: t.Fare + t.Tip} })
func Rows[In, Out any](fn func(In) Out) Called {
	return Called{
		nodes: func(schema *columns) ([]*node, error) {
			return wireStructs(schema, fn == nil, func(n *node, k *structs[In, Out]) kernel {
				if n.guard != nil {
					return callingRows(n, k, func(_ context.Context, row In) (Out, error) { return fn(row), nil })
				}
				k.fn = fn
				return k
			})
		},
		stored: storedRows(rowsKind, fn, "Of1"),
	}
}

// wireStructs makes the node of a function from struct to struct.
func wireStructs[In, Out any](schema *columns, isNil bool, finish func(*node, *structs[In, Out]) kernel) ([]*node, error) {
	n, list, err := wireFields(schema, isNil, reflect.TypeFor[In](), reflect.TypeFor[Out]())
	if err != nil {
		return nil, err
	}
	n.keyFunc = reflect.TypeFor[func(In) string]()
	n.make = func() kernel { return finish(n, &structs[In, Out]{fields: list, at: n.in}) }
	return []*node{n}, nil
}

// wireFields makes the node of a function from struct to struct, but for its kernel, and lists the
// fields that are read.
func wireFields(schema *columns, isNil bool, inType, outType reflect.Type) (*node, []bind.Field, error) {
	outputs, name, err := fields(outType)
	if err != nil {
		return nil, nil, fmt.Errorf("rows: result: %w", err)
	}
	if isNil {
		return nil, nil, fmt.Errorf("%s: the function is nil", name)
	}
	list, err := bind.Fields(inType)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	names := make([]string, schema.NumFields())
	for i, f := range schema.Fields() {
		names[i] = f.Name
	}
	at, err := bind.Resolve(list, names)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: struct %s: %w", name, inType, err)
	}
	borrows := false
	for i, f := range list {
		if err := fits(schema.Field(at[i]), f.Type); err != nil {
			return nil, nil, fmt.Errorf("%s: struct %s, field %q: %w", name, inType, f.Name, err)
		}
		borrows = borrows || seesText(f.Type)
	}
	return &node{name: name, in: at, out: outputs, forms: 1, borrows: borrows}, list, nil
}
