package main

import (
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/volley-go/volley/bench/protocol"
)

// sums adds up what a table comes to, batch by batch: numbers summed, texts by
// their bytes, times by their seconds.
type sums map[string]float64

func (s sums) add(record arrow.Record) {
	s["rows"] += float64(record.NumRows())
	for i, column := range record.Columns() {
		s[record.ColumnName(i)] += sum(column)
	}
}

// nulls counts them too, as the answers of the jobs that end in memory do.
func (s sums) nulls(record arrow.Record) {
	for _, column := range record.Columns() {
		s["nulls"] += float64(column.NullN())
	}
}

func (s sums) answer() protocol.Answer {
	out := protocol.Answer{}
	for name, v := range s {
		out[name] = v
	}
	return out
}

func sum(column arrow.Array) float64 {
	switch c := column.(type) {
	case *array.Int64:
		return total(c, c.Int64Values(), func(v int64) float64 { return float64(v) })
	case *array.Int32:
		return total(c, c.Int32Values(), func(v int32) float64 { return float64(v) })
	case *array.Float64:
		return total(c, c.Float64Values(), func(v float64) float64 { return v })
	case *array.Timestamp:
		second := int64(time.Second / c.DataType().(*arrow.TimestampType).Unit.Multiplier())
		return total(c, c.TimestampValues(), func(v arrow.Timestamp) float64 { return float64(int64(v) / second) })
	case *array.Date32:
		return total(c, c.Date32Values(), func(v arrow.Date32) float64 { return float64(v) * 86400 })
	case *array.String:
		return texts(c)
	}
	return 0
}

func total[T any](column arrow.Array, values []T, number func(T) float64) (sum float64) {
	for i, v := range values {
		if column.IsValid(i) {
			sum += number(v)
		}
	}
	return sum
}

func texts(c *array.String) float64 {
	bytes := 0
	for i := range c.Len() {
		if c.IsValid(i) {
			bytes += c.ValueLen(i)
		}
	}
	return float64(bytes)
}
