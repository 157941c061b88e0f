package write

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/fault"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// createdBy has the form that readers look for: some do not believe statistics without it.
const createdBy = "volley version 0.1.0"

// rowGroup is an encoded row group.
type rowGroup struct {
	rows   int64
	at     int64 // in the file
	chunks []*chunk
}

// chunkOffsets are where a column chunk and its bloom filter are in the file.
type chunkOffsets struct {
	at     int64
	filter [2]int64 // and its length; 0 if there is none
}

// writeChunk encodes a column chunk's metadata.
func writeChunk(t *thriftOut, c *chunk, p *chunkOffsets) {
	t.item()
	t.i32(1, int(c.leaf.physical))
	used := []format.Encoding{format.RLE, c.kind}
	if c.dictionary.stored() > 0 {
		used = append(used, format.Plain)
	}
	t.list(2, thrift.I32, len(used))
	for _, e := range used {
		t.intItem(int64(e))
	}
	t.list(3, thrift.BINARY, len(c.leaf.path))
	for _, name := range c.leaf.path {
		t.textItem(name)
	}
	t.i32(4, int(c.codec))
	t.i64(5, int64(c.entries))
	t.i64(6, int64(c.plain))
	t.i64(7, int64(c.size))
	t.i64(9, p.at+int64(c.dictionary.stored()))
	if c.dictionary.stored() > 0 {
		t.i64(11, p.at)
	}
	t.begin(12)
	writeStatistics(t, c)
	t.end()
	writePageCounts(t, c)
	if p.filter[1] > 0 {
		t.i64(14, p.filter[0])
		t.i32(15, int(p.filter[1]))
	}
	if c.leaf.physical == format.ByteArray || !c.leaf.flat() {
		t.begin(16)
		writeSizes(t, c)
		t.end()
	}
	t.end()
}

func writeStatistics(t *thriftOut, c *chunk) {
	t.i64(3, int64(c.nulls))
	if c.distinct > 0 {
		t.i64(4, int64(c.distinct))
	}
	if !c.bounds.known() {
		return
	}
	b := c.bounds
	if b.most != nil {
		t.bytes(5, b.most)
	}
	t.bytes(6, b.least)
	if b.most != nil {
		t.bool(7, !b.mostCut)
	}
	t.bool(8, !b.leastCut)
}

func writePageCounts(t *thriftOut, c *chunk) {
	kinds := [][3]int{{int(format.DataPage), int(c.kind), len(c.pages)}}
	if c.dictionary.stored() > 0 {
		kinds = append(kinds, [3]int{int(format.DictionaryPage), int(format.Plain), 1})
	}
	t.list(13, thrift.STRUCT, len(kinds))
	for _, k := range kinds {
		t.item()
		t.i32(1, k[0])
		t.i32(2, k[1])
		t.i32(3, k[2])
		t.end()
	}
}

func writeSizes(t *thriftOut, c *chunk) {
	if c.leaf.physical == format.ByteArray {
		t.i64(1, int64(c.textBytes))
	}
	for i, counts := range c.levels {
		if len(counts) > 1 {
			t.list(2+i, thrift.I64, len(counts))
			for _, n := range counts {
				t.intItem(n)
			}
		}
	}
}

// columnIndex encodes the bounds of each page. It encodes nothing if a page has values without an
// upper bound, or without any: the format cannot say that.
func (c *chunk) columnIndex(t *thriftOut) {
	bounds := make([]bound, len(c.pages))
	for i, p := range c.pages {
		if p.nulls < p.entries && p.bounds.most == nil {
			return
		}
		bounds[i] = p.bounds
	}
	t.item()
	t.list(1, thrift.TRUE, len(c.pages))
	for _, p := range c.pages {
		t.boolItem(p.nulls == p.entries)
	}
	t.list(2, thrift.BINARY, len(c.pages))
	for _, b := range bounds {
		t.bytesItem(b.least)
	}
	t.list(3, thrift.BINARY, len(c.pages))
	for _, b := range bounds {
		t.bytesItem(b.most)
	}
	t.i32(4, int(c.leaf.order(bounds)))
	t.list(5, thrift.I64, len(c.pages))
	for _, p := range c.pages {
		t.intItem(int64(p.nulls))
	}
	t.end()
}

// order returns whether the pages' bounds ascend or descend. Pages of nulls alone do not count.
func (l *leaf) order(bounds []bound) format.BoundaryOrder {
	up, down := true, true
	var last bound
	for _, b := range bounds {
		if !b.known() {
			continue
		}
		if last.known() {
			up = up && !l.less(b.least, last.least) && !l.less(b.most, last.most)
			down = down && !l.less(last.least, b.least) && !l.less(last.most, b.most)
		}
		last = b
	}
	switch {
	case up:
		return format.Ascending
	case down:
		return format.Descending
	}
	return format.Unordered
}

// offsetIndex encodes where each page is; the column chunk begins at at.
func (c *chunk) offsetIndex(t *thriftOut, at int64) {
	t.item()
	t.list(1, thrift.STRUCT, len(c.pages))
	for _, p := range c.pages {
		t.item()
		t.i64(1, at+int64(p.at))
		t.i32(2, p.sizes.stored())
		t.i64(3, int64(p.row))
		t.end()
	}
	t.end()
}

// footer writes the file's metadata, a row group at a time; the page index begins at index.
func (w *writer) footer(index int64) error {
	begin := w.at
	t := new(thriftOut)
	if err := w.writeSchema(t); err != nil {
		return err
	}
	pairs, err := w.metadata()
	if err != nil {
		return fault.In("write", w.file, "", err)
	}
	at := indexOffsets{columns: index, offsets: index}
	for _, g := range w.written {
		at.offsets += int64(len(g.columnIndexes))
	}
	for i := range w.written {
		w.written[i].encode(t, &at, i)
		if err := w.write(t.b); err != nil {
			return err
		}
		t.b = t.b[:0]
	}
	w.writeRest(t, pairs)
	length, err := footerLength(w.at - begin + int64(len(t.b)))
	if err != nil {
		return fault.In("write", w.file, "", err)
	}
	return w.write(append(append(t.b, length...), spec.Magic...))
}

// writeSchema encodes what comes before the row groups.
func (w *writer) writeSchema(t *thriftOut) error {
	t.i32(1, 2)
	t.list(2, thrift.STRUCT, len(w.layout.elements))
	for i := range w.layout.elements {
		b, err := thrift.Marshal(new(thrift.CompactProtocol), &w.layout.elements[i])
		if err != nil {
			return fault.In("write", w.file, "", err)
		}
		t.b = append(t.b, b...)
	}
	t.i64(3, w.rows)
	t.list(4, thrift.STRUCT, len(w.written))
	return nil
}

// writeRest encodes what comes behind the row groups.
func (w *writer) writeRest(t *thriftOut, pairs []keyValue) {
	t.list(5, thrift.STRUCT, len(pairs))
	for _, kv := range pairs {
		t.item()
		t.text(1, kv.key)
		t.text(2, kv.value)
		t.end()
	}
	t.text(6, createdBy)
	t.list(7, thrift.STRUCT, len(w.layout.leaves))
	for range w.layout.leaves {
		t.item()
		t.begin(1)
		t.end()
		t.end()
	}
	t.end()
}

// footerLength encodes a footer's length. Readers take it for a signed number, so that it has at
// most 2 GiB.
func footerLength(n int64) ([]byte, error) {
	if n > math.MaxInt32 {
		return nil, fmt.Errorf("what the file says of its row groups and columns takes %d bytes, of at most 2 GiB; write larger row groups (RowGroupBytes, more memory), or several files", n)
	}
	return binary.LittleEndian.AppendUint32(nil, uint32(n)), nil
}

// keyValue is an entry of the file's metadata.
type keyValue struct{ key, value string }

// metadata returns the schema's metadata and that of the options, which win if both have a key, and
// then the Arrow schema.
func (w *writer) metadata() ([]keyValue, error) {
	all := map[string]string{}
	m := w.schema.Metadata()
	for i, k := range m.Keys() {
		all[k] = m.Values()[i]
	}
	maps.Copy(all, w.options.Metadata)
	var out []keyValue
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if k != spec.SchemaKey {
			out = append(out, keyValue{k, strings.ToValidUTF8(all[k], "\uFFFD")})
		}
	}
	stored, err := storedSchema(w.schema)
	return append(out, keyValue{spec.SchemaKey, stored}), err
}

// storedSchema returns the Arrow schema in the form that other Arrow readers look for.
func storedSchema(s *arrow.Schema) (string, error) {
	var b bytes.Buffer
	w := ipc.NewWriter(&b, ipc.WithSchema(s))
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
