package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/ooc"
)

// convert is the flags of the verb.
type convert struct {
	input
	steps
	output
	effort
	reporting
	onError   string
	errorsMax int
}

// reporting is how a verb tells what a job came to.
type reporting struct {
	json    bool
	verbose bool
	words   func(note string) string // in which notes are told; nil leaves them as they are
}

func (r *reporting) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&r.json, "json", false, "report as JSON on standard output, or on standard error where that has the data")
	f.BoolVarP(&r.verbose, "verbose", "v", false, "report the plan and what it came to on standard error")
}

func newConvert() *cobra.Command {
	c := new(convert)
	cmd := &cobra.Command{
		Use:   "convert IN… OUT",
		Short: "Write inputs to an output, in any format to any other",
		Long: `Convert writes its inputs, read one after another as one table, to an output. On the way it does the
steps in the order in which their flags are given: --where, --set, --cast, --select, --drop, --rename,
--number, --sort and --first, each as often as it is given. The formats go by the names; - is standard input or output.

--sort takes all rows before the first comes out; what it has no room for in memory goes to a file in --temp-dir. Rows with
equal keys stay in their order, and nulls come last. With --first right behind it, no more rows than these are kept.

The output appears whole, or not at all, and replaces a file only with --force. Files larger than memory are
fine: see --memory.

A row that cannot be read, or that a step fails on, ends convert with an error that names it.
--on-error null keeps what can be kept: a value that cannot be read or is missing is null, fields that
are too many are dropped, broken quotes are read as text, and the results of a step that fails are null. A row without a
sense, as one whose quote is never closed, is left out, and so is one on which --where fails.
--on-error skip leaves every such row out.
--on-error reject=FILE writes the whole row to FILE, with the reason, and leaves it out of the output;
bytes that are no UTF-8 are \xE9 there, and backslashes of such a row doubled.
How many rows there are of each kind is told, and the exit code is then 3.`,
		Example: `  volley convert trips.csv trips.parquet
  volley convert 'trips/*.csv.zst' trips.parquet --memory 256MiB
  volley convert trips.parquet long.csv --where 'distance > 10' --set 'total = fare + tip' --drop tip
  volley convert trips.parquet top.csv --sort -total,city --first 100
  volley convert dirty.csv clean.parquet --on-error reject=rejects.csv
  zcat trips.csv.gz | volley convert - - --select zone,fare | sort`,
		Args: inputsAndOutput,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(cmd, args[:len(args)-1], args[len(args)-1])
		},
	}
	c.flags(cmd)
	return cmd
}

// flags are convert's, which plan has too.
func (c *convert) flags(cmd *cobra.Command) {
	c.input.flags(cmd)
	c.steps.flags(cmd, &c.input)
	c.output.flags(cmd)
	c.effort.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&c.onError, "on-error", "stop", "what becomes of a row that cannot be read or fails: stop, null, skip, or reject=FILE")
	f.IntVar(&c.errorsMax, "max-errors", 0, "end with an error when more rows than this failed; 0 is any number")
	c.reporting.flags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("on-error", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"stop", "null", "skip", "reject="}, cobra.ShellCompDirectiveNoSpace
	})
}

// begin is the job that the flags say, the input it reads, and the name of its file of rejects.
func (c *convert) begin(cmd *cobra.Command, inputs []string, out string) (job ooc.Job, from *opened, rejects string, err error) {
	policy, rejects, err := c.policy(out)
	if err != nil {
		return job, nil, "", usage(cmd, "%w", err)
	}
	to, err := c.sink(out)
	if err != nil {
		return job, nil, "", usage(cmd, "%w", err)
	}
	if from, err = c.open(cmd, inputs); err != nil {
		return job, nil, "", err
	}
	job = c.job(from.Source)
	job.To, job.OnError = to, policy
	return job, from, rejects, nil
}

func (c *convert) run(cmd *cobra.Command, inputs []string, out string) error {
	job, from, rejects, err := c.begin(cmd, inputs, out)
	if err != nil {
		return err
	}
	defer from.close()
	if !c.quiet {
		defer c.tellUndecided(os.Stderr)
	}
	if err := c.effort.set(&job, nameOf(inputs), out == stdio); err != nil {
		return usage(cmd, "%w", err)
	}
	report, err := job.Run(cmd.Context())
	if rerr := c.report(report, err, out, rejects, c.quiet); err == nil {
		err = rerr
	}
	return c.explained(err)
}

// policy is what --on-error says, and the name of the file of rejects.
func (c *convert) policy(out string) (p chunker.Policy, rejects string, err error) {
	if c.errorsMax < 0 {
		return p, "", fmt.Errorf("--max-errors %d is negative", c.errorsMax)
	}
	word, file, isFile := strings.Cut(c.onError, "=")
	switch {
	case c.onError == "stop" && c.errorsMax > 0:
		return p, "", errors.New("--max-errors is of --on-error null, skip and reject=FILE: without them the first row that fails ends the command")
	case c.onError == "stop":
		return p, "", nil
	case c.onError == "null":
		p = chunker.Null()
		p.RowsMax = c.errorsMax
		return p, "", nil
	case c.onError == "skip":
		p = chunker.Skip()
		p.RowsMax = c.errorsMax
		return p, "", nil
	case word != "reject" || !isFile || file == "":
		return p, "", fmt.Errorf("--on-error %s: it is stop, null, skip or reject=FILE", c.onError)
	}
	if file == stdio && out == stdio {
		return p, "", fmt.Errorf("--on-error %s: standard output has the output already", c.onError)
	}
	format, _, err := formatByName(file)
	if err != nil && file != stdio && !isPipe(file) {
		return p, "", fmt.Errorf("--on-error reject: the %w", err)
	}
	sink, err := (&output{force: c.force, planned: c.output.planned, defuse: c.defuse && format != parquet}).sink(file)
	if err != nil {
		return p, "", fmt.Errorf("--on-error %s: %w", c.onError, err)
	}
	return chunker.Reject(rejectsSink{sink}, c.errorsMax), file, nil
}

// report tells what a job came to: to people in notes, to programs in JSON.
func (c *reporting) report(r *ooc.Report, err error, out, rejects string, quiet bool) error {
	if r == nil {
		return nil
	}
	if c.verbose {
		if err := show(os.Stderr, inFlags(r.String())); err != nil {
			return err
		}
	}
	if c.json {
		w := io.Writer(os.Stdout)
		if out == stdio || rejects == stdio {
			w = os.Stderr
		}
		if err := writeReport(w, r, err, out, rejects); err != nil {
			return err
		}
	}
	notes := failures(r, rejects)
	if err != nil || len(notes) == 0 {
		return nil
	}
	if !quiet {
		for _, note := range notes {
			if c.words != nil {
				note = c.words(note)
			}
			show(os.Stderr, "volley: "+note+"\n")
		}
	}
	return errRowsFailed
}

// failures says how many rows are bad, and what became of them: each kind apart.
func failures(r *ooc.Report, rejects string) (notes []string) {
	all := r.RowsIn + r.Refused
	note := func(rows int64, first error, what string, words ...any) {
		if rows == 0 {
			return
		}
		text := count.Share(rows, all, "row") + " " + fmt.Sprintf(what, words...)
		if first != nil {
			text += "; the first: " + message(first)
		}
		notes = append(notes, text)
	}
	fate := "left out"
	if rejects != "" {
		fate = "in " + rejects
	}
	they := func(rows int64) string { return count.Word(rows, "it is ", "they are ") + fate }
	read := they(r.Refused)
	if rejects != "" && r.LeftOut > 0 { // only a document can give the source a policy of its own
		read = count.Word(r.Refused, "it went", "they went") + " by from.options.onError"
	}
	note(r.Refused, firstOf(r.FirstRefused), "could not be read: %s", read)
	note(r.Unchosen, firstFailed(r, true), "failed on --where: %s", they(r.Unchosen))
	note(r.NullResults, firstFailed(r, false), "failed: %s results are null", count.Word(r.NullResults, "its", "their"))
	failed := r.Rejected + r.LeftOut - r.Refused - r.Unchosen
	note(failed, firstFailed(r, false), "failed: %s", they(failed))
	note(r.Nulled, firstOf(r.FirstNulled), "%s a null for a value that could not be read or was missing", count.Word(r.Nulled, "has", "have"))
	note(r.Cut, firstOf(r.FirstCut), "%s more fields than there are columns: what is too much was dropped", count.Word(r.Cut, "has", "have"))
	note(r.Mended, firstOf(r.FirstMended), "%s mended: broken quotes are read as text, names that are missing are made up", count.Word(r.Mended, "was", "were"))
	if r.Nulled+r.Cut+r.Mended > 0 {
		notes[len(notes)-1] += "; --on-error reject=FILE sets such rows aside"
	}
	return notes
}

// firstFailed is the first error of --where or of the other steps, where it is among the first of
// all.
func firstFailed(r *ooc.Report, where bool) error {
	for _, e := range r.Steps.Errors {
		if strings.HasPrefix(e.Func, "where ") == where {
			return e
		}
	}
	return nil
}

func firstOf(errs []*chunker.Error) error {
	if len(errs) == 0 {
		return nil
	}
	return errs[0]
}

// nameOf is what progress calls inputs.
func nameOf(inputs []string) string {
	if inputs[0] == stdio {
		return stdinName
	}
	if len(inputs) > 1 {
		return count.Of(len(inputs), "input")
	}
	return filepath.Base(inputs[0])
}
