package ooc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/take"
)

// backwards is a TableStep that hands the rows on in the opposite order. most is how many, -1 all:
// it takes a limit in. It keeps them in memory, or spills each chunk to a file.
type backwards struct {
	spills bool
	least  int64  // of memory
	fails  string // the stage that fails, and how: "write error", "commit panic"
	log    *tableLog
}

// tableLog is what became of a test's tables.
type tableLog struct{ begun, closed, streams, streamsClosed, early atomic.Int64 }

func (b backwards) String() string { return "backwards" }

func (b backwards) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return &boundBackwards{backwards: b, schema: in, most: -1}, nil
}

type boundBackwards struct {
	backwards
	schema *arrow.Schema
	most   int64
}

func (b *boundBackwards) Schema() *arrow.Schema            { return b.schema }
func (b *boundBackwards) Reads() []int                     { return nil }
func (b *boundBackwards) Passes() []int                    { return rowsUpTo(b.schema.NumFields()) }
func (b *boundBackwards) Filter() (predicate.Filter, bool) { return predicate.Filter{}, b.most >= 0 }
func (b *boundBackwards) Seal() error                      { return nil }

func (b *boundBackwards) Narrow(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return &boundBackwards{b.backwards, in, b.most}, nil
}

func (b *boundBackwards) Fuse(_ context.Context, next chunker.Step) (bool, error) {
	l, ok := next.(chunker.Limiting)
	if ok && b.most < 0 {
		b.most = l.Most()
		return true, nil
	}
	return false, nil
}

func (b *boundBackwards) Table(_ context.Context, env chunker.Env) (chunker.Table, error) {
	if err := b.stage("table"); err != nil {
		return nil, err
	}
	share, err := env.Memory.Share("backwards", b.least)
	if err != nil {
		return nil, err
	}
	t := &backwardsTable{boundBackwards: b, share: share}
	if b.log != nil {
		b.log.begun.Add(1)
	}
	if b.spills {
		t.dir, err = os.MkdirTemp(env.Dir, "backwards")
	}
	return t, err
}

// stage fails at the stage that is to fail.
func (b backwards) stage(name string) error {
	at, how, _ := strings.Cut(b.fails, " ")
	if at != name {
		return nil
	}
	switch how {
	case "panic":
		panic("the table is broken")
	case "goexit":
		runtime.Goexit()
	}
	return errors.New("the table is full")
}

func rowsUpTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

type backwardsTable struct {
	*boundBackwards
	share   *chunker.Share
	dir     string
	files   atomic.Int64
	written []func() (arrow.Record, error) // in order
	closed  bool
}

func (t *backwardsTable) Worker() (chunker.Write, error) { return t.write, nil }

func (t *backwardsTable) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	defer c.Release()
	if err := t.stage("write"); err != nil {
		return nil, err
	}
	rec, err := copied(c.Record, rowsUpTo(c.Len()))
	if err != nil {
		return nil, err
	}
	read := func() (arrow.Record, error) { return rec, nil }
	if t.spills {
		if read, err = t.spill(rec); err != nil {
			return nil, err
		}
	}
	return func(context.Context) error {
		t.written = append(t.written, read)
		return t.stage("append")
	}, nil
}

func (t *backwardsTable) spill(rec arrow.Record) (func() (arrow.Record, error), error) {
	path := filepath.Join(t.dir, fmt.Sprint(t.files.Add(1)))
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := ipc.NewWriter(f, ipc.WithSchema(rec.Schema()))
	err = errors.Join(w.Write(rec), w.Close(), f.Close())
	return func() (arrow.Record, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r, err := ipc.NewReader(f)
		if err != nil {
			return nil, err
		}
		return r.Read()
	}, err
}

func copied(rec arrow.Record, rows []int) (arrow.Record, error) {
	cols := make([]arrow.Array, rec.NumCols())
	for i, c := range rec.Columns() {
		var err error
		if cols[i], err = take.Rows(c, rows); err != nil {
			return nil, err
		}
	}
	return array.NewRecord(rec.Schema(), cols, int64(len(rows))), nil
}

func (t *backwardsTable) Commit(context.Context) error { return t.stage("commit") }

func (t *backwardsTable) Close() error {
	if t.closed {
		return nil
	}
	t.closed = true
	t.share.Close()
	if t.log != nil {
		if t.log.closed.Add(1); t.log.streams.Load() > t.log.streamsClosed.Load() {
			t.log.early.Add(1)
		}
	}
	if t.spills {
		if err := os.RemoveAll(t.dir); err != nil {
			return err
		}
	}
	return t.stage("close")
}

func (t *backwardsTable) Stream(context.Context, int64) (chunker.Stream, error) {
	if err := t.stage("stream"); err != nil {
		return nil, err
	}
	if t.log != nil {
		t.log.streams.Add(1)
	}
	return &backwardsStream{t, t.most}, nil
}

type backwardsStream struct {
	*backwardsTable
	left int64
}

func (s *backwardsStream) Next(context.Context) (chunker.Part, error) {
	n := len(s.written)
	if n == 0 || s.left == 0 {
		return nil, io.EOF
	}
	if err := s.stage("next"); err != nil {
		return nil, err
	}
	rec, err := s.written[n-1]()
	if err != nil {
		return nil, err
	}
	s.written = s.written[:n-1]
	rows := rec.NumRows()
	if s.left >= 0 {
		rows = min(rows, s.left)
		s.left -= rows
	}
	return func(context.Context) (chunker.Chunk, error) {
		if err := s.stage("part"); err != nil {
			return chunker.Chunk{}, err
		}
		at := make([]int, rows)
		for i := range at {
			at[i] = int(rec.NumRows()) - 1 - i
		}
		out, err := copied(rec, at)
		return chunker.Chunk{Record: out, Origin: chunker.Origin{Row: -1}}, err
	}, nil
}

func (s *backwardsStream) Close() error {
	if s.log != nil {
		s.log.streamsClosed.Add(1)
	}
	return s.stage("stop")
}

// groups is a TableStep that makes new rows: how many rows there are of each n % by.
type groups struct{ by int64 }

func (g groups) String() string { return fmt.Sprintf("groups by n %% %d", g.by) }

func (g groups) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	at := in.FieldIndices("n")
	if len(at) != 1 {
		return nil, errors.New("groups: no column n")
	}
	return &boundGroups{g, at[0]}, nil
}

type boundGroups struct {
	groups
	at int
}

func (g *boundGroups) Schema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{{Name: "key", Type: arrow.PrimitiveTypes.Int64}, {Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
}
func (g *boundGroups) Reads() []int  { return []int{g.at} }
func (g *boundGroups) Passes() []int { return []int{-1, -1} }

func (g *boundGroups) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return g.Bind(ctx, in)
}

func (g *boundGroups) Table(context.Context, chunker.Env) (chunker.Table, error) {
	return &groupsTable{boundGroups: g, rows: map[int64]int64{}}, nil
}

type groupsTable struct {
	*boundGroups
	rows map[int64]int64
}

func (t *groupsTable) Worker() (chunker.Write, error) { return t.write, nil }

func (t *groupsTable) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	n := slices.Clone(c.Record.Column(t.at).(*array.Int64).Int64Values())
	c.Release()
	return func(context.Context) error {
		for _, v := range n {
			t.rows[v%t.by]++
		}
		return nil
	}, nil
}

func (t *groupsTable) Commit(context.Context) error { return nil }
func (t *groupsTable) Close() error                 { return nil }

func (t *groupsTable) Stream(ctx context.Context, bytes int64) (chunker.Stream, error) {
	k, n := array.NewInt64Builder(memory.DefaultAllocator), array.NewInt64Builder(memory.DefaultAllocator)
	for key := range t.by {
		if rows := t.rows[key]; rows > 0 {
			k.Append(key)
			n.Append(rows)
		}
	}
	keys := k.NewArray()
	f, err := frame.FromRecords(t.Schema(), array.NewRecord(t.Schema(), []arrow.Array{keys, n.NewArray()}, int64(keys.Len())))
	if err != nil {
		return nil, err
	}
	return chunker.Open(ctx, chunker.FromFrame(f), chunker.Request{Bytes: bytes})
}

// bad fails on rows with these n, and doubles the others.
func bad(column string, rows ...int64) apply.Func {
	return apply.Call1(column, "n", func(_ context.Context, n int64) (int64, error) {
		if slices.Contains(rows, n) {
			return 0, fmt.Errorf("%d is bad", n)
		}
		return 2 * n, nil
	})
}
