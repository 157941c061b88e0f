package ooc_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func numbers(t testing.TB, rows int) *frame.Frame {
	t.Helper()
	n, s := make([]int64, rows), make([]string, rows)
	for i := range rows {
		n[i], s[i] = int64(i), fmt.Sprintf("row %d", i)
	}
	f, err := frame.New(frame.Of("n", n), frame.Of("s", s))
	require.NoError(t, err)
	return f
}

// small is a source that cuts a frame into chunks of rows rows, whatever bytes are asked for.
type small struct {
	f    *frame.Frame
	rows int
}

func (s small) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s small) Schema() *arrow.Schema { return s.f.Schema() }

func (s small) Close() error { return nil }

func (s small) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	cut, err := s.f.Rechunk(s.rows)
	if err != nil {
		return nil, err
	}
	return chunker.Open(ctx, chunker.FromFrame(cut), chunker.Request{Columns: req.Columns, Bytes: 1 << 40})
}

func TestSameRowsInTheSameOrderHoweverItIsRun(t *testing.T) {
	f := numbers(t, 20_000)
	var calls atomic.Int64
	fns := []chunker.Step{
		apply.Map1("len", "s", func(s string) int { calls.Add(1); return len(s) }),
		apply.Expr("twice = len * 2"),
	}
	want, err := apply.Apply(t.Context(), f, fns...)
	require.NoError(t, err)
	for _, workers := range []int{0, 1, 2, 3, 8} {
		for _, rows := range []int{1000, 7777, 50_000} {
			calls.Store(0)
			sink := new(chunker.FrameSink)
			report, err := ooc.Job{From: small{f, rows}, Steps: fns, To: sink, Workers: workers}.Run(t.Context())
			require.NoError(t, err)
			require.True(t, want.Equal(sink.Frame()), "%d workers, chunks of %d rows", workers, rows)
			require.EqualValues(t, f.NumRows(), calls.Load(), "one call a row")
			require.EqualValues(t, f.NumRows(), report.RowsIn)
			require.EqualValues(t, f.NumRows(), report.RowsOut)
			require.EqualValues(t, (f.NumRows()+rows-1)/rows, report.Chunks)
			require.Contains(t, report.String(), "20000 rows in, 20000 out")
		}
	}
}

func TestWithoutFunctionsRowsAreCopied(t *testing.T) {
	f := numbers(t, 5000)
	sink := new(chunker.FrameSink)
	_, err := ooc.Job{From: chunker.FromFrame(f), To: sink}.Run(t.Context())
	require.NoError(t, err)
	require.True(t, f.Equal(sink.Frame()))
	_, err = ooc.Job{From: chunker.FromFrame(f.Head(0)), To: sink, Steps: chunker.Steps{apply.Expr("m = n + 1")}}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"n", "s", "m"}, sink.Frame().Names(), "no rows, but the columns")
}

func TestWhereChoosesRowsBeforeTheFunctions(t *testing.T) {
	f := numbers(t, 10_000)
	var calls atomic.Int64
	sink := new(chunker.FrameSink)
	report, err := ooc.Job{
		From: small{f, 999}, Steps: chunker.Steps{apply.Where("n % 10 == 3"), apply.Map1("m", "n", func(n int64) int64 { calls.Add(1); return n })}, To: sink,
	}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1000, calls.Load())
	require.Equal(t, 1000, sink.Frame().NumRows())
	require.EqualValues(t, 10_000, report.RowsIn)
	require.EqualValues(t, 1000, report.RowsOut)

	_, err = ooc.Job{From: small{f, 999}, Steps: chunker.Steps{apply.Where("n = 3")}, To: sink}.Run(t.Context())
	require.ErrorContains(t, err, "where: expr: = names a result and does not compare: write n == 3\n")

	_, err = ooc.Job{From: small{f, 999}, Steps: chunker.Steps{apply.Where("100 / (n - 5000) > 0")}, To: sink}.Run(t.Context())
	var re *chunker.RowError
	require.ErrorAs(t, err, &re)
	require.EqualValues(t, 5000, re.Row, "the row of the input, not of the chunk")
	rejects := new(chunker.FrameSink)
	for _, policy := range []chunker.Policy{chunker.Null(), chunker.Reject(rejects, 0)} {
		report, err = ooc.Job{From: small{f, 999}, Steps: chunker.Steps{apply.Where("100 / (n - 5000) > 0")}, To: sink, OnError: policy}.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, report.Steps.Failed)
		require.Equal(t, 100, sink.Frame().NumRows(), "a row on which the condition fails is not chosen")
	}
	n, err := frame.Col[int64](rejects.Frame(), "n")
	require.NoError(t, err)
	require.Equal(t, []int64{5000}, n.Values())
	_, err = ooc.Job{From: small{f, 999}, Steps: chunker.Steps{apply.Where("m > 0")}, To: sink}.Run(t.Context())
	require.ErrorContains(t, err, "where: ")
}

func odd(n int64) apply.Func {
	return apply.Call1("m", "n", func(_ context.Context, v int64) (int64, error) {
		if v%1000 == n {
			return 0, errors.New("odd one")
		}
		return v, nil
	})
}

func TestARowErrorNamesTheRowOfTheInput(t *testing.T) {
	f := numbers(t, 10_000)
	for _, workers := range []int{1, 4} {
		sink := new(chunker.FrameSink)
		report, err := ooc.Job{From: small{f, 300}, Steps: chunker.Steps{odd(777)}, To: sink, Workers: workers}.Run(t.Context())
		var re *chunker.RowError
		require.ErrorAs(t, err, &re)
		require.EqualValues(t, 777, re.Row, "the first one, in stream order")
		require.Nil(t, sink.Frame(), "nothing is written")
		require.NotNil(t, report)
	}
}

func TestRejectsAndNullsOverManyChunks(t *testing.T) {
	f := numbers(t, 10_000)
	sink, rejects := new(chunker.FrameSink), new(chunker.FrameSink)
	report, err := ooc.Job{
		From: small{f, 300}, Steps: chunker.Steps{apply.Where("n >= 1000"), odd(777)}, To: sink, OnError: chunker.Reject(rejects, 0),
	}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 9, report.Steps.Failed)
	require.Equal(t, 9000-9, sink.Frame().NumRows())
	type reject struct {
		N         int64
		S         string
		RejectRow int64
	}
	rows, err := frame.Rows[reject](rejects.Frame())
	require.NoError(t, err)
	for i, r := range rows {
		n := int64(1000*(i+1) + 777)
		require.Equal(t, reject{n, fmt.Sprintf("row %d", n), n}, r)
	}

	report, err = ooc.Job{From: small{f, 300}, Steps: chunker.Steps{odd(777)}, To: sink, OnError: chunker.Null()}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 10, report.Steps.Failed)
	m, err := frame.Col[int64](sink.Frame(), "m")
	require.NoError(t, err)
	require.Equal(t, 10, m.Nulls())

	_, err = ooc.Job{From: small{f, 300}, Steps: chunker.Steps{odd(777)}, To: sink, OnError: chunker.Reject(rejects, 4)}.Run(t.Context())
	var many *chunker.TooManyError
	require.ErrorAs(t, err, &many)
	require.Equal(t, 5, rejects.Frame().NumRows(), "the rejects are kept: they say why")
	tooMany := chunker.Null()
	tooMany.RatioMax = 0.0005
	_, err = ooc.Job{From: small{f, 300}, Steps: chunker.Steps{odd(777)}, To: sink, OnError: tooMany}.Run(t.Context())
	require.ErrorAs(t, err, &many)
}

// refusing is a source whose chunks leave out rows that it could not decode.
type refusing struct{ small }

func (s refusing) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s refusing) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	st, err := s.small.Open(ctx, req)
	return refusingStream{st}, err
}

type refusingStream struct{ chunker.Stream }

func (s refusingStream) Next(ctx context.Context) (chunker.Part, error) {
	part, err := s.Stream.Next(ctx)
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		c.File, c.Row, c.Lines = "trips.csv", -1, chunker.Lines{First: 2}
		c.Rejects = []*chunker.Error{{File: "trips.csv", Line: 9, Row: 1, Raw: "x,y,z", Err: errors.New("3 fields, the header has 2")}}
		return c, err
	}, err
}

func TestRowsTheSourceRefusesGoToTheRejects(t *testing.T) {
	f := numbers(t, 30)
	sink, rejects := new(chunker.FrameSink), new(chunker.FrameSink)
	report, err := ooc.Job{From: refusing{small{f, 10}}, Steps: chunker.Steps{odd(25)}, To: sink, OnError: chunker.Reject(rejects, 0)}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Refused)
	require.Equal(t, 29, sink.Frame().NumRows())
	require.Equal(t, 4, rejects.Frame().NumRows())
	rows, err := frame.Col[int64](rejects.Frame(), "reject_row")
	require.NoError(t, err)
	require.Equal(t, []int64{1, 12, 23, 28}, rows.Values(), "rows as in the file, refused ones counted")
	text, err := frame.Col[string](rejects.Frame(), "reject_text")
	require.NoError(t, err)
	first, ok := text.At(0)
	require.True(t, ok)
	require.Equal(t, "x,y,z", first)
	_, ok = text.At(3)
	require.False(t, ok)

	_, err = ooc.Job{From: refusing{small{f, 10}}, Steps: chunker.Steps{odd(25)}, To: sink}.Run(t.Context())
	require.ErrorContains(t, err, "trips.csv:7: row 28, computing m from n = 25: odd one")
}

// broken is a source whose third chunk has a row that ends it.
type broken struct{ small }

func (s broken) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s broken) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	st, err := s.small.Open(ctx, req)
	return &brokenStream{Stream: st}, err
}

type brokenStream struct {
	chunker.Stream
	parts int
}

func (s *brokenStream) Next(ctx context.Context) (chunker.Part, error) {
	part, err := s.Stream.Next(ctx)
	s.parts++
	n := s.parts
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		if c.File = "trips.csv"; n == 3 {
			return chunker.Chunk{}, &chunker.Error{File: "trips.csv", Line: 26, Row: 4, Err: errors.New("3 fields, the header has 2")}
		}
		return c, err
	}, err
}

func TestTheRowOfASourcesErrorIsThatOfItsFile(t *testing.T) {
	_, err := ooc.Job{From: broken{small{numbers(t, 40), 10}}, To: new(chunker.FrameSink)}.Run(t.Context())
	require.EqualError(t, err, "trips.csv:26: row 24: 3 fields, the header has 2")
}

// nulling is a source whose chunks have nulls for values that it could not decode.
type nulling struct{ small }

func (s nulling) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s nulling) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	st, err := s.small.Open(ctx, req)
	return nullingStream{st}, err
}

type nullingStream struct{ chunker.Stream }

func (s nullingStream) Next(ctx context.Context) (chunker.Part, error) {
	part, err := s.Stream.Next(ctx)
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		c.Nulled.Rows, c.Cut.Rows, c.Mended.Rows = []int{1, 4}, []int{4}, []int{-1, 1}
		return c, err
	}, err
}

func TestValuesTheSourceMakesNullAreCounted(t *testing.T) {
	job := ooc.Job{From: nulling{small{numbers(t, 30), 10}}, To: new(chunker.FrameSink), OnError: chunker.Null()}
	report, err := job.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 6, report.Nulled)
	require.EqualValues(t, 3, report.Cut)
	require.EqualValues(t, 6, report.Mended)
	require.Contains(t, report.String(), "6 rows have a null for a value that could not be read")
	job.OnError.RowsMax = 3
	_, err = job.Run(t.Context())
	var many *chunker.TooManyError
	require.ErrorAs(t, err, &many, "they count against the policy's limits")
	require.Equal(t, 4, many.Failed, "as many as may, and one more")
}

func TestTheBudgetBoundsWhatIsUnderWay(t *testing.T) {
	f := numbers(t, 200_000)
	total := int64(0)
	for _, r := range f.Records() {
		total += chunker.Bytes(r)
	}
	for _, workers := range []int{1, 2, 8} {
		sink := new(chunker.FrameSink)
		report, err := ooc.Job{From: chunker.FromFrame(f), To: sink, Workers: workers, Memory: 16 << 20}.Run(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, report.PeakUse, int64(16<<20))
		require.Positive(t, report.PeakUse)
		require.True(t, f.Equal(sink.Frame()))
	}
	big, err := f.Rechunk(0)
	require.NoError(t, err)
	require.Greater(t, 6*total, int64(16<<20))
	_, err = ooc.Job{From: small{big, 1 << 30}, To: new(chunker.FrameSink), Memory: 16 << 20}.Run(t.Context())
	require.ErrorIs(t, err, chunker.ErrMemory)
	require.ErrorContains(t, err, "one chunk: it needs ")
	require.ErrorContains(t, err, "raise Memory")
}

// failing is a sink and a source that fail at a stage.
type failing struct{ at string }

var errStage = errors.New("broken")

func (b failing) err(at string) error {
	if b.at == at {
		return fmt.Errorf("%s: %w", at, errStage)
	}
	return nil
}
func (b failing) Create(context.Context, *arrow.Schema) (chunker.Writer, error) {
	return b, b.err("create")
}
func (b failing) Worker() (chunker.Write, error) { return b.write, nil }

func (b failing) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	c.Release()
	return func(context.Context) error { return b.err("append") }, b.err("write")
}
func (b failing) Commit(context.Context) error { return b.err("commit") }
func (b failing) Close() error                 { return b.err("close") }

func TestErrorsOfTheSinkAreTold(t *testing.T) {
	for _, at := range []string{"create", "write", "append", "commit", "close"} {
		_, err := ooc.Job{From: small{numbers(t, 1000), 100}, To: failing{at}}.Run(t.Context())
		require.ErrorIs(t, err, errStage)
		require.ErrorContains(t, err, at)
	}
}

func TestWrongJobsAreRefused(t *testing.T) {
	f := chunker.FromFrame(numbers(t, 10))
	sink := new(chunker.FrameSink)
	for _, c := range []struct {
		job  ooc.Job
		want string
	}{
		{ooc.Job{To: sink}, "has no From"},
		{ooc.Job{From: f}, "has no To"},
		{ooc.Job{From: f, To: sink, Memory: -1}, "Memory is -1 bytes"},
		{ooc.Job{From: f, To: sink, Steps: chunker.Steps{apply.Expr("x = nn")}}, "nn"},
	} {
		report, err := c.job.Run(t.Context())
		require.ErrorContains(t, err, c.want)
		require.Nil(t, report)
	}
}

// placed is a source or sink that lies in a file.
type placed struct {
	chunker.Source
	chunker.Sink
	file string
}

func (p placed) Places() []string { return []string{p.file} }

func TestWhatIsReadIsNotWrittenAndNothingTwice(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in", nil, 0o600))
	require.NoError(t, os.Symlink("in", "link"))
	from := placed{Source: chunker.FromFrame(numbers(t, 1)), file: "in"}
	for _, c := range []struct{ to, rejects, want string }{
		{"./in", "rejects", "./in is both input and output"},
		{"link", "rejects", "link is both input and output"},
		{"out", "in", "in is both input and output"},
		{"out", "./out", "./out would hold both the output and the rejects"},
	} {
		to, rejects := placed{Sink: new(chunker.FrameSink), file: c.to}, placed{Sink: new(chunker.FrameSink), file: c.rejects}
		_, err := ooc.Job{From: from, To: to, OnError: chunker.Reject(rejects, 0)}.Run(t.Context())
		require.ErrorContains(t, err, c.want)
	}
	_, err := ooc.Job{From: from, To: placed{Sink: new(chunker.FrameSink), file: "out"}, OnError: chunker.Reject(placed{Sink: new(chunker.FrameSink), file: "rejects"}, 0)}.Run(t.Context())
	require.NoError(t, err)
}

func TestAJobThatDoesNotBeginWritesNoRejects(t *testing.T) {
	rejects := new(chunker.FrameSink)
	_, err := ooc.Job{From: small{numbers(t, 10), 5}, To: failing{"create"}, OnError: chunker.Reject(rejects, 0)}.Run(t.Context())
	require.ErrorIs(t, err, errStage)
	require.Nil(t, rejects.Frame())
	_, err = ooc.Job{From: small{numbers(t, 10), 5}, To: new(chunker.FrameSink), OnError: chunker.Reject(rejects, 0)}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 0, rejects.Frame().NumRows(), "no rejects are rejects too")
}

func TestCancel(t *testing.T) {
	f := numbers(t, 10_000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := ooc.Job{From: small{f, 100}, To: new(chunker.FrameSink)}.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)

	ctx, cancel = context.WithCancel(t.Context())
	var seen atomic.Int64
	sink := new(chunker.FrameSink)
	_, err = ooc.Job{From: small{f, 100}, To: sink, Workers: 2, Steps: chunker.Steps{apply.Map1("m", "n", func(n int64) int64 {
		if seen.Add(1) == 5000 {
			cancel()
		}
		return n
	})}}.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, seen.Load(), int64(10_000))
	require.Nil(t, sink.Frame())
}

// counted is a sink that knows how many of its writers are not closed.
type counted struct {
	chunker.FrameSink
	open atomic.Int64
	hit  func(at string)
}

func (c *counted) Create(ctx context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	c.open.Add(1)
	w, err := c.FrameSink.Create(ctx, schema)
	return &countedWriter{Writer: w, sink: c}, err
}

type countedWriter struct {
	chunker.Writer
	sink *counted
	once sync.Once
}

func (w *countedWriter) Worker() (chunker.Write, error) {
	write, err := w.Writer.Worker()
	return func(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
		w.sink.hit("write")
		return write(ctx, c)
	}, err
}

func (w *countedWriter) Commit(ctx context.Context) error {
	w.sink.hit("commit")
	return w.Writer.Commit(ctx)
}

func (w *countedWriter) Close() error {
	w.once.Do(func() { w.sink.open.Add(-1) })
	return w.Writer.Close()
}

// hitting is a source that tells of each of its parts.
type hitting struct {
	small
	hit func(at string)
}

func (h hitting) Describe(context.Context) (chunker.Input, error) { return h, nil }

func (h hitting) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	st, err := h.small.Open(ctx, req)
	return hittingStream{st, h.hit}, err
}

type hittingStream struct {
	chunker.Stream
	hit func(at string)
}

func (h hittingStream) Next(ctx context.Context) (chunker.Part, error) {
	part, err := h.Stream.Next(ctx)
	return func(ctx context.Context) (chunker.Chunk, error) { h.hit("part"); return part(ctx) }, err
}

func TestAPanicLeavesNothingBehind(t *testing.T) {
	for _, at := range []string{"part", "write", "commit", "progress"} {
		hit := func(here string) {
			if here == at {
				panic("boom at " + at)
			}
		}
		sink, rejects := &counted{hit: hit}, &counted{hit: func(string) {}}
		job := ooc.Job{
			From: hitting{small{numbers(t, 1000), 100}, hit}, To: sink, OnError: chunker.Reject(rejects, 0),
			Progress: func(progress.Event) { hit("progress") },
		}
		func() {
			defer func() { require.Contains(t, fmt.Sprint(recover()), "boom at "+at) }()
			job.Run(t.Context())
		}()
		require.Zero(t, sink.open.Load(), "the output, panic at %s", at)
		require.Zero(t, rejects.open.Load(), "the rejects, panic at %s", at)
		require.Nil(t, sink.Frame())
	}
}

func TestRejectsOfRejectsKeepTheOldReasons(t *testing.T) {
	rejects := new(chunker.FrameSink)
	fns := []chunker.Step{odd(7)}
	from := numbers(t, 1000)
	for _, want := range [][]string{{"reject_reason", "reject_text"}, {"reject_reason", "reject_reason_2", "reject_text_2"}, {"reject_reason", "reject_reason_2", "reject_row_3"}} {
		_, err := ooc.Job{From: small{from, 100}, Steps: fns, To: new(chunker.FrameSink), OnError: chunker.Reject(rejects, 0)}.Run(t.Context())
		require.NoError(t, err)
		from = rejects.Frame()
		require.Equal(t, 1, from.NumRows())
		require.Subset(t, from.Names(), want)
	}
}

// twice is a source with two columns of one name.
type twice struct{ small }

func (s twice) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s twice) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	st, err := s.small.Open(ctx, req)
	return twiceStream{st, s}, err
}

type twiceStream struct {
	chunker.Stream
	of twice
}

func (s twiceStream) Schema() *arrow.Schema { return s.of.Schema() }

func (twice) Schema() *arrow.Schema {
	n := arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64}
	return arrow.NewSchema([]arrow.Field{n, {Name: "s", Type: arrow.BinaryTypes.String}, n}, nil)
}

func TestColumnsOfOneNameAreRefusedBeforeTheWork(t *testing.T) {
	sink := &counted{hit: func(string) {}}
	_, err := ooc.Job{From: twice{small{numbers(t, 10), 5}}, To: sink}.Run(t.Context())
	require.EqualError(t, err, `columns 1 and 3 would both be called "n": rename one of them, or leave it out`)
	_, err = chunker.Copy(t.Context(), sink, twice{small{numbers(t, 10), 5}})
	require.ErrorContains(t, err, "columns 1 and 3")
	require.Zero(t, sink.open.Load())
}

func TestProgressEndsWithTheJob(t *testing.T) {
	var last progress.Event
	_, err := ooc.Job{From: small{numbers(t, 5000), 500}, To: new(chunker.FrameSink), Name: "trips", Progress: func(e progress.Event) {
		require.GreaterOrEqual(t, e.RowsDone, last.RowsDone)
		last = e
	}}.Run(t.Context())
	require.NoError(t, err)
	require.True(t, last.Done)
	require.Equal(t, "trips", last.Job)
	require.EqualValues(t, 5000, last.RowsDone)
}

// told is a source that tells a size, or that it cannot.
type told struct {
	small
	rows, bytes int64
	err         error
}

func (s told) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s told) Size(context.Context) (rows, bytes int64, err error) { return s.rows, s.bytes, s.err }

func TestProgressTellsTotalsThatAreKnown(t *testing.T) {
	of := small{numbers(t, 100), 10}
	for _, c := range []struct {
		from        chunker.Source
		rows, bytes int64
	}{
		{of, -1, -1},
		{told{of, 100, 800, nil}, 100, 800},
		{told{of, -1, 800, nil}, -1, 800},
		{told{of, 100, -1, nil}, 100, -1},
		{told{of, 0, 0, nil}, 0, 0},
		{told{of, 100, 800, errors.New("not now")}, -1, -1},
	} {
		events := 0
		_, err := ooc.Job{From: c.from, To: new(chunker.FrameSink), Progress: func(e progress.Event) {
			require.Equal(t, []int64{c.rows, c.bytes}, []int64{e.RowsTotal, e.BytesTotal})
			events++
		}}.Run(t.Context())
		require.NoError(t, err)
		require.Greater(t, events, 1)
	}
}
