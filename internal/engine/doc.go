// Package engine runs a list of bound steps over a frame or over a stream of chunks. It is the one
// runner under apply and ooc: what it does about rows that fail, their numbers, rejects and counts
// holds for both.
//
// A step that needs all rows cuts the list: what stands before it is a segment that ends in the
// step's table, what stands behind it is one that reads from the table. Rows are known across that
// by their ids, which go through the table as a column.
//
// What goes from step to step is a [Batch]: a chunk of a stream, or all of a frame. Steps of this
// module that can share a batch's rows out among workers are a [Step]; all others are run chunk by
// chunk, by the interfaces of package chunker.
package engine
