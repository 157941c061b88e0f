// Package engine runs a list of bound steps over a frame or over a stream of chunks. It is the one
// runner under apply and ooc: what it does about rows that fail, their numbers, rejects and counts
// holds for both.
//
// What goes from step to step is a [Batch]: a chunk of a stream, or all of a frame. Steps of this
// module that can share a batch's rows out among workers are a [Step]; all others are run chunk by
// chunk, by the interfaces of package chunker.
package engine
