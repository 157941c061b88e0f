package engine

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// TestOriginsAreThoseOfTheChunks, in little memory: of chunks with rows left out, rejected, over
// several lines, of several files, looked up in any order.
func TestOriginsAreThoseOfTheChunks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	o, err := newOrigins(&Env{Memory: chunker.NewMemory(0)})
	require.NoError(t, err)
	var chunks []chunker.Chunk
	rows := func(c chunker.Chunk) int { return 60 }
	var numberer chunker.Numberer
	for k := range 30 {
		c := chunker.Chunk{Origin: chunker.Origin{File: []string{"a.csv", "b.csv", "c.parquet"}[k/10], Row: -1}}
		switch k % 3 {
		case 0: // a text file whose rows span lines, some of them rejected
			c.Lines.First = int64(1000 * k)
			for row, lines := 0, int64(0); row < 60; row += 1 + r.IntN(20) {
				lines += int64(r.IntN(5))
				c.Lines.Extra = append(c.Lines.Extra, chunker.ExtraLine{Row: row, Lines: lines})
			}
			for at := int64(0); at < 50; at += 1 + r.Int64N(30) {
				c.Rejects = append(c.Rejects, &chunker.Error{Row: at})
			}
		case 1: // one with rows left out
			c.Row = int64(k * 100)
			c.Kept = []uint64{0xAAAA_AAAA_AAAA_AAAA, 0x1111_1111_1111_1111, 1<<60 - 1}
		}
		numberer.NumberRows(&c, rows(c))
		o.add(k+k/10, &c) // a number is left out now and then
		chunks = append(chunks, c)
	}
	for range 2000 {
		k, row := r.IntN(len(chunks)), r.IntN(60)
		file, at, line := o.of(int64(k+k/10)<<idBits + int64(row))
		require.Equal(t, chunks[k].File, file)
		require.Equal(t, chunks[k].RowOf(row), at)
		require.Equal(t, chunks[k].Lines.Of(row), line)
	}
	for _, id := range []int64{unknown, 1000 << idBits} {
		_, at, _ := o.of(id)
		require.EqualValues(t, -1, at)
	}
	require.Positive(t, o.share.Held())
	o.share.Close()
}

// TestAFrameHasMoreRowsThanABatch: its ids are its rows.
func TestAFrameHasMoreRowsThanABatch(t *testing.T) {
	o, err := newOrigins(&Env{Memory: chunker.NewMemory(0), Alone: true})
	require.NoError(t, err)
	o.add(0, &chunker.Chunk{})
	_, row, _ := o.of(5_000_000_000)
	require.EqualValues(t, 5_000_000_000, row)
	b := Batch{}
	require.EqualValues(t, 5_000_000_000, b.id(5_000_000_000))
}

// TestASetOfIDs, dense and sparse.
func TestASetOfIDs(t *testing.T) {
	s := idSet{}
	for _, id := range []int64{0, 1, 63, 64, 5 << idBits, 5<<idBits + 63} {
		require.False(t, s.has(id))
		require.True(t, s.add(id))
		require.False(t, s.add(id))
		require.True(t, s.has(id))
	}
	require.False(t, s.has(2))
	require.Len(t, s, 3)
}
