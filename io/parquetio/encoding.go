package parquetio

import (
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
)

// encoding is how a column is stored.
type encoding struct {
	element  format.SchemaElement
	physical format.Type
	width    int // bytes of a stored value; 0 for byte arrays and booleans
	unsigned bool
	typ      arrow.DataType // of the values: of a dictionary's, where it is one
}

// encodingOf chooses how a field is stored. Every column may have nulls, whatever the field says: frames are
// not held to it.
func encodingOf(f arrow.Field) (*encoding, error) {
	e := &encoding{typ: f.Type}
	if d, ok := f.Type.(*arrow.DictionaryType); ok {
		e.typ = d.ValueType
	}
	e.element = format.SchemaElement{Name: f.Name, RepetitionType: thrift.New(format.Optional)}
	if err := e.choose(); err != nil {
		return nil, err
	}
	e.element.Type = thrift.New(e.physical)
	switch e.physical {
	case format.Int32, format.Float:
		e.width = 4
	case format.Int64, format.Double:
		e.width = 8
	case format.FixedLenByteArray:
		e.element.TypeLength = thrift.New(int32(e.width))
	}
	return e, nil
}

func (e *encoding) set(p format.Type, l format.LogicalTypeValue, converted ...deprecated.ConvertedType) {
	e.physical = p
	e.element.LogicalType.Value = l
	for _, c := range converted {
		e.element.ConvertedType = thrift.New(c)
	}
}

func (e *encoding) choose() error {
	switch t := e.typ.(type) {
	case *arrow.BooleanType:
		e.set(format.Boolean, nil)
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type, *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		e.integer(t.(arrow.FixedWidthDataType).BitWidth(), arrow.IsSignedInteger(t.ID()))
	case *arrow.Float32Type:
		e.set(format.Float, nil)
	case *arrow.Float64Type:
		e.set(format.Double, nil)
	case *arrow.Float16Type:
		e.width = 2
		e.set(format.FixedLenByteArray, new(format.Float16Type))
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		e.set(format.ByteArray, new(format.StringType), deprecated.UTF8)
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType:
		e.set(format.ByteArray, nil)
	case *arrow.FixedSizeBinaryType:
		e.width = t.ByteWidth
		e.set(format.FixedLenByteArray, nil)
		if t.ByteWidth == 0 {
			return unsupported("values of no bytes")
		}
	case *arrow.Date32Type:
		e.set(format.Int32, new(format.DateType), deprecated.Date)
	case *arrow.Date64Type:
		e.set(format.Int64, &format.TimestampType{Unit: parquetUnit(arrow.Millisecond)})
	case *arrow.Time32Type:
		e.set(format.Int32, &format.TimeType{Unit: parquetUnit(arrow.Millisecond)})
	case *arrow.Time64Type:
		e.set(format.Int64, &format.TimeType{Unit: parquetUnit(t.Unit)})
	case *arrow.TimestampType:
		e.set(format.Int64, &format.TimestampType{Unit: parquetUnit(t.Unit), IsAdjustedToUTC: t.TimeZone != ""})
	case *arrow.DurationType:
		e.set(format.Int64, nil)
	case *arrow.Decimal128Type:
		e.decimal(t.Precision, t.Scale, 16)
	case *arrow.Decimal256Type:
		e.decimal(t.Precision, t.Scale, 32)
	default:
		return unsupported("a column of type %v cannot be written; compute a column of another type from it, or leave it out", t)
	}
	return nil
}

func (e *encoding) integer(width int, signed bool) {
	e.unsigned = !signed
	physical := format.Int32
	if width == 64 {
		physical = format.Int64
	}
	if signed && width >= 32 {
		e.set(physical, nil)
		return
	}
	first := deprecated.Int8
	if !signed {
		first = deprecated.Uint8
	}
	log := map[int]deprecated.ConvertedType{8: 0, 16: 1, 32: 2, 64: 3}[width]
	e.set(physical, &format.IntType{BitWidth: int8(width), IsSigned: signed}, first+log)
}

// decimal stores up to 18 digits as integers, and more as big-endian bytes.
func (e *encoding) decimal(precision, scale int32, width int) {
	k := &format.DecimalType{Precision: precision, Scale: scale}
	e.element.Precision, e.element.Scale = thrift.New(precision), thrift.New(scale)
	switch {
	case width == 16 && precision <= 9:
		e.set(format.Int32, k, deprecated.Decimal)
	case width == 16 && precision <= 18:
		e.set(format.Int64, k, deprecated.Decimal)
	default:
		e.width = width
		e.set(format.FixedLenByteArray, k, deprecated.Decimal)
	}
}

// parquetUnit is the unit that holds u: Parquet has no seconds.
func parquetUnit(u arrow.TimeUnit) format.TimeUnit {
	switch u {
	case arrow.Microsecond:
		return format.TimeUnit{Value: new(format.MicroSeconds)}
	case arrow.Nanosecond:
		return format.TimeUnit{Value: new(format.NanoSeconds)}
	}
	return format.TimeUnit{Value: new(format.MilliSeconds)}
}

// dense collects the values of arrays that are not null.
type dense struct {
	fixed []byte   // of fixed width
	texts []string // of byte arrays; they share the arrays' memory
	bits  []byte   // of booleans, a byte each
}

func (d *dense) reset() { d.fixed, d.texts, d.bits = d.fixed[:0], d.texts[:0], d.bits[:0] }

// add collects an array's values.
func (d *dense) add(e *encoding, a arrow.Array) error {
	switch a := a.(type) {
	case *array.Dictionary:
		return d.addDictionary(e, a)
	case *array.Boolean:
		for i := range a.Len() {
			if a.IsValid(i) {
				b := byte(0)
				if a.Value(i) {
					b = 1
				}
				d.bits = append(d.bits, b)
			}
		}
	case *array.String:
		d.texts = appendTexts(d.texts, a, a.Value)
	case *array.LargeString:
		d.texts = appendTexts(d.texts, a, a.Value)
	case *array.StringView:
		d.texts = appendTexts(d.texts, a, a.Value)
	case *array.Binary:
		d.texts = appendTexts(d.texts, a, a.ValueString)
	case *array.LargeBinary:
		d.texts = appendTexts(d.texts, a, a.ValueString)
	case *array.BinaryView:
		d.texts = appendTexts(d.texts, a, a.ValueString)
	case *array.Int8:
		d.fixed = appendWider(d.fixed, a, a.Int8Values())
	case *array.Int16:
		d.fixed = appendWider(d.fixed, a, a.Int16Values())
	case *array.Uint8:
		d.fixed = appendWider(d.fixed, a, a.Uint8Values())
	case *array.Uint16:
		d.fixed = appendWider(d.fixed, a, a.Uint16Values())
	case *array.Decimal128:
		return d.addDecimals(e, a)
	case *array.Decimal256:
		d.addWideDecimals(a)
	default:
		d.addFixed(a)
		return d.seconds(a)
	}
	return nil
}

// addDictionary collects the values that the indexes stand for. (The column's own dictionary is made anew: arrays of one
// column may have different ones, with values that none of their rows has.)
func (d *dense) addDictionary(e *encoding, a *array.Dictionary) error {
	var all dense
	if err := all.add(e, a.Dictionary()); err != nil {
		return err
	}
	values := a.Dictionary()
	at := make([]int, values.Len()) // of each value among those not null
	n := 0
	for i := range at {
		at[i] = n
		if values.IsValid(i) {
			n++
		}
	}
	for i := range a.Len() {
		if a.IsNull(i) {
			continue
		}
		k := a.GetValueIndex(i)
		if values.IsNull(k) {
			continue
		}
		switch k = at[k]; {
		case e.physical == format.Boolean:
			d.bits = append(d.bits, all.bits[k])
		case e.width == 0:
			d.texts = append(d.texts, all.texts[k])
		default:
			d.fixed = append(d.fixed, all.fixed[k*e.width:(k+1)*e.width]...)
		}
	}
	return nil
}

func appendTexts(dst []string, a arrow.Array, value func(int) string) []string {
	if a.NullN() == 0 {
		for i := range a.Len() {
			dst = append(dst, value(i))
		}
		return dst
	}
	for i := range a.Len() {
		if a.IsValid(i) {
			dst = append(dst, value(i))
		}
	}
	return dst
}

func appendWider[T int8 | int16 | uint8 | uint16](dst []byte, a arrow.Array, values []T) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, 4*len(values))...)
	out := as[int32](dst[at:])
	n := 0
	for i, v := range values {
		if a.IsValid(i) {
			out[n] = int32(v)
			n++
		}
	}
	return dst[:at+4*n]
}

// addFixed copies values that are stored as Arrow has them.
func (d *dense) addFixed(a arrow.Array) {
	data := a.Data()
	w := a.DataType().(arrow.FixedWidthDataType).BitWidth() / 8
	if a.Len() == 0 || a.NullN() == a.Len() {
		return
	}
	values := data.Buffers()[1].Bytes()[data.Offset()*w : (data.Offset()+a.Len())*w]
	if a.NullN() == 0 {
		d.fixed = append(d.fixed, values...)
		return
	}
	// Runs of valid rows are copied at once.
	valid, off := a.NullBitmapBytes(), data.Offset()
	for i := 0; i < a.Len(); {
		if !bitmap.Get(valid, off+i) {
			i++
			continue
		}
		j := i + 1
		for j < a.Len() && bitmap.Get(valid, off+j) {
			j++
		}
		d.fixed = append(d.fixed, values[i*w:j*w]...)
		i = j
	}
}

// seconds makes milliseconds of what Arrow has in seconds.
func (d *dense) seconds(a arrow.Array) error {
	switch t := a.DataType().(type) {
	case *arrow.Time32Type:
		if t.Unit == arrow.Second {
			own := as[int32](d.fixed)
			for i := len(own) - (a.Len() - a.NullN()); i < len(own); i++ {
				own[i] *= 1000
			}
		}
	case *arrow.TimestampType:
		if t.Unit == arrow.Second {
			own := as[int64](d.fixed)
			for i := len(own) - (a.Len() - a.NullN()); i < len(own); i++ {
				if own[i] > math.MaxInt64/1000 || own[i] < math.MinInt64/1000 {
					return fmt.Errorf("a time %d s after 1970 does not fit in milliseconds, Parquet's longest unit", own[i])
				}
				own[i] *= 1000
			}
		}
	}
	return nil
}

func (d *dense) addDecimals(e *encoding, a *array.Decimal128) error {
	for i, v := range a.Values() {
		if a.IsNull(i) {
			continue
		}
		switch e.width {
		case 16:
			d.fixed = appendBig(d.fixed, raw([]decimal128.Num{v}))
		default:
			x := int64(v.LowBits())
			if v.HighBits() != x>>63 || e.width == 4 && int64(int32(x)) != x {
				return fmt.Errorf("row %d: a value has more digits than its type %v", i, a.DataType())
			}
			d.fixed = append(d.fixed, raw([]int64{x})[:e.width]...)
		}
	}
	return nil
}

func (d *dense) addWideDecimals(a *array.Decimal256) {
	for i, v := range a.Values() {
		if a.IsValid(i) {
			d.fixed = appendBig(d.fixed, raw([]decimal256.Num{v}))
		}
	}
}

func appendBig(dst, little []byte) []byte {
	for i := len(little) - 1; i >= 0; i-- {
		dst = append(dst, little[i])
	}
	return dst
}

// presence writes which rows of the arrays have a value to bits from 0 on, and returns how many have.
func presence(bits []byte, pieces []arrow.Array) (set int) {
	at := 0
	for _, a := range pieces {
		d, isDict := a.(*array.Dictionary)
		switch {
		case isDict && d.Dictionary().NullN() > 0:
			for i := range a.Len() {
				if a.IsValid(i) && d.Dictionary().IsValid(d.GetValueIndex(i)) {
					bitmap.Set(bits, at+i)
				}
			}
		case a.NullN() == 0:
			bitmap.Fill(bits, at, a.Len(), true)
		default:
			bitmap.Copy(bits, at, a.NullBitmapBytes(), a.Data().Offset(), a.Len())
		}
		at += a.Len()
	}
	return bitmap.Count(bits, 0, at)
}
