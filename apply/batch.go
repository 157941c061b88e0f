package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/index"
	"github.com/volley-go/volley/internal/panics"
	"github.com/volley-go/volley/internal/take"
)

// Batch computes columns from record batches: for functions that are written for
// whole columns, or for types that no Go value stands for. fn gets
// morsels of the table, all its columns, and returns a record of as many rows
// with the columns of out, in their order and of their types; it must neither
// keep nor change the record it gets. How the table is cut is the engine's choice, so
// that a row's result may not depend on the rows beside it.
//
// Where fn returns an error or panics it is called again for each half of the rows, and so on down
// to the rows on which it fails alone: these fail, and no others, however the table is cut. A row
// that fails so costs about 13 calls more, and if all fail there are two calls for each row. All
// rows that fn was called with fail together if it was called again in vain ([Calls] with Retry),
// if a breaker lets no call through, and if the record is not what out promises.
func Batch(out []arrow.Field, fn func(ctx context.Context, rec arrow.Record) (arrow.Record, error)) Called {
	return waiting(storedBatch(out, fn), func(schema *columns) (*node, error) {
		if len(out) == 0 || fn == nil {
			return nil, errors.New("batch: no columns are named, or the function is nil")
		}
		n := &node{forms: 1, batch: fn}
		for i, f := range out {
			if f.Name == "" || f.Type == nil {
				return nil, fmt.Errorf("batch: column %d has no name or no type", i)
			}
			if i > 0 {
				n.name += ", "
			}
			n.name += f.Name
			n.out = append(n.out, output{field: f})
		}
		n.in = index.All(schema.NumFields())
		return n, nil
	})
}

// checkBatch holds what a Batch function returned against what it promised.
func (n *node) checkBatch(in, out arrow.Record) error {
	switch {
	case out == nil:
		return errors.New("the function returned neither a record nor an error")
	case out.NumRows() != in.NumRows():
		return fmt.Errorf("the function returned %s, and not as many as it was given", count.Of(out.NumRows(), "row"))
	case int(out.NumCols()) != len(n.out):
		return fmt.Errorf("the function returned %s, it promised %d", count.Of(out.NumCols(), "column"), len(n.out))
	}
	for i, o := range n.out {
		if got := out.Column(i).DataType(); !arrow.TypeEqual(got, o.field.Type) {
			return fmt.Errorf("column %q: the function returned %s, it promised %s", o.field.Name, bind.Name(got), bind.Name(o.field.Type))
		}
	}
	return nil
}

// halve is rows lo … hi-1 of a record batch that a Batch node is to have.
type halve struct{ lo, hi int }

// batch has the node b of the worker go on by one call, and reports whether there was one to make.
// Where the function fails its rows are halved, until it fails on one: so the rows that fail, and
// the error, do not depend on how the table was cut into morsels.
func (w *worker) batch() bool {
	if !w.halved {
		w.halves, w.halved = append(w.halves[:0], halve{w.first, w.m.Lo}), true
	}
	for n := len(w.halves); n > 0; n = len(w.halves) {
		h := w.halves[n-1]
		w.halves = w.halves[:n-1]
		if rows := w.p.cursor.Before(w.p.cursor.Unit(w.rec, h.lo), h.hi-h.lo); rows > 0 {
			w.callBatch(h.lo, h.lo+rows)
			return true
		}
	}
	return false
}

// callBatch calls a node's function with rows lo … hi-1 of the record batch. Whatever way the
// function ends, its results are kept, or its error, or what is to be called in its stead.
func (w *worker) callBatch(lo, hi int) {
	n := w.p.nodes[w.b]
	slots := n.ownSlots()
	if !w.take(slots) { // the rows need not be run any more, nor may others see a call beside theirs
		w.storeBatch(lo, hi, nil, context.Cause(w.ctx))
		return
	}
	defer give(slots)
	start := time.Now()
	var out arrow.Record
	var err error = &PanicError{Value: ErrGoexit} // stands where the call never returns
	broken := false
	w.k = w.b
	w.task.meter = w.meter()
	if n.guard == nil { // which tells of each call itself
		w.task.begins()
	}
	defer func() {
		if v := recover(); v != nil {
			err = panics.From(v)
		}
		w.task.ends(1, err != nil)
		w.Times[w.b] += time.Since(start)
		if err != nil && !broken && hi-lo > 1 && w.ctx.Err() == nil && mayBeARows(err) {
			mid := lo + (hi-lo)/2
			w.halves = append(w.halves, halve{mid, hi}, halve{lo, mid})
			return
		}
		w.storeBatch(lo, hi, out, err)
	}()
	rec := w.p.records[w.rec].NewSlice(int64(lo), int64(hi))
	if out, err = n.callBatch(&w.task, rec); err == nil {
		err = n.checkBatch(rec, out)
		broken = err != nil // fewer rows would hide that
	}
}

// mayBeARows reports whether an error of many rows may be that of one: not if no call was made, or
// if it was repeated already.
func mayBeARows(err error) bool {
	_, repeated := errors.AsType[*async.RetryError](err)
	return !repeated && !errors.Is(err, async.ErrOpen) && !errors.Is(err, async.ErrAbandonedMax)
}

// callBatch calls the function, with what stands before its calls.
func (n *node) callBatch(t *task, rec arrow.Record) (arrow.Record, error) {
	if n.guard == nil {
		return n.batch(t.ctx, rec)
	}
	return passed(&guarded{guard: n.guard}, t, 0, func(ctx context.Context) (arrow.Record, error) { return n.batch(ctx, rec) })
}

func (w *worker) storeBatch(lo, hi int, out arrow.Record, err error) {
	if err != nil {
		w.Failed += hi - lo
		w.failed(w.p.nodes[w.b], hi-lo)
		for i := lo; i < hi; i++ { // of a promise that was broken: all of them failed
			w.p.fail(w.b, w.rec, i, err)
		}
	}
	for i, c := range w.p.columns[w.b] {
		run := arrayRun{row: w.p.cursor.Unit(w.rec, lo)}
		if err != nil {
			run.values = take.Nulls(c.field.Type, hi-lo)
		} else {
			run.values = out.Column(i)
		}
		c.addArray(run)
	}
}
