package vm

import (
	"fmt"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// NewMachine makes the registers for one goroutine.
func (c *Code) NewMachine() *Machine { return c.machineOf(c.memory()) }

func (c *Code) machineOf(memory []regClass) *Machine {
	m := &Machine{code: c, v: make([]vec, len(c.regs)), vectors: 1}
	for i, class := range memory {
		m.v[i].allocate(class)
	}
	for _, l := range c.consts {
		m.fill(l.reg, ir.LaneOf(l.node.Type), l.node.Value)
	}
	m.now = &failBits{bits: make([]uint64, kernel.Words)} // of checked kernels that cannot fail here
	m.fails = make([]failBits, len(c.fails))
	for i := range m.fails {
		m.fails[i].bits = make([]uint64, kernel.Words)
	}
	for _, l := range c.lookups {
		m.tables = append(m.tables, newTable(l))
	}
	return m
}

// memory is what the registers need of their own: results of fixed width lie in the caller's.
func (c *Code) memory() []regClass {
	classes := slices.Clone(c.regs)
	for i, r := range c.outs {
		if c.lanes[i].Width() > 0 {
			classes[r] = classPinned
		}
	}
	return classes
}

func (v *vec) allocate(c regClass) {
	v.own = make([]uint64, c.bytes()/8)
	v.home()
}

// home points a register at its own memory, if it has some.
func (v *vec) home() {
	if len(v.own) > 0 {
		v.p = unsafe.Pointer(&v.own[0])
	}
}

// Bind points the machine at a record batch of the program's schema, whose memory must stay
// in place until the next call. Columns are found by their place in the schema, and must have its
// types.
func (m *Machine) Bind(rec arrow.Record) error {
	m.columns = m.columns[:0]
	for _, l := range m.code.columns {
		b, err := columnOf(rec, l.node)
		if err != nil {
			return err
		}
		m.columns = append(m.columns, b)
	}
	return m.bindTables(rec)
}

// columnOf finds a column in a record batch.
func columnOf(rec arrow.Record, n *ir.Node) (*columnData, error) {
	c := n.Value.(*ir.Column)
	if c.Index >= int(rec.NumCols()) {
		return nil, fmt.Errorf("the record batch has %d columns, but %s is column %d of the schema", rec.NumCols(), ir.Reference(c.Name), c.Index)
	}
	a := rec.Column(c.Index)
	if !arrow.TypeEqual(a.DataType(), c.Type) {
		return nil, fmt.Errorf("column %s is %s, but was compiled as %s", ir.Reference(c.Name), a.DataType(), c.Type)
	}
	b, err := bind(a)
	if err != nil {
		return nil, fmt.Errorf("column %s: %w", ir.Reference(c.Name), err)
	}
	if !c.Nullable && b.valid != nil {
		return nil, fmt.Errorf("column %s has nulls, but its field is not nullable", ir.Reference(c.Name))
	}
	return b, nil
}

// Failure is a row that fails in a result.
type Failure struct {
	Row    int // of the record batch
	Result int
	Node   *ir.Node // the first operation that failed
	Cause  error
}

// Evaluate computes the results of the n rows from row on, at most kernel.Rows. It tells fail of
// each row that fails, rows ascending, once for each result; an error of fail's ends it.
func (m *Machine) Evaluate(row, n int, fail func(Failure) error) error {
	m.n = n
	if err := m.compute(row); err != nil {
		return err
	}
	if m.any {
		return m.raise(row, fail)
	}
	return nil
}

// compute runs the program's body.
func (m *Machine) compute(row int) error {
	c := m.code
	m.any, m.row = false, row
	for i, l := range c.columns {
		m.columns[i].load(m, l.reg, row)
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
func (m *Machine) raise(row int, fail func(Failure) error) error {
	c := m.code
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
				v.nullify(w, h)
			}
		}
	}
	for w, u := range union[:kernel.WordsFor(m.n)] {
		for ; u != 0 && first == nil; u &= u - 1 {
			first = m.report(row, w*64+bits.TrailingZeros64(u), hits, fail)
		}
	}
	for i := range m.fails {
		m.fails[i].causes = nil
	}
	return first
}

func (v *vec) nullify(w int, h uint64) {
	if !v.nulls {
		kernel.FillBits(v.valid[:], true)
		v.nulls = true
	}
	v.valid[w] &^= h
}

// report calls fail for one lane, with the first failing operation of each
// result.
func (m *Machine) report(row, lane int, hits [][kernel.Words]uint64, fail func(Failure) error) error {
	c := m.code
	done := make([]bool, len(c.outs))
	for k, r := range c.raises {
		if done[r.result] || hits[k][lane>>6]>>(lane&63)&1 == 0 {
			continue
		}
		done[r.result] = true
		n := c.fails[r.fail]
		cause := m.fails[r.fail].causes[lane]
		if cause == nil {
			cause = n.Fails()
		}
		if err := fail(Failure{row + lane, r.result, n, cause}); err != nil {
			return err
		}
	}
	return nil
}

// Aim points the register of result i, of fixed width, at the caller's memory, which evaluate then
// writes.
func (m *Machine) Aim(i int, lanes []byte) { m.v[m.code.outs[i]].p = unsafe.Pointer(&lanes[0]) }

// Width is the bytes of a lane of result i, 0 for bits and texts.
func (c *Code) Width(i int) int { return c.lanes[i].Width() }

// Valid is the validity of result i, one bit a row; nulls reports whether there are any.
// If there are none, the bits do not count.
func (m *Machine) Valid(i int) (valid []uint64, nulls bool) {
	v := &m.v[m.code.outs[i]]
	return v.valid[:], v.nulls
}

// Bits is result i, of truth values.
func (m *Machine) Bits(i int) []uint64 { return m.v[m.code.outs[i]].own }

// True is the rows in which result i is true and not null.
func (m *Machine) True(i int) [kernel.Words]uint64 { return m.truths(m.code.outs[i]) }

// AppendTexts appends result i, of texts, to data, and the length of data after each row to ends.
// Nulls have no bytes.
func (m *Machine) AppendTexts(i int, ends []int32, data []byte) ([]int32, []byte, error) {
	v, n := &m.v[m.code.outs[i]], m.n
	if v.packed && !v.nulls {
		base := int32(len(data)) - v.start[0]
		data = append(data, v.data[v.start[0]:v.end[n-1]]...)
		for _, x := range v.end[:n] {
			ends = append(ends, base+x)
		}
	} else {
		for i := range n {
			if !v.nulls || v.valid[i>>6]>>(i&63)&1 != 0 {
				data = append(data, v.textAt(i)...)
			}
			ends = append(ends, int32(len(data)))
		}
	}
	if len(data) > maxText {
		return ends, data, errTextTooLong
	}
	return ends, data, nil
}
