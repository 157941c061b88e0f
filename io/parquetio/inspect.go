package parquetio

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/inspect"
)

// Info is what a Parquet file says of itself, with its pages counted. String shows what debugging a
// file needs: the schema, the columns summed over the row groups, a line for each row group, the
// metadata.
type Info struct {
	Path        string
	Bytes       int64 // of the file
	FooterBytes int64 // of its metadata
	Version     int   // of the format: 1 or 2
	CreatedBy   string
	Rows        int64
	Schema      *arrow.Schema   // the columns as they are read
	Elements    []SchemaElement // the schema as it is stored, depth first, without its root
	Columns     []ColumnInfo    // those that hold values: the leaves of the schema
	RowGroups   []RowGroupInfo
	Metadata    []KeyValue
}

// SchemaElement is a column of the schema as it is stored, or a group of columns.
type SchemaElement struct {
	Name       string
	Depth      int    // 0 for a column of the table
	Repetition string // required, optional or repeated
	Physical   string // such as INT64 or FIXED_LEN_BYTE_ARRAY(16); empty for a group
	Logical    string // such as STRING or TIMESTAMP(isAdjustedToUTC=true,unit=MICROS); empty if there is none
}

// KeyValue is an entry of the file's metadata.
type KeyValue struct{ Key, Value string }

// ColumnInfo is a column that holds values.
type ColumnInfo struct {
	Path          string // names from the table's column down, separated by dots
	Physical      string
	Type          arrow.DataType // of its values, before the kept Arrow schema has its say
	MaxDefinition int
	MaxRepetition int
}

// RowGroupInfo is a row group. String shows a line for each of its column chunks.
type RowGroupInfo struct {
	Index             int
	Rows              int64
	Offset            int64 // of its first byte
	CompressedBytes   int64
	UncompressedBytes int64
	Chunks            []ChunkInfo // by Info.Columns
}

// ChunkInfo is a column of a row group, or the sum of a column over row groups.
type ChunkInfo struct {
	Column            string // its Path
	Codec             string
	Encodings         []string // of the data pages; levels apart
	Values            int64    // nulls and empty lists included
	Nulls             int64    // -1 if the file does not say
	Distinct          int64    // 0 if the file does not say
	Min, Max          string   // bounds as text, of long texts perhaps a beginning alone; empty if the file does not say
	CompressedBytes   int64    // page headers included
	UncompressedBytes int64
	Offset            int64 // of its first page
	DataPages         int
	DictionaryPages   int
	DictionaryValues  int64
	Checksums         bool // every page has one
	ColumnIndex       bool // bounds of each page
	OffsetIndex       bool // places of the pages
	BloomFilter       bool

	stored      inspect.Column
	least, most []byte // what Min and Max are the text of
}

// Inspect reads what a file says of itself: its footer, and the header of every page (about 2 µs
// each), none of its values. A damaged file is the error that reading it would be.
func Inspect(ctx context.Context, path string) (*Info, error) {
	return ReadOptions{}.Inspect(ctx, path)
}

// Inspect reads what a file says of itself as [Inspect] does, within the limits of the options.
func (o ReadOptions) Inspect(ctx context.Context, path string) (*Info, error) {
	s := &source{options: o, paths: []string{path}}
	f, err := s.open(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	info, err := inspectFile(ctx, f)
	if err != nil {
		return nil, s.fail(path, err)
	}
	return info, nil
}

func inspectFile(ctx context.Context, f *file) (_ *Info, err error) {
	defer guard(&err)
	var tail [8]byte
	if _, err := f.r.ReadAt(tail[:], f.size-8); err != nil {
		return nil, err
	}
	m := f.meta
	info := &Info{
		Path: f.name, Bytes: f.size, FooterBytes: int64(binary.LittleEndian.Uint32(tail[:])), Version: int(m.Version),
		CreatedBy: m.CreatedBy, Rows: m.NumRows, Schema: f.schema,
	}
	for _, kv := range m.KeyValueMetadata {
		info.Metadata = append(info.Metadata, KeyValue{kv.Key, kv.Value})
	}
	for _, e := range inspect.Elements(m.Schema) {
		info.Elements = append(info.Elements, SchemaElement(e))
	}
	var leaves []*leaf
	for _, n := range f.nodes {
		n.leaves(func(l *leaf) { leaves = append(leaves, l) })
	}
	for _, l := range leaves {
		info.Columns = append(info.Columns, ColumnInfo{
			Path: l.path, Physical: l.stored().Stored(), Type: l.typ,
			MaxDefinition: int(l.maxDef), MaxRepetition: int(l.maxRep),
		})
	}
	for i := range m.RowGroups {
		g, err := inspectGroup(ctx, f, i, leaves)
		if err != nil {
			return nil, err
		}
		info.RowGroups = append(info.RowGroups, g)
	}
	return info, nil
}

// stored is how the leaf's values are stored.
func (l *leaf) stored() inspect.Column {
	return inspect.Column{Physical: l.physical, Width: l.width, Type: l.typ}
}

func inspectGroup(ctx context.Context, f *file, index int, leaves []*leaf) (RowGroupInfo, error) {
	m := &f.meta.RowGroups[index]
	g := &group{file: f, index: index, meta: m}
	if err := g.check(); err != nil {
		return RowGroupInfo{}, err
	}
	out := RowGroupInfo{Index: index, Rows: m.NumRows, Offset: f.size}
	for _, l := range leaves {
		c, err := inspectChunk(ctx, g, l)
		if err != nil {
			return out, err
		}
		out.Chunks = append(out.Chunks, c)
		out.Offset = min(out.Offset, c.Offset)
		out.CompressedBytes += c.CompressedBytes
		out.UncompressedBytes += c.UncompressedBytes
	}
	return out, nil
}

func inspectChunk(ctx context.Context, g *group, l *leaf) (ChunkInfo, error) {
	c := &g.meta.Columns[l.index]
	m := &c.MetaData
	off, n := chunkRange(m)
	out := ChunkInfo{
		Column: l.path, Codec: m.Codec.String(), Values: m.NumValues, Nulls: -1,
		CompressedBytes: m.TotalCompressedSize, UncompressedBytes: m.TotalUncompressedSize, Offset: off, Checksums: true,
		ColumnIndex: c.ColumnIndexLength > 0, OffsetIndex: c.OffsetIndexLength > 0, BloomFilter: m.BloomFilterOffset > 0,
		stored: l.stored(),
	}
	out.statistics(&m.Statistics)
	pages, buf := int64(0), make([]byte, headerGuess)
	left := m.NumValues // what lies behind the last of them is not the chunk's, whatever it claims
	for at, end := off, off+n; at < end && (left > 0 || pages == 0); pages++ {
		if ctx.Err() != nil {
			return out, context.Cause(ctx)
		}
		h, size, err := g.header(&buf, at, end)
		if err == nil && int64(h.packed) > end-at-int64(size) {
			err = corrupt("the page claims %d bytes where %d are left", h.packed, end-at-int64(size))
		}
		if err != nil {
			return out, g.fail(l, int(pages), err)
		}
		out.page(&h)
		if h.kind == format.DataPage || h.kind == format.DataPageV2 {
			left -= int64(h.values)
		}
		at += int64(size) + int64(h.packed)
	}
	out.Checksums = out.Checksums && pages > 0
	return out, nil
}

// statistics takes what the file says of a chunk's values. The library shows a missing count of
// nulls as zero: a zero is believed if there are bounds too, or no values.
func (c *ChunkInfo) statistics(s *format.Statistics) {
	c.least, c.most = s.MinValue, s.MaxValue
	if c.least == nil && c.most == nil {
		c.least, c.most = s.Min, s.Max
	}
	if s.NullCount > 0 || c.least != nil || c.most != nil || c.Values == 0 {
		c.Nulls = s.NullCount
	}
	c.Distinct = s.DistinctCount
	c.Min, c.Max = c.stored.Text(c.least), c.stored.Text(c.most)
}

// page counts a page.
func (c *ChunkInfo) page(h *pageHeader) {
	c.Checksums = c.Checksums && h.summed
	encoding := format.Encoding(-1)
	switch h.kind {
	case format.DictionaryPage:
		c.DictionaryPages++
		c.DictionaryValues += int64(h.values)
	case format.DataPage, format.DataPageV2:
		c.DataPages++
		encoding = h.encoding
	}
	if name := encoding.String(); encoding >= 0 && !slices.Contains(c.Encodings, name) {
		c.Encodings = append(c.Encodings, name)
	}
}

// Total returns a column's chunks summed over all row groups. Distinct is 0 if there are several,
// for values of one may be those of another.
func (i *Info) Total(column int) ChunkInfo {
	if len(i.RowGroups) == 0 {
		return ChunkInfo{Column: i.Columns[column].Path}
	}
	out := i.RowGroups[0].Chunks[column]
	out.Encodings = slices.Clone(out.Encodings)
	for _, g := range i.RowGroups[1:] {
		out.add(&g.Chunks[column])
	}
	out.Min, out.Max = out.stored.Text(out.least), out.stored.Text(out.most)
	return out
}

func (c *ChunkInfo) add(o *ChunkInfo) {
	for _, e := range o.Encodings {
		if !slices.Contains(c.Encodings, e) {
			c.Encodings = append(c.Encodings, e)
		}
	}
	// Before values and nulls are summed up: outer looks which chunk has nulls alone.
	c.least, c.most = outer(c, o, c.least, o.least, -1), outer(c, o, c.most, o.most, 1)
	if c.Nulls >= 0 && o.Nulls >= 0 {
		c.Nulls += o.Nulls
	} else {
		c.Nulls = -1
	}
	c.Values += o.Values
	c.Distinct = 0
	c.CompressedBytes += o.CompressedBytes
	c.UncompressedBytes += o.UncompressedBytes
	c.DataPages += o.DataPages
	c.DictionaryPages += o.DictionaryPages
	c.DictionaryValues += o.DictionaryValues
	c.Checksums = c.Checksums && o.Checksums
	c.ColumnIndex = c.ColumnIndex && o.ColumnIndex
	c.OffsetIndex = c.OffsetIndex && o.OffsetIndex
	c.BloomFilter = c.BloomFilter && o.BloomFilter
}

// outer returns the lower (sign -1) or upper (1) bound of two chunks together. One that has nulls
// alone does not count.
func outer(c, o *ChunkInfo, a, b []byte, sign int) []byte {
	switch {
	case o.Nulls == o.Values:
		return a
	case c.Nulls == c.Values:
		return b
	case a == nil || b == nil:
		return nil
	case sign*c.stored.Compare(b, a) > 0:
		return b
	}
	return a
}
