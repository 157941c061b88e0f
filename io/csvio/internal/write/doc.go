// Package write writes record batches as CSV.
//
// It takes a schema, [Options] and where the text goes, and gives a [chunker.Writer]: [File] one
// whose file appears whole or not at all, [Stream] one that writes as chunks come. Options that
// cannot be meant and columns that have no text are errors before a file is made.
//
// Chunks are encoded, and compressed, by whoever brings them, and put one after another in order
// (write.go). An encoder makes each column's fields, some hundred rows at a time (encode.go: a
// columnEncoder for each kind of column; text.go: numbers, times, quotes), and internal/csv weaves
// them into rows. Texts are in quotes where a reader could take them for something else; for the
// names, package sniff is asked.
package write
