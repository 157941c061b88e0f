package parquetio

import (
	"context"
	"fmt"
	"io"
	"os"
	"sort"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
)

// file is an open file and its metadata.
type file struct {
	name   string
	r      io.ReaderAt
	size   int64
	closer io.Closer
	meta   *format.FileMetaData
	nodes  []*node // all columns
	leaves int
	wanted []*node // those asked for, in that order
	schema *arrow.Schema
}

func (f *file) close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

func (s *source) open(name string) (*file, error) {
	f := &file{name: name, r: s.reader, size: s.size}
	if s.reader == nil {
		in, err := os.Open(name)
		if err != nil {
			return nil, s.fail(name, err)
		}
		info, err := in.Stat()
		if err == nil && info.IsDir() {
			err = fmt.Errorf("is a folder; name its files with a pattern such as %s/*.parquet", name)
		}
		if err != nil {
			in.Close()
			return nil, s.fail(name, err)
		}
		f.r, f.size, f.closer = in, info.Size(), in
	}
	if err := f.load(s.options); err != nil {
		f.close()
		return nil, s.fail(name, err)
	}
	return f, nil
}

// load reads the metadata.
func (f *file) load(o ReadOptions) (err error) {
	defer guard(&err)
	limits := o.Limits.orDefault()
	if f.meta, err = readFooter(f.r, f.size, limits); err != nil {
		return err
	}
	if f.nodes, err = schemaOf(f.meta.Schema, limits.Columns); err != nil {
		return err
	}
	for _, n := range f.nodes {
		n.leaves(func(*leaf) { f.leaves++ })
	}
	f.restore(o.KeepDictionaries)
	return f.project(nil)
}

// project chooses columns; nil is all.
func (f *file) project(names []string) error {
	fields := make([]arrow.Field, len(f.nodes))
	for i, n := range f.nodes {
		fields[i] = n.field()
	}
	schema := arrow.NewSchema(fields, nil)
	f.wanted, f.schema = f.nodes, schema
	if names == nil {
		return nil
	}
	at, schema, err := chunker.Project(schema, names)
	if err != nil {
		return err
	}
	f.wanted, f.schema = nil, schema
	for _, i := range at {
		f.wanted = append(f.wanted, f.nodes[i])
	}
	return nil
}

// group is a row group.
type group struct {
	file   *file
	index  int
	meta   *format.RowGroup
	first  int64 // rows of the file before it
	limits Limits
	schema *arrow.Schema
	pages  map[*leaf][]location // of a row group that is read in ranges
}

// location is where a data page is.
type location struct {
	offset, end int64 // in the file
	first       int64 // row
}

func (g *group) fail(l *leaf, page int, err error) error {
	if _, ok := err.(*chunker.Error); ok {
		return err
	}
	column := ""
	if l != nil {
		column = l.path
	}
	return fileError("read", g.file.name, column, &PageError{RowGroup: g.index, Page: page, Err: err})
}

// check holds the row group's metadata against the schema and the file.
func (g *group) check() error {
	if g.meta.NumRows < 0 {
		return g.fail(nil, -1, corrupt("it has %d rows", g.meta.NumRows))
	}
	if len(g.meta.Columns) != g.file.leaves {
		return g.fail(nil, -1, corrupt("it has %d column chunks, the schema %d", len(g.meta.Columns), g.file.leaves))
	}
	var err error
	for _, n := range g.file.wanted {
		n.leaves(func(l *leaf) {
			if err == nil {
				err = g.checkChunk(l)
			}
		})
	}
	return err
}

func (g *group) checkChunk(l *leaf) error {
	c := &g.meta.Columns[l.index]
	m := &c.MetaData
	off, n := chunkRange(m)
	switch {
	case c.FilePath != "":
		return g.fail(l, -1, unsupported("the column is in another file, %q", c.FilePath))
	case c.CryptoMetadata.Value != nil || len(c.EncryptedColumnMetadata) > 0:
		return g.fail(l, -1, unsupported("the column is encrypted; decrypt the file first"))
	case m.Type != l.physical:
		return g.fail(l, -1, corrupt("values are %v, by the schema %v", m.Type, l.physical))
	case m.NumValues > 0 && off < 4 || off < 0 || n < 0 || off > g.file.size || n > g.file.size-off:
		return g.fail(l, -1, corrupt("its %d bytes from %d on are not in the file of %d bytes", n, off, g.file.size))
	case m.NumValues < 0 || l.maxRep == 0 && m.NumValues != g.meta.NumRows:
		return g.fail(l, -1, corrupt("it has %d values, the row group %d rows", m.NumValues, g.meta.NumRows))
	}
	return nil
}

// chunkRange is where a column chunk is in the file.
func chunkRange(m *format.ColumnMetaData) (off, n int64) {
	off = m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < off {
		off = d
	}
	return off, m.TotalCompressedSize
}

// pieces is in how many ranges of rows the group is to be read, so that each takes about size bytes of memory.
// Where that is more than one, the pages are found first, which reads their headers.
func (g *group) pieces(ctx context.Context, size int64) (int64, error) {
	var bytes int64
	flat := true
	for _, n := range g.file.wanted {
		flat = flat && n.flat()
		n.leaves(func(l *leaf) { bytes += g.weight(l) })
	}
	if bytes < size+size/2 || !flat {
		return 1, nil
	}
	g.pages = map[*leaf][]location{}
	for _, n := range g.file.wanted {
		if err := g.locate(ctx, n.leaf); err != nil {
			return 0, err
		}
	}
	return min((bytes+size-1)/size, g.meta.NumRows), nil
}

// weight is about how much memory the column takes, decoded.
func (g *group) weight(l *leaf) int64 {
	m := &g.meta.Columns[l.index].MetaData
	if l.width > 0 {
		return max(m.TotalUncompressedSize, m.NumValues*int64(l.width))
	}
	return max(m.TotalUncompressedSize, m.SizeStatistics.UnencodedByteArrayDataBytes) + 12*m.NumValues
}

// locate reads the headers of a column's pages. It takes about 2 µs a page.
func (g *group) locate(ctx context.Context, l *leaf) error {
	m := &g.meta.Columns[l.index].MetaData
	at, n := chunkRange(m)
	end := at + n
	row := int64(0)
	var list []location
	for page := 0; at < end && row < g.meta.NumRows; page++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		h, size, err := g.header(at, end)
		if err != nil {
			return g.fail(l, page, err)
		}
		rows := int64(h.DataPageHeader.V.NumValues)
		if h.DataPageHeaderV2.Valid {
			rows = int64(h.DataPageHeaderV2.V.NumValues)
		}
		next := at + int64(size) + int64(h.CompressedPageSize)
		if h.CompressedPageSize < 0 || next > end || rows < 0 {
			return g.fail(l, page, corrupt("the page claims %d bytes where %d are left", h.CompressedPageSize, end-at))
		}
		if h.Type == format.DataPage || h.Type == format.DataPageV2 {
			list = append(list, location{offset: at, end: next, first: row})
			row += rows
		}
		at = next
	}
	if row != g.meta.NumRows {
		return g.fail(l, -1, corrupt("its pages have %d rows, the row group %d", row, g.meta.NumRows))
	}
	g.pages[l] = list
	return nil
}

// header reads a page header, whose length no one knows: first a little, then more.
func (g *group) header(at, end int64) (*format.PageHeader, int, error) {
	var last error
	for try := int64(256); ; try *= 16 {
		buf := make([]byte, min(try, end-at))
		if _, err := g.file.r.ReadAt(buf, at); err != nil {
			return nil, 0, err
		}
		h := new(format.PageHeader)
		n, err := unthrift(buf, headerMax, h)
		if err == nil {
			return h, n, nil
		}
		last = err
		if int64(len(buf)) == end-at || try > headerMax {
			return nil, 0, last
		}
	}
}

// part is a range of a row group's rows.
type part struct {
	group    *group
	from, to int64
}

// decode reads the range, column by column.
func (p *part) decode(ctx context.Context) (c chunker.Chunk, err error) {
	defer guard(&err)
	g := p.group
	a := newArena(g.limits.ChunkBytes)
	c = chunker.Chunk{File: g.file.name, Row: g.first + p.from, Free: a.free}
	cols := make([]arrow.Array, len(g.file.wanted))
	for i, n := range g.file.wanted {
		var read int64
		if cols[i], read, err = p.column(ctx, n, a); err != nil {
			a.free()
			return chunker.Chunk{}, err
		}
		c.Read += read
	}
	c.Record = array.NewRecord(g.schema, cols, p.to-p.from)
	return c, nil
}

// column decodes all leaves of a column and puts them together.
func (p *part) column(ctx context.Context, n *node, a *arena) (_ arrow.Array, read int64, err error) {
	g := p.group
	cols := map[*leaf]*values{}
	switch n.typ.ID() {
	case arrow.DICTIONARY, arrow.STRING_VIEW, arrow.BINARY_VIEW:
		a = a.keeping()
	}
	n.leaves(func(l *leaf) {
		if err != nil {
			return
		}
		v := &values{leaf: l, arena: a, flat: n.flat(), keep: n.leaf == l && n.typ.ID() == arrow.DICTIONARY}
		cols[l] = v
		var k int64
		k, err = p.leaf(ctx, v)
		read += k
	})
	if err != nil {
		return nil, read, err
	}
	data, err := n.build(cols, 0, 0)
	if err == nil && int64(data.Len()) != p.to-p.from {
		err = corrupt("column %q has %d rows, the row group %d", n.name, data.Len(), p.to-p.from)
	}
	if err != nil {
		return nil, read, g.fail(n.first(), -1, err)
	}
	return array.MakeFromData(data), read, nil
}

// leaf decodes what a column has stored for the range of rows. read is how many bytes of the file are counted
// for it: pages that two ranges share count once.
func (p *part) leaf(ctx context.Context, v *values) (read int64, err error) {
	g, l := p.group, v.leaf
	m := &g.meta.Columns[l.index].MetaData
	rows := int(p.to - p.from)
	if v.flat && l.maxDef == 1 {
		if v.valid, err = v.arena.get(bitmap.Bytes(rows)); err != nil {
			return 0, g.fail(l, -1, err)
		}
		v.valid = v.valid[:bitmap.Bytes(rows)]
		clear(v.valid)
	}
	ps := &pages{limits: g.limits, codec: m.Codec, out: v, take: rows, entries: m.NumValues}
	page := 0
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: decoding panicked: %v", ErrCorrupt, r)
		}
		if err != nil && ctx.Err() == nil {
			err = g.fail(l, page+ps.page, err)
		}
	}()
	off, n := chunkRange(m)
	list, ranged := g.pages[l]
	if !ranged {
		return n, ps.from(ctx, g.file.r, off, n)
	}
	lo := sort.Search(len(list), func(i int) bool { return list[i].first > p.from }) - 1
	hi := sort.Search(len(list), func(i int) bool { return list[i].first >= p.to })
	if len(list) > 0 && list[0].offset > off { // the dictionary comes before the first page
		ps.take = 0
		if err := ps.dictionaryAt(ctx, g.file.r, off, list[0].offset-off); err != nil {
			return 0, err
		}
		ps.take = rows
	}
	page = lo
	ps.skip = int(p.from - list[lo].first)
	start, end := list[lo].offset, list[hi-1].end
	return (end - start), ps.from(ctx, g.file.r, start, end-start)
}

// from reads pages out of a range of the file.
func (p *pages) from(ctx context.Context, r io.ReaderAt, off, n int64) error {
	buf, err := readRange(r, off, n)
	if err != nil {
		return err
	}
	defer bufpool.Put(buf)
	p.src = buf
	return p.read(ctx)
}

// dictionaryAt reads the dictionary of a column chunk that is read in ranges.
func (p *pages) dictionaryAt(ctx context.Context, r io.ReaderAt, off, n int64) error {
	buf, err := readRange(r, off, n)
	if err != nil {
		return err
	}
	defer bufpool.Put(buf)
	var h format.PageHeader
	k, err := unthrift(buf, headerMax, &h)
	if err != nil || h.Type != format.DictionaryPage {
		return err
	}
	size := int(h.CompressedPageSize)
	if size < 0 || size > len(buf)-k {
		return corrupt("the page claims %d bytes where %d are left", size, len(buf)-k)
	}
	return p.one(&h, buf[k:k+size])
}
