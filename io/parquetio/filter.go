package parquetio

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/bloom/xxhash"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker/predicate"
)

// condition is a bound of a column of the file, in a form that its statistics can be held against.
type condition struct {
	predicate.Bound
	leaf *leaf

	doubted, doubtedFilter bool // bounds, and bloom filters, are not to be believed
}

// conditions are the bounds that say something of columns stored as they are handed out. A filter
// leaves out only what it is sure of, so that those of other columns are passed over.
func (f *file) conditions(list []predicate.Bound) (out []condition) {
	for _, b := range list {
		i := slices.IndexFunc(f.nodes, func(n *node) bool { return n.name == b.Column })
		if i < 0 {
			continue
		}
		if n := f.nodes[i]; n.leaf != nil && n.leaf.maxRep == 0 && n.comparable() {
			l := n.leaf
			out = append(out, condition{Bound: b, leaf: l, doubted: f.unordered(l) || f.doubted(l, false), doubtedFilter: f.doubted(l, true)})
		}
	}
	return out
}

// comparable tells whether the order of the node's values is that of what is stored.
func (n *node) comparable() bool {
	typ := n.typ
	if d, ok := typ.(*arrow.DictionaryType); ok {
		typ = d.ValueType
	}
	switch typ.ID() {
	case arrow.LARGE_STRING, arrow.STRING_VIEW, arrow.STRING:
		return n.leaf.typ.ID() == arrow.STRING
	case arrow.BOOL, arrow.FLOAT32, arrow.FLOAT64, arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16,
		arrow.UINT32, arrow.UINT64, arrow.DATE32, arrow.TIMESTAMP, arrow.TIME32, arrow.TIME64:
		return n.leaf.physical != format.Int96 && arrow.TypeEqual(typ, n.leaf.typ)
	}
	return false
}

// misses tells that no row of the group can pass the condition.
func (c *condition) misses(g *group) bool {
	m := &g.meta.Columns[c.leaf.index].MetaData
	s := &m.Statistics
	lo, hi := s.MinValue, s.MaxValue
	if c.leaf.maxDef > 0 && s.NullCount == m.NumValues && m.NumValues > 0 && lo == nil && hi == nil && s.Min == nil && s.Max == nil {
		return true
	}
	if lo == nil && hi == nil && c.leaf.physical != format.ByteArray && !unsignedType(c.leaf.typ) {
		lo, hi = s.Min, s.Max // of older writers, who ordered these types right
	}
	return c.outside(lo, hi) || c.Op == predicate.Equal && !c.mayContain(g, m)
}

func unsignedType(t arrow.DataType) bool { return arrow.IsUnsignedInteger(t.ID()) }

// outside tells that no value from lo to hi passes. Bounds that contradict themselves say nothing.
func (c *condition) outside(lo, hi []byte) bool {
	if c.Op == predicate.Present || c.doubted || !c.leaf.ordered(lo, hi) {
		return false
	}
	low, okLow := c.compare(lo)
	high, okHigh := c.compare(hi)
	if c.leaf.physical == format.ByteArray && len(hi) == 0 {
		okHigh = false // not there, or the largest is the empty text: the library shows both alike
	}
	if !okLow {
		low = -1
	}
	if !okHigh {
		high = 1
	}
	return c.Op.Misses(low, high)
}

// ordered reports whether two bounds may be those of one set of values: the upper one is not below
// the lower one, and none is a NaN, which some writers have come upon first and then held all other
// values against.
func (l *leaf) ordered(lo, hi []byte) bool {
	if len(lo) == 0 || len(hi) == 0 {
		return true // one is not there
	}
	switch l.physical {
	case format.ByteArray:
		return bytes.Compare(lo, hi) <= 0
	case format.Boolean:
		return lo[0]&1 <= hi[0]&1
	}
	if len(lo) != l.width || len(hi) != l.width {
		return true // they are compared with nothing
	}
	low, okLow := l.number(lo)
	high, okHigh := l.number(hi)
	order, _ := compareNumbers(low, high)
	return okLow && okHigh && order <= 0
}

// compare is the order of a stored value and the condition's constant; false where they have none.
func (c *condition) compare(stored []byte) (int, bool) {
	switch want := c.Value.(type) {
	case string:
		return bytes.Compare(stored, []byte(want)), c.leaf.physical == format.ByteArray
	case bool:
		if c.leaf.physical != format.Boolean || len(stored) != 1 {
			return 0, false
		}
		return int(stored[0]&1) - btoi(want), true
	}
	value, ok := c.leaf.number(stored)
	if !ok {
		return 0, false
	}
	return compareNumbers(value, c.Value)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// number is a stored number as an int64, uint64 or float64.
func (l *leaf) number(b []byte) (any, bool) {
	if len(b) != l.width {
		return nil, false
	}
	switch l.physical {
	case format.Int32:
		if unsignedType(l.typ) {
			return uint64(binary.LittleEndian.Uint32(b)), true
		}
		return int64(int32(binary.LittleEndian.Uint32(b))), true
	case format.Int64:
		if unsignedType(l.typ) {
			return binary.LittleEndian.Uint64(b), true
		}
		return int64(binary.LittleEndian.Uint64(b)), true
	case format.Float:
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
		return v, !math.IsNaN(v)
	case format.Double:
		v := math.Float64frombits(binary.LittleEndian.Uint64(b))
		return v, !math.IsNaN(v)
	}
	return nil, false
}

// compareNumbers orders numbers of any two kinds: integers exactly, others as float64s.
func compareNumbers(a, b any) (int, bool) {
	switch x := a.(type) {
	case int64:
		switch y := b.(type) {
		case int64:
			return cmp.Compare(x, y), true
		case uint64:
			if x < 0 {
				return -1, true
			}
			return cmp.Compare(uint64(x), y), true
		case float64:
			return cmp.Compare(float64(x), y), true
		}
	case uint64:
		switch y := b.(type) {
		case uint64:
			return cmp.Compare(x, y), true
		case float64:
			return cmp.Compare(float64(x), y), true
		case int64:
			order, _ := compareNumbers(y, x)
			return -order, true
		}
	case float64:
		switch y := b.(type) {
		case float64:
			return cmp.Compare(x, y), true
		case int64:
			return cmp.Compare(x, float64(y)), true
		case uint64:
			return cmp.Compare(x, float64(y)), true
		}
	}
	return 0, false
}

// mayContain asks the column's bloom filter, if it has one, whether the constant may be among the
// values.
func (c *condition) mayContain(g *group, m *format.ColumnMetaData) bool {
	stored := c.plain()
	at := m.BloomFilterOffset
	if stored == nil || c.doubtedFilter || at <= 0 || at >= g.file.size {
		return true
	}
	buf := make([]byte, min(256, g.file.size-at))
	if _, err := g.file.r.ReadAt(buf, at); err != nil {
		return true
	}
	f := fence{src: buf, most: 1 << 10}
	size := 0
	err := f.fields(0, func(id int, kind byte) (bool, error) {
		if id == 1 && kind == thriftI32 {
			return true, f.count(&size)
		}
		return false, nil
	})
	if at += int64(f.at); err != nil || size <= 0 || size%bloom.BlockSize != 0 || int64(size) > g.file.size-at {
		return true
	}
	has, err := bloom.CheckSplitBlock(section{g.file.r, at}, int64(size), xxhash.Sum64(stored))
	return has || err != nil
}

// plain is the constant as the column stores it; nil where its filter knows it in no one form.
func (c *condition) plain() []byte {
	l := c.leaf
	switch v := c.Value.(type) {
	case string:
		if l.physical == format.ByteArray {
			return []byte(v)
		}
	case int64:
		switch {
		case l.physical == format.Int64:
			return binary.LittleEndian.AppendUint64(nil, uint64(v))
		case l.physical == format.Int32 && v == int64(int32(v)):
			return binary.LittleEndian.AppendUint32(nil, uint32(v))
		}
	}
	return nil
}

// section reads from an offset on.
type section struct {
	r interface {
		ReadAt([]byte, int64) (int, error)
	}
	at int64
}

func (s section) ReadAt(p []byte, off int64) (int, error) { return s.r.ReadAt(p, s.at+off) }

// span is a range of a row group's rows.
type span struct{ from, to int64 }

// spans are the rows of a group that the page indexes of the conditions' columns leave. An index
// that cannot be read leaves all.
func (g *group) spans(ctx context.Context, list []condition) []span {
	left := []span{{0, g.meta.NumRows}}
	for i := range list {
		if ctx.Err() != nil {
			return left
		}
		if hits, ok := list[i].pages(g); ok {
			left = intersect(left, hits)
		}
	}
	return left
}

// pages are the rows of the pages in which a row may pass.
func (c *condition) pages(g *group) (hits []span, ok bool) {
	if c.Op == predicate.Present && c.leaf.maxDef == 0 {
		return nil, false
	}
	chunk := &g.meta.Columns[c.leaf.index]
	var index format.ColumnIndex
	var places format.OffsetIndex
	if !g.pageIndex(chunk.ColumnIndexOffset, chunk.ColumnIndexLength, &index) || !g.pageIndex(chunk.OffsetIndexOffset, chunk.OffsetIndexLength, &places) {
		return nil, false
	}
	n := len(places.PageLocations)
	if n == 0 || len(index.NullPages) != n || len(index.MinValues) != n || len(index.MaxValues) != n || !c.leaf.mayBe(index, chunk.MetaData) {
		return nil, false
	}
	for i, p := range places.PageLocations {
		next := g.meta.NumRows
		if i+1 < n {
			next = places.PageLocations[i+1].FirstRowIndex
		}
		if p.FirstRowIndex < 0 || p.FirstRowIndex > next || i == 0 && p.FirstRowIndex != 0 {
			return nil, false
		}
		if index.NullPages[i] || c.outside(index.MinValues[i], index.MaxValues[i]) {
			continue
		}
		if k := len(hits) - 1; k >= 0 && hits[k].to == p.FirstRowIndex {
			hits[k].to = next
		} else {
			hits = append(hits, span{p.FirstRowIndex, next})
		}
	}
	return hits, true
}

// mayBe reports whether a column index agrees with what else is known of its chunk. Some versions
// of parquet-mr wrote that all pages of a column are null which has no nulls.
func (l *leaf) mayBe(index format.ColumnIndex, m format.ColumnMetaData) bool {
	nulls := 0
	for i, null := range index.NullPages {
		if !null {
			continue
		}
		nulls++
		if len(index.MinValues[i])+len(index.MaxValues[i]) > 0 || len(index.NullCounts) == len(index.NullPages) && index.NullCounts[i] == 0 {
			return false
		}
	}
	s := &m.Statistics
	bounded := s.MinValue != nil || s.MaxValue != nil || s.Min != nil || s.Max != nil
	return nulls == 0 || l.maxDef > 0 && (nulls < len(index.NullPages) || !bounded)
}

// pageIndex reads a part of the page index.
func (g *group) pageIndex(at int64, size int32, v any) bool {
	if at <= 0 || size <= 0 || int64(size) > g.limits.FooterBytes/4 || at > g.file.size-int64(size) {
		return false
	}
	buf := make([]byte, size)
	if _, err := g.beside.ReadAt(buf, at); err != nil {
		return false
	}
	_, err := unthrift(buf, int(g.limits.FooterBytes), v)
	return err == nil
}

// intersect is the rows in both of two lists of ascending spans.
func intersect(a, b []span) (out []span) {
	for i, k := 0, 0; i < len(a) && k < len(b); {
		s := span{max(a[i].from, b[k].from), min(a[i].to, b[k].to)}
		if s.from < s.to {
			out = append(out, s)
		}
		if a[i].to < b[k].to {
			i++
		} else {
			k++
		}
	}
	return out
}
