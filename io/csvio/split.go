package csvio

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/paths"
)

// Split returns sources of runs of neighbouring files, or of ranges of one file, of about as many
// bytes each. To cut a file it reads it once, up to the last cut, and finds where its rows end:
// some gigabytes a second, if they are in memory. Compressed files and odd dialects are not cut.
func (t *table) Split(ctx context.Context, n int) ([]chunker.Source, error) {
	if t.source.reader != nil || t.first.once || n < 2 || t.source.part != nil && t.source.part.To > 0 {
		return []chunker.Source{t.source}, nil
	}
	if len(t.files) == 1 {
		return t.ranges(ctx, n)
	}
	sizes, stamps, err := t.stamps()
	if err != nil {
		return nil, err
	}
	all := int64(0)
	for _, n := range sizes {
		all += n
	}
	var out []chunker.Source
	begin, before, cut := 0, int64(0), int64(1)
	for i, size := range sizes {
		before += size
		left := n - len(out)
		if files := len(sizes) - i - 1; i+1 < len(sizes) && (left == 1 || before*int64(n) < all*cut && files >= left) {
			continue
		}
		out = append(out, t.partOf(begin, i+1, stamps))
		begin, cut = i+1, int64(len(out)+1)
	}
	return out, nil
}

// stamps are the files' sizes, one more each so that empty ones count, and their fingerprints: as
// they were when what is known of them was found out.
func (t *table) stamps() (sizes []int64, stamps []paths.Fingerprint, err error) {
	if err := t.first.stamp.CheckName(t.files[0]); err != nil {
		return nil, nil, t.source.fail(t.files[0], err)
	}
	for _, f := range t.files {
		info, err := os.Stat(f)
		if err != nil {
			return nil, nil, t.source.fail(f, err)
		}
		sizes, stamps = append(sizes, info.Size()+1), append(stamps, paths.FingerprintOf(info))
	}
	if p := t.source.part; p != nil {
		stamps = p.Stamps
	}
	return sizes, stamps, nil
}

// partOf is the source of some files of the table, which had those fingerprints.
func (t *table) partOf(lo, hi int, stamps []paths.Fingerprint) *source {
	c := *t.source
	c.paths, c.part = t.files[lo:hi], partOf(&t.found)
	c.part.Stamps = stamps[lo:hi]
	return &c
}

// rangeMin is the least text of a range.
const rangeMin = 64 << 10

// ranges are sources of parts of the one file.
func (t *table) ranges(ctx context.Context, n int) (_ []chunker.Source, err error) {
	whole := []chunker.Source{t.source}
	st := &stream{source: t.source, files: t.files, found: t.found}
	defer func() { err = errors.Join(err, st.Close()) }()
	if t.source.part != nil {
		err = st.beginPart(ctx, t.source.part)
	} else {
		err = st.beginAgain(ctx)
	}
	if err != nil {
		return nil, err
	}
	at := lineOffset{st.offset, st.lines}
	if st.cutPlain(); st.plain == nil {
		return whole, nil
	}
	info, err := st.plain.Stat()
	if err != nil {
		return nil, t.source.fail(st.name(), err)
	}
	step := max((st.plain.size-at.offset)/int64(n), rangeMin)
	cuts := []lineOffset{{}}
	for near := at.offset + step; near < st.plain.size && len(cuts) < n; near += step {
		if at, err = st.rowFrom(ctx, at, near); err != nil {
			return nil, err
		}
		if at.offset >= st.plain.size {
			break
		}
		if at.offset > cuts[len(cuts)-1].offset {
			cuts = append(cuts, at)
		}
	}
	if len(cuts) == 1 {
		return whole, nil
	}
	var out []chunker.Source
	for i, from := range cuts {
		c := t.partOf(0, 1, []paths.Fingerprint{paths.FingerprintOf(info)})
		c.part.From, c.part.Line, c.part.To = from.offset, from.line, info.Size()
		if i+1 < len(cuts) {
			c.part.To = cuts[i+1].offset
		}
		out = append(out, c)
	}
	return out, nil
}

// rowFrom is a row that begins at near or soon after it, counted on from one that begins before.
// It is the end of the file if there is none, or a row does not end within the limit.
func (s *stream) rowFrom(ctx context.Context, at lineOffset, near int64) (lineOffset, error) {
	size, block := s.plain.size, int64(4<<20)
	for at.offset < near {
		if ctx.Err() != nil {
			return at, context.Cause(ctx)
		}
		n := min(max(near-at.offset, rangeMin), block, size-at.offset)
		buf := bufpool.Get(int(n) + csv.Pad)[:n]
		if _, err := s.plain.ReadAt(buf, at.offset); err != nil {
			bufpool.Put(buf)
			return at, s.source.fail(s.name(), err)
		}
		end, _ := csv.Cut(buf, s.dialect)
		lines := bytes.Count(buf[:end], []byte{s.dialect.Newline})
		bufpool.Put(buf)
		if end == 0 {
			if n == size-at.offset || n > int64(s.source.options.rowMax()) {
				return lineOffset{offset: size}, nil
			}
			block, near = max(block, 2*n), max(near, at.offset+2*n) // a longer row
			continue
		}
		at.offset, at.line = at.offset+int64(end), at.line+int64(lines)
	}
	return at, nil
}

// beginPart opens the first file of a part, at its first row.
func (s *stream) beginPart(ctx context.Context, p *part) error {
	if p.From == 0 {
		_, err := s.begin(ctx, 0)
		return err
	}
	in, err := s.source.openRaw(ctx, s.files[0])
	if err != nil {
		return err
	}
	in.encoding, in.begin, in.at = charset.UTF8, p.From, charset.At(p.From)
	s.input, s.offset, s.at, s.lines, s.midway = in, p.From, in.at, p.Line, true
	return nil
}

// endPart has the stream end where the part does.
func (s *stream) endPart(p *part) error {
	if s.plain == nil {
		return s.source.fail(s.name(), errors.New("it cannot be read by ranges, as a part of it is: split it again"))
	}
	s.plain.end = min(p.To, s.plain.size)
	return nil
}

// rowless has a part of a stream that begins inside a file tell no row's number: nobody counted
// those before. Lines and bytes are known.
func (s *stream) rowless(part chunker.Part) chunker.Part {
	if !s.midway {
		return part
	}
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		if e, ok := err.(*chunker.Error); ok {
			e.Row = -1
		}
		for _, e := range slices.Concat(c.Rejects, c.FirstLosses()) {
			e.Row = -1
		}
		c.Row = chunker.RowUnknown
		return c, err
	}
}
