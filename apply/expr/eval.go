package expr

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
	"github.com/volley-go/volley/internal/vm"
)

// Output is the memory that one result's rows go to: those of the range
// [lo, hi) of a call, n = hi-lo of them. Which fields count is told by the
// result's type. The memory stays the caller's.
type Output struct {
	// Fixed takes n lanes of a fixed-width type, 8-byte aligned (as slices of
	// 8-byte values and Arrow's buffers are): a worker that fills rows of a
	// shared column hands in shared[lo*width : hi*width].
	Fixed []byte
	// Bits takes the n truth values of a boolean result, one bit each.
	Bits []uint64
	// Valid takes one bit a row. It may be nil where the result's field is not
	// nullable. Bits and Valid belong to this range alone; the bits after the
	// last row are set to 0.
	Valid []uint64
	// Ends and Data are appended to for texts: Data gets the bytes, Ends the
	// length of Data after each row of the range (so row i of the first range
	// is Data[Ends[i-1]:Ends[i]]).
	Ends []int32
	Data []byte
	// Nulls is set to the number of nulls in the range.
	Nulls int
}

// OnRowError is told of each failing row, rows ascending within 1,024, once
// for each result it fails in. The result is null there. An error it returns
// ends the evaluation.
type OnRowError func(row int, err *RowError) error

// Evaluator evaluates a program on one goroutine. It keeps the registers, so
// evaluating allocates nothing per vector (texts grow their buffers until the
// largest vector was seen). Making one takes about 10 µs and, for each register,
// 8 KiB.
type Evaluator struct {
	prog *Program
	m    *vm.Machine
	rows int
	mask [kernel.Words]uint64

	onFail  OnRowError             // of the call under way
	failing func(vm.Failure) error // e.fail
}

// NewEvaluator makes the scratch space for one goroutine.
func (p *Program) NewEvaluator() *Evaluator {
	e := &Evaluator{prog: p, m: p.code.NewMachine()}
	e.failing = e.fail
	return e
}

// Bind points the evaluator at a record batch of the program's schema, whose
// memory must stay in place until the next Bind. Columns are found by their
// place in the schema, and must have its types.
func (e *Evaluator) Bind(rec arrow.Record) error {
	e.rows = int(rec.NumRows())
	if err := e.m.Bind(rec); err != nil {
		return fmt.Errorf("expr: %w", err)
	}
	return nil
}

// Run evaluates rows [lo, hi) of the bound record batch into outs, one for each
// of the program's Fields.
func (e *Evaluator) Run(lo, hi int, outs []Output, fail OnRowError) error {
	if err := e.checkRange(lo, hi); err != nil {
		return err
	}
	for i := range outs {
		outs[i].Nulls = 0
	}
	e.onFail = fail
	for row := lo; row < hi; row += kernel.Rows {
		n := min(kernel.Rows, hi-row)
		for i := range outs {
			e.aim(i, &outs[i], row-lo, n)
		}
		if err := e.m.Evaluate(row, n, e.failing); err != nil {
			return err
		}
		for i := range outs {
			if err := e.store(i, &outs[i], row-lo, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// aim points the register of a fixed-width result at the caller's memory.
func (e *Evaluator) aim(i int, o *Output, at, n int) {
	if w := e.prog.code.Width(i); w > 0 {
		e.m.Aim(i, o.Fixed[at*w:(at+n)*w])
	}
}

// fail hands a failing row to the caller, who may want the first one as the error of all.
func (e *Evaluator) fail(f vm.Failure) error {
	err := &RowError{Name: e.prog.fields[f.Result].Name, Text: e.prog.texts[f.Node.Source], Pos: f.Node.Pos, Cause: f.Cause}
	if e.onFail == nil {
		return fmt.Errorf("row %d: %w", f.Row, err)
	}
	return e.onFail(f.Row, err)
}

func (e *Evaluator) checkRange(lo, hi int) error {
	if lo < 0 || hi < lo || hi > e.rows {
		return fmt.Errorf("expr: rows [%d, %d) of a record batch of %d", lo, hi, e.rows)
	}
	return nil
}

// store moves what the program left in result i's register to the caller.
func (e *Evaluator) store(i int, o *Output, at, n int) (err error) {
	from, nulls := e.m.Valid(i)
	words := kernel.WordsFor(n)
	if nulls && o.Valid == nil {
		return fmt.Errorf("expr: result %s has nulls and Output.Valid is nil", e.prog.fields[i].Name)
	}
	if o.Valid != nil {
		valid := o.Valid[at/64 : at/64+words]
		if nulls {
			copy(valid, from)
			o.Nulls += n - kernel.CountBits(valid, n)
		} else {
			kernel.FillBits(valid, true)
		}
		valid[words-1] &= kernel.TailMask(n)
	}
	switch ir.LaneOf(e.prog.fields[i].Type) {
	case ir.LaneBits:
		out := o.Bits[at/64 : at/64+words]
		copy(out, e.m.Bits(i))
		out[words-1] &= kernel.TailMask(n)
	case ir.LaneText:
		o.Ends, o.Data, err = e.m.AppendTexts(i, o.Ends, o.Data)
	}
	return err
}

var errNotBool = errors.New("expr: a selection needs one boolean result")

// Mask sets the bits of dst of the rows of [lo, hi) for which the program's only,
// boolean result is true, bit 0 standing for row lo: null is not true, and neither is
// a failing row. It clears the others, up to the end of the last word, and returns
// how many rows are true.
func (e *Evaluator) Mask(lo, hi int, dst []uint64, fail OnRowError) (rows int, err error) {
	if len(e.prog.fields) != 1 || !ir.IsBool(e.prog.Type()) {
		return 0, errNotBool
	}
	if err := e.checkRange(lo, hi); err != nil {
		return 0, err
	}
	e.onFail = fail
	for row := lo; row < hi; row += kernel.Rows {
		n := min(kernel.Rows, hi-row)
		if err := e.m.Evaluate(row, n, e.failing); err != nil {
			return rows, err
		}
		words := kernel.WordsFor(n)
		e.mask = e.m.True(0)
		e.mask[words-1] &= kernel.TailMask(n)
		copy(dst[(row-lo)/64:], e.mask[:words])
		rows += kernel.CountBits(e.mask[:], n)
	}
	return rows, nil
}

// Eval evaluates the first result over a whole record batch. It stops at the
// first failing row, and within a millisecond of ctx being done.
func (p *Program) Eval(ctx context.Context, rec arrow.Record) (arrow.Array, error) {
	arrays, err := p.EvalAll(ctx, rec)
	if err != nil {
		return nil, err
	}
	return arrays[0], nil
}

// EvalAll is Eval for all results.
func (p *Program) EvalAll(ctx context.Context, rec arrow.Record) ([]arrow.Array, error) {
	e := p.NewEvaluator()
	if err := e.Bind(rec); err != nil {
		return nil, err
	}
	return e.evaluate(ctx, nil, e.rows)
}

// evaluate fills fresh arrays of n rows, 64 vectors between two looks at ctx.
func (e *Evaluator) evaluate(ctx context.Context, fail OnRowError, n int) ([]arrow.Array, error) {
	e.rows = n
	whole := make([]Output, len(e.prog.fields))
	for i, f := range e.prog.fields {
		whole[i] = NewOutput(f.Type, n)
	}
	const step = 64 * kernel.Rows
	part := make([]Output, len(whole))
	for lo := 0; lo < n; lo += step {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range whole {
			part[i] = whole[i].from(lo, ir.LaneOf(e.prog.fields[i].Type).Width())
		}
		if err := e.Run(lo, min(lo+step, n), part, fail); err != nil {
			return nil, err
		}
		for i := range whole {
			whole[i].Ends, whole[i].Data = part[i].Ends, part[i].Data
			whole[i].Nulls += part[i].Nulls
		}
	}
	out := make([]arrow.Array, len(whole))
	for i := range whole {
		out[i] = whole[i].Array(e.prog.fields[i].Type, n)
	}
	return out, nil
}

// from is the part of an output from row lo on, a multiple of 64.
func (o *Output) from(lo, width int) Output {
	p := *o
	p.Fixed = p.Fixed[min(lo*width, len(p.Fixed)):]
	if p.Bits != nil {
		p.Bits = p.Bits[lo/64:]
	}
	p.Valid = p.Valid[lo/64:]
	return p
}

// NewOutput allocates an output for n rows of a type.
func NewOutput(t arrow.DataType, n int) Output {
	o := Output{Valid: make([]uint64, kernel.WordsFor(n))}
	switch l := ir.LaneOf(t); l {
	case ir.LaneBits:
		o.Bits = make([]uint64, kernel.WordsFor(n))
	case ir.LaneText:
		o.Ends = make([]int32, 0, n)
	default:
		o.Fixed = bufpool.Fresh((n*l.Width() + 7) / 8 * 8)
	}
	return o
}

// Array makes an Arrow array of an output that holds exactly n rows of type t.
// It shares the output's memory.
func (o *Output) Array(t arrow.DataType, n int) arrow.Array {
	buffers := []*memory.Buffer{nil}
	if o.Nulls > 0 {
		buffers[0] = memory.NewBufferBytes(arrow.Uint64Traits.CastToBytes(o.Valid))
	}
	switch ir.LaneOf(t) {
	case ir.LaneBits:
		buffers = append(buffers, memory.NewBufferBytes(arrow.Uint64Traits.CastToBytes(o.Bits)))
	case ir.LaneText:
		offsets := arrow.Int32Traits.CastToBytes(append([]int32{0}, o.Ends...))
		buffers = append(buffers, memory.NewBufferBytes(offsets), memory.NewBufferBytes(o.Data))
	default:
		buffers = append(buffers, memory.NewBufferBytes(o.Fixed[:n*ir.LaneOf(t).Width()]))
	}
	return array.MakeFromData(array.NewData(t, n, buffers, nil, o.Nulls, 0))
}
