package parquetio

import (
	"unsafe"

	"github.com/volley-go/volley/internal/bufpool"
)

// arena lends the buffers of a part, and holds it to its limit.
type arena struct {
	left *int64
	most int64
	lent [][]byte
	kept bool // buffers are the garbage collector's
}

func newArena(most int64) *arena {
	left := most
	return &arena{left: &left, most: most}
}

// keeping lends buffers under the same limit that do not go back with the chunk: whoever takes rows of dictionaries and
// views shares what is behind them, and may keep it for longer than the chunk.
func (a *arena) keeping() *arena { return &arena{left: a.left, most: a.most, kept: true} }

// get lends a buffer with room for n bytes and length 0. What is in it is arbitrary.
func (a *arena) get(n int) ([]byte, error) {
	if err := a.charge(n); err != nil {
		return nil, err
	}
	if a.kept {
		return bufpool.Aligned(n)[:0], nil
	}
	b := bufpool.Get(n)
	a.lent = append(a.lent, b)
	return b[:0], nil
}

// charge counts n bytes against the limit.
func (a *arena) charge(n int) error {
	if *a.left -= int64(n); *a.left < 0 || n < 0 {
		return limited("a piece of a row group takes more than %d bytes of memory (ChunkBytes)", a.most)
	}
	return nil
}

// grow makes room for n more bytes behind b, which it takes back where it is too small. More is what
// is expected to follow.
func (a *arena) grow(b []byte, n, more int) ([]byte, error) {
	if cap(b)-len(b) >= n {
		return b, nil
	}
	if int64(len(b)+n+more) > *a.left {
		more = 0
	}
	wider, err := a.get(len(b) + n + more)
	if err != nil {
		return nil, err
	}
	wider = append(wider, b...)
	a.drop(b)
	return wider, nil
}

// drop takes a buffer back early.
func (a *arena) drop(b []byte) {
	if cap(b) == 0 {
		return
	}
	for i, have := range a.lent {
		if unsafe.SliceData(have) == unsafe.SliceData(b) {
			*a.left += int64(len(have))
			bufpool.Put(have)
			a.lent[i] = a.lent[len(a.lent)-1]
			a.lent = a.lent[:len(a.lent)-1]
			return
		}
	}
}

func (a *arena) free() {
	for _, b := range a.lent {
		bufpool.Put(b)
	}
	a.lent = nil
}
