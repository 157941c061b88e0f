package engine

import (
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/chunker"
)

// A row's id is what it is known by behind steps that need all rows: the number of its batch in the
// run, shifted, and its place among the rows of the batch as it came. It is known before the
// batches' rows are counted, and ascends as they came. A frame is batch 0. Rows whose origin is
// not known have unknown.
const (
	idBits  = 32
	unknown = -1
)

// id is that of a row of those that came.
func (b *Batch) id(came int) int64 {
	switch {
	case came < 0:
		return unknown
	case b.behind == nil:
		return int64(b.number)<<idBits + int64(came)
	case b.ids == nil:
		return unknown
	}
	return b.ids[came]
}

// idsOf are the ids in a column; a null is a row of no origin.
func idsOf(col *array.Int64) []int64 {
	ids := col.Int64Values()
	if col.NullN() == 0 {
		return ids
	}
	out := make([]int64, len(ids))
	for i := range out {
		if out[i] = ids[i]; col.IsNull(i) {
			out[i] = unknown
		}
	}
	return out
}

// withIDs are a batch's records as they are written to the table: with the rows' ids, if it carries
// them.
func (t *table) withIDs(b *Batch) []arrow.Record {
	if t.ids < 0 {
		return b.Records
	}
	rows := b.origins()
	ids := make([]int64, b.Len())
	for i := range ids {
		came := i
		if rows != nil {
			came = rows[i]
		}
		ids[i] = b.id(came)
	}
	out := make([]arrow.Record, len(b.Records))
	for i, rec := range b.Records {
		n := int(rec.NumRows())
		data := array.NewData(arrow.PrimitiveTypes.Int64, n, []*memory.Buffer{nil, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(ids[:n]))}, nil, 0, 0)
		cols := append(rec.Columns()[:rec.NumCols():rec.NumCols()], array.NewInt64Data(data))
		out[i], ids = array.NewRecord(t.in, cols, rec.NumRows()), ids[n:]
	}
	return out
}

// origins says of each batch of the source, by number, where its rows came from.
type origins struct {
	share *chunker.Share
	list  []origin
	alone bool          // there is one batch: a frame
	last  int           // the batch that was looked up last
	chunk chunker.Chunk // of it
}

func newOrigins(env *Env) (*origins, error) {
	share, err := env.Memory.Share("the origins of rows", 0)
	return &origins{share: share, alone: env.Alone, last: -1}, err
}

// origin is where a batch's rows came from, in little memory: one that was read from a text file
// takes about 150 bytes, and two more for each row that spans lines.
type origin struct {
	chunker.Origin        // without Lines.Extra
	extra          []byte // which is that: pairs of how many rows further and how many lines more
	rejected       []byte // how many rows further each is
}

const originBytes = 150 // that an origin takes, beside what it points to

// add keeps where the rows of a numbered batch came from.
func (o *origins) add(number int, c *chunker.Chunk) {
	for len(o.list) < number { // batches that were never settled have no rows
		o.list = append(o.list, origin{})
	}
	at := origin{Origin: c.Origin}
	at.Lines.Extra = nil
	row, lines := 0, int64(0)
	for _, x := range c.Lines.Extra {
		at.extra = binary.AppendVarint(binary.AppendUvarint(at.extra, uint64(x.Row-row)), x.Lines-lines)
		row, lines = x.Row, x.Lines
	}
	last := c.Row
	for _, e := range c.Rejects {
		at.rejected = binary.AppendVarint(at.rejected, e.Row-last)
		last = e.Row
	}
	o.list = append(o.list, at)
	o.share.Add(originBytes + int64(8*len(at.Kept)+cap(at.extra)+cap(at.rejected)))
}

// of finds the file, row and line of an id.
func (o *origins) of(id int64) (file string, row, line int64) {
	number, at := id>>idBits, int(id&(1<<idBits-1))
	if o.alone {
		number, at = 0, int(id)
	}
	if id < 0 || number >= int64(len(o.list)) {
		return "", -1, 0
	}
	if o.last != int(number) {
		o.last, o.chunk = int(number), o.list[number].unpacked()
	}
	return o.chunk.File, o.chunk.RowOf(at), o.chunk.Lines.Of(at)
}

// unpacked is a chunk of rows of the origin, without them.
func (at *origin) unpacked() chunker.Chunk {
	c := chunker.Chunk{Origin: at.Origin}
	for x, rest := (chunker.ExtraLine{}), at.extra; len(rest) > 0; {
		rows, n := binary.Uvarint(rest)
		lines, m := binary.Varint(rest[n:])
		x.Row, x.Lines, rest = x.Row+int(rows), x.Lines+lines, rest[n+m:]
		c.Lines.Extra = append(c.Lines.Extra, x)
	}
	for row, rest := at.Row, at.rejected; len(rest) > 0; {
		rows, n := binary.Varint(rest)
		row, rest = row+rows, rest[n:]
		c.Rejects = append(c.Rejects, &chunker.Error{Row: row})
	}
	return c
}

// idSet is a set of ids: a bit for each, in words of which most of a run have none.
type idSet map[int64]uint64

// add reports whether the id was not there.
func (s idSet) add(id int64) bool {
	was := s.has(id)
	s[id>>6] |= 1 << (id & 63)
	return !was
}

func (s idSet) has(id int64) bool { return s[id>>6]>>(id&63)&1 == 1 }
