package expr

import (
	"slices"
	"strings"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// lookup is the parameter of a lookup: what is computed from a dictionary's values,
// as a program of its own over that one column.
type lookup struct {
	index  int // among the program's, where it is assembled
	column *node
	root   *node
	code   *code
}

// fails: what may fail is the last operation of the lookup.
func (l *lookup) fails() error { return l.root.fails() }

func (l *lookup) String() string { return prefix(l.root) }

// prefix prints a node without naming what it shares, up to about 2,000 bytes: a sum of sums of
// itself would have no end.
func prefix(n *node) string {
	var b strings.Builder
	var show func(n *node)
	show = func(n *node) {
		switch {
		case b.Len() > 2000:
			b.WriteString("…")
		case len(n.args) == 0:
			b.WriteString(n.label())
		default:
			n.writeCall(&b, func(i int) { show(n.args[i]) })
		}
	}
	show(n)
	return b.String()
}

// lookUps makes what depends on the values of one dictionary alone a lookup: it is computed
// once for each entry, and rows find their entry's result by their key. An operation
// that can fail is the last of its lookup, so that its error keeps its place; registered
// functions are called by row.
func lookUps(roots []*node) []*node {
	d := &dictionaries{of: map[*node]*node{}, made: map[*node]*node{}}
	for _, n := range order(roots) {
		d.of[n] = d.source(n)
	}
	out := make([]*node, len(roots))
	for i, r := range roots {
		out[i] = d.walk(r)
	}
	return out
}

// dictionaries is the pass's memory.
type dictionaries struct {
	of   map[*node]*node // the column that a node is computed from, nil where there is no such one
	made map[*node]*node
}

func (d *dictionaries) source(n *node) *node {
	switch {
	case n.op == opColumn:
		if _, ok := n.val.(*column).typ.(*arrow.DictionaryType); ok {
			return n
		}
		return nil
	case n.op.rule().impure:
		return nil
	}
	var from *node
	for _, a := range n.args {
		switch {
		case a.isConst():
		case d.of[a] == nil, a.fails() != nil, from != nil && from != d.of[a]:
			return nil
		default:
			from = d.of[a]
		}
	}
	return from
}

// walk goes from the results down, so that a lookup is as large as can be.
func (d *dictionaries) walk(n *node) *node {
	if m, ok := d.made[n]; ok {
		return m
	}
	var m *node
	if column := d.of[n]; column != nil && n.op != opColumn {
		m = d.lookup(n, column)
	} else {
		args := make([]*node, len(n.args))
		for i, a := range n.args {
			args[i] = d.walk(a)
		}
		m = n.with(args)
	}
	d.made[n] = m
	return m
}

func (d *dictionaries) lookup(n, column *node) *node {
	root := elideNulls(immediates(fuse([]*node{n})))
	l := &lookup{column: column, root: root[0], code: assemble(root, nil)}
	return &node{op: opLookup, typ: n.typ, val: l, pos: n.pos, src: n.src}
}

// keyed is a dictionary column of the record batch at hand, with the keys of the vector.
type keyed struct {
	*bound
	last   uint32 // the number of entries: the key that stands for null
	vector uint64 // that keys belongs to
	keys   [kernel.Rows]uint32
	none   []uint32 // a vector of last
	nulls  bool     // some key is last

	clamp  func(dst, a []uint32, b uint32)
	equal  func(dst kernel.Bits, a []uint32, b uint32)
	choose func(dst []uint32, c kernel.Bits, x, y []uint32)
}

func newKeyed(b *bound) *keyed {
	k := &keyed{
		bound: b, last: uint32(b.dict.rows),
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
func (k *keyed) at(m *machine) []uint32 {
	keys := k.keys[:m.n]
	if k.vector == m.vectors {
		return keys
	}
	k.vector = m.vectors
	k.bound.keys(keys, k.off+m.row)
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
func (e *Evaluator) bindTables(rec arrow.Record) error {
	at := map[*node]*keyed{}
	for i, l := range e.prog.code.lookups {
		if at[l.column] == nil {
			b, err := columnOf(rec, l.column)
			if err != nil {
				return err
			}
			at[l.column] = newKeyed(b)
		}
		e.m.tables[i].bind(at[l.column])
	}
	return nil
}

// table is the results of a lookup by entry, the last one that of null. Until as many rows
// have come as there are entries, rows are computed one by one: a dictionary that is
// larger than what is asked of it costs no more than a plain column.
type table struct {
	sub    *Evaluator // over the dictionary, or over the rows
	column *keyed
	null   *bound // a null of the column's type
	lane   lane
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
	p := &Program{code: l.code, fields: []arrow.Field{fieldOf(l.root)}}
	return &table{sub: p.newEvaluator(l.code.regs), lane: l.code.lanes[0]}
}

// bind points the table at a column of the record batch.
func (t *table) bind(k *keyed) {
	t.column, t.rows, t.made, t.big = k, 0, false, false
	t.null = &bound{lane: k.lane, rows: 1, valid: []byte{0}, offs32: []int32{0, 0}, data: make([]byte, 16)}
}

// ready tells whether n more rows are to be looked up.
func (t *table) ready(n int) bool {
	if t.rows += n; !t.made && !t.big && t.rows >= int(t.column.last) {
		t.make()
	}
	return t.made
}

func (t *table) make() {
	n := int(t.column.last) + 1
	t.fixed = resized(t.fixed, (n*t.lane.width()+7)/8)
	t.bits, t.valid, t.bad = resized(t.bits, n), resized(t.valid, n), resized(t.bad, n)
	t.start, t.end, t.text = t.start[:0], t.end[:0], t.text[:0]
	t.nulls, t.fails, t.causes = false, false, nil
	e := t.sub
	for row := 0; row < n; row += e.m.n {
		from, first := t.column.dict, row
		if e.m.n = min(kernel.Rows, n-1-row); e.m.n == 0 {
			from, first, e.m.n = t.null, 0, 1
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
func (t *table) entries(from *bound, first, row int) bool {
	e := t.sub
	m, n := &e.m, e.m.n
	if w := t.lane.width(); w > 0 {
		e.aim(0, &Output{Fixed: wordBytes(t.fixed)}, row)
	}
	e.columns = append(e.columns[:0], from)
	if e.compute(first) != nil {
		return false
	}
	v := &m.v[e.prog.code.outs[0]]
	for i := range n {
		ok := !v.nulls || v.valid[i>>6]>>(i&63)&1 != 0
		t.valid[row+i], t.bad[row+i] = truthByte(ok), 0
		t.nulls = t.nulls || !ok && from != t.null
		switch t.lane {
		case laneBits:
			t.bits[row+i] = uint8(v.own[i>>6] >> (i & 63) & 1)
		case laneText:
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
	f := &t.sub.m.fails[0]
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
func emitLookup(n *node, d int, _ []int) step {
	index, values := n.val.(*lookup).index, lookedUp(laneOf(n.typ), d)
	return func(m *machine) bool {
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
func lookedUp(l lane, d int) func(m *machine, t *table, keys []uint32) {
	switch l {
	case laneBits:
		return func(m *machine, t *table, keys []uint32) { kernel.LookUpBits(m.bitsOf(d), t.bits, keys) }
	case laneText:
		return func(m *machine, t *table, keys []uint32) {
			v := &m.v[d]
			v.reserve(m.n)
			starts, ends := v.ends[:m.n], v.ends[m.n:2*m.n]
			for i, k := range keys {
				starts[i], ends[i] = t.start[k], t.end[k]
			}
			v.start, v.end, v.data, v.packed = starts, ends, t.text, false
		}
	case laneDec:
		return lookedUpLanes[dec](d)
	}
	return byWidth(l, lookedUpLanes[uint8](d), lookedUpLanes[uint16](d), lookedUpLanes[uint32](d), lookedUpLanes[uint64](d))
}

func lookedUpLanes[T any](d int) func(m *machine, t *table, keys []uint32) {
	return func(m *machine, t *table, keys []uint32) {
		entries := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(t.fixed))), len(t.valid))
		kernel.LookUp(lanesOf[T](m, d), entries, keys)
	}
}

// byRow computes the vector's rows from their values, and takes result and failures over.
func (t *table) byRow(m *machine, d int) (failed bool) {
	e := t.sub
	e.m.n = m.n
	e.columns = append(e.columns[:0], t.column.bound)
	e.m.v[e.prog.code.outs[0]].home() // it may have pointed into the table
	if err := e.compute(m.row); err != nil {
		m.err = err
		return false
	}
	v, from := &m.v[d], &e.m.v[e.prog.code.outs[0]]
	v.nulls, v.valid = from.nulls, from.valid
	switch t.lane {
	case laneBits:
		copy(m.bitsOf(d), from.own)
	case laneText:
		v.start, v.end, v.data, v.packed = from.start, from.end, from.data, from.packed
	default:
		size := m.n * t.lane.width()
		copy(unsafe.Slice((*byte)(v.p), size), unsafe.Slice((*byte)(from.p), size))
	}
	if !e.m.any {
		return false
	}
	f := &e.m.fails[0]
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
