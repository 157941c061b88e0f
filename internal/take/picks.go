package take

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
)

// Pick is a row of one of several arrays.
type Pick struct{ Array, Row int32 }

// Picks returns rows of several arrays of one type, in the order of the picks; a row may come more
// than once. The result shares no memory with the arrays, whose buffers may be given back then.
// A value takes 2 to 5 ns, text and lists the copying of their bytes beside that.
//
// The entries of unlike dictionaries become one dictionary of those that are picked. So does a
// dictionary with more entries than there are picks: what is kept of it is no larger than the rows.
func Picks(t arrow.DataType, from []arrow.Array, picks []Pick) (arrow.Array, error) {
	g := gatherer{t, from, picks}
	switch t := t.(type) {
	case *arrow.NullType:
		return array.NewNull(len(picks)), nil
	case *arrow.DictionaryType:
		return g.dictionary(t)
	case *arrow.BooleanType:
		return g.array(g.booleans()), nil
	case *arrow.StringType, *arrow.BinaryType:
		return gatherText[int32](g)
	case *arrow.LargeStringType, *arrow.LargeBinaryType:
		return gatherText[int64](g)
	case arrow.BinaryViewDataType:
		return g.views(), nil
	case *arrow.StructType:
		return g.structs(t)
	case *arrow.FixedSizeListType, *arrow.ListType, *arrow.LargeListType, *arrow.MapType, *arrow.ListViewType, *arrow.LargeListViewType:
		return g.lists()
	case arrow.UnionType:
		return g.union(t)
	case *arrow.RunEndEncodedType:
		return g.runEnds(t)
	case arrow.ExtensionType:
		return g.extension(t)
	case arrow.FixedWidthDataType:
		return g.array(g.fixed(t.BitWidth() / 8)), nil
	}
	return nil, fmt.Errorf("rows of a column of %s cannot be gathered: cast it to another type, or leave it out", t)
}

// Copy is an array that shares no memory with arr, and holds no more than its rows need.
func Copy(arr arrow.Array) (arrow.Array, error) {
	all := make([]Pick, arr.Len())
	for i := range all {
		all[i].Row = int32(i)
	}
	return Picks(arr.DataType(), []arrow.Array{arr}, all)
}

// gatherer is the arguments of Picks.
type gatherer struct {
	t     arrow.DataType
	from  []arrow.Array
	picks []Pick
}

// array adds the validity of the rows picked to what follows it.
func (g gatherer) array(buffers ...*memory.Buffer) arrow.Array { return g.nest(nil, buffers...) }

func (g gatherer) nest(children []arrow.ArrayData, buffers ...*memory.Buffer) arrow.Array {
	valid, nulls := g.validity()
	return array.MakeFromData(array.NewData(g.t, len(g.picks), append([]*memory.Buffer{valid}, buffers...), children, nulls, 0))
}

func (g gatherer) validity() (*memory.Buffer, int) {
	type bits struct {
		bytes []byte
		off   int
	}
	src, some := make([]bits, len(g.from)), false
	for i, a := range g.from {
		if a.NullN() > 0 {
			src[i], some = bits{a.NullBitmapBytes(), a.Data().Offset()}, true
		}
	}
	if !some {
		return nil, 0
	}
	dst, nulls := bufpool.Aligned(bitmap.Bytes(len(g.picks))), 0
	for i, p := range g.picks {
		if s := &src[p.Array]; s.bytes == nil || bitmap.Get(s.bytes, s.off+int(p.Row)) {
			bitmap.Set(dst, i)
		} else {
			nulls++
		}
	}
	if nulls == 0 {
		return nil, 0
	}
	return memory.NewBufferBytes(dst), nulls
}

func (g gatherer) booleans() *memory.Buffer {
	dst := bufpool.Aligned(bitmap.Bytes(len(g.picks)))
	for i, p := range g.picks {
		d := g.from[p.Array].Data()
		if bitmap.Get(content(d, 1), d.Offset()+int(p.Row)) {
			bitmap.Set(dst, i)
		}
	}
	return memory.NewBufferBytes(dst)
}

// fixed gathers values of width bytes.
func (g gatherer) fixed(width int) *memory.Buffer {
	dst := bufpool.Fresh(width * len(g.picks))
	switch width {
	case 1:
		gatherFixed[uint8](g, dst)
	case 2:
		gatherFixed[uint16](g, dst)
	case 4:
		gatherFixed[uint32](g, dst)
	case 8:
		gatherFixed[uint64](g, dst)
	case 16:
		gatherFixed[[2]uint64](g, dst)
	case 32:
		gatherFixed[[4]uint64](g, dst)
	default:
		for i, p := range g.picks {
			d := g.from[p.Array].Data()
			copy(dst[i*width:(i+1)*width], content(d, 1)[(d.Offset()+int(p.Row))*width:])
		}
	}
	return memory.NewBufferBytes(dst)
}

func gatherFixed[T any](g gatherer, dst []byte) {
	if len(g.picks) == 0 {
		return
	}
	src := make([][]T, len(g.from))
	for i, a := range g.from {
		if a.Len() > 0 {
			src[i] = lanes[T](content(a.Data(), 1))[a.Data().Offset():]
		}
	}
	out := lanes[T](dst)[:len(g.picks)]
	for i, p := range g.picks {
		out[i] = src[p.Array][p.Row]
	}
}

// gatherText goes over the picks twice: for the ends of the values, and for their bytes.
func gatherText[O int32 | int64](g gatherer) (arrow.Array, error) {
	width := int(unsafe.Sizeof(O(0)))
	offs, text := make([][]O, len(g.from)), make([][]byte, len(g.from))
	for i, a := range g.from {
		if a.Len() > 0 {
			offs[i], text[i] = lanes[O](content(a.Data(), 1))[a.Data().Offset():], content(a.Data(), 2)
		}
	}
	buf := bufpool.Fresh(width * (len(g.picks) + 1))
	ends, total := lanes[O](buf), 0
	ends[0] = 0
	for i, p := range g.picks {
		o := offs[p.Array]
		if total += int(o[p.Row+1] - o[p.Row]); width == 4 && total > math.MaxInt32 {
			return nil, fmt.Errorf("the rows taken hold more than 2 GiB of text, more than one array holds: take fewer at a time")
		}
		ends[i+1] = O(total)
	}
	dst := bufpool.Fresh(total)
	for i, p := range g.picks {
		o := offs[p.Array]
		copy(dst[ends[i]:ends[i+1]], text[p.Array][o[p.Row]:o[p.Row+1]])
	}
	return g.array(memory.NewBufferBytes(buf), memory.NewBufferBytes(dst)), nil
}

// viewsMax is the size at which bytes that views point to begin another buffer: a view's offset is
// an int32.
const viewsMax = 1 << 30

// views gathers the bytes too: else a few rows would keep all that their array pointed to.
func (g gatherer) views() arrow.Array {
	buf := bufpool.Aligned(arrow.ViewHeaderSizeBytes * len(g.picks))
	views := lanes[arrow.ViewHeader](buf)
	var buffers [][]byte
	for i, p := range g.picks {
		d := g.from[p.Array].Data()
		h := lanes[arrow.ViewHeader](content(d, 1))[d.Offset()+int(p.Row)]
		if !h.IsInline() && !g.from[p.Array].IsNull(int(p.Row)) {
			text := content(d, 2+int(h.BufferIndex()))[h.BufferOffset():][:h.Len()]
			if n := len(buffers); n == 0 || len(buffers[n-1])+len(text) > viewsMax {
				buffers = append(buffers, nil)
			}
			last := &buffers[len(buffers)-1]
			h.SetIndexOffset(int32(len(buffers)-1), int32(len(*last)))
			*last = append(*last, text...)
		} else if !h.IsInline() {
			h = arrow.ViewHeader{}
		}
		views[i] = h
	}
	out := []*memory.Buffer{memory.NewBufferBytes(buf)}
	for _, b := range buffers {
		out = append(out, memory.NewBufferBytes(b))
	}
	return g.array(out...)
}

// child gathers rows of what each array has inside.
func (g gatherer) child(t arrow.DataType, inside func(arrow.Array) arrow.Array, picks []Pick) (arrow.ArrayData, error) {
	from := make([]arrow.Array, len(g.from))
	for i, a := range g.from {
		from[i] = inside(a)
	}
	out, err := Picks(t, from, picks)
	if err != nil {
		return nil, err
	}
	return out.Data(), nil
}

func (g gatherer) structs(t *arrow.StructType) (arrow.Array, error) {
	children := make([]arrow.ArrayData, t.NumFields())
	for k, f := range t.Fields() {
		var err error
		children[k], err = g.child(f.Type, func(a arrow.Array) arrow.Array { return a.(*array.Struct).Field(k) }, g.picks)
		if err != nil {
			return nil, err
		}
	}
	return g.nest(children), nil
}

// lists gathers lists of all kinds, maps too. What stands under a null is left out, but for lists
// of a fixed size.
func (g gatherer) lists() (arrow.Array, error) {
	_, isFixed := g.t.(*arrow.FixedSizeListType)
	var inside []Pick
	ends := make([]int64, 1, len(g.picks)+1)
	for _, p := range g.picks {
		list := g.from[p.Array].(array.ListLike)
		if isFixed || list.IsValid(int(p.Row)) {
			lo, hi := list.ValueOffsets(int(p.Row))
			for row := lo; row < hi; row++ {
				inside = append(inside, Pick{p.Array, int32(row)})
			}
		}
		ends = append(ends, int64(len(inside)))
	}
	values, err := g.child(g.t.(arrow.ListLikeType).Elem(), func(a arrow.Array) arrow.Array { return a.(array.ListLike).ListValues() }, inside)
	if err != nil {
		return nil, err
	}
	buffers, err := g.listBuffers(ends)
	if err != nil {
		return nil, err
	}
	return g.nest([]arrow.ArrayData{values}, buffers...), nil
}

// listBuffers are the offsets, and the sizes of views.
func (g gatherer) listBuffers(ends []int64) ([]*memory.Buffer, error) {
	n := len(g.picks)
	sizes := func() []int64 {
		out := make([]int64, n)
		for i := range out {
			out[i] = ends[i+1] - ends[i]
		}
		return out
	}
	switch g.t.(type) {
	case *arrow.FixedSizeListType:
		return nil, nil
	case *arrow.LargeListType:
		return []*memory.Buffer{bytesOf(ends)}, nil
	case *arrow.LargeListViewType:
		return []*memory.Buffer{bytesOf(ends[:n]), bytesOf(sizes())}, nil
	}
	if ends[n] > math.MaxInt32 {
		return nil, fmt.Errorf("the rows taken hold more than 2,147,483,647 values in lists, more than one array holds: take fewer at a time")
	}
	if _, isView := g.t.(*arrow.ListViewType); isView {
		return []*memory.Buffer{bytesOf(narrowed(ends[:n])), bytesOf(narrowed(sizes()))}, nil
	}
	return []*memory.Buffer{bytesOf(narrowed(ends))}, nil
}

func narrowed(from []int64) []int32 {
	out := make([]int32, len(from))
	for i, v := range from {
		out[i] = int32(v)
	}
	return out
}

// bytesOf is a buffer of values, aligned to 64 bytes.
func bytesOf[T any](values []T) *memory.Buffer {
	size := int(unsafe.Sizeof(*new(T)))
	buf := bufpool.Aligned(size * len(values))
	copy(lanes[T](buf), values)
	return memory.NewBufferBytes(buf)
}

// union gathers the children of a sparse union row by row, and of a dense one those values that its
// rows have.
func (g gatherer) union(t arrow.UnionType) (arrow.Array, error) {
	codes := bufpool.Aligned(len(g.picks))
	for i, p := range g.picks {
		codes[i] = byte(g.from[p.Array].(array.Union).TypeCode(int(p.Row)))
	}
	buffers := []*memory.Buffer{nil, memory.NewBufferBytes(codes)}
	inside := make([][]Pick, t.NumFields())
	if t.Mode() == arrow.DenseMode {
		offs := make([]int32, len(g.picks))
		for i, p := range g.picks {
			u := g.from[p.Array].(*array.DenseUnion)
			k := u.ChildID(int(p.Row))
			offs[i] = int32(len(inside[k]))
			inside[k] = append(inside[k], Pick{p.Array, u.ValueOffset(int(p.Row))})
		}
		buffers = append(buffers, bytesOf(offs))
	} else {
		for k := range inside { // the children of a slice are slices
			inside[k] = g.picks
		}
	}
	children := make([]arrow.ArrayData, len(inside))
	for k, f := range t.Fields() {
		var err error
		if children[k], err = g.child(f.Type, func(a arrow.Array) arrow.Array { return a.(array.Union).Field(k) }, inside[k]); err != nil {
			return nil, err
		}
	}
	return array.MakeFromData(array.NewData(g.t, len(g.picks), buffers, children, 0, 0)), nil
}

// runEnds gathers one value for neighbours that are of one run.
func (g gatherer) runEnds(t *arrow.RunEndEncodedType) (arrow.Array, error) {
	var inside []Pick
	var ends []int64
	for i, p := range g.picks {
		at := Pick{p.Array, int32(g.from[p.Array].(*array.RunEndEncoded).GetPhysicalIndex(int(p.Row)))}
		if n := len(inside); n > 0 && inside[n-1] == at {
			ends[n-1] = int64(i + 1)
			continue
		}
		inside, ends = append(inside, at), append(ends, int64(i+1))
	}
	values, err := g.child(t.Encoded(), func(a arrow.Array) arrow.Array { return a.(*array.RunEndEncoded).Values() }, inside)
	if err != nil {
		return nil, err
	}
	var buf *memory.Buffer
	switch t.RunEnds().ID() {
	case arrow.INT16:
		if len(g.picks) > math.MaxInt16 {
			return nil, fmt.Errorf("%d rows are more than run ends of int16 can count: cast the column to run ends of int32, or to its values' type", len(g.picks))
		}
		short := make([]int16, len(ends))
		for i, end := range ends {
			short[i] = int16(end)
		}
		buf = bytesOf(short)
	case arrow.INT32:
		buf = bytesOf(narrowed(ends))
	default:
		buf = bytesOf(ends)
	}
	runs := array.NewData(t.RunEnds(), len(ends), []*memory.Buffer{nil, buf}, nil, 0, 0)
	return array.MakeFromData(array.NewData(t, len(g.picks), []*memory.Buffer{nil}, []arrow.ArrayData{runs, values}, 0, 0)), nil
}

func (g gatherer) extension(t arrow.ExtensionType) (arrow.Array, error) {
	d, err := g.child(t.StorageType(), func(a arrow.Array) arrow.Array { return a.(array.ExtensionArray).Storage() }, g.picks)
	if err != nil {
		return nil, err
	}
	return array.NewExtensionArrayWithStorage(t, array.MakeFromData(d)), nil
}
