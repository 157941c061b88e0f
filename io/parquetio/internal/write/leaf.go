package write

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/fault"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// leaf is a column of the file, with how it is stored: a column of the table, or one inside a
// column of lists, structs or maps.
type leaf struct {
	element  format.SchemaElement
	physical format.Type
	width    int // bytes of a stored value; 0 for byte arrays and booleans
	unsigned bool
	decimal  bool           // values of fixed length are numbers
	utf8     bool           // byte arrays are text
	typ      arrow.DataType // of the values; of a dictionary, its entries

	column         int      // of the table
	path           []string // from the table's column down
	steps          []step   // from its arrays down to those of the leaf
	maxDef, maxRep uint8
	bloom          bool
	packing        *packing
	dictionary     bool // Arrow has a dictionary of the values
	ordered        bool // in which their order means something
}

// flat reports whether the leaf is a column of the table itself, which has a faster way.
func (l *leaf) flat() bool { return len(l.steps) == 0 }

// name is the path as errors and options have it.
func (l *leaf) name() string { return strings.Join(l.path, ".") }

// step leads from an array to one inside it.
type step struct {
	list     bool // to the elements, each with levels of its own
	field    int  // else, to this field of a struct
	required bool // from an array without nulls: the entries of a map, and its keys
}

// layout is the file's schema: its elements, depth first, and its leaves.
type layout struct {
	elements []format.SchemaElement
	leaves   []*leaf
}

// layoutOf chooses how a table's columns are stored. Every column may have nulls, whatever the
// field says (frames are not held to it), but for the keys of maps.
func layoutOf(file string, schema *arrow.Schema) (*layout, error) {
	l := new(layout)
	root := format.SchemaElement{Name: "schema", NumChildren: thrift.New(int32(schema.NumFields()))}
	l.elements = append(l.elements, root)
	for i, f := range schema.Fields() {
		w := walk{layout: l, at: leaf{column: i}}
		if err := w.field(f.Name, f.Type, format.Optional); err != nil {
			return nil, fault.In("write", file, w.name(f.Name), err)
		}
	}
	return l, nil
}

// walk goes down a column; at is where it is.
type walk struct {
	layout *layout
	at     leaf
	failed string // path of what could not be stored
}

func (w *walk) name(column string) string {
	if w.failed == "" {
		return column
	}
	return w.failed
}

// into returns the walk one step further down.
func (w walk) into(name string, repetition format.FieldRepetitionType, steps ...step) walk {
	w.at.path = append(w.at.path[:len(w.at.path):len(w.at.path)], name)
	w.at.steps = append(w.at.steps[:len(w.at.steps):len(w.at.steps)], steps...)
	switch repetition {
	case format.Optional:
		w.at.maxDef++
	case format.Repeated:
		w.at.maxDef++
		w.at.maxRep++
	}
	return w
}

// group adds an element that has others below it.
func (w *walk) group(name string, repetition format.FieldRepetitionType, kids int, k format.LogicalTypeValue, converted ...deprecated.ConvertedType) {
	e := format.SchemaElement{Name: name, RepetitionType: thrift.New(repetition), NumChildren: thrift.New(int32(kids))}
	e.LogicalType.Value = k
	for _, c := range converted {
		e.ConvertedType = thrift.New(c)
	}
	w.layout.elements = append(w.layout.elements, e)
}

// field adds the elements of a column, and the leaves below it.
func (w *walk) field(name string, t arrow.DataType, repetition format.FieldRepetitionType, steps ...step) (err error) {
	in := w.into(name, repetition, steps...)
	if len(in.at.path) > spec.NestingMax {
		err = fault.Unsupported("columns are nested more than %d deep", spec.NestingMax)
	} else {
		err = in.typ(name, t, repetition)
	}
	if err != nil && w.failed == "" {
		if w.failed = in.failed; w.failed == "" {
			w.failed = in.at.name()
		}
	}
	return err
}

func (w *walk) typ(name string, t arrow.DataType, repetition format.FieldRepetitionType) error {
	switch t := t.(type) {
	case arrow.ExtensionType:
		return w.extension(name, t, repetition)
	case *arrow.StructType:
		if t.NumFields() == 0 {
			return fault.Unsupported("a struct without fields cannot be written; leave it out")
		}
		w.group(name, repetition, t.NumFields(), nil)
		for i, f := range t.Fields() {
			if err := w.field(f.Name, f.Type, format.Optional, step{field: i, required: repetition == format.Required}); err != nil {
				return err
			}
		}
		return nil
	case *arrow.MapType:
		w.group(name, repetition, 1, new(format.MapType), deprecated.Map)
		w.group("key_value", format.Repeated, 2, nil)
		in := w.into("key_value", format.Repeated, step{list: true, required: repetition == format.Required})
		err := in.field("key", t.KeyType(), format.Required, step{required: true})
		if err == nil {
			err = in.field("value", t.ItemType(), format.Optional, step{field: 1, required: true})
		}
		w.failed = in.failed
		return err
	case arrow.ListLikeType:
		w.group(name, repetition, 1, new(format.ListType), deprecated.List)
		w.group("list", format.Repeated, 1, nil)
		in := w.into("list", format.Repeated, step{list: true, required: repetition == format.Required})
		err := in.field("element", t.Elem(), format.Optional)
		w.failed = in.failed
		return err
	}
	return w.leaf(name, t, nil, repetition)
}

// extension stores what the type is made of; UUIDs and JSON have a name in Parquet too.
func (w *walk) extension(name string, t arrow.ExtensionType, repetition format.FieldRepetitionType) error {
	storage := t.StorageType()
	switch t.ExtensionName() {
	case "arrow.uuid", "uuid":
		if f, ok := storage.(*arrow.FixedSizeBinaryType); ok && f.ByteWidth == 16 {
			return w.leaf(name, storage, new(format.UUIDType), repetition)
		}
	case "arrow.json":
		if storage.ID() == arrow.STRING || storage.ID() == arrow.LARGE_STRING || storage.ID() == arrow.STRING_VIEW {
			return w.leaf(name, storage, new(format.JsonType), repetition)
		}
	}
	return w.typ(name, storage, repetition)
}

// leaf adds a column of the file; k is its logical type if the Arrow type does not say it.
func (w *walk) leaf(name string, t arrow.DataType, k format.LogicalTypeValue, repetition format.FieldRepetitionType) error {
	e := w.at
	e.typ = t
	if d, ok := t.(*arrow.DictionaryType); ok {
		e.typ, e.ordered = unwrapType(d.ValueType), d.Ordered
	}
	e.element = format.SchemaElement{Name: name, RepetitionType: thrift.New(repetition)}
	if err := e.chooseType(); err != nil {
		return err
	}
	if k != nil {
		e.set(e.physical, k)
	}
	e.dictionary = t.ID() == arrow.DICTIONARY && e.physical != format.Boolean && e.typ.ID() != arrow.NULL
	e.element.Type = thrift.New(e.physical)
	switch e.physical {
	case format.Int32, format.Float:
		e.width = 4
	case format.Int64, format.Double:
		e.width = 8
	case format.FixedLenByteArray:
		e.element.TypeLength = thrift.New(int32(e.width))
	}
	w.layout.elements = append(w.layout.elements, e.element)
	e.packing = new(packing)
	w.layout.leaves = append(w.layout.leaves, &e)
	return nil
}

// unwrapType returns what an extension type is made of, and any other type as it is.
func unwrapType(t arrow.DataType) arrow.DataType {
	for {
		x, ok := t.(arrow.ExtensionType)
		if !ok {
			return t
		}
		t = x.StorageType()
	}
}

func (l *leaf) set(p format.Type, k format.LogicalTypeValue, converted ...deprecated.ConvertedType) {
	l.physical = p
	l.element.LogicalType.Value = k
	for _, c := range converted {
		l.element.ConvertedType = thrift.New(c)
	}
}

// chooseType finds the stored type of a type's values.
func (l *leaf) chooseType() error {
	switch t := l.typ.(type) {
	case *arrow.NullType:
		l.set(format.Int32, new(format.NullType))
	case *arrow.BooleanType:
		l.set(format.Boolean, nil)
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type, *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		l.setInteger(t.(arrow.FixedWidthDataType).BitWidth(), arrow.IsSignedInteger(t.ID()))
	case *arrow.Float32Type:
		l.set(format.Float, nil)
	case *arrow.Float64Type:
		l.set(format.Double, nil)
	case *arrow.Float16Type:
		l.width = 2
		l.set(format.FixedLenByteArray, new(format.Float16Type))
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		l.utf8 = true
		l.set(format.ByteArray, new(format.StringType), deprecated.UTF8)
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType:
		l.set(format.ByteArray, nil)
	case *arrow.FixedSizeBinaryType:
		l.width = t.ByteWidth
		l.set(format.FixedLenByteArray, nil)
		if t.ByteWidth == 0 {
			return fault.Unsupported("values of no bytes cannot be written; leave the column out")
		}
	case *arrow.Decimal128Type:
		l.setDecimal(t.Precision, t.Scale, 16)
	case *arrow.Decimal256Type:
		l.setDecimal(t.Precision, t.Scale, 32)
	default:
		return l.chooseTimeType()
	}
	return nil
}

// chooseTimeType is chooseType for dates and times, and the end of what can be stored.
func (l *leaf) chooseTimeType() error {
	switch t := l.typ.(type) {
	case *arrow.Date32Type:
		l.set(format.Int32, new(format.DateType), deprecated.Date)
	case *arrow.Date64Type:
		l.set(format.Int64, &format.TimestampType{Unit: parquetUnit(arrow.Millisecond)})
	case *arrow.Time32Type:
		l.set(format.Int32, &format.TimeType{Unit: parquetUnit(arrow.Millisecond)})
	case *arrow.Time64Type:
		l.set(format.Int64, &format.TimeType{Unit: parquetUnit(t.Unit)})
	case *arrow.TimestampType:
		l.set(format.Int64, &format.TimestampType{Unit: parquetUnit(t.Unit), IsAdjustedToUTC: t.TimeZone != ""})
	case *arrow.DurationType:
		l.set(format.Int64, nil)
	default:
		return fault.Unsupported("a column of type %v cannot be written; compute a column of another type from it, or leave it out", t)
	}
	return nil
}

func (l *leaf) setInteger(width int, signed bool) {
	l.unsigned = !signed
	physical := format.Int32
	if width == 64 {
		physical = format.Int64
	}
	if signed && width >= 32 {
		l.set(physical, nil)
		return
	}
	first := deprecated.Int8
	if !signed {
		first = deprecated.Uint8
	}
	log := map[int]deprecated.ConvertedType{8: 0, 16: 1, 32: 2, 64: 3}[width]
	l.set(physical, &format.IntType{BitWidth: int8(width), IsSigned: signed}, first+log)
}

// setDecimal stores decimals of up to 18 digits as integers, and of more as big-endian bytes.
func (l *leaf) setDecimal(precision, scale int32, width int) {
	k := &format.DecimalType{Precision: precision, Scale: scale}
	l.element.Precision, l.element.Scale = thrift.New(precision), thrift.New(scale)
	switch {
	case width == 16 && precision <= 9:
		l.set(format.Int32, k, deprecated.Decimal)
	case width == 16 && precision <= 18:
		l.set(format.Int64, k, deprecated.Decimal)
	default:
		l.width, l.decimal = width, true
		l.set(format.FixedLenByteArray, k, deprecated.Decimal)
	}
}

// parquetUnit returns the unit that u is stored in: milliseconds for seconds, which Parquet has
// not.
func parquetUnit(u arrow.TimeUnit) format.TimeUnit {
	switch u {
	case arrow.Microsecond:
		return format.TimeUnit{Value: new(format.MicroSeconds)}
	case arrow.Nanosecond:
		return format.TimeUnit{Value: new(format.NanoSeconds)}
	}
	return format.TimeUnit{Value: new(format.MilliSeconds)}
}
