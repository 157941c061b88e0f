// Package words has the build refused where a word of the processor has 32 bits. Whoever imports it
// compiles on 64 bits alone.
//
// Two things stand against fewer. Arrow v17 turns decimals into big integers a word at a time and
// takes each for 64 bits: on 32 it reads and writes other numbers, without an error. And an int
// would not hold the rows of a column that is larger than memory.
package words
