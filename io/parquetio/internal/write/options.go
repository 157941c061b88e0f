package write

import (
	"fmt"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/codecs"
)

// Options are parquetio.WriteOptions, which says what each is.
type Options struct {
	Compression      string
	CompressionLevel int
	RowGroupBytes    int64
	BloomFilters     []string
	Encodings        string
	Metadata         map[string]string
}

// check refuses what no file can be written by.
func (o *Options) check() error {
	if err := o.checkCompression(); err != nil {
		return err
	}
	return o.checkEncodings()
}

// compressions are what Options.Compression may be, with the level that 0 stands for and the
// greatest.
var compressions = map[string]struct {
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

func (o *Options) codec() format.CompressionCodec { return compressions[o.Compression].codec }

// checkCompression refuses compressions and levels that are not there.
func (o *Options) checkCompression() error {
	c, ok := compressions[o.Compression]
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
func (o *Options) level() int {
	if o.CompressionLevel != 0 {
		return o.CompressionLevel
	}
	return compressions[o.Compression].level
}

// What Options.Encodings may be.
const (
	encodingsOldest = "oldest"
	encodingsAll    = "all"
)

func (o *Options) checkEncodings() error {
	switch o.Encodings {
	case "", encodingsOldest, encodingsAll:
		return nil
	}
	return fmt.Errorf("encodings %q are not known: use oldest, all, or leave it empty", o.Encodings)
}

// compress appends a page, compressed by the codec of the column chunk at hand, to dst.
func (e *encoder) compress(dst, src []byte) ([]byte, error) {
	return codecs.Compress(e.codec, e.options.level(), dst, src)
}
