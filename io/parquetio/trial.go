package parquetio

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/kernel"
)

// trial is a test of a column that runs once on each entry of a row group's dictionary. The first
// part that needs it runs it. Then rows are chosen by their codes, before any column is decoded.
type trial struct {
	predicate.Test
	node *node

	once  sync.Once
	err   error
	dict  *dictionary // nil if there is none, or the test cannot say anything of it
	pass  []uint8     // 1 for entries that a wanted row may have
	some  bool        // some entry passes
	every bool        // all entries pass
	null  bool        // a null passes
}

// trials are the tests of columns that the file may have dictionaries for.
func (f *file) trials(list []predicate.Test) (out []*trial) {
	for _, t := range list {
		i := slices.IndexFunc(f.nodes, func(n *node) bool { return n.name == t.Column })
		if i >= 0 && f.nodes[i].flat() && f.nodes[i].leaf.physical != format.Boolean {
			out = append(out, &trial{Test: t, node: f.nodes[i]})
		}
	}
	return out
}

// tried are the columns of the trials.
func (g *group) tried() (out []*node) {
	for _, t := range g.trials {
		if !slices.Contains(out, t.node) {
			out = append(out, t.node)
		}
	}
	return out
}

// prepare tries the test on the dictionary, under the context that all parts of a stream have. A
// test that cannot say anything is none.
func (t *trial) prepare(ctx context.Context, p *part) error {
	t.once.Do(func() {
		defer guard(&t.err)
		if t.dict, t.err = p.dictionary(ctx, t.node.leaf); t.dict != nil && t.err == nil {
			if err := t.testEntries(); err != nil {
				t.dict = nil
			}
		}
	})
	return t.err
}

// dictionary is that of a column chunk; nil where it has none. Where the file does not say how long
// it is, its header is looked at, unless that takes a call to a remote reader.
func (p *part) dictionary(ctx context.Context, l *leaf) (*dictionary, error) {
	g := p.group
	m := &g.meta.Columns[l.index].MetaData
	off, n := chunkRange(m)
	if c := g.chunks[l]; c != nil {
		return c.dictionary(ctx, p, l, off)
	}
	claimed := min(m.DataPageOffset-off, n)
	if claimed <= 0 {
		if g.file.how.ahead > 0 || !slices.ContainsFunc(m.Encoding, coded) {
			return nil, nil
		}
		claimed = min(headerGuess, n)
	}
	return p.readDictionary(p.dictionaryRoom(ctx, nil), l, off, claimed)
}

// testEntries runs the test on each entry of the dictionary, and on a null if there may be one.
func (t *trial) testEntries() error {
	values, err := t.dict.array(t.node)
	if err != nil {
		return err
	}
	mask, err := t.Pass(values)
	if err != nil {
		return err
	}
	n := t.dict.n
	if len(mask) < (n+63)/64 {
		return fmt.Errorf("a mask of %d words for %d values", len(mask), n)
	}
	t.pass = make([]uint8, n)
	k := 0
	for i := range t.pass {
		t.pass[i] = uint8(mask[i>>6] >> (i & 63) & 1)
		k += int(t.pass[i])
	}
	t.some, t.every = k > 0, k == n
	if t.node.leaf.maxDef > 0 {
		mask, err = t.Pass(nullOf(t.node.typ))
		t.null = len(mask) > 0 && mask[0]&1 == 1
	}
	return err
}

// nullOf is an array of one null. Arrow v17's MakeArrayOfNull panics on views.
func nullOf(t arrow.DataType) arrow.Array {
	if t.ID() != arrow.STRING_VIEW && t.ID() != arrow.BINARY_VIEW {
		return array.MakeArrayOfNull(memory.DefaultAllocator, t, 1)
	}
	b := array.NewBuilder(memory.DefaultAllocator, t)
	b.AppendNull()
	return b.NewArray()
}

// array is the dictionary's entries as an array of the node's type.
func (d *dictionary) array(n *node) (arrow.Array, error) {
	v := &values{leaf: n.leaf, arena: newArena(context.Background(), int64(16*len(d.fixed)+32*d.n)+1<<20, nil).keeping(), flat: true}
	v.rows, v.at, v.count, v.dict = d.n, d.n, d.n, d
	if n.typ.ID() == arrow.DICTIONARY {
		v.keep, v.codes = true, make([]uint32, d.n)
		for i := range v.codes {
			v.codes[i] = uint32(i)
		}
	} else {
		v.fixed, v.ends, v.data = slices.Clone(d.fixed), d.starts, d.data // times are scaled in place
	}
	data, err := v.finish(n.typ, d.n, nil)
	if err != nil {
		return nil, err
	}
	return array.MakeFromData(data), nil
}

// keptMost is the share of a part's rows from which on all are decoded: choosing among them costs
// as much.
const keptMost = 0.75

// filterRows finds the rows of the part that pass the trials, and sets keep; nil is all. It returns
// how many bytes of the file it read.
func (p *part) filterRows(ctx context.Context, a *arena) (read int64, err error) {
	p.rows = int(p.to - p.from)
	var keep []uint64
	for _, t := range p.group.trials {
		if err := t.prepare(ctx, p); err != nil {
			return read, p.group.fail(t.node.leaf, -1, err)
		}
		if t.dict == nil || t.every && (t.null || t.node.leaf.maxDef == 0) {
			continue
		}
		if keep == nil {
			keep = make([]uint64, kernel.WordsFor(p.rows))
			bitmap.Fill(raw(keep), 0, p.rows, true)
		}
		if !t.some && !t.null && p.group.allCodes(t.node.leaf) {
			clear(keep)
			break
		}
		n, err := p.filterPages(ctx, t, keep, a)
		if read += n; err != nil {
			return read, err
		}
	}
	if keep == nil {
		return read, nil
	}
	if k := bitmap.Count(raw(keep), 0, p.rows); float64(k) <= keptMost*float64(p.rows) {
		p.keep, p.rows = keep, k
	}
	return read, nil
}

// allCodes reports whether the column chunk's metadata says that every data page uses the
// dictionary. If the pages are known it must say so of as many as there are.
func (g *group) allCodes(l *leaf) bool {
	pages := int32(0)
	for _, s := range g.meta.Columns[l.index].MetaData.EncodingStats {
		if s.PageType == format.DictionaryPage {
			continue
		}
		if !coded(s.Encoding) {
			return false
		}
		pages += s.Count
	}
	if c := g.chunks[l]; c != nil {
		return int(pages) == len(c.pages)
	}
	return pages > 0
}

// coded reports whether values are given by their place in the dictionary.
func coded(e format.Encoding) bool { return e == format.RLEDictionary || e == format.PlainDictionary }

// filterPages clears the bits of rows that fail the trial, page by page.
func (p *part) filterPages(ctx context.Context, t *trial, keep []uint64, a *arena) (read int64, err error) {
	v := &values{leaf: t.node.leaf, arena: a, flat: true, rows: p.rows, dict: t.dict}
	ps, off, n := p.pages(v)
	defer p.explain(ctx, ps, &err)
	defer guard(&err)
	ps.trial, ps.keep = t, keep
	if anyLarge(ps.shared) {
		return n, ps.single(ctx, p.reads, p.group.file.r)
	}
	ps.shared, ps.places = nil, nil // small ones are unpacked for the trial alone
	return n, ps.from(ctx, p.reads, off, n)
}

// filterPage clears the bits of a page's rows in keep, from row on, that fail the trial. Rows whose
// values are not given by codes are left.
func (p *pages) filterPage(shared *sharedPage, h *pageHeader, body []byte, skip, rows, row int) error {
	t, keep := p.trial, raw(p.keep)
	if !coded(h.encoding) || bitmap.Count(keep, row, rows) == 0 {
		return nil
	}
	if !t.some && !t.null {
		bitmap.Fill(keep, row, rows, false)
		return nil
	}
	if shared != nil && shared.large == nil {
		shared = nil
	}
	o, done, err := p.open(shared, h, body)
	if err != nil {
		return err
	}
	defer done()
	here := presence{rows: rows, before: skip, within: rows}
	if p.out.leaf.maxDef > 0 {
		if err := here.read(o.def, h, skip, rows); err != nil {
			return err
		}
	}
	hits, err := p.hits(o.values, here.before, here.within)
	if err == nil {
		t.dropMisses(keep, row, hits, &here)
	}
	return err
}

// hits returns a bitmap over n values of a page, those after the first skip: bit i is set if the
// entry of value i passes. About 0.7 ns a value.
func (p *pages) hits(src []byte, skip, n int) ([]uint64, error) {
	t := p.trial
	hits := make([]uint64, kernel.WordsFor(n))
	if t.every || !t.some || n == 0 {
		bitmap.Fill(raw(hits), 0, n, t.every)
		return hits, nil
	}
	h, err := codes(src, skip)
	if err != nil {
		return nil, err
	}
	for at := 0; at < n; at += block {
		ix := p.out.indexes(min(block, n-at))
		if err := t.dict.read(&h, ix); err != nil {
			return nil, err
		}
		look(hits[at/64:], t.pass, ix)
	}
	return hits, nil
}

// look sets a bit for each code whose entry passes.
func look(hits []uint64, pass []uint8, codes []uint32) {
	for w := 0; len(codes) > 0; w++ {
		n := min(64, len(codes))
		for i, code := range codes[:n] {
			hits[w] |= uint64(pass[code]) << i
		}
		codes = codes[n:]
	}
}

// dropMisses clears in keep, from row on, the bits of rows that have no hit.
func (t *trial) dropMisses(keep []byte, row int, hits []uint64, here *presence) {
	at := 0
	here.words(func(i, n int, valid uint64) {
		k := bits.OnesCount64(valid)
		hit := bitmap.Deposit(bitmap.Load(raw(hits), at, k), valid)
		at += k
		if t.null {
			hit |= ^valid
		}
		bitmap.Store(keep, row+i, n, bitmap.Load(keep, row+i, n)&hit)
	})
}
