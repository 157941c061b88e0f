package parquetio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// metered counts what is read of a file, each call of which may take a while, as it does over a
// network.
type metered struct {
	file         []byte
	wait         time.Duration
	calls, bytes atomic.Int64
}

func (c *metered) ReadAt(p []byte, off int64) (int, error) {
	c.calls.Add(1)
	c.bytes.Add(int64(len(p)))
	if c.wait > 0 {
		time.Sleep(c.wait)
	}
	if off >= int64(len(c.file)) {
		return 0, io.EOF
	}
	n := copy(p, c.file[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// columnsOf are a file of many columns of numbers and texts, in row groups of so many rows.
func columnsOf(t testing.TB, columns, groups, rows int) (*arrow.Schema, []byte) {
	t.Helper()
	var fields []arrow.Field
	for i := range columns {
		typ := []arrow.DataType{arrow.PrimitiveTypes.Float64, arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64}[i%3]
		fields = append(fields, fieldOf(fmt.Sprint("c", i), typ))
	}
	schema := arrow.NewSchema(fields, nil)
	d := dice.New(5)
	var records []arrow.Record
	for range groups {
		var cols []arrow.Array
		for _, f := range fields {
			cols = append(cols, d.Array(f.Type, rows, dice.Values{Nulls: 20, Spread: 1 << 30}))
		}
		records = append(records, recordOf(schema, cols, rows))
	}
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	var b bytes.Buffer
	o := WriteOptions{RowGroupBytes: 4 * chunker.Bytes(records[0])} // each chunk is a row group
	_, err = chunker.Copy(t.Context(), o.To(&b), chunker.FromFrame(f))
	require.NoError(t, err)
	return schema, b.Bytes()
}

// TestFewCalls counts the calls in which a file is read that is not on this machine.
func TestFewCalls(t *testing.T) {
	_, tall := columnsOf(t, 12, 1, 40_000)
	_, wide := columnsOf(t, 500, 4, 50)
	for _, c := range []struct {
		name  string
		file  []byte
		names []string
		size  int64
		calls int // for the end, the beginning, a footer that is larger; the page index; the parts
	}{
		{"tall", tall, nil, 0, 2 + 1},
		{"tall, two columns", tall, []string{"c0", "c7"}, 0, 2 + 2},
		{"tall, in parts", tall, nil, 1 << 20, 2 + 4*12},
		{"tall, two columns in parts", tall, []string{"c0", "c7"}, 100 << 10, 2 + 11*2},
		{"wide", wide, nil, 0, 3 + 4},
		{"wide, two columns", wide, []string{"c0", "c7"}, 0, 3 + 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &metered{file: c.file}
			src := chunker.Source(From("metered", r, int64(len(c.file))))
			want := chunker.Source(From("plain", bytes.NewReader(c.file), int64(len(c.file))))
			if c.names != nil {
				src, want = chunker.Select(src, c.names...), chunker.Select(want, c.names...)
			}
			f, parts := inPieces(t, src, c.size)
			require.LessOrEqual(t, int(r.calls.Load()), c.calls, "in %d parts", parts)
			all, err := chunker.ReadAll(t.Context(), want)
			require.NoError(t, err)
			requireEqual(t, all, f)
		})
	}
	small := &metered{file: stored(t, dictionarySchema(arrow.PrimitiveTypes.Int8), nil, dictionaries(t, dictionarySchema(arrow.PrimitiveTypes.Int8), 1, 20)...)}
	_, err := chunker.ReadAll(t.Context(), From("small", small, int64(len(small.file))))
	require.NoError(t, err)
	require.Equal(t, int64(1), small.calls.Load())
}

// TestLocalFilesJoinSmallReads reads a wide file of this machine's as a whole: what is small is
// joined up to 256 KiB.
func TestLocalFilesJoinSmallReads(t *testing.T) {
	_, file := columnsOf(t, 500, 1, 50)
	r := &metered{file: file}
	var list []byteRange
	for at := int64(4); at < 500_004; at += 1000 {
		list = append(list, byteRange{at, at + 990})
	}
	list = append(list, byteRange{600_000, 600_000 + 1<<20})
	r.file = make([]byte, 2<<20)
	f := newFetch(r, local, newArena(t.Context(), 1<<24, nil), list)
	require.NoError(t, f.readAhead())
	require.Zero(t, r.calls.Load())
	for _, s := range list {
		_, err := f.ReadAt(make([]byte, s.end-s.off), s.off)
		require.NoError(t, err)
	}
	f.close()
	require.Equal(t, int64(3), r.calls.Load())
	require.Equal(t, f.arena.most, f.arena.left)
}

// meeting answers no call that is larger than a footer's before there are two.
type meeting struct {
	*metered
	here chan struct{}
}

func (m meeting) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 && off < int64(len(m.file))-tailBytes {
		select {
		case m.here <- struct{}{}:
		case <-m.here:
		case <-time.After(time.Minute):
			return 0, errors.New("no other call came")
		}
	}
	return m.metered.ReadAt(p, off)
}

// TestCallsAreUnderWayTogether has a part of two columns that lie far apart.
func TestCallsAreUnderWayTogether(t *testing.T) {
	_, file := columnsOf(t, 12, 1, 40_000)
	r := meeting{&metered{file: file}, make(chan struct{})}
	f, _ := inPieces(t, chunker.Select(From("meeting", r, int64(len(file))), "c0", "c9"), 0)
	require.Equal(t, 40_000, f.NumRows())
}

// failing fails, or panics, from its nth call on.
type failing struct {
	*metered
	after  int64
	panics bool
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.metered.ReadAt(p, off)
	if f.calls.Load() > f.after {
		if f.panics {
			panic("a reader's own")
		}
		return 0, errors.New("connection reset")
	}
	return n, err
}

// TestReadersThatFail has each call of a file fail once; goleak looks for what goes on behind the
// error.
func TestReadersThatFail(t *testing.T) {
	_, file := columnsOf(t, 12, 1, 20_000)
	failed := 0
	for after := int64(0); ; after++ {
		r := failing{&metered{file: file}, after, false}
		_, err := chunker.ReadAll(t.Context(), chunker.Select(From("failing", r, int64(len(file))), "c0", "c5", "c11"))
		if err == nil {
			break
		}
		failed++
		require.ErrorContains(t, err, "connection reset")
		requireClean(t, "failing", err)
		r = failing{&metered{file: file}, after, true}
		_, err = chunker.ReadAll(t.Context(), chunker.Select(From("failing", r, int64(len(file))), "c0", "c5", "c11"))
		require.ErrorContains(t, err, "a reader's own")
	}
	require.GreaterOrEqual(t, failed, 3)
}

// TestPageIndexesThatLie reads parts by page indexes that say other rows, places and numbers than
// the pages have.
func TestPageIndexesThatLie(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{fieldOf("a", arrow.PrimitiveTypes.Int64), fieldOf("b", arrow.ListOf(arrow.PrimitiveTypes.Int64)), fieldOf("c", arrow.BinaryTypes.String)}, nil)
	records := dice.New(8).Records(schema, 90_000, dice.Values{Nulls: 9, Spread: 1000})
	file := stored(t, schema, nil, records...)
	whole := reread(t, file, 1<<30)
	meta, _, err := readFooter(&tailReader{ReaderAt: bytes.NewReader(file)}, int64(len(file)), Limits{}.orDefault())
	require.NoError(t, err)
	refused, step := 0, int64(1)
	if testing.Short() {
		step = 11
	}
	for _, c := range meta.RowGroups[0].Columns {
		for at := c.OffsetIndexOffset; at < c.OffsetIndexOffset+int64(c.OffsetIndexLength); at += step {
			bad := bytes.Clone(file)
			bad[at] += 2
			got, err := attempt(t, From("lies", bytes.NewReader(bad), int64(len(bad))), 128<<10)
			if err != nil {
				requireClean(t, "lies", err)
				refused++
				continue
			}
			require.True(t, whole.Equal(got), "at %d", at)
		}
	}
	require.Greater(t, refused, 10/int(step))
}

// attempt reads in parts of about size bytes what may be damaged.
func attempt(t *testing.T, src chunker.Source, size int64) (*frame.Frame, error) {
	st, err := chunker.Open(t.Context(), src, chunker.Request{Bytes: size})
	if err != nil {
		return nil, err
	}
	defer st.Close()
	var records []arrow.Record
	for {
		part, err := st.Next(t.Context())
		if err == io.EOF {
			return frame.FromRecords(st.Schema(), records...)
		}
		if err != nil {
			return nil, err
		}
		c, err := part(t.Context())
		if err != nil {
			return nil, err
		}
		records = append(records, c.Record)
	}
}

// BenchmarkRemote reads a file each call of which takes 5 ms.
func BenchmarkRemote(b *testing.B) {
	_, tall := columnsOf(b, 12, 4, 50_000)
	_, wide := columnsOf(b, 500, 4, 100)
	for name, file := range map[string][]byte{"tall": tall, "wide": wide} {
		b.Run(name, func(b *testing.B) {
			calls := int64(0)
			for b.Loop() {
				r := &metered{file: file, wait: 5 * time.Millisecond}
				if _, err := chunker.ReadAll(b.Context(), From("remote", r, int64(len(file)))); err != nil {
					b.Fatal(err)
				}
				calls += r.calls.Load()
			}
			b.ReportMetric(float64(calls)/float64(b.N), "calls/op")
		})
	}
}

func recordOf(schema *arrow.Schema, cols []arrow.Array, rows int) arrow.Record {
	return array.NewRecord(schema, cols, int64(rows))
}
