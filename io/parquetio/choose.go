package parquetio

import (
	"fmt"
	"math"

	"github.com/parquet-go/parquet-go/format"

	enc "github.com/volley-go/volley/internal/parquetenc"
)

const (
	// sampled is how many values, spread over the column chunk, the number of distinct ones is
	// estimated from.
	sampled = 1024
	// sampleRun is how many values in a row, at three places, encodings are tried on: differences need
	// neighbours.
	sampleRun = 512
	// dictionaryBytes is the most a dictionary page has.
	dictionaryBytes = 1 << 20
	// dictionaryWorth is how small a dictionary and its indexes must come out against the best other
	// encoding: less is not worth looking every value up, here and in readers.
	dictionaryWorth = 0.85
)

// choose finds how a column chunk's values are encoded. What follows from a sample is which
// encodings are tried; a dictionary is built at once and given up where it turns out larger than
// estimated.
func (e *encoder) choose(c *encoding) (format.Encoding, error) {
	d := &e.values
	n := d.count(c)
	if n == 0 || c.physical == format.Boolean {
		return format.Plain, nil
	}
	plain := d.size(c, 0, n)
	if c.physical == format.ByteArray {
		e.chunk.textBytes = plain - 4*n
	}
	kind, other, err := e.without(c, n, plain)
	if err != nil {
		return kind, err
	}
	each := float64(plain) / float64(n) // of a dictionary's entry
	distinct := e.distinct(c, n)
	worth := dictionaryWorth * other
	if distinct*each > dictionaryBytes || dictionarySize(distinct, each, n) > worth {
		return kind, nil
	}
	// More entries than this would outweigh what they save.
	most := int(min((worth-float64(n)*float64(enc.Width(uint32(distinct)))/8)/each, dictionaryBytes/each)) + 1
	if e.build(c, int(distinct), most, each) {
		return format.RLEDictionary, nil
	}
	return kind, nil
}

func dictionarySize(distinct, each float64, n int) float64 {
	return distinct*each + float64(n)*float64(enc.Width(uint32(distinct)))/8
}

// build makes the dictionary.
func (e *encoder) build(c *encoding, expected, most int, each float64) bool {
	e.dict.begin(expected)
	return e.number(c, 0, min(int(float64(most)*each)+1024, dictionaryBytes))
}

// number gives the values from from on their codes; it gives up, and returns false, at more than
// bytesMost of distinct ones.
func (e *encoder) number(c *encoding, from, bytesMost int) bool {
	switch d := &e.values; c.physical {
	case format.Int32, format.Float:
		return addInts(&e.dict, as[uint32](d.fixed)[from:], bytesMost/4)
	case format.Int64, format.Double:
		return addInts(&e.dict, as[uint64](d.fixed)[from:], bytesMost/8)
	default:
		return e.dict.addTexts(d.bytes(c), d.places(c)[from:], bytesMost)
	}
}

// distinct estimates how many distinct values there are, by how many a sample has: that of d
// distinct ones drawn evenly has d·(1 - exp(-sample/d)).
func (e *encoder) distinct(c *encoding, n int) float64 {
	d := &e.values
	step := max(1, n/sampled)
	e.dict.begin(sampled)
	drawn := (n + step - 1) / step
	switch c.physical {
	case format.Int32, format.Float:
		addInts(&e.dict, every(&e.sample32, as[uint32](d.fixed), step), math.MaxInt)
	case format.Int64, format.Double:
		addInts(&e.dict, every(&e.sample64, as[uint64](d.fixed), step), math.MaxInt)
	default:
		e.dict.addTexts(d.bytes(c), every(&e.sampleTexts, d.places(c), step), math.MaxInt)
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

// every is the values step apart.
func every[T any](room *[]T, values []T, step int) []T {
	out := (*room)[:0]
	for at := 0; at < len(values); at += step {
		out = append(out, values[at])
	}
	*room = out
	return out
}

// without finds the best encoding but a dictionary, by how small what the type allows makes a
// sample, and about how many bytes it takes before compression, which is what a dictionary is held
// against: that is compressed as well.
func (e *encoder) without(c *encoding, n, plain int) (format.Encoding, float64, error) {
	kinds := c.kinds(e.options.Encodings)
	if len(kinds) == 0 || n < 16 {
		return format.Plain, float64(plain), nil
	}
	best, least, size := format.Plain, math.Inf(1), 0.0
	for _, kind := range append(kinds, format.Plain) {
		packed, encoded, err := e.try(c, kind, n)
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
func (e *encoding) kinds(allowed string) []format.Encoding {
	switch e.physical {
	case format.Int32, format.Int64:
		// Arrow for Go v17 panics at 64 bits inside lists and structs: it reads those in batches.
		if allowed != encodingsOldest && (e.width == 4 || e.flat() || allowed == encodingsAll) {
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

// What [WriteOptions.Encodings] may be.
const (
	encodingsOldest = "oldest"
	encodingsAll    = "all"
)

func (o *WriteOptions) checkEncodings() error {
	switch o.Encodings {
	case "", encodingsOldest, encodingsAll:
		return nil
	}
	return fmt.Errorf("encodings %q are not known: use oldest, all, or leave it empty", o.Encodings)
}

// try encodes runs of a sample and returns how many bytes a value takes, compressed and not.
func (e *encoder) try(c *encoding, kind format.Encoding, n int) (packed, encoded float64, err error) {
	out, values := e.page[:0], 0
	if n < 3*sampleRun {
		out, values = e.encode(out, c, kind, 0, n), n
	} else {
		for _, at := range []int{0, n/2 - sampleRun/2, n - sampleRun} {
			out = e.encode(out, c, kind, at, sampleRun)
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
