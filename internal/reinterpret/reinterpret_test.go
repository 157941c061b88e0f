package reinterpret

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumbersShareTheBytes(t *testing.T) {
	numbers := []uint32{1, 0x01020304, 7}
	bytes := Bytes(numbers)
	require.Len(t, bytes, 12)
	require.EqualValues(t, 0x01020304, binary.NativeEndian.Uint32(bytes[4:]))
	As[uint32](bytes)[2] = 9
	require.EqualValues(t, 9, numbers[2])
	require.Equal(t, numbers, As[uint32](bytes))
}

func TestWhatIsNotWholeIsLeftOut(t *testing.T) {
	numbers := []uint64{1, 2}
	for n, want := range map[int]int{0: 0, 7: 0, 8: 1, 15: 1, 16: 2} {
		require.Len(t, As[uint64](Bytes(numbers)[:n]), want, n)
	}
	require.Nil(t, As[uint64](nil))
	require.Empty(t, Bytes[uint64](nil))
}
