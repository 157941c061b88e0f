package apply

import (
	"context"
	"math/bits"
	"reflect"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/gofunc"
	"github.com/volley-go/volley/internal/morsel"
)

// namedMap is a function of a row's values that was found by its name: what Map1, Call1 and the
// like of the same function are, but that its types are not known to the compiler.
type namedMap struct {
	data mapData
	kind string // of step
	fn   gofunc.Func
}

// Bind binds the function to the columns that it reads.
func (m namedMap) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, m)
}

func (m namedMap) wire(schema *columns) ([]*node, error) {
	var inputs []input
	for i, column := range m.data.In {
		inputs = append(inputs, input{column, m.fn.In[i]})
	}
	n, err := wireTypes(schema, m.data.Out, false, m.fn.Out, inputs...)
	if err != nil {
		return nil, err
	}
	n.waits = m.kind == callKind
	n.make = func() kernel {
		k := &untyped{fn: m.fn, guard: n.guards(nil)}
		for i, t := range m.fn.In {
			k.args = append(k.args, untypedArg{t: t, size: t.Size(), fields: []bind.Field{{Type: t}}, at: n.in[i : i+1]})
		}
		return k
	}
	return m.data.Calls.calls().limit(schema, n)
}

// namedRows is a function from struct to struct that was found by its name.
type namedRows struct {
	data rowsData
	kind string
	fn   gofunc.Func
}

// Bind binds the function to the columns that it reads.
func (r namedRows) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, r)
}

func (r namedRows) wire(schema *columns) ([]*node, error) {
	n, list, err := wireFields(schema, false, r.fn.In[0], r.fn.Out)
	if err != nil {
		return nil, err
	}
	n.waits = r.kind == callRowsKind
	n.make = func() kernel {
		return &untyped{fn: r.fn, guard: n.guards(nil), args: []untypedArg{{t: r.fn.In[0], size: r.fn.In[0].Size(), fields: list, at: n.in, filled: true}}}
	}
	return r.data.Calls.calls().limit(schema, n)
}

// namedEach is a function of several columns, one by one, that was found by its name.
type namedEach struct {
	data eachData
	fn   gofunc.Func
}

// Bind binds the function to the columns that it reads.
func (e namedEach) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, e)
}

func (e namedEach) wire(schema *columns) ([]*node, error) {
	nodes, err := wireEach(e.data.Suffix, e.data.Columns, func(out, in string) Func {
		return namedMap{mapData{Out: out, In: []string{in}}, mapKind, e.fn}
	}, schema)
	if err != nil {
		return nil, err
	}
	return e.data.Calls.calls().limit(schema, nodes...)
}

// untyped is the kernel of a function that was found by its name. The loop that it calls is
// compiled for the function's types.
type untyped struct {
	inputs
	fn   gofunc.Func
	args []untypedArg
	in   [3]unsafe.Pointer // the vectors
	out  unsafe.Pointer
	buf  reflect.Value // of results, where they are not the column's own
	n    int

	guard *guarded // nil if nothing stands before the calls
}

// untypedArg is a value that the function takes: one column, or a struct of several.
type untypedArg struct {
	t      reflect.Type
	size   uintptr
	fields []bind.Field
	at     []int
	cols   []bind.Column
	buf    reflect.Value
	filled bool // it is a struct, for which no memory of a column can stand
}

func (k *untyped) open(rec arrow.Record) error {
	first := k.opened == nil
	for i := range k.args {
		a := &k.args[i]
		if first {
			a.cols = make([]bind.Column, len(a.fields))
			for c := range a.cols {
				k.opened = append(k.opened, &a.cols[c])
			}
		}
		for c, f := range a.fields {
			var err error
			if a.cols[c], err = bind.Open(rec.Column(a.at[c]), f.Type); err != nil {
				return err
			}
		}
	}
	return k.guard.open(rec)
}

func (k *untyped) load(lo, n int) {
	k.guard.load(lo, n)
	for i := range k.args {
		k.in[i] = k.args[i].load(lo, n)
	}
	k.n = n
}

// load is the address of the vector's first value.
func (a *untypedArg) load(lo, n int) unsafe.Pointer {
	if direct := a.direct(); direct != nil {
		return unsafe.Add(direct, uintptr(lo)*a.size)
	}
	a.buf = sized(a.buf, a.t, n)
	p := a.buf.UnsafePointer()
	for c, f := range a.fields {
		a.cols[c].Fill(unsafe.Add(p, f.Offset), a.size, lo, n)
	}
	return p
}

// direct is the memory of the one column, if it lies there as the function takes it.
func (a *untypedArg) direct() unsafe.Pointer {
	if a.filled {
		return nil
	}
	return a.cols[0].Direct()
}

// sized is a slice of at least n values.
func sized(buf reflect.Value, t reflect.Type, n int) reflect.Value {
	had := 0
	if buf.IsValid() {
		had = buf.Len()
	}
	if had > 0 && had >= n {
		return buf
	}
	return reflect.MakeSlice(reflect.SliceOf(t), max(n, 1, min(2*had, vectorRows)), max(n, 1, min(2*had, vectorRows)))
}

func (k *untyped) place(direct []byte) {
	if direct != nil {
		k.out = unsafe.Pointer(unsafe.SliceData(direct))
		return
	}
	k.buf = sized(k.buf, k.fn.Out, k.n)
	k.out = k.buf.UnsafePointer()
}

func (k *untyped) result(i int) unsafe.Pointer { return unsafe.Add(k.out, uintptr(i)*k.stride()) }
func (k *untyped) stride() uintptr             { return k.fn.Out.Size() }
func (k *untyped) zero(i int)                  { reflect.NewAt(k.fn.Out, k.result(i)).Elem().SetZero() }

func (k *untyped) metersCalls() {}

// run calls the loop, and again behind each row that fails.
func (k *untyped) run(t *task, lo, hi int) {
	if k.guard != nil {
		k.runGuarded(t, lo, hi)
		return
	}
	for lo < hi {
		end := hi
		if t.meter != nil { // of each call
			end = lo + 1
		}
		t.begins()
		err := k.fn.Loop(t.ctx, t.hand, &k.in, k.out, lo, end, &t.at)
		t.ends(1, err != nil)
		if err != nil {
			k.zero(t.at)
			t.fail(t.at, err)
		}
		if lo = t.at + 1; t.hand.Interrupted() {
			return
		}
	}
}

func (k *untyped) runMask(t *task, base int, mask uint64) (rest uint64) {
	for mask != 0 && !t.hand.Interrupted() {
		i := base + bits.TrailingZeros64(mask)
		k.run(t, i, i+1)
		mask &= mask - 1
	}
	return mask
}

// runGuarded calls the function for one row after another.
func (k *untyped) runGuarded(t *task, lo, hi int) {
	for i := lo; i < hi; i++ {
		t.at = i
		v, err := guardedCall(k.guard, t, i, k.bound)
		if err == nil {
			reflect.NewAt(k.fn.Out, k.result(i)).Elem().Set(v)
		} else {
			k.zero(i)
			t.fail(i, err)
		}
		if t.hand.Interrupted() {
			return
		}
	}
}

// bound is the call for row i as one that needs nothing of the vector any more.
func (k *untyped) bound(i int) func(ctx context.Context) (reflect.Value, error) {
	var in [3]unsafe.Pointer
	for a, arg := range k.args {
		v := reflect.New(arg.t)
		v.Elem().Set(reflect.NewAt(arg.t, unsafe.Add(k.in[a], uintptr(i)*arg.size)).Elem())
		in[a] = v.UnsafePointer()
	}
	return func(ctx context.Context) (reflect.Value, error) {
		out, at := reflect.New(k.fn.Out), 0
		err := k.fn.Loop(ctx, new(morsel.Hand), &in, out.UnsafePointer(), 0, 1, &at)
		return out.Elem(), err
	}
}
