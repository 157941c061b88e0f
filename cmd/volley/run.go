package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/fifo"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// documentMax is the most bytes of a document that are read.
const documentMax = 64 << 20

// runJob is the flags of the verb.
type runJob struct {
	input  // for what reading tells
	output // for --force
	reporting
	quiet bool
}

func newRun() *cobra.Command {
	r := &runJob{reporting: reporting{words: inFields}}
	cmd := &cobra.Command{
		Use:   "run JOB",
		Short: "Do a job that is written in JSON, such as volley plan prints",
		Long: `Run does a job that is written in JSON; - is standard input. volley plan prints one for what convert takes,
and a Go program writes one by json.Marshal of an ooc.Job:

  {
    "version": 1,
    "from": {"format": "csv", "files": ["trips/*.csv.zst"], "options": {"null": ["-"]}},
    "steps": [
      {"step": "where", "condition": "distance > 0"},
      {"step": "expr", "expr": "total = fare + tip"},
      {"step": "select", "columns": ["zone", "total"]}
    ],
    "to": {"format": "parquet", "files": ["trips.parquet"]},
    "memory": "256 MiB",
    "onError": {"policy": "reject", "to": {"format": "csv", "files": ["bad.csv"]}}
  }

The steps are where, expr, select, drop, rename (from, to), order (by, such as ["-total", "city"]; or
keys, a list of column, descending, nullsFirst), limit (rows) and rowNumber (column), and steps, a list of them. What is
left out has the default that convert has. Paths are of the folder in which run is called, not of the document's; the file - is standard input or output. An unknown field or step is an error that says where it stands.
Steps of Go functions run in programs that have them registered, and not here.

A job reads and writes whatever files it names: look at one that is not yours before it is run.`,
		Example: `  volley run job.json
  volley run job.json --force --verbose`,
		Args: oneJob,
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd, args[0]) },
	}
	cmd.Flags().BoolVar(&r.force, "force", false, "replace files that are there already")
	cmd.Flags().BoolVarP(&r.quiet, "quiet", "q", false, "show neither progress nor notes")
	r.reporting.flags(cmd)
	return cmd
}

func oneJob(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage(cmd, "run takes one document, or - for standard input; what is given is %q", args)
	}
	return noEmpty(cmd, args)
}

// jobError is an error of a job that was read: its settings are fields of a document, not flags.
type jobError struct{ error }

func (e *jobError) Unwrap() error { return e.error }

func (r *runJob) run(cmd *cobra.Command, path string) error {
	job, err := r.document(cmd, path)
	switch {
	case errors.As(err, new(*fs.PathError)):
		return err // it has the name
	case err != nil:
		return &jobError{fmt.Errorf("%s: %w", shownName(path), err)}
	}
	err = r.do(cmd, job, path == stdio)
	if err == nil || errors.Is(err, errRowsFailed) {
		return err
	}
	return &jobError{err}
}

func shownName(path string) string {
	if path == stdio {
		return stdinName
	}
	return path
}

// document reads the job.
func (r *runJob) document(cmd *cobra.Command, path string) (job ooc.Job, err error) {
	f := os.Stdin
	if path != stdio {
		if f, err = os.Open(path); err != nil {
			return job, err
		}
		defer f.Close()
	}
	data, err := io.ReadAll(io.LimitReader(fifo.NewReader(cmd.Context(), f), documentMax+1))
	if err == nil && len(data) > documentMax {
		err = errors.New("the document is larger than 64 MiB: this is no job")
	}
	if err == nil {
		err = job.UnmarshalJSON(data)
	}
	return job, err
}

// do opens what the job names, and runs it.
func (r *runJob) do(cmd *cobra.Command, job ooc.Job, stdinTaken bool) error {
	inputs, outs, rejects, err := namesOf(job)
	if err != nil {
		return err
	}
	out := outs.Paths[0]
	rejectsName := ""
	if rejects != nil {
		rejectsName = rejects.Paths[0]
	}
	if out == stdio && rejectsName == stdio {
		return errors.New("onError.to: standard output has the output already")
	}
	if job.To, err = r.sinkOf(outs); err != nil {
		return fmt.Errorf("to: %w", err)
	}
	if job.OnError, err = r.policyOf(job.OnError, rejects); err != nil {
		return fmt.Errorf("onError.to: %w", err)
	}
	from, err := r.openFiles(cmd, inputs, stdinTaken)
	if err != nil {
		return fmt.Errorf("from: %w", err)
	}
	defer from.close()
	if !r.quiet {
		defer r.tellUndecided(os.Stderr)
	}
	job.From = from.Source
	e := effort{memory: byteSize(job.Memory), workers: job.Workers, tempDir: job.TempDir, quiet: r.quiet}
	if job.Memory == 0 {
		e.memory = memoryDefault
	}
	name := job.Name
	if name == "" {
		name = nameOf(inputs.Paths)
	}
	if err := e.set(&job, name, out == stdio); err != nil {
		return err
	}
	report, err := job.Run(cmd.Context())
	if rerr := r.report(report, err, out, rejectsName, r.quiet); err == nil {
		err = rerr
	}
	return err
}

// namesOf is what the job reads and writes; rejects is nil if there are none.
func namesOf(job ooc.Job) (in, out chunker.Files, rejects *chunker.Files, err error) {
	if in, err = chunker.FilesOf(job.From); err != nil {
		return in, out, nil, fmt.Errorf("from: %w", err)
	}
	if out, err = chunker.FilesOf(job.To); err != nil {
		return in, out, nil, fmt.Errorf("to: %w", err)
	}
	if job.OnError.Sink() == nil {
		return in, out, nil, nil
	}
	files, err := chunker.FilesOf(job.OnError.Sink())
	if err != nil {
		err = fmt.Errorf("onError.to: %w", err)
	}
	return in, out, &files, err
}

// sinkOf is the command's sink of files: it replaces a file only with --force, and knows -.
func (r *runJob) sinkOf(files chunker.Files) (chunker.Sink, error) {
	c, err := files.Creator()
	if err != nil {
		return nil, err
	}
	w, ok := c.(writers)
	if !ok {
		return nil, fmt.Errorf("the format %q is not written by this command", files.Format)
	}
	return r.place(w, files.Paths[0])
}

// policyOf is the policy with the command's sink of rejects.
func (r *runJob) policyOf(p chunker.Policy, rejects *chunker.Files) (chunker.Policy, error) {
	if rejects == nil {
		return p, nil
	}
	sink, err := r.sinkOf(*rejects)
	if err != nil {
		return p, err
	}
	out := chunker.Reject(rejectsSink{sink}, p.RowsMax)
	out.RatioMax = p.RatioMax
	return out, nil
}

// openFiles is a source of files, of standard input or of a pipe.
func (r *runJob) openFiles(cmd *cobra.Command, files chunker.Files, stdinTaken bool) (*opened, error) {
	by, err := files.Opener()
	if err != nil {
		return nil, err
	}
	if c, ok := by.(csvio.ReadOptions); ok {
		c.Report = &r.read
		by = c
	}
	o := &opened{format: files.Format, close: func() error { return nil }}
	switch stdin := slices.Contains(files.Paths, stdio); {
	case stdin && len(files.Paths) > 1:
		return nil, errors.New("standard input cannot be read together with other inputs")
	case stdin && stdinTaken:
		return nil, errors.New("standard input has the job, and cannot have the rows too: keep the job in a file")
	case stdin:
		return o, o.pipe(cmd, by, stdinName, os.Stdin)
	case len(files.Paths) == 1 && isPipe(files.Paths[0]):
		f, err := fifo.Open(cmd.Context(), files.Paths[0], os.O_RDONLY)
		if err != nil {
			return nil, err
		}
		return o, o.pipe(cmd, by, files.Paths[0], f)
	}
	o.Source, err = files.OpenBy(by)
	return o, err
}

// pipe takes f over as the source.
func (o *opened) pipe(cmd *cobra.Command, by chunker.Opener, name string, f *os.File) error {
	o.close = f.Close
	return o.once(by, name, f, bufio.NewReaderSize(fifo.NewReader(cmd.Context(), f), 64<<10))
}

var optionWords = regexp.MustCompile(`\b(?:csvio\.|parquetio\.)?(Read|Write)Options\.([A-Z])(\w*)`)

// inFields calls the options of the libraries by the fields of the document that set them.
func inFields(text string) string {
	text = asFields.Replace(text)
	return optionWords.ReplaceAllStringFunc(text, func(option string) string {
		m := optionWords.FindStringSubmatch(option)
		return map[string]string{"Read": "from", "Write": "to"}[m[1]] + ".options." + strings.ToLower(m[2]) + m[3]
	})
}

// asFields are the remedies that a document has in other words.
var asFields = strings.NewReplacer(
	"--force replaces it", "volley run --force replaces it",
	"--on-error reject=FILE sets", `the policy "reject" in onError sets`,
	"failed on --where", `failed on a step "where"`,
	"say order.Keys(order.Key{Column: ", `give "keys" in place of "by" ({"column": `, "say which by order.Keys(order.Key{Column: …})", `say which by "keys" in place of "by"`,
	"(TMPDIR, or the job's own for temporary files), or give more Memory", `("tempDir", or TMPDIR), or give more "memory"`,
	`TempDir "`, `tempDir "`,
	"raise Memory", `raise "memory"`,
	"(EncodingOf finds it by name)", "with its name",
	"OnError has RowsMax ", "onError has rowsMax ", " and RatioMax ", " and ratioMax ",
	"limits are for chunker.Null, Skip and Reject", `limits are for the policies "null", "skip" and "reject"`,
	"Policy.RowsMax ", "onError.rowsMax ", "Policy.RatioMax ", "onError.ratioMax ",
	"over a limit of ReadOptions.Limits; raise it", "over a limit; raise it by from.options.limits",
	"by Select", `by a step "select"`,
	": use Rechunk to cut the frame into smaller batches", `: give less "memory", so that chunks are smaller`,
	"ask for smaller chunks", `give less "memory", so that chunks are smaller`,
	"write smaller chunks", `give less "memory", so that chunks are smaller`,
)
