package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/internal/strictjson"
)

// newPlan is convert, but that it says what would be done.
func newPlan() *cobra.Command {
	c := new(convert)
	c.input.planned, c.output.planned = true, true
	cmd := &cobra.Command{
		Use:   "plan IN… OUT",
		Short: "Print what convert would do as a job in JSON, for volley run",
		Long: `Plan takes what convert takes, and prints the job as JSON in place of doing it: inputs and output with their
formats and options, the steps in the order of their flags, what becomes of rows that fail, the memory. volley run
does the job, and writes the same bytes. Paths and patterns are written as they are given: relative ones are of the
folder in which the job is run.

Of standard input and pipes, which are not read here, the format is CSV unless --from says otherwise.
--force, --json, --verbose and --quiet are of the run and not of the job: give them to volley run.`,
		Example: `  volley plan 'trips/*.csv.zst' trips.parquet --where 'distance > 0' --set 'total = fare + tip' > job.json
  volley run job.json`,
		Args: inputsAndOutput,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.plan(cmd, args[:len(args)-1], args[len(args)-1])
		},
	}
	c.flags(cmd)
	return cmd
}

func (c *convert) plan(cmd *cobra.Command, inputs []string, out string) error {
	job, from, _, err := c.begin(cmd, inputs, out)
	if err != nil {
		return err
	}
	defer from.close()
	if err := c.effort.check(); err != nil {
		return usage(cmd, "%w", err)
	}
	job.Memory, job.Workers, job.TempDir = int64(c.memory), c.workers, c.tempDir
	data, err := job.MarshalJSON()
	if err != nil {
		return err
	}
	if c.force && !c.quiet {
		fmt.Fprintln(os.Stderr, "volley: --force is not part of a job: give it to volley run")
	}
	_, err = cmd.OutOrStdout().Write(strictjson.Indent(data))
	return err
}
