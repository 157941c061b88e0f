package apply

import (
	"context"
	"fmt"
	"reflect"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/gofunc"
)

// CallInto computes several columns from column a by a function that may wait and may fail: each
// exported field of Out writes one (see package frame on structs). It is what [Call1] is for a
// result that is a struct, and [CallRows] for an argument whose column is known by its name.
//
//	apply.CallInto("ip", geo.Locate) // func(context.Context, string) (Place, error)
func CallInto[A, Out any](a string, fn func(ctx context.Context, a A) (Out, error)) Called {
	return waiting(storedInto(fn, a), func(schema *columns) (*node, error) {
		n, err := wireInto(schema, fn == nil, reflect.TypeFor[Out](), in[A](a))
		if err != nil {
			return nil, err
		}
		n.keyFunc = reflect.TypeFor[func(A) string]()
		n.make = func() kernel { return calling1(n, fn) }
		return n, nil
	})
}

// wireInto makes the node of a function from the value of a column to a struct, but for its kernel.
func wireInto(schema *columns, isNil bool, result reflect.Type, from input) (*node, error) {
	outputs, name, err := fields(result)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	if isNil {
		return nil, fmt.Errorf("%s: the function is nil", name)
	}
	at, err := lookUp(schema.Schema, name, from.column, from.as)
	if err != nil {
		return nil, err
	}
	return &node{name: name, in: []int{at}, out: outputs, forms: 1, exact: true, borrows: seesText(from.as)}, nil
}

const callIntoKind = "callInto"

type intoData struct {
	Fn    string     `json:"fn"`
	In    string     `json:"in"`
	Calls *callsData `json:"calls,omitempty"`
}

func init() {
	chunker.RegisterStep(callIntoKind, func(d intoData) (chunker.Step, error) {
		f, err := found(d.Fn, callKind)
		if err == nil && len(f.In) != 1 {
			err = fmt.Errorf("the function %q takes %d values: a step %q is for functions of one", d.Fn, len(f.In), callIntoKind)
		}
		return namedInto{d, f}, err
	})
}

func storedInto(f any, a string) func(Calls) (string, any, error) {
	return func(calls Calls) (string, any, error) {
		name, err := nameOf(callIntoKind, f, "Call1")
		set, err := storedCalls(callIntoKind, calls, err)
		return callIntoKind, intoData{name, a, set}, err
	}
}

// namedInto is a function from a column's value to a struct that was found by its name.
type namedInto struct {
	data intoData
	fn   gofunc.Func
}

// Bind binds the function to the column that it reads.
func (m namedInto) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, m)
}

func (m namedInto) wire(schema *columns) ([]*node, error) {
	t := m.fn.In[0]
	n, err := wireInto(schema, false, m.fn.Out, input{m.data.In, t})
	if err != nil {
		return nil, err
	}
	n.waits = true
	n.make = func() kernel {
		return &untyped{fn: m.fn, guard: n.guards(nil), args: []untypedArg{{t: t, size: t.Size(), fields: []bind.Field{{Type: t}}, at: n.in}}}
	}
	return m.data.Calls.calls().limit(schema, n)
}

// Stored is the step as data.
func (m namedInto) Stored() (string, any, error) { return callIntoKind, m.data, nil }
