package bytesize

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]int64{"256MiB": 256 << 20, "1.5g": 3 << 29, "2GB": 2e9, "1000": 1000, "64 kib": 64 << 10, "10B": 10} {
		got, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "-1MiB", "0", "0.5", "NaN", "inf", "1e300GB", "1e400", "MiB", "12XB", "9223372036854775808", "8388608TiB", "8589934592.5 GiB", "99999999999999999999"} {
		_, err := Parse(text)
		require.Error(t, err, text)
	}
}

func TestExactIsReadBack(t *testing.T) {
	for n, want := range map[int64]string{1: "1 B", 1023: "1023 B", 1024: "1 KiB", 256 << 20: "256 MiB", 1<<30 + 1: "1073741825 B", 3 << 29: "1536 MiB", 5 << 40: "5 TiB", 1 << 52: "4096 TiB", 1 << 62: "4194304 TiB",
		1<<53 + 1: "9007199254740993 B", 1<<62 - 1: "4611686018427387903 B", (1<<53 - 1) << 10: "9007199254740991 KiB", math.MaxInt64: "9223372036854775807 B"} {
		require.Equal(t, want, Exact(n))
		got, err := Parse(want)
		require.NoError(t, err)
		require.Equal(t, n, got)
	}
}
