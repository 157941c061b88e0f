package chunker

import "github.com/volley-go/volley/internal/prune"

// Filter is what a condition says of single columns: comparisons with constants, to be held against statistics, and tests, to be
// tried on dictionaries.
type Filter = prune.Filter

// Bound is one comparison of a column with a constant that every row passes which is wanted.
type Bound = prune.Bound

// Test tells which values of a column a row may have which is wanted.
type Test = prune.Test

// Filterer is a [Stream] that can leave out rows without decoding them, by what its format knows of them beforehand:
// statistics of Parquet's row groups and pages, and dictionaries.
//
//	func (s *stream) Filter(f chunker.Filter) { s.filter = f }
//	…
//	pass, err := test.Pass(dictionary) // once for each value, not for each row
//	for row, code := range codes {
//		if pass[code/64]>>(code%64)&1 == 0 { … } // the row is not wanted
//	}
type Filterer interface {
	Stream
	// Filter says that rows which break a part of the filter are not wanted. The stream may leave them out, and hands on
	// every row that breaks none; whoever asks still tests each row. It is called before the first Next. Chunks then
	// tell themselves where in the file they begin, in Row, which of the rows from there on they have, in Kept, and how
	// many were left out, in Pruned.
	Filter(Filter)
}
