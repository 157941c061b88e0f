// Package parquetio reads and writes Parquet, as streams of record batches and as frames.
//
//	trips, err := parquetio.ReadFile(ctx, "trips.parquet")
//	err = parquetio.WriteFile(ctx, "out.parquet", trips)
//
//	src := parquetio.Open("trips/*.parquet") // a chunker.Source
//	sink := parquetio.Create("out.parquet")  // a chunker.Sink
//
// # Reading
//
// A file is read by row groups, and by runs of pages where a row group is larger than the
// chunks asked for, on all cores; only columns that are asked for are read. The pages' loops
// are this package's own, straight into Arrow buffers: a page's header is checked
// against the bytes there are, its checksum where it has one, what it decompresses to against a
// limit, and what it decodes to against the number of values its header promises.
// A file that is broken, or meant to harm, is an error with file and column.
//
// Flat columns of every physical type are read, with their logical types (integers of
// all widths, decimals, dates, times, timestamps, strings, float16, UUID as 16 bytes) and in every
// encoding. Nested columns (lists, maps, structs) are refused by name.
//
// # Writing
//
// Each chunk is encoded by the goroutine that brings it, into a row group; chunks of few rows are
// gathered. Columns are dictionary-encoded while that pays and plain else, compressed, with
// statistics, checksums, and the Arrow schema in the file's metadata for other readers. The file
// appears whole, or not at all. Read back by this package, strings of every layout are plain
// strings and seconds are milliseconds; all other types are what they were.
package parquetio
