package chunkertest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// TestStep checks a step of any kind, or a list of steps, with the rows of f, and returns what
// comes out: whether that is right only the caller knows.
//
//	out := chunkertest.TestStep(t, Pseudonym{"user"}, logs)
//
// The step is run over frames and streams that are cut in several ways, on one worker and on more,
// over chunks whose memory is overwritten once they are released, with nulls and without, with any
// bytes under the nulls, with contexts that end and sinks that fail. What comes out must be the
// same each time, or the context's error; nothing may be left: no goroutine, memory or file. What
// the step says of itself by [chunker.Passing], [chunker.Filtering], [chunker.Failing] and
// [chunker.Wanting] is held against what it does.
//
// f should have some tens to some hundreds of rows, so that rows differ, and some that the step
// fails on if it can. A step that calls a function from outside is run with one whose results
// depend on nothing but its row.
func TestStep(t testing.TB, step chunker.Step, f *frame.Frame) *frame.Frame {
	t.Helper()
	var out *frame.Frame
	withoutLeaks(t, func(ctx context.Context) {
		s := &stepTest{t: t, ctx: ctx, step: step}
		out = s.test("rows", f).rows
		s.test("rows with nulls", someNull(t, f))
		s.test("no rows", f.Head(0))
		s.testStored(f)
		s.testEach(f)
	})
	return out
}

// stepTest is the test of one step.
type stepTest struct {
	t    testing.TB
	ctx  context.Context
	step chunker.Step
}

// outcome is what a run came to.
type outcome struct {
	rows   *frame.Frame
	failed int // rows on which the step failed
	err    error
}

// bound binds the step anew: a run has one of its own.
func (s *stepTest) bound(in *arrow.Schema) chunker.BoundSteps {
	s.t.Helper()
	b, err := chunker.Steps{s.step}.Bind(s.ctx, in)
	require.NoError(s.t, err, "Bind")
	return b.(chunker.BoundSteps)
}

// run runs the step over f.
func (s *stepTest) run(w way, f *frame.Frame) outcome {
	s.t.Helper()
	return w.run(s.t, s.ctx, s.bound(f.Schema()), f)
}

// test holds every way of running the step against the plainest, over a frame on one worker.
func (s *stepTest) test(name string, f *frame.Frame) outcome {
	s.t.Helper()
	s.testBind(f)
	want := s.run(way{workers: 1, policy: chunker.Null()}, f)
	if name == "rows" {
		require.NoError(s.t, want.err, "the step ends the run, under chunker.Null: have rows that it can work on")
	}
	for _, policy := range []chunker.Policy{chunker.Null(), chunker.Skip(), chunker.Stop()} {
		plain := s.run(way{workers: 1, policy: policy}, f)
		if policy.Nulls() {
			plain = want
		}
		for _, w := range ways(f.NumRows(), policy) {
			s.same(plain, s.run(w, f), "%s, %s", name, w)
		}
	}
	under := otherUnderNulls(f)
	s.same(want, s.run(way{workers: 1, policy: chunker.Null()}, under), "%s, with other bytes under their nulls", name)
	s.same(want, s.run(way{workers: 3, chunk: 5, policy: chunker.Null()}, under), "%s, in chunks with other bytes under their nulls", name)
	s.testTwoAtOnce(f, want)
	s.testEnds(f, want)
	return want
}

// same fails the test if a run came to something else.
func (s *stepTest) same(want, got outcome, format string, args ...any) {
	s.t.Helper()
	what := fmt.Sprintf(format, args...)
	if want.err != nil {
		require.EqualError(s.t, got.err, want.err.Error(), what)
		return
	}
	require.NoError(s.t, got.err, what)
	requireSame(s.t, want.rows, got.rows, what)
	require.Equal(s.t, want.failed, got.failed, "rows on which the step failed: %s", what)
}

// requireSame fails the test if two frames are not equal, and shows the first rows of both.
func requireSame(t testing.TB, want, got *frame.Frame, what string) {
	t.Helper()
	if !want.Equal(got) {
		require.FailNow(t, "other rows come out: "+what, "first:\n%s\n%s\nnow:\n%s\n%s", want.Schema(), want, got.Schema(), got)
	}
}

// testBind binds the step twice: it says the same of itself, and names it.
func (s *stepTest) testBind(f *frame.Frame) {
	s.t.Helper()
	a, b := s.bound(f.Schema()), s.bound(f.Schema())
	require.True(s.t, a.Schema().Equal(b.Schema()), "Schema, bound twice")
	require.Equal(s.t, a.String(), b.String(), "String, bound twice")
	for _, one := range a.List {
		require.NotEmpty(s.t, one.String(), "String")
	}
}

// testTwoAtOnce has two runs of the step at the same time, one of which begins before the other.
func (s *stepTest) testTwoAtOnce(f *frame.Frame, want outcome) {
	s.t.Helper()
	early := s.bound(f.Schema())
	w := way{workers: 1, chunk: 7, policy: chunker.Null()}
	s.same(want, s.run(w, f), "a run between another's Bind and its rows")
	s.same(want, w.run(s.t, s.ctx, early, f), "a run that was bound before another")
}

// testEnds has runs end before their end: by their context, before they begin and while they go on,
// and by a sink that fails.
func (s *stepTest) testEnds(f *frame.Frame, want outcome) {
	s.t.Helper()
	for _, at := range []int{0, 1, 3} {
		w := way{workers: 2, chunk: 7, policy: chunker.Null(), cancelAt: at + 1}
		s.endsOr(want, s.run(w, f), context.Canceled, "the context ended before chunk %d", at)
	}
	w := way{workers: 2, chunk: 7, policy: chunker.Null(), sinkFails: true}
	s.endsOr(want, s.run(w, f), errSink, "the sink failed")
	if f.NumRows() > 0 {
		got := s.run(way{workers: 2, policy: chunker.Null(), cancelAt: 1}, f)
		s.endsOr(want, got, context.Canceled, "the context ended before a frame")
	}
}

// endsOr fails the test unless a run ended with that error, or came to what it comes to without it.
func (s *stepTest) endsOr(want, got outcome, end error, format string, args ...any) {
	s.t.Helper()
	if got.err != nil && want.err == nil {
		require.ErrorIs(s.t, got.err, end, fmt.Sprintf(format, args...))
		return
	}
	s.same(want, got, format, args...)
}

// testStored has a step that can be stored do the same after it was written and read.
func (s *stepTest) testStored(f *frame.Frame) {
	s.t.Helper()
	data, err := json.Marshal(chunker.Steps{s.step})
	if err != nil {
		return // it says why: that is the step's own test
	}
	var back chunker.Steps
	require.NoError(s.t, json.Unmarshal(data, &back), "the step, read from %s", data)
	again := &stepTest{s.t, s.ctx, back}
	w := way{workers: 1, policy: chunker.Null()}
	s.same(s.run(w, f), again.run(w, f), "the step, written as %s and read", data)
}

// testEach tests what each step of a list says of itself, with the rows that come into it.
func (s *stepTest) testEach(f *frame.Frame) {
	s.t.Helper()
	for _, step := range flat(s.step) {
		one := &stepTest{s.t, s.ctx, step}
		one.testClaims(f)
		one.testClaims(someNull(s.t, f))
		list := one.bound(f.Schema()).List
		if len(list) != 1 {
			return
		}
		switch b := list[0].(type) {
		case chunker.TableStep:
			one.testTable(f)
		case chunker.RowStep:
			one.testWorks(f)
		case chunker.OrderedStep:
			one.testOneWork(f, b.Next)
		}
		came := one.run(way{workers: 1, policy: chunker.Null()}, f)
		require.NoError(s.t, came.err)
		f = came.rows
	}
}

// flat is a step, or those of a list.
func flat(step chunker.Step) (out []chunker.Step) {
	list, ok := step.(chunker.Steps)
	if !ok {
		return []chunker.Step{step}
	}
	for _, s := range list {
		out = append(out, flat(s)...)
	}
	return out
}

// testWorks gives chunks to two Works of one bound step by turns, the last chunk first and then the
// first first: what becomes of a chunk may depend on no other.
func (s *stepTest) testWorks(f *frame.Frame) {
	s.t.Helper()
	want := s.run(way{workers: 1, policy: chunker.Null()}, f)
	bound := s.bound(f.Schema())
	step := bound.List[0].(chunker.RowStep)
	var works [2]chunker.Work
	for i := range works {
		var err error
		works[i], err = step.Worker()
		require.NoError(s.t, err, "Worker")
		require.NotNil(s.t, works[i], "Worker returns no Work")
	}
	pieces := piecesOf(f, 7)
	records := make([]arrow.Record, len(pieces))
	for pass, what := range []string{"the last chunk first, by two workers in turn", "a second time"} {
		for i := range pieces {
			at := i
			if pass == 0 {
				at = len(pieces) - 1 - i
			}
			records[at] = s.work(works[i%2], pieces[at])
		}
		out, err := frame.FromRecords(bound.Schema(), records...)
		require.NoError(s.t, err)
		requireSame(s.t, want.rows, out, what)
	}
	s.testOneWork(f, works[0])
}

// work gives a piece to a Work, copies what comes out, and overwrites the piece.
func (s *stepTest) work(work chunker.Work, p piece) arrow.Record {
	s.t.Helper()
	l := lend(p)
	c, err := work(s.ctx, chunker.Given(l.record))
	require.NoError(s.t, err)
	require.True(s.t, l.unchanged(), "the step changes the rows that it is given")
	out := copyRecord(c.Record)
	s.testFailed(c)
	l.overwrite()
	return out
}

// testFailed holds what a chunk says of rows that failed against its rows: such a row has a null,
// which is all that is left of it under [chunker.Null].
func (s *stepTest) testFailed(c chunker.Chunk) {
	s.t.Helper()
	rows, failures := c.Worked()
	for _, f := range failures {
		for i := range c.Len() {
			if rows == nil && i == f.Row || rows != nil && rows[i] == f.Row {
				require.True(s.t, hasNull(c.Record, i), "the step failed on row %d of a chunk, and left no null in it: %v", f.Row, f.Err)
			}
		}
	}
}

func hasNull(rec arrow.Record, row int) bool {
	for _, c := range rec.Columns() {
		if c.IsNull(row) {
			return true
		}
	}
	return false
}

// testOneWork gives a chunk to a Work whose context has ended: it may work on it, but not give less
// for it.
func (s *stepTest) testOneWork(f *frame.Frame, work chunker.Work) {
	s.t.Helper()
	pieces := piecesOf(f, f.NumRows())
	if len(pieces) == 0 {
		return
	}
	want := s.run(way{workers: 1, policy: chunker.Null()}, f)
	ended, end := context.WithCancel(s.ctx)
	end()
	c, err := work(ended, chunker.Given(lend(pieces[0]).record))
	if err != nil && err != io.EOF {
		require.ErrorIs(s.t, err, context.Canceled, "a chunk whose context has ended")
		return
	}
	out, err := frame.FromRecords(want.rows.Schema(), c.Record)
	require.NoError(s.t, err)
	requireSame(s.t, want.rows, out, "a chunk whose context has ended: return its error, or all of the chunk")
}
