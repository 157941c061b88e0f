package bind

import (
	"reflect"
	"strings"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
)

// ValueAt reads one value as the Go type natural for the column, copied; as text if there is none;
// nil for a null. It is slow: for messages.
func ValueAt(arr arrow.Array, row int) any {
	t := Natural(arr.DataType())
	if t == nil {
		if arr.IsNull(row) {
			return nil
		}
		return arr.ValueStr(row)
	}
	c, err := Open(arr, t)
	if err != nil {
		return arr.ValueStr(row)
	}
	if c.IsNull(row) {
		return nil
	}
	v := reflect.New(t)
	c.Fill(unsafe.Pointer(v.Pointer()), t.Size(), row, 1)
	switch x := v.Elem().Interface().(type) {
	case string:
		return strings.Clone(x)
	case []byte:
		return append([]byte(nil), x...)
	default:
		return x
	}
}
