// Package csvio reads and writes CSV, as streams of record batches and as frames.
//
//	trips, err := csvio.ReadFile(ctx, "trips.csv")
//	err = csvio.WriteFile(ctx, "out.csv.zst", trips)
//
//	src := csvio.Open("trips/*.csv.gz") // a chunker.Source
//	sink := csvio.Create("out.csv")     // a chunker.Sink
//
//	opts := csvio.ReadOptions{Delimiter: ';', Null: []string{"-"}, Types: map[string]arrow.DataType{"zip": arrow.BinaryTypes.String}}
//	src = opts.Open("trips.csv")
//
// # Reading
//
// Input is plain, gzip, zstd, bzip2 or xz, told by its first bytes; several files named by a
// pattern are one stream and must have the same columns. Plain text is cut into
// blocks at the ends of rows, quotes honoured, and the blocks are parsed on all cores
// straight into Arrow buffers; only columns that are asked for are parsed.
//
// The delimiter (comma, semicolon, tab or bar), whether there is a header, and the columns'
// types are found from samples spread over the input, and may all be said in [ReadOptions].
// Types are int64, float64, bool, date32, timestamp[us] (with UTC where every value
// has a zone) and string. Numbers with leading zeros and integers of more than 64
// bits stay strings.
//
// A value that does not fit the type its column was given or found to have is an error with file,
// line, column and value, and goes by [ReadOptions.OnBad]; so is a row with too few or too many
// fields. [ReadFile] and [Read] instead make a column whose type was found from samples wider
// (int64, float64, string) and read again.
//
// # Nulls
//
// An unquoted field that is empty or one of [NullWords] is null; a quoted one is text. Writing
// quotes text that would be read as null, so that the two stay apart.
//
// # Writing
//
// Chunks are encoded, and compressed, on all cores. Fields are quoted where they must be.
// Floats are the shortest text that reads back as the same float, times ISO 8601, binary base64.
package csvio
