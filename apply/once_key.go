package apply

import (
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/bind"
)

// open takes the columns of a record batch.
func (k *inputKeys) open(rec arrow.Record) error {
	k.parts, k.codes, k.first = k.parts[:0], nil, k.first[:0]
	for _, c := range k.columns {
		if k.typed {
			k.first = append(append(k.first, valueType(rec.Column(c)).String()...), 0)
		}
		part, err := keyPart(rec.Column(c))
		if err != nil {
			return fmt.Errorf("Calls.Once: column %q: %w", rec.ColumnName(c), err)
		}
		k.parts = append(k.parts, part)
	}
	if len(k.columns) != 1 {
		return nil
	}
	if d, ok := rec.Column(k.columns[0]).(*array.Dictionary); ok && d.NullN() == 0 && d.Dictionary().NullN() == 0 {
		k.codes = d.GetValueIndex
		if d.Dictionary() != k.of {
			k.of, k.entries = d.Dictionary(), make([]*memoEntry, d.Dictionary().Len())
		}
	}
	return nil
}

func (k *inputKeys) load(lo int) { k.lo = lo }

// at is the input of row i of the vector, valid up to the next call.
func (k *inputKeys) at(i int) []byte { return k.row(k.lo + i) }

func (k *inputKeys) row(row int) []byte {
	k.buf = append(k.buf[:0], k.first...)
	for _, part := range k.parts {
		k.buf = part(k.buf, row)
	}
	return k.buf
}

// known is the place of the result for row i's dictionary entry; nil if the input is none.
func (k *inputKeys) known(i int) **memoEntry {
	if k.codes == nil {
		return nil
	}
	return &k.entries[k.codes(k.lo+i)]
}

// valueType is the type of a column's values, dictionary or not.
func valueType(arr arrow.Array) arrow.DataType {
	if d, ok := arr.(*array.Dictionary); ok {
		return d.Dictionary().DataType()
	}
	return arr.DataType()
}

// keyPart is what appends a column's value: a byte for null or not, and the value's own bytes.
func keyPart(arr arrow.Array) (func(dst []byte, row int) []byte, error) {
	value, err := valuePart(arr)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, row int) []byte {
		if arr.IsNull(row) {
			return append(dst, 0)
		}
		return value(append(dst, 1), row)
	}, nil
}

func valuePart(arr arrow.Array) (func(dst []byte, row int) []byte, error) {
	switch a := arr.(type) {
	case *array.Null:
		return func(dst []byte, _ int) []byte { return dst }, nil
	case *array.Boolean:
		return func(dst []byte, row int) []byte {
			if a.Value(row) {
				return append(dst, 1)
			}
			return append(dst, 0)
		}, nil
	case *array.Dictionary:
		entry, err := keyPart(a.Dictionary())
		if err != nil {
			return nil, err
		}
		return func(dst []byte, row int) []byte { return entry(dst, a.GetValueIndex(row)) }, nil
	}
	if t, ok := arr.DataType().(arrow.FixedWidthDataType); ok {
		return fixedPart(arr.Data(), t.BitWidth()/8), nil
	}
	view, err := bind.As[string](arr)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, row int) []byte {
		var buf [1]string
		text := view.Slice(row, row+1, buf[:])[0]
		return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
	}, nil
}

func fixedPart(data arrow.ArrayData, width int) func(dst []byte, row int) []byte {
	var values []byte
	if b := data.Buffers()[1]; b != nil {
		values = b.Bytes()[data.Offset()*width:]
	}
	return func(dst []byte, row int) []byte { return append(dst, values[row*width:(row+1)*width]...) }
}
