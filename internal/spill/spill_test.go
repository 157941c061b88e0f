package spill

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func create(t *testing.T) *File {
	t.Helper()
	f, err := Create(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// table is a frame of a column of each type, and of nested ones, in slices of longer arrays.
func table(t *testing.T, seed uint64, rows int) *frame.Frame {
	t.Helper()
	d := dice.New(seed)
	types := append([]arrow.DataType{arrow.Null}, dice.Types...)
	for len(types) < 55 { // frames compare dictionaries inside lists by their entries' places
		if typ := d.Type(3); !strings.Contains(typ.String(), "dictionary") {
			types = append(types, typ)
		}
	}
	var fields []arrow.Field
	for i, typ := range types {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("c", i), Type: typ, Nullable: true})
	}
	schema := arrow.NewSchema(fields[1:], nil)
	f, err := frame.FromRecords(schema, d.Records(schema, rows, dice.Values{Nulls: 4, Spread: 100})...)
	require.NoError(t, err)
	return f
}

// sink keeps the run that was committed.
type sink struct {
	file *File
	run  *Run
}

func (s *sink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	s.run = s.file.Run(schema)
	return s.run, nil
}

// TestRunIsASinkAndThenASource holds a run to what chunkertest asks of both.
func TestRunIsASinkAndThenASource(t *testing.T) {
	seeds, rows := uint64(2), 150
	if testing.Short() {
		seeds, rows = 1, 30
	}
	for seed := range seeds {
		f := table(t, seed, rows)
		chunkertest.TestSink(t, func() (chunker.Sink, func() (*frame.Frame, error)) {
			s := &sink{file: create(t)}
			return s, func() (*frame.Frame, error) {
				if s.run == nil || !s.run.committed {
					return nil, nil
				}
				return chunker.ReadAll(t.Context(), s.run)
			}
		}, f)
		s := &sink{file: create(t)}
		_, err := chunker.Copy(t.Context(), s, chunker.FromFrame(f))
		require.NoError(t, err)
		chunkertest.TestSource(t, s.run, f)
	}
}

// TestOddTypesComeBack has the types that random tables lack.
func TestOddTypesComeBack(t *testing.T) {
	mem := memory.DefaultAllocator
	runs := array.NewRunEndEncodedBuilder(mem, arrow.PrimitiveTypes.Int32, arrow.BinaryTypes.String)
	union := array.NewDenseUnionBuilder(mem, arrow.DenseUnionOf([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, []arrow.UnionTypeCode{2}))
	sparse := array.NewSparseUnionBuilder(mem, arrow.SparseUnionOf([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, []arrow.UnionTypeCode{2}))
	views := array.NewListViewBuilder(mem, arrow.BinaryTypes.StringView)
	months := array.NewMonthIntervalBuilder(mem)
	for i := range 12 {
		runs.Append(3)
		runs.ValueBuilder().(*array.StringBuilder).Append(fmt.Sprint("run ", i))
		for range 3 {
			union.Append(2)
			union.Child(0).(*array.Int64Builder).Append(int64(i))
			sparse.Append(2)
			sparse.Child(0).(*array.Int64Builder).Append(int64(i))
			views.AppendWithSize(true, 1)
			views.ValueBuilder().(*array.StringViewBuilder).Append(fmt.Sprint("longer than twelve bytes ", i))
			months.Append(arrow.MonthInterval(i))
		}
	}
	var fields []arrow.Field
	var cols []arrow.Array
	for i, b := range []array.Builder{runs, union, sparse, views, months} {
		cols = append(cols, b.NewArray())
		fields = append(fields, arrow.Field{Name: fmt.Sprint(i), Type: cols[i].DataType(), Nullable: true})
	}
	rec := array.NewRecord(arrow.NewSchema(fields, nil), append(cols, array.NewNull(36))[:5], 36)
	for _, rec := range []arrow.Record{rec, rec.NewSlice(5, 30)} {
		run := create(t).Run(rec.Schema())
		put, err := run.Write(t.Context(), chunker.Chunk{Record: rec})
		require.NoError(t, err)
		require.NoError(t, put(t.Context()))
		require.NoError(t, run.Commit(t.Context()))
		got, err := run.Read(t.Context(), 0)
		require.NoError(t, err)
		for c := range cols {
			for row := range int(rec.NumRows()) {
				require.Equal(t, rec.Column(c).ValueStr(row), got.Record.Column(c).ValueStr(row), "%s: row %d", rec.Column(c).DataType(), row)
			}
		}
	}
}

// numbers writes blocks of 100 numbers.
func numbers(t *testing.T, f *File, blocks int) (*Run, error) {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	run := f.Run(schema)
	for i := range blocks {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		for k := range 100 {
			b.Append(int64(100*i + k))
		}
		put, err := run.Write(t.Context(), chunker.Chunk{Record: array.NewRecord(schema, []arrow.Array{b.NewArray()}, 100)})
		require.NoError(t, err)
		if err := put(t.Context()); err != nil {
			return run, err
		}
	}
	return run, run.Commit(t.Context())
}

func TestBlocksAreReadAloneAndAtOnce(t *testing.T) {
	run, err := numbers(t, create(t), 50)
	require.NoError(t, err)
	require.EqualValues(t, 5000, run.Rows())
	var group sync.WaitGroup
	for i := run.Blocks() - 1; i >= 0; i-- {
		group.Go(func() {
			c, err := run.Read(t.Context(), i)
			if err != nil || c.Row != int64(100*i) || c.Record.Column(0).(*array.Int64).Value(7) != int64(100*i+7) {
				t.Errorf("block %d: %v", i, err)
			}
			c.Release()
		})
	}
	group.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = run.Read(ctx, 0)
	require.ErrorIs(t, err, context.Canceled)
}

func TestNothingIsLeftInTheFolder(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir)
	require.NoError(t, err)
	_, err = numbers(t, f, 3)
	require.NoError(t, err)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	if f.name == "" {
		require.Empty(t, left, "the file has no name from the beginning")
	}
	require.NoError(t, f.Close())
	require.NoError(t, f.Close())
	left, err = os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestFolderThatIsNotThere(t *testing.T) {
	_, err := Create(t.TempDir() + "/none")
	require.ErrorContains(t, err, "spilling to ")
	require.ErrorContains(t, err, "TMPDIR")
}

// full is a disk that has room for so many bytes, and may change what is read.
type full struct {
	storage
	room   int64
	meddle func(b []byte, at int64)
}

func (f *full) WriteAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.room {
		return 0, &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	}
	return f.storage.WriteAt(b, at)
}

func (f *full) ReadAt(b []byte, at int64) (int, error) {
	n, err := f.storage.ReadAt(b, at)
	if f.meddle != nil {
		f.meddle(b, at)
	}
	return n, err
}

func TestFullDiskNamesFolderBytesAndRemedy(t *testing.T) {
	f := create(t)
	f.f = &full{storage: f.f, room: 5000}
	run, err := numbers(t, f, 50)
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorContains(t, err, "spilling to "+f.dir+": after ")
	require.ErrorContains(t, err, "TMPDIR")
	require.Error(t, run.Commit(t.Context()), "a run that lacks a chunk is not committed")
	_, err = run.Describe(t.Context())
	require.Error(t, err)
}

// TestChangedBlocksAreErrors changes every byte of a block in turn: none comes back as if it were
// what was written.
func TestChangedBlocksAreErrors(t *testing.T) {
	f := create(t)
	run, err := numbers(t, f, 2)
	require.NoError(t, err)
	_, size := run.Block(1)
	at := int64(0)
	f.f = &full{storage: f.f, meddle: func(b []byte, from int64) { b[at] ^= 0x40 }}
	for at = range size {
		_, err := run.Read(t.Context(), 1)
		require.ErrorContains(t, err, "is not what was written", "byte %d", at)
	}
	f.f.(*full).meddle = nil
	run.blocks[1].size += 1 << 20
	_, err = run.Read(t.Context(), 1)
	require.ErrorIs(t, err, io.EOF)
}

// TestHeadersThatSayTooMuch: a header never leads beyond its block, whatever stands in it.
func TestHeadersThatSayTooMuch(t *testing.T) {
	f := table(t, 3, 50)
	rec := f.Records()[0]
	rec, err := whole(rec)
	require.NoError(t, err)
	buf := encode(rec)
	d := dice.New(1)
	for range 2_000 {
		torn := append([]byte(nil), buf...)
		for range 1 + d.IntN(3) {
			torn[d.IntN(min(len(torn), 900))] = byte(d.IntN(256))
		}
		if d.IntN(4) == 0 {
			torn = torn[:d.IntN(len(torn))]
		}
		func() {
			defer func() { _ = recover() }() // arrow's own checks of lengths
			_, _ = decode(f.Schema(), torn)
		}()
	}
}

func BenchmarkRun(b *testing.B) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	values := array.NewInt64Builder(memory.DefaultAllocator)
	values.AppendValues(make([]int64, 16<<10), nil)
	rec := array.NewRecord(schema, []arrow.Array{values.NewArray()}, 16<<10)
	f, err := Create(b.TempDir())
	require.NoError(b, err)
	defer f.Close()
	b.SetBytes(16 << 13)
	for b.Loop() {
		run := f.Run(schema)
		put, _ := run.Write(b.Context(), chunker.Chunk{Record: rec})
		if err := put(b.Context()); err != nil {
			b.Fatal(err)
		}
		c, err := run.Read(b.Context(), 0)
		if err != nil {
			b.Fatal(err)
		}
		c.Release()
	}
}
