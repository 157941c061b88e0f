// Package parquetio reads and writes Parquet, as streams of record batches and as frames.
//
//	trips, err := parquetio.ReadFile(ctx, "trips.parquet")
//	err = parquetio.WriteFile(ctx, "out.parquet", trips)
//
//	src := parquetio.Open("trips/*.parquet") // a chunker.Source
//	sink := parquetio.WriteOptions{Compression: "zstd"}.Create("out.parquet")
//
// # Vocabulary
//
// A file is row groups; a row group is a column chunk for each column; a column chunk is pages, of which
// the first may be a dictionary of the others' values. Values that are null are not stored: definition levels
// say which are there, and repetition levels where lists begin. The footer says where all of it is.
//
// # Reading
//
// Parts of a stream are row groups, or ranges of rows of a row group that takes twice the bytes asked for or more: then
// the pages are found by their headers, and each part decodes those it needs, so that one large row group feeds all
// cores within a bounded memory. A page that several parts need is decompressed once. Lists of writers whose pages do not
// tell their rows (version 1 without a page index) are read by whole row groups. Pages are decoded into their place in
// Arrow buffers that are pooled; [chunker.Chunk.Release] gives them back. 5 million rows of 12 columns, snappy, take
// about 4 ns of processor time a value.
//
// A job's condition leaves out row groups by statistics and bloom filters, and pages by the page index: streams are
// [chunker.Filterer]s.
//
// All physical and logical types are read, in all encodings, and all codecs but LZO. INT96 is a timestamp in nanoseconds; enums and
// JSON are strings; UUIDs and intervals fixed-size binary; decimals of more than 38 digits decimal256; variants the struct they
// are stored as. An Arrow schema kept in the file gives zones, large and view texts, dictionaries and durations back.
// Texts are string arrays, whatever the file's pages are like: a column's type does not depend on its values. KeepDictionaries
// hands dictionaries out instead, for less time and memory.
//
// # Damaged and hostile files
//
// Nothing is allocated by what a file says alone: metadata is walked over before it is decoded, every size is held against the
// bytes that are left and against [Limits], decompression and decoding fill what the page header allows and no more,
// checksums are verified where there are any. A part that takes much memory waits until no other does; a file that becomes many
// thousand times its size is refused. What is wrong is a [chunker.Error] with file and column around a [PageError]
// with row group and page around [ErrCorrupt], [ErrLimit] or [ErrUnsupported].
//
// # Writing
//
// A chunk is encoded by whoever calls Write, so that many are at the same time; row groups are chunks, small
// ones gathered, large ones cut. Values get a dictionary where they repeat, integers are stored as
// differences where a sample says that is smaller. Statistics, checksums and the Arrow schema are written.
package parquetio
