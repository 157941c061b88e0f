package write

import (
	"bytes"
	stdcsv "encoding/csv"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/csv"
)

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
		e := newEncoder(Options{Delimiter: ','}, f.Schema())
		text, err := e.encode(rec)
		require.NoError(t, err)
		back, err := stdcsv.NewReader(bytes.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, back, len(texts))
		for row, want := range texts {
			require.True(t, want == back[row][1], "texts %d, row %d", i, row)
		}
		total := 0
		for _, s := range texts {
			total += len(s) + strings.Count(s, `"`)
		}
		require.LessOrEqual(t, (&stringEncoder{quotes: e.quotes, offsets: stringOffsets(texts), data: []byte(strings.Join(texts, ""))}).quotedRoom(0, len(texts)), total+2*len(texts))
		for _, s := range e.texts {
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

// TestRoomOfAStrand is the pool's from some size on, and given back.
func TestRoomOfAStrand(t *testing.T) {
	var s columnText
	for _, n := range []int{10, 1000, slotsKept - csv.Pad, slotsKept, 3 << 20, 5} {
		require.GreaterOrEqual(t, len(s.roomFor(n)), n+csv.Pad)
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
		e := newEncoder(Options{Delimiter: ','}, schema)
		text, err := e.encode(array.NewRecord(schema, arrays, rows))
		require.NoError(t, err)
		require.True(t, want.String() == string(text), "%d columns", columns)
		kept := 0
		for _, s := range e.texts {
			kept += cap(s.slots) + 4*len(s.starts) + 4*len(s.lens)
		}
		require.Less(t, kept, most, "%d columns", columns)
	}
}

// TestWhatAZstdEncoderTakes is about what it is counted for.
func TestWhatAZstdEncoderTakes(t *testing.T) {
	text := []byte(strings.Repeat("some,text,1234\n", 200_000))
	before := liveBytes()
	e := &encoder{output: new(output)}
	w := &writer{options: Options{Compression: "zstd"}}
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
