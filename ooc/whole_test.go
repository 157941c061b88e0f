package ooc_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// watched is a sink that fails at a stage, and notes in a log that all sinks of a job share whether
// it was committed.
type watched struct {
	name, at string
	log      *[]string
}

func (w watched) err(at string) error {
	if w.at == at {
		return errStage
	}
	return nil
}

func (w watched) Create(context.Context, *arrow.Schema) (chunker.Writer, error) { return w, nil }

func (w watched) Worker() (chunker.Write, error) { return w.write, nil }

func (w watched) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	c.Release()
	return func(context.Context) error { return w.err("append") }, w.err("write")
}

func (w watched) Finish(context.Context) error { return w.err("finish") }

func (w watched) Commit(context.Context) error {
	if err := w.err("commit"); err != nil {
		return err
	}
	*w.log = append(*w.log, w.name)
	return nil
}

func (w watched) Close() error { return nil }

// TestWholeOrNotAtAll: once a write failed, of the output or of the rejects, neither is committed.
func TestWholeOrNotAtAll(t *testing.T) {
	f := numbers(t, 2500)
	for _, c := range []struct {
		output, rejects string // where they fail
		max             int
		want            []string
	}{
		{"", "", 0, []string{"rejects", "output"}},
		{"write", "", 0, nil},
		{"append", "", 0, nil},
		{"finish", "", 0, nil},
		{"commit", "", 0, []string{"rejects"}}, // nothing but its name was missing
		{"", "write", 0, nil},
		{"", "append", 0, nil},
		{"", "commit", 0, nil},
		{"", "", 1, []string{"rejects"}}, // rows ended it, and the rejects say why
		{"append", "", 1, nil},
	} {
		var log []string
		_, err := ooc.Job{
			From: small{f, 100}, Steps: chunker.Steps{odd(25)}, To: watched{"output", c.output, &log},
			OnError: chunker.Reject(watched{"rejects", c.rejects, &log}, c.max),
		}.Run(t.Context())
		require.Equal(t, c.want, log, "%+v", c)
		if c.output+c.rejects != "" {
			require.ErrorIs(t, err, errStage)
		}
	}
}

func TestACancelledJobCommitsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var log []string
	_, err := ooc.Job{
		From: small{numbers(t, 1000), 10}, To: watched{"output", "", &log}, OnError: chunker.Reject(watched{"rejects", "", &log}, 0),
		Steps: chunker.Steps{odd(25), apply.Map1("k", "n", func(n int64) int64 {
			if n == 500 {
				cancel()
			}
			return n
		})},
	}.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, log)
}

// lateSource fails when its stream is closed.
type lateSource struct{ small }

func (s lateSource) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s lateSource) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	st, err := s.small.Open(ctx, req)
	return lateStream{st}, err
}

type lateStream struct{ chunker.Stream }

func (s lateStream) Close() error { return errors.Join(s.Stream.Close(), errStage) }

func TestTheSourceIsClosedBeforeTheOutputAppears(t *testing.T) {
	var log []string
	from := lateSource{small{numbers(t, 100), 10}}
	_, err := ooc.Job{From: from, To: watched{"output", "", &log}}.Run(t.Context())
	require.ErrorIs(t, err, errStage)
	require.Empty(t, log)
	_, err = chunker.Copy(t.Context(), watched{"output", "", &log}, from)
	require.ErrorIs(t, err, errStage)
	require.Empty(t, log)
}

func share(p chunker.Policy, max float64) chunker.Policy {
	p.RatioMax = max
	return p
}

// TestTheShareOfBadRowsIsKnownBeforeTheOutputAppears: it is looked at when all rows were read.
func TestTheShareOfBadRowsIsKnownBeforeTheOutputAppears(t *testing.T) {
	dir := t.TempDir()
	in, out, rejects := filepath.Join(dir, "in.csv"), filepath.Join(dir, "out.csv"), filepath.Join(dir, "rejects.csv")
	require.NoError(t, os.WriteFile(in, []byte("a,b\n1,2\n3\n4,5\n"), 0o600))
	from := csvio.ReadOptions{OnError: share(chunker.Reject(csvio.Create(rejects), 0), 0.1)}.Open(in)
	_, err := ooc.Job{From: from, To: csvio.Create(out)}.Run(t.Context())
	require.ErrorAs(t, err, new(*chunker.TooManyError))
	require.NoFileExists(t, out)
	require.FileExists(t, rejects)
	_, err = chunker.Copy(t.Context(), csvio.Create(out), from)
	require.ErrorAs(t, err, new(*chunker.TooManyError))
	require.NoFileExists(t, out)
}

// TestRejectsOfTheSourceAreHeldAgainstTheOtherPlaces: a source may write, too.
func TestRejectsOfTheSourceAreHeldAgainstTheOtherPlaces(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in.csv", []byte("a,b\n1,2\n3\n"), 0o600))
	for _, c := range []struct{ rejects, out, want string }{
		{"out.csv", "out.csv", "both the output and the rejects"},
		{"in.csv", "out.csv", "both input and output"},
		{"r.csv", "in.csv", "both input and output"},
	} {
		from := csvio.ReadOptions{OnError: chunker.Reject(csvio.Create(c.rejects), 0)}.Open("in.csv")
		_, err := ooc.Job{From: from, To: csvio.Create(c.out)}.Run(t.Context())
		require.ErrorContains(t, err, c.want)
	}
	_, err := csvio.ReadOptions{OnError: chunker.Reject(csvio.Create("./in.csv"), 0)}.ReadFile(t.Context(), "in.csv")
	require.ErrorContains(t, err, "./in.csv is both input and rejects")
	got, err := os.ReadFile("in.csv")
	require.NoError(t, err)
	require.Equal(t, "a,b\n1,2\n3\n", string(got))
}

func TestOneNewNameOfTwoJobsIsMadeOnce(t *testing.T) {
	for name, create := range map[string]func(string) chunker.Sink{"out.csv": csvio.Create, "out.parquet": parquetio.Create} {
		path := filepath.Join(t.TempDir(), name)
		var second error
		sink := meanwhile{create(path), func() { second = copyTo(t, create(path)) }}
		_, err := ooc.Job{From: small{numbers(t, 10), 5}, To: sink}.Run(t.Context())
		require.NoError(t, second)
		require.ErrorIs(t, err, os.ErrExist)
		require.ErrorContains(t, err, "write "+path+": is there already")
		require.NotContains(t, err.Error(), ".tmp")
		left, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		require.Len(t, left, 1)
	}
}

func copyTo(t *testing.T, to chunker.Sink) error {
	_, err := chunker.Copy(t.Context(), to, chunker.FromFrame(numbers(t, 3)))
	return err
}

// meanwhile is a sink that has something done before its output is committed.
type meanwhile struct {
	chunker.Sink
	do func()
}

func (m meanwhile) Create(ctx context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := m.Sink.Create(ctx, schema)
	return meanwhileWriter{w, m.do}, err
}

type meanwhileWriter struct {
	chunker.Writer
	do func()
}

func (w meanwhileWriter) Commit(ctx context.Context) error {
	w.do()
	return w.Writer.Commit(ctx)
}

// names lists a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func text(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	return string(b)
}
