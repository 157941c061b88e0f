// Package csvio reads and writes CSV, as streams of record batches and as frames.
//
//	trips, err := csvio.ReadFile(ctx, "trips.csv")        // dialect, encoding, types and nulls are found
//	err = csvio.WriteFile(ctx, "out.csv.zst", trips)
//
//	src := csvio.Open("trips/*.csv.gz")                   // a chunker.Source
//	sink := csvio.Create("out.csv")                       // a chunker.Sink
//
//	found, err := csvio.Sniff(ctx, "odd.csv")             // what it is like, and why: fmt.Println(found)
//	opts := csvio.ReadOptions{Delimiter: ';', Decimal: ',', Dates: csvio.DayFirst, Null: []string{"-"}}
//	opts.OnError = chunker.Reject(csvio.Create("bad_rows.csv"), 1000)
//	trips, err = opts.ReadFile(ctx, "odd.csv")
//
// # Reading
//
// Input is plain, gzip, zstd, bzip2, xz, or a zip archive of one file, told by its first bytes;
// several files named by a pattern are one stream and must have the same columns. Plain text is cut
// into blocks at the ends of rows, quotes honoured, and the blocks are parsed on all cores straight
// into Arrow buffers; only columns that are asked for are parsed. A block is of the size that was
// asked for (8 MiB of columns otherwise), and less, to 256 KiB, where a file is small or near its
// end, and at the beginning of a stream.
//
// A text that is one of another format as a whole is an error that names it: JSON, HTML, XML, RTF,
// YAML, INI, mails, tables in Markdown, pointers of Git LFS, answers of web servers. It is told by
// its first 16 KiB; a table whose fields are such texts is none. With [ReadOptions.Names]
// everything is a table, its first row too unless that cannot be data.
//
// What [ReadOptions] do not say is found from samples spread over the input, of a stream or
// compressed input from its first 256 KiB (up to 4 MiB where these hold fewer than 20 rows);
// opening costs some milliseconds for it. A sample begins with a row: the quotes after a place
// say whether it lies in a quoted field. If no quote stands in the next MiB, and no field of the
// first rows holds a line end, the place is taken to lie outside. [Sniff] shows what is found and
// why.
//
// # Dialect
//
// The dialect is the one that cuts the first rows most evenly into cells of known kinds: a
// consistency score after van den Burg, Nazábal and Sutton, Wrangling messy CSV files by detecting
// row and type patterns (2019), with rows told apart by their number of fields, as DuckDB's sniffer
// does. Tried are commas, semicolons, tabs, bars, then ^ ~ : # blanks and control characters, each
// of them doubled too; " and ' as quotes; doubled quotes and backslashes; \n, \r\n, \r and all of
// them mixed; blanks after delimiters. A rare delimiter must cut nine rows of ten alike, into a
// column of numbers or dates at least. One that the first row lacks must cut the others alike, into
// such a column or under a title of three words: else the text is one column, as is one whose other
// rows are numbers or dates as they stand (1,5 under price). Rows of uneven widths are no single
// column where names stand over a column of numbers or dates, or over rows half of which the
// delimiter cuts, or where all rows begin with a number or date: what is too long or too short is a
// bad row. Apostrophes are quotes where a column is in them nearly throughout, or a field has to
// be; a single column that is in quotes throughout is one, its first text the name. A quote that a
// field begins with and that never closes makes its row bad. It is text if no field is in quotes
// that close and the lines from it on are rows of as many fields, with numbers where those before
// have them, three of them at least; or if half of a column's values begin with one. Quotes inside
// a field are text. A line sep= is obeyed. Lines with # above the table are left out, as are
// titles, which are found by their shape: [ReadOptions.Skip] of -1 keeps all lines, and a number
// says how many go.
//
// # Headers
//
// The first row is names if more speaks for it than against. For it: a field that does not fit the
// numbers, dates or bools below it; one that is unlike texts below that are alike; numbers over
// columns of words; years and words that are numbered one after the other; quotes that only this
// row has, or a number in quotes over numbers without; years, and integers in even steps, beside a
// word (or nothing) that is unlike what stands below it. Against it: a number, date or bool that
// its column could have; a text in the form of those below it, as addresses, times of day, prices,
// codes and paths are; one that is a value below, or in the row twice; more empty fields than names
// over values. If nothing decides, words are names and values are data. Where [ReadOptions.Names]
// names the columns, only a row that cannot be data goes.
//
// Titles and notes above the table go: lines with at most half of its fields, or nearly empty rows
// closed by an empty one, if names or a blank line follow or several words or lines make them
// titles; rows with one cell that is not empty, above names. Several rows of names are joined where
// they repeat or complete each other. Of equal names the second becomes name_2, and a name that is
// missing column_1 and so on, as after the last name if all rows end with delimiters; blanks
// around a name go, unless it is in quotes. A row of names with broken quotes is an error, but for
// [Null], which keeps what it can.
//
// Some files can be read in two ways: words over words without a header (the first row becomes
// names), numbers as names over numbers (they become data), a title of one word above a table of
// words (the table becomes one column). [ReadOptions.Header], Skip and Delimiter say what is meant,
// and what they say holds.
//
// Bytes ^Z (0x1A) at the very end, which DOS programs write there, are no part of the text. Blank
// lines are no rows, unless [ReadOptions.BlankRows] says so. An empty file is an error, as is one
// of comments and blank lines alone, unless Names are given: then it is a table without rows. A
// file of a header alone is one too.
//
// Rows of a plain dialect (a delimiter of one byte, doubled quotes, \n, \r\n or \r) are read as
// they stand. Others are written anew, block by block and on all cores, at some 200 MB/s a core.
//
// # Encoding
//
// Text is made UTF-8 while it is read. [ReadOptions.Encoding] says what it is; [EncodingOf] knows
// every common encoding by its names: code pages of Windows, DOS and the Mac, ISO 8859, KOI8, GBK,
// GB18030, Big5, Shift_JIS, EUC-JP, ISO-2022-JP, EUC-KR and some of EBCDIC. ISO-2022-KR and
// ISO-2022-CN are told and not read.
//
// If nothing is said, the bytes decide, from the first 64 KiB and, of a plain file, from eight
// places all over it:
//
//   - UTF-8, UTF-16 and UTF-32 have a byte order mark, the latter two else NUL bytes in every
//     other place.
//   - UTF-8 is a text with at least twice as many bytes after the first of its characters as
//     bytes that are no UTF-8. Those few are bad values in their rows; no other row is read
//     differently for them.
//   - ISO-2022-JP and HZ-GB-2312 have their escapes.
//   - Windows-1252 is what no other encoding explains nearly as well, by the letters of some forty
//     languages and their neighbours, in every encoding of single bytes that has them.
//
// A word or two may not be enough. Where the usual encodings of two languages are as likely, the
// text is refused, though it may be Windows-1252: the ê of "você" is the ę of Windows-1250, the ø
// of "Tromsø" the ų of Windows-1257. Where the other encoding is seldom (Polish in ISO-8859-13, a
// code page of the Mac), a word or two that is common in Windows-1252 is read as that: say the
// encoding of such files.
//
// Everything else is refused, with an error that names what it looks like if that is certain. It is
// not guessed, for a wrong guess shows nowhere. What was taken for Windows-1252 is watched while it
// is read, by windows of some 48 letters beyond ASCII, and is an error if one of them is clearly
// something else.
//
// Bytes that are no character are never kept in a string or replaced: they are a bad value. (U+FFFD
// in a text is a character like others.) If the places looked at were ASCII and bytes further down
// are not UTF-8, [ReadOptions.ReadFile] looks at the whole file, and reads it again if all of it is
// Windows-1252; in a stream they are bad values.
//
// # Types
//
// Types are int64, float64, bool, date32, timestamp[us] (with UTC where every value has a zone) and
// string. Numbers may have a decimal comma and groups of thousands, dates any order of day, month
// and year and a time of 12 hours, bools be yes and no and the like: by column, and only where
// samples leave no doubt. 1,234 is a thousand or little more than one, 01/02/2018 in January or
// February: such columns stay strings until the options say what they are ([ReadOptions.Dates],
// Decimal, Thousands). So do numbers with leading zeros, a plus before eight digits or more
// (+14155550123 is a telephone; +3 and +1.5 are numbers), integers of more than 64 bits, and
// integers among floats that a float64 would round (above 2^53): where a type is found, no digit of
// an integer is lost. A number with a point or an exponent is the nearest float64, as with every
// other reader: 15 digits always come back, and all 17 of what was a float64; what is after them
// is lost. [Sniff] says where samples have more. A decimal128 or string in [ReadOptions.Types]
// keeps all of them. Where it gives a float, rounding is meant.
//
// A column without a value in the samples, as all of a file with a header alone, is a string. So
// are times with digits finer than a microsecond, unless Types says timestamp[ns], and times of day
// and durations, which come back as strings where they were written. A timestamp with a zone in
// Types takes times that are written without one as that zone's clock (an hour that comes twice is
// one of the two).
//
// [ReadOptions.ReadFile] makes a column whose type was found from samples wider where a later value
// does not fit (int64, float64, string) and reads again, so that nothing is lost; a stream, whose
// rows have gone to their sink, has a bad row. Where bad rows do not end reading, only floats among
// integers make a column wider: what else does not fit goes by [ReadOptions.OnError], as told.
//
// # Nulls
//
// An unquoted field that is empty or one of [NullWords] is null; a quoted one is text. In columns
// of numbers, dates and bools words such as - and #N/A, where samples have them, are null too.
// Writing quotes text that would be read as null, so that the two stay apart.
//
// # Bad rows
//
// A row with too few or too many fields, with text after a closing quote, or with a value that
// does not fit its column is an error with file, line, byte, column and value, and goes by
// [ReadOptions.OnError], in a job that says nothing there by the job's. Every row of the file comes
// out or is told of, whatever the size of blocks and the number of workers. (Columns that are not
// asked for are not parsed: a value that would not fit there is not bad.) Rows are counted from 0,
// rejected ones included, lines from 1, bytes from 0 in the file as stored or as decompressed; in a
// dialect that is written anew the byte is that of the row.
//
//   - [chunker.Stop] ends with an error at the first.
//   - [chunker.Null] keeps what can be kept. A value that does not fit is null. Quotes that cannot
//     be meant as such are text, if that gives the right number of fields. Short rows are filled
//     with nulls. Of long ones empty fields are left out, and then what comes after the last
//     column. A row of names is treated as the others. Rows that are still bad are left out as by
//     Reject. [chunker.Chunk] says what was lost to whoever reads the stream, and so does the
//     report.
//   - [chunker.Reject] leaves the row out and writes it to the policy's sink, in the columns of
//     [chunker.RejectSchema]; without a sink whoever reads the stream is given it, in
//     [chunker.Chunk].
//   - [chunker.Skip] leaves the row out. Its place and what is wrong with it are told as by Reject,
//     its text is not.
//
// What became of bad rows is in a [Report], each kind counted apart: rows that were left out, that
// went to the rejects, that have a null for what could not be read or was missing, whose surplus
// fields were dropped, and whose broken quotes were read as text. Under each policy the rows that
// Stop would end at are in one of these. A frame of [ReadOptions.ReadFile] does not show them:
// under Null and Skip ask for the report.
//
//	var report csvio.Report
//	trips, err := csvio.ReadOptions{OnError: chunker.Null(), Report: &report}.ReadFile(ctx, "trips.csv")
//
// # Limits
//
// [ReadOptions.RowMax], FieldMax, ColumnsMax and RatioMax end reading with a [LimitError], before
// memory is taken for what is too much. A quote that is never closed ends at RowMax, or at the end
// of the file; the error names the line where it stands.
//
// # Writing
//
// Chunks are encoded, and compressed, on all cores. Fields are quoted where they must be, or could
// be taken for something else: for a null, a comment, or a text in apostrophes; in a table of one
// column, all that holds what separates fields elsewhere. Names are all in quotes where they would
// be taken for data otherwise: years over integers, say, or over no rows, or the first bytes of an
// archive. So what is written is read the same, but for the types of columns, which are found anew,
// names that are empty or sep= and a delimiter, and, in a table whose fields are all in quotes
// ([WriteOptions.QuoteAll]), names that are like the data, or the name of an only column that is
// one of its values and needs quotes: read these with [ReadOptions.Header]. Floats are the shortest
// text that reads back as the same float, times ISO 8601, binary base64.
package csvio
