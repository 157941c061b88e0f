package offheap

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/dice"
)

// sizesTried go over the edges of sizes, slabs and regions.
var sizesTried = []int{0, 1, 511, 640, 641, 4096, 20_004, blockMost - 1, blockMost, blockMost + 1, 1 << 20, 3<<20 + 7, 40 << 20}

func TestBlocksAreApartAndFreedOnce(t *testing.T) {
	before := Lent()
	var p Pool
	d := dice.New(1)
	type mine struct {
		*Block
		mark byte
	}
	var all []mine
	for range 3 {
		for _, n := range sizesTried {
			b := p.Get(n)
			require.Len(t, b.Bytes, n)
			require.Equal(t, n, cap(b.Bytes), "nothing can be appended over the next block")
			require.GreaterOrEqual(t, Size(n), n)
			if n > 0 {
				require.Zero(t, uintptr(unsafe.Pointer(&b.Bytes[0]))%64)
			}
			mark := byte(d.IntN(256))
			for i := range b.Bytes {
				b.Bytes[i] = mark
			}
			all = append(all, mine{b, mark})
			if k := d.IntN(len(all)); d.IntN(3) == 0 {
				all[k].Free()
				all[k].Free()
				all = append(all[:k], all[k+1:]...)
			}
		}
	}
	for _, m := range all {
		for i := 0; i < len(m.Bytes); i += 97 {
			require.Equal(t, m.mark, m.Bytes[i])
		}
		m.Free()
	}
	require.LessOrEqual(t, Lent()-before, int64(idleMost))
	p.Trim()
	require.Equal(t, before, Lent())
	var none *Block
	none.Free()
}

// TestSmallBlocksShareSlabs: many of one size take little more than they have bytes.
func TestSmallBlocksShareSlabs(t *testing.T) {
	before := Lent()
	for _, n := range []int{600, 5_000, 20_004, 100_000, 300_000} {
		var p Pool
		var blocks []*Block
		for range 32 << 20 / n {
			blocks = append(blocks, p.Get(n))
		}
		require.LessOrEqual(t, float64(Lent()-before), 1.25*1.2*32*(1<<20)+slabBytes, "of %d bytes", n)
		for _, b := range blocks[:len(blocks)/2] { // those next to each other
			b.Free()
		}
		require.LessOrEqual(t, float64(Lent()-before), 1.25*1.2*16*(1<<20)+slabBytes+idleMost, "of %d bytes, half of them freed", n)
		for _, b := range blocks[len(blocks)/2:] {
			b.Free()
		}
		p.Trim()
		require.Equal(t, before, Lent())
	}
}

// TestMemoryIsUsedAgain: what is freed is the next block of about its size, also of another kind of
// slab.
func TestMemoryIsUsedAgain(t *testing.T) {
	var p Pool
	defer p.Trim()
	for _, n := range sizesTried {
		if Size(n) > idleMost {
			continue
		}
		b := p.Get(n)
		lent := Lent()
		b.Free()
		for range 100 {
			b := p.Get(n)
			b.Free()
		}
		require.Equal(t, lent, Lent(), "%d bytes", n)
	}
	small := p.Get(700)
	small.Free()
	lent := Lent()
	p.Get(70_000).Free()
	require.Equal(t, lent, Lent(), "a slab is cut anew")
}

// TestWhatNobodyHasGoesBack: of a block that was never freed, and of its pool.
func TestWhatNobodyHasGoesBack(t *testing.T) {
	before := Lent()
	func() {
		p := new(Pool)
		p.Get(100)
		p.Get(5 << 20)
		p.Get(3 << 20).Free()
	}()
	require.Greater(t, Lent(), before)
	for begin := time.Now(); Lent() > before && time.Since(begin) < 20*time.Second; time.Sleep(time.Millisecond) {
		runtime.GC()
	}
	require.Equal(t, before, Lent())
}

func TestManyGoroutines(t *testing.T) {
	before := Lent()
	var p Pool
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			d := dice.New(uint64(g))
			var mine []*Block
			for range 2_000 {
				if len(mine) > 0 && d.IntN(2) == 0 {
					k := d.IntN(len(mine))
					if b := mine[k].Bytes; b[0] != byte(g) || b[len(b)-1] != byte(g) {
						panic("another goroutine has the same memory")
					}
					mine[k].Free()
					mine = append(mine[:k], mine[k+1:]...)
					continue
				}
				b := p.Get(1 + d.IntN(1<<(5+d.IntN(16))))
				b.Bytes[0], b.Bytes[len(b.Bytes)-1] = byte(g), byte(g)
				mine = append(mine, b)
			}
			for _, b := range mine {
				b.Free()
			}
		})
	}
	group.Wait()
	p.Trim()
	require.Equal(t, before, Lent())
}

func BenchmarkGetFree(b *testing.B) {
	for _, n := range []int{20_000, 1 << 20, 32 << 20} {
		var p Pool
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				block := p.Get(n)
				for i := 0; i < n; i += pageBytes {
					block.Bytes[i] = 1
				}
				block.Free()
			}
		})
	}
}
