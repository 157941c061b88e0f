package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/terminal"
)

// explain is the flags of the verb.
type explain struct {
	input
	steps
	effort
}

func newExplain() *cobra.Command {
	e := new(explain)
	cmd := &cobra.Command{
		Use:   "explain IN…",
		Short: "Show what convert would do, and why",
		Long: `Explain shows what convert would do with the same inputs and steps: which columns are read, the programs that the
expressions were compiled to, what they cost on a sample of the first rows, how they would run,
and the columns that are written. It reads no more than that sample, and writes nothing.`,
		Example: `  volley explain trips.csv --where 'distance > 0' --set 'rate = fare / distance' --select zone,rate`,
		Args:    someInputs,
		RunE:    e.run,
	}
	e.input.flags(cmd)
	e.steps.flags(cmd, &e.input)
	e.effort.flags(cmd)
	return cmd
}

func (e *explain) run(cmd *cobra.Command, args []string) error {
	from, err := e.open(cmd, args)
	if err != nil {
		return err
	}
	defer from.close()
	if !e.quiet {
		defer e.tellUndecided(os.Stderr)
	}
	job := e.job(from.Source)
	if err := e.effort.set(&job, nameOf(args), false); err != nil {
		return usage(cmd, "%w", err)
	}
	in, err := from.Describe(cmd.Context())
	if err != nil {
		return err
	}
	defer in.Close()
	job.From = described{in}
	if c, ok := in.(chunker.Checker); ok {
		if err := c.Check(cmd.Context()); err != nil {
			return err
		}
	}
	rows, bytes := int64(-1), int64(-1)
	if s, ok := in.(chunker.Sized); ok {
		if rows, bytes, err = s.Size(cmd.Context()); err != nil {
			return err
		}
	}
	plan, err := job.Explain(cmd.Context())
	if err != nil {
		return e.explained(err)
	}
	return show(cmd.OutOrStdout(), fmt.Sprintf("input    %s: %s%s\n%s", terminal.Escape(nameOf(args)), from.format, amount(rows, bytes), inFlags(plan.String())))
}

// described is a source that was looked at already.
type described struct{ chunker.Input }

func (d described) Describe(context.Context) (chunker.Input, error) { return d.Input, nil }

// amount says how much there is to read, where that is known.
func amount(rows, bytes int64) string {
	text := ""
	if rows >= 0 {
		text += ", " + count.Of(rows, "row")
	}
	if bytes >= 0 {
		text += ", " + count.Bytes(bytes)
	}
	return text
}
