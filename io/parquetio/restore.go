package parquetio

import (
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// The keys of a field's metadata that make its column one of an extension type.
const (
	extensionName = "ARROW:extension:name"
	extensionData = "ARROW:extension:metadata"
)

// restore gives columns the Arrow types they were written from, if those fit what is stored. If
// keep is set all other texts become dictionaries.
func (f *file) restore(keep bool) {
	var kept []hint
	for _, kv := range f.meta.KeyValueMetadata {
		if kv.Key == spec.SchemaKey {
			kept, f.kept = hints(kv.Value)
		}
	}
	byName := map[string]*hint{}
	for i := range kept {
		byName[kept[i].name] = &kept[i]
	}
	for i, n := range f.nodes {
		h := byName[n.name]
		if len(kept) == len(f.nodes) && kept[i].name == n.name { // names need not differ
			h = &kept[i]
		}
		if h != nil {
			if h.index != nil && n.leaf != nil {
				h.index = f.indexType(n.leaf, h.index)
			}
			n.restore(h)
		}
		if keep && n.ext == nil && n.flat() && (n.typ.ID() == arrow.STRING || n.typ.ID() == arrow.BINARY) {
			n.typ = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: n.typ}
		}
	}
}

// indexType returns the type that a dictionary's indexes had if the statistics show that it reaches
// all values of every row group's dictionary, and else int32. (A row group may gather batches that
// have a dictionary each, and then has more values than the indexes of one batch reach.)
func (f *file) indexType(l *leaf, was arrow.DataType) arrow.DataType {
	if was.(arrow.FixedWidthDataType).BitWidth() >= 32 {
		return was
	}
	if !strings.HasPrefix(f.meta.CreatedBy, "volley ") { // others count no distinct values: one type for all of a writer's files
		return arrow.PrimitiveTypes.Int32
	}
	for i := range f.meta.RowGroups {
		chunks := f.meta.RowGroups[i].Columns
		if l.index >= len(chunks) {
			return arrow.PrimitiveTypes.Int32
		}
		m := &chunks[l.index].MetaData
		n := m.Statistics.DistinctCount
		if n > reach(was) || n <= 0 && m.Statistics.NullCount != m.NumValues {
			return arrow.PrimitiveTypes.Int32
		}
	}
	return was
}

// reach returns how many values of a dictionary indexes of a type can tell apart.
func reach(index arrow.DataType) int64 {
	width := index.(arrow.FixedWidthDataType).BitWidth()
	if arrow.IsSignedInteger(index.ID()) {
		width--
	}
	return 1 << min(width, 31)
}

// restore gives the node the type and the metadata of the hint, as far as they fit its values.
func (n *node) restore(h *hint) {
	n.meta = h.meta
	defer n.extend()
	if n.leaf != nil {
		if h.typ != nil {
			n.typ = fit(n.typ, h.typ)
		}
		if h.index != nil && n.flat() && n.typ.ID() != arrow.BOOL && n.typ.ID() != arrow.NULL {
			n.typ = &arrow.DictionaryType{IndexType: h.index, ValueType: n.typ, Ordered: h.ordered}
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
		if h.kids[0].name != "" {
			fields[0].Name = h.kids[0].name
		}
		n.typ = n.listOf(fields[0], h.typ)
	case *arrow.MapType:
		n.typ = mapOf(n.kids[0], h.sorted)
	}
}

// listOf returns the type of lists of elements, of the kind of want.
func (n *node) listOf(element arrow.Field, want arrow.DataType) arrow.DataType {
	switch w := want.(type) {
	case *arrow.LargeListType:
		return arrow.LargeListOfField(element)
	case *arrow.ListViewType:
		return arrow.ListViewOfField(element)
	case *arrow.LargeListViewType:
		return arrow.LargeListViewOfField(element)
	case *arrow.FixedSizeListType:
		n.leaves(func(l *leaf) { l.each = int64(min(float64(l.each)*float64(w.Len()), math.MaxInt32)) })
		return arrow.FixedSizeListOfField(w.Len(), element)
	}
	return arrow.ListOfField(element)
}

// mapOf is a map of the entries that entry describes.
func mapOf(entry *node, sorted bool) *arrow.MapType {
	key, value := entry.kids[0].field(), entry.kids[1].field()
	m := arrow.MapOfWithMetadata(key.Type, key.Metadata, value.Type, value.Metadata)
	m.SetItemNullable(value.Nullable)
	m.KeysSorted = sorted
	return m
}

// extend makes the node's type an extension type if its metadata names one that the program has
// registered and that takes what is stored. Others stay what they are made of, with the metadata
// that names them.
func (n *node) extend() {
	i := n.meta.FindKey(extensionName)
	if i < 0 {
		return
	}
	x := arrow.GetExtensionType(n.meta.Values()[i])
	if x == nil {
		return
	}
	data := ""
	if k := n.meta.FindKey(extensionData); k >= 0 {
		data = n.meta.Values()[k]
	}
	var failed error
	defer guard(&failed) // the program's own code meets what a file says
	x, failed = x.Deserialize(n.typ, data)
	if failed == nil && arrow.TypeEqual(x.StorageType(), n.typ) {
		n.ext, n.meta = x, without(n.meta, extensionName, extensionData)
	}
}

// without is metadata without some keys.
func without(m arrow.Metadata, keys ...string) arrow.Metadata {
	left := m.ToMap()
	for _, k := range keys {
		delete(left, k)
	}
	return arrow.MetadataFrom(left)
}

// fit returns want, or as much of it as the stored type can represent; otherwise the stored type.
func fit(stored, want arrow.DataType) arrow.DataType {
	fits := false
	switch w := want.(type) {
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		fits = stored.ID() == arrow.STRING
	case *arrow.LargeBinaryType, *arrow.BinaryViewType:
		fits = stored.ID() == arrow.BINARY
	case *arrow.DurationType:
		fits = stored.ID() == arrow.INT64
	case *arrow.Date64Type:
		t, ok := stored.(*arrow.TimestampType)
		fits = ok && t.Unit == arrow.Millisecond && t.TimeZone == ""
	case *arrow.Time32Type:
		fits = stored.ID() == arrow.TIME32
	case *arrow.Decimal256Type:
		if d, ok := stored.(*arrow.Decimal128Type); ok {
			return &arrow.Decimal256Type{Precision: d.Precision, Scale: d.Scale}
		}
	case *arrow.TimestampType:
		t, ok := stored.(*arrow.TimestampType)
		if !ok || (t.TimeZone == "") != (w.TimeZone == "") {
			return stored
		}
		if fits = t.Unit == w.Unit || t.Unit == arrow.Millisecond && w.Unit == arrow.Second; !fits {
			return &arrow.TimestampType{Unit: t.Unit, TimeZone: w.TimeZone}
		}
	}
	if fits {
		return want
	}
	return stored
}

// adopt gives the file's dictionaries the types of those of a stream's first file, if their indexes
// reach as far.
func (f *file) adopt(first *arrow.Schema) {
	if first.NumFields() != len(f.wanted) {
		return
	}
	fields := f.schema.Fields()
	for i, n := range f.wanted {
		want, ok := first.Field(i).Type.(*arrow.DictionaryType)
		if is, also := n.typ.(*arrow.DictionaryType); ok && also && n.ext == nil && arrow.TypeEqual(is.ValueType, want.ValueType) &&
			reach(is.IndexType) <= reach(want.IndexType) {
			n.typ = want
			fields[i].Type = want
		}
	}
	meta := f.schema.Metadata()
	f.schema = arrow.NewSchema(fields, &meta)
}
