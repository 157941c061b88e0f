package bind

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// CountNulls has an array, and those inside it, count their nulls. An Arrow array does so
// when it is first asked, and writes the number down: several goroutines that read an array
// at once would race for that. It costs nothing where the nulls are counted already, and
// a pass over the validity bitmap where they are not, as in a slice of an array.
func CountNulls(arr arrow.Array) {
	arr.NullN()
	switch a := arr.(type) {
	case *array.Dictionary:
		CountNulls(a.Indices())
		CountNulls(a.Dictionary()) // which is made when it is first asked for, too
	case *array.Struct:
		for i := range a.NumField() {
			CountNulls(a.Field(i))
		}
	case array.ListLike:
		CountNulls(a.ListValues())
	case array.Union:
		for i := range a.NumFields() {
			CountNulls(a.Field(i))
		}
	case *array.RunEndEncoded:
		CountNulls(a.Values())
	case array.ExtensionArray:
		CountNulls(a.Storage())
	}
}
