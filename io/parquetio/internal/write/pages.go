package write

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

// Pages hold about a megabyte before compression, so that one takes little memory and stays in a
// core's cache from its values to its checksum, and no more rows than readers that skip pages like.
const (
	pageBytes = 1 << 20
	pageRows  = 1 << 15
)

// cursor is a place among a column chunk's entries, values and rows.
type cursor struct{ entry, value, row int }

// pages encodes the dictionary and the data pages.
func (e *encoder) pages(l *leaf) error {
	width := 0
	if e.chunk.kind == format.RLEDictionary {
		e.takeKeys(l)
		width = enc.Width(uint32(max(e.chunk.distinct, 1) - 1))
	}
	longest := e.longest(l)
	at := cursor{}
	for first := true; first || at.entry < e.entries(l); first = false {
		next := e.pageEnd(l, at, longest)
		body := e.pageLevels(e.page[:0], l, at.entry, next.entry)
		if e.chunk.kind == format.RLEDictionary {
			body = enc.AppendHybrid(append(body, byte(width)), e.dict.codes[at.value:next.value], width)
		} else {
			body = e.encode(body, l, e.chunk.kind, at.value, next.value-at.value)
		}
		e.page = body
		if first {
			if err := e.beginPages(l, body); err != nil {
				return err
			}
		}
		if err := e.dataPage(l, body, at, next); err != nil {
			return err
		}
		at = next
	}
	return nil
}

// packing says whether the column chunks of a leaf are compressed. The first row group of the file
// decides for all: readers such as parquet-go take one column's chunks to be of one codec. A chunk
// that is encoded before it is known which is the first guesses, and is packed anew if it guessed
// otherwise.
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
	// worthPacking is the share of its size that a page must shrink to for its column to be
	// compressed: what readers need not unpack is read faster.
	worthPacking = 0.97
	// packingTells is how many bytes a page must have to decide against compression, for it decides
	// for all later row groups too.
	packingTells = 4 << 10
)

// beginPages compresses the dictionary and the first page, unless the column is not compressed, and
// appends the dictionary's page.
func (e *encoder) beginPages(l *leaf, body []byte) (err error) {
	var dict []byte
	isDict := e.chunk.kind == format.RLEDictionary
	if isDict {
		e.dictPage = e.encode(e.dictPage[:0], l, format.Plain, -1, 0)
		dict = e.dictPage
	}
	if e.isPacked, err = e.pack(l.packing, dict, body); err != nil {
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
	e.chunk.dictionary = e.appendPage(format.DictionaryPage, dict, packed, e.chunk.distinct)
	return nil
}

// pack compresses a column chunk's dictionary and first page. It returns false if the chunk is to
// be left uncompressed. Small pages and dictionaries do not decide against it: other row groups may
// have more, or texts in place of their numbers.
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

// dataPage compresses a page, unless beginPages has done that, and appends it with its header.
func (e *encoder) dataPage(l *leaf, body []byte, at, next cursor) (err error) {
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
	entries := next.entry - at.entry
	p := pageInfo{at: len(e.chunk.body), row: at.row, entries: entries, nulls: entries - (next.value - at.value)}
	p.bounds = l.shorten(e.pageBounds(l, at, next))
	p.sizes = e.appendPage(format.DataPage, body, packed, entries)
	e.chunk.pages = append(e.chunk.pages, p)
	return nil
}

// appendPage adds a page of n entries, with its header, to the column chunk. The pages' bytes
// before and after compression are one slice if the column chunk is not compressed.
func (e *encoder) appendPage(kind format.PageType, plain, packed []byte, n int) pageSizes {
	e.pageHead(kind, plain, packed, n)
	e.chunk.append(e.head.b, packed)
	e.chunk.plain += len(e.head.b) + len(plain)
	return pageSizes{head: len(e.head.b), plain: len(plain), packed: len(packed)}
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
func (e *encoder) pageLevels(p []byte, l *leaf, from, to int) []byte {
	if l.flat() {
		return sized(p, func(p []byte) []byte { return enc.AppendBits(p, e.bits, from, to-from) })
	}
	if l.maxRep > 0 {
		p = sized(p, func(p []byte) []byte { return enc.AppendHybrid(p, e.rep[from:to], enc.Width(uint32(l.maxRep))) })
	}
	return sized(p, func(p []byte) []byte { return enc.AppendHybrid(p, e.def[from:to], enc.Width(uint32(l.maxDef))) })
}

// sized appends what app does, with its length before it.
func sized(p []byte, app func([]byte) []byte) []byte {
	at := len(p)
	p = app(append(p, 0, 0, 0, 0))
	binary.LittleEndian.PutUint32(p[at:], uint32(len(p)-at-4))
	return p
}

// longest is the length of the longest text.
func (e *encoder) longest(l *leaf) (n uint32) {
	if l.physical == format.ByteArray && e.chunk.kind != format.RLEDictionary {
		for _, t := range e.values.texts {
			n = max(n, t.N)
		}
	}
	return n
}

// pageEnd returns the end of the page that begins at at. It is the end of a row.
func (e *encoder) pageEnd(l *leaf, at cursor, longest uint32) cursor {
	most, step := pageRows, pageRows
	byBytes := e.chunk.kind != format.RLEDictionary && l.physical == format.ByteArray
	if byBytes {
		step = min(1<<10, max(1, pageBytes/4/int(longest+4)))
	} else if e.chunk.kind != format.RLEDictionary && l.width > 0 {
		most = min(most, max(1, pageBytes/l.width))
		step = most
	}
	next, bytes := at, 0
	for next.entry < e.entries(l) && next.entry-at.entry < most && bytes < pageBytes {
		from := next.value
		next = e.advance(l, next, min(step, most-(next.entry-at.entry)))
		if byBytes {
			bytes += e.values.size(l, from, next.value-from)
		}
	}
	return next
}

// advance goes n entries on, and to the end of a row.
func (e *encoder) advance(l *leaf, at cursor, n int) cursor {
	if l.flat() {
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
		if e.def[i] == l.maxDef {
			at.value++
		}
	}
	at.entry = len(e.def)
	return at
}
