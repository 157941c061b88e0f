package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/internal/fifo"
	"github.com/volley-go/volley/internal/near"
	"github.com/volley-go/volley/internal/terminal"
)

// Exit codes: see the package doc.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRowsFailed  = 3
	exitInterrupted = 128 + int(syscall.SIGINT)
	exitPipe        = 128 + int(syscall.SIGPIPE)
)

// run is the command: it returns the exit code.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	// The first signal ends the work in good order; then the system's own way is back, for
	// whoever does not want to wait.
	context.AfterFunc(ctx, stop)
	defer stop()
	// Without this, a reader of standard output that has seen enough would end the process at
	// once, and leave temporary files behind.
	signal.Ignore(syscall.SIGPIPE)

	root := newRoot()
	root.SetArgs(args)
	root.SetOut(fifo.NewWriter(ctx, os.Stdout))
	return tell(ctx, os.Stderr, root.ExecuteContext(ctx))
}

// endings are the signals that end the work in good order. What was ignored when the command began
// stays so: nohup, and a shell that starts a job behind &, mean it.
func endings() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "volley",
		Short: "Look at CSV and Parquet files, and turn them into each other",
		Long: `Volley looks at CSV and Parquet files and turns them into each other, computing columns
and choosing rows on the way, on all cores and in bounded memory.

Exit codes: 0 done; 1 failed, nothing was written; 2 wrong usage; 3 done, but some rows
failed and were rejected, left out or have nulls, as --on-error asked; 130 interrupted.`,
		Example: `  volley schema trips.csv
  volley head trips.parquet -n 5
  volley stats 'trips/*.csv.zst'
  volley convert trips.csv trips.parquet --set 'total = fare + tip' --where 'distance > 0'
  zcat trips.csv.gz | volley convert - trips.parquet
  volley plan trips.csv trips.parquet --first 1000 > job.json && volley run job.json`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownVerb(cmd, args[0])
		},
		Args: cobra.ArbitraryArgs,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if strings.HasPrefix(err.Error(), "unknown flag: --reject") {
			err = fmt.Errorf("%w: rows that fail are set aside by --on-error reject=FILE", err)
		}
		return &usageError{cmd, err}
	})
	root.AddCommand(newConvert(), newExplain(), newExpressions(), newHead(), newPlan(), newRun(), newSchema(), newSniff(), newStats(), newVersion())
	return root
}

func unknownVerb(root *cobra.Command, name string) error {
	var verbs []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	return usage(root, "no verb %q%s", name, near.Hint(name, verbs))
}

// usageError is a mistake in how the command was called.
type usageError struct {
	cmd *cobra.Command
	err error
}

func (e *usageError) Error() string {
	return fmt.Sprintf("%v\nsee %s --help", e.err, e.cmd.CommandPath())
}

func (e *usageError) Unwrap() error { return e.err }

func usage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{cmd, fmt.Errorf(format, args...)}
}

// errRowsFailed ends a job that is done, but not with every row. It was told already.
var errRowsFailed = errors.New("rows failed")

// tell prints an error as one message, and returns the exit code for it.
func tell(ctx context.Context, w io.Writer, err error) int {
	var wrong *usageError
	code := exitFailed
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errRowsFailed):
		return exitRowsFailed
	case errors.Is(err, syscall.EPIPE):
		return exitPipe // whoever reads has seen enough
	case errors.As(err, &wrong):
		code = exitUsage
	case ctx.Err() != nil:
		err, code = errors.New("interrupted"), exitInterrupted
	}
	show(w, "volley: "+message(err)+"\n")
	return code
}

// show prints text for people. Names, values and messages of others are in it: what a terminal
// would obey is escaped here, once for all that is printed, unless it was before.
func show(w io.Writer, text string) error {
	_, err := io.WriteString(w, terminal.EscapeLines(text))
	return err
}

// message is an error in the command's words: without the names of packages at its beginning, and
// options called by their flags.
func message(err error) string {
	text := err.Error()
	var of *fs.PathError
	if errors.As(err, &of) { // a name must not break lines; those of files in other errors do not
		text = strings.ReplaceAll(text, of.Path, terminal.Escape(of.Path))
	}
	for _, pkg := range []string{"ooc: ", "apply: ", "expr: "} {
		text = strings.TrimPrefix(text, pkg)
	}
	text = strings.Replace(text, "write /dev/stdout: ", "write "+stdoutName+": ", 1)
	text = strings.Replace(text, "where: expr: ", "where: ", 1)
	if errors.As(err, new(*jobError)) {
		return inFields(text)
	}
	return inFlags(text)
}
