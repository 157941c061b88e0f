package frame

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/terminal"
)

// resolve finds where a row's value lies: behind dictionaries, run ends, extension
// types and unions.
func resolve(arr arrow.Array, i int) (at arrow.Array, place int, null bool) {
	for !arr.IsNull(i) {
		switch a := arr.(type) {
		case *array.Null:
			return arr, i, true
		case *array.Dictionary:
			arr, i = a.Dictionary(), a.GetValueIndex(i)
		case *array.RunEndEncoded:
			arr, i = a.Values(), a.GetPhysicalIndex(i)
		case array.ExtensionArray:
			arr = a.Storage()
		case *array.SparseUnion:
			arr = a.Field(a.ChildID(i))
		case *array.DenseUnion:
			arr, i = a.Field(a.ChildID(i)), int(a.ValueOffset(i))
		default:
			return arr, i, false
		}
	}
	return arr, i, true
}

// cellText is a resolved value as a cell shows it: enough of it for so many columns, and
// perhaps more for the caller to cut.
func cellText(arr arrow.Array, i, decimals, columns int) string {
	if text, ok := stringAt(arr, i); ok {
		return readable(text, columns)
	}
	if v, bits, ok := floatAt(arr, i); ok {
		return fixedFloat(v, bits, decimals)
	}
	n := nested{room: columns * utf8.UTFMax}
	n.value(arr, i)
	return n.String()
}

// stringAt is the value of a string array.
func stringAt(arr arrow.Array, i int) (string, bool) {
	switch a := arr.(type) {
	case *array.String:
		return a.Value(i), true
	case *array.LargeString:
		return a.Value(i), true
	case *array.StringView:
		return a.Value(i), true
	}
	return "", false
}

// floatAt is the value of an array of floats, and its bits.
func floatAt(arr arrow.Array, i int) (v float64, bits int, ok bool) {
	switch a := arr.(type) {
	case *array.Float16:
		return float64(a.Value(i).Float32()), 32, true
	case *array.Float32:
		return float64(a.Value(i)), 32, true
	case *array.Float64:
		return a.Value(i), 64, true
	}
	return 0, 0, false
}

// nested writes a value in short form. It stops when room bytes are written, so
// that a list of a million costs no more than one of ten.
type nested struct {
	strings.Builder
	room int
}

// value writes row i, in which strings are always quoted.
func (n *nested) value(arr arrow.Array, i int) {
	arr, i, null := resolve(arr, i)
	if null {
		n.WriteString("null")
		return
	}
	if text, ok := stringAt(arr, i); ok {
		n.WriteString(quoted(text, n.room))
		return
	}
	if v, bits, ok := floatAt(arr, i); ok {
		n.WriteString(strconv.FormatFloat(v, 'g', -1, bits))
		return
	}
	switch a := arr.(type) {
	case *array.Map:
		pairs := a.ListValues().(*array.Struct)
		n.elements("{}", a, i, func(k int) {
			n.value(pairs.Field(0), k)
			n.WriteString(": ")
			n.value(pairs.Field(1), k)
		})
	case array.ListLike:
		n.elements("[]", a, i, func(k int) { n.value(a.ListValues(), k) })
	case *array.Struct:
		n.fields(a, i)
	default:
		n.WriteString(plain(arr, i, n.room))
	}
}

// elements writes the elements of a list, or the pairs of a map.
func (n *nested) elements(brackets string, a array.ListLike, i int, element func(k int)) {
	n.WriteByte(brackets[0])
	lo, hi := a.ValueOffsets(i)
	for k := lo; k < hi; k++ {
		if k > lo {
			n.WriteString(", ")
		}
		if n.Len() > n.room {
			return // what follows is cut in any case
		}
		element(int(k))
	}
	n.WriteByte(brackets[1])
}

func (n *nested) fields(a *array.Struct, i int) {
	n.WriteByte('{')
	for k := range a.NumField() {
		if k > 0 {
			n.WriteString(", ")
		}
		if n.Len() > n.room {
			return
		}
		n.WriteString(readable(a.DataType().(*arrow.StructType).Field(k).Name, n.room))
		n.WriteString(": ")
		n.value(a.Field(k), i)
	}
	n.WriteByte('}')
}

// plain is a value that is neither text, float nor nested.
func plain(arr arrow.Array, i, room int) string {
	switch a := arr.(type) {
	case *array.Binary:
		return hexed(a.Value(i), room)
	case *array.LargeBinary:
		return hexed(a.Value(i), room)
	case *array.BinaryView:
		return hexed(a.Value(i), room)
	case *array.FixedSizeBinary:
		return hexed(a.Value(i), room)
	case *array.Date32:
		return a.Value(i).ToTime().Format(time.DateOnly)
	case *array.Date64:
		return a.Value(i).ToTime().Format(time.DateOnly)
	case *array.Timestamp:
		return timestampText(a.DataType().(*arrow.TimestampType), a.Value(i))
	case *array.Time32:
		return clockText(a.Value(i).ToTime(a.DataType().(*arrow.Time32Type).Unit))
	case *array.Time64:
		return clockText(a.Value(i).ToTime(a.DataType().(*arrow.Time64Type).Unit))
	case *array.Duration:
		return durationText(a.DataType().(*arrow.DurationType).Unit, a.Value(i))
	case *array.Decimal128: // ValueStr leaves zeros at the end out
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
	case *array.Decimal256:
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal256Type).Scale)
	}
	return arr.ValueStr(i) // integers, booleans, intervals: as Arrow writes them
}

// hexed is bytes in hexadecimal, the first room of them.
func hexed(b []byte, room int) string { return "0x" + hex.EncodeToString(b[:min(len(b), room)]) }

// timestampText is a moment in the column's zone, with its offset. A column
// without zone shows its moments without one, and so does a zone unknown here.
func timestampText(t *arrow.TimestampType, v arrow.Timestamp) string {
	at := v.ToTime(t.Unit)
	zone, err := t.GetZone()
	if t.TimeZone == "" || err != nil {
		return at.Format("2006-01-02 15:04:05.999999999")
	}
	return at.In(zone).Format("2006-01-02 15:04:05.999999999Z07:00")
}

func clockText(t time.Time) string { return t.Format("15:04:05.999999999") }

func durationText(unit arrow.TimeUnit, v arrow.Duration) string {
	m := int64(unit.Multiplier())
	if int64(v) > math.MaxInt64/m || int64(v) < math.MinInt64/m {
		return fmt.Sprintf("%d%s", v, unit) // more than a time.Duration holds
	}
	return (time.Duration(v) * unit.Multiplier()).String()
}

// readable is text as it stands, or quoted where that would mislead: where it is
// empty, reads null, has blanks at an end, or holds what a terminal would obey.
// Only as much is looked at as so many columns can show.
func readable(s string, columns int) string {
	s = prefix(s, columns)
	if s == "" || s == "null" || s[0] == ' ' || s[0] == '"' || s[len(s)-1] == ' ' || terminal.Escape(s) != s {
		return quoted(s, columns)
	}
	return s
}

// prefix bounds a text to bytes enough for so many columns and then some, at the end of a letter.
func prefix(s string, columns int) string {
	n := (columns + 1) * 32 // marks may heap up on a letter: see width.Cut
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// quoted is text in double quotes, with Go's escapes.
func quoted(s string, columns int) string {
	s = prefix(s, columns)
	var b strings.Builder
	b.WriteByte('"')
	from := 0
	for at := range len(s) {
		if s[at] == '"' || s[at] == '\\' {
			b.WriteString(terminal.Escape(s[from:at]) + `\`)
			from = at
		}
	}
	b.WriteString(terminal.Escape(s[from:]) + `"`)
	return b.String()
}
