package write

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// thriftOut writes thrift's compact protocol. Page headers are written by the million, and the
// library's encoder goes by reflection; and statistics have fields that it does not know.
type thriftOut struct {
	b    []byte
	last int   // number of the struct's field before
	outs []int // those of the structs around it
}

func (t *thriftOut) reset() { t.b, t.last, t.outs = t.b[:0], 0, t.outs[:0] }

func (t *thriftOut) field(id int, kind thrift.Type) {
	if d := id - t.last; d > 0 && d < 16 {
		t.b = append(t.b, byte(d)<<4|byte(kind))
	} else {
		t.b = binary.AppendVarint(append(t.b, byte(kind)), int64(id))
	}
	t.last = id
}

func (t *thriftOut) i16(id int, v int16) {
	t.field(id, thrift.I16)
	t.b = binary.AppendVarint(t.b, int64(v))
}

func (t *thriftOut) i32(id int, v int) {
	t.field(id, thrift.I32)
	t.b = binary.AppendVarint(t.b, int64(v))
}

func (t *thriftOut) i64(id int, v int64) {
	t.field(id, thrift.I64)
	t.b = binary.AppendVarint(t.b, v)
}

func (t *thriftOut) bool(id int, v bool) {
	if v {
		t.field(id, thrift.TRUE)
	} else {
		t.field(id, thrift.FALSE)
	}
}

func (t *thriftOut) text(id int, v string) {
	t.field(id, thrift.BINARY)
	t.textItem(v)
}

func (t *thriftOut) textItem(v string) { t.b = append(binary.AppendUvarint(t.b, uint64(len(v))), v...) }

func (t *thriftOut) bytes(id int, v []byte) {
	t.field(id, thrift.BINARY)
	t.bytesItem(v)
}

func (t *thriftOut) bytesItem(v []byte) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(v))), v...)
}

// list begins a list of n, whose items follow; structs between item and end.
func (t *thriftOut) list(id int, kind thrift.Type, n int) {
	t.field(id, thrift.LIST)
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|byte(kind))
		return
	}
	t.b = binary.AppendUvarint(append(t.b, 0xf0|byte(kind)), uint64(n))
}

func (t *thriftOut) intItem(v int64) { t.b = binary.AppendVarint(t.b, v) }

// boolItem is a boolean of a list, which takes a byte.
func (t *thriftOut) boolItem(v bool) {
	if v {
		t.b = append(t.b, byte(thrift.TRUE))
	} else {
		t.b = append(t.b, byte(thrift.FALSE))
	}
}

// begin begins a struct in a field, item one in a list; end ends it, and the outermost too.
func (t *thriftOut) begin(id int) {
	t.field(id, thrift.STRUCT)
	t.item()
}

func (t *thriftOut) item() {
	t.outs = append(t.outs, t.last)
	t.last = 0
}

func (t *thriftOut) end() {
	t.b = append(t.b, 0)
	if n := len(t.outs); n > 0 {
		t.last = t.outs[n-1]
		t.outs = t.outs[:n-1]
	}
}
