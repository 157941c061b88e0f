package chunker

import "github.com/volley-go/volley/chunker/predicate"

// Filterer is a [Stream] that can leave out rows without decoding them, by what its format knows of
// them beforehand: statistics of Parquet's row groups and pages, and dictionaries.
type Filterer interface {
	Stream
	// Filter says that rows which break a part of the filter are not wanted. The stream may leave them
	// out, and must hand on all others; the caller still tests each row. It is called before the first
	// Next. Chunks then say where in the file they begin, in Row, which of the rows from there on they
	// have, in Kept, and how many were left out, in Pruned.
	Filter(predicate.Filter)
}
