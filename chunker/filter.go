package chunker

import "github.com/volley-go/volley/internal/prune"

// Bound is one comparison of a column with a constant that every row passes which is wanted.
type Bound = prune.Bound

// Filterer is a [Stream] that can leave out rows without decoding them, by what its format knows of them beforehand:
// statistics of Parquet's row groups and pages.
type Filterer interface {
	Stream
	// Filter says that rows which break one of the bounds are not wanted. The stream may leave them out, and hands on
	// every row that breaks none; whoever asks still tests each row. It is called before the first Next. Chunks keep
	// telling the row in the file of their first row; none has a gap inside.
	Filter(bounds []Bound)
}
