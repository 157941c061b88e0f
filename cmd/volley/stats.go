package main

import (
	"context"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/spf13/cobra"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
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
nulls, how many different values there are (exact up to 4,096, beyond that estimated within about 3 %),
mean and standard deviation of numbers, and the smallest and largest value.`,
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
	from, err := s.open(cmd, args, csvio.Stop)
	if err != nil {
		return err
	}
	defer from.close()
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
	_, err = fmt.Fprintln(cmd.OutOrStdout(), frame.Style{RowsMax: math.MaxInt32, WidthMax: math.MaxInt32, CellMax: 40}.Text(f))
	return err
}

// summaries is a sink that summarises chunks, by whoever brings them, and keeps nothing else.
type summaries struct {
	schema *arrow.Schema
	all    *frame.Summary
}

func (s *summaries) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	s.schema, s.all = schema, frame.NewSummary(schema)
	return s, nil
}

func (s *summaries) Write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	defer c.Release()
	part := frame.NewSummary(s.schema)
	if err := part.Add(c.Record); err != nil {
		return nil, err
	}
	return func(context.Context) error {
		s.all.Merge(part)
		return nil
	}, nil
}

func (s *summaries) Commit(context.Context) error { return nil }
func (s *summaries) Close() error                 { return nil }
