// Package codecs compresses and decompresses pages by the codecs that Parquet's footers name. All
// of it happens in the calling goroutine; what a codec needs is kept in pools for the next page.
package codecs

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/snappy"
	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// Decompress fills dst, whose length is what the page header says, and nothing beyond it: no codec
// here may allocate by its own input. A codec that gives another length is fault.ErrCorrupt. An
// uncompressed page that is longer is cut. LZO is not supported.
func Decompress(codec format.CompressionCodec, dst, src []byte) (err error) {
	defer fault.Catch(&err)
	if len(dst) == 0 && len(src) == 0 { // a page without values, which some do not pass to the codec
		return nil
	}
	n := 0
	switch codec {
	case format.Uncompressed:
		n = copy(dst, src)
	case format.Snappy:
		n, err = len(dst), snappy.Decode(dst, src)
	case format.Zstd:
		n, err = unzstd(dst, src)
	case format.Gzip:
		n, err = ungzip(dst, src)
	case format.Brotli:
		n, err = fillFrom(dst, brotli.NewReader(bytes.NewReader(src)))
	case format.Lz4Raw:
		n, err = lz4.UncompressBlock(src, dst)
	case format.Lz4:
		n, err = unlz4(dst, src)
	default:
		return fault.Unsupported("compression %v", codec)
	}
	if err != nil {
		return fault.Corrupt("%v: %v", codec, err)
	}
	if n != len(dst) {
		return fault.Corrupt("%v gives %d bytes where the page header says %d", codec, n, len(dst))
	}
	return nil
}

// zstds decode in the calling goroutine, and never beyond the capacity they are given.
var zstds = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxWindow(128<<20))
	if err != nil {
		return err
	}
	return d
}}

func unzstd(dst, src []byte) (int, error) {
	switch d := zstds.Get().(type) {
	case *zstd.Decoder:
		defer zstds.Put(d)
		out, err := d.DecodeAll(src, dst[:0:len(dst)])
		return len(out), err
	case error:
		return 0, d
	}
	return 0, nil
}

func ungzip(dst, src []byte) (int, error) {
	r, err := gzip.NewReader(bytes.NewReader(src))
	if err != nil {
		return 0, err
	}
	return fillFrom(dst, r)
}

// fillFrom reads until dst is full. It returns one byte more than that if r has more.
func fillFrom(dst []byte, r io.Reader) (int, error) {
	n, err := io.ReadFull(r, dst)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	var more [1]byte
	k, err := r.Read(more[:])
	if err == io.EOF {
		err = nil
	}
	return n + k, err
}

// unlz4 reads the older form, for which writers differed: Hadoop's frames of big-endian lengths, or
// a bare block.
func unlz4(dst, src []byte) (int, error) {
	if n, ok := unhadoop(dst, src); ok {
		return n, nil
	}
	return lz4.UncompressBlock(src, dst)
}

func unhadoop(dst, src []byte) (n int, ok bool) {
	for len(src) > 0 {
		if len(src) < 8 {
			return 0, false
		}
		plain, packed := int(binary.BigEndian.Uint32(src)), int(binary.BigEndian.Uint32(src[4:]))
		src = src[8:]
		if packed > len(src) || plain > len(dst)-n {
			return 0, false
		}
		k, err := lz4.UncompressBlock(src[:packed], dst[n:n+plain])
		if err != nil || k != plain {
			return 0, false
		}
		src = src[packed:]
		n += plain
	}
	return n, n == len(dst)
}
