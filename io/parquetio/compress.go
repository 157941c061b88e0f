package parquetio

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/parquet-go/parquet-go/format"
)

// codecs are what [WriteOptions.Compression] may be, with the level that 0 stands for and the
// greatest.
var codecs = map[string]struct {
	codec       format.CompressionCodec
	level, most int
}{
	"":       {format.Snappy, 0, 0},
	"snappy": {format.Snappy, 0, 0},
	"zstd":   {format.Zstd, 1, 22},
	"gzip":   {format.Gzip, 6, 9},
	"brotli": {format.Brotli, 4, 11},
	"lz4":    {format.Lz4Raw, 0, 9},
	"none":   {format.Uncompressed, 0, 0},
}

func (o *WriteOptions) codec() format.CompressionCodec { return codecs[o.Compression].codec }

// checkCompression refuses codecs and levels that are not there.
func (o *WriteOptions) checkCompression() error {
	c, ok := codecs[o.Compression]
	switch {
	case !ok:
		return fmt.Errorf("compression %q is not known: use snappy, zstd, gzip, brotli, lz4 or none", o.Compression)
	case o.CompressionLevel != 0 && c.most == 0:
		return fmt.Errorf("compression %v has no levels, and CompressionLevel is %d: leave it 0, or use zstd, gzip, brotli or lz4", c.codec, o.CompressionLevel)
	case o.CompressionLevel < 0 || o.CompressionLevel > c.most:
		return fmt.Errorf("CompressionLevel %d: that of %v is from 1 to %d, or 0 for %d", o.CompressionLevel, c.codec, c.most, c.level)
	}
	return nil
}

// level is the compression's level.
func (o *WriteOptions) level() int {
	if o.CompressionLevel != 0 {
		return o.CompressionLevel
	}
	return codecs[o.Compression].level
}

// compress appends a page, packed, to dst.
func (e *encoder) compress(dst, src []byte) ([]byte, error) {
	level := e.options.level()
	switch e.codec {
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
	return append(dst, src...), nil
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
