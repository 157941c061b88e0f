package parquetio

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/parquet-go/parquet-go/format"

	unsnappy "github.com/volley-go/volley/internal/snappy"
)

// decompress fills dst, whose length is what the page header says, and nothing beyond it: no codec here
// may allocate by its own input.
func decompress(codec format.CompressionCodec, dst, src []byte) (err error) {
	defer guard(&err)
	n := 0
	switch codec {
	case format.Uncompressed:
		n = copy(dst, src)
	case format.Snappy:
		n, err = len(dst), unsnappy.Decode(dst, src)
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
		return unsupported("compression %v", codec)
	}
	if err != nil {
		return corrupt("%v: %v", codec, err)
	}
	if n != len(dst) {
		return corrupt("%v gives %d bytes where the page header says %d", codec, n, len(dst))
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

// fillFrom reads until dst is full and tells whether there is more.
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

// unlz4 reads the older form: Hadoop's frames of big-endian lengths, or a bare block, as writers differed.
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

// zstdWriters encode in the calling goroutine.
var zstdWriters = sync.Pool{New: func() any {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	return w
}}

// compress appends src, packed, to dst.
func compress(codec format.CompressionCodec, dst, src []byte) ([]byte, error) {
	switch codec {
	case format.Snappy:
		at := len(dst)
		dst = append(dst, make([]byte, snappy.MaxEncodedLen(len(src)))...)
		return dst[:at+len(snappy.Encode(dst[at:], src))], nil
	case format.Zstd:
		switch w := zstdWriters.Get().(type) {
		case *zstd.Encoder:
			defer zstdWriters.Put(w)
			return w.EncodeAll(src, dst), nil
		case error:
			return nil, w
		}
	case format.Gzip:
		b := bytes.NewBuffer(dst)
		w := gzip.NewWriter(b)
		_, err := w.Write(src)
		if cerr := w.Close(); err == nil {
			err = cerr
		}
		return b.Bytes(), err
	case format.Brotli:
		b := bytes.NewBuffer(dst)
		w := brotli.NewWriterLevel(b, 4)
		_, err := w.Write(src)
		if cerr := w.Close(); err == nil {
			err = cerr
		}
		return b.Bytes(), err
	case format.Lz4Raw:
		at := len(dst)
		dst = append(dst, make([]byte, lz4.CompressBlockBound(len(src)))...)
		n, err := lz4.CompressBlock(src, dst[at:], nil)
		return dst[:at+n], err
	}
	return append(dst, src...), nil
}
