package chunkertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// testTable writes the rows to the step's table itself, in orders that a run has by chance alone,
// within budgets that are too small, and leaves tables before their end.
func (s *stepTest) testTable(f *frame.Frame) {
	s.t.Helper()
	want := s.run(way{workers: 1, policy: chunker.Null()}, f).rows
	for _, write := range []string{oneByOne, atOnce, backwards} {
		for _, read := range []string{oneByOne, atOnce, backwards} {
			w := tableWay{chunk: 7, writes: write, reads: read, bytes: 1 << 10}
			s.sameTable(want, w, f)
		}
	}
	for _, first := range []int{1, want.NumRows()/2 + 1, want.NumRows() + 1} {
		w := tableWay{chunk: 7, writes: oneByOne, reads: oneByOne, first: int64(first)}
		out, err := s.runTable(w, f)
		require.NoError(s.t, err, "%s", w)
		require.GreaterOrEqual(s.t, out.NumRows(), min(first, want.NumRows()), "%s", w)
		requireSame(s.t, want.Head(first), out.Head(first), w.String())
	}
	for at := range stages {
		w := tableWay{chunk: 7, writes: oneByOne, reads: oneByOne, endAt: at}
		out, err := s.runTable(w, f)
		if err != nil {
			require.ErrorIs(s.t, err, context.Canceled, "%s", w)
			continue
		}
		requireSame(s.t, want, out, w.String()+": return the context's error, or all rows")
	}
	for at := range stages {
		_, err := s.runTable(tableWay{chunk: 7, writes: oneByOne, reads: oneByOne, leaveAt: at}, f)
		if err != nil { // fewer parts may come out
			require.ErrorIs(s.t, err, errLeft)
		}
	}
	s.testBudgets(f)
}

// testBudgets writes about a megabyte within budgets from one that holds nothing to one that holds
// all: it is refused, or comes to the same.
func (s *stepTest) testBudgets(f *frame.Frame) {
	s.t.Helper()
	many := f
	for size(many) < 600<<10 && many.NumRows() > 0 && many.NumRows() < 100_000 {
		more, err := frame.Concat(many, many)
		require.NoError(s.t, err)
		many = more
	}
	want, err := s.runTable(tableWay{chunk: 500, writes: oneByOne, reads: oneByOne}, many)
	require.NoError(s.t, err)
	for _, memory := range []int64{4 << 10, 64 << 10, 300 << 10, 700 << 10, 8 << 20} {
		for _, order := range []string{oneByOne, atOnce} {
			w := tableWay{chunk: 500, writes: order, reads: order, memory: memory, bytes: 16 << 10}
			out, err := s.runTable(w, many)
			if err != nil {
				require.ErrorIs(s.t, err, chunker.ErrMemory, "%s", w)
				continue
			}
			requireSame(s.t, want, out, w.String())
		}
	}
}

func size(f *frame.Frame) (n int64) {
	for _, rec := range f.Records() {
		n += chunker.Bytes(rec)
	}
	return n
}

// The orders in which chunks are written and parts are called.
const (
	oneByOne  = "one by one"
	atOnce    = "at once"
	backwards = "backwards"
)

// tableWay is a way of filling a table and reading what comes out.
type tableWay struct {
	chunk          int // rows of a chunk that is written
	writes, reads  string
	bytes          int64 // of a chunk that comes out
	memory         int64 // 0 is no limit
	first          int64 // of Env
	endAt, leaveAt stage // at which the context ends, or the table is closed; 0 is none
}

func (w tableWay) String() string {
	text := fmt.Sprintf("a table that is written %s and read %s", w.writes, w.reads)
	if w.memory > 0 {
		text += fmt.Sprintf(", in %d bytes of memory", w.memory)
	}
	if w.first > 0 {
		text += fmt.Sprintf(", of which the first %d rows are enough", w.first)
	}
	if w.endAt > 0 {
		text += ", whose context ended before " + stages[w.endAt]
	}
	return text
}

// stage is what is done to a table.
type stage int

var stages = map[stage]string{1: "the second Write", 2: "the second Append", 3: "Commit", 4: "Stream", 5: "the first part", 6: "the second part"}

var errLeft = errors.New("the test leaves the table")

// tableWorkers is how many goroutines a table is written and read by.
const tableWorkers = 3

// tableRun is a table at work.
type tableRun struct {
	tableWay
	ctx   context.Context
	end   context.CancelFunc
	table chunker.Table
	puts  int // Appends that were called
}

// at ends the context, or is an error, if the stage is the one for that.
func (r *tableRun) at(s stage) error {
	if s == r.endAt {
		r.end()
	}
	if s == r.leaveAt {
		return errLeft
	}
	return nil
}

// sameTable fails the test unless a table comes to the rows that are wanted.
func (s *stepTest) sameTable(want *frame.Frame, w tableWay, f *frame.Frame) {
	s.t.Helper()
	out, err := s.runTable(w, f)
	require.NoError(s.t, err, "%s", w)
	requireSame(s.t, want, out, w.String())
}

// runTable runs the step's table. Whatever ends it, nothing may be left.
func (s *stepTest) runTable(w tableWay, f *frame.Frame) (out *frame.Frame, err error) {
	s.t.Helper()
	ctx, end := context.WithCancel(s.ctx)
	defer end()
	memory, dir := chunker.NewMemory(w.memory), s.t.TempDir()
	room := memory.Room()
	step := s.bound(f.Schema()).List[0].(chunker.TableStep)
	table, err := step.Table(ctx, chunker.Env{Memory: memory, Workers: tableWorkers, Bytes: 4 << 10, Dir: dir, First: w.first})
	if err == nil {
		require.NotNil(s.t, table, "Table began none")
		run := &tableRun{tableWay: w, ctx: ctx, end: end, table: table}
		out, err = run.rows(s, f)
		require.NoError(s.t, table.Close(), "Close of %s", w)
		require.NoError(s.t, table.Close(), "Close may be called twice")
	}
	require.Zero(s.t, memory.Held(), "memory that is held after Close: %s", w)
	require.Equal(s.t, room, memory.Room(), "memory that is set aside after Close: %s", w)
	if w.memory > 0 && w.writes == oneByOne { // how much is held at once is else a matter of chance
		require.LessOrEqual(s.t, memory.Peak(), 2*w.memory, "memory that is taken where there is none, by Add and not by Grow: %s", w)
	}
	requireEmpty(s.t, dir)
	return out, err
}

// rows fills the table and reads it.
func (r *tableRun) rows(s *stepTest, f *frame.Frame) (*frame.Frame, error) {
	if err := r.fill(piecesOf(f, r.chunk)); err != nil {
		return nil, err
	}
	if err := r.at(3); err != nil {
		return nil, err
	}
	if err := chunker.Finish(r.ctx, r.table); err != nil {
		return nil, err
	}
	if err := r.table.Commit(r.ctx); err != nil {
		return nil, err
	}
	if err := r.at(4); err != nil {
		return nil, err
	}
	stream, err := r.table.Stream(r.ctx, r.bytes)
	if err != nil {
		return nil, err
	}
	records, err := r.read(stream)
	require.NoError(s.t, stream.Close(), "Close of the table's stream")
	if err != nil {
		return nil, err
	}
	return frame.FromRecords(stream.Schema(), records...)
}

// fill writes windows of a chunk for each worker, and appends them in order.
func (r *tableRun) fill(pieces []piece) error {
	writes := make([]chunker.Write, tableWorkers)
	for i := range writes {
		var err error
		if writes[i], err = r.table.Worker(); err != nil {
			return err
		}
	}
	for window := range slices.Chunk(pieces, len(writes)) {
		puts, err := r.put(writes, window)
		if err != nil {
			return err
		}
		for _, put := range puts {
			if r.puts++; r.puts == 2 {
				if err := r.at(2); err != nil {
					return err
				}
			}
			if err := put(r.ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes a window of chunks.
func (r *tableRun) put(writes []chunker.Write, window []piece) ([]chunker.Append, error) {
	puts, errs := make([]chunker.Append, len(window)), make([]error, len(window))
	put := func(i int) {
		l := lend(window[i])
		puts[i], errs[i] = writes[i](r.ctx, chunker.Chunk{Record: l.record, Origin: chunker.Origin{Row: -1}, Free: l.overwrite})
	}
	switch r.writes {
	case atOnce:
		var group sync.WaitGroup
		for i := range window {
			group.Go(func() { put(i) })
		}
		group.Wait()
	default:
		for i := range window {
			if i == 1 {
				if err := r.at(1); err != nil {
					return nil, err
				}
			}
			if r.writes == backwards {
				i = len(window) - 1 - i
			}
			put(i)
			if errs[i] != nil {
				return nil, errs[i]
			}
		}
	}
	return puts, errors.Join(errs...)
}

// read takes all parts and calls them, and keeps copies of what they give.
func (r *tableRun) read(stream chunker.Stream) ([]arrow.Record, error) {
	var parts []chunker.Part
	for {
		part, err := stream.Next(r.ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if _, err := stream.Next(r.ctx); err != io.EOF && r.ctx.Err() == nil {
		return nil, fmt.Errorf("Next after the end is %v, not io.EOF", err)
	}
	records, errs := make([]arrow.Record, len(parts)), make([]error, len(parts))
	call := func(i int) {
		c, err := parts[i](r.ctx)
		if errs[i] = err; err != nil {
			return
		}
		records[i] = copyRecord(c.Record)
		c.Release()
		c.Release()
	}
	if r.reads == atOnce {
		for window := range slices.Chunk(index(len(parts)), tableWorkers) {
			var group sync.WaitGroup
			for _, i := range window {
				group.Go(func() { call(i) })
			}
			group.Wait()
		}
		return records, errors.Join(errs...)
	}
	for i := range parts {
		if err := r.at(stage(5 + i)); err != nil {
			return nil, err
		}
		if r.reads == backwards {
			i = len(parts) - 1 - i
		}
		if call(i); errs[i] != nil {
			return nil, errs[i]
		}
	}
	return records, nil
}
