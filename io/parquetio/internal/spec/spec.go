// Package spec is what readers and writers of a Parquet file agree on beside the types of
// parquet-go's package format.
package spec

const (
	// Magic is what a file begins and ends with.
	Magic = "PAR1"
	// SchemaKey is the key under which Arrow's writers keep the schema that Parquet's own types
	// cannot hold all of: zones, large and view texts, kinds of lists, dictionaries, durations,
	// metadata.
	SchemaKey = "ARROW:schema"
	// NestingMax is how deep columns may lie inside one another.
	NestingMax = 64
)
