package parquetio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/distinct"
	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/internal/take"
)

// file is an open file and its metadata.
type file struct {
	name   string
	r      io.ReaderAt
	size   int64
	how    manner
	closer io.Closer
	stamp  paths.Stamp // of the file that closer is, when it was opened
	closed atomic.Bool
	users  atomic.Int32
	turn   *turn         // of the stream's parts
	memory *atomic.Int64 // of all rows, where they are kept
	meta   *format.FileMetaData
	footer int64          // bytes of it
	kept   arrow.Metadata // of the Arrow schema that the file keeps
	nodes  []*node        // all columns
	leaves int
	wanted []*node // those asked for, in that order
	schema *arrow.Schema
}

func (f *file) close() error {
	if f.closer == nil || f.closed.Swap(true) {
		return nil
	}
	return f.closer.Close()
}

// release ends a use of the file: the stream's, or that of a row group's parts. The last one closes it, and is told if it
// changed since it was opened.
func (f *file) release() (err error) {
	if f.users.Add(-1) != 0 {
		return nil
	}
	if in, ok := f.closer.(*os.File); ok {
		if err = f.stamp.Check(in); err != nil {
			err = fileError("read", f.name, "", err)
		}
	}
	_ = f.close() // of what was only read
	return err
}

func (s *source) open(name string) (*file, error) {
	f := &file{name: name, r: s.reader, size: s.size, how: mannerOf(s.reader)}
	if s.collects {
		f.memory = new(atomic.Int64)
	}
	if s.reader == nil {
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			return nil, s.fail(name, errors.New("is a pipe or a device, and Parquet is read from its end: write it to a file first"))
		}
		in, err := os.Open(name)
		if err != nil {
			return nil, s.fail(name, err)
		}
		info, err := in.Stat()
		if err == nil {
			f.stamp, err = paths.StampOf(in)
		}
		if err == nil && info.IsDir() {
			err = fmt.Errorf("is a folder; name its files with a pattern such as %s/*.parquet", name)
		}
		if err != nil {
			in.Close()
			return nil, s.fail(name, err)
		}
		f.r, f.size, f.closer, f.how = in, info.Size(), in, local
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
	end := &tailed{ReaderAt: f.r}
	if f.meta, f.footer, err = readFooter(end, f.size, limits); err != nil {
		return err
	}
	f.r = end
	if err := f.bears(); err != nil {
		return err
	}
	f.mend()
	if f.nodes, err = schemaOf(f.meta.Schema, limits.Columns, o.int96()); err != nil {
		return err
	}
	for _, n := range f.nodes {
		n.leaves(func(*leaf) { f.leaves++ })
	}
	f.restore(o.KeepDictionaries)
	f.rename()
	return f.project(nil)
}

// rename gives columns of one name different ones, as frames and outputs need them.
func (f *file) rename() {
	names := make([]string, len(f.nodes))
	for i, n := range f.nodes {
		names[i] = n.name
	}
	for i, name := range distinct.Names(names) {
		f.nodes[i].name = name
	}
}

// bears holds what all column chunks claim together against the file: some overlap by a mistake of their writer's, but many that
// share their bytes make a small file the work of a large one.
func (f *file) bears() error {
	most, claimed := 4*float64(f.size)+1<<20, 0.0
	for i := range f.meta.RowGroups {
		for k := range f.meta.RowGroups[i].Columns {
			claimed += float64(f.meta.RowGroups[i].Columns[k].MetaData.TotalCompressedSize)
		}
	}
	if claimed > most {
		return corrupt("its column chunks claim %.0f bytes of a file of %d", claimed, f.size)
	}
	return nil
}

// mend adds to column chunks of parquet-mr before 1.2.9 the header of their dictionary page, which it did not count.
func (f *file) mend() {
	const headerMost = 100
	if name, v := writerOf(f.meta.CreatedBy); !strings.HasPrefix(name, "parquet-mr") || !v.less(version{1, 2, 9}) {
		return
	}
	for i := range f.meta.RowGroups {
		for k := range f.meta.RowGroups[i].Columns {
			m := &f.meta.RowGroups[i].Columns[k].MetaData
			if off, n := chunkRange(m); off > 0 && n >= 0 && off <= f.size && n <= f.size-off {
				m.TotalCompressedSize += min(headerMost, f.size-off-n)
			}
		}
	}
}

// project chooses columns; nil is all. A path such as "trip.start.time" chooses a field inside structs, of which the others
// are not read; it is a column of that name.
func (f *file) project(names []string) error {
	list := f.nodes
	for _, name := range names {
		if !slices.ContainsFunc(f.nodes, func(n *node) bool { return n.name == name }) {
			if n := inside(f.nodes, name); n != nil {
				c := *n
				c.name, c.optional = name, true
				list = append(list[:len(list):len(list)], &c)
			}
		}
	}
	fields := make([]arrow.Field, len(list))
	for i, n := range list {
		fields[i] = n.field()
	}
	schema := arrow.NewSchema(fields, &f.kept)
	if f.wanted, f.schema = f.nodes, schema; names == nil {
		return nil
	}
	at, schema, err := chunker.Project(schema, names)
	if err != nil {
		return err
	}
	f.wanted, f.schema = nil, schema
	for _, i := range at {
		f.wanted = append(f.wanted, list[i])
	}
	return nil
}

// inside finds the field of a path; nil where there is none, or a list on the way.
func inside(nodes []*node, path string) *node {
	for _, n := range nodes {
		if n.name == path {
			return n
		}
		if rest, ok := strings.CutPrefix(path, n.name+"."); ok && n.shape == structShape && n.leaf == nil {
			if k := inside(n.kids, rest); k != nil {
				return k
			}
		}
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
	chunks map[*leaf]*ranged // of a row group that is read in ranges
	pages  int               // of those
	beside *fetch            // of the page index, while the group is cut
	bytes  float64           // of memory that the columns take, about
	parts  atomic.Int32      // not yet read
	lead   atomic.Int32      // column with which the next part begins
	trials []*trial          // of a filter
	large  int64             // bytes that pages which many parts share take at once, about
	free   func()            // gives back what was asked for them; nil where no one was
}

// location is where a data page is.
type location struct {
	page        int   // among the column chunk's, dictionaries included
	offset, end int64 // in the file
	first       int64 // row
}

// ranged is a column chunk whose pages several parts share.
type ranged struct {
	pages  []location
	shared []*sharedPage
	met    atomic.Bool // the dictionary, by some part
	once   sync.Once
	dict   *dictionary
	err    error
	apart  bool // each part has a dictionary of its own
}

func (g *group) fail(l *leaf, page int, err error) error {
	if _, ok := err.(*chunker.Error); ok {
		return err
	}
	column := ""
	if l != nil {
		column = l.path
	}
	switch {
	case errors.Is(err, enc.ErrShort), errors.Is(err, enc.ErrFormat):
		err = corrupt("%w", err)
	case errors.Is(err, io.EOF): // which would be taken for the end of a stream
		err = corrupt("%w", io.ErrUnexpectedEOF)
	}
	return fileError("read", g.file.name, column, &PageError{RowGroup: g.index, Page: page, Err: err})
}

// rowsMost is more rows, and more values, than a row group can have: numbers of bytes that come of it are still numbers.
const rowsMost = 1 << 40

// check holds the row group's metadata against the schema and the file.
func (g *group) check() error {
	if g.meta.NumRows < 0 || g.meta.NumRows > rowsMost {
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
	case m.NumValues < 0 || m.NumValues > rowsMost || l.maxRep == 0 && m.NumValues != g.meta.NumRows:
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

// pieces are the ranges of rows that are to be read, each of about size bytes of memory: all rows, or those in which the
// conditions leave any. Where they are not one, the pages are found first, which reads their headers.
func (g *group) pieces(ctx context.Context, size int64, conditions []condition) ([]span, error) {
	g.beside = g.indexes(conditions)
	defer g.beside.close()
	for _, n := range g.file.wanted {
		n.leaves(func(l *leaf) { g.bytes += g.weight(l) })
	}
	rows := g.meta.NumRows
	all := []span{{0, rows}}
	out := cutSpans(g.spans(ctx, conditions), rows, g.bytes, size)
	if len(out) == 0 || len(out) == 1 && out[0] == all[0] {
		return out, nil
	}
	chunks := map[*leaf]*ranged{}
	var err error
	for _, n := range g.file.wanted {
		n.leaves(func(l *leaf) {
			if err == nil {
				chunks[l], err = g.locate(ctx, l)
			}
		})
	}
	if err == errRowsUnknown {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	for l, c := range chunks {
		m := &g.meta.Columns[l.index].MetaData
		packed := c.share(out, rows) // which is held while it is unpacked
		g.large += min(2*unpackedBytes(m, packed), max(m.TotalUncompressedSize, 0)) + packed
	}
	g.chunks = chunks
	return out, nil
}

// cutSpans cuts spans of a group of so many rows and bytes into pieces of about size bytes. What is less than twice that
// stays whole: pages that two pieces share cost more than a larger piece. There are 65,536 pieces of a span at most.
func cutSpans(left []span, rows int64, bytes float64, size int64) (out []span) {
	for _, s := range left {
		n := int64(1)
		if took := bytes * float64(s.to-s.from) / float64(rows); took >= 2*float64(size) {
			n = min(int64(math.Ceil(min(took/float64(size), 1<<16))), s.to-s.from)
		}
		for i := range n {
			out = append(out, span{s.from + cutAt(s.to-s.from, i, n), s.from + cutAt(s.to-s.from, i+1, n)})
		}
	}
	return out
}

// cutAt is the first row of part i of n.
func cutAt(rows, i, n int64) int64 {
	hi, lo := bits.Mul64(uint64(rows), uint64(i))
	q, _ := bits.Div64(hi, lo, uint64(n))
	return int64(q)
}

// share counts which pages are in several of the pieces: those are decompressed once, and kept for the others. It returns the bytes, as stored,
// of the largest page that more than two need.
func (c *ranged) share(pieces []span, rows int64) (largest int64) {
	c.shared = make([]*sharedPage, len(c.pages))
	first := 0 // piece that ends behind the page's first row
	for i := range c.pages {
		last := rows
		if i+1 < len(c.pages) {
			last = c.pages[i+1].first
		}
		for first < len(pieces) && pieces[first].to <= c.pages[i].first {
			first++
		}
		users := int32(0)
		for k := first; k < len(pieces) && pieces[k].from < last; k++ {
			users++
		}
		if users > 1 {
			c.shared[i] = new(sharedPage)
			c.shared[i].left.Store(users)
		}
		if users > 2 { // to unpack a page twice is cheaper than to wait
			c.shared[i].large = newLargePage()
			largest = max(largest, c.pages[i].end-c.pages[i].offset)
		}
	}
	return largest
}

// unpackedBytes is about what n stored bytes of a column chunk come to.
func unpackedBytes(m *format.ColumnMetaData, n int64) int64 {
	times := float64(m.TotalUncompressedSize) / float64(max(m.TotalCompressedSize, 1))
	return int64(min(float64(n)*max(times, 1), math.MaxInt64/4))
}

// weight is about how many bytes of memory the column takes, decoded.
func (g *group) weight(l *leaf) float64 {
	m := &g.meta.Columns[l.index].MetaData
	n := float64(m.NumValues)
	levels := n * float64(l.maxRep|l.maxDef>>1) // bytes a value where they are kept
	plain, texts := float64(m.TotalUncompressedSize), float64(m.SizeStatistics.UnencodedByteArrayDataBytes)
	switch {
	case l.width > 0:
		return max(plain, n*float64(l.width), float64(g.meta.NumRows)*float64(l.each)*float64(l.width)) + levels
	case texts > 0:
		return texts + 4*n + levels
	}
	return max(plain, float64(g.textMean(m))*n) + 4*n + levels
}

// textMean is how many bytes a text of the column chunk's dictionary has; 8 where there is none. Of a remote file the statistics say.
func (g *group) textMean(m *format.ColumnMetaData) int64 {
	if g.file.how.ahead > 0 { // a call is worth more than the estimate
		return int64(len(m.Statistics.MinValue)+len(m.Statistics.MaxValue))/2 + 1
	}
	off, n := chunkRange(m)
	buf := make([]byte, 128)
	if h, _, err := g.header(&buf, off, off+n); err == nil && h.kind == format.DictionaryPage && h.values > 0 {
		return max(int64(h.plain/h.values)-4, 0)
	}
	return 8
}

// pagesMost is how many pages of a row group are kept in mind, which take about 50 bytes each. One of more is read whole.
const pagesMost = 1 << 20

// errRowsUnknown says that pages do not tell how many rows they have: those of lists, by writers of the first
// version without a page index. Such a row group is read whole.
var errRowsUnknown = errors.New("pages do not tell their rows")

// locate finds a column's pages: by the page index, or else by their headers, which takes about 1 µs a page. Of a remote file, where it
// takes a call for each page, a row group that is not large is rather read whole.
func (g *group) locate(ctx context.Context, l *leaf) (*ranged, error) {
	if c := g.placed(l); c != nil {
		if g.pages += len(c.pages); g.pages > pagesMost {
			return nil, errRowsUnknown
		}
		return c, nil
	}
	if g.file.how.ahead > 0 && g.bytes < float64(g.limits.ChunkBytes/4) {
		return nil, errRowsUnknown
	}
	m := &g.meta.Columns[l.index].MetaData
	at, n := chunkRange(m)
	end := at + n
	row := int64(0)
	c := new(ranged)
	buf := make([]byte, headerGuess)
	for page := 0; at < end && row < g.meta.NumRows; page++ {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		h, size, err := g.header(&buf, at, end)
		if err != nil {
			return nil, g.fail(l, page, err)
		}
		next := at + int64(size) + int64(h.packed)
		if next > end {
			return nil, g.fail(l, page, corrupt("the page claims %d bytes where %d are left", h.packed, end-at))
		}
		if h.kind == format.DataPage || h.kind == format.DataPageV2 {
			if g.pages++; g.pages > pagesMost {
				return nil, errRowsUnknown
			}
			c.pages = append(c.pages, location{page: page, offset: at, end: next, first: row})
			switch {
			case l.maxRep == 0:
				row += int64(h.values)
			case h.kind == format.DataPageV2:
				row += int64(h.rows)
			}
			if row <= c.pages[len(c.pages)-1].first && h.values > 0 {
				return nil, errRowsUnknown
			}
		}
		at = next
	}
	if row != g.meta.NumRows {
		return nil, g.fail(l, -1, corrupt("its pages have %d rows, the row group %d", row, g.meta.NumRows))
	}
	return c, nil
}

// headerGuess is more than most page headers take.
const headerGuess = 256

// header reads a page header, whose length no one knows: first a little, then more.
func (g *group) header(buf *[]byte, at, end int64) (pageHeader, int, error) {
	for {
		b := (*buf)[:min(int64(len(*buf)), end-at)]
		if _, err := g.file.r.ReadAt(b, at); err != nil {
			return pageHeader{}, 0, err
		}
		h, n, err := readHeader(b)
		if err == nil || int64(len(b)) == end-at || len(b) > headerMax {
			return h, n, err
		}
		*buf = make([]byte, 16*len(*buf))
	}
}

// part is a range of a row group's rows.
type part struct {
	group *group
	span
	pruned int64    // rows that were left out before it
	keep   []uint64 // bits of its rows that a filter leaves; nil for all
	rows   int      // how many they are
	reads  *fetch   // of the columns that are being decoded
}

// done ends a part. Behind the last one the row group gives back what its parts shared.
func (g *group) done() error {
	if g.parts.Add(-1) != 0 {
		return nil
	}
	for _, c := range g.chunks {
		if c.dict != nil {
			g.file.turn.giveBack(c.dict.bytes())
		}
		for _, s := range c.shared {
			if s != nil {
				s.abandon(g.file.turn)
			}
		}
	}
	if g.free != nil {
		g.free()
	}
	return g.file.release()
}

// decode reads the range, column by column.
func (p *part) decode(ctx context.Context) (c chunker.Chunk, err error) {
	defer guard(&err)
	g := p.group
	defer func() {
		if derr := g.done(); err == nil && derr != nil {
			c.Release()
			c, err = chunker.Chunk{}, derr
		}
	}()
	a := newArena(ctx, g.limits.ChunkBytes, g.file.turn)
	defer a.end()
	var read int64
	err = p.reading(a, g.tried(), func() (err error) {
		read, err = p.choose(ctx, a)
		return err
	})
	if err != nil {
		a.free()
		return chunker.Chunk{}, err
	}
	c = chunker.Chunk{File: g.file.name, Row: g.first + p.from, Kept: p.keep, Pruned: p.pruned + p.to - p.from - int64(p.rows), Free: a.free}
	var cols []arrow.Array
	if p.rows == 0 {
		c.Read = read
		cols, _, err = p.columns(ctx, a)
	} else {
		err = p.reading(a, g.file.wanted, func() (err error) {
			cols, c.Read, err = p.columns(ctx, a)
			return err
		})
	}
	if err != nil {
		a.free()
		return chunker.Chunk{}, err
	}
	c.Record = array.NewRecord(g.schema, cols, int64(p.rows))
	memory := chunker.Bytes(c.Record)
	err = g.limits.expands(memory, c.Read)
	if err == nil && g.file.memory != nil {
		err = g.limits.expands(g.file.memory.Add(memory), g.file.size)
	}
	if err != nil {
		c.Release()
		return chunker.Chunk{}, g.fail(nil, -1, err)
	}
	return c, nil
}

// reading has do run while nodes are being read.
func (p *part) reading(a *arena, nodes []*node, do func() error) (err error) {
	defer func() { p.reads.close() }()
	if p.reads, err = p.fetch(a, nodes); err != nil {
		return p.group.fail(nil, -1, err)
	}
	return do()
}

// columns decodes those that are wanted. read is how many bytes of the file are counted for them.
func (p *part) columns(ctx context.Context, a *arena) (_ []arrow.Array, read int64, err error) {
	wanted := p.group.file.wanted
	cols := make([]arrow.Array, len(wanted))
	lead := int(p.group.lead.Add(1)) // parts that run at the same time begin with other columns, and find pages opened
	for k := range cols {
		i := (k + lead) % len(cols)
		var n int64
		if cols[i], n, err = p.column(ctx, wanted[i], a); err != nil {
			return nil, read, err
		}
		read += n
	}
	return cols, read, nil
}

// column decodes all leaves of a column and puts them together.
func (p *part) column(ctx context.Context, n *node, a *arena) (_ arrow.Array, read int64, err error) {
	g := p.group
	cols := map[*leaf]*values{}
	if n.shares() {
		a = a.keeping()
	}
	n.leaves(func(l *leaf) {
		if err != nil {
			return
		}
		v := &values{leaf: l, arena: a, flat: n.flat(), keep: n.leaf == l && n.typ.ID() == arrow.DICTIONARY, rows: p.rows}
		if cols[l] = v; p.rows == 0 {
			return
		}
		var k int64
		k, err = p.leaf(ctx, v)
		read += k
	})
	if err != nil {
		return nil, read, err
	}
	rows := p.rows
	if !n.flat() && rows > 0 {
		rows = int(p.to - p.from) // they are all decoded
	}
	data, err := n.build(cols, 0, 0)
	if err == nil && data.Len() != rows {
		err = corrupt("column %q has %d rows, the row group %d", n.name, data.Len(), rows)
	}
	if err != nil {
		return nil, read, g.fail(n.first(), -1, err)
	}
	out := array.MakeFromData(data)
	if rows != p.rows {
		out, err = take.Filter(out, p.keep, p.rows)
	}
	return out, read, err
}

// leaf decodes what a column has stored for the range of rows. read is how many bytes of the file are counted
// for it.
func (p *part) leaf(ctx context.Context, v *values) (read int64, err error) {
	g, l := p.group, v.leaf
	ps, off, n := p.pages(v)
	defer p.explain(ctx, ps, &err)
	defer guard(&err)
	if v.flat {
		ps.keep = p.keep
	}
	c := g.chunks[l]
	if c == nil {
		return n, ps.from(ctx, p.reads, off, n)
	}
	first, all := chunkRange(&g.meta.Columns[l.index].MetaData)
	if v.dict, err = c.dictionary(ctx, p, l, first); err != nil {
		return 0, err
	}
	read = p.to*all/g.meta.NumRows - p.from*all/g.meta.NumRows
	if anyLarge(ps.shared) {
		return read, ps.single(ctx, p.reads, g.file.r)
	}
	return read, ps.from(ctx, p.reads, off, n)
}

// pages are those that hold the part's rows of a column: n bytes of the file from off on.
func (p *part) pages(v *values) (ps *pages, off, n int64) {
	g, l := p.group, v.leaf
	m := &g.meta.Columns[l.index].MetaData
	ps = &pages{limits: g.limits, codec: m.Codec, out: v, take: int(p.to - p.from), entries: m.NumValues}
	c := g.chunks[l]
	if c == nil {
		off, n = chunkRange(m)
		return ps, off, n
	}
	lo, hi := c.within(p.span)
	ps.page = c.pages[lo].page
	ps.shared, ps.places, ps.rows = c.shared[lo:hi], c.pages[lo:hi], g.meta.NumRows
	if hi < len(c.pages) {
		ps.rows = c.pages[hi].first
	}
	ps.skip = int(p.from - c.pages[lo].first)
	off = c.pages[lo].offset
	return ps, off, c.pages[hi-1].end - off
}

// explain adds to an error where it came up.
func (p *part) explain(ctx context.Context, ps *pages, err *error) {
	if *err != nil && ctx.Err() == nil {
		*err = p.group.fail(ps.out.leaf, ps.page, *err)
	}
}

// from reads pages out of a range of the file.
func (p *pages) from(ctx context.Context, r io.ReaderAt, off, n int64) error {
	err := p.readAt(ctx, r, off, n)
	if err == nil {
		err = p.ended()
	}
	return err
}

// anyLarge reports whether more than two parts need one of the pages.
func anyLarge(shared []*sharedPage) bool {
	return slices.ContainsFunc(shared, func(s *sharedPage) bool { return s != nil && s.large != nil })
}

// single reads page by page, so that large ones, which are in the file, are read by one part alone.
func (p *pages) single(ctx context.Context, r, file io.ReaderAt) (err error) {
	for err == nil && len(p.places) > 0 && p.take > 0 {
		at, s, left := p.places[0], p.shared[0], len(p.places)
		if s != nil && s.large != nil {
			var h pageHeader
			var body []byte
			if h, body, err = s.large.fetch(ctx, file, at); err == nil {
				err = p.one(&h, body)
				p.page++
			}
		} else {
			err = p.readAt(ctx, r, at.offset, at.end-at.offset)
		}
		if err == nil && len(p.places) == left {
			err = corrupt("there is no data page where the page index has one")
		}
	}
	if err == nil {
		err = p.ended()
	}
	return err
}

func (p *pages) readAt(ctx context.Context, r io.ReaderAt, off, n int64) error {
	if err := p.out.arena.charge(int(n)); err != nil {
		return err
	}
	defer p.out.arena.refund(int(n))
	buf, err := readRange(r, off, n)
	if err != nil {
		return err
	}
	defer bufpool.Put(buf)
	p.src = buf
	return p.read(ctx)
}

// dictionary reads the dictionary of a column chunk at off, once for all parts; the garbage collector has it. Where what parts may
// share is used up each part reads it for itself.
func (c *ranged) dictionary(ctx context.Context, p *part, l *leaf, off int64) (*dictionary, error) {
	if len(c.pages) == 0 || c.pages[0].offset <= off {
		return nil, nil
	}
	read := func() (*dictionary, error) { return p.readDictionary(ctx, l, off, c.pages[0].offset-off) }
	c.once.Do(func() {
		defer guard(&c.err)
		c.met.Store(true)
		if c.dict, c.err = read(); c.dict == nil || p.group.file.turn.borrow(c.dict.bytes()) {
			return
		}
		c.dict, c.apart = nil, true
	})
	if c.apart {
		return read()
	}
	return c.dict, c.err
}

// readDictionary reads the dictionary page of a column chunk, at off; nil where another page is there. claimed is how many bytes it
// should take.
func (p *part) readDictionary(ctx context.Context, l *leaf, off, claimed int64) (*dictionary, error) {
	g := p.group
	page, h, head, err := g.firstPage(p.reads, l, off, claimed)
	if err != nil {
		return nil, err
	}
	defer bufpool.Put(page)
	if h.kind != format.DictionaryPage {
		return nil, nil
	}
	out := &values{leaf: l, arena: newArena(ctx, g.limits.ChunkBytes, nil).keeping(), flat: true}
	ps := &pages{limits: g.limits, codec: g.meta.Columns[l.index].MetaData.Codec, out: out}
	err = ps.one(&h, page[head:head+h.packed])
	return out.dict, err
}

// firstPage reads a column chunk's first page, at off, into a pooled buffer that may hold more. Its own header says where it ends: by
// older versions of DuckDB the first data page is claimed to begin inside the dictionary, and others do not say where it begins.
func (g *group) firstPage(r io.ReaderAt, l *leaf, off, claimed int64) (page []byte, h pageHeader, head int, err error) {
	if page, err = readRange(r, off, claimed); err != nil {
		return nil, h, 0, err
	}
	h, head, err = readHeader(page)
	if err == nil && h.packed <= len(page)-head {
		return page, h, head, nil
	}
	bufpool.Put(page)
	first, n := chunkRange(&g.meta.Columns[l.index].MetaData)
	left := first + n - off
	scratch := make([]byte, headerGuess)
	if h, head, err = g.header(&scratch, off, off+left); err != nil {
		return nil, h, 0, err
	}
	if int64(h.packed) > left-int64(head) {
		return nil, h, 0, corrupt("the page claims %d bytes where %d are left", h.packed, left-int64(head))
	}
	page, err = readRange(r, off, int64(head+h.packed))
	return page, h, head, err
}
