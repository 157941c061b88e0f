package inputs18

import (
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/volley-go/volley/bench/protocol"
)

// Sums adds up what a table comes to, batch by batch: numbers are summed, texts by
// their bytes, times by their seconds since 1970. Nulls count for nothing.
type Sums map[string]float64

// Add adds a batch.
func (s Sums) Add(record arrow.Record) {
	s["rows"] += float64(record.NumRows())
	for i, column := range record.Columns() {
		s[record.ColumnName(i)] += sum(column)
	}
}

// Nulls counts the nulls of a batch, as the answers of jobs that end in memory do.
func (s Sums) Nulls(record arrow.Record) {
	for _, column := range record.Columns() {
		s["nulls"] += float64(column.NullN())
	}
}

// Answer is the sums as a worker's answer.
func (s Sums) Answer() protocol.Answer {
	out := protocol.Answer{}
	for name, v := range s {
		out[name] = v
	}
	return out
}

// Later sums whole tables after the clock has stopped.
func Later(records []arrow.Record) protocol.Answer {
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
		s := Sums{"nulls": 0}
		for _, record := range records {
			s.Add(record)
			s.Nulls(record)
		}
		return s.Answer(), nil
	})}
}

func sum(column arrow.Array) float64 {
	switch c := column.(type) {
	case *array.Int64:
		return total(c, c.Int64Values())
	case *array.Int32:
		return total(c, c.Int32Values())
	case *array.Float64:
		return total(c, c.Float64Values())
	case *array.Timestamp:
		second := float64(time.Second / c.DataType().(*arrow.TimestampType).Unit.Multiplier())
		return total(c, c.TimestampValues()) / second
	case *array.Date32:
		return total(c, c.Date32Values()) * 86400
	case *array.String:
		return float64(len(c.ValueBytes())) // a null has no bytes
	case array.StringLike:
		return texts(c)
	case *array.Dictionary:
		return entries(c)
	}
	return math.NaN() // a type that no job has: the answer shows it
}

func total[T int64 | int32 | float64 | arrow.Date32 | arrow.Timestamp](column arrow.Array, values []T) (sum float64) {
	if column.NullN() == 0 {
		for _, v := range values {
			sum += float64(v)
		}
		return sum
	}
	for i, v := range values {
		if column.IsValid(i) {
			sum += float64(v)
		}
	}
	return sum
}

func texts(c array.StringLike) (bytes float64) {
	for i := range c.Len() {
		if c.IsValid(i) {
			bytes += float64(len(c.Value(i)))
		}
	}
	return bytes
}

// entries sums a dictionary's texts by how often they occur.
func entries(c *array.Dictionary) (bytes float64) {
	words := c.Dictionary().(array.StringLike)
	for i := range c.Len() {
		if c.IsValid(i) {
			bytes += float64(len(words.Value(c.GetValueIndex(i))))
		}
	}
	return bytes
}
