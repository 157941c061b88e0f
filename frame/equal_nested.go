package frame

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/take"
)

// pairs compares values of two arrays of one type, by their places: those that can be seen. What
// stands under a null, behind no index or in a run that no row has is no difference.
type pairs struct {
	a, b         arrow.Array
	rowsA, rowsB []int // to be compared
}

// pairsMost is how many values are compared at a time, so that their places take little memory.
const pairsMost = 1 << 16

// add has two more values compared, and reports whether those before them are equal.
func (p *pairs) add(i, j int) bool {
	p.rowsA, p.rowsB = append(p.rowsA, i), append(p.rowsB, j)
	return len(p.rowsA) < pairsMost || p.equal()
}

// equal reports whether the values that were added, and not compared yet, are equal.
func (p *pairs) equal() bool {
	same := equalPicked(p.a, p.rowsA, p.b, p.rowsB)
	p.rowsA, p.rowsB = p.rowsA[:0], p.rowsB[:0]
	return same
}

func equalPicked(a arrow.Array, rowsA []int, b arrow.Array, rowsB []int) bool {
	n := len(rowsA)
	if n == 0 {
		return true
	}
	x, errX := picked(a, rowsA)
	y, errY := picked(b, rowsB)
	if errX == nil && errY == nil {
		return equal(x, y)
	}
	if n == 1 { // which is a slice, and none is an error
		return false
	}
	return equalPicked(a, rowsA[:n/2], b, rowsB[:n/2]) && equalPicked(a, rowsA[n/2:], b, rowsB[n/2:])
}

// picked is rows of an array: a slice where they follow one another, else a copy, which is an error
// if it is more than one array holds.
func picked(a arrow.Array, rows []int) (arrow.Array, error) {
	first := rows[0]
	for i, row := range rows {
		if row != first+i {
			return take.Rows(a, rows)
		}
	}
	return cut(a, first, first+len(rows)), nil
}

// equalNested compares arrays with others inside: each row that is not null in both by inside,
// which adds its values to what is compared.
func equalNested(a, b arrow.Array, inside func(row int) bool) bool {
	x, y := bind.NullsOf(a), bind.NullsOf(b)
	if x.Nulls != y.Nulls {
		return false
	}
	for row := range x.Len {
		null := x.IsNull(row)
		if null != y.IsNull(row) || !null && !inside(row) {
			return false
		}
	}
	return true
}

func equalStructs(a, b *array.Struct) bool {
	if a.NullN() == 0 && b.NullN() == 0 {
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	fields := make([]pairs, a.NumField())
	for i := range fields {
		fields[i] = pairs{a: a.Field(i), b: b.Field(i)}
	}
	return equalNested(a, b, func(row int) bool {
		for i := range fields {
			if !fields[i].add(row, row) {
				return false
			}
		}
		return true
	}) && allEqual(fields)
}

func allEqual(of []pairs) bool {
	for i := range of {
		if !of[i].equal() {
			return false
		}
	}
	return true
}

// equalLists compares lists of all kinds, maps too.
func equalLists(a, b array.ListLike) bool {
	values := pairs{a: a.ListValues(), b: b.ListValues()}
	return equalNested(a, b, func(row int) bool {
		loA, hiA := a.ValueOffsets(row)
		loB, hiB := b.ValueOffsets(row)
		if hiA-loA != hiB-loB {
			return false
		}
		for i := range int(hiA - loA) {
			if !values.add(int(loA)+i, int(loB)+i) {
				return false
			}
		}
		return true
	}) && values.equal()
}

// equalUnions compares the values of each kind.
func equalUnions(a, b array.Union) bool {
	values := make([]pairs, a.NumFields())
	for k := range values {
		values[k] = pairs{a: a.Field(k), b: b.Field(k)}
	}
	return equalNested(a, b, func(row int) bool {
		k := a.ChildID(row)
		return b.ChildID(row) == k && values[k].add(placeIn(a, row), placeIn(b, row))
	}) && allEqual(values)
}

// placeIn is where a union's row lies in its child.
func placeIn(u array.Union, row int) int {
	if dense, ok := u.(*array.DenseUnion); ok {
		return int(dense.ValueOffset(row))
	}
	return row
}

// equalRuns compares the values of two runs that share rows once.
func equalRuns(a, b *array.RunEndEncoded) bool {
	values := pairs{a: a.Values(), b: b.Values()}
	lastA, lastB := -1, -1
	return equalNested(a, b, func(row int) bool {
		x, y := a.GetPhysicalIndex(row), b.GetPhysicalIndex(row)
		if x == lastA && y == lastB {
			return true
		}
		lastA, lastB = x, y
		return values.add(x, y)
	}) && values.equal()
}

// equalEntries compares the entries that rows of dictionaries have.
func equalEntries(a, b *array.Dictionary) bool {
	values := pairs{a: a.Dictionary(), b: b.Dictionary()}
	return equalNested(a, b, func(row int) bool {
		return values.add(a.GetValueIndex(row), b.GetValueIndex(row))
	}) && values.equal()
}
