package apply

import (
	"context"
	"fmt"
	"io"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/engine"
	kernels "github.com/volley-go/volley/internal/kernel"
	"github.com/volley-go/volley/internal/pipe"
)

const (
	foldRows   = 1 << 16        // rows that one accumulator sees, counted from the frame's first
	foldVector = 2 * vectorRows // rows at hand at a time
)

// Number is the values that [Fold] takes in.
type Number interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

// Fold evaluates an expression of numbers on all cores and takes its values in without
// making a column of them: step gets an accumulator and up to 2,048 values in row
// order, nulls left out, which are valid during the call. Each 65,536 rows of the frame
// begin with a zero accumulator, and merge joins two neighbouring ones in row order,
// so that the result depends neither on workers nor on the frame's batches, also where
// steps round. A row on which the expression fails is the error.
//
//	type extent struct{ n int; least, most float64 }
//	e, err := apply.Fold(ctx, trips, "fare / distance", extent.add, extent.join)
//
// It costs 0.1 ns a row beside the expression and the functions. [FoldWith] has an engine's
// settings.
func Fold[T Number, A any](ctx context.Context, f *frame.Frame, expression string, step func(acc A, values []T) A, merge func(a, b A) A) (A, error) {
	total, _, err := FoldWith(ctx, Engine{}, f, expression, step, merge)
	return total, err
}

// FoldWith is [Fold] with the engine's Workers, OnError, Progress and Name, and reports. With
// [chunker.Null], [chunker.Skip] and [chunker.Reject] a row on which the expression fails is left
// out, as a null is.
//
//	engine := apply.Engine{Workers: 4, OnError: chunker.Null()}
//	e, report, err := apply.FoldWith(ctx, engine, trips, "fare / km", extent.add, extent.join)
func FoldWith[T Number, A any](ctx context.Context, e Engine, f *frame.Frame, expression string, step func(acc A, values []T) A, merge func(a, b A) A) (A, *Report, error) {
	fold := &folding[T, A]{expression: expression, step: step, merge: merge}
	_, report, err := e.Run(ctx, f, fold)
	if err != nil {
		var none A
		return none, report, err
	}
	return fold.total, report, nil
}

// folding is a Fold as a step from which no column comes out, for one run.
type folding[T Number, A any] struct {
	expression string
	step       func(acc A, values []T) A
	merge      func(a, b A) A
	node       *node

	total  A
	merged int // blocks
	failed []*chunker.RowError
}

// Bind compiles the expression.
func (d *folding[T, A]) Bind(_ context.Context, in *arrow.Schema) (_ chunker.BoundStep, err error) {
	if d.step == nil || d.merge == nil {
		return nil, fmt.Errorf("fold: %q: the function that takes values in, or the one that merges, is nil", d.expression)
	}
	d.node, err = foldNode[T](in, d.expression)
	return d, err
}

func (d *folding[T, A]) Schema() *arrow.Schema { return nothing }

var nothing = arrow.NewSchema(nil, nil)

func (d *folding[T, A]) String() string { return "fold " + d.expression }

// Run takes a frame in, block by block.
func (d *folding[T, A]) Run(ctx context.Context, b *engine.Batch, env *engine.Env) error {
	blocks := blocksOf(b.Records, foldRows)
	workers := max(min(env.Workers, len(blocks)), 1)
	at := make([]folder[T, A], workers)
	next := 0
	err := pipe.Pipe[[]rowRange, folded[A]]{
		Workers: workers,
		Window:  2 * workers,
		Next: func(context.Context) ([]rowRange, error) {
			if next++; next > len(blocks) {
				return nil, io.EOF
			}
			return blocks[next-1], nil
		},
		Work: func(_ context.Context, w int, block []rowRange) (folded[A], error) {
			return at[w].block(d.node, block, d.step, env.Policy.Stops())
		},
		Emit: func(_ context.Context, part folded[A]) error {
			d.take(part)
			if env.Tick != nil {
				env.Tick(min(d.merged*foldRows, b.Len()))
			}
			return nil
		},
	}.Run(ctx)
	if failed, ok := err.(*chunker.RowError); ok { // the first: blocks end in order
		b.Stop(failed)
		b.First(0, nothing, nil)
		return nil
	}
	if err != nil {
		return err
	}
	b.Fail(d.failed, false)
	b.Set(nothing, nil)
	return nil
}

// take merges the next block.
func (d *folding[T, A]) take(part folded[A]) {
	d.failed = append(d.failed, part.failed...)
	if d.merged++; d.merged == 1 {
		d.total = part.acc
	} else {
		d.total = d.merge(d.total, part.acc)
	}
}

// folded is what a block came to.
type folded[A any] struct {
	acc    A
	failed []*chunker.RowError
}

// foldNode compiles an expression whose values are of type T.
func foldNode[T Number](schema *arrow.Schema, expression string) (*node, error) {
	n, err := wireValue(schema, expression)
	if err != nil {
		return nil, fmt.Errorf("fold: %w", err)
	}
	want := map[any]arrow.Type{
		int8(0): arrow.INT8, int16(0): arrow.INT16, int32(0): arrow.INT32, int64(0): arrow.INT64,
		uint8(0): arrow.UINT8, uint16(0): arrow.UINT16, uint32(0): arrow.UINT32, uint64(0): arrow.UINT64,
		float32(0): arrow.FLOAT32, float64(0): arrow.FLOAT64,
	}[any(T(0))]
	if got := n.program.Type(); got.ID() != want {
		return nil, fmt.Errorf("fold: %q is %s, but the function takes %T: write cast(…, %T)", expression, bind.Name(got), T(0), T(0))
	}
	return n, nil
}

// blocksOf cuts record batches into blocks of rows rows of the frame, each of which may
// lie in several batches.
func blocksOf(records []arrow.Record, rows int) [][]rowRange {
	var blocks [][]rowRange
	room, first := 0, 0
	for _, rec := range records {
		n := int(rec.NumRows())
		for lo := 0; lo < n; {
			if room == 0 {
				blocks, room = append(blocks, nil), rows
			}
			hi := min(lo+room, n)
			blocks[len(blocks)-1] = append(blocks[len(blocks)-1], rowRange{rec, first, lo, hi})
			room, lo = room-(hi-lo), hi
		}
		first += n
	}
	return blocks
}

// folder is one worker of a Fold.
type folder[T Number, A any] struct {
	position
	out         [1]expr.Output
	values, cut []T // a vector's, with and without those of nulls
	valid       kernels.Bits
}

// block takes one block's rows in. The first row on which the expression fails is the error if
// stops says so, else such rows are null.
func (w *folder[T, A]) block(n *node, block []rowRange, step func(A, []T) A, stops bool) (out folded[A], err error) {
	w.prepare()
	for _, r := range block {
		if err := w.move(n.program, r.rec); err != nil {
			return out, err
		}
		fail := func(row int, err *expr.RowError) error {
			failed := &chunker.RowError{Func: n.name, Row: int64(r.first + row), Values: valuesOf(n, r.rec, row), Err: err.Cause}
			if stops {
				return failed
			}
			out.failed = append(out.failed, failed)
			return nil
		}
		rows := foldVector
		if n.program.Calls() {
			rows = vectorRows
		}
		for lo := r.lo; lo < r.hi; lo += rows {
			hi := min(lo+rows, r.hi)
			var err error
			n.evaluate(func() { err = w.eval.Run(lo, hi, w.out[:], fail) })
			if err != nil {
				return out, err
			}
			out.acc = step(out.acc, w.kept(hi-lo))
		}
	}
	return out, nil
}

// prepare makes room for a vector, once.
func (w *folder[T, A]) prepare() {
	if w.values != nil {
		return
	}
	w.values, w.cut, w.valid = make([]T, foldVector), make([]T, foldVector), make(kernels.Bits, kernels.WordsFor(foldVector))
	w.out[0].Fixed = unsafe.Slice((*byte)(unsafe.Pointer(&w.values[0])), foldVector*int(unsafe.Sizeof(T(0))))
	w.out[0].Valid = w.valid
}

// kept is the vector's values without those of nulls.
func (w *folder[T, A]) kept(n int) []T {
	nulls := w.out[0].Nulls
	if nulls == 0 {
		return w.values[:n]
	}
	kernels.Compress(w.cut[:n-nulls], w.values[:n], w.valid)
	return w.cut[:n-nulls]
}

// Sum adds up an expression of float64, nulls left out, without making a column of it.
// The order of the additions depends on the rows' places alone: see [Fold].
//
//	revenue, err := apply.Sum(ctx, trips, "fare + tip")
func Sum(ctx context.Context, f *frame.Frame, expression string) (float64, error) {
	total, _, err := Engine{}.Sum(ctx, f, expression)
	return total, err
}

// Sum is the package's [Sum] with the engine's settings, and reports: see [FoldWith].
//
//	revenue, report, err := apply.Engine{OnError: chunker.Null()}.Sum(ctx, trips, "fare / distance")
func (e Engine) Sum(ctx context.Context, f *frame.Frame, expression string) (float64, *Report, error) {
	s, report, err := FoldWith(ctx, e, f, expression, (*sums).add, (*sums).join)
	if s == nil || err != nil {
		return 0, report, err
	}
	return kernels.Total(&s.of), report, nil
}

// sums is a sum under way, nil before its first values: value k is added to the k%16th
// of sixteen, so that the order of the additions does not depend on how the values are
// handed in.
type sums struct {
	of [16]float64
	n  int
}

var sumInto = kernels.Twin("sum", kernels.SumInto)

func (s *sums) add(values []float64) *sums {
	if s == nil {
		s = &sums{}
	}
	for len(values) > 0 && s.n%16 != 0 {
		s.of[s.n%16] += values[0]
		values, s.n = values[1:], s.n+1
	}
	sumInto(&s.of, values)
	s.n += len(values)
	return s
}

func (s *sums) join(t *sums) *sums {
	for i := range s.of {
		s.of[i] += t.of[i]
	}
	return s
}
