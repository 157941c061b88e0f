package snappy

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// fenced returns n bytes that a page which cannot be touched stands before, or behind.
func fenced(t *testing.T, n int, behind bool) []byte {
	page := unix.Getpagesize()
	pages := (n + page - 1) / page
	m, err := unix.Mmap(-1, 0, (pages+2)*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { _ = unix.Munmap(m) })
	require.NoError(t, unix.Mprotect(m[:page], unix.PROT_NONE))
	require.NoError(t, unix.Mprotect(m[(pages+1)*page:], unix.PROT_NONE))
	if behind {
		return m[(pages+1)*page-n : (pages+1)*page : (pages+1)*page]
	}
	return m[page : page+n : page+n]
}

// Nothing before or behind the buffers is read or written, damaged input or not.
func TestNothingElseIsTouched(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		packed, want := compose(r, 100)
		for k := range 8 {
			src := fenced(t, len(packed), k&1 != 0)
			dst := fenced(t, len(want), k&2 != 0)
			copy(src, packed)
			if k&4 == 0 {
				require.NoError(t, Decode(dst, src))
				require.Equal(t, want, dst)
				continue
			}
			src[1+r.IntN(len(src)-1)] = byte(r.Uint32())
			_ = Decode(dst, src)
		}
	}
}
