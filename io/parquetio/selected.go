package parquetio

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/kernel"
	enc "github.com/volley-go/volley/internal/parquetenc"
)

// decodeSelected decodes the k kept rows among those of a page that follow the first skip; they are
// the part's from row on. A page of which none is kept is not even decompressed.
func (p *pages) decodeSelected(shared *sharedPage, h *pageHeader, body []byte, skip, rows, row, k int) error {
	if k == 0 {
		if shared != nil {
			shared.done(p.out.arena.turn)
		}
		return nil
	}
	o, done, err := p.open(shared, h, body)
	if err != nil {
		return err
	}
	defer done()
	want := make([]uint64, kernel.WordsFor(rows))
	bitmap.Copy(raw(want), 0, raw(p.keep), row, rows)
	v := p.out
	here := presence{rows: rows, before: skip, within: rows, count: h.values}
	if v.leaf.maxDef > 0 {
		if err := here.read(o.def, h, skip, rows); err != nil {
			return err
		}
		if want, err = v.selectValidity(&here, want, k); err != nil {
			return err
		}
	}
	return v.picked(h.encoding, o.values, &here, want, k)
}

// presence says which of a page's rows have a value.
type presence struct {
	rows                  int    // that are looked at
	bits                  []byte // of the page's rows; nil where all have one
	skip                  int    // rows in front of them
	count, before, within int    // values of the page, in front of the rows, and of them
}

// read decodes the levels of a page of a flat column.
func (p *presence) read(def []byte, h *pageHeader, skip, rows int) error {
	n := h.values
	run, err := newLevels(def, 1, h.defs, n)
	if err != nil {
		return err
	}
	all := run
	if one, ok := all.One(n); ok && one == 1 {
		*p = presence{rows: rows, skip: skip, count: n, before: skip, within: rows}
		return nil
	}
	p.bits = make([]byte, bitmap.Bytes(n))
	if p.count, err = run.ReadBits(p.bits, 0, n); err != nil {
		return err
	}
	p.rows, p.skip = rows, skip
	p.before, p.within = bitmap.Count(p.bits, 0, skip), bitmap.Count(p.bits, skip, rows)
	return nil
}

// words visits the rows by 64: n of them from i on, with a bit for each that has a value.
func (p *presence) words(visit func(i, n int, valid uint64)) {
	for i := 0; i < p.rows; i += 64 {
		n := min(64, p.rows-i)
		valid := bitmap.Mask(n)
		if p.bits != nil {
			valid = bitmap.Load(p.bits, p.skip+i, n)
		}
		visit(i, n, valid)
	}
}

// selectValidity appends the validity of the k wanted rows. It returns which of the stored values,
// those of rows that are not null, are wanted.
func (v *values) selectValidity(here *presence, want []uint64, k int) ([]uint64, error) {
	if here.bits == nil {
		if v.valid != nil {
			bitmap.Fill(v.valid, v.at, k, true)
		}
		return want, nil
	}
	if err := v.beginValidity(); err != nil {
		return nil, err
	}
	values := make([]uint64, kernel.WordsFor(here.within)+1)
	to, at := v.at, 0
	here.words(func(i, _ int, valid uint64) {
		w := want[i>>6]
		bitmap.Store(v.valid, to, bits.OnesCount64(w), bitmap.Extract(valid, w))
		to += bits.OnesCount64(w)
		bitmap.Store(raw(values), at, bits.OnesCount64(valid), bitmap.Extract(w, valid))
		at += bits.OnesCount64(valid)
	})
	return values, nil
}

// beginValidity makes room for the bits of all rows, those so far set.
func (v *values) beginValidity() (err error) {
	if v.valid != nil {
		return nil
	}
	if v.valid, err = v.arena.get(bitmap.Bytes(v.rows)); err != nil {
		return err
	}
	v.valid = v.valid[:bitmap.Bytes(v.rows)]
	clear(v.valid)
	bitmap.Fill(v.valid, 0, v.at, true)
	return nil
}

// picked decodes the values of a page that have bits in want, into slots of so many rows.
func (v *values) picked(e format.Encoding, src []byte, here *presence, want []uint64, rows int) error {
	if err := v.reserve(rows); err != nil {
		return err
	}
	k := bitmap.Count(raw(want), 0, here.within)
	if err := v.pick(e, src, here, want, k); err != nil {
		return err
	}
	if k < rows {
		v.spread(v.at, rows, k, v.valid)
	}
	v.at += rows
	v.count += k
	return nil
}

func (v *values) pick(e format.Encoding, src []byte, here *presence, want []uint64, k int) error {
	w, skip, n := v.leaf.width, here.before, here.within
	switch {
	case k == 0:
		return nil
	case k == n:
		return v.decode(e, src, here.count, skip, n)
	case coded(e):
		return v.pickCodes(src, skip, n, want)
	case v.keep:
		return v.extend(e, src, here.count, skip, n, want)
	case e == format.Plain && w == 0:
		return v.pickTexts(src, skip, n, want)
	case e == format.Plain && v.leaf.physical != format.Boolean:
		if len(src)/w < skip+n {
			return enc.ErrShort
		}
		pickFixed(v.fixed[v.at*w:(v.at+k)*w], src[skip*w:(skip+n)*w], w, want)
		return nil
	}
	return v.pickAny(e, src, here, want, k)
}

// pickCodes leaves out indexes before anything is looked up.
func (v *values) pickCodes(src []byte, skip, n int, want []uint64) error {
	if v.dict == nil {
		return corrupt("a page needs a dictionary, and there is none")
	}
	h, err := codes(src, skip)
	if err != nil {
		return err
	}
	to := v.at
	chosen := make([]uint32, min(block, n))
	for at := 0; at < n; at += block {
		ix := v.indexes(min(block, n-at))
		if err := v.dict.read(&h, ix); err != nil {
			return err
		}
		k := bitmap.Count(raw(want), at, len(ix))
		if k == 0 {
			continue
		}
		kernel.Compress(chosen[:k], ix, want[at/64:])
		if v.keep {
			copy(v.codes[to:], chosen[:k])
		} else if err := v.gather(to, chosen[:k]); err != nil {
			return err
		}
		to += k
	}
	return nil
}

// pickTexts copies wanted texts one by one; about 2 ns for each of the others.
func (v *values) pickTexts(src []byte, skip, n int, want []uint64) (err error) {
	for range skip {
		if src, err = afterText(src); err != nil {
			return err
		}
	}
	to := v.at
	for i := range n {
		rest, err := afterText(src)
		if err != nil {
			return err
		}
		if want[i>>6]>>(i&63)&1 != 0 {
			size := int(binary.LittleEndian.Uint32(src))
			if err := v.textRoom(size, to, 1); err != nil {
				return err
			}
			v.data = append(v.data, src[4:4+size]...)
			to++
			v.ends[to] = int32(len(v.data))
		}
		src = rest
	}
	return nil
}

// pickFixed copies the wanted of values of width w.
func pickFixed(dst, src []byte, w int, want []uint64) {
	switch w {
	case 1:
		kernel.Compress(dst, src, want)
	case 4:
		kernel.Compress(as[uint32](dst), as[uint32](src), want)
	case 8:
		kernel.Compress(as[uint64](dst), as[uint64](src), want)
	default:
		for i := 0; i < len(src)/w; i++ {
			if want[i>>6]>>(i&63)&1 != 0 {
				dst = dst[copy(dst, src[i*w:(i+1)*w]):]
			}
		}
	}
}

// pickAny is for encodings in which a value rests on those before it: all are decoded, and the
// wanted copied.
func (v *values) pickAny(e format.Encoding, src []byte, here *presence, want []uint64, k int) error {
	all := &values{leaf: v.leaf, arena: v.arena}
	defer all.release()
	n, w := here.within, v.leaf.width
	if err := all.add(e, src, here.count, here.before, n); err != nil {
		return err
	}
	if w > 0 {
		pickFixed(v.fixed[v.at*w:(v.at+k)*w], all.fixed[:n*w], w, want)
		return nil
	}
	to := v.at
	for i := range n {
		if want[i>>6]>>(i&63)&1 == 0 {
			continue
		}
		text := all.data[all.ends[i]:all.ends[i+1]]
		if err := v.textRoom(len(text), to, 1); err != nil {
			return err
		}
		v.data = append(v.data, text...)
		to++
		v.ends[to] = int32(len(v.data))
	}
	return nil
}
