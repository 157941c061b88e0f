package write

import (
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
)

// levels are the entries of a leaf inside lists or structs. They are found by going down from the
// column's arrays: an entry that meets a null or an empty list ends there, with the level it has
// reached. About 5 ns an entry and step.
type levels struct {
	rep, def []uint8
	at       []int32 // row of the array at hand; -1 if the entry has ended

	wider struct { // the next ones, of a step into a list
		rep, def []uint8
		at       []int32
	}
}

// gone marks an entry that has ended.
const gone = -1

// begin makes an entry for each row.
func (l *levels) begin(rows int) {
	l.rep, l.def, l.at = resize(l.rep, rows), resize(l.def, rows), resize(l.at, rows)
	clear(l.rep)
	clear(l.def)
	for i := range l.at {
		l.at[i] = int32(i)
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// walk goes from a column's array to the leaf's and returns that. Then at has the leaf array's row
// of each entry that has a value, and -1 for all others.
func (l *levels) walk(leaf *leaf, a arrow.Array) (arrow.Array, error) {
	l.begin(a.Len())
	a = unwrap(a)
	rep := uint8(0)
	for _, s := range leaf.steps {
		l.present(a, s.required)
		if s.list {
			rep++
			list, ok := a.(array.ListLike)
			if !ok {
				return nil, fmt.Errorf("a %T where a list was expected", a)
			}
			if n := list.ListValues().Len(); n > math.MaxInt32 {
				return nil, fmt.Errorf("the lists of a record batch have %d elements, of at most %d; make batches of fewer rows", n, math.MaxInt32)
			}
			l.expand(list, rep)
			a = unwrap(list.ListValues())
			continue
		}
		st, ok := a.(*array.Struct)
		if !ok {
			return nil, fmt.Errorf("a %T where a struct was expected", a)
		}
		a = unwrap(st.Field(s.field))
	}
	required := leaf.element.RepetitionType.V == format.Required
	if row := l.present(a, required); required && row >= 0 {
		return nil, fmt.Errorf("a key of a map is null, which neither Arrow nor Parquet has; fill it or filter the row out")
	}
	return a, nil
}

// unwrap returns what an extension array is made of, and any other array as it is.
func unwrap(a arrow.Array) arrow.Array {
	for {
		x, ok := a.(array.ExtensionArray)
		if !ok {
			return a
		}
		a = x.Storage()
	}
}

// present marks the entries that are null as ended, and raises the definition level of the others
// by one. Levels do not count the nulls of a required array: there they stay as they are. It
// returns the first null's entry, or -1.
func (l *levels) present(a arrow.Array, required bool) int {
	valid, off, all := validityOf(a)
	first := -1
	step := uint8(1)
	if required {
		step = 0
	}
	if all {
		for i, k := range l.at {
			if k >= 0 {
				l.def[i] += step
			}
		}
		return first
	}
	for i, k := range l.at {
		if k < 0 {
			continue
		}
		if bitmap.Get(valid, off+int(k)) {
			l.def[i] += step
			continue
		}
		l.at[i] = gone
		if first < 0 {
			first = i
		}
	}
	return first
}

// expand puts the elements of the lists in place of the lists.
func (l *levels) expand(a array.ListLike, rep uint8) {
	from := a.Data().Offset()
	switch a := a.(type) {
	case *array.List:
		expand(l, a.Offsets()[from:], rep)
	case *array.LargeList:
		expand(l, a.Offsets()[from:], rep)
	case *array.Map:
		expand(l, a.Offsets()[from:], rep)
	default: // lists of a fixed size, and views, whose elements may lie in any order
		l.expandAny(a, rep)
	}
}

// expand is for lists that lie one after the other, by their offsets.
func expand[O int32 | int64](l *levels, offsets []O, rep uint8) {
	n := 0
	for _, k := range l.at {
		if k >= 0 {
			n += int(offsets[k+1] - offsets[k])
		}
	}
	n += len(l.at) // more than there are, by the lists with elements
	w := &l.wider
	w.rep, w.def, w.at = resize(w.rep, n), resize(w.def, n), resize(w.at, n)
	n = 0
	for i, k := range l.at {
		w.rep[n], w.def[n], w.at[n] = l.rep[i], l.def[i], gone
		if k < 0 || offsets[k] == offsets[k+1] {
			n++
			continue
		}
		first := n
		for at := offsets[k]; at < offsets[k+1]; at++ {
			w.rep[n], w.def[n], w.at[n] = rep, l.def[i]+1, int32(at)
			n++
		}
		w.rep[first] = l.rep[i]
	}
	l.swapWider(n)
}

// swapWider makes the first n of the wider entries the entries, and keeps the old ones as room.
func (l *levels) swapWider(n int) {
	w := &l.wider
	l.rep, l.def, l.at, w.rep, w.def, w.at = w.rep[:n], w.def[:n], w.at[:n], l.rep, l.def, l.at
}

// expandAny asks for each list's place.
func (l *levels) expandAny(a array.ListLike, rep uint8) {
	w := &l.wider
	w.rep, w.def, w.at = w.rep[:0], w.def[:0], w.at[:0]
	for i, k := range l.at {
		from, to := int64(0), int64(0)
		if k >= 0 {
			from, to = a.ValueOffsets(int(k))
		}
		if from == to {
			w.rep, w.def, w.at = append(w.rep, l.rep[i]), append(w.def, l.def[i]), append(w.at, gone)
			continue
		}
		def, r := l.def[i]+1, l.rep[i]
		for at := from; at < to; at++ {
			w.rep, w.def, w.at = append(w.rep, r), append(w.def, def), append(w.at, int32(at))
			r = rep
		}
	}
	l.swapWider(len(w.at))
}

// validityOf returns an array's validity bits, from off on, or that all rows are valid. A row of a
// dictionary array is null if its entry is. (Arrow's NullN is not called: it writes its count into
// the array, and leaves that are encoded at the same time share arrays.)
func validityOf(a arrow.Array) (valid []byte, off int, all bool) {
	if a.DataType().ID() == arrow.NULL {
		return make([]byte, bitmap.Bytes(a.Len())), 0, a.Len() == 0
	}
	if d, ok := a.(*array.Dictionary); ok && !allValid(d.Dictionary()) {
		bits := make([]byte, bitmap.Bytes(a.Len()))
		for i := range a.Len() {
			if a.IsValid(i) && d.Dictionary().IsValid(d.GetValueIndex(i)) {
				bitmap.Set(bits, i)
			}
		}
		return bits, 0, false
	}
	if allValid(a) {
		return nil, 0, true
	}
	return a.NullBitmapBytes(), a.Data().Offset(), false
}

func allValid(a arrow.Array) bool {
	valid := a.NullBitmapBytes()
	return len(valid) == 0 || bitmap.Count(valid, a.Data().Offset(), a.Len()) == a.Len()
}
