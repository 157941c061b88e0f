package codecs

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// levelsOf are the codecs that are written, and some of their levels.
var levelsOf = map[format.CompressionCodec][]int{
	format.Uncompressed: {0}, format.Snappy: {0}, format.Zstd: {1, 3, 9, 22}, format.Gzip: {1, 3, 6, 9}, format.Brotli: {1, 3, 4, 9, 11}, format.Lz4Raw: {0, 1, 3, 9},
}

// TestCompressorsGiveTheSameBytesWhateverTheyDidBefore is what files rely on that are written by
// compressors from pools.
func TestCompressorsGiveTheSameBytesWhateverTheyDidBefore(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	page := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abcdefgh"[r.IntN(1+r.IntN(8))]
		}
		return b
	}
	var pages [][]byte
	for _, n := range []int{0, 1, 100, 5000, 70_000} {
		pages = append(pages, page(n), page(n))
	}
	for codec, levels := range levelsOf {
		for _, level := range levels {
			if testing.Short() && level > 3 {
				continue
			}
			first := make([][]byte, len(pages))
			for k := range 3 {
				for _, i := range r.Perm(len(pages)) {
					b, err := Compress(codec, level, nil, pages[i])
					require.NoError(t, err)
					if first[i] == nil {
						first[i] = b
					}
					require.True(t, bytes.Equal(first[i], b), "%v %d, page %d, time %d", codec, level, i, k)
				}
			}
		}
	}
}

// TestPagesWithoutValues are none to any codec.
func TestPagesWithoutValues(t *testing.T) {
	for _, codec := range []format.CompressionCodec{format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Lz4, format.Zstd, format.Lz4Raw} {
		require.NoError(t, Decompress(codec, nil, nil), codec)
		require.ErrorIs(t, Decompress(codec, make([]byte, 1), nil), fault.ErrCorrupt, codec)
	}
}

// TestWhatIsCompressedComesBack behind what was there before, and in no other length.
func TestWhatIsCompressedComesBack(t *testing.T) {
	page := bytes.Repeat([]byte("a page of a column, "), 500)
	for codec, levels := range levelsOf {
		for _, level := range levels {
			packed, err := Compress(codec, level, []byte("before"), page)
			require.NoError(t, err)
			packed, ok := bytes.CutPrefix(packed, []byte("before"))
			require.True(t, ok, "%v %d", codec, level)
			back := make([]byte, len(page))
			require.NoError(t, Decompress(codec, back, packed), "%v %d", codec, level)
			require.Equal(t, page, back, "%v %d", codec, level)
			for _, n := range []int{len(page) + 1, len(page) - 1} {
				if n < len(page) && codec == format.Uncompressed {
					continue // it is cut, as it is where nothing is copied
				}
				require.ErrorIs(t, Decompress(codec, make([]byte, n), packed), fault.ErrCorrupt, "%v %d", codec, level)
			}
		}
	}
}

func TestCodecsThatAreNotKnownAreRefused(t *testing.T) {
	for _, codec := range []format.CompressionCodec{format.LZO, format.CompressionCodec(99)} {
		_, err := Compress(codec, 0, nil, []byte("a page"))
		require.ErrorIs(t, err, fault.ErrUnsupported)
		require.ErrorIs(t, Decompress(codec, make([]byte, 6), []byte("a page")), fault.ErrUnsupported)
	}
	_, err := Compress(format.Lz4, 0, nil, []byte("a page"))
	require.ErrorIs(t, err, fault.ErrUnsupported, "the older form is only read")
}
