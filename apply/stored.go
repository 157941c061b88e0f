package apply

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/gofunc"
	"github.com/volley-go/volley/internal/typename"
)

// The kinds of steps, as data calls them.
const (
	whereKind    = "where"
	exprKind     = "expr"
	mapKind      = "map"
	callKind     = "call"
	eachKind     = "each"
	rowsKind     = "rows"
	callRowsKind = "callRows"
	batchKind    = "batch"
)

// The steps as data.
type (
	whereData struct {
		Condition string `json:"condition"`
	}
	exprData struct {
		Expr string `json:"expr"`
	}
	mapData struct {
		Fn    string     `json:"fn"`
		Out   string     `json:"out"`
		In    []string   `json:"in"`
		Calls *callsData `json:"calls,omitempty"`
	}
	eachData struct {
		Fn      string     `json:"fn"`
		Suffix  string     `json:"suffix,omitempty"`
		Columns []string   `json:"columns"`
		Calls   *callsData `json:"calls,omitempty"`
	}
	rowsData struct {
		Fn    string     `json:"fn"`
		Calls *callsData `json:"calls,omitempty"`
	}
	batchData struct {
		Fn    string      `json:"fn"`
		Out   []fieldData `json:"out"`
		Calls *callsData  `json:"calls,omitempty"`
	}
	fieldData struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Nullable bool   `json:"nullable,omitempty"`
	}
)

func init() {
	chunker.RegisterStep(whereKind, func(d whereData) (chunker.Step, error) { return Where(d.Condition), nil })
	chunker.RegisterStep(exprKind, func(d exprData) (chunker.Step, error) { return Expr(d.Expr), nil })
	chunker.RegisterStep(mapKind, func(d mapData) (chunker.Step, error) { return d.step(mapKind) })
	chunker.RegisterStep(callKind, func(d mapData) (chunker.Step, error) { return d.step(callKind) })
	chunker.RegisterStep(rowsKind, func(d rowsData) (chunker.Step, error) { return d.step(rowsKind) })
	chunker.RegisterStep(callRowsKind, func(d rowsData) (chunker.Step, error) { return d.step(callRowsKind) })
	chunker.RegisterStep(eachKind, eachData.step)
	chunker.RegisterStep(batchKind, batchData.step)
}

// found is a registered function that a step of a kind can be made of.
func found(name, kind string) (gofunc.Func, error) {
	f, err := fn.Named(name)
	if err != nil {
		return gofunc.Func{}, err
	}
	t := f.Typed()
	switch waits := kind == callKind || kind == callRowsKind; {
	case (kind == batchKind) != (t.Kind == gofunc.Batch):
		return t, fmt.Errorf("the function %q is a %v, of which no step %q can be made", name, f, kind)
	case !waits && kind != batchKind && t.Kind != gofunc.Plain:
		return t, fmt.Errorf("the function %q is a %v, which may fail: make it a step %q or %q", name, f, callKind, callRowsKind)
	case waits && t.Kind == gofunc.Plain:
		return t, fmt.Errorf("the function %q is a %v, which cannot fail: make it a step %q or %q", name, f, mapKind, rowsKind)
	}
	return t, nil
}

func (d mapData) step(kind string) (chunker.Step, error) {
	f, err := found(d.Fn, kind)
	if err == nil && len(d.In) != len(f.In) {
		err = fmt.Errorf("the function %q takes %s, and %d are named", d.Fn, count.Of(len(f.In), "column"), len(d.In))
	}
	return namedMap{d, kind, f}, err
}

func (d rowsData) step(kind string) (chunker.Step, error) {
	f, err := found(d.Fn, kind)
	if err == nil && len(f.In) != 1 {
		err = fmt.Errorf("the function %q takes %d values: rows are given to functions of one struct", d.Fn, len(f.In))
	}
	return namedRows{d, kind, f}, err
}

func (d eachData) step() (chunker.Step, error) {
	f, err := found(d.Fn, eachKind)
	if err == nil && len(f.In) != 1 {
		err = fmt.Errorf("the function %q takes %d values: each is for functions of one", d.Fn, len(f.In))
	}
	return namedEach{d, f}, err
}

func (d batchData) step() (chunker.Step, error) {
	f, err := found(d.Fn, batchKind)
	if err != nil {
		return nil, err
	}
	var out []arrow.Field
	for i, field := range d.Out {
		t, err := typename.Parse(field.Type)
		if err != nil {
			return nil, fmt.Errorf("out[%d].type: %w", i, err)
		}
		out = append(out, arrow.Field{Name: field.Name, Type: t, Nullable: field.Nullable})
	}
	return Batch(out, f.Value.(func(context.Context, arrow.Record) (arrow.Record, error))).With(d.Calls.calls()), nil
}

// nameOf is the name of a step's function.
func nameOf(step string, f any, made string) (string, error) {
	name, ok := fn.NameOf(f)
	if !ok {
		return "", fmt.Errorf("%s: its function, a %T, has no name, and cannot be stored without one: register it, as in fn.Register(%q, fn.%s(f)), and give the step that same f", step, f, "acme/score@v1", made)
	}
	return name, nil
}

func storedMap(kind, out string, f any, made string, vector bool, calls Calls, in ...string) (string, any, error) {
	name, err := nameOf(kind+" "+out, f, made)
	if err == nil && vector {
		err = fmt.Errorf("%s %s: its function has a vector form, which has no name and cannot be stored: leave Vector out", kind, out)
	}
	set, err := storedCalls(kind+" "+out, calls, err)
	return kind, mapData{name, out, in, set}, err
}

func storedCall(out string, f any, made string, in ...string) func(Calls) (string, any, error) {
	return func(calls Calls) (string, any, error) {
		return storedMap(callKind, out, f, made, false, calls, in...)
	}
}

func storedRows(kind string, f any, made string) func(Calls) (string, any, error) {
	return func(calls Calls) (string, any, error) {
		name, err := nameOf(kind, f, made)
		set, err := storedCalls(kind, calls, err)
		return kind, rowsData{name, set}, err
	}
}

func storedBatch(out []arrow.Field, f any) func(Calls) (string, any, error) {
	return func(calls Calls) (string, any, error) {
		name, err := nameOf(batchKind, f, "Batch")
		set, err := storedCalls(batchKind, calls, err)
		if err != nil {
			return "", nil, err
		}
		d := batchData{name, []fieldData{}, set}
		for _, f := range out {
			text, err := typename.Text(f.Type)
			if err == nil && f.HasMetadata() {
				err = fmt.Errorf("metadata of columns is not stored")
			}
			if err != nil {
				return "", nil, fmt.Errorf("batch: column %q: %w", f.Name, err)
			}
			d.Out = append(d.Out, fieldData{f.Name, text, f.Nullable})
		}
		return batchKind, d, nil
	}
}

// Stored is the step as data.
func (w where) Stored() (string, any, error) { return whereKind, whereData{w.text}, nil }

// Stored is the step as data.
func (e expression) Stored() (string, any, error) { return exprKind, exprData{e.text}, nil }

// Stored is the step as data: its function must be registered, and have no vector form.
func (m Mapped1[A, R]) Stored() (string, any, error) {
	return storedMap(mapKind, m.out, m.fn, "Of1", m.vector != nil, m.calls, m.a)
}

// Stored is the step as data: see [Mapped1.Stored].
func (m Mapped2[A, B, R]) Stored() (string, any, error) {
	return storedMap(mapKind, m.out, m.fn, "Of2", m.vector != nil, m.calls, m.a, m.b)
}

// Stored is the step as data: see [Mapped1.Stored].
func (m Mapped3[A, B, C, R]) Stored() (string, any, error) {
	return storedMap(mapKind, m.out, m.fn, "Of3", m.vector != nil, m.calls, m.a, m.b, m.c)
}

// Stored is the step as data: its function must be registered.
func (c Called) Stored() (string, any, error) {
	if c.stored == nil {
		return "", nil, errUnmade
	}
	return c.stored(c.calls)
}

// Stored refuses the step: its function works on frames, and functions of frames have no names.
func (c Chunks) Stored() (string, any, error) {
	return "", nil, fmt.Errorf("%s: its function cannot be stored: give the step in Go behind those that are read, or make it a Batch of a registered function if each row of its result is one that it gets", &chunks{of: c})
}

// Stored is the step as data.
func (m namedMap) Stored() (string, any, error) { return m.kind, m.data, nil }

// Stored is the step as data.
func (r namedRows) Stored() (string, any, error) { return r.kind, r.data, nil }

// Stored is the step as data.
func (e namedEach) Stored() (string, any, error) { return eachKind, e.data, nil }
