package parquetio

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/near"
)

// parquetFile is a file whose footer is read and checked.
type parquetFile struct {
	name    string
	r       io.ReaderAt
	size    int64
	closer  io.Closer
	limits  Limits
	groups  []format.RowGroup
	columns []fileColumn
}

// fileColumn is a flat column of a file.
type fileColumn struct {
	name     string
	optional bool
	element  format.SchemaElement
	t        arrow.DataType
	refused  error // why it cannot be read, where it cannot
	chunk    int   // its place among a row group's column chunks
}

func (f *parquetFile) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// open opens a file and reads its footer.
func (s *source) open(name string) (_ *parquetFile, err error) {
	f := &parquetFile{name: name, r: s.reader, size: s.size, limits: s.options.Limits.withDefaults()}
	if s.reader == nil {
		file, err := os.Open(name)
		if err != nil {
			return nil, readError(name, err)
		}
		info, err := file.Stat()
		if err == nil && info.IsDir() {
			err = errors.New("is a directory: name a file in it, or a pattern")
		}
		if err != nil {
			file.Close()
			return nil, readError(name, err)
		}
		f.r, f.size, f.closer = file, info.Size(), file
	}
	if err := guard(f.footer); err != nil {
		f.Close()
		return nil, readError(name, err)
	}
	return f, nil
}

// guard makes a panic of a decoder an error: files are not to be trusted, and neither
// is every path of every decoder.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the file is broken: %v", v)
		}
	}()
	return f()
}

// footer reads the file's metadata from its end.
func (f *parquetFile) footer() error {
	var tail [8]byte
	if f.size < 12 {
		return fmt.Errorf("is no Parquet file: it has %d bytes", f.size)
	}
	if _, err := f.r.ReadAt(tail[:], f.size-8); err != nil {
		return err
	}
	switch string(tail[4:]) {
	case magic:
	case "PARE":
		return errors.New("is encrypted, which is not supported")
	default:
		return errors.New("is no Parquet file, or was cut short: it does not end with PAR1")
	}
	n := int64(binary.LittleEndian.Uint32(tail[:4]))
	if n > f.size-12 || n > f.limits.FooterBytes {
		return fmt.Errorf("the footer says it has %d bytes; the file has %d, Limits.FooterBytes is %d", n, f.size, f.limits.FooterBytes)
	}
	b := make([]byte, n)
	if _, err := f.r.ReadAt(b, f.size-8-n); err != nil {
		return err
	}
	var meta format.FileMetaData
	if _, err := decodeThrift(b, &meta); err != nil {
		return fmt.Errorf("the footer is broken: %w", err)
	}
	return f.adopt(&meta)
}

// adopt checks the metadata and keeps what is needed.
func (f *parquetFile) adopt(meta *format.FileMetaData) error {
	if len(meta.RowGroups) > f.limits.RowGroupsMax {
		return fmt.Errorf("has %d row groups, Limits.RowGroupsMax is %d", len(meta.RowGroups), f.limits.RowGroupsMax)
	}
	if err := f.flatten(meta); err != nil {
		return err
	}
	f.groups = meta.RowGroups
	leaves := 0
	for _, c := range meta.Schema[1:] {
		if c.NumChildren.V == 0 {
			leaves++
		}
	}
	rows := int64(0)
	for i, g := range f.groups {
		if len(g.Columns) != leaves {
			return fmt.Errorf("row group %d has %d columns, the schema %d", i, len(g.Columns), leaves)
		}
		if g.NumRows < 0 || g.NumRows > 1<<31-1 {
			return fmt.Errorf("row group %d says it has %d rows", i, g.NumRows)
		}
		rows += g.NumRows
	}
	if rows != meta.NumRows {
		return fmt.Errorf("the row groups have %d rows, the file says %d", rows, meta.NumRows)
	}
	return nil
}

// flatten lists the root's children; nested ones are kept with why they cannot be read.
func (f *parquetFile) flatten(meta *format.FileMetaData) error {
	if len(meta.Schema) == 0 {
		return errors.New("has no schema")
	}
	children := int(meta.Schema[0].NumChildren.V)
	if children < 0 || children > f.limits.ColumnsMax {
		return fmt.Errorf("has %d columns, Limits.ColumnsMax is %d", children, f.limits.ColumnsMax)
	}
	details := detailFields(meta)
	at, leaf := 1, 0
	for range children {
		if at >= len(meta.Schema) {
			return errors.New("the schema has fewer columns than it says")
		}
		e := meta.Schema[at]
		c := fileColumn{name: e.Name, element: e, chunk: leaf, optional: e.RepetitionType.V == format.Optional}
		next, leaves, err := skip(meta.Schema, at, 0)
		if err != nil {
			return err
		}
		switch {
		case next > at+1 || e.NumChildren.V > 0:
			c.refused = errors.New("a nested column (list, map or struct), which cannot be read yet: Select the others")
		case e.RepetitionType.V == format.Repeated:
			c.refused = errors.New("a repeated column, which cannot be read yet: Select the others")
		default:
			c.t, c.refused = arrowType(e, details[e.Name])
		}
		if slices.ContainsFunc(f.columns, func(have fileColumn) bool { return have.name == c.name }) {
			return fmt.Errorf("two columns are called %q", c.name)
		}
		f.columns = append(f.columns, c)
		at, leaf = next, leaf+leaves
	}
	if at != len(meta.Schema) {
		return errors.New("the schema has more columns than it says")
	}
	return nil
}

// skip finds the end of an element's subtree, and its leaves.
func skip(schema []format.SchemaElement, at, depth int) (next, leaves int, err error) {
	if at >= len(schema) || depth > 100 {
		return 0, 0, errors.New("the schema is broken")
	}
	n := int(schema[at].NumChildren.V)
	next = at + 1
	if n == 0 {
		return next, 1, nil
	}
	for range n {
		var k int
		if next, k, err = skip(schema, next, depth+1); err != nil {
			return 0, 0, err
		}
		leaves += k
	}
	return next, leaves, nil
}

// detailFields are the types that a file of this package says more about than Parquet can; none for
// other files. (The Arrow schema that files carry besides is not read: arrow's decoder
// of it can be made to allocate until the process dies.)
func detailFields(meta *format.FileMetaData) map[string]string {
	for _, kv := range meta.KeyValueMetadata {
		if kv.Key != detailKey {
			continue
		}
		var fields map[string]string
		if json.Unmarshal([]byte(kv.Value), &fields) == nil {
			return fields
		}
	}
	return nil
}

// arrowType is the Arrow type of a column; detail is what the file says beyond Parquet's types. It is
// believed where it says more about the same bytes.
func arrowType(e format.SchemaElement, detail string) (arrow.DataType, error) {
	t, err := logicalType(e)
	if err != nil || detail == "" {
		return t, err
	}
	if zone, ok := strings.CutPrefix(detail, "zone "); ok {
		if ts, ok := t.(*arrow.TimestampType); ok && ts.TimeZone != "" {
			return &arrow.TimestampType{Unit: ts.Unit, TimeZone: zone}, nil
		}
	}
	if unit, ok := strings.CutPrefix(detail, "duration "); ok && t.ID() == arrow.INT64 {
		for _, u := range []arrow.TimeUnit{arrow.Second, arrow.Millisecond, arrow.Microsecond, arrow.Nanosecond} {
			if u.String() == unit {
				return &arrow.DurationType{Unit: u}, nil
			}
		}
	}
	return t, nil
}

func logicalType(e format.SchemaElement) (arrow.DataType, error) {
	switch l := e.LogicalType.Value.(type) {
	case *format.DecimalType:
		return decimalType(l.Precision, l.Scale)
	case *format.TimestampType:
		u, err := unitOf(l.Unit)
		if l.IsAdjustedToUTC {
			return &arrow.TimestampType{Unit: u, TimeZone: "UTC"}, err
		}
		return &arrow.TimestampType{Unit: u}, err
	case *format.TimeType:
		u, err := unitOf(l.Unit)
		if u == arrow.Millisecond {
			return &arrow.Time32Type{Unit: u}, err
		}
		return &arrow.Time64Type{Unit: u}, err
	case *format.DateType:
		return arrow.FixedWidthTypes.Date32, nil
	case *format.IntType:
		return intType(int(l.BitWidth), l.IsSigned)
	case *format.StringType, *format.EnumType, *format.JsonType:
		return arrow.BinaryTypes.String, nil
	case *format.Float16Type:
		return arrow.FixedWidthTypes.Float16, nil
	case *format.NullType:
		return arrow.Null, nil
	}
	if e.ConvertedType.Valid {
		if t, err := convertedType(e); t != nil || err != nil {
			return t, err
		}
	}
	switch e.Type.V {
	case format.Boolean:
		return arrow.FixedWidthTypes.Boolean, nil
	case format.Int32:
		return arrow.PrimitiveTypes.Int32, nil
	case format.Int64:
		return arrow.PrimitiveTypes.Int64, nil
	case format.Int96:
		return arrow.FixedWidthTypes.Timestamp_ns, nil
	case format.Float:
		return arrow.PrimitiveTypes.Float32, nil
	case format.Double:
		return arrow.PrimitiveTypes.Float64, nil
	case format.ByteArray:
		return arrow.BinaryTypes.Binary, nil
	case format.FixedLenByteArray:
		if e.TypeLength.V <= 0 || e.TypeLength.V > 1<<20 {
			return nil, fmt.Errorf("its values say they have %d bytes", e.TypeLength.V)
		}
		return &arrow.FixedSizeBinaryType{ByteWidth: int(e.TypeLength.V)}, nil
	}
	return nil, fmt.Errorf("physical type %d is not known", e.Type.V)
}

// convertedType is the type by the annotations of before 2017; nil for those that add nothing.
func convertedType(e format.SchemaElement) (arrow.DataType, error) {
	switch c := e.ConvertedType.V; c {
	case deprecated.UTF8, deprecated.Enum, deprecated.Json:
		return arrow.BinaryTypes.String, nil
	case deprecated.Decimal:
		return decimalType(e.Precision.V, e.Scale.V)
	case deprecated.Date:
		return arrow.FixedWidthTypes.Date32, nil
	case deprecated.TimeMillis:
		return arrow.FixedWidthTypes.Time32ms, nil
	case deprecated.TimeMicros:
		return arrow.FixedWidthTypes.Time64us, nil
	case deprecated.TimestampMillis:
		return arrow.FixedWidthTypes.Timestamp_ms, nil
	case deprecated.TimestampMicros:
		return arrow.FixedWidthTypes.Timestamp_us, nil
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return intType(8<<(c-deprecated.Uint8), false)
	case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return intType(8<<(c-deprecated.Int8), true)
	}
	return nil, nil
}

func intType(width int, signed bool) (arrow.DataType, error) {
	types := map[int][2]arrow.DataType{
		8: {arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Int8}, 16: {arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Int16},
		32: {arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Int32}, 64: {arrow.PrimitiveTypes.Uint64, arrow.PrimitiveTypes.Int64},
	}
	t, ok := types[width]
	if !ok {
		return nil, fmt.Errorf("an integer of %d bits is not known", width)
	}
	if signed {
		return t[1], nil
	}
	return t[0], nil
}

func decimalType(precision, scale int32) (arrow.DataType, error) {
	switch {
	case precision < 1 || precision > 76 || scale < 0 || scale > precision:
		return nil, fmt.Errorf("a decimal of %d digits, %d of them behind the point, is not known", precision, scale)
	case precision <= 38:
		return &arrow.Decimal128Type{Precision: precision, Scale: scale}, nil
	}
	return &arrow.Decimal256Type{Precision: precision, Scale: scale}, nil
}

func unitOf(u format.TimeUnit) (arrow.TimeUnit, error) {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return arrow.Millisecond, nil
	case *format.MicroSeconds:
		return arrow.Microsecond, nil
	case *format.NanoSeconds:
		return arrow.Nanosecond, nil
	}
	return 0, errors.New("its time unit is not known")
}

// choose finds the columns asked for; nil is all.
func (f *parquetFile) choose(names []string) ([]int, error) {
	have := make([]string, len(f.columns))
	for i, c := range f.columns {
		have[i] = c.name
	}
	var out []int
	if names == nil {
		for i := range f.columns {
			out = append(out, i)
		}
	}
	for _, n := range names {
		at := slices.Index(have, n)
		if at < 0 {
			return nil, readError(f.name, fmt.Errorf("no column %q%s", n, near.Hint(n, have)))
		}
		out = append(out, at)
	}
	for _, at := range out {
		if c := f.columns[at]; c.refused != nil {
			return nil, readError(f.name, fmt.Errorf("column %q is %w", c.name, c.refused))
		}
	}
	return out, nil
}

func (f *parquetFile) schemaOf(columns []int) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, at := range columns {
		fields[i] = arrow.Field{Name: f.columns[at].name, Type: f.columns[at].t, Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}
