package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/panics"
	"github.com/volley-go/volley/internal/pipe"
	"github.com/volley-go/volley/internal/take"
)

// pieceRows is how many rows of a frame a step by chunks gets at a time: enough for its workers to
// share a frame of one record batch.
const pieceRows = 1 << 17

// stepOf is a bound step as one of the engine's.
func stepOf(s chunker.BoundStep) (Step, error) {
	switch s := s.(type) {
	case Step:
		return s, nil
	case chunker.RowStep:
		return &byChunk{BoundStep: s, worker: s.Worker}, nil
	case chunker.OrderedStep:
		return &inOrder{byChunk{BoundStep: s}, s}, nil
	}
	return nil, fmt.Errorf("%s: what it is bound to, a %T, is no chunker.RowStep, OrderedStep or TableStep", s, s)
}

// byChunk runs a RowStep over a batch, piece by piece.
type byChunk struct {
	chunker.BoundStep
	worker func() (chunker.Work, error)

	mu   sync.Mutex
	free []chunker.Work // of workers that have none of the rows
}

// worked is what became of a piece.
type worked struct {
	rec    arrow.Record
	rows   []int // of the piece; nil is all
	failed []*chunker.RowError
}

func (s *byChunk) Run(ctx context.Context, b *Batch, env *Env) error {
	pieces := b.Records
	if env.Alone {
		pieces = cut(pieces, pieceRows)
	}
	if len(pieces) == 1 {
		one, err := s.once(ctx, pieces[0])
		if err != nil {
			return err
		}
		return b.become(s.Schema(), pieces, []worked{one}, env.Policy)
	}
	var out []worked
	workers := max(1, min(env.Workers, len(pieces)))
	next, done := 0, 0
	err := pipe.Pipe[arrow.Record, worked]{
		Workers: workers, Window: 2 * workers,
		Next: func(context.Context) (arrow.Record, error) {
			if next++; next > len(pieces) {
				return nil, io.EOF
			}
			return pieces[next-1], nil
		},
		Work: func(ctx context.Context, _ int, rec arrow.Record) (worked, error) {
			return s.once(ctx, rec)
		},
		Emit: func(_ context.Context, w worked) error {
			done += int(pieces[len(out)].NumRows())
			out = append(out, w)
			env.tick(done)
			return nil
		},
	}.Run(ctx)
	if err != nil {
		return err
	}
	return b.become(s.Schema(), pieces, out, env.Policy)
}

// once runs the step over one piece, by a Work that nobody else uses meanwhile.
func (s *byChunk) once(ctx context.Context, rec arrow.Record) (worked, error) {
	work, err := s.take()
	if err != nil {
		return worked{}, err
	}
	defer s.give(work)
	out, err := s.work(ctx, rec, work)
	if err == io.EOF { // which ends a stream in its order alone
		err = fmt.Errorf("%s: %w", s, err)
	}
	return out, err
}

func (s *byChunk) take() (w chunker.Work, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		w := s.free[n-1]
		s.free = s.free[:n-1]
		return w, nil
	}
	err = guarded(func() (err error) {
		w, err = s.worker()
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", s, err)
	case w == nil:
		return nil, fmt.Errorf("%s: its Worker returned no Work", s)
	}
	return w, nil
}

func (s *byChunk) give(w chunker.Work) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, w)
}

// work runs the step over one record. io.EOF comes with what there still is.
func (s *byChunk) work(ctx context.Context, rec arrow.Record, work chunker.Work) (w worked, err error) {
	var c chunker.Chunk
	err = guarded(func() (err error) {
		c, err = work(ctx, chunker.Given(rec))
		return err
	})
	if err != nil && err != io.EOF {
		return w, fmt.Errorf("%s: %w", s, err)
	}
	if c.Record == nil {
		return w, fmt.Errorf("%s: it returned a chunk without a record", s)
	}
	if got := c.Record.Schema(); !got.Equal(s.Schema()) {
		return w, fmt.Errorf("%s: it returned columns (%s) that are not those it was bound to give (%s)", s, columnsOf(got), columnsOf(s.Schema()))
	}
	rows, failures := c.Worked()
	n := int(c.Record.NumRows())
	if rows == nil && n != int(rec.NumRows()) || rows != nil && n != len(rows) { // it does not say which they are
		rows = make([]int, n)
		for i := range rows {
			rows[i] = -1
		}
	}
	for _, f := range failures {
		if f.Row < 0 || f.Row >= int(rec.NumRows()) {
			return w, fmt.Errorf("%s: it failed on row %d of a chunk of %d", s, f.Row, rec.NumRows())
		}
		w.failed = append(w.failed, &chunker.RowError{Func: s.String(), Row: int64(f.Row), Values: s.values(rec, f.Row), Err: f.Err})
	}
	sortRows(w.failed)
	w.rec, w.rows = c.Record, rows
	return w, err
}

// guarded calls a step's code. A panic becomes an error, and so does the end of the goroutine,
// which is therefore one of its own: that costs about 0.5 µs.
func guarded(f func() error) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if !returned {
				err = panics.From(recover())
			}
		}()
		err = f()
		returned = true
	}()
	<-done
	return err
}

func columnsOf(s *arrow.Schema) (text string) {
	for i, f := range s.Fields() {
		if i > 0 {
			text += ", "
		}
		text += f.Name + " " + bind.Name(f.Type)
	}
	return text
}

// values is what the step reads of a row, for an error.
func (s *byChunk) values(rec arrow.Record, row int) (out []chunker.Value) {
	p, ok := s.BoundStep.(chunker.Passing)
	if !ok || row < 0 {
		return nil
	}
	for _, c := range p.Reads() {
		out = append(out, chunker.Value{Column: rec.ColumnName(c), Value: bind.ValueAt(rec.Column(c), row)})
	}
	return out
}

// become makes the batch what pieces of it became.
func (b *Batch) become(schema *arrow.Schema, pieces []arrow.Record, out []worked, policy chunker.Policy) error {
	if policy.Stops() {
		var err error
		if out, err = upToFailed(out); err != nil {
			return err
		}
	}
	var records []arrow.Record
	var failed []*chunker.RowError
	left := []int{} // not nil, which is all
	first, free := 0, 0
	all := len(out) == len(pieces) && !slices.ContainsFunc(out, func(w worked) bool { return w.rows != nil })
	if !all {
		free = b.free()
	}
	for i, w := range out {
		records = append(records, w.rec)
		for _, e := range w.failed {
			e.Row += int64(first)
		}
		failed = append(failed, w.failed...)
		if !all {
			left = append(left, shifted(w.rows, int(w.rec.NumRows()), first, free-len(left))...)
		}
		first += int(pieces[i].NumRows())
	}
	if policy.Stops() && len(failed) > 0 {
		b.Stop(failed[0])
	} else {
		b.Fail(failed, false)
	}
	if !all {
		b.rows = through(b.origins(), left)
	}
	b.Set(schema, records)
	return nil
}

// upToFailed leaves of what became of pieces what stands before the first row that failed.
func upToFailed(out []worked) ([]worked, error) {
	at := slices.IndexFunc(out, func(w worked) bool { return len(w.failed) > 0 })
	if at < 0 {
		return out, nil
	}
	out = slices.Clone(out[:at+1])
	err := out[at].before(int(out[at].failed[0].Row))
	return out, err
}

// before leaves the rows that are one of the first rows of the piece.
func (w *worked) before(rows int) (err error) {
	n := int(w.rec.NumRows())
	mask, left := take.NewMask(n), []int{}
	for i := range n {
		at := i
		if w.rows != nil {
			at = w.rows[i]
		}
		if at >= 0 && at < rows {
			mask.Set(i)
			left = append(left, at)
		}
	}
	w.rec, err = take.Record(w.rec, mask, len(left))
	w.rows = left
	return err
}

// shifted is rows of a piece as rows of the batch; nil rows are all n. One whose origin is not
// known gets a number of its own, free or one below it.
func shifted(rows []int, n, first, free int) []int {
	out := make([]int, n)
	for i := range out {
		switch {
		case rows == nil:
			out[i] = first + i
		case rows[i] < 0:
			out[i] = free - i
		default:
			out[i] = first + rows[i]
		}
	}
	return out
}

// cut cuts records into pieces of at most rows rows.
func cut(records []arrow.Record, rows int64) (out []arrow.Record) {
	for _, rec := range records {
		if rec.NumRows() <= rows {
			out = append(out, rec)
			continue
		}
		for lo := int64(0); lo < rec.NumRows(); lo += rows {
			out = append(out, rec.NewSlice(lo, min(lo+rows, rec.NumRows())))
		}
	}
	return out
}

// inOrder runs an OrderedStep over batches that come in order.
type inOrder struct {
	byChunk
	step chunker.OrderedStep
}

// errEnd says that an OrderedStep wants nothing more.
var errEnd = errors.New("the steps want no more rows")

// Run takes the records one after another. It returns errEnd where the step wants no more.
func (s *inOrder) Run(ctx context.Context, b *Batch, env *Env) error {
	var out []worked
	var end error
	done := 0
	for _, rec := range b.Records {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		w, err := s.work(ctx, rec, s.step.Next)
		if err != nil && err != io.EOF {
			return err
		}
		out = append(out, w)
		if err == io.EOF {
			end = errEnd
			break
		}
		done += int(rec.NumRows())
		env.tick(done)
	}
	if err := b.become(s.Schema(), b.Records, out, env.Policy); err != nil {
		return err
	}
	return end
}
