package main

import (
	"context"
	"errors"
	"math"
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/spf13/cobra"

	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/terminal"
)

// head is the flags of the verb.
type head struct {
	input
	steps
	rows int
	json bool
}

func newHead() *cobra.Command {
	h := new(head)
	cmd := &cobra.Command{
		Use:   "head IN…",
		Short: "Print the first rows of inputs",
		Long: `Head prints the first rows as a table, after the steps, if any: a way to try expressions before convert runs them
over everything. On a terminal, columns that do not fit are left out from the middle; elsewhere, as behind
| less -S, there are all. No more is read than the rows take,
unless they are sorted.`,
		Example: `  volley head trips.csv
  volley head trips.parquet -n 50 --select zone,fare --where 'fare > 100'
  volley head trips.csv --json | jq .zone`,
		Args: someInputs,
		RunE: h.run,
	}
	h.input.flags(cmd)
	h.steps.flags(cmd, &h.input)
	cmd.Flags().IntVarP(&h.rows, "rows", "n", 10, "how many rows")
	cmd.Flags().BoolVar(&h.json, "json", false, "print a JSON object for each row")
	return cmd
}

const (
	// headMemory makes chunks small: the first rows are soon there.
	headMemory = 64 << 20
	// headMemoryMost is for Parquet whose rows or pages are larger.
	headMemoryMost = 4 << 30
)

func (h *head) run(cmd *cobra.Command, args []string) error {
	if h.rows < 0 {
		return usage(cmd, "-n %d: how many rows cannot be negative", h.rows)
	}
	from, err := h.open(cmd, args)
	if err != nil {
		return err
	}
	defer from.close()
	defer h.tellUndecided(os.Stderr)
	first, err := h.first(cmd.Context(), from, headMemory)
	if errors.Is(err, chunker.ErrMemory) && from.format == parquet {
		first, err = h.first(cmd.Context(), from, headMemoryMost)
	}
	if err != nil {
		return h.explained(err)
	}
	f, err := frame.FromRecords(first.schema, first.records...)
	if err != nil {
		return err
	}
	if h.json {
		return writeRows(cmd.OutOrStdout(), f)
	}
	style := frame.Style{RowsMax: max(h.rows, 1), WidthMax: math.MaxInt32, CellMax: 200}
	if columns, ok := terminal.Columns(os.Stdout); ok && columns > 0 {
		style.WidthMax, style.CellMax = columns, 0
	}
	return show(cmd.OutOrStdout(), style.Text(f)+"\n")
}

// first reads the first rows.
func (h *head) first(ctx context.Context, from *opened, memory int64) (*firstRows, error) {
	first := &firstRows{left: h.rows}
	job := h.job(from.Source)
	job.To, job.Memory = first, memory
	if h.sorts() {
		job.Steps = append(job.Steps, table.Limit(int64(h.rows))) // which the sort takes in
	}
	if _, err := job.Run(ctx); err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return first, nil
}

// errEnough ends a job whose first rows were all that is wanted.
var errEnough = errors.New("enough rows")

// firstRows is a sink that ends the job when it has its rows.
type firstRows struct {
	left    int
	schema  *arrow.Schema
	records []arrow.Record
}

func (f *firstRows) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	f.schema = schema
	return f, nil
}

func (f *firstRows) Worker() (chunker.Write, error) { return f.write, nil }

// write keeps the chunk: its memory goes with the process.
func (f *firstRows) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	return func(context.Context) error {
		n := min(f.left, c.Len())
		if f.left -= n; n > 0 {
			f.records = append(f.records, c.Record.NewSlice(0, int64(n)))
		}
		if f.left == 0 {
			return errEnough
		}
		return nil
	}, nil
}

func (f *firstRows) Commit(context.Context) error { return nil }
func (f *firstRows) Close() error                 { return nil }
