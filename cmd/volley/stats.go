package main

import (
	"context"
	"database/sql"
	"math"
	"os"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/spf13/cobra"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// stats is the flags of the verb.
type stats struct {
	input
	steps
	effort
	json bool
}

func newStats() *cobra.Command {
	s := new(stats)
	cmd := &cobra.Command{
		Use:   "stats IN…",
		Short: "Summarise every column of inputs",
		Long: `Stats reads everything, after the steps, if any, and prints a line for each column: its type, rows and
nulls, how many different values there are, mean and standard deviation of numbers, and the smallest and
largest value. All figures are exact, but one: of more than 4,096 different values their number is an
estimate, marked ~, whose standard error is 1.6 %. (Of more than 128 columns that begins with fewer,
256 at least, with a standard error of 6 %.) In JSON, distinct_exact is false for an estimate.`,
		Example: `  volley stats trips.csv
  volley stats 'trips/*.parquet' --where 'distance > 0' --select fare,tip
  volley stats trips.csv --json`,
		Args: someInputs,
		RunE: s.run,
	}
	s.input.flags(cmd)
	s.steps.flags(cmd, &s.input)
	s.effort.flags(cmd)
	cmd.Flags().BoolVar(&s.json, "json", false, "print a JSON object for each column")
	return cmd
}

func (s *stats) run(cmd *cobra.Command, args []string) error {
	from, err := s.open(cmd, args)
	if err != nil {
		return err
	}
	defer from.close()
	if !s.quiet {
		defer s.tellUndecided(os.Stderr)
	}
	sum := new(summaries)
	job := s.job(from.Source)
	job.To = sum
	if err := s.effort.set(&job, nameOf(args), false); err != nil {
		return usage(cmd, "%w", err)
	}
	if _, err := job.Run(cmd.Context()); err != nil {
		return s.explained(err)
	}
	f, err := sum.all.Frame()
	if err != nil {
		return err
	}
	if s.json {
		return writeRows(cmd.OutOrStdout(), f)
	}
	if f, err = markEstimates(f); err != nil {
		return err
	}
	return show(cmd.OutOrStdout(), frame.Style{RowsMax: math.MaxInt32, WidthMax: math.MaxInt32, CellMax: 40}.Text(f)+"\n")
}

// markEstimates puts ~ before the numbers of different values that are estimates.
func markEstimates(f *frame.Frame) (*frame.Frame, error) {
	distinct, err := frame.Col[int64](f, "distinct")
	if err != nil {
		return nil, err
	}
	exact, err := frame.Col[bool](f, "distinct_exact")
	if err != nil {
		return nil, err
	}
	marked := make([]sql.Null[string], f.NumRows())
	estimates := false
	for i := range marked {
		n, ok := distinct.At(i)
		marked[i] = sql.Null[string]{V: strconv.FormatInt(n, 10), Valid: ok}
		if sure, ok := exact.At(i); ok && !sure {
			marked[i].V, estimates = "~"+marked[i].V, true
		}
	}
	if estimates {
		if f, err = f.With(frame.Of("distinct", marked)); err != nil {
			return nil, err
		}
	}
	return f.Drop("distinct_exact")
}

// summaries is a sink of which each worker summarises the chunks that it is given, and keeps
// nothing else. They are put together at the end.
type summaries struct {
	schema *arrow.Schema
	parts  []*frame.Summary // of the workers
	all    *frame.Summary
}

func (s *summaries) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	s.schema, s.all = schema, frame.NewSummary(schema)
	return s, nil
}

func (s *summaries) Worker() (chunker.Write, error) {
	part := frame.NewSummary(s.schema)
	s.parts = append(s.parts, part)
	return func(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
		defer c.Release()
		return nothing, part.Add(c.Record)
	}, nil
}

func nothing(context.Context) error { return nil }

func (s *summaries) Commit(context.Context) error {
	for _, part := range s.parts {
		s.all.Merge(part)
	}
	return nil
}

func (s *summaries) Close() error { return nil }
