package parquetio

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/reinterpret"
)

// as sees bytes as numbers; the buffers of the pool are aligned.
func as[T any](b []byte) []T { return reinterpret.As[T](b) }

// raw sees numbers as bytes.
func raw[T any](s []T) []byte { return reinterpret.Bytes(s) }

// build makes the Arrow array of a node out of the values of its leaves. An entry of the levels
// stands for a slot of the node where its definition level is at least def and its repetition level
// at most rep.
func (n *node) build(cols map[*leaf]*values, def, rep uint8) (arrow.ArrayData, error) {
	data, err := n.storage(cols, def, rep)
	if err != nil || n.ext == nil {
		return data, err
	}
	if d, ok := data.Dictionary().(*array.Data); ok && n.typ.ID() == arrow.DICTIONARY {
		return array.NewDataWithDictionary(n.ext, data.Len(), data.Buffers(), data.NullN(), 0, d), nil
	}
	return array.NewData(n.ext, data.Len(), data.Buffers(), data.Children(), data.NullN(), 0), nil
}

// storage is build for what an extension type is made of.
func (n *node) storage(cols map[*leaf]*values, def, rep uint8) (arrow.ArrayData, error) {
	if v := cols[n.leaf]; v != nil && v.flat {
		return v.finish(n.typ, v.rows, v.valid)
	}
	v := cols[n.first()]
	slots, valid, err := v.present(def, rep, n.present)
	if err != nil {
		return nil, err
	}
	if n.leaf != nil {
		return v.finish(n.typ, slots, valid)
	}
	kidSlots := slots
	var offsets []int32
	if n.shape == listShape || n.shape == mapShape {
		if offsets, err = v.offsets(def, rep, n.repeated, n.rep, slots); err != nil {
			return nil, err
		}
		kidSlots = int(offsets[slots])
		def, rep = n.repeated, n.rep
	}
	var kids []arrow.ArrayData
	for _, k := range n.kids {
		data, err := k.build(cols, def, rep)
		if err != nil {
			return nil, err
		}
		if data.Len() != kidSlots {
			return nil, corrupt("columns inside %q have %d and %d values", n.name, kidSlots, data.Len())
		}
		kids = append(kids, data)
	}
	if n.shape == listShape {
		return n.lists(v.arena, slots, valid, offsets, kids[0])
	}
	buffers := []*memory.Buffer{validity(valid, slots)}
	if n.shape == mapShape {
		buffers = append(buffers, memory.NewBufferBytes(raw(offsets)))
	}
	return array.NewData(n.typ, slots, buffers, kids, nulls(valid, slots), 0), nil
}

// first is the first leaf below n, whose levels tell n's own.
func (n *node) first() *leaf {
	for n.leaf == nil {
		n = n.kids[0]
	}
	return n.leaf
}

// present counts the slots of a node, and says which are not null.
func (v *values) present(def, rep, present uint8) (n int, valid []byte, err error) {
	if valid, err = v.arena.get(bitmap.Bytes(v.n)); err != nil {
		return 0, nil, err
	}
	valid = valid[:bitmap.Bytes(v.n)]
	clear(valid)
	for i, d := range v.def {
		if d < def || v.rep[i] > rep {
			continue
		}
		if d >= present {
			bitmap.Set(valid, n)
		}
		n++
	}
	return n, valid, nil
}

// offsets are where the elements of a node's lists begin and end.
func (v *values) offsets(def, rep, element, elementRep uint8, slots int) ([]int32, error) {
	buf, err := v.arena.get(4 * (slots + 1))
	if err != nil {
		return nil, err
	}
	offsets := as[int32](buf[:4*(slots+1)])[:1]
	offsets[0] = 0
	n := int32(0)
	for i, d := range v.def {
		if d < def {
			continue
		}
		if v.rep[i] <= rep {
			offsets = append(offsets, n)
		}
		if d >= element && v.rep[i] <= elementRep {
			n++
		}
		offsets[len(offsets)-1] = n
	}
	return offsets, nil
}

func nulls(valid []byte, n int) int {
	if valid == nil {
		return 0
	}
	return n - bitmap.Count(valid, 0, n)
}

func validity(valid []byte, n int) *memory.Buffer {
	if nulls(valid, n) == 0 {
		return nil
	}
	return memory.NewBufferBytes(valid[:bitmap.Bytes(n)])
}

// finish makes an array of n rows of the collected values.
func (v *values) finish(t arrow.DataType, n int, valid []byte) (arrow.ArrayData, error) {
	missing := nulls(valid, n)
	if t.ID() == arrow.NULL && v.count == 0 {
		return array.NewData(t, n, []*memory.Buffer{nil}, nil, n, 0), nil
	}
	if t.ID() == arrow.NULL {
		return nil, corrupt("the column is one of nulls alone, and has %d values", v.count)
	}
	if n-missing != v.count {
		return nil, corrupt("there are %d values for %d rows that are not null", v.count, n-missing)
	}
	if missing == 0 {
		valid = nil
	} else if !v.flat {
		if err := v.reserve(n - v.at); err != nil {
			return nil, err
		}
		v.spread(0, n, v.count, valid)
	}
	if d, ok := t.(*arrow.DictionaryType); ok {
		return v.finishDictionary(d, n, valid)
	}
	if v.leaf.width == 0 {
		return v.finishTexts(t, n, valid)
	}
	buf, err := v.convert(t, n)
	if err != nil {
		return nil, err
	}
	return array.NewData(t, n, []*memory.Buffer{validity(valid, n), memory.NewBufferBytes(buf)}, nil, missing, 0), nil
}

// finishTexts makes an array of byte arrays.
func (v *values) finishTexts(t arrow.DataType, n int, valid []byte) (arrow.ArrayData, error) {
	starts := []int32{0}
	if n > 0 {
		starts = v.ends[:n+1]
	}
	var buffers []*memory.Buffer
	switch t.ID() {
	case arrow.STRING, arrow.BINARY:
		buffers = []*memory.Buffer{memory.NewBufferBytes(raw(starts)), memory.NewBufferBytes(v.data)}
	case arrow.LARGE_STRING, arrow.LARGE_BINARY:
		buf, err := v.buffer(8 * (n + 1))
		if err != nil {
			return nil, err
		}
		wide := as[int64](buf)[:n+1]
		for i, s := range starts {
			wide[i] = int64(s)
		}
		buffers = []*memory.Buffer{memory.NewBufferBytes(raw(wide)), memory.NewBufferBytes(v.data)}
	case arrow.STRING_VIEW, arrow.BINARY_VIEW:
		buf, err := v.buffer(arrow.ViewHeaderSizeBytes * n)
		if err != nil {
			return nil, err
		}
		clear(buf)
		views := as[arrow.ViewHeader](buf)
		for i := range views {
			text := v.data[starts[i]:starts[i+1]]
			if views[i].SetBytes(text); len(text) > 12 {
				views[i].SetIndexOffset(0, starts[i])
			}
		}
		buffers = []*memory.Buffer{memory.NewBufferBytes(raw(views)), memory.NewBufferBytes(v.data)}
	case arrow.DECIMAL128, arrow.DECIMAL256:
		return v.finishDecimals(t, n, valid, starts)
	default:
		return nil, unsupported("byte arrays as %v", t)
	}
	buffers = append([]*memory.Buffer{validity(valid, n)}, buffers...)
	return array.NewData(t, n, buffers, nil, nulls(valid, n), 0), nil
}

// finishDecimals makes an array of decimals that are stored as big-endian byte arrays.
func (v *values) finishDecimals(t arrow.DataType, n int, valid []byte, starts []int32) (arrow.ArrayData, error) {
	w := t.(arrow.FixedWidthDataType).BitWidth() / 8
	out, err := v.buffer(n * w)
	if err != nil {
		return nil, err
	}
	for i := range n {
		if !reverse(out[i*w:(i+1)*w], v.data[starts[i]:starts[i+1]]) {
			return nil, corrupt("a decimal of %d bytes does not fit %v", starts[i+1]-starts[i], t)
		}
	}
	return array.NewData(t, n, []*memory.Buffer{validity(valid, n), memory.NewBufferBytes(out)}, nil, nulls(valid, n), 0), nil
}

// reverse writes a big-endian number as a little-endian one of dst's length, the sign kept; false
// where it does not fit.
func reverse(dst, src []byte) bool {
	sign := byte(0)
	if len(src) > 0 && src[0] >= 0x80 {
		sign = 0xff
	}
	for len(src) > len(dst) {
		if src[0] != sign {
			return false
		}
		src = src[1:]
	}
	for i := range dst {
		if k := len(src) - 1 - i; k >= 0 {
			dst[i] = src[k]
		} else {
			dst[i] = sign
		}
	}
	return true
}

// finishDictionary makes an array of indexes into the dictionary of the column chunk.
func (v *values) finishDictionary(t *arrow.DictionaryType, n int, valid []byte) (arrow.ArrayData, error) {
	if v.dict == nil {
		v.dict = new(dictionary)
	}
	d := &values{leaf: v.leaf, arena: v.arena, at: v.dict.n, count: v.dict.n, fixed: v.dict.fixed, ends: v.dict.starts, data: v.dict.data}
	dict, err := d.finish(t.ValueType, v.dict.n, nil)
	if err != nil {
		return nil, err
	}
	codes := v.codes[:n]
	width := t.IndexType.(arrow.FixedWidthDataType).BitWidth()
	if int64(v.dict.n) > reach(t.IndexType) {
		return nil, corrupt("there are %d different values, and fewer by the statistics, which indexes of type %v reach", v.dict.n, t.IndexType)
	}
	buf := raw(codes)
	if width != 32 {
		if buf, err = v.resized(codes, width); err != nil {
			return nil, err
		}
	}
	return array.NewDataWithDictionary(t, n, []*memory.Buffer{validity(valid, n), memory.NewBufferBytes(buf)}, nulls(valid, n), 0, dict.(*array.Data)), nil
}

// buffer lends n bytes, which are arbitrary.
func (v *values) buffer(n int) ([]byte, error) {
	b, err := v.arena.get(n)
	if err != nil {
		return nil, err
	}
	return b[:n], nil
}

// resized is src as integers of so many bits.
func (v *values) resized(src []uint32, width int) ([]byte, error) {
	buf, err := v.buffer(len(src) * width / 8)
	if err != nil {
		return nil, err
	}
	switch width {
	case 8:
		narrow(buf, src)
	case 16:
		narrow(as[uint16](buf), src)
	default:
		narrow(as[uint64](buf), src)
	}
	return buf, nil
}

func narrow[T uint8 | uint16 | uint64](dst []T, src []uint32) {
	for i, s := range src {
		dst[i] = T(s)
	}
}

// convert turns n stored values, one a row, into t's layout.
func (v *values) convert(t arrow.DataType, n int) ([]byte, error) {
	switch t.ID() {
	case arrow.BOOL:
		out, err := v.buffer(bitmap.Bytes(n))
		if err != nil {
			return nil, err
		}
		clear(out)
		for i, b := range v.fixed[:n] {
			out[i>>3] |= b << uint(i&7)
		}
		return out, nil
	case arrow.INT8, arrow.UINT8:
		return v.resized(as[uint32](v.fixed[:4*n]), 8)
	case arrow.INT16, arrow.UINT16:
		return v.resized(as[uint32](v.fixed[:4*n]), 16)
	case arrow.DECIMAL128, arrow.DECIMAL256:
		return v.decimals(t, n)
	case arrow.TIMESTAMP, arrow.TIME32:
		return v.times(t, n)
	case arrow.UINT64, arrow.INT64:
		if v.leaf.width == 4 {
			return v.widened(t, n)
		}
	}
	return v.fixed[:n*v.leaf.width], nil
}

// widened turns 32 bits into 64.
func (v *values) widened(t arrow.DataType, n int) ([]byte, error) {
	buf, err := v.buffer(8 * n)
	if err != nil {
		return nil, err
	}
	out := as[int64](buf)
	for i, x := range as[int32](v.fixed)[:n] {
		if out[i] = int64(x); t.ID() == arrow.UINT64 {
			out[i] = int64(uint32(x))
		}
	}
	return buf, nil
}

// decimals turns integers, and fixed lengths of big-endian bytes, into decimals.
func (v *values) decimals(t arrow.DataType, n int) ([]byte, error) {
	w := t.(arrow.FixedWidthDataType).BitWidth() / 8
	out, err := v.buffer(n * w)
	if err != nil {
		return nil, err
	}
	stored := v.leaf.width
	var big [8]byte
	for i := range n {
		src := v.fixed[i*stored : (i+1)*stored]
		if v.integers() {
			for k, b := range src {
				big[stored-1-k] = b
			}
			src = big[:stored]
		}
		reverse(out[i*w:(i+1)*w], src)
	}
	return out, nil
}

// julianEpoch is the Julian day 1970-01-01.
const julianEpoch = 2440588

// times turns INT96 into nanoseconds or microseconds, and milliseconds into the seconds that
// Parquet has no type for.
func (v *values) times(t arrow.DataType, n int) ([]byte, error) {
	if v.leaf.width == 12 {
		return v.int96(n, t.(*arrow.TimestampType).Unit)
	}
	if unit := t.(arrow.TemporalWithUnit).TimeUnit(); unit != arrow.Second {
		return v.fixed[:n*v.leaf.width], nil
	}
	buf, err := v.buffer(n * v.leaf.width) // a dictionary's values are shared
	if err != nil {
		return nil, err
	}
	if v.leaf.width == 4 {
		return buf, seconds(as[int32](buf), as[int32](v.fixed))
	}
	return buf, seconds(as[int64](buf), as[int64](v.fixed))
}

// seconds turns milliseconds into seconds.
func seconds[T int32 | int64](dst, ms []T) error {
	for i := range dst {
		if dst[i] = ms[i] / 1000; dst[i]*1000 != ms[i] {
			return corrupt("a time of %d milliseconds, where the Arrow schema that the file keeps has seconds", ms[i])
		}
	}
	return nil
}

// int96 turns days and the nanoseconds of a day into a count of units from 1970 on.
func (v *values) int96(n int, unit arrow.TimeUnit) ([]byte, error) {
	buf, err := v.buffer(8 * n)
	if err != nil {
		return nil, err
	}
	out := as[int64](buf)
	words := as[uint32](v.fixed[:12*n])
	for i := range out {
		if out[i] = 0; words[3*i] == 0 && words[3*i+1] == 0 && words[3*i+2] == 0 {
			continue // a null's place
		}
		ok := false
		days, ns := int64(words[3*i+2])-julianEpoch, int64(uint64(words[3*i])|uint64(words[3*i+1])<<32)
		if unit == arrow.Microsecond {
			out[i], ok = since1970(days, floorDiv(ns, 1000), 86400e6)
		} else {
			out[i], ok = since1970(days, ns, 86400e9)
		}
		if !ok {
			return nil, unreached(days, unit)
		}
	}
	return buf, nil
}

// since1970 is how many units there are in days of perDay of them and some more; false where 64
// bits do not hold them.
func since1970(days, more, perDay int64) (int64, bool) {
	if more < 0 || more >= perDay { // some writers do not keep to the day
		carry := floorDiv(more, perDay)
		days, more = days+carry, more-carry*perDay
	}
	if days < 0 { // so that neither part is beyond what both come to
		days, more = days+1, more-perDay
	}
	if days < math.MinInt64/perDay || days > math.MaxInt64/perDay {
		return 0, false
	}
	at := days * perDay
	return at + more, (at+more < at) == (more < 0)
}

// floorDiv rounds towards the past.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// unreached is the error of a time that a timestamp's 64 bits do not reach.
func unreached(days int64, unit arrow.TimeUnit) error {
	if unit == arrow.Microsecond {
		return unsupported("an INT96 time of day %d after 1970, which microseconds of 64 bits do not reach", days)
	}
	return unsupported("an INT96 time of day %d after 1970, which nanoseconds of 64 bits do not reach: set ReadOptions.Int96Micros", days)
}
