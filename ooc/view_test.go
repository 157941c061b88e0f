package ooc_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

// asked is a source that comes once, and says what it was asked for.
type asked struct {
	chunker.Source
	requests  *[]chunker.Request
	described *int
}

func (a asked) Describe(ctx context.Context) (chunker.Input, error) {
	*a.described++
	in, err := a.Source.Describe(ctx)
	return askedInput{in, a}, err
}

type askedInput struct {
	chunker.Input
	asked
}

func (a askedInput) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	*a.requests = append(*a.requests, req)
	return a.Input.Open(ctx, req)
}

func wide(t *testing.T) *frame.Frame {
	t.Helper()
	f, err := frame.New(
		frame.Of("a", []int64{1, 2, 3}), frame.Of("b", []int64{4, 5, 6}), frame.Of("c", []int64{7, 8, 9}), frame.Of("d", []int64{1, 0, 1}),
	)
	require.NoError(t, err)
	return f
}

func TestOnlyColumnsThatAreNeededAreReadAndWritten(t *testing.T) {
	double := apply.Expr("twice = a * 2")
	for _, c := range []struct {
		name    string
		job     ooc.Job
		asked   []string // nil: all are read
		written []string
	}{
		{"nothing chosen", ooc.Job{Steps: chunker.Steps{double}}, nil, []string{"a", "b", "c", "d", "twice"}},
		{"chosen, in another order", ooc.Job{Steps: chunker.Steps{table.Select("c", "a")}}, []string{"a", "c"}, []string{"c", "a"}},
		{"a function's input", ooc.Job{Steps: chunker.Steps{double, table.Select("twice")}}, []string{"a"}, []string{"twice"}},
		{"a condition's input", ooc.Job{Steps: chunker.Steps{apply.Where("d == 1"), table.Select("b")}}, []string{"b", "d"}, []string{"b"}},
		{"a later function's input", ooc.Job{Steps: chunker.Steps{double, apply.Expr("x = twice + c"), table.Select("x")}}, []string{"a", "c"}, []string{"x"}},
		{"dropped", ooc.Job{Steps: chunker.Steps{double, table.Drop("b", "twice")}}, []string{"a", "c", "d"}, []string{"a", "c", "d"}},
		{"chosen, then dropped", ooc.Job{Steps: chunker.Steps{table.Select("a", "b"), table.Drop("a")}}, []string{"b"}, []string{"b"}},
		{"no column is needed", ooc.Job{Steps: chunker.Steps{apply.Expr("one = 1"), table.Select("one")}}, []string{"a"}, []string{"one"}},
		{"rejects are whole rows", ooc.Job{Steps: chunker.Steps{table.Select("a")}, OnError: chunker.Reject(new(chunker.FrameSink), 0)}, nil, []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := new(chunker.FrameSink)
			var requests []chunker.Request
			described := 0
			c.job.From, c.job.To = asked{chunker.FromFrame(wide(t)), &requests, &described}, sink
			_, err := c.job.Run(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, described)
			require.Len(t, requests, 1, "opened once")
			require.Equal(t, c.asked, requests[0].Columns)
			require.Equal(t, c.written, sink.Frame().Names())

			want := wide(t)
			if len(c.job.Steps) > 0 {
				want, err = apply.Apply(t.Context(), want, c.job.Steps...)
				require.NoError(t, err)
			}
			require.True(t, want.Equal(sink.Frame()), "%s\n%s", want, sink.Frame())
		})
	}
}

func TestWrongColumnsAreRefused(t *testing.T) {
	for _, c := range []struct {
		steps chunker.Steps
		want  string
	}{
		{chunker.Steps{table.Select("a", "bb")}, `no column "bb"; there are a, b, c, d`},
		{chunker.Steps{table.Drop("e")}, `no column "e"`},
		{chunker.Steps{table.Select("a", "a")}, `column "a" is selected twice`},
		{chunker.Steps{table.Select("a"), table.Drop("a")}, "no columns are left"},
		{chunker.Steps{table.Select()}, "no columns are named"},
	} {
		_, err := ooc.Job{From: chunker.FromFrame(wide(t)), To: new(chunker.FrameSink), Steps: c.steps}.Run(t.Context())
		require.ErrorContains(t, err, c.want)
	}
}

func TestExplainWritesNothing(t *testing.T) {
	job := ooc.Job{
		From: chunker.FromFrame(numbers(t, 5_000)), Steps: chunker.Steps{apply.Where("n > 99"), apply.Expr("twice = n * 2"), apply.Expr("more = twice + 1"), table.Select("more")}, Workers: 3, Memory: 1 << 20,
	}
	plan, err := job.Explain(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, plan.Source.NumFields())
	require.Equal(t, "more", plan.Written.Field(0).Name)
	require.Equal(t, 5_000, plan.Functions.Rows)
	require.EqualValues(t, 16<<20, plan.Memory, "the least")
	text := plan.String()
	for _, want := range []string{"  1. where n > 99\n", "  2. twice\n", "  3. more\n", "writes   more int64\n", "on 3 workers"} {
		require.Contains(t, text, want)
	}
	job.Steps = chunker.Steps{apply.Expr("twice = m * 2")}
	_, err = job.Explain(t.Context())
	require.ErrorContains(t, err, "no column")
	_, err = ooc.Job{}.Explain(t.Context())
	require.ErrorContains(t, err, "no From")
	plan, err = ooc.Job{From: chunker.FromFrame(numbers(t, 0))}.Explain(t.Context())
	require.NoError(t, err)
	require.Nil(t, plan.Functions)
}
