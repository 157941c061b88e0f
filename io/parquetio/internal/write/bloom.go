package write

import (
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/bloom/xxhash"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/near"
)

// bloomBits are the filter's bits for each distinct value: of a hundred values that are not there,
// about one is said to be perhaps there.
const bloomBits = 10

// bloomBytesMost is how large a filter gets; with more values it says "perhaps" more often.
const bloomBytesMost = 1 << 20

// chooseBlooms marks the leaves that get a filter.
func (l *layout) chooseBlooms(names []string) error {
	var have []string
	for _, leaf := range l.leaves {
		have = append(have, leaf.name())
		leaf.bloom = slices.Contains(names, leaf.name()) && leaf.physical != format.Boolean
	}
	for _, name := range names {
		if !slices.Contains(have, name) {
			return fmt.Errorf("BloomFilters: no column %q%s", name, near.Hint(name, have))
		}
	}
	return nil
}

// bloom makes the filter of the column chunk, of the dictionary's keys if it has one.
func (e *encoder) bloom(l *leaf) {
	d, n := &e.values, e.count
	if e.chunk.kind == format.RLEDictionary {
		d, n = &e.keys, e.chunk.distinct
	}
	blocks := min(max(bloom.NumSplitBlocksOf(int64(n), bloomBits), 1), bloomBytesMost/bloom.BlockSize)
	f := make(bloom.SplitBlockFilter, blocks)
	for i := range n {
		v := d.value(l, i)
		f.Insert(xxhash.Sum64(v))
	}
	h := &e.head
	h.reset()
	h.i32(1, len(f.Bytes()))
	for id := 2; id <= 4; id++ { // the one algorithm, hash and compression there are
		h.begin(id)
		h.begin(1)
		h.end()
		h.end()
	}
	h.end()
	e.chunk.filter = append(slices.Clone(h.b), f.Bytes()...)
}

// value returns value i as a bloom filter takes it: of texts without their length.
func (d *leafValues) value(l *leaf, i int) []byte {
	if l.physical == format.ByteArray {
		return d.texts[i].Of(d.base)
	}
	return d.fixed[i*l.width : (i+1)*l.width]
}
