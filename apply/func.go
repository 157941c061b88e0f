package apply

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/engine"
	"github.com/volley-go/volley/internal/morsel"
)

// Func computes one or more columns of a table. Funcs are made by the
// constructors of this package ([Map1], [Rows], [Call1], [Batch], …), hold no state,
// and may be used by any number of runs at the same time; the Go functions
// inside are called from many goroutines and must allow that.
type Func interface {
	chunker.Step
	// wire finds the function's columns in a schema and checks their types.
	wire(schema *columns) ([]*node, error)
}

// node is a function wired to a schema: what one pass over the rows evaluates.
type node struct {
	name    string       // for plans and errors: the columns it writes
	in      []int        // columns it reads
	out     []output     // columns it writes
	waits   bool         // takes a context and may fail: it may wait for something
	borrows bool         // its function sees strings or bytes of the columns, and may keep them
	inPlace bool         // a result's Go value is the column's own bytes: kernels write into the column
	forms   int          // 2 where it has a vector form besides the row form
	exact   bool         // it found its columns by their names, to the letter
	calls   Calls        // its own
	slots   engine.Slots // that its calls take, one each: of its own limit; nil if it has none
	guard   *guard       // that its calls pass in place of slots; nil if they set no more than a number
	keys    keySource    // of PerKey; nil if it has none, or a Go function
	keyFunc reflect.Type // of the Go function that PerKey may have
	also    []int        // columns that keys read
	make    func() kernel
	program *expr.Program                                             // of Expr, in make's stead
	texts   []string                                                  // it was compiled from
	place   []int                                                     // among the stage's functions, of each text or of the one function
	batch   func(context.Context, arrow.Record) (arrow.Record, error) // of Batch, in make's stead
}

// placeOf is the place of the function that writes a column, where several are computed together.
func (n *node) placeOf(column string) int {
	for i, o := range n.out {
		if o.field.Name == column && len(n.place) == len(n.out) {
			return n.place[i]
		}
	}
	return n.place[0]
}

// output is a column that a node writes.
type output struct {
	field  arrow.Field
	packer bind.Packer
	offset uintptr // of its value in the function's result
}

// kernel is a node at work for one worker: it holds the worker's scratch memory for
// a vector of rows. The loops inside are over slices of Go values.
type kernel interface {
	// open takes the columns of a record batch.
	open(rec arrow.Record) error
	// columns are those opened, for their nulls.
	columns() []*bind.Column
	// load brings rows lo … lo+n-1 of the batch into reach: the vector.
	load(lo, n int)
	// place says where results go: the column's memory at the vector's first
	// row, where they can be written in place, or nil for scratch memory.
	place(direct []byte)
	// run calls the function for rows lo … hi-1 of the vector, up to the row after which the worker
	// was interrupted.
	run(t *task, lo, hi int)
	// runMask calls it for rows base+i of the vector whose bit i is set. rest is the rows left once
	// the worker was interrupted.
	runMask(t *task, base int, mask uint64) (rest uint64)
	// result is the place of row i's result.
	result(i int) unsafe.Pointer
	// stride is the distance of two results.
	stride() uintptr
	// zero clears the result of row i.
	zero(i int)
}

// vectorKernel is a kernel of a function with a vector form.
type vectorKernel interface {
	kernel
	// runVector computes n rows of the vector by the vector form.
	runVector(n int)
	// check compares the result of row i with the row form's, which is kept.
	check(t *task, i int) (agree bool)
	// compare computes n rows by the vector form aside, and compares those that
	// are valid with the results there are.
	compare(n int, valid func(int) bool) (took time.Duration, equal bool)
}

// task is what a running kernel knows of the run.
type task struct {
	ctx  context.Context
	at   int // row of the vector that is in the user's function
	hand *morsel.Hand
	fail func(i int, err error)
	// abort ends the whole pass.
	abort func(err error)

	meter *meter    // of the calls; nil if they are not to be told of
	began time.Time // the call at hand, if it is told of
}

// begins and ends tell of a call.
func (t *task) begins() {
	if t.meter != nil {
		t.began = t.meter.begin()
	}
}

func (t *task) ends(calls int, failed bool) {
	if t.meter == nil || t.began.IsZero() {
		return
	}
	n := 0
	if failed {
		n = 1
	}
	t.meter.end(t.began, calls, n)
	t.began = time.Time{}
}

// lookUp finds a column for a function.
func lookUp(schema *arrow.Schema, fn, name string, t reflect.Type) (int, error) {
	at := schema.FieldIndices(name)
	if len(at) != 1 {
		_, _, err := chunker.Project(schema, []string{name})
		return 0, fmt.Errorf("%s: %w", fn, err)
	}
	if err := fits(schema.Field(at[0]), t); err != nil {
		return 0, fmt.Errorf("%s: column %q: %w", fn, name, err)
	}
	return at[0], nil
}

// seesText tells whether a Go type is a view of a column's bytes.
func seesText(t reflect.Type) bool {
	if inner, ok := bind.NullType(t); ok {
		t = inner
	}
	return t.Kind() == reflect.String || t.Kind() == reflect.Slice
}

// fits checks that a column can be seen as a Go type, without a row of it.
func fits(f arrow.Field, t reflect.Type) error {
	_, err := bind.Open(emptyOf(f.Type), t)
	return err
}

// empties holds an array without rows of each type that was asked for and has no parameters: making
// one costs as much as calling a function for a hundred rows.
var empties sync.Map // from arrow.Type

func emptyOf(t arrow.DataType) arrow.Array {
	plain := arrow.IsPrimitive(t.ID()) && t.ID() <= arrow.FLOAT64 || t.ID() == arrow.STRING
	if plain {
		if a, ok := empties.Load(t.ID()); ok {
			return a.(arrow.Array)
		}
	}
	a := array.NewBuilder(memory.DefaultAllocator, t).NewArray()
	if plain {
		a.NullN() // is counted when it is first asked for, which goroutines would race for
		empties.Store(t.ID(), a)
	}
	return a
}

// single is the one output of a function that returns a result of a type.
func single(name string, result reflect.Type) ([]output, error) {
	if name == "" {
		return nil, fmt.Errorf("a function has no name for its result: give the column to write")
	}
	p, err := bind.PackerFor(result)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return []output{{field: arrow.Field{Name: name, Type: p.Type, Nullable: true}, packer: p}}, nil
}

// fields is the outputs of a function that returns a struct.
func fields(t reflect.Type) ([]output, string, error) {
	list, err := bind.Fields(t)
	if err != nil {
		return nil, "", err
	}
	var out []output
	var names []string
	for _, f := range list {
		p, err := bind.PackerFor(f.Type)
		if err != nil {
			return nil, "", fmt.Errorf("struct %s, field %q: %w", t, f.Name, err)
		}
		out = append(out, output{arrow.Field{Name: f.Name, Type: p.Type, Nullable: true}, p, f.Offset})
		names = append(names, f.Name)
	}
	return out, strings.Join(names, ", "), nil
}
