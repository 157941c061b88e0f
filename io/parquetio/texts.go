package parquetio

import (
	"encoding/binary"
	"slices"
	"sort"
	"sync"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"

	enc "github.com/volley-go/volley/internal/parquetenc"
)

// textMarks are the places in a page, behind some of its texts, where parts have ended: the next
// part begins there, and need not pass over all texts before it. A nil one knows none.
type textMarks struct {
	mu   sync.Mutex
	list []textMark // ascending
}

// textMark says that so many texts lie before a place.
type textMark struct{ texts, at int }

// before is the last mark that has at most n texts before it.
func (m *textMarks) before(n int) textMark {
	if m == nil {
		return textMark{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.behind(n); i > 0 {
		return m.list[i-1]
	}
	return textMark{}
}

// behind is the place in list behind the marks of at most n texts.
func (m *textMarks) behind(n int) int {
	return sort.Search(len(m.list), func(i int) bool { return m.list[i].texts > n })
}

func (m *textMarks) add(t textMark) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.behind(t.texts)
	if i == 0 || m.list[i-1] != t {
		m.list = slices.Insert(m.list, i, t)
	}
}

// textMax is what offsets of 32 bits reach.
const textMax = 1<<31 - 1

// textRoom makes room for n more bytes of texts, which are those of rows slots from at on, and for
// as much as the slots behind them are likely to take.
func (v *values) textRoom(n, at, rows int) error {
	if len(v.data) > textMax-n-overreach {
		return limited("texts of a chunk take more than %d bytes; ask for smaller chunks", textMax)
	}
	if cap(v.data)-len(v.data) >= n+overreach {
		return nil
	}
	more := len(v.data)
	if v.flat {
		left := v.rows - at - rows
		more = int(float64(len(v.data)+n) / float64(max(at+rows, 1)) * float64(left) * 17 / 16)
	}
	data, err := v.arena.grow(v.data, n+overreach, min(more, textMax-n-len(v.data)-overreach))
	v.data = data
	return err
}

// texts decodes byte arrays.
func (v *values) texts(e format.Encoding, src []byte, count, skip, take int) error {
	switch e {
	case format.Plain:
		return v.plainTexts(src, count, skip, take)
	case format.DeltaLengthByteArray:
		return v.lengthTexts(src, count, skip, take)
	case format.DeltaByteArray:
		return v.deltaTexts(src, count, func(i int, b []byte) error {
			if i < skip || i >= skip+take {
				return nil
			}
			if err := v.textRoom(len(b), v.at+i-skip, 1); err != nil {
				return err
			}
			v.data = append(v.data, b...)
			v.ends[v.at+i-skip+1] = int32(len(v.data))
			return nil
		})
	}
	return unsupported("encoding %v of %v", e, v.leaf.physical)
}

func (v *values) plainTexts(page []byte, count, skip, take int) (err error) {
	known := v.marks.before(skip)
	src := page[known.at:]
	for range skip - known.texts {
		if src, err = afterText(src); err != nil {
			return err
		}
	}
	if skip+take < count { // the page may be a hundred times what is wanted of it
		rest := src
		for range take {
			if rest, err = afterText(rest); err != nil {
				return err
			}
		}
		v.marks.add(textMark{skip + take, len(page) - len(rest)})
		src = src[:len(src)-len(rest)]
	}
	// Room for all that is left of the page makes the loop one of copies.
	if err := v.textRoom(max(len(src)-4*take, 0), v.at, take); err != nil {
		return err
	}
	end, err := copyPlain(v.data[:cap(v.data)], len(v.data), v.ends[v.at+1:v.at+1+take], src)
	if err == nil {
		v.data = v.data[:end]
	}
	return err
}

// copyPlain copies texts that are stored behind their lengths to dst from end on, and sets where
// each ends. Short ones that are not the last are copied by 16 bytes, whatever their length.
func copyPlain(dst []byte, end int, ends []int32, src []byte) (int, error) {
	for i := range ends {
		if len(src) < 4 {
			return 0, enc.ErrShort
		}
		n := int(binary.LittleEndian.Uint32(src))
		switch {
		case n <= 16 && len(src) >= 20 && len(dst)-end >= 16:
			*(*[16]byte)(unsafe.Pointer(&dst[end])) = *(*[16]byte)(unsafe.Pointer(&src[4]))
		case n > len(src)-4 || n < 0:
			return 0, corrupt("a text claims %d bytes where %d are left", n, len(src)-4)
		default:
			if len(dst)-end < n {
				return 0, enc.ErrShort // lengths and texts take more than the page
			}
			copy(dst[end:], src[4:4+n])
		}
		src = src[4+n:]
		end += n
		ends[i] = int32(end)
	}
	return end, nil
}

func afterText(src []byte) ([]byte, error) {
	if len(src) < 4 {
		return nil, enc.ErrShort
	}
	n := binary.LittleEndian.Uint32(src)
	if uint64(n) > uint64(len(src)-4) {
		return nil, corrupt("a text claims %d bytes where %d are left", n, len(src)-4)
	}
	return src[4+n:], nil
}

// lengths decodes count packed lengths, which must not be negative.
func (v *values) lengths(src []byte, count int) ([]int32, []byte, error) {
	if err := v.arena.charge(4 * count); err != nil { // until the page is decoded, by whoever calls
		return nil, nil, err
	}
	if n, err := enc.DeltaCount(src); err != nil || n != count {
		return nil, nil, corrupt("a page of %d values has %d lengths", count, n)
	}
	out := make([]int32, count)
	rest, err := enc.Delta(out, src)
	for _, n := range out {
		if n < 0 {
			return nil, nil, corrupt("a text has a length of %d", n)
		}
	}
	return out, rest, err
}

// lengthTexts decodes texts that stand one behind the other, their lengths before them: one copy.
func (v *values) lengthTexts(src []byte, count, skip, take int) error {
	lengths, src, err := v.lengths(src, count)
	if err != nil {
		return err
	}
	defer v.arena.refund(4 * count)
	before, total := 0, 0
	for _, n := range lengths[:skip] {
		before += int(n)
	}
	for _, n := range lengths[skip : skip+take] {
		total += int(n)
	}
	if before+total > len(src) {
		return enc.ErrShort
	}
	if err := v.textRoom(total, v.at, take); err != nil {
		return err
	}
	end := int32(len(v.data))
	for i, n := range lengths[skip : skip+take] {
		end += n
		v.ends[v.at+1+i] = end
	}
	v.data = append(v.data, src[before:before+total]...)
	return nil
}

// deltaTexts visits byte arrays of which each shares a prefix with the one before it.
func (v *values) deltaTexts(src []byte, count int, visit func(i int, b []byte) error) error {
	prefixes, src, err := v.lengths(src, count)
	if err != nil {
		return err
	}
	suffixes, src, err := v.lengths(src, count)
	if err != nil {
		return err
	}
	defer v.arena.refund(8 * count)
	var last []byte
	for i := range count {
		p, s := int(prefixes[i]), int(suffixes[i])
		if p > len(last) || s > len(src) {
			return enc.ErrShort
		}
		last = append(last[:p], src[:s]...)
		src = src[s:]
		if err := visit(i, last); err != nil {
			return err
		}
	}
	return nil
}
