package codecs

import (
	"bytes"
	"io"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// Compress appends src, compressed, to dst. The level is the codec's own: 1 to 22 of Zstd, 1 to 9
// of Gzip, 1 to 11 of Brotli, 0 to 9 of Lz4Raw (0 is its fast form); others have none. Lz4 and LZO
// are not supported.
func Compress(codec format.CompressionCodec, level int, dst, src []byte) ([]byte, error) {
	switch codec {
	case format.Uncompressed:
		return append(dst, src...), nil
	case format.Snappy:
		n := s2.MaxEncodedLen(len(src))
		dst = slices.Grow(dst, n)
		return dst[:len(dst)+len(s2.EncodeSnappy(dst[len(dst):len(dst)+n], src))], nil
	case format.Lz4Raw:
		n := lz4.CompressBlockBound(len(src))
		dst = slices.Grow(dst, n)
		k, err := packLZ4(src, dst[len(dst):len(dst)+n], level)
		return dst[:len(dst)+k], err
	case format.Zstd:
		return packZstd(dst, src, level)
	case format.Gzip:
		return packStream(&gzips[level], dst, src, func() (packer, error) { return gzip.NewWriterLevel(nil, level) })
	case format.Brotli:
		return packStream(&brotlis[level], dst, src, func() (packer, error) { return brotli.NewWriterLevel(nil, level), nil })
	}
	return dst, fault.Unsupported("writing compression %v", codec)
}

func packLZ4(src, dst []byte, level int) (int, error) {
	if level == 0 {
		return lz4.CompressBlock(src, dst, nil)
	}
	return lz4.CompressBlockHC(src, dst, lz4.CompressionLevel(1<<(8+level)), nil, nil)
}

// Writers are kept by level: making one takes longer than packing a page.
var (
	zstdWriters [23]sync.Pool
	gzips       [10]sync.Pool
	brotlis     [12]sync.Pool
)

// packZstd packs in the calling goroutine, and without a checksum: the page has one.
func packZstd(dst, src []byte, level int) ([]byte, error) {
	w, ok := zstdWriters[level].Get().(*zstd.Encoder)
	if !ok {
		var err error
		w, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true),
			zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)))
		if err != nil {
			return dst, err
		}
	}
	defer zstdWriters[level].Put(w)
	return w.EncodeAll(src, dst), nil
}

// packer is a writer of a codec that knows streams alone.
type packer interface {
	io.WriteCloser
	Reset(io.Writer)
}

func packStream(pool *sync.Pool, dst, src []byte, create func() (packer, error)) (_ []byte, err error) {
	w, ok := pool.Get().(packer)
	if !ok {
		if w, err = create(); err != nil {
			return dst, err
		}
	}
	defer pool.Put(w)
	b := bytes.NewBuffer(dst)
	w.Reset(b)
	if _, err = w.Write(src); err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}
