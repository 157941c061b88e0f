package write

import (
	"errors"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/bitmap"
)

// collect works out which rows have a value, as a bitmap or as levels, and hands the selected rows
// of each array to take.
func (e *encoder) collect(l *leaf, pieces []arrow.Array, take func(*leaf, arrow.Array, selection) error) error {
	e.values.reset()
	e.rows, e.count = 0, 0
	for _, a := range pieces {
		e.rows += a.Len()
	}
	e.rep, e.def = e.rep[:0], e.def[:0]
	e.bits = resize(e.bits, bitmap.Bytes(e.rows))
	at := 0
	for _, a := range pieces {
		s, leaf, err := e.addRows(l, a, at)
		if err == nil && s.count > 0 {
			err = take(l, leaf, s)
		}
		if err != nil {
			return err
		}
		at += a.Len()
		e.count += s.count
	}
	return nil
}

// addRows adds an array's rows to the bitmap or the levels. It returns the leaf's array, and which
// of its rows are not null.
func (e *encoder) addRows(l *leaf, a arrow.Array, at int) (selection, arrow.Array, error) {
	if !l.flat() {
		leaf, err := e.levels.walk(l, a)
		if err != nil {
			return selection{}, nil, err
		}
		e.rep, e.def = append(e.rep, e.levels.rep...), append(e.def, e.levels.def...)
		s := selectAt(e.levels.at, e.at)
		e.at = s.at
		return s, leaf, nil
	}
	leaf := unwrap(a)
	s := selectValid(leaf)
	if s.valid == nil {
		bitmap.Fill(e.bits, at, a.Len(), true)
	} else {
		bitmap.Copy(e.bits, at, s.valid, s.off, a.Len())
	}
	return s, leaf, nil
}

var errTooLarge = errors.New("the dictionary is too large")

// takeCodes reuses an Arrow dictionary: it numbers the values that rows have (all, if their order
// means something) and turns the rows' indexes into those numbers. (A new dictionary
// is made: arrays of one column may have different ones.)
func (e *encoder) takeCodes(l *leaf, a arrow.Array, s selection) error {
	d, ok := a.(*array.Dictionary)
	if !ok {
		return errTooLarge
	}
	from := len(e.rowCodes)
	e.rowCodes = slices.Grow(e.rowCodes, s.count+1)[:from+s.count+1]
	rows := e.rowCodes[from:]
	pickIndexes(rows, d.Indices(), &s)
	e.rowCodes = e.rowCodes[:from+s.count]
	rows = rows[:s.count]
	values := unwrap(d.Dictionary())
	e.used = resize(e.used, values.Len())
	clear(e.used)
	for _, k := range rows {
		e.used[k] = true
	}
	if l.ordered { // the values' order is that of the whole dictionary
		for k := range e.used {
			e.used[k] = values.IsValid(k)
		}
	}
	at := make([]int32, 0, min(values.Len(), len(rows)))
	for k, u := range e.used {
		if u {
			at = append(at, int32(k))
		}
	}
	before := e.values.count(l)
	if err := e.values.add(l, values, selection{count: len(at), at: at}); err != nil {
		return err
	}
	if !e.numberValues(l, before, dictionaryBytes) {
		return errTooLarge
	}
	numbers := make([]uint32, values.Len())
	for i, k := range at {
		numbers[k] = e.dict.codes[before+i]
	}
	for i, k := range rows {
		rows[i] = numbers[k]
	}
	return nil
}

// pickIndexes puts a dictionary array's selected indexes into dst.
func pickIndexes(dst []uint32, a arrow.Array, s *selection) {
	switch a := a.(type) {
	case *array.Int8:
		pick(dst, a.Int8Values(), s)
	case *array.Int16:
		pick(dst, a.Int16Values(), s)
	case *array.Int32:
		pick(dst, a.Int32Values(), s)
	case *array.Int64:
		pick(dst, a.Int64Values(), s)
	case *array.Uint8:
		pick(dst, a.Uint8Values(), s)
	case *array.Uint16:
		pick(dst, a.Uint16Values(), s)
	case *array.Uint32:
		pick(dst, a.Uint32Values(), s)
	case *array.Uint64:
		pick(dst, a.Uint64Values(), s)
	}
}

// entries is how many rows and elements there are, nulls and empty lists included.
func (e *encoder) entries(l *leaf) int {
	if l.flat() {
		return e.rows
	}
	return len(e.def)
}
