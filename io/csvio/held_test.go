package csvio

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/csv"
)

// TestTextsOfManyColumnsGetTheRoomTheyNeed: not a window of 64 KiB for each.
func TestTextsOfManyColumnsGetTheRoomTheyNeed(t *testing.T) {
	for _, columns := range []int{manyColumns, 300, 1500} {
		for _, width := range []int{1, 9, 30} {
			var text strings.Builder
			rows := max(3, 400_000/columns/(width+1))
			for row := range rows + 1 {
				for c := range columns {
					if c > 0 {
						text.WriteByte(',')
					}
					fmt.Fprintf(&text, "%s%d", strings.Repeat("x", 1+(row+c)%width), c)
				}
				text.WriteByte('\n')
			}
			o := ReadOptions{Header: Present}
			st, err := chunker.Open(t.Context(), o.From("wide.csv", strings.NewReader(text.String())), chunker.Request{Bytes: 1 << 20})
			require.NoError(t, err)
			bytes, held, n := 0, 0, 0
			for {
				part, err := st.Next(t.Context())
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				c, err := part(t.Context())
				require.NoError(t, err)
				n += c.Len()
				for _, col := range c.Record.Columns() {
					data := col.Data().Buffers()[2].Bytes()
					bytes, held = bytes+len(data), held+cap(data)
					held -= csv.Pad + 64
				}
			}
			require.NoError(t, st.Close())
			require.Equal(t, rows, n)
			require.Less(t, held, 3*bytes+64<<10, "%d columns of up to %d bytes", columns, width)
		}
	}
}

// TestLongTextsAreWrittenInWhatTheyTake writes texts of which some need quotes, by an encoder that
// keeps nothing of them.
func TestLongTextsAreWrittenInWhatTheyTake(t *testing.T) {
	long := strings.Repeat("words and words ", 40_000)
	quotes := strings.Repeat(`"`, 300_000)
	for i, texts := range [][]string{
		{long}, {long + "."}, {"a", long + "x", "b"}, {quotes}, {long + `"`, "x", quotes, ""}, {long + ",", long + "x", "\n" + long}, {quotes, quotes + "a"},
	} {
		f, err := frame.New(frame.Of("n", make([]int64, len(texts))), frame.Of("text", texts))
		require.NoError(t, err)
		rec := f.Records()[0]
		e := newEncoder(WriteOptions{Delimiter: ','}, f.Schema())
		text, err := e.encode(rec)
		require.NoError(t, err)
		o := ReadOptions{Header: Absent, Names: []string{"n", "text"}, Types: map[string]arrow.DataType{"text": arrow.BinaryTypes.String}}
		back, err := chunker.ReadAll(t.Context(), o.From("long.csv", bytes.NewReader(text)))
		require.NoError(t, err)
		got, err := frame.Col[string](back, "text")
		require.NoError(t, err)
		for row, want := range texts {
			require.True(t, want == got.Values()[row], "texts %d, row %d", i, row)
		}
		total := 0
		for _, s := range texts {
			total += len(s) + strings.Count(s, `"`)
		}
		require.LessOrEqual(t, (&stringCells{quotes: e.quotes, offsets: stringOffsets(texts), data: []byte(strings.Join(texts, ""))}).quotedRoom(0, len(texts)), total+2*len(texts))
		for _, s := range e.strands {
			require.LessOrEqual(t, cap(s.slots), slotsKept, "an encoder keeps no more")
		}
	}
}

func stringOffsets(texts []string) []int32 {
	out := []int32{0}
	for _, s := range texts {
		out = append(out, out[len(out)-1]+int32(len(s)))
	}
	return out
}

// TestALongRowIsReadIntoWhatTheLongestTook rather than into doubled buffers.
func TestALongRowIsReadIntoWhatTheLongestTook(t *testing.T) {
	s := new(stream)
	require.Equal(t, 4<<20, s.behind(4<<20), "nothing is known yet")
	s.tellLong(longBytes - 1)
	require.Zero(t, s.longest.Load(), "it is not long")
	s.tellLong(5 << 20)
	s.tellLong(3 << 20)
	require.Equal(t, 4<<20+behindBytes, s.behind(1<<20))
	require.Equal(t, 1000, s.behind(1000), "few rows that go over a section's end are long")
	require.Equal(t, 6<<20, s.behind(6<<20), "longer than all")
}

// TestRoomOfAStrand is the pool's from some size on, and given back.
func TestRoomOfAStrand(t *testing.T) {
	var s strand
	for _, n := range []int{10, 1000, slotsKept - csv.Pad, slotsKept, 3 << 20, 5} {
		require.GreaterOrEqual(t, len(s.room(n)), n+csv.Pad)
		s.release()
		require.LessOrEqual(t, len(s.slots), slotsKept)
	}
}

// TestAnEncoderOfManyColumnsHoldsLittle weaves fewer rows at a time, and the text is the same.
func TestAnEncoderOfManyColumnsHoldsLittle(t *testing.T) {
	const rows = 300
	for columns, most := range map[int]int{1: 1 << 20, 100: 2 << 20, 129: 2 << 20, 1000: 4 << 20, 3000: 12 << 20} {
		fields, arrays := make([]arrow.Field, columns), make([]arrow.Array, columns)
		ints, texts := array.NewInt64Builder(memory.DefaultAllocator), array.NewStringBuilder(memory.DefaultAllocator)
		var want strings.Builder
		for row := range rows {
			ints.Append(int64(row * row))
			texts.Append(fmt.Sprintf("a %q %d", "b", row))
			for i := range columns {
				if i > 0 {
					want.WriteByte(',')
				}
				if i%4 == 3 {
					fmt.Fprintf(&want, `"a ""b"" %d"`, row)
					continue
				}
				fmt.Fprint(&want, row*row)
			}
			want.WriteByte('\n')
		}
		n, s := ints.NewArray(), texts.NewArray()
		for i := range columns {
			if arrays[i] = n; i%4 == 3 {
				arrays[i] = s
			}
			fields[i] = arrow.Field{Name: fmt.Sprint("c", i), Type: arrays[i].DataType()}
		}
		schema := arrow.NewSchema(fields, nil)
		e := newEncoder(WriteOptions{Delimiter: ','}, schema)
		text, err := e.encode(array.NewRecord(schema, arrays, rows))
		require.NoError(t, err)
		require.True(t, want.String() == string(text), "%d columns", columns)
		kept := 0
		for _, s := range e.strands {
			kept += cap(s.slots) + 4*len(s.starts) + 4*len(s.lens)
		}
		require.Less(t, kept, most, "%d columns", columns)
	}
}

// TestAWriterCountsItsEncoders: a worker has one, however many chunks wait to be written, and what it
// keeps is counted until the writer is closed.
func TestAWriterCountsItsEncoders(t *testing.T) {
	const rows, columns = 100, 1000
	ints := array.NewInt64Builder(memory.DefaultAllocator)
	for row := range rows {
		ints.Append(int64(row) << 30)
	}
	n := ints.NewArray()
	fields, arrays := make([]arrow.Field, columns), make([]arrow.Array, columns)
	for i := range columns {
		fields[i], arrays[i] = arrow.Field{Name: fmt.Sprint("c", i), Type: n.DataType()}, n
	}
	schema := arrow.NewSchema(fields, nil)
	rec := array.NewRecord(schema, arrays, rows)
	for _, compression := range []string{"none", "gzip", "zstd"} {
		var out bytes.Buffer
		w, err := WriteOptions{Compression: compression}.To(&out).Create(t.Context(), schema)
		require.NoError(t, err)
		budget := chunker.NewMemory(1) // what is in use is counted, not refused
		require.NoError(t, w.(chunker.Holder).Hold(budget))
		write := chunker.Shared(w)
		var puts []chunker.Append
		for range 5 {
			put, err := write(t.Context(), chunker.Chunk{Record: rec})
			require.NoError(t, err)
			puts = append(puts, put)
		}
		one := int64(32 * columns * 24) // rows woven at once, and some bytes of each field
		require.Greater(t, budget.Held(), one)
		require.Less(t, budget.Held(), 5*one+zstdBytes, "one encoder")
		require.Equal(t, "encoders of CSV", budget.Holders()[0].Who)
		for _, put := range puts {
			require.NoError(t, put(t.Context()))
		}
		require.NoError(t, w.Commit(t.Context()))
		require.NoError(t, w.Close())
		require.Zero(t, budget.Held())
		back, err := chunker.ReadAll(t.Context(), ReadOptions{}.From("back.csv", bytes.NewReader(out.Bytes())))
		require.NoError(t, err)
		require.Equal(t, 5*rows, back.NumRows())
		first, err := frame.Col[int64](back, "c999")
		require.NoError(t, err)
		require.Equal(t, int64(99)<<30, first.Values()[5*rows-1])
	}
}

// TestWhatAZstdEncoderTakes is about what it is counted for.
func TestWhatAZstdEncoderTakes(t *testing.T) {
	text := []byte(strings.Repeat("some,text,1234\n", 200_000))
	before := liveBytes()
	e := &encoder{output: new(output)}
	w := &writer{options: WriteOptions{Compression: "zstd"}}
	_, err := w.pack(e, text)
	require.NoError(t, err)
	e.output = nil
	took := liveBytes() - before
	require.Less(t, took, int64(zstdBytes+zstdBytes/2))
	require.Greater(t, took, int64(zstdBytes/2))
	require.NotNil(t, e.zstd)
	require.NotEmpty(t, text)
}

// liveBytes is how many bytes are reachable; pools give up what they hold at the second collection.
func liveBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
