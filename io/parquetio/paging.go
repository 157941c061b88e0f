package parquetio

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"sync/atomic"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	enc "github.com/volley-go/volley/internal/parquetenc"
)

// Pages hold about a megabyte before compression, so that memory for one is small, and no more rows
// than readers that skip by pages like; the less of these also keeps a page in a core's cache from
// its values to its checksum.
const (
	pageBytes = 1 << 20
	pageRows  = 1 << 15
)

// cursor is a place among a column chunk's entries, values and rows.
type cursor struct{ entry, value, row int }

// pages encodes the dictionary and the data pages.
func (e *encoder) pages(c *encoding) error {
	width := 0
	if e.chunk.kind == format.RLEDictionary {
		e.takeKeys(c)
		width = enc.Width(uint32(max(e.chunk.distinct, 1) - 1))
	}
	longest := e.longest(c)
	at := cursor{}
	for first := true; first || at.entry < e.entries(c); first = false {
		next := e.cut(c, at, longest)
		body := e.pageLevels(e.page[:0], c, at.entry, next.entry)
		if e.chunk.kind == format.RLEDictionary {
			body = enc.AppendHybrid(append(body, byte(width)), e.dict.codes[at.value:next.value], width)
		} else {
			body = e.encode(body, c, e.chunk.kind, at.value, next.value-at.value)
		}
		e.page = body
		if first {
			if err := e.begin(c, body); err != nil {
				return err
			}
		}
		if err := e.dataPage(c, body, at, next); err != nil {
			return err
		}
		at = next
	}
	return nil
}

// packing is whether the column chunks of a leaf are compressed. The first row group of the file
// decides for all: readers such as parquet-go take one column's chunks to be of one codec. Chunks
// that are encoded before it is known which is the first guess by themselves, and are packed anew
// if they guessed otherwise.
type packing struct{ decision atomic.Int32 }

const (
	undecided = iota
	compressed
	uncompressed
)

// decide takes a column chunk's codec for all, unless one is decided on, and reports whether the
// chunk has another.
func (p *packing) decide(c format.CompressionCodec) (differs bool) {
	mine := int32(compressed)
	if c == format.Uncompressed {
		mine = uncompressed
	}
	return !p.decision.CompareAndSwap(undecided, mine) && p.decision.Load() != mine
}

const (
	// worthPacking is the share of its size that a page must come down to for its column to be
	// compressed: what readers need not unpack is read faster.
	worthPacking = 0.97
	// packingTells is how many bytes a page has that decides against compression, for all row groups
	// behind it too.
	packingTells = 4 << 10
)

// begin compresses the dictionary and the first page, unless the column is not compressed, and
// writes the dictionary.
func (e *encoder) begin(c *encoding, body []byte) (err error) {
	var dict []byte
	isDict := e.chunk.kind == format.RLEDictionary
	if isDict {
		e.dictPage = e.encode(e.dictPage[:0], c, format.Plain, -1, 0)
		dict = e.dictPage
	}
	if e.isPacked, err = e.pack(c.packing, dict, body); err != nil {
		return err
	}
	if !e.isPacked {
		e.codec = format.Uncompressed
		e.chunk.codec = e.codec
	}
	if !isDict {
		return nil
	}
	packed := dict
	if e.isPacked {
		packed = e.packedDict
	}
	e.pageHead(format.DictionaryPage, dict, packed, e.chunk.distinct)
	e.chunk.append(e.head.b, packed)
	e.chunk.plain += len(e.head.b) + len(dict)
	e.chunk.dictionary = len(e.chunk.body)
	return nil
}

// pack compresses a column chunk's dictionary and first page; false if the chunk is not compressed.
// Small pages and dictionaries do not decide against it: other row groups may have more, or texts
// in place of their numbers.
func (e *encoder) pack(p *packing, dict, body []byte) (bool, error) {
	decision := p.decision.Load()
	if e.codec == format.Uncompressed || decision == uncompressed {
		return false, nil
	}
	if err := e.packFirst(dict, body); err != nil || decision == compressed {
		return true, err
	}
	shrinks := float64(len(e.packed)) <= worthPacking*float64(len(body))
	return shrinks || len(dict) > 0 || len(body) < packingTells, nil
}

func (e *encoder) packFirst(dict, body []byte) (err error) {
	if e.packedDict, err = e.compress(e.packedDict[:0], dict); err == nil {
		e.packed, err = e.compress(e.packed[:0], body)
	}
	return err
}

// dataPage compresses a page, unless begin has done that, and appends it with its header.
func (e *encoder) dataPage(c *encoding, body []byte, at, next cursor) (err error) {
	if len(body) > math.MaxInt32 {
		return fmt.Errorf("values from row %d of the row group on take %d bytes in one page, of at most 2 GiB; split or shorten them", at.row, len(body))
	}
	packed := body
	if e.codec != format.Uncompressed {
		if !e.isPacked {
			if e.packed, err = e.compress(e.packed[:0], body); err != nil {
				return err
			}
		}
		packed = e.packed
	}
	e.isPacked = false
	e.pageHead(format.DataPage, body, packed, next.entry-at.entry)
	p := pageInfo{
		at: len(e.chunk.body), size: len(e.head.b) + len(packed), row: at.row,
		entries: next.entry - at.entry, nulls: next.entry - at.entry - (next.value - at.value),
	}
	p.bounds = c.cut(e.pageBounds(c, at, next))
	e.chunk.append(e.head.b, packed)
	e.chunk.plain += len(e.head.b) + len(body)
	e.chunk.pages = append(e.chunk.pages, p)
	return nil
}

// pageHead encodes the header of a page of n entries.
func (e *encoder) pageHead(kind format.PageType, plain, packed []byte, n int) {
	h := &e.head
	h.reset()
	h.i32(1, int(kind))
	h.i32(2, len(plain))
	h.i32(3, len(packed))
	h.i32(4, int(int32(crc32.ChecksumIEEE(packed))))
	if kind == format.DictionaryPage {
		h.begin(7)
		h.i32(1, n)
		h.i32(2, int(format.Plain))
	} else {
		h.begin(5)
		h.i32(1, n)
		h.i32(2, int(e.chunk.kind))
		h.i32(3, int(format.RLE))
		h.i32(4, int(format.RLE))
	}
	h.end()
	h.end()
}

// pageLevels appends the levels of a page's entries, each kind behind its length.
func (e *encoder) pageLevels(p []byte, c *encoding, from, to int) []byte {
	if c.flat() {
		return sized(p, func(p []byte) []byte { return enc.AppendBits(p, e.bits, from, to-from) })
	}
	if c.maxRep > 0 {
		p = sized(p, func(p []byte) []byte { return enc.AppendHybrid(p, e.rep[from:to], enc.Width(uint32(c.maxRep))) })
	}
	return sized(p, func(p []byte) []byte { return enc.AppendHybrid(p, e.def[from:to], enc.Width(uint32(c.maxDef))) })
}

// sized puts the length of what app appends before it.
func sized(p []byte, app func([]byte) []byte) []byte {
	at := len(p)
	p = app(append(p, 0, 0, 0, 0))
	binary.LittleEndian.PutUint32(p[at:], uint32(len(p)-at-4))
	return p
}

// longest is the length of the longest text.
func (e *encoder) longest(c *encoding) (n uint32) {
	if c.physical == format.ByteArray && e.chunk.kind != format.RLEDictionary {
		for _, t := range e.values.texts {
			n = max(n, t.N)
		}
	}
	return n
}

// cut finds the end of the page that begins at at: a row's end.
func (e *encoder) cut(c *encoding, at cursor, longest uint32) cursor {
	most, step := pageRows, pageRows
	byBytes := e.chunk.kind != format.RLEDictionary && c.physical == format.ByteArray
	if byBytes {
		step = min(1<<10, max(1, pageBytes/4/int(longest+4)))
	} else if e.chunk.kind != format.RLEDictionary && c.width > 0 {
		most = min(most, max(1, pageBytes/c.width))
		step = most
	}
	next, bytes := at, 0
	for next.entry < e.entries(c) && next.entry-at.entry < most && bytes < pageBytes {
		from := next.value
		next = e.step(c, next, min(step, most-(next.entry-at.entry)))
		if byBytes {
			bytes += e.values.size(c, from, next.value-from)
		}
	}
	return next
}

// step goes n entries on, and to the end of a row.
func (e *encoder) step(c *encoding, at cursor, n int) cursor {
	if c.flat() {
		n = min(n, e.rows-at.entry)
		return cursor{at.entry + n, at.value + bitmap.Count(e.bits, at.entry, n), at.row + n}
	}
	for i := at.entry; i < len(e.def); i++ {
		if e.rep[i] == 0 {
			if i-at.entry >= n {
				at.entry = i
				return at
			}
			at.row++
		}
		if e.def[i] == c.maxDef {
			at.value++
		}
	}
	at.entry = len(e.def)
	return at
}
