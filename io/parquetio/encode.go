package parquetio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	enc "github.com/volley-go/volley/internal/parquetenc"
)

// Pages hold about a megabyte before compression, so that memory for one is small, and no more rows than readers that skip by pages
// like; the less of these also keeps a page in a core's cache from its values to its checksum.
const (
	pageBytes = 1 << 20
	pageRows  = 1 << 15
)

// encoder encodes column chunks one after another; its scratch is used again.
type encoder struct {
	options *WriteOptions
	codec   format.CompressionCodec // of the column chunk at hand: none where compression does not pay

	rows        int
	count       int     // values that are there
	bits        []byte  // flat: a bit for each row
	levels      levels  // of an array inside lists or structs
	rep, def    []uint8 // of all
	at          []int32
	values      dense
	dict        numbering
	sample32    []uint32 // of the values, for choosing
	sample64    []uint64
	sampleTexts []enc.Text
	keys        dense    // the dictionary's values
	onPage      dense    // those of them that a page has
	used        []bool   // which these are
	rowCodes    []uint32 // of Arrow dictionaries: the new number of each row

	page, packed         []byte
	dictPage, packedDict []byte
	isPacked             bool // packed is the page at hand, compressed
	head                 thriftOut
	chunk                *chunk
}

// chunk is an encoded column chunk, whose offsets count from its first byte.
type chunk struct {
	leaf       *encoding
	body       []byte
	kind       format.Encoding
	codec      format.CompressionCodec
	entries    int
	nulls      int
	distinct   int // 0 unknown
	plain      int // bytes without compression, headers included
	textBytes  int // of byte arrays, without lengths
	dictionary int // bytes of its page, header included
	size       int // bytes of the body
	bounds     bound
	pages      []pageInfo
	levels     [2][]int64 // how often each repetition and definition level is there, where there are several
	filter     []byte     // bloom filter
}

// pageInfo is what the page index says of a data page.
type pageInfo struct {
	at, size int // with its header
	row      int // first
	nulls    int
	entries  int
	bounds   bound
}

// finish sums the pages up.
func (c *chunk) finish() {
	c.size = len(c.body)
	for _, p := range c.pages {
		switch {
		case p.nulls == p.entries:
		case !p.bounds.there():
			c.bounds = bound{}
			return
		case !c.bounds.there():
			c.bounds = p.bounds
		default:
			c.bounds = c.leaf.join(c.bounds, p.bounds)
		}
	}
}

// free gives the chunk's buffer back.
func (c *chunk) free() {
	bufpool.Put(c.body)
	c.body = nil
}

// column encodes a leaf of the arrays of a column, which follow one another.
func (e *encoder) column(c *encoding, pieces []arrow.Array) (*chunk, error) {
	defer func() { // whose memory goes back with the chunk
		e.values.reset()
		e.keys.reset()
		e.onPage.reset()
	}()
	e.chunk = &chunk{leaf: c, codec: e.options.codec()}
	e.codec = e.chunk.codec
	if err := e.collectAndChoose(c, pieces); err != nil {
		return nil, err
	}
	e.chunk.entries = e.entries(c)
	e.chunk.nulls = e.chunk.entries - e.count
	e.chunk.body = bufpool.Get(e.values.size(c, 0, e.values.count(c))/2 + e.entries(c)/4 + 1<<12)[:0]
	if err := e.pages(c); err != nil {
		return nil, err
	}
	if len(e.options.BloomFilters) > 0 && c.bloom {
		e.bloom(c)
	}
	e.histograms(c)
	e.chunk.finish()
	return e.chunk, nil
}

// collectAndChoose gathers values and finds their encoding. Arrow's dictionaries are taken over, unless they are too large.
func (e *encoder) collectAndChoose(c *encoding, pieces []arrow.Array) (err error) {
	if c.dictionary {
		e.dict.begin(slotsMin / 4)
		e.rowCodes = e.rowCodes[:0]
		if err := e.collect(c, pieces, e.takeCodes); err != errTooLarge {
			e.taken(c)
			return err
		}
	}
	if err := e.collect(c, pieces, e.values.add); err != nil {
		return err
	}
	e.chunk.kind, err = e.choose(c)
	return err
}

// taken ends the taking over of Arrow's dictionaries.
func (e *encoder) taken(c *encoding) {
	e.dict.codes, e.rowCodes = e.rowCodes, e.dict.codes
	if e.count > 0 {
		e.chunk.kind = format.RLEDictionary
	}
	if c.physical == format.ByteArray {
		for _, code := range e.dict.codes {
			e.chunk.textBytes += int(e.dict.texts[code].N)
		}
	}
}

// collect works out which rows have a value, as a bitmap or as levels, and hands the selected rows of each array to take.
func (e *encoder) collect(c *encoding, pieces []arrow.Array, take func(*encoding, arrow.Array, selection) error) error {
	e.values.reset()
	e.rows, e.count = 0, 0
	for _, a := range pieces {
		e.rows += a.Len()
	}
	e.rep, e.def = e.rep[:0], e.def[:0]
	e.bits = resize(e.bits, bitmap.Bytes(e.rows))
	at := 0
	for _, a := range pieces {
		s, leaf, err := e.place(c, a, at)
		if err == nil && s.count > 0 {
			err = take(c, leaf, s)
		}
		if err != nil {
			return err
		}
		at += a.Len()
		e.count += s.count
	}
	return nil
}

// place adds an array's rows to the bitmap or the levels, and returns the leaf's array and which of its rows are there.
func (e *encoder) place(c *encoding, a arrow.Array, at int) (selection, arrow.Array, error) {
	if !c.flat() {
		leaf, err := e.levels.walk(c, a)
		if err != nil {
			return selection{}, nil, err
		}
		e.rep, e.def = append(e.rep, e.levels.rep...), append(e.def, e.levels.def...)
		s := selectAt(e.levels.at, e.at)
		e.at = s.at
		return s, leaf, nil
	}
	leaf := unwrap(a)
	s := selectValid(leaf)
	if s.valid == nil {
		bitmap.Fill(e.bits, at, a.Len(), true)
	} else {
		bitmap.Copy(e.bits, at, s.valid, s.off, a.Len())
	}
	return s, leaf, nil
}

var errTooLarge = errors.New("the dictionary is too large")

// takeCodes takes an Arrow dictionary over: those of its values that rows have, or all where they are ordered, are numbered, and the rows' indexes put in those numbers'
// terms. (A new dictionary is made: arrays of one column may have different ones.)
func (e *encoder) takeCodes(c *encoding, a arrow.Array, s selection) error {
	d, ok := a.(*array.Dictionary)
	if !ok {
		return errTooLarge
	}
	from := len(e.rowCodes)
	e.rowCodes = slices.Grow(e.rowCodes, s.count+1)[:from+s.count+1]
	rows := e.rowCodes[from:]
	pickIndexes(rows, d.Indices(), &s)
	e.rowCodes = e.rowCodes[:from+s.count]
	rows = rows[:s.count]
	values := unwrap(d.Dictionary())
	e.used = resize(e.used, values.Len())
	clear(e.used)
	for _, k := range rows {
		e.used[k] = true
	}
	if c.ordered { // the values' order is that of the whole dictionary
		for k := range e.used {
			e.used[k] = values.IsValid(k)
		}
	}
	at := make([]int32, 0, min(values.Len(), len(rows)))
	for k, u := range e.used {
		if u {
			at = append(at, int32(k))
		}
	}
	before := e.values.count(c)
	if err := e.values.add(c, values, selection{count: len(at), at: at}); err != nil {
		return err
	}
	if !e.number(c, before, dictionaryBytes) {
		return errTooLarge
	}
	numbers := make([]uint32, values.Len())
	for i, k := range at {
		numbers[k] = e.dict.codes[before+i]
	}
	for i, k := range rows {
		rows[i] = numbers[k]
	}
	return nil
}

// pickIndexes puts a dictionary array's selected indexes into dst.
func pickIndexes(dst []uint32, a arrow.Array, s *selection) {
	switch a := a.(type) {
	case *array.Int8:
		pick(dst, a.Int8Values(), s)
	case *array.Int16:
		pick(dst, a.Int16Values(), s)
	case *array.Int32:
		pick(dst, a.Int32Values(), s)
	case *array.Int64:
		pick(dst, a.Int64Values(), s)
	case *array.Uint8:
		pick(dst, a.Uint8Values(), s)
	case *array.Uint16:
		pick(dst, a.Uint16Values(), s)
	case *array.Uint32:
		pick(dst, a.Uint32Values(), s)
	case *array.Uint64:
		pick(dst, a.Uint64Values(), s)
	}
}

// entries is how many rows and elements there are, nulls and empty lists included.
func (e *encoder) entries(c *encoding) int {
	if c.flat() {
		return e.rows
	}
	return len(e.def)
}

// cursor is a place among a column chunk's entries, values and rows.
type cursor struct{ entry, value, row int }

// pages encodes the dictionary and the data pages. The first of them decides whether compression pays for the column chunk.
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

// worthPacking is the share of its size that a page must come down to for its column chunk to be compressed: what
// readers need not unpack is read faster.
const worthPacking = 0.97

// begin decides whether the column chunk is compressed, by its dictionary and its first page, and writes the dictionary.
func (e *encoder) begin(c *encoding, body []byte) error {
	var dict []byte
	isDict := e.chunk.kind == format.RLEDictionary
	if isDict {
		e.dictPage = e.encode(e.dictPage[:0], c, format.Plain, -1, 0)
		dict = e.dictPage
	}
	if e.codec != format.Uncompressed {
		var err error
		if e.packedDict, err = e.compress(e.packedDict[:0], dict); err != nil {
			return err
		}
		if e.packed, err = e.compress(e.packed[:0], body); err != nil {
			return err
		}
		if float64(len(e.packed)+len(e.packedDict)) > worthPacking*float64(len(body)+len(dict)) {
			e.codec = format.Uncompressed
			e.chunk.codec = e.codec
		}
	}
	e.isPacked = e.codec != format.Uncompressed
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
	p.bounds = e.pageBounds(c, at, next)
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

// append puts a page behind the others, in a buffer of the pool.
func (c *chunk) append(head, page []byte) {
	if n := len(head) + len(page); cap(c.body)-len(c.body) < n {
		wider := bufpool.Get(max(len(c.body)+n, 2*cap(c.body)))
		wider = wider[:copy(wider, c.body)]
		bufpool.Put(c.body)
		c.body = wider
	}
	c.body = append(append(c.body, head...), page...)
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

// encode appends k values from at on; of a dictionary those are its keys, with at -1.
func (e *encoder) encode(p []byte, c *encoding, kind format.Encoding, at, k int) []byte {
	d := &e.values
	if at < 0 {
		d, at, k = &e.keys, 0, e.chunk.distinct
	}
	if c.physical == format.ByteArray {
		texts := d.texts[at : at+k]
		switch kind {
		case format.DeltaLengthByteArray:
			return enc.AppendLengths(p, d.base, texts)
		case format.DeltaByteArray:
			return enc.AppendPrefixes(p, d.base, texts)
		}
		return enc.AppendPlain(p, d.base, texts)
	}
	if c.physical == format.Boolean {
		return appendBits(p, d.fixed[at:at+k])
	}
	fixed := d.fixed[at*c.width : (at+k)*c.width]
	switch {
	case kind == format.ByteStreamSplit:
		return enc.AppendSplit(p, fixed, c.width)
	case kind == format.DeltaBinaryPacked && c.width == 4:
		return enc.AppendDelta(p, as[int32](fixed))
	case kind == format.DeltaBinaryPacked:
		return enc.AppendDelta(p, as[int64](fixed))
	}
	return append(p, fixed...)
}

// appendBits packs booleans of a byte each, eight at a time: the factor moves each byte's bit to its place in the top byte.
func appendBits(p, bools []byte) []byte {
	for ; len(bools) >= 8; bools = bools[8:] {
		p = append(p, byte(binary.LittleEndian.Uint64(bools)*0x0102040810204080>>56))
	}
	if len(bools) == 0 {
		return p
	}
	last := byte(0)
	for i, b := range bools {
		last |= b << uint(i)
	}
	return append(p, last)
}

// takeKeys collects the dictionary's values as they are stored.
func (e *encoder) takeKeys(c *encoding) {
	k, d := &e.keys, &e.dict
	k.reset()
	e.chunk.distinct = d.distinct()
	switch {
	case c.physical == format.ByteArray:
		k.base = e.values.base
		for i := range d.texts {
			k.texts = append(k.texts, d.texts[i].Text)
		}
	case c.physical == format.FixedLenByteArray:
		out := k.room(len(d.texts), c.width)
		for _, t := range d.texts {
			out = out[copy(out, t.Of(e.values.fixed)):]
		}
	case c.width == 4:
		out := as[uint32](k.room(len(d.ints), 4))
		for i, v := range d.ints {
			out[i] = uint32(v)
		}
	default:
		copy(k.room(len(d.ints), 8), raw(d.ints))
	}
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

// pageBounds are a page's least and greatest value. With a dictionary they are those of the keys that the page has.
func (e *encoder) pageBounds(c *encoding, at, next cursor) bound {
	switch {
	case next.value == at.value:
		return bound{}
	case e.chunk.kind != format.RLEDictionary:
		return c.boundsOf(&e.values, at.value, next.value-at.value)
	case next.value-at.value == e.count && !c.ordered:
		return c.boundsOf(&e.keys, 0, e.chunk.distinct)
	}
	e.used = resize(e.used, e.chunk.distinct)
	clear(e.used)
	for _, code := range e.dict.codes[at.value:next.value] {
		e.used[code] = true
	}
	e.onPage.reset()
	n := e.onPage.takeUsed(c, &e.keys, e.used)
	return c.boundsOf(&e.onPage, 0, n)
}

// takeUsed collects those of keys that are used.
func (d *dense) takeUsed(c *encoding, keys *dense, used []bool) (n int) {
	if c.physical == format.ByteArray {
		d.base = keys.base
		for i, u := range used {
			if u {
				d.texts = append(d.texts, keys.texts[i])
			}
		}
		return len(d.texts)
	}
	w := c.width
	out := d.room(len(used), w)
	for i, u := range used {
		if u {
			n += copy(out[n:], keys.fixed[i*w:(i+1)*w])
		}
	}
	return n / w
}

// histograms count the levels, where there are more than two.
func (e *encoder) histograms(c *encoding) {
	if c.flat() {
		return
	}
	for i, l := range [][]uint8{e.rep, e.def} {
		counts := make([]int64, []uint8{c.maxRep, c.maxDef}[i]+1)
		for _, v := range l {
			counts[v]++
		}
		e.chunk.levels[i] = counts
	}
}
