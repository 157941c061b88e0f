// Package inspect shows what the metadata of a Parquet file says.
//
// It takes the elements of a stored schema, and values of the statistics with the type of their
// column, and gives text; it orders such values, and aligns tables. Files it does not read: package
// parquetio does, and has the types that a user sees.
package inspect

import (
	"strings"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/arrowtype"
)

// Element is a column of a stored schema, or a group of columns, in the words of
// parquetio.SchemaElement.
type Element struct {
	Name       string
	Depth      int
	Repetition string
	Physical   string
	Logical    string
}

// Elements flattens a stored schema, depth first and without its root. Its shape must have been
// checked.
func Elements(stored []format.SchemaElement) (elements []Element) {
	left := []int{arrowtype.Children(&stored[0])} // of the groups that are open
	for k := range stored[1:] {
		e := &stored[1+k]
		for left[len(left)-1] == 0 {
			left = left[:len(left)-1]
		}
		left[len(left)-1]--
		out := Element{Name: e.Name, Depth: len(left) - 1, Repetition: repetitionText(e.RepetitionType.V)}
		if e.Type.Valid && arrowtype.Children(e) == 0 {
			out.Physical = Column{Physical: e.Type.V, Width: int(e.TypeLength.V)}.Stored()
		}
		out.Logical = logicalText(e)
		elements = append(elements, out)
		if n := arrowtype.Children(e); n > 0 {
			left = append(left, n)
		}
	}
	return elements
}

func repetitionText(r format.FieldRepetitionType) string { return strings.ToLower(r.String()) }

// logicalText is the logical type, or the older one where there is only that.
func logicalText(e *format.SchemaElement) string {
	if e.LogicalType.Value != nil {
		return e.LogicalType.Value.String()
	}
	if k := arrowtype.Logical(e); k != nil {
		return k.String()
	}
	if e.ConvertedType.Valid {
		switch e.ConvertedType.V {
		case deprecated.Map, deprecated.MapKeyValue:
			return "MAP"
		case deprecated.List:
			return "LIST"
		case deprecated.Interval:
			return "INTERVAL"
		}
	}
	return ""
}
