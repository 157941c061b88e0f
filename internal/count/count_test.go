package count

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyOneIsSingular(t *testing.T) {
	for n, want := range map[int]string{0: "0 rows", 1: "1 row", 2: "2 rows", 11: "11 rows", 21: "21 rows", 101: "101 rows", -1: "-1 rows", 1000: "1000 rows"} {
		require.Equal(t, want, Of(n, "row"))
	}
	require.Equal(t, "1 entry", Of(uint32(1), "entry"))
	require.Equal(t, "3 entries", Of(int64(3), "entry"))
	require.Equal(t, "2 days", Of(2, "day"))
	require.Equal(t, "2 row groups", Of(2, "row group"))
	require.Equal(t, "1 of 1 row", Share(1, int64(1), "row"))
	require.Equal(t, "1 of 9 rows", Share(1, 9, "row"))
	require.Equal(t, "0 of 0 rows", Share(0, 0, "row"))
	require.Equal(t, "is", Word(1, "is", "are"))
	require.Equal(t, "are", Word(0, "is", "are"))
}

func TestThousandsAreSetApart(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 27004: "27,004", 1234567: "1,234,567", -999: "-999", -1000: "-1,000", -123456: "-123,456", 1<<63 - 1: "9,223,372,036,854,775,807"} {
		require.Equal(t, want, Thousands(n))
	}
	require.Equal(t, "1 row", Grouped(1, "row"))
	require.Equal(t, "27,004 rows", Grouped(27004, "row"))
}

func TestSizesHaveThreeFigures(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 1023: "1023 bytes", 1024: "1 KiB", 1536: "1.5 KiB", 1023 << 10: "0.999 MiB",
		1 << 20: "1 MiB", 123456789: "118 MiB", 3 << 40: "3 TiB", -2048: "-2 KiB",
	} {
		require.Equal(t, want, Bytes(n), "%d", n)
	}
}
