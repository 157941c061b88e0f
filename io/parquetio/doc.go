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
// A file is row groups; a row group is a column chunk for each column; a column chunk is pages, of
// which the first may be a dictionary of the others' values. Values that are null are not stored:
// definition levels say which are there, and repetition levels where lists begin. The footer says
// where all of it is.
//
// # Reading
//
// Parts of a stream are row groups, or ranges of rows of a row group that takes twice the bytes
// asked for or more: then the pages are found by the page index or their headers, and each part
// decodes those it needs, so that one large row group feeds all cores within a bounded memory. A
// page that several parts need is decompressed once, and one that many need is counted by the job
// that reads: twice the largest page of each column, dictionaries, and for each core what one is
// decompressed from. More than 16 MiB of that lie outside the heap, so that the collector lets no
// garbage grow beside them. A job whose budget is too small is told one that is enough. Lists of
// writers whose pages do not tell their rows (version 1 without a page index) are read by whole row
// groups. Pages are decoded into their place in Arrow buffers that are pooled;
// [chunker.Chunk.Release] gives them back. 5 million rows of 12 columns, snappy, take about 4 ns of
// processor time a value.
//
// Of files of this machine ranges of up to 256 KiB that lie at most 4 KiB apart are read with one
// call. A reader that is given to [From], and is no [os.File], is taken to be far away: its calls
// read up to 8 MiB where what is wanted lies at most 256 KiB apart, up to eight are under way at
// the same time within half of what a part may take, and what of the end of the file came with the
// footer (64 KiB) is not read again. A part of all columns of a row group is one call for 8 MiB
// then, a range of rows one for each column; without a page index, row groups of less than 96 MiB
// of memory are read whole rather than page header by page header.
//
// A job's condition leaves out row groups by statistics and bloom filters, pages by the page index,
// and rows by dictionaries, as the filter of a [chunker.Request] does. What the condition says of
// one column alone, in whatever form, is tried once on each entry of a row group's dictionary.
// Where none passes, nothing else of the row group is read. Else its codes choose the rows (about 1
// ns each) before any column is decoded: a page without one of them is not decompressed, of the
// others their values alone are looked up or copied. Where more than three quarters of a part's
// rows are left, all are decoded.
//
// All physical and logical types are read, in all encodings, and all codecs but LZO. INT96 is a
// timestamp in nanoseconds, or by an option in microseconds; enums and JSON are strings; UUIDs and
// intervals fixed-size binary; decimals of more than 38 digits decimal256; variants the struct they
// are stored as. An Arrow schema kept in the file gives zones, large and view texts, kinds of
// lists, dictionaries, durations, seconds and metadata back, and extension types that the program
// has registered; of others their metadata says the name. What it says and the file does not bear
// out is passed over, or an error that names the column. These do not come back: that a column has
// no nulls (all of ours may have some), and dictionaries of booleans and inside lists, structs and
// maps (their values do). A dictionary's indexes are int32 where they were narrower and the values
// of a row group may be more than they reach; in files of other writers, which do not count them,
// always. The file's other metadata is what [Inspect] shows. Of columns with one name the second
// becomes NAME_2, as in CSV; [Inspect] shows the names as they are stored. Texts are string arrays,
// whatever the file's pages are like: a column's type does not depend on its values.
// KeepDictionaries hands dictionaries out instead, for less time and memory.
//
// # Damaged and hostile files
//
// Nothing is allocated by what a file says alone: metadata is walked over before it is decoded,
// every size is held against the bytes that are left and against [Limits], decompression and
// decoding fill what the page header allows and no more, checksums are verified where there are
// any. A part that takes much memory waits until no other does; a file that becomes many thousand
// times its size is refused. What is wrong is a [chunker.Error] with file and column around a
// [PageError] with row group and page around [ErrCorrupt], [ErrLimit] or [ErrUnsupported].
//
// # Writing
//
// Whoever calls a writer's Write encodes the chunk, so that many chunks are encoded at the same
// time. Cores that no call is using take columns of it, so that one chunk feeds all cores too. A
// row group is a chunk; small chunks are gathered, large ones cut. Beside the chunks it is given a
// writer holds an eighth of RowGroupBytes, and 400 bytes for each column of a row group until the
// footer is written. The file appears whole, or not at all.
//
// All Arrow types are written but intervals, unions and run-end encoded arrays: lists, structs and
// maps to any depth, dictionaries (which are taken over), views, decimals, times with zones, and
// extension types as what they are made of (UUIDs and JSON under their name in Parquet). Seconds
// become milliseconds, Parquet's longest unit. The file keeps the Arrow schema, from which a reader
// gets the same types back.
//
// Samples of a column of a row group decide how it is encoded: with a dictionary if few values are
// distinct, else by differences, by shared prefixes or plainly, whichever makes runs of neighbours
// smallest. A dictionary that turns out large is given up. A column is stored without compression,
// which saves its readers the unpacking, if its first page does not shrink by 3 %. The file's first
// row group decides that for all, unless it has a dictionary or less than 4 KiB of the column: some
// readers take a column to be of one codec. The same chunks make the same file, byte by byte,
// whoever encodes them first.
//
// Each column chunk has bounds, a count of nulls and, with a dictionary, of distinct values; each
// page has bounds, a count of nulls and a checksum. Bounds of texts are cut to 64 bytes, the upper
// one rounded up, and marked so. If no text of 64 bytes is above all, as with white pictures, there
// is no upper bound, and no bounds of the column chunk's pages. A column chunk has no bounds if it
// has a NaN, or values of a fixed length over 64 bytes.
//
// Data pages are of version 1, which all readers know. What version 2 adds (levels outside the
// compression, pages that are stored as they are) comes from the choice of codec for each column.
// Pages hold 32,768 rows or a mebibyte, whichever is less.
//
// Writing costs 3 to 17 ns of a core a value for numbers (the more different ones a dictionary has,
// the more), 4 if Arrow has a dictionary, 15 to 70 for texts, 40 for an element of a list.
//
// # Inspecting
//
// [Inspect] returns how a file is stored: schema, row groups, encodings, codecs, sizes, statistics,
// pages.
package parquetio
