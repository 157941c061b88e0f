package parquetio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"
)

// pageValues is the values of a page that are not null: n of them, decoded from data by encoding. What is
// decoded is views of data where that can be.
type pageValues struct {
	data     []byte
	n        int
	encoding format.Encoding
	physical format.Type
	length   int // of FixedLenByteArray
	entries  *entries

	fixed []byte   // numbers and fixed-length bytes, one behind the other; bits of booleans
	text  []string // byte arrays
}

var errShort = errors.New("a page has fewer values than its header says")

// width is the bytes of a value; 0 for booleans and byte arrays.
func (v *pageValues) width() int {
	switch v.physical {
	case format.Int32, format.Float:
		return 4
	case format.Int64, format.Double:
		return 8
	case format.Int96:
		return 12
	case format.FixedLenByteArray:
		return v.length
	}
	return 0
}

func (v *pageValues) decode() error {
	if v.n == 0 {
		return nil
	}
	switch v.encoding {
	case format.Plain:
		return v.plain()
	case format.PlainDictionary, format.RLEDictionary:
		return v.indexed()
	case format.RLE:
		return v.rle()
	case format.DeltaBinaryPacked:
		return v.delta()
	case format.DeltaLengthByteArray, format.DeltaByteArray:
		return v.deltaText()
	case format.ByteStreamSplit:
		return v.split()
	}
	return fmt.Errorf("encoding %s of %s is not supported", v.encoding, v.physical)
}

func (v *pageValues) plain() error {
	switch v.physical {
	case format.Boolean:
		if len(v.data)*8 < v.n {
			return errShort
		}
		v.fixed = v.data
	case format.ByteArray:
		return v.plainText()
	default:
		w := v.width()
		if w <= 0 || len(v.data)/w < v.n {
			return errShort
		}
		v.fixed = v.data[:w*v.n]
	}
	return nil
}

func (v *pageValues) plainText() error {
	if len(v.data) < 4*v.n {
		return errShort
	}
	v.text = make([]string, v.n)
	b := v.data
	for i := range v.text {
		if len(b) < 4 {
			return errShort
		}
		n := uint64(binary.LittleEndian.Uint32(b))
		if n > uint64(len(b)-4) {
			return errShort
		}
		v.text[i] = view(b[4 : 4+n])
		b = b[4+n:]
	}
	return nil
}

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// indexed looks values up in the dictionary.
func (v *pageValues) indexed() error {
	if len(v.data) < 1 || v.data[0] > 32 {
		return errHybrid
	}
	h := hybridReader{b: v.data[1:], width: int(v.data[0])}
	isText, w := v.physical == format.ByteArray, v.width()
	if isText {
		v.text = make([]string, 0, v.n)
	} else {
		v.fixed = make([]byte, 0, v.n*w)
	}
	var buf [1024]uint32
	for left := v.n; left > 0; {
		idx := buf[:min(len(buf), left)]
		if err := h.read(idx); err != nil {
			return err
		}
		for _, k := range idx {
			if int(k) >= v.entries.n {
				return fmt.Errorf("a value is entry %d of a dictionary of %d", k, v.entries.n)
			}
		}
		if isText {
			for _, k := range idx {
				v.text = append(v.text, v.entries.text[k])
			}
		} else {
			v.fixed = gather(v.fixed, v.entries.fixed, idx, w)
		}
		left -= len(idx)
	}
	return nil
}

func gather(dst, entries []byte, idx []uint32, width int) []byte {
	at := len(dst)
	dst = dst[:at+len(idx)*width]
	switch width {
	case 4:
		for i, k := range idx {
			*(*uint32)(unsafe.Pointer(&dst[at+4*i])) = *(*uint32)(unsafe.Pointer(&entries[4*int(k)]))
		}
	case 8:
		for i, k := range idx {
			*(*uint64)(unsafe.Pointer(&dst[at+8*i])) = *(*uint64)(unsafe.Pointer(&entries[8*int(k)]))
		}
	default:
		for i, k := range idx {
			copy(dst[at+i*width:at+(i+1)*width], entries[int(k)*width:])
		}
	}
	return dst
}

// rle is booleans in runs, behind their length.
func (v *pageValues) rle() error {
	if v.physical != format.Boolean || len(v.data) < 4 {
		return fmt.Errorf("encoding RLE of %s is not supported", v.physical)
	}
	bits, err := levelBits(v.data[4:], v.n)
	if err != nil {
		return err
	}
	if bits == nil {
		bits = make([]byte, (v.n+7)/8)
		for i := range bits {
			bits[i] = 0xFF
		}
	}
	v.fixed = bits
	return nil
}

func (v *pageValues) delta() error {
	w := v.width()
	if v.physical != format.Int32 && v.physical != format.Int64 {
		return fmt.Errorf("encoding DELTA_BINARY_PACKED of %s is not supported", v.physical)
	}
	out, _, err := deltas(v.data, v.n)
	if err != nil {
		return err
	}
	v.fixed = make([]byte, v.n*w)
	for i, x := range out {
		if w == 4 {
			binary.LittleEndian.PutUint32(v.fixed[4*i:], uint32(x))
		} else {
			binary.LittleEndian.PutUint64(v.fixed[8*i:], uint64(x))
		}
	}
	return nil
}

var errDelta = errors.New("a page of deltas is broken")

// deltas decodes n integers of DELTA_BINARY_PACKED, and returns what is behind them.
func deltas(b []byte, n int) (out []int64, rest []byte, err error) {
	uvarint := func() uint64 {
		x, k := binary.Uvarint(b)
		if k <= 0 {
			err = errDelta
			return 0
		}
		b = b[k:]
		return x
	}
	zigzag := func() int64 { x := uvarint(); return int64(x>>1) ^ -int64(x&1) }
	block, minis, total, first := uvarint(), uvarint(), uvarint(), zigzag()
	if err != nil || block == 0 || minis == 0 || block > 1<<20 || block%minis != 0 || block/minis%8 != 0 || total != uint64(n) {
		return nil, nil, errDelta
	}
	if n == 0 {
		return nil, b, nil
	}
	out = make([]int64, 1, min(n, 1<<16)) // grows as blocks come: each takes bytes
	out[0] = first
	per := int(block / minis)
	for len(out) < n {
		least := zigzag()
		if err != nil || len(b) < int(minis) {
			return nil, nil, errDelta
		}
		widths := b[:minis]
		b = b[minis:]
		for _, w := range widths {
			if len(out) == n {
				break // of the last block, miniblocks without values are not there
			}
			size := per * int(w) / 8
			if w > 64 || len(b) < size {
				return nil, nil, errDelta
			}
			k := min(per, n-len(out))
			last := out[len(out)-1]
			for i := range k {
				last += least + int64(bitsAt(b[:size], i*int(w), int(w)))
				out = append(out, last)
			}
			b = b[size:]
		}
	}
	return out, b, nil
}

// bitsAt reads width ≤ 64 bits.
func bitsAt(b []byte, bit, width int) uint64 {
	if width == 0 {
		return 0
	}
	k, shift := bit>>3, uint(bit&7)
	var lo, hi uint64
	if k+9 <= len(b) {
		lo, hi = binary.LittleEndian.Uint64(b[k:]), uint64(b[k+8])
	} else {
		for j := 0; j < 9 && k+j < len(b); j++ {
			if j < 8 {
				lo |= uint64(b[k+j]) << (8 * j)
			} else {
				hi = uint64(b[k+j])
			}
		}
	}
	x := lo >> shift
	if shift > 0 {
		x |= hi << (64 - shift)
	}
	return x & (^uint64(0) >> (64 - width))
}

// textMax is how much the prefixes of a page may expand to, times the page's own bytes and more.
const textMax = 256 << 20

// deltaText is byte arrays behind their lengths, or behind the lengths of what they share with the one before.
func (v *pageValues) deltaText() error {
	if v.physical != format.ByteArray && v.physical != format.FixedLenByteArray {
		return fmt.Errorf("encoding %s of %s is not supported", v.encoding, v.physical)
	}
	data := v.data
	var prefixes []int64
	var err error
	if v.encoding == format.DeltaByteArray {
		if prefixes, data, err = deltas(data, v.n); err != nil {
			return err
		}
	}
	lengths, data, err := deltas(data, v.n)
	if err != nil {
		return err
	}
	text := make([]string, len(lengths))
	total := int64(0)
	for i, n := range lengths {
		if n < 0 || n > int64(len(data)) {
			return errShort
		}
		text[i] = view(data[:n])
		data = data[n:]
		if prefixes == nil || prefixes[i] == 0 {
			continue
		}
		p := prefixes[i]
		if total += p + n; p < 0 || i == 0 || p > int64(len(text[i-1])) || total > textMax {
			return errDelta
		}
		text[i] = text[i-1][:p] + text[i]
	}
	if v.physical == format.ByteArray {
		v.text = text
		return nil
	}
	for _, s := range text {
		if len(s) != v.length {
			return fmt.Errorf("a value has %d bytes, the column's have %d", len(s), v.length)
		}
		v.fixed = append(v.fixed, s...)
	}
	return nil
}

// split puts the bytes of values together, whose first bytes come first, then the second, …
func (v *pageValues) split() error {
	w := v.width()
	if w == 0 || len(v.data)/w < v.n {
		return errShort
	}
	v.fixed = make([]byte, w*v.n)
	for k := range w {
		stream := v.data[k*v.n : (k+1)*v.n]
		for i, b := range stream {
			v.fixed[i*w+k] = b
		}
	}
	return nil
}
