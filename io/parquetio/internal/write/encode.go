package write

import (
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bufpool"
	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/internal/reinterpret"
)

// encoder encodes column chunks, one after another, and uses its scratch memory again.
type encoder struct {
	options *Options
	codec   format.CompressionCodec // of the column chunk at hand: none if compression does not pay

	rows        int
	count       int     // values that are there
	bits        []byte  // flat: a bit for each row
	levels      levels  // of an array inside lists or structs
	rep, def    []uint8 // of all
	at          []int32
	values      leafValues
	dict        numbering
	sample32    []uint32 // of the values, for choosing
	sample64    []uint64
	sampleTexts []enc.Text
	keys        leafValues // the dictionary's values
	onPage      leafValues // those of them that a page has
	used        []bool     // which these are
	rowCodes    []uint32   // of Arrow dictionaries: the new number of each row

	page, packed         []byte
	dictPage, packedDict []byte
	isPacked             bool // packed is the page at hand, compressed
	head                 thriftOut
	chunk                *chunk
}

// column encodes a leaf of a column, whose rows are those of pieces, one array after another.
func (e *encoder) column(l *leaf, pieces []arrow.Array) (*chunk, error) {
	defer func() { // whose memory goes back with the chunk
		e.values.reset()
		e.keys.reset()
		e.onPage.reset()
	}()
	e.chunk = &chunk{leaf: l, codec: e.options.codec()}
	e.codec = e.chunk.codec
	if err := e.collectAndChoose(l, pieces); err != nil {
		return nil, err
	}
	e.chunk.entries = e.entries(l)
	e.chunk.nulls = e.chunk.entries - e.count
	e.chunk.body = bufpool.Get(bodyGuess(e.values.size(l, 0, e.values.count(l)), e.entries(l)))[:0]
	if err := e.pages(l); err != nil {
		return nil, err
	}
	if len(e.options.BloomFilters) > 0 && l.bloom {
		e.bloom(l)
	}
	e.histograms(l)
	e.chunk.sumPages()
	return e.chunk, nil
}

// bodyGuess estimates the encoded size of a column chunk from its bytes and entries. A small one,
// of which tables of thousands of columns have thousands, is taken not to shrink.
func bodyGuess(bytes, entries int) int {
	const small = 4 << 10
	if bytes < small {
		return bytes + entries/4 + 128
	}
	return bytes/2 + entries/4 + small
}

// collectAndChoose gathers values and finds their encoding. Arrow's dictionaries are reused, unless
// they are too large.
func (e *encoder) collectAndChoose(l *leaf, pieces []arrow.Array) (err error) {
	if l.dictionary {
		e.dict.begin(slotsMin / 4)
		e.rowCodes = e.rowCodes[:0]
		if err := e.collect(l, pieces, e.takeCodes); err != errTooLarge {
			e.endCodes(l)
			return err
		}
	}
	if err := e.collect(l, pieces, e.values.add); err != nil {
		return err
	}
	e.chunk.kind, err = e.chooseEncoding(l)
	return err
}

// endCodes makes the numbers that takeCodes gave the rows those of the column chunk.
func (e *encoder) endCodes(l *leaf) {
	e.dict.codes, e.rowCodes = e.rowCodes, e.dict.codes
	if e.count > 0 {
		e.chunk.kind = format.RLEDictionary
	}
	if l.physical == format.ByteArray {
		for _, code := range e.dict.codes {
			e.chunk.textBytes += int(e.dict.texts[code].N)
		}
	}
}

// encode appends k values from at on, or all keys of the dictionary if at is -1.
func (e *encoder) encode(p []byte, l *leaf, kind format.Encoding, at, k int) []byte {
	d := &e.values
	if at < 0 {
		d, at, k = &e.keys, 0, e.chunk.distinct
	}
	if l.physical == format.ByteArray {
		texts := d.texts[at : at+k]
		switch kind {
		case format.DeltaLengthByteArray:
			return enc.AppendLengths(p, d.base, texts)
		case format.DeltaByteArray:
			return enc.AppendPrefixes(p, d.base, texts)
		}
		return enc.AppendPlain(p, d.base, texts)
	}
	if l.physical == format.Boolean {
		return appendBits(p, d.fixed[at:at+k])
	}
	fixed := d.fixed[at*l.width : (at+k)*l.width]
	switch {
	case kind == format.ByteStreamSplit:
		return enc.AppendSplit(p, fixed, l.width)
	case kind == format.DeltaBinaryPacked && l.width == 4:
		return enc.AppendDelta(p, reinterpret.As[int32](fixed))
	case kind == format.DeltaBinaryPacked:
		return enc.AppendDelta(p, reinterpret.As[int64](fixed))
	}
	return append(p, fixed...)
}

// appendBits packs booleans of a byte each, eight at a time: the factor moves each byte's bit to
// its place in the top byte.
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

// histograms counts the levels of a leaf inside lists or structs.
func (e *encoder) histograms(l *leaf) {
	if l.flat() {
		return
	}
	for i, levels := range [][]uint8{e.rep, e.def} {
		counts := make([]int64, []uint8{l.maxRep, l.maxDef}[i]+1)
		for _, v := range levels {
			counts[v]++
		}
		e.chunk.levels[i] = counts
	}
}
