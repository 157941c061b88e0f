package frame

import (
	"cmp"
	"database/sql"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"

	"github.com/volley-go/volley/internal/bind"
)

// measure accumulates what a description tells of one column.
type measure interface {
	// add takes in a record batch's part of the column; it keeps none of its memory, unless all
	// values are kept.
	add(arr arrow.Array) error
	// merge takes in what a measure made alike has, which is then done with.
	merge(other measure)
	describe(d *description)
}

// measureOf makes the measure of a column. Where keep is 0 all values are kept, and everything is
// exact; else there are neither quartiles nor top, and different values beyond so many are
// estimated.
func measureOf(t arrow.DataType, keep int) measure {
	if dict, ok := t.(*arrow.DictionaryType); ok {
		t = dict.ValueType
	}
	switch t := t.(type) {
	case *arrow.BooleanType:
		return newOrdered(keep, scale[bool]{sort: sortBy(compareBools), compare: compareBools, text: strconv.FormatBool, number: number, hash: func(v bool) uint64 { return mix(uint64(number(v))) }})
	case *arrow.Float16Type, *arrow.Float32Type:
		return floats(keep, 32)
	case *arrow.Float64Type:
		return floats(keep, 64)
	case *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		return integers(keep, func(v uint64) string { return strconv.FormatUint(v, 10) }, func(v uint64) float64 { return float64(v) })
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type:
		return integers(keep, func(v int64) string { return strconv.FormatInt(v, 10) }, func(v int64) float64 { return float64(v) })
	case *arrow.Decimal128Type:
		return newOrdered(keep, scale[decimal128.Num]{
			sort: sortBy(decimal128.Num.Cmp), compare: decimal128.Num.Cmp, text: func(v decimal128.Num) string { return v.ToString(t.Scale) },
			number: func(v decimal128.Num) float64 { return v.ToFloat64(t.Scale) },
			hash:   func(v decimal128.Num) uint64 { return mix(mix(v.LowBits()) ^ uint64(v.HighBits())) },
		})
	case *arrow.Decimal256Type:
		return newOrdered(keep, scale[decimal256.Num]{
			sort: sortBy(decimal256.Num.Cmp), compare: decimal256.Num.Cmp, text: func(v decimal256.Num) string { return v.ToString(t.Scale) },
			number: func(v decimal256.Num) float64 { return v.ToFloat64(t.Scale) },
			hash: func(v decimal256.Num) (h uint64) {
				for _, word := range v.Array() {
					h = mix(h ^ word)
				}
				return h
			},
		})
	case *arrow.Date32Type:
		return integers(keep, func(v arrow.Date32) string { return v.ToTime().Format(time.DateOnly) }, nil)
	case *arrow.Date64Type:
		return integers(keep, func(v arrow.Date64) string { return v.ToTime().Format(time.DateOnly) }, nil)
	case *arrow.TimestampType:
		return integers(keep, func(v arrow.Timestamp) string { return timestampText(t, v) }, nil)
	case *arrow.Time32Type:
		return integers(keep, func(v arrow.Time32) string { return clockText(v.ToTime(t.Unit)) }, nil)
	case *arrow.Time64Type:
		return integers(keep, func(v arrow.Time64) string { return clockText(v.ToTime(t.Unit)) }, nil)
	case *arrow.DurationType:
		return integers(keep, func(v arrow.Duration) string { return durationText(t.Unit, v) }, nil)
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return newWords(keep, func(s string) string { return s })
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType, *arrow.FixedSizeBinaryType:
		return newWords(keep, func(s string) string { return hexed([]byte(s), len(s)) })
	}
	return new(nullsOnly)
}

// scale is what a measure needs to know of a type whose values have an order.
type scale[T comparable] struct {
	sort    func([]T)
	compare func(a, b T) int
	text    func(T) string
	number  func(T) float64 // nil: values have no mean
	hash    func(T) uint64
	skip    func(T) bool // values that take no part; nil: there are none
}

func sortBy[T any](compare func(a, b T) int) func([]T) {
	return func(values []T) { slices.SortFunc(values, compare) }
}

// integers is the scale of all types that are integers underneath.
func integers[T ~int32 | ~int64 | ~uint64](keep int, text func(T) string, number func(T) float64) measure {
	return newOrdered(keep, scale[T]{sort: slices.Sort[[]T], compare: cmp.Compare[T], text: text, number: number, hash: func(v T) uint64 { return mix(uint64(v)) }})
}

func floats(keep, bits int) measure {
	return newOrdered(keep, scale[float64]{
		sort: slices.Sort[[]float64], compare: cmp.Compare[float64],
		text:   func(v float64) string { return fixedFloat(v, bits, decimals([]float64{v}, bits)) },
		number: func(v float64) float64 { return v },
		hash:   func(v float64) uint64 { return mix(math.Float64bits(v + 0)) }, // -0 is 0
		skip:   math.IsNaN,
	})
}

func compareBools(a, b bool) int { return cmp.Compare(number(a), number(b)) }

func number(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

// ordered is the measure of values that have an order.
type ordered[T comparable] struct {
	scale[T]
	nulls       int
	n           int // neither null nor skipped
	least, most T
	moments     moments
	values      []T      // all of them, where they are kept
	uniques     *uniques // where they are not
}

func newOrdered[T comparable](keep int, s scale[T]) *ordered[T] {
	o := &ordered[T]{scale: s}
	if keep > 0 {
		o.uniques = newUniques(keep)
	}
	return o
}

func (o *ordered[T]) add(arr arrow.Array) error {
	nulls, err := present(arr, func(v T) {
		if o.skip != nil && o.skip(v) {
			return
		}
		if o.number != nil {
			o.moments.add(o.number(v))
		}
		if o.uniques == nil {
			o.values = append(o.values, v)
			return
		}
		o.extremes(v, v)
		o.n++
		o.uniques.add(o.hash(v))
	})
	o.nulls += nulls
	return err
}

func (o *ordered[T]) extremes(least, most T) {
	if o.n == 0 || o.compare(least, o.least) < 0 {
		o.least = least
	}
	if o.n == 0 || o.compare(most, o.most) > 0 {
		o.most = most
	}
}

func (o *ordered[T]) merge(other measure) {
	p := other.(*ordered[T])
	o.nulls += p.nulls
	o.moments.merge(&p.moments)
	o.values = append(o.values, p.values...)
	if p.n > 0 {
		o.extremes(p.least, p.most)
		o.n += p.n
		o.uniques.merge(p.uniques)
	}
}

func (o *ordered[T]) describe(d *description) {
	n := o.n + len(o.values)
	d.Nulls, d.Distinct, d.Exact = o.nulls, some(0), some(true)
	if n == 0 {
		return
	}
	if o.number != nil {
		d.Mean = some(o.moments.mean())
		if n > 1 {
			d.Std = some(o.moments.std())
		}
	}
	if o.uniques != nil {
		d.Min, d.Max = some(o.text(o.least)), some(o.text(o.most))
		d.Distinct, d.Exact = o.uniques.count(n)
		return
	}
	o.sort(o.values)
	// The smallest value that k quarters of the values do not exceed.
	quartile := func(k int) sql.Null[string] { return some(o.text(o.values[max((n*k+3)/4-1, 0)])) }
	d.Min, d.Q1, d.Q2, d.Q3, d.Max = quartile(0), quartile(1), quartile(2), quartile(3), quartile(4)
	different, top, rows := runsOf(o.values)
	d.Distinct = some(different)
	if rows > 1 {
		d.Top = some(o.text(top))
	}
}

// runsOf counts the runs of equal values, and finds the longest, the first of several.
func runsOf[T comparable](sorted []T) (runs int, top T, rows int) {
	for lo := 0; lo < len(sorted); runs++ {
		hi := lo + 1
		for hi < len(sorted) && sorted[hi] == sorted[lo] {
			hi++
		}
		if hi-lo > rows {
			top, rows = sorted[lo], hi-lo
		}
		lo = hi
	}
	return runs, top, rows
}

// words is the measure of texts. Kept texts are counted: sorting them would cost ten times as much.
type words struct {
	text        func(string) string
	nulls       int
	n           int
	least, most string
	seen        map[string]int // where they are kept
	uniques     *uniques       // where they are not
}

func newWords(keep int, text func(string) string) *words {
	if keep > 0 {
		return &words{text: text, uniques: newUniques(keep)}
	}
	return &words{text: text, seen: map[string]int{}}
}

func (w *words) add(arr arrow.Array) error {
	visit := func(s string) { w.seen[s]++ }
	if w.uniques != nil {
		visit = func(s string) {
			w.extremes(s, s)
			w.n++
			w.uniques.add(hashText(s))
		}
	}
	nulls, err := present(arr, visit)
	w.nulls += nulls
	w.least, w.most = strings.Clone(w.least), strings.Clone(w.most)
	return err
}

func (w *words) extremes(least, most string) {
	if w.n == 0 || least < w.least {
		w.least = least
	}
	if w.n == 0 || most > w.most {
		w.most = most
	}
}

func (w *words) merge(other measure) {
	v := other.(*words)
	w.nulls += v.nulls
	for s, n := range v.seen {
		w.seen[s] += n
	}
	if v.n > 0 {
		w.extremes(v.least, v.most)
		w.n += v.n
		w.uniques.merge(v.uniques)
	}
}

func (w *words) describe(d *description) {
	d.Nulls = w.nulls
	top, rows := "", 1
	for word, n := range w.seen {
		w.extremes(word, word)
		w.n++
		if n > rows || n == rows && rows > 1 && word < top {
			top, rows = word, n
		}
	}
	if rows > 1 {
		d.Top = some(w.text(top))
	}
	d.Distinct, d.Exact = some(w.n), some(true)
	if w.uniques != nil {
		d.Distinct, d.Exact = w.uniques.count(w.n)
	}
	if w.n > 0 {
		d.Min, d.Max = some(w.text(w.least)), some(w.text(w.most))
	}
}

// nullsOnly is the measure of lists, structs and the like. The nulls of unions and run-ends are
// those of the values behind.
type nullsOnly struct{ nulls int }

func (m *nullsOnly) add(arr arrow.Array) error {
	switch arr.DataType().(type) {
	case arrow.UnionType, *arrow.RunEndEncodedType:
		for i := range arr.Len() {
			if _, _, null := resolve(arr, i); null {
				m.nulls++
			}
		}
	default:
		m.nulls += arr.NullN()
	}
	return nil
}

func (m *nullsOnly) merge(other measure)     { m.nulls += other.(*nullsOnly).nulls }
func (m *nullsOnly) describe(d *description) { d.Nulls = m.nulls }

// present visits the values of an array that are not null.
func present[T any](arr arrow.Array, visit func(T)) (nulls int, err error) {
	c, err := bind.As[T](arr)
	if err != nil {
		return 0, err
	}
	var buf [512]T
	for lo := 0; lo < c.Len; lo += len(buf) {
		hi := min(lo+len(buf), c.Len)
		for i, v := range c.Slice(lo, hi, buf[:0]) {
			if !c.IsNull(lo + i) {
				visit(v)
			}
		}
	}
	return c.Nulls, nil
}

func some[T any](v T) sql.Null[T] { return sql.Null[T]{V: v, Valid: true} }
