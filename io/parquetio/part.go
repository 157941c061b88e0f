package parquetio

import (
	"context"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/take"
)

// part is a range of a row group's rows.
type part struct {
	group *group
	span
	pruned int64    // rows that were left out before it
	keep   []uint64 // bits of its rows that a filter leaves; nil for all
	rows   int      // how many they are
	reads  *fetch   // of the columns that are being decoded
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
		read, err = p.filterRows(ctx, a)
		return err
	})
	if err != nil {
		a.free()
		return chunker.Chunk{}, err
	}
	c = chunker.Chunk{Origin: chunker.Origin{File: g.file.name, Row: g.first + p.from, Kept: p.keep}, Pruned: p.pruned + p.to - p.from - int64(p.rows), Free: a.free}
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

// leaf decodes what a column has stored for the range of rows. read is how many bytes of the file
// are counted for it.
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
			err = p.large(ctx, s.large, file, at)
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

// large decodes what a large page has of the rows.
func (p *pages) large(ctx context.Context, page *largePage, file io.ReaderAt, at location) error {
	h, body, own, err := page.fetch(ctx, file, at)
	defer own.done()
	if err != nil {
		return err
	}
	err = p.one(&h, body)
	p.page++
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
