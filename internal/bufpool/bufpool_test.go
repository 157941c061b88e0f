package bufpool

import (
	"bytes"
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestClassHoldsAndWastesAtMostAQuarter(t *testing.T) {
	last := -1
	for n := 2049; n < 1<<20; n += 37 {
		c, size, ok := class(n)
		require.True(t, ok)
		require.GreaterOrEqual(t, size, n)
		if n > 1<<minShift {
			require.LessOrEqual(t, float64(size), 1.25*float64(n)+1)
		}
		require.GreaterOrEqual(t, c, last, "classes ascend")
		last = c
		again, _, _ := class(size)
		require.Equal(t, c, again, "a class's size is in the class")
	}
	c, size, ok := class(1 << maxShift)
	require.True(t, ok)
	require.Equal(t, len(pools)-1, c)
	require.Equal(t, 1<<maxShift, size)
}

func TestGetAlignsAndPutReuses(t *testing.T) {
	for _, n := range []int{0, 1, 100, 4096, 4097, 5000, 1 << 20, 1<<20 + 1, 70 << 20} {
		b := Get(n)
		require.Len(t, b, n)
		if n > 0 {
			require.Zero(t, uintptr(unsafe.Pointer(&b[0]))%64)
		}
		Put(b)
	}
	Put(nil)
	Put(make([]byte, 5000)) // of no class: ignored
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops buffers at random under the race detector")
	}
	Put(Get(100_000))
	require.Zero(t, testing.AllocsPerRun(100, func() { Put(Get(100_000)) }))
}

func BenchmarkGetPut(b *testing.B) {
	for b.Loop() {
		Put(Get(100_000))
	}
}

func TestFreshIsAlignedAndItsOwn(t *testing.T) {
	for _, n := range []int{0, 1, freshMin - 1, freshMin, freshMin + 1, hugeMin + 12345} {
		a, b := Fresh(n), Fresh(n)
		require.Len(t, a, n)
		if n == 0 {
			continue
		}
		require.Zero(t, uintptr(unsafe.Pointer(&a[0]))%64)
		for i := range a {
			a[i], b[i] = 1, 2
		}
		runtime.GC()
		require.Equal(t, n, bytes.Count(a, []byte{1}))
	}
}
