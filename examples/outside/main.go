// Command accesslog reads access logs by a source of its own, through steps of its own, into a sink
// of its own: each is written outside Volley from its docs alone, and used beside Volley's.
//
//	go run .
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

func main() {
	if err := run(context.Background(), os.Stdout, "testdata"); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, logs string) error {
	dir, err := os.MkdirTemp("", "accesslog-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	to := filepath.Join(dir, "paths.jsonl")
	report, err := ooc.Job{
		From: Logs{logs},
		Steps: chunker.Steps{
			apply.Where(`day >= "2024-03-03"`), // files of other days are not opened
			Pseudonym{"user"},
			Sessions{"user"},
			apply.Expr("slow = ms > 500"),
			apply.Where("slow"),
			CountBy{"path"},
			apply.Expr("busy = rows > 10"),
		},
		To:      JSONLines{to},
		OnError: chunker.Null(),
	}.Run(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, report)
	text, err := os.ReadFile(to)
	fmt.Fprint(out, string(text))
	return err
}
