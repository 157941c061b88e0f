package parquetio

import (
	"github.com/apache/arrow/go/v17/arrow"
)

// schemaKey is the key under which Arrow's writers keep the schema that Parquet's own types cannot hold
// all of: zones, large and view texts, dictionaries, durations.
const schemaKey = "ARROW:schema"

// restore gives columns the Arrow types they were written from, where those fit what is stored. keep makes
// dictionaries of all other texts.
func (f *file) restore(keep bool) {
	byName := map[string]*hint{}
	for _, kv := range f.meta.KeyValueMetadata {
		if kv.Key != schemaKey {
			continue
		}
		kept := hints(kv.Value)
		for i := range kept {
			byName[kept[i].name] = &kept[i]
		}
	}
	for _, n := range f.nodes {
		if h := byName[n.name]; h != nil {
			n.restore(h)
		}
		if keep && n.flat() && (n.typ.ID() == arrow.STRING || n.typ.ID() == arrow.BINARY) {
			n.typ = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: n.typ}
		}
	}
}

// restore takes what the hint says where the node's values are stored as such a type's are.
func (n *node) restore(h *hint) {
	if n.leaf != nil {
		if h.typ != nil && fits(n.typ, h.typ) {
			n.typ = h.typ
		}
		if h.index != nil && n.flat() && n.typ.ID() != arrow.BOOL {
			n.typ = &arrow.DictionaryType{IndexType: h.index, ValueType: n.typ}
		}
		return
	}
	if len(h.kids) != len(n.kids) {
		return
	}
	fields := make([]arrow.Field, len(n.kids))
	for i, k := range n.kids {
		k.restore(&h.kids[i])
		fields[i] = k.field()
	}
	switch n.typ.(type) {
	case *arrow.StructType:
		n.typ = arrow.StructOf(fields...)
	case *arrow.ListType:
		n.typ = arrow.ListOfField(fields[0])
	case *arrow.MapType:
		entry := n.kids[0]
		m := arrow.MapOf(entry.kids[0].typ, entry.kids[1].typ)
		m.SetItemNullable(entry.kids[1].optional)
		n.typ = m
	}
}

// fits tells whether what was read as type is can be handed out as type want.
func fits(is, want arrow.DataType) bool {
	switch w := want.(type) {
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return is.ID() == arrow.STRING
	case *arrow.LargeBinaryType, *arrow.BinaryViewType:
		return is.ID() == arrow.BINARY
	case *arrow.DurationType:
		return is.ID() == arrow.INT64
	case *arrow.Date64Type:
		t, ok := is.(*arrow.TimestampType)
		return ok && t.Unit == arrow.Millisecond
	case *arrow.Time32Type:
		return is.ID() == arrow.TIME32
	case *arrow.TimestampType:
		t, ok := is.(*arrow.TimestampType)
		return ok && (t.Unit == w.Unit || t.Unit == arrow.Millisecond && w.Unit == arrow.Second) && (t.TimeZone == "") == (w.TimeZone == "")
	}
	return false
}
