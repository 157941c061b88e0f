package expr

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/kernel"
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
	prog    *Program
	m       machine
	columns []*bound
	rows    int
	mask    [kernel.Words]uint64
}

// NewEvaluator makes the scratch space for one goroutine.
func (p *Program) NewEvaluator() *Evaluator { return p.newEvaluator(p.code.memory()) }

func (p *Program) newEvaluator(memory []regClass) *Evaluator {
	e := &Evaluator{prog: p}
	m := &e.m
	m.v = make([]vec, len(p.code.regs))
	for i, c := range memory {
		m.v[i].allocate(c)
	}
	for _, l := range p.code.consts {
		m.fill(l.reg, laneOf(l.node.typ), l.node.val)
	}
	m.vectors = 1
	m.now = &failBits{bits: make([]uint64, kernel.Words)} // of checked kernels that cannot fail here
	m.fails = make([]failBits, len(p.code.fails))
	for i := range m.fails {
		m.fails[i].bits = make([]uint64, kernel.Words)
	}
	for _, l := range p.code.lookups {
		m.tables = append(m.tables, newTable(l))
	}
	return e
}

// memory is what the registers need of their own: results of fixed width lie in the caller's.
func (c *code) memory() []regClass {
	classes := slices.Clone(c.regs)
	for i, r := range c.outs {
		if c.lanes[i].width() > 0 {
			classes[r] = classPinned
		}
	}
	return classes
}

func (v *vec) allocate(c regClass) {
	switch c {
	case classLanes:
		v.own = make([]uint64, kernel.Rows)
	case classWide:
		v.own = make([]uint64, 2*kernel.Rows)
	case classBits:
		v.own = make([]uint64, kernel.Words)
	}
	v.home()
}

// home points a register at its own memory, if it has some.
func (v *vec) home() {
	if len(v.own) > 0 {
		v.p = unsafe.Pointer(&v.own[0])
	}
}

// Bind points the evaluator at a record batch of the program's schema, whose
// memory must stay in place until the next Bind. Columns are found by their
// place in the schema, and must have its types.
func (e *Evaluator) Bind(rec arrow.Record) error {
	e.columns = e.columns[:0]
	e.rows = int(rec.NumRows())
	for _, l := range e.prog.code.columns {
		b, err := columnOf(rec, l.node)
		if err != nil {
			return err
		}
		e.columns = append(e.columns, b)
	}
	return e.bindTables(rec)
}

// columnOf finds a column in a record batch.
func columnOf(rec arrow.Record, n *node) (*bound, error) {
	c := n.val.(*column)
	if c.index >= int(rec.NumCols()) {
		return nil, fmt.Errorf("expr: the record batch has %d columns, but %s is column %d of the schema", rec.NumCols(), reference(c.name), c.index)
	}
	a := rec.Column(c.index)
	if !arrow.TypeEqual(a.DataType(), c.typ) {
		return nil, fmt.Errorf("expr: column %s is %s, but was compiled as %s", reference(c.name), a.DataType(), c.typ)
	}
	b, err := bind(a)
	if err != nil {
		return nil, fmt.Errorf("expr: column %s: %w", reference(c.name), err)
	}
	if !c.nullable && b.valid != nil {
		return nil, fmt.Errorf("expr: column %s has nulls, but its field is not nullable", reference(c.name))
	}
	return b, nil
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
	for row := lo; row < hi; row += kernel.Rows {
		e.m.n = min(kernel.Rows, hi-row)
		for i, o := range outs {
			e.aim(i, &o, row-lo)
		}
		if err := e.vector(row, fail); err != nil {
			return err
		}
		for i := range outs {
			if err := e.store(i, &outs[i], row-lo); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Evaluator) checkRange(lo, hi int) error {
	if lo < 0 || hi < lo || hi > e.rows {
		return fmt.Errorf("expr: rows [%d, %d) of a record batch of %d", lo, hi, e.rows)
	}
	return nil
}

// aim points the register of a fixed-width result at the caller's memory.
func (e *Evaluator) aim(i int, o *Output, at int) {
	if w := e.prog.code.lanes[i].width(); w > 0 {
		v := &e.m.v[e.prog.code.outs[i]]
		v.p = unsafe.Pointer(&o.Fixed[at*w : (at+e.m.n)*w][0])
	}
}

// vector runs the program on the rows from row on.
func (e *Evaluator) vector(row int, fail OnRowError) error {
	if err := e.compute(row); err != nil {
		return err
	}
	if e.m.any {
		return e.raise(row, fail)
	}
	return nil
}

// compute runs the program's body.
func (e *Evaluator) compute(row int) error {
	m, c := &e.m, e.prog.code
	m.any, m.row = false, row
	for i, l := range c.columns {
		e.columns[i].load(m, l.reg, row)
	}
	for i := range c.body {
		c.body[i].run(m)
	}
	m.vectors++
	err := m.err
	m.err = nil
	return err
}

// raise finds which failing lanes count, makes them null and reports them.
func (e *Evaluator) raise(row int, fail OnRowError) error {
	m, c := &e.m, e.prog.code
	for i := range c.tail {
		c.tail[i].run(m)
	}
	var first error
	hits := make([][kernel.Words]uint64, len(c.raises))
	var union [kernel.Words]uint64
	for k, r := range c.raises {
		hit := &hits[k]
		copy(hit[:], m.fails[r.fail].bits)
		if r.guard >= 0 {
			for w, t := range m.truths(r.guard) {
				hit[w] &= t
			}
		}
		v := &m.v[c.outs[r.result]]
		for w, h := range hit {
			union[w] |= h
			if h != 0 {
				e.nullify(v, w, h)
			}
		}
	}
	for w, u := range union[:kernel.WordsFor(m.n)] {
		for ; u != 0 && first == nil; u &= u - 1 {
			first = e.report(row, w*64+bits.TrailingZeros64(u), hits, fail)
		}
	}
	for i := range m.fails {
		m.fails[i].causes = nil
	}
	return first
}

func (e *Evaluator) nullify(v *vec, w int, h uint64) {
	if !v.nulls {
		kernel.FillBits(v.valid[:], true)
		v.nulls = true
	}
	v.valid[w] &^= h
}

// report calls fail for one lane, with the first failing operation of each
// result.
func (e *Evaluator) report(row, lane int, hits [][kernel.Words]uint64, fail OnRowError) error {
	c := e.prog.code
	done := make([]bool, len(e.prog.fields))
	for k, r := range c.raises {
		if done[r.result] || hits[k][lane>>6]>>(lane&63)&1 == 0 {
			continue
		}
		done[r.result] = true
		n := c.fails[r.fail]
		cause := e.m.fails[r.fail].causes[lane]
		if cause == nil {
			cause = n.fails()
		}
		err := &RowError{Name: e.prog.fields[r.result].Name, Text: e.prog.texts[n.src], Pos: n.pos, Cause: cause}
		if fail == nil {
			return fmt.Errorf("row %d: %w", row+lane, err)
		}
		if err := fail(row+lane, err); err != nil {
			return err
		}
	}
	return nil
}

// store moves what the program left in result i's register to the caller.
func (e *Evaluator) store(i int, o *Output, at int) error {
	m := &e.m
	v, n := &m.v[e.prog.code.outs[i]], m.n
	words := kernel.WordsFor(n)
	if v.nulls && o.Valid == nil {
		return fmt.Errorf("expr: result %s has nulls and Output.Valid is nil", e.prog.fields[i].Name)
	}
	if o.Valid != nil {
		valid := o.Valid[at/64 : at/64+words]
		if v.nulls {
			copy(valid, v.valid[:])
			o.Nulls += n - kernel.CountBits(valid, n)
		} else {
			kernel.FillBits(valid, true)
		}
		valid[words-1] &= kernel.TailMask(n)
	}
	switch e.prog.code.lanes[i] {
	case laneBits:
		out := o.Bits[at/64 : at/64+words]
		copy(out, v.own)
		out[words-1] &= kernel.TailMask(n)
	case laneText:
		return v.storeText(o, n)
	}
	return nil
}

// storeText appends the values; those of nulls are left out.
func (v *vec) storeText(o *Output, n int) error {
	if v.packed && !v.nulls {
		base := int32(len(o.Data)) - v.start[0]
		o.Data = append(o.Data, v.data[v.start[0]:v.end[n-1]]...)
		for _, x := range v.end[:n] {
			o.Ends = append(o.Ends, base+x)
		}
	} else {
		for i := range n {
			if !v.nulls || v.valid[i>>6]>>(i&63)&1 != 0 {
				o.Data = append(o.Data, v.textAt(i)...)
			}
			o.Ends = append(o.Ends, int32(len(o.Data)))
		}
	}
	if len(o.Data) > maxText {
		return errTextTooLong
	}
	return nil
}

var errNotBool = errors.New("expr: a selection needs one boolean result")

// Mask sets the bits of dst of the rows of [lo, hi) for which the program's only,
// boolean result is true, bit 0 standing for row lo: null is not true, and neither is
// a failing row. It clears the others, up to the end of the last word, and returns
// how many rows are true.
func (e *Evaluator) Mask(lo, hi int, dst []uint64, fail OnRowError) (rows int, err error) {
	if len(e.prog.fields) != 1 || !isBool(e.prog.Type()) {
		return 0, errNotBool
	}
	if err := e.checkRange(lo, hi); err != nil {
		return 0, err
	}
	for row := lo; row < hi; row += kernel.Rows {
		e.m.n = min(kernel.Rows, hi-row)
		if err := e.vector(row, fail); err != nil {
			return rows, err
		}
		words := kernel.WordsFor(e.m.n)
		e.mask = e.m.truths(e.prog.code.outs[0])
		e.mask[words-1] &= kernel.TailMask(e.m.n)
		copy(dst[(row-lo)/64:], e.mask[:words])
		rows += kernel.CountBits(e.mask[:], e.m.n)
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
			part[i] = whole[i].from(lo, laneOf(e.prog.fields[i].Type).width())
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
	switch l := laneOf(t); l {
	case laneBits:
		o.Bits = make([]uint64, kernel.WordsFor(n))
	case laneText:
		o.Ends = make([]int32, 0, n)
	default:
		o.Fixed = bufpool.Fresh((n*l.width() + 7) / 8 * 8)
	}
	return o
}

// wordBytes is words as bytes; a little-endian machine is assumed throughout.
func wordBytes(w []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(w))), 8*len(w))
}

// Array makes an Arrow array of an output that holds exactly n rows of type t.
// It shares the output's memory.
func (o *Output) Array(t arrow.DataType, n int) arrow.Array {
	buffers := []*memory.Buffer{nil}
	if o.Nulls > 0 {
		buffers[0] = memory.NewBufferBytes(wordBytes(o.Valid))
	}
	switch laneOf(t) {
	case laneBits:
		buffers = append(buffers, memory.NewBufferBytes(wordBytes(o.Bits)))
	case laneText:
		offsets := arrow.Int32Traits.CastToBytes(append([]int32{0}, o.Ends...))
		buffers = append(buffers, memory.NewBufferBytes(offsets), memory.NewBufferBytes(o.Data))
	default:
		buffers = append(buffers, memory.NewBufferBytes(o.Fixed[:n*laneOf(t).width()]))
	}
	return array.MakeFromData(array.NewData(t, n, buffers, nil, o.Nulls, 0))
}

// fieldOf names a constant's value for folding.
func fieldOf(n *node) arrow.Field {
	return arrow.Field{Name: string(n.op), Type: n.typ, Nullable: true}
}
