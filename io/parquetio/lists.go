package parquetio

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/take"
)

// lists makes an array of n's kind of lists, whose elements lie between offsets.
func (n *node) lists(a *arena, slots int, valid []byte, offsets []int32, elements arrow.ArrayData) (arrow.ArrayData, error) {
	buffers := []*memory.Buffer{validity(valid, slots)}
	switch t := n.typ.(type) {
	case *arrow.ListViewType:
		sizes, err := a.get(4 * slots)
		if err != nil {
			return nil, err
		}
		buffers = append(buffers, bufferFrom(offsets[:slots]), bufferFrom(sizesOf(as[int32](sizes[:4*slots]), offsets)))
	case *arrow.LargeListType, *arrow.LargeListViewType:
		buf, err := a.get(16 * (slots + 1))
		if err != nil {
			return nil, err
		}
		wide := as[int64](buf[:16*(slots+1)])
		for i, at := range offsets {
			wide[i] = int64(at)
		}
		if t.ID() == arrow.LARGE_LIST {
			buffers = append(buffers, bufferFrom(wide[:slots+1]))
		} else {
			buffers = append(buffers, bufferFrom(wide[:slots]), bufferFrom(sizesOf(wide[slots+1:2*slots+1], offsets)))
		}
	case *arrow.FixedSizeListType:
		var err error
		if elements, err = spaced(a, int(t.Len()), slots, valid, offsets, elements); err != nil {
			return nil, err
		}
	default:
		buffers = append(buffers, bufferFrom(offsets))
	}
	return array.NewData(n.typ, slots, buffers, []arrow.ArrayData{elements}, nulls(valid, slots), 0), nil
}

func bufferFrom[T any](s []T) *memory.Buffer { return memory.NewBufferBytes(raw(s)) }

// sizesOf fills dst with how many elements each list has.
func sizesOf[T int32 | int64](dst []T, offsets []int32) []T {
	for i := range dst {
		dst[i] = T(offsets[i+1] - offsets[i])
	}
	return dst
}

// spaced gives lists of a fixed size the elements that Arrow has in the place of a null, too: which
// those are means nothing.
func spaced(a *arena, size, slots int, valid []byte, offsets []int32, elements arrow.ArrayData) (arrow.ArrayData, error) {
	gaps := false
	for i := range slots {
		switch has := int(offsets[i+1] - offsets[i]); {
		case has == 0 && !bitmap.Get(valid, i):
			gaps = true
		case has != size:
			return nil, corrupt("list %d of the row group's part has %d elements, where the Arrow schema that the file keeps has lists of %d", i, has, size)
		}
	}
	if !gaps {
		return elements, nil
	}
	total := int64(slots) * int64(size)
	each := max(int64(elements.SizeInBytes())/int64(max(elements.Len(), 1)), least(elements.DataType())) + 8
	if total > a.most/each {
		return nil, limited("%d lists of %d elements take more than %d bytes of memory (ChunkBytes)", slots, size, a.most)
	}
	if err := a.charge(int(total * each)); err != nil {
		return nil, err
	}
	if elements.Len() == 0 {
		b := array.NewBuilder(memory.DefaultAllocator, elements.DataType())
		b.AppendNulls(int(total))
		return b.NewArray().Data(), nil
	}
	from := make([]int, total)
	for i := range slots {
		if !bitmap.Get(valid, i) {
			continue // the first element stands for those that are not there
		}
		for k := range size {
			from[i*size+k] = int(offsets[i]) + k
		}
	}
	out, err := take.Rows(array.MakeFromData(elements), from)
	if err != nil {
		return nil, err
	}
	return out.Data(), nil
}

// least is how many bytes a value of a type takes at least, a null too.
func least(t arrow.DataType) int64 {
	switch t := t.(type) {
	case *arrow.FixedSizeListType:
		return int64(min(float64(t.Len())*float64(least(t.Elem())), math.MaxInt32))
	case *arrow.StructType:
		sum := int64(0)
		for _, f := range t.Fields() {
			sum += least(f.Type)
		}
		return sum
	case arrow.FixedWidthDataType:
		return int64(t.BitWidth()+7) / 8
	}
	return 8
}
