// Package write is the writing half of package parquetio: record batches in, a Parquet file out.
//
// It takes an Arrow schema, Options, and chunks of any size, from many goroutines at once, and
// gives the bytes of one file, the same ones whoever encodes first. The way of a chunk:
//
//	writer     gathers small chunks and cuts large ones into row groups; writes them in order
//	layout     says which leaves the schema has and how each is stored
//	encoder    makes one leaf of a row group a column chunk, in these steps:
//	 collect   picks the values that are there, as they are stored; nulls become bits or levels
//	 choose    tries encodings on a sample; numbers the values where a dictionary is smaller
//	 pages     cuts pages at rows, encodes and compresses them, with bounds and checksums
//	repack     compresses column chunks anew whose codec is not that of the file's first row group
//	footer     keeps what is said of row groups as bytes, and writes them behind the last one
//
// It reads nothing back. Memory it holds between chunks is counted by chunker.Holder.
package write
