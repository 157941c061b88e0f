// Package frame holds tables: immutable frames of typed Arrow columns, seen as
// Go slices and structs.
//
// A [Frame] is a schema and one or more Arrow record batches of that schema, the
// rows of one batch following those of the other. No method changes a frame:
// each returns a new one that shares the columns it did not touch, so that
// Select, Rename, Slice and With cost about a microsecond whatever the size.
//
// A frame is made from Go slices, from structs, or from Arrow data:
//
//	trips, err := frame.New(
//		frame.Of("zone", []string{"A", "B"}),
//		frame.Of("fare", []float64{12.5, 8}),
//	)
//	trips, err = frame.FromStructs([]Trip{{"A", 12.5}, {"B", 8}})
//	trips, err = frame.FromRecords(schema, records...)
//
// and read as a column of a Go type, or row by row as structs:
//
//	fare, err := frame.Col[float64](trips, "fare")
//	for row, v := range fare.All() { … }       // null rows are left out
//	sum := total(fare.Values())                // a []float64, not copied
//
//	rows, err := frame.Rows[Trip](trips)
//	for i, trip := range rows { … }
//
// # Types
//
// A Go type may stand for a column whose every value it can hold: the same type, a
// wider number, float64 for any integer column whose values are exact in it.
// Strings are read from plain, large, view and dictionary columns alike, without
// copying; timestamps as time.Time in the column's zone or as arrow.Timestamp;
// dates, times, durations and decimals likewise. What does not fit is an error that
// names both types and the remedy, before a value is read.
//
// Written columns have the Arrow type of this table:
//
//	bool, int8 … int64, uint8 … uint64, float32, float64   the same
//	int, uint                                              int64, uint64
//	string, []byte                                         string, binary
//	time.Time                                              timestamp[ns, UTC]
//	time.Duration                                          duration[ns]
//	arrow.Date32, arrow.Date64, float16.Num                date32, date64, float16
//	sql.Null[T]                                            that of T
//
// # Nulls
//
// A null is a row whose validity bit is unset. A plain Go type cannot show one: Values has an
// arbitrary value there, All leaves the row out, a struct field is zero.
// sql.Null[T] shows it, in all these places and in the fields of structs.
//
// # Structs
//
// A struct's exported fields are columns, embedded structs included. The tag
// volley:"name" names the column and volley:"-" leaves a field out. An untagged field
// reads the column of its name, or else the only one that differs in case and
// underscores alone (DepDelay reads dep_delay); written, it is the field's name as
// it stands.
//
// # Display
//
// A frame prints as a table; [Frame.HTML] is the same for a page, [Frame.Display] shows
// the one or the other, whether the program runs in a notebook or not, and
// [Frame.Describe] is a frame that summarises each column. [Style] shows more or less.
//
// # Memory
//
// Frames are garbage-collected; there is nothing to release. Strings, byte slices and
// Values are views of a frame's memory and keep it alive: copy what is small
// and kept for long, and do not write to them.
package frame
