package parquetio

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/io/parquetio/internal/arrowtype"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// hint is what the Arrow schema kept in a file says of a column beyond what Parquet's types hold.
type hint struct {
	name    string
	typ     arrow.DataType // nil where it says nothing that is needed; of lists, one of a type to be filled in
	sorted  bool           // of a map's keys
	index   arrow.DataType // of a dictionary's indexes
	ordered bool           // of a dictionary's values
	meta    arrow.Metadata
	kids    []hint
}

// hints reads the kept schema, an Arrow IPC message. Arrow's own reader allocates lists by the
// length they claim, and takes the process with it; this one reads the few tables that are needed,
// every offset held against the bytes there are. What it cannot read is as good as not there.
func hints(kept string) (columns []hint, meta arrow.Metadata) {
	b, err := base64.StdEncoding.DecodeString(kept)
	if err != nil || len(b) < 12 {
		return nil, meta
	}
	if binary.LittleEndian.Uint32(b) == 0xffffffff { // left out by the first versions of the format
		b = b[4:]
	}
	f := &flat{b: b[4:], left: 1 << 16, texts: len(b)}
	message := f.follow(0)
	if f.byte(message, 1, 0) != 1 { // a schema
		return nil, meta
	}
	schema := f.child(message, 2)
	return f.fields(schema, 1, 0), f.metadata(schema, 2)
}

// flat reads flatbuffers. A table is the place of its first byte; 0 is none, of which all fields
// are absent.
type flat struct {
	b     []byte
	left  int // fields that may still be read: tables can be shared, so depth alone bounds nothing
	texts int // and bytes of texts
}

func (f *flat) u32(at int) int {
	if at < 0 || at+4 > len(f.b) {
		return 0
	}
	return int(binary.LittleEndian.Uint32(f.b[at:]))
}

// follow is what the offset at a place leads to; 0 where that is nowhere.
func (f *flat) follow(at int) int {
	if to := at + f.u32(at); to != at && to+4 <= len(f.b) {
		return to
	}
	return 0
}

// field is the place of a table's field of size bytes; 0 where it is absent.
func (f *flat) field(table, n, size int) int {
	if table == 0 {
		return 0
	}
	v := table - int(int32(f.u32(table)))
	if v < 0 || v+4 > len(f.b) {
		return 0
	}
	entry := 4 + 2*n
	if int(binary.LittleEndian.Uint16(f.b[v:])) < entry+2 || v+entry+2 > len(f.b) {
		return 0
	}
	off := int(binary.LittleEndian.Uint16(f.b[v+entry:]))
	if off == 0 || table+off+size > len(f.b) {
		return 0
	}
	return table + off
}

func (f *flat) child(table, n int) int {
	if at := f.field(table, n, 4); at != 0 {
		return f.follow(at)
	}
	return 0
}

func (f *flat) byte(table, n int, absent byte) byte {
	if at := f.field(table, n, 1); at != 0 {
		return f.b[at]
	}
	return absent
}

func (f *flat) short(table, n int, absent int) int {
	if at := f.field(table, n, 2); at != 0 {
		return int(binary.LittleEndian.Uint16(f.b[at:]))
	}
	return absent
}

func (f *flat) number(table, n, absent int) int {
	if at := f.field(table, n, 4); at != 0 {
		return int(int32(f.u32(at)))
	}
	return absent
}

func (f *flat) text(table, n int) string {
	at := f.child(table, n)
	size := f.u32(at)
	if at == 0 || size > len(f.b)-at-4 || size > f.texts {
		return ""
	}
	f.texts -= size
	return string(f.b[at+4 : at+4+size])
}

// fields reads the vector of fields that is a table's nth.
func (f *flat) fields(table, n, depth int) (out []hint) {
	at := f.child(table, n)
	count := f.u32(at)
	if at == 0 || depth > spec.NestingMax || count > (len(f.b)-at-4)/4 {
		return nil
	}
	for i := range count {
		if f.left--; f.left < 0 {
			return out
		}
		field := f.follow(at + 4 + 4*i)
		tag, table := f.byte(field, 2, 0), f.child(field, 3)
		h := hint{name: f.text(field, 0), typ: f.typ(tag, table), meta: f.metadata(field, 6)}
		h.sorted = tag == 17 && f.byte(table, 0, 0) != 0
		if d := f.child(field, 4); d != 0 {
			h.index = f.indexType(f.child(d, 1))
			h.ordered = f.byte(d, 2, 0) != 0
		}
		h.kids = f.fields(field, 5, depth+1)
		out = append(out, h)
	}
	return out
}

// metadata reads the vector of pairs that is a table's nth.
func (f *flat) metadata(table, n int) arrow.Metadata {
	at := f.child(table, n)
	count := f.u32(at)
	if at == 0 || count > (len(f.b)-at-4)/4 {
		return arrow.Metadata{}
	}
	var keys, values []string
	for i := range count {
		if f.left--; f.left < 0 {
			break
		}
		pair := f.follow(at + 4 + 4*i)
		keys, values = append(keys, f.text(pair, 0)), append(values, f.text(pair, 1))
	}
	return arrow.NewMetadata(keys, values)
}

// indexType is int32 where nothing else is said.
func (f *flat) indexType(table int) arrow.DataType {
	at := f.field(table, 0, 4)
	if at == 0 {
		return arrow.PrimitiveTypes.Int32
	}
	return arrowtype.Int(f.u32(at), f.byte(table, 1, 0) != 0)
}

// typ is the type of a union's tag and table, where Parquet's own types do not say as much.
func (f *flat) typ(tag byte, table int) arrow.DataType {
	unit := func(absent arrow.TimeUnit) arrow.TimeUnit { return arrow.TimeUnit(f.short(table, 0, int(absent))) }
	switch tag {
	case 5:
		return arrow.BinaryTypes.String
	case 7:
		if f.number(table, 2, 128) == 256 {
			return new(arrow.Decimal256Type)
		}
	case 8:
		if unit(1) == 1 {
			return arrow.FixedWidthTypes.Date64
		}
	case 9:
		if unit(arrow.Millisecond) == arrow.Second {
			return arrow.FixedWidthTypes.Time32s
		}
	case 10:
		if u := unit(arrow.Second); u <= arrow.Nanosecond {
			return &arrow.TimestampType{Unit: u, TimeZone: f.text(table, 1)}
		}
	case 18:
		if u := unit(arrow.Millisecond); u <= arrow.Nanosecond {
			return &arrow.DurationType{Unit: u}
		}
	case 16:
		if n := f.number(table, 0, 0); n > 0 {
			return arrow.FixedSizeListOf(int32(n), arrow.Null)
		}
	case 19:
		return arrow.BinaryTypes.LargeBinary
	case 20:
		return arrow.BinaryTypes.LargeString
	case 21:
		return arrow.LargeListOf(arrow.Null)
	case 23:
		return arrow.BinaryTypes.BinaryView
	case 24:
		return arrow.BinaryTypes.StringView
	case 25:
		return arrow.ListViewOf(arrow.Null)
	case 26:
		return arrow.LargeListViewOf(arrow.Null)
	}
	return nil
}
