package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/pipe"
)

// table is a TableStep in a run, with its table. What it is written to may have a column more than
// the steps before it made, the rows' ids, which is taken off what comes out.
type table struct {
	chunker.TableStep
	in, out *arrow.Schema // with the ids, without them
	ids     int           // their place in what the step hands on; -1 if it does not
	segment int           // that it ends
	bytes   int64         // to aim for in a chunk

	table  chunker.Table
	put    chunker.Write // into table
	stream chunker.Stream
}

// begin begins the table of a step. With origins the rows' ids go through it, if it lets them.
// first is as in [chunker.Env].
func (f *Flow) begin(ctx context.Context, step chunker.TableStep, in *arrow.Schema, origins bool, first int64) (*table, error) {
	t := &table{TableStep: step, in: in, out: step.Schema(), ids: -1, segment: len(f.segments), bytes: f.env.Bytes}
	if origins {
		t.carry(ctx)
	}
	env := chunker.Env{Memory: f.env.Memory, Workers: f.env.Workers, Bytes: f.env.Bytes, Dir: f.env.Dir, First: first}
	err := t.call(func() (err error) {
		t.table, err = t.TableStep.Table(ctx, env)
		return err
	})
	if err == nil && t.table == nil {
		err = fmt.Errorf("%s: it began no table", step)
	}
	if err == nil {
		t.put = chunker.Shared(t.table)
	}
	return t, err
}

// carry binds the step to the ids beside the other columns, if it hands them on without looking at
// them.
func (t *table) carry(ctx context.Context) {
	p, ok := t.TableStep.(chunker.Passing)
	if !ok {
		return
	}
	at := t.in.NumFields()
	meta := t.in.Metadata()
	with := arrow.NewSchema(append(slices.Clone(t.in.Fields()), arrow.Field{Name: freeName(t.in, t.out), Type: arrow.PrimitiveTypes.Int64}), &meta)
	bound, err := p.Narrow(ctx, with)
	step, isTable := bound.(chunker.TableStep)
	q, passes := bound.(chunker.Passing)
	if err != nil || !isTable || !passes || slices.Contains(q.Reads(), at) {
		return
	}
	ids := slices.Index(q.Passes(), at)
	if ids >= 0 && step.Schema().Field(ids).Type.ID() == arrow.INT64 && sameColumns(without(step.Schema(), ids), t.out) {
		t.TableStep, t.in, t.ids = step, with, ids
	}
}

// freeName is a name that no column has.
func freeName(schemas ...*arrow.Schema) string {
	name := "row of the run"
	for slices.ContainsFunc(schemas, func(s *arrow.Schema) bool { return s.HasField(name) }) {
		name += "_"
	}
	return name
}

// without is a schema without a column.
func without(s *arrow.Schema, at int) *arrow.Schema {
	meta := s.Metadata()
	return arrow.NewSchema(slices.Delete(slices.Clone(s.Fields()), at, at+1), &meta)
}

// sameColumns reports whether columns have the same names and types.
func sameColumns(a, b *arrow.Schema) bool {
	return slices.EqualFunc(a.Fields(), b.Fields(), func(a, b arrow.Field) bool {
		return a.Name == b.Name && arrow.TypeEqual(a.Type, b.Type)
	})
}

// Schema is what comes out, without the ids.
func (t *table) Schema() *arrow.Schema { return t.out }

// call calls the step's code. An error of it names the step; a panic becomes one, and so does the
// end of the goroutine.
func (t *table) call(f func() error) error {
	err := guarded(f)
	if err == nil || err == io.EOF || strings.HasPrefix(err.Error(), t.String()+":") {
		return err
	}
	return fmt.Errorf("%s: %w", t, err)
}

// write takes a chunk over, with ids where the step carries them. The Append must be called in
// order.
func (t *table) write(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	if c.Len() == 0 {
		c.Release()
		return func(context.Context) error { return nil }, nil
	}
	var put chunker.Append
	err := t.call(func() (err error) {
		put, err = t.put(ctx, c)
		return err
	})
	if err == nil && put == nil {
		err = fmt.Errorf("%s: its Write returned no Append", t)
	}
	return func(ctx context.Context) error {
		return t.call(func() error { return put(ctx) })
	}, err
}

// open commits what was written and begins what comes out.
func (t *table) open(ctx context.Context) error {
	return t.call(func() (err error) {
		if err := chunker.Finish(ctx, t.table); err != nil {
			return err
		}
		if err := t.table.Commit(ctx); err != nil {
			return err
		}
		t.stream, err = t.table.Stream(ctx, t.bytes)
		if err == nil && t.stream == nil {
			err = errors.New("it began no stream")
		}
		return err
	})
}

// reading is a table's stream, whose code is called as all of the step's is.
type reading struct{ *table }

func (r reading) Schema() *arrow.Schema { return r.TableStep.Schema() }
func (r reading) Close() error          { return r.close() }

// Next returns a part whose chunk has the step in the place of a file, for errors about its size.
func (r reading) Next(ctx context.Context) (chunker.Part, error) {
	var part chunker.Part
	err := r.call(func() (err error) {
		part, err = r.stream.Next(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (c chunker.Chunk, err error) {
		err = r.call(func() (err error) {
			c, err = part(ctx)
			return err
		})
		if err == nil {
			err = r.check(c)
		}
		if err != nil {
			c.Release()
			return chunker.Chunk{}, err
		}
		return chunker.Chunk{Record: c.Record, Free: c.Free, Origin: chunker.Origin{File: r.String(), Row: -1}}, nil
	}, nil
}

// check holds a chunk that comes out against what the step was bound to give.
func (t *table) check(c chunker.Chunk) error {
	switch {
	case c.Record == nil:
		return fmt.Errorf("%s: it handed on a chunk without a record", t)
	case !sameColumns(c.Record.Schema(), t.TableStep.Schema()):
		return fmt.Errorf("%s: it handed on columns (%s) that are not those it was bound to give (%s)", t, columnsOf(c.Record.Schema()), columnsOf(t.TableStep.Schema()))
	}
	return nil
}

// close ends the stream, and then the table. It may be called twice.
func (t *table) close() error {
	var errs []error
	if s := t.stream; s != nil {
		t.stream = nil
		errs = append(errs, t.call(s.Close))
	}
	if w := t.table; w != nil {
		t.table = nil
		errs = append(errs, t.call(w.Close))
	}
	return errors.Join(errs...)
}

// take takes the ids off a record that came out; there are none if the step does not carry them.
func (t *table) take(rec arrow.Record) (arrow.Record, []int64) {
	cols := rec.Columns()
	var ids []int64
	if t.ids >= 0 {
		ids = idsOf(cols[t.ids].(*array.Int64))
		cols = slices.Delete(slices.Clone(cols), t.ids, t.ids+1)
	}
	return array.NewRecord(t.out, cols, rec.NumRows()), ids
}

// Run takes a whole batch through the step, as [Flow.Try] does.
func (t *table) Run(ctx context.Context, b *Batch, env *Env) error {
	out, err := t.through(ctx, b, env)
	if err == nil {
		b.Set(out.Schema, out.Records)
	}
	return err
}

// through writes a whole batch to the table, and makes a batch of what comes out.
func (t *table) through(ctx context.Context, b *Batch, env *Env) (*Batch, error) {
	if err := t.fill(ctx, t.withIDs(b), env.Workers); err != nil {
		return nil, err
	}
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	records, ids, err := t.collect(ctx, env.Workers)
	if err == nil {
		err = t.close()
	}
	out := newBatch(t.out, chunker.Chunk{}, records)
	out.behind, out.ids = t, ids
	return out, err
}

// fill writes records, on all workers.
func (t *table) fill(ctx context.Context, records []arrow.Record, workers int) error {
	pieces := cut(records, pieceRows)
	next := 0
	return pipe.Pipe[arrow.Record, chunker.Append]{
		Workers: max(1, min(workers, len(pieces))), Window: 2 * workers,
		Next: func(context.Context) (arrow.Record, error) {
			if next++; next > len(pieces) {
				return nil, io.EOF
			}
			return pieces[next-1], nil
		},
		Work: func(ctx context.Context, _ int, rec arrow.Record) (chunker.Append, error) {
			return t.write(ctx, chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}})
		},
		Emit: func(ctx context.Context, put chunker.Append) error { return put(ctx) },
	}.Run(ctx)
}

// collect reads all that comes out. The chunks are not released: their memory is the result's.
func (t *table) collect(ctx context.Context, workers int) (records []arrow.Record, ids []int64, err error) {
	err = pipe.Pipe[chunker.Part, chunker.Chunk]{
		Workers: workers, Window: 2 * workers,
		Next: reading{t}.Next,
		Work: func(ctx context.Context, _ int, part chunker.Part) (chunker.Chunk, error) { return part(ctx) },
		Emit: func(_ context.Context, c chunker.Chunk) error {
			if c.Len() == 0 {
				return nil
			}
			rec, more := t.take(c.Record)
			records, ids = append(records, rec), append(ids, more...)
			return nil
		},
		Drop: func(c chunker.Chunk) { c.Release() },
	}.Run(ctx)
	return records, ids, err
}
