package write

import (
	"math"

	"github.com/parquet-go/parquet-go/format"

	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/internal/reinterpret"
)

const (
	// sampled is how many values, spread over the column chunk, tell about how many are distinct.
	sampled = 1024
	// sampleRun is how many neighbours encodings are tried on, at the beginning, in the middle and
	// at the end: differences need neighbours.
	sampleRun = 512
	// dictionaryBytes is the most a dictionary page has.
	dictionaryBytes = 1 << 20
	// dictionaryWorth is the share of the best other encoding's bytes that a dictionary and its
	// indexes may take: saving less is not worth a look-up for every value, here and in readers.
	dictionaryWorth = 0.85
)

// chooseEncoding finds how a column chunk's values are encoded. Samples decide which encodings are
// tried. If they promise a dictionary it is built at once, of all values, and given up if it turns
// out larger than estimated.
func (e *encoder) chooseEncoding(l *leaf) (format.Encoding, error) {
	d := &e.values
	n := d.count(l)
	if n == 0 || l.physical == format.Boolean {
		return format.Plain, nil
	}
	plain := d.size(l, 0, n)
	if l.physical == format.ByteArray {
		e.chunk.textBytes = plain - 4*n
	}
	kind, other, err := e.bestWithoutDictionary(l, n, plain)
	if err != nil {
		return kind, err
	}
	each := float64(plain) / float64(n) // of a dictionary's entry
	distinct := e.estimateDistinct(l, n)
	worth := dictionaryWorth * other
	if distinct*each > dictionaryBytes || dictionarySize(distinct, each, n) > worth {
		return kind, nil
	}
	// More entries than this would outweigh what they save.
	most := int(min((worth-float64(n)*float64(enc.Width(uint32(distinct)))/8)/each, dictionaryBytes/each)) + 1
	if e.buildDictionary(l, int(distinct), most, each) {
		return format.RLEDictionary, nil
	}
	return kind, nil
}

func dictionarySize(distinct, each float64, n int) float64 {
	return distinct*each + float64(n)*float64(enc.Width(uint32(distinct)))/8
}

// buildDictionary numbers all values. It gives up, and returns false, at more than most distinct
// ones, each of which takes about each bytes.
func (e *encoder) buildDictionary(l *leaf, expected, most int, each float64) bool {
	e.dict.begin(expected)
	return e.numberValues(l, 0, min(int(float64(most)*each)+1024, dictionaryBytes))
}

// numberValues gives the values from from on their codes. It gives up, and returns false, at more
// than bytesMost bytes of distinct ones.
func (e *encoder) numberValues(l *leaf, from, bytesMost int) bool {
	switch d := &e.values; l.physical {
	case format.Int32, format.Float:
		return addInts(&e.dict, reinterpret.As[uint32](d.fixed)[from:], bytesMost/4)
	case format.Int64, format.Double:
		return addInts(&e.dict, reinterpret.As[uint64](d.fixed)[from:], bytesMost/8)
	default:
		return e.dict.addTexts(d.keyBase(l), d.keyTexts(l)[from:], bytesMost)
	}
}

// estimateDistinct returns about how many distinct values there are, by how many a sample has: a
// sample of d distinct values, drawn evenly, has d·(1 - exp(-sample/d)) of them.
func (e *encoder) estimateDistinct(l *leaf, n int) float64 {
	d := &e.values
	step := max(1, n/sampled)
	e.dict.begin(sampled)
	drawn := (n + step - 1) / step
	switch l.physical {
	case format.Int32, format.Float:
		addInts(&e.dict, every(&e.sample32, reinterpret.As[uint32](d.fixed), step), math.MaxInt)
	case format.Int64, format.Double:
		addInts(&e.dict, every(&e.sample64, reinterpret.As[uint64](d.fixed), step), math.MaxInt)
	default:
		e.dict.addTexts(d.keyBase(l), every(&e.sampleTexts, d.keyTexts(l), step), math.MaxInt)
	}
	found := float64(e.dict.distinct())
	if step == 1 {
		return found
	}
	if int(found) == drawn {
		return float64(n)
	}
	lo, hi := found, float64(n)
	for range 40 {
		mid := (lo + hi) / 2
		if mid*(1-math.Exp(-float64(drawn)/mid)) < found {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// every returns each step-th of the values, in room.
func every[T any](room *[]T, values []T, step int) []T {
	out := (*room)[:0]
	for at := 0; at < len(values); at += step {
		out = append(out, values[at])
	}
	*room = out
	return out
}

// bestWithoutDictionary encodes a sample by each encoding, other than a dictionary, that the type
// allows. It returns the one that comes out smallest when compressed, and about how many bytes all
// values take in it before compression. A dictionary is compared with these, since it is compressed
// too.
func (e *encoder) bestWithoutDictionary(l *leaf, n, plain int) (format.Encoding, float64, error) {
	kinds := l.kinds(e.options.Encodings)
	if len(kinds) == 0 || n < 16 {
		return format.Plain, float64(plain), nil
	}
	best, least, size := format.Plain, math.Inf(1), 0.0
	for _, kind := range append(kinds, format.Plain) {
		packed, encoded, err := e.measureEncoding(l, kind, n)
		if err != nil {
			return best, 0, err
		}
		if kind == format.Plain {
			packed *= 0.95 // the one that all readers read, and fastest
		}
		if packed < least {
			best, least, size = kind, packed, encoded
		}
	}
	return best, size * float64(n), nil
}

// kinds are the encodings besides plain and dictionaries that may be worth it.
func (l *leaf) kinds(allowed string) []format.Encoding {
	switch l.physical {
	case format.Int32, format.Int64:
		// Arrow for Go v17 panics at 64 bits inside lists and structs: it reads those in batches.
		if allowed != encodingsOldest && (l.width == 4 || l.flat() || allowed == encodingsAll) {
			return []format.Encoding{format.DeltaBinaryPacked}
		}
	case format.ByteArray:
		if allowed != encodingsOldest {
			return []format.Encoding{format.DeltaLengthByteArray, format.DeltaByteArray}
		}
	case format.Float, format.Double:
		if allowed == encodingsAll {
			return []format.Encoding{format.ByteStreamSplit}
		}
	}
	return nil
}

// measureEncoding encodes runs of values as a sample and returns how many bytes a value takes,
// compressed and not.
func (e *encoder) measureEncoding(l *leaf, kind format.Encoding, n int) (packed, encoded float64, err error) {
	out, values := e.page[:0], 0
	if n < 3*sampleRun {
		out, values = e.encode(out, l, kind, 0, n), n
	} else {
		for _, at := range []int{0, n/2 - sampleRun/2, n - sampleRun} {
			out = e.encode(out, l, kind, at, sampleRun)
			values += sampleRun
		}
	}
	e.page = out
	encoded = float64(len(out)) / float64(values)
	if e.codec == format.Uncompressed {
		return encoded, encoded, nil
	}
	e.packed, err = e.compress(e.packed[:0], out)
	return min(encoded, float64(len(e.packed))/float64(values)), encoded, err
}
