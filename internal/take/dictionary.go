package take

import (
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// dictionary gathers indexes. Where the arrays share one dictionary that is not larger than the
// rows, it is copied as it is.
func (g gatherer) dictionary(t *arrow.DictionaryType) (arrow.Array, error) {
	if words := g.shared(); words != nil {
		idx, err := g.child(t.IndexType, func(a arrow.Array) arrow.Array { return a.(*array.Dictionary).Indices() }, g.picks)
		if err != nil {
			return nil, err
		}
		if words, err = Copy(words); err != nil {
			return nil, err
		}
		return withDictionary(t, array.MakeFromData(idx), words), nil
	}
	m := merged{places: make([][]int32, len(g.from)), texts: map[string]int32{}}
	for i, a := range g.from {
		words := a.(*array.Dictionary).Dictionary()
		m.words = append(m.words, words)
		m.places[i] = m.placesOf(i, words)
	}
	at := make([]int32, len(g.picks))
	for i, p := range g.picks {
		at[i] = -1
		if d := g.from[p.Array].(*array.Dictionary); d.IsValid(int(p.Row)) {
			at[i] = m.place(Pick{p.Array, int32(d.GetValueIndex(int(p.Row)))})
		}
	}
	idx, err := indexes(t, at, len(m.picked))
	if err != nil {
		return nil, err
	}
	words, err := Picks(t.ValueType, m.words, m.picked)
	if err != nil {
		return nil, err
	}
	return withDictionary(t, idx, words), nil
}

// shared is the dictionary of all arrays, if it is to be copied as it is.
func (g gatherer) shared() (words arrow.Array) {
	for _, a := range g.from {
		d := a.(*array.Dictionary)
		if words == nil {
			words = d.Dictionary()
		}
		if d.Data().Dictionary() != g.from[0].Data().Dictionary() {
			return nil
		}
	}
	if words != nil && words.Len() > max(len(g.picks), 16) {
		return nil
	}
	return words
}

func withDictionary(t *arrow.DictionaryType, idx, words arrow.Array) arrow.Array {
	d := idx.Data()
	return array.MakeFromData(array.NewDataWithDictionary(t, d.Len(), d.Buffers(), d.NullN(), 0, words.Data().(*array.Data)))
}

// merged is a dictionary of the entries that are picked from several.
type merged struct {
	words  []arrow.Array
	places [][]int32        // of each entry of each dictionary: its place; notYet
	texts  map[string]int32 // places by what an entry reads
	picked []Pick
}

const (
	notYet = -2
	noWord = -1 // an entry that is null
)

// placesOf begins the places of a dictionary's entries; arrays that share a dictionary share them.
func (m *merged) placesOf(i int, words arrow.Array) []int32 {
	for k := range i {
		if m.words[k].Data() == words.Data() {
			return m.places[k]
		}
	}
	out := make([]int32, words.Len())
	for k := range out {
		out[k] = notYet
	}
	return out
}

// place is where an entry is in the merged dictionary. The first that reads so is taken.
func (m *merged) place(p Pick) int32 {
	at := &m.places[p.Array][p.Row]
	if *at != notYet {
		return *at
	}
	words := m.words[p.Array]
	if *at = noWord; words.IsValid(int(p.Row)) {
		text := words.ValueStr(int(p.Row))
		have, seen := m.texts[text]
		if !seen {
			have = int32(len(m.picked))
			m.texts[text] = have
			m.picked = append(m.picked, p)
		}
		*at = have
	}
	return *at
}

// indexes is an array of places, null where they are below 0.
func indexes(t *arrow.DictionaryType, at []int32, entries int) (arrow.Array, error) {
	most := map[arrow.Type]int{
		arrow.INT8: math.MaxInt8, arrow.UINT8: math.MaxUint8, arrow.INT16: math.MaxInt16, arrow.UINT16: math.MaxUint16,
	}
	if m, narrow := most[t.IndexType.ID()]; narrow && entries > m+1 {
		return nil, fmt.Errorf("joining dictionaries: %d entries are more than an index of %s can tell apart: cast the column to %s", entries, t.IndexType, t.ValueType)
	}
	b := array.NewBuilder(memory.DefaultAllocator, t.IndexType)
	b.Reserve(len(at))
	add := adder(b)
	for _, i := range at {
		if i < 0 {
			b.AppendNull()
		} else {
			add(i)
		}
	}
	return b.NewArray(), nil
}

func adder(b array.Builder) func(int32) {
	switch b := b.(type) {
	case *array.Int8Builder:
		return func(i int32) { b.Append(int8(i)) }
	case *array.Uint8Builder:
		return func(i int32) { b.Append(uint8(i)) }
	case *array.Int16Builder:
		return func(i int32) { b.Append(int16(i)) }
	case *array.Uint16Builder:
		return func(i int32) { b.Append(uint16(i)) }
	case *array.Int32Builder:
		return func(i int32) { b.Append(i) }
	case *array.Uint32Builder:
		return func(i int32) { b.Append(uint32(i)) }
	case *array.Uint64Builder:
		return func(i int32) { b.Append(uint64(i)) }
	}
	return func(i int32) { b.(*array.Int64Builder).Append(int64(i)) }
}
