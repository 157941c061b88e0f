package vm

import (
	"slices"
	"strings"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// lookup is the parameter of a lookup: what is computed from a dictionary's values,
// as a program of its own over that one column.
type lookup struct {
	index  int // among the program's, where it is assembled
	column *ir.Node
	root   *ir.Node
	code   *Code
}

// Fails is that of the last operation, which alone may fail.
func (l *lookup) Fails() error { return l.root.Fails() }

// MayBeNull reports whether an entry may be null.
func (l *lookup) MayBeNull() bool { return l.root.Nullable }

func (l *lookup) String() string { return prefix(l.root) }

// prefix prints a node without naming what it shares, up to about 2,000 bytes: a sum of sums of
// itself would have no end.
func prefix(n *ir.Node) string {
	var b strings.Builder
	var show func(n *ir.Node)
	show = func(n *ir.Node) {
		switch {
		case b.Len() > 2000:
			b.WriteString("…")
		case len(n.Args) == 0:
			b.WriteString(n.Label())
		default:
			n.WriteCall(&b, func(i int) { show(n.Args[i]) })
		}
	}
	show(n)
	return b.String()
}

// lookUps makes what depends on the values of one dictionary alone a lookup: it is computed
// once for each entry, and rows find their entry's result by their key. An operation
// that can fail is the last of its lookup, so that its error keeps its place; registered
// functions are called by row.
func lookUps(roots []*ir.Node) []*ir.Node {
	d := &dictionaries{of: map[*ir.Node]*ir.Node{}, made: map[*ir.Node]*ir.Node{}}
	for _, n := range ir.Order(roots) {
		d.of[n] = d.source(n)
	}
	out := make([]*ir.Node, len(roots))
	for i, r := range roots {
		out[i] = d.walk(r)
	}
	return out
}

// dictionaries is the pass's memory.
type dictionaries struct {
	of   map[*ir.Node]*ir.Node // the column that a node is computed from, nil where there is no such one
	made map[*ir.Node]*ir.Node
}

func (d *dictionaries) source(n *ir.Node) *ir.Node {
	switch {
	case n.Op == ir.OpColumn:
		if _, ok := n.Value.(*ir.Column).Type.(*arrow.DictionaryType); ok {
			return n
		}
		return nil
	case n.Op.Rule().Impure:
		return nil
	}
	var from *ir.Node
	for _, a := range n.Args {
		switch {
		case a.IsConst():
		case d.of[a] == nil, a.Fails() != nil, from != nil && from != d.of[a]:
			return nil
		default:
			from = d.of[a]
		}
	}
	return from
}

// walk goes from the results down, so that a lookup is as large as can be.
func (d *dictionaries) walk(n *ir.Node) *ir.Node {
	if m, ok := d.made[n]; ok {
		return m
	}
	var m *ir.Node
	if column := d.of[n]; column != nil && n.Op != ir.OpColumn {
		m = d.lookup(n, column)
	} else {
		args := make([]*ir.Node, len(n.Args))
		for i, a := range n.Args {
			args[i] = d.walk(a)
		}
		m = n.With(args)
	}
	d.made[n] = m
	return m
}

func (d *dictionaries) lookup(n, column *ir.Node) *ir.Node {
	root := ir.ElideNulls(immediates(fuse([]*ir.Node{n})))
	l := &lookup{column: column, root: root[0], code: assemble(root, nil)}
	return &ir.Node{Op: ir.OpLookup, Type: n.Type, Value: l, Pos: n.Pos, Source: n.Source}
}

// keyed is a dictionary column of the record batch at hand, with the keys of the vector.
type keyed struct {
	*columnData
	last   uint32 // the number of entries: the key that stands for null
	vector uint64 // that keys belongs to
	keys   [kernel.Rows]uint32
	none   []uint32 // a vector of last
	nulls  bool     // some key is last

	clamp  func(dst, a []uint32, b uint32)
	equal  func(dst kernel.Bits, a []uint32, b uint32)
	choose func(dst []uint32, c kernel.Bits, x, y []uint32)
}

func newKeyed(b *columnData) *keyed {
	k := &keyed{
		columnData: b, last: uint32(b.dict.rows),
		clamp:  kernel.Twin("minBy", kernel.By(kernel.Min[uint32])),
		equal:  kernel.Twin("eqBy", kernel.RelationBy(kernel.Eq[uint32])),
		choose: kernel.Twin("select", kernel.Select[uint32]),
	}
	if b.valid != nil {
		k.none = slices.Repeat([]uint32{k.last}, kernel.Rows)
	}
	return k
}

// at returns the vector's keys, null's for rows that are null or whose key the dictionary
// does not hold: about 0.5 ns a row.
func (k *keyed) at(m *Machine) []uint32 {
	keys := k.keys[:m.n]
	if k.vector == m.vectors {
		return keys
	}
	k.vector = m.vectors
	k.columnData.keys(keys, k.off+m.row)
	k.clamp(keys, keys, k.last)
	var bits [kernel.Words]uint64
	if k.valid != nil {
		kernel.LoadBits(bits[:], k.valid, k.off+m.row, m.n)
		k.choose(keys, bits[:], keys, k.none[:m.n])
	}
	k.equal(bits[:], keys, k.last)
	k.nulls = kernel.CountBits(bits[:], m.n) > 0
	return keys
}

// bindTables points the lookups' tables at a record batch.
func (m *Machine) bindTables(rec arrow.Record) error {
	at := map[*ir.Node]*keyed{}
	for i, l := range m.code.lookups {
		if at[l.column] == nil {
			b, err := columnOf(rec, l.column)
			if err != nil {
				return err
			}
			at[l.column] = newKeyed(b)
		}
		m.tables[i].bind(at[l.column])
	}
	return nil
}

// table is the results of a lookup by entry, the last one that of null. Until as many rows
// have come as there are entries, rows are computed one by one: a dictionary that is
// larger than what is asked of it costs no more than a plain column.
type table struct {
	sub    *Machine // over the dictionary, or over the rows
	column *keyed
	null   *columnData // a null of the column's type
	lane   ir.Lane
	rows   int  // done since Bind
	made   bool // the fields below hold
	big    bool // the results of all entries do not fit

	fixed      []uint64 // lanes
	bits       []uint8  // truth values
	start, end []int32
	text       []byte
	valid      []uint8 // 1: not null
	nulls      bool    // some entry gives null
	bad        []uint8 // 1: fails
	fails      bool
	causes     map[int]error
}

func newTable(l *lookup) *table {
	return &table{sub: l.code.machineOf(l.code.regs), lane: l.code.lanes[0]}
}

// bind points the table at a column of the record batch.
func (t *table) bind(k *keyed) {
	t.column, t.rows, t.made, t.big = k, 0, false, false
	t.null = &columnData{lane: k.lane, rows: 1, valid: []byte{0}, offs32: []int32{0, 0}, data: make([]byte, 16)}
}

// ready counts n more rows, makes the table once it is worth it, and reports whether there is one.
func (t *table) ready(n int) bool {
	if t.rows += n; !t.made && !t.big && t.rows >= int(t.column.last) {
		t.make()
	}
	return t.made
}

func (t *table) make() {
	n := int(t.column.last) + 1
	t.fixed = resized(t.fixed, (n*t.lane.Width()+7)/8)
	t.bits, t.valid, t.bad = resized(t.bits, n), resized(t.valid, n), resized(t.bad, n)
	t.start, t.end, t.text = t.start[:0], t.end[:0], t.text[:0]
	t.nulls, t.fails, t.causes = false, false, nil
	m := t.sub
	for row := 0; row < n; row += m.n {
		from, first := t.column.dict, row
		if m.n = min(kernel.Rows, n-1-row); m.n == 0 {
			from, first, m.n = t.null, 0, 1
		}
		if !t.entries(from, first, row) {
			t.big = true
			return
		}
	}
	t.made = true
}

// resized is a slice of n elements of any contents.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// entries computes a vector of entries, from row first of a column, into the table from
// row on.
func (t *table) entries(from *columnData, first, row int) bool {
	m, n := t.sub, t.sub.n
	if w := t.lane.Width(); w > 0 {
		m.Aim(0, arrow.Uint64Traits.CastToBytes(t.fixed)[row*w:(row+n)*w])
	}
	m.columns = append(m.columns[:0], from)
	if m.compute(first) != nil {
		return false
	}
	v := &m.v[m.code.outs[0]]
	for i := range n {
		ok := !v.nulls || v.valid[i>>6]>>(i&63)&1 != 0
		t.valid[row+i], t.bad[row+i] = truthByte(ok), 0
		t.nulls = t.nulls || !ok && from != t.null
		switch t.lane {
		case ir.LaneBits:
			t.bits[row+i] = uint8(v.own[i>>6] >> (i & 63) & 1)
		case ir.LaneText:
			t.start = append(t.start, int32(len(t.text)))
			if ok {
				t.text = append(t.text, v.textAt(i)...)
			}
			t.end = append(t.end, int32(len(t.text)))
		}
	}
	if m.any {
		t.failures(row, n)
	}
	return len(t.text) <= maxText
}

// failures marks the entries that failed: not as null, which is what their rows become.
func (t *table) failures(row, n int) {
	f := &t.sub.fails[0]
	for i := range n {
		if f.bits[i>>6]>>(i&63)&1 == 0 {
			continue
		}
		t.fails, t.bad[row+i], t.valid[row+i] = true, 1, 1
		if cause := f.causes[i]; cause != nil {
			if t.causes == nil {
				t.causes = map[int]error{}
			}
			t.causes[row+i] = cause
		}
	}
	f.causes = nil
}

func truthByte(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// emitLookup finds the rows' results in the table.
func emitLookup(n *ir.Node, d int, _ []int) step {
	index, values := n.Value.(*lookup).index, lookedUp(ir.LaneOf(n.Type), d)
	return func(m *Machine) bool {
		t := m.tables[index]
		if !t.ready(m.n) {
			return t.byRow(m, d)
		}
		keys := t.column.at(m)
		values(m, t, keys)
		v := &m.v[d]
		if v.nulls = t.nulls || t.column.nulls; v.nulls {
			kernel.LookUpBits(v.valid[:], t.valid, keys)
		}
		if !t.fails {
			return false
		}
		kernel.LookUpBits(m.now.bits, t.bad, keys)
		for i, key := range keys {
			if cause := t.causes[int(key)]; cause != nil {
				m.now.cause(i, cause)
			}
		}
		return true
	}
}

// lookedUp is the form for a lane.
func lookedUp(l ir.Lane, d int) func(m *Machine, t *table, keys []uint32) {
	switch l {
	case ir.LaneBits:
		return func(m *Machine, t *table, keys []uint32) { kernel.LookUpBits(m.bitsOf(d), t.bits, keys) }
	case ir.LaneText:
		return func(m *Machine, t *table, keys []uint32) {
			v := &m.v[d]
			v.reserve(m.n)
			starts, ends := v.ends[:m.n], v.ends[m.n:2*m.n]
			for i, k := range keys {
				starts[i], ends[i] = t.start[k], t.end[k]
			}
			v.start, v.end, v.data, v.packed = starts, ends, t.text, false
		}
	case ir.LaneDec:
		return lookedUpLanes[ir.Dec](d)
	}
	return byWidth(l, lookedUpLanes[uint8](d), lookedUpLanes[uint16](d), lookedUpLanes[uint32](d), lookedUpLanes[uint64](d))
}

func lookedUpLanes[T any](d int) func(m *Machine, t *table, keys []uint32) {
	return func(m *Machine, t *table, keys []uint32) {
		entries := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(t.fixed))), len(t.valid))
		kernel.LookUp(lanesOf[T](m, d), entries, keys)
	}
}

// byRow computes the vector's rows from their values, and takes result and failures over.
func (t *table) byRow(m *Machine, d int) (failed bool) {
	sub := t.sub
	sub.n = m.n
	sub.columns = append(sub.columns[:0], t.column.columnData)
	from := &sub.v[sub.code.outs[0]]
	from.home() // it may have pointed into the table
	if err := sub.compute(m.row); err != nil {
		m.err = err
		return false
	}
	v := &m.v[d]
	v.nulls, v.valid = from.nulls, from.valid
	switch t.lane {
	case ir.LaneBits:
		copy(m.bitsOf(d), from.own)
	case ir.LaneText:
		v.start, v.end, v.data, v.packed = from.start, from.end, from.data, from.packed
	default:
		size := m.n * t.lane.Width()
		copy(unsafe.Slice((*byte)(v.p), size), unsafe.Slice((*byte)(from.p), size))
	}
	if !sub.any {
		return false
	}
	f := &sub.fails[0]
	copy(m.now.bits, f.bits)
	for w, bad := range f.bits { // not null yet
		v.valid[w] |= bad
	}
	for i, cause := range f.causes {
		m.now.cause(i, cause)
	}
	f.causes = nil
	return true
}
