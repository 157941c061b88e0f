package ooc_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

// pruned is a source that says which columns it was asked for, and that it lies in a file.
type pruned struct {
	chunker.Source
	place string
	asked *[]string
}

func (p pruned) Prune(columns []string) chunker.Source {
	*p.asked = columns
	return pruned{chunker.Select(p.Source, columns...), p.place, p.asked}
}

func (p pruned) Places() []string { return []string{p.place} }

func wide(t *testing.T) *frame.Frame {
	t.Helper()
	f, err := frame.New(
		frame.Of("a", []int64{1, 2, 3}), frame.Of("b", []int64{4, 5, 6}), frame.Of("c", []int64{7, 8, 9}), frame.Of("d", []int64{1, 0, 1}),
	)
	require.NoError(t, err)
	return f
}

func TestOnlyColumnsThatAreNeededAreReadAndWritten(t *testing.T) {
	place := filepath.Join(t.TempDir(), "in")
	require.NoError(t, os.WriteFile(place, nil, 0o600))
	double := apply.Expr("twice = a * 2")
	for _, c := range []struct {
		name    string
		job     ooc.Job
		asked   []string // nil: all are read
		written []string
	}{
		{"nothing chosen", ooc.Job{Apply: []apply.Func{double}}, nil, []string{"a", "b", "c", "d", "twice"}},
		{"chosen, in another order", ooc.Job{Select: []string{"c", "a"}}, []string{"a", "c"}, []string{"c", "a"}},
		{"a function's input", ooc.Job{Select: []string{"twice"}, Apply: []apply.Func{double}}, []string{"a"}, []string{"twice"}},
		{"a condition's input", ooc.Job{Select: []string{"b"}, Where: "d == 1"}, []string{"b", "d"}, []string{"b"}},
		{"a later function's input", ooc.Job{Select: []string{"x"}, Apply: []apply.Func{double, apply.Expr("x = twice + c")}}, []string{"a", "c"}, []string{"x"}},
		{"dropped", ooc.Job{Drop: []string{"b", "twice"}, Apply: []apply.Func{double}}, []string{"a", "c", "d"}, []string{"a", "c", "d"}},
		{"chosen, then dropped", ooc.Job{Select: []string{"a", "b"}, Drop: []string{"a"}}, []string{"b"}, []string{"b"}},
		{"no column is needed", ooc.Job{Select: []string{"one"}, Apply: []apply.Func{apply.Expr("one = 1")}}, []string{"a"}, []string{"one"}},
		{"rejects are whole rows", ooc.Job{Select: []string{"a"}, OnError: apply.Reject(new(chunker.FrameSink), 0)}, nil, []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := new(chunker.FrameSink)
			var asked []string
			c.job.From, c.job.To = pruned{chunker.FromFrame(wide(t)), place, &asked}, sink
			_, err := c.job.Run(t.Context())
			require.NoError(t, err)
			require.Equal(t, c.asked, asked)
			require.Equal(t, c.written, sink.Frame().Names())

			want := wide(t)
			if c.job.Where != "" {
				want, err = apply.Where(t.Context(), want, c.job.Where)
				require.NoError(t, err)
			}
			if len(c.job.Apply) > 0 {
				want, err = apply.Apply(t.Context(), want, c.job.Apply...)
				require.NoError(t, err)
			}
			want, err = want.Select(c.written...)
			require.NoError(t, err)
			require.True(t, want.Equal(sink.Frame()), "%s\n%s", want, sink.Frame())
		})
	}
}

func TestAStreamThatComesOnceIsNotOpenedAgain(t *testing.T) {
	opened := 0
	_, err := ooc.Job{From: once{chunker.FromFrame(wide(t)), &opened}, Select: []string{"a"}, To: new(chunker.FrameSink)}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, opened)
}

func TestWrongColumnsAreRefused(t *testing.T) {
	for _, c := range []struct {
		choose, drop []string
		want         string
	}{
		{[]string{"a", "bb"}, nil, `no column "bb"; there are a, b, c, d`},
		{nil, []string{"e"}, `no column "e"`},
		{[]string{"a", "a"}, nil, `column "a" is selected twice`},
		{[]string{"a"}, []string{"a"}, "no columns are left"},
		{[]string{}, nil, "no columns are left"},
	} {
		_, err := ooc.Job{From: chunker.FromFrame(wide(t)), To: new(chunker.FrameSink), Select: c.choose, Drop: c.drop}.Run(t.Context())
		require.ErrorContains(t, err, c.want)
	}
}

func TestExplainWritesNothing(t *testing.T) {
	job := ooc.Job{
		From: chunker.FromFrame(table(t, 5_000)), Where: "n > 99", Apply: []apply.Func{apply.Expr("twice = n * 2"), apply.Expr("more = twice + 1")},
		Select: []string{"more"}, Workers: 3, Memory: 1 << 20,
	}
	plan, err := job.Explain(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, plan.Source.NumFields())
	require.Equal(t, "more", plan.Written.Field(0).Name)
	require.Equal(t, 4_900, plan.Functions.Rows)
	require.EqualValues(t, 16<<20, plan.Memory, "the least")
	text := plan.String()
	for _, want := range []string{"where    n > 99\n", "stage 1: twice\n", "stage 2: more\n", "writes   more int64\n", "on 3 workers"} {
		require.Contains(t, text, want)
	}
	job.Apply = []apply.Func{apply.Expr("twice = m * 2")}
	_, err = job.Explain(t.Context())
	require.ErrorContains(t, err, "no column")
	_, err = ooc.Job{}.Explain(t.Context())
	require.ErrorContains(t, err, "no From")
	plan, err = ooc.Job{From: chunker.FromFrame(table(t, 0))}.Explain(t.Context())
	require.NoError(t, err)
	require.Nil(t, plan.Functions)
}

// once is a source that counts how often it is opened.
type once struct {
	chunker.Source
	opened *int
}

func (o once) Open(ctx context.Context, bytes int64) (chunker.Stream, error) {
	*o.opened++
	return o.Source.Open(ctx, bytes)
}

func (o once) Prune([]string) chunker.Source { panic("pruned") }
