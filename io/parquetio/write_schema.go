package parquetio

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bind"
)

// leaf is how a column of an Arrow type lies in the file.
type leaf struct {
	physical  format.Type
	length    int32 // of FixedLenByteArray
	logical   format.LogicalTypeValue
	converted thrift.Null[deprecated.ConvertedType]
	scale     thrift.Null[int32]
	precision thrift.Null[int32]
}

func withConverted(l leaf, c deprecated.ConvertedType) leaf {
	l.converted = thrift.New(c)
	return l
}

// leafOf finds how a column of type t is stored.
func leafOf(t arrow.DataType) (leaf, error) {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return leafOf(t.ValueType)
	case *arrow.BooleanType:
		return leaf{physical: format.Boolean}, nil
	case *arrow.Int8Type:
		return integer(8, true), nil
	case *arrow.Int16Type:
		return integer(16, true), nil
	case *arrow.Int32Type:
		return leaf{physical: format.Int32}, nil
	case *arrow.Int64Type, *arrow.DurationType:
		return leaf{physical: format.Int64}, nil
	case *arrow.Uint8Type:
		return integer(8, false), nil
	case *arrow.Uint16Type:
		return integer(16, false), nil
	case *arrow.Uint32Type:
		return integer(32, false), nil
	case *arrow.Uint64Type:
		return integer(64, false), nil
	case *arrow.Float16Type:
		return leaf{physical: format.FixedLenByteArray, length: 2, logical: &format.Float16Type{}}, nil
	case *arrow.Float32Type:
		return leaf{physical: format.Float}, nil
	case *arrow.Float64Type:
		return leaf{physical: format.Double}, nil
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return withConverted(leaf{physical: format.ByteArray, logical: &format.StringType{}}, deprecated.UTF8), nil
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType:
		return leaf{physical: format.ByteArray}, nil
	case *arrow.FixedSizeBinaryType:
		return leaf{physical: format.FixedLenByteArray, length: int32(t.ByteWidth)}, nil
	case *arrow.Date32Type, *arrow.Date64Type:
		return withConverted(leaf{physical: format.Int32, logical: &format.DateType{}}, deprecated.Date), nil
	case *arrow.Time32Type:
		return leaf{physical: format.Int32, logical: &format.TimeType{IsAdjustedToUTC: true, Unit: unit(arrow.Millisecond)}}, nil
	case *arrow.Time64Type:
		return leaf{physical: format.Int64, logical: &format.TimeType{IsAdjustedToUTC: true, Unit: unit(t.Unit)}}, nil
	case *arrow.TimestampType:
		return timestampLeaf(t), nil
	case *arrow.Decimal128Type:
		return decimal(t.Precision, t.Scale, 16), nil
	case *arrow.Decimal256Type:
		return decimal(t.Precision, t.Scale, 32), nil
	case *arrow.NullType:
		return leaf{physical: format.Int32, logical: &format.NullType{}}, nil
	}
	return leaf{}, fmt.Errorf("a %s column cannot be written: only flat columns can, take it apart or drop it", bind.Name(t))
}

func integer(width int8, signed bool) leaf {
	l := leaf{physical: format.Int32, logical: &format.IntType{BitWidth: width, IsSigned: signed}}
	if width == 64 {
		l.physical = format.Int64
	}
	first := deprecated.Int8
	if !signed {
		first = deprecated.Uint8
	}
	step := map[int8]deprecated.ConvertedType{8: 0, 16: 1, 32: 2, 64: 3}[width]
	return withConverted(l, first+step)
}

// unit is an Arrow time unit; Parquet has no seconds, which are written as milliseconds.
func unit(u arrow.TimeUnit) format.TimeUnit {
	switch u {
	case arrow.Microsecond:
		return format.TimeUnit{Value: &format.MicroSeconds{}}
	case arrow.Nanosecond:
		return format.TimeUnit{Value: &format.NanoSeconds{}}
	}
	return format.TimeUnit{Value: &format.MilliSeconds{}}
}

func timestampLeaf(t *arrow.TimestampType) leaf {
	utc := t.TimeZone != ""
	l := leaf{physical: format.Int64, logical: &format.TimestampType{IsAdjustedToUTC: utc, Unit: unit(t.Unit)}}
	switch {
	case !utc || t.Unit == arrow.Nanosecond:
	case t.Unit == arrow.Microsecond:
		l = withConverted(l, deprecated.TimestampMicros)
	default:
		l = withConverted(l, deprecated.TimestampMillis)
	}
	return l
}

func decimal(precision, scale, length int32) leaf {
	l := leaf{physical: format.FixedLenByteArray, length: length, logical: &format.DecimalType{Scale: scale, Precision: precision}}
	l.scale, l.precision = thrift.New(scale), thrift.New(precision)
	return withConverted(l, deprecated.Decimal)
}

// elements is the file's schema: a root, then its columns.
func elements(schema *arrow.Schema) (list []format.SchemaElement, leaves []leaf, err error) {
	list = append(list, format.SchemaElement{Name: "schema", NumChildren: thrift.New(int32(schema.NumFields()))})
	for _, f := range schema.Fields() {
		l, err := leafOf(f.Type)
		if err != nil {
			return nil, nil, fmt.Errorf("column %q: %w", f.Name, err)
		}
		e := format.SchemaElement{
			Name: f.Name, Type: thrift.New(l.physical), RepetitionType: thrift.New(format.Optional),
			ConvertedType: l.converted, Scale: l.scale, Precision: l.precision, LogicalType: format.LogicalType{Value: l.logical},
		}
		if l.physical == format.FixedLenByteArray {
			e.TypeLength = thrift.New(l.length)
		}
		list, leaves = append(list, e), append(leaves, l)
	}
	return list, leaves, nil
}

// arrowSchema is the Arrow schema as files of other writers carry it: an IPC stream without rows.
func arrowSchema(schema *arrow.Schema) (string, error) {
	var b bytes.Buffer
	if err := ipc.NewWriter(&b, ipc.WithSchema(schema)).Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// detailKey is the metadata under which a file says what Parquet's types cannot.
const detailKey = "volley:types"

// details are those types: units of durations, and zones other than UTC.
func details(schema *arrow.Schema) (string, error) {
	out := map[string]string{}
	for _, f := range schema.Fields() {
		switch t := f.Type.(type) {
		case *arrow.DurationType:
			out[f.Name] = "duration " + t.Unit.String()
		case *arrow.TimestampType:
			if t.TimeZone != "" && t.TimeZone != "UTC" {
				out[f.Name] = "zone " + t.TimeZone
			}
		}
	}
	b, err := json.Marshal(out)
	return string(b), err
}
