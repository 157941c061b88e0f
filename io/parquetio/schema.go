package parquetio

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/arrowtype"
	"github.com/volley-go/volley/io/parquetio/internal/fault"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// node is a column of the file, or a group of columns inside one.
type node struct {
	name     string
	optional bool
	shape    shape
	kids     []*node
	leaf     *leaf          // of a column without columns inside
	typ      arrow.DataType // as handed out; of an extension type, what it is made of
	ext      arrow.ExtensionType
	meta     arrow.Metadata

	// An entry of the levels below this node belongs to a value of it where its definition level is
	// at least present - 1 (null) or present (not null).
	present uint8
	// Of a list: the levels from which on an entry is an element, and at which one begins.
	repeated, rep uint8
}

// shape is how a node is put together.
type shape uint8

const (
	plainShape shape = iota
	structShape
	listShape // kids[0] is the element; of a map, the struct of key and value
	mapShape
)

// leaf is a column as it is stored.
type leaf struct {
	index          int // among the row group's column chunks
	path           string
	physical       format.Type
	width          int // bytes of a value; 0 for byte arrays
	maxDef, maxRep uint8
	typ            arrow.DataType // what its values are, before the Arrow schema kept in the file has its say
	each           int64          // values that a row takes at least: those of lists of a fixed size, which are there where a list is null
}

// leaves calls visit for every leaf below n, in the file's order.
func (n *node) leaves(visit func(*leaf)) {
	if n.leaf != nil {
		visit(n.leaf)
	}
	for _, k := range n.kids {
		k.leaves(visit)
	}
}

// flat tells whether the column has one leaf and neither lists nor structs, which have a faster
// way.
func (n *node) flat() bool { return n.leaf != nil && n.leaf.maxRep == 0 && n.leaf.maxDef <= 1 }

// shares tells whether rows taken of the column share its buffers: those of dictionaries and views,
// inside it too.
func (n *node) shares() bool {
	switch n.typ.ID() {
	case arrow.DICTIONARY, arrow.STRING_VIEW, arrow.BINARY_VIEW:
		return true
	}
	return slices.ContainsFunc(n.kids, (*node).shares)
}

// tree builds nodes from the flattened schema.
type tree struct {
	elements []format.SchemaElement
	at       int
	leaves   int
	int96    arrow.TimeUnit // what INT96 is read as
}

// schemaOf reads the file's columns.
func schemaOf(elements []format.SchemaElement, columnsMax int, int96 arrow.TimeUnit) ([]*node, error) {
	if len(elements) == 0 {
		return nil, corrupt("there is no schema")
	}
	if len(elements) > columnsMax {
		return nil, limited("the schema has %d elements (Columns %d)", len(elements), columnsMax)
	}
	t := &tree{elements: elements, at: 1, int96: int96}
	var nodes []*node
	for range arrowtype.Children(&elements[0]) {
		n, err := t.field("", 0, 0, 0)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	if t.at != len(elements) {
		return nil, corrupt("the schema has %d elements, of which %d are in its tree", len(elements), t.at)
	}
	return nodes, nil
}

// field reads the next element with all below it. A repeated one that no list holds is a list
// itself.
func (t *tree) field(path string, def, rep uint8, depth int) (*node, error) {
	if t.at >= len(t.elements) {
		return nil, corrupt("the schema ends inside a group")
	}
	if depth > spec.NestingMax {
		return nil, limited("columns are nested more than %d deep", spec.NestingMax)
	}
	e := &t.elements[t.at]
	if e.RepetitionType.V == format.Repeated {
		n := &node{name: e.Name, shape: listShape, present: def, repeated: def + 1, rep: rep + 1}
		element, err := t.value(path, def+1, rep+1, depth)
		if err != nil {
			return nil, err
		}
		n.kids = []*node{element}
		n.typ = arrow.ListOfField(arrow.Field{Name: element.name, Type: element.typ})
		return n, nil
	}
	if e.RepetitionType.V == format.Optional {
		def++
	}
	n, err := t.value(path, def, rep, depth)
	if err == nil {
		n.optional = e.RepetitionType.V == format.Optional
	}
	return n, err
}

// value reads the next element as if it were required; def and rep are its levels where it is not
// null.
func (t *tree) value(path string, def, rep uint8, depth int) (*node, error) {
	e := &t.elements[t.at]
	t.at++
	n := &node{name: e.Name, present: def}
	if path += e.Name; arrowtype.Children(e) == 0 && e.Type.Valid {
		l := &leaf{index: t.leaves, path: path, physical: e.Type.V, maxDef: def, maxRep: rep, each: 1}
		t.leaves++
		var err error
		if l.typ, l.width, err = arrowtype.Of(e); err != nil {
			return nil, fault.In("", "", path, err)
		}
		if l.physical == format.Int96 && l.typ.ID() == arrow.TIMESTAMP {
			l.typ = &arrow.TimestampType{Unit: t.int96}
		}
		n.leaf, n.typ = l, l.typ
		return n, nil
	}
	path += "."
	if isList(e) && arrowtype.Children(e) == 1 && t.at < len(t.elements) && t.elements[t.at].RepetitionType.V == format.Repeated {
		return n, t.list(n, e, path, def, rep, depth)
	}
	n.shape = structShape
	var fields []arrow.Field
	for range arrowtype.Children(e) {
		k, err := t.field(path, def, rep, depth+1)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, k)
		fields = append(fields, k.field())
	}
	if len(fields) == 0 {
		return nil, unsupported("column %q is a group without columns", e.Name)
	}
	n.typ = arrow.StructOf(fields...)
	return n, nil
}

// field is the node as an Arrow field.
func (n *node) field() arrow.Field {
	f := arrow.Field{Name: n.name, Type: n.typ, Nullable: n.optional, Metadata: n.meta}
	if n.ext != nil {
		f.Type = n.ext
	}
	return f
}

// list reads the repeated element inside a list or map. By the format's rules for older files it is
// the element itself where it is no group, has several columns, or is called array or NAME_tuple.
func (t *tree) list(n *node, e *format.SchemaElement, path string, def, rep uint8, depth int) (err error) {
	n.repeated, n.rep = def+1, rep+1
	inner := &t.elements[t.at]
	n.shape = listShape
	var element *node
	if isMap(e) && arrowtype.Children(inner) == 2 {
		if element, err = t.value(path, def+1, rep+1, depth+1); err != nil {
			return err
		}
		n.kids = []*node{element}
		if key := element.kids[0]; !key.optional {
			n.shape = mapShape
			n.typ = mapOf(element, false)
			return nil
		}
		n.typ = arrow.ListOfField(arrow.Field{Name: "element", Type: element.typ})
		return nil
	}
	if arrowtype.Children(inner) != 1 || inner.Name == "array" || inner.Name == e.Name+"_tuple" {
		element, err = t.value(path, def+1, rep+1, depth+1)
	} else {
		t.at++
		element, err = t.field(path+inner.Name+".", def+1, rep+1, depth+1)
	}
	if err != nil {
		return err
	}
	n.kids = []*node{element}
	f := element.field()
	n.typ = arrow.ListOfField(f)
	return nil
}

func isMap(e *format.SchemaElement) bool {
	_, logical := e.LogicalType.Value.(*format.MapType)
	c := e.ConvertedType
	return logical || c.Valid && (c.V == deprecated.Map || c.V == deprecated.MapKeyValue)
}

func isList(e *format.SchemaElement) bool {
	_, logical := e.LogicalType.Value.(*format.ListType)
	return logical || e.ConvertedType.Valid && e.ConvertedType.V == deprecated.List || isMap(e)
}
