package main

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/spf13/cobra"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/internal/width"
)

// schema is the flags of the verb.
type schema struct {
	input
	json   bool
	stored bool
}

func newSchema() *cobra.Command {
	s := new(schema)
	cmd := &cobra.Command{
		Use:   "schema IN…",
		Short: "Print the columns of inputs and their types",
		Long: `Schema prints the columns of each input, one a line: name, type, and "not null" where nulls are ruled out.
A pattern is one input, whose files must have the same columns. The types of CSV are found from samples spread over the files, as convert finds
them; the types are written as --types takes them.

With --stored it shows how Parquet files are stored: their schema, row groups, encodings, sizes, statistics
and metadata, as the footer and the headers of the pages say it; no values are read. The least and most of a
column are bounds: of long texts writers store a beginning.`,
		Example: `  volley schema trips.csv
  volley schema trips.parquet --stored
  volley schema trips.parquet --json`,
		Args: someInputs,
		RunE: s.run,
	}
	s.input.flags(cmd)
	cmd.Flags().BoolVar(&s.json, "json", false, "print a JSON object for each input")
	cmd.Flags().BoolVar(&s.stored, "stored", false, "show how Parquet files are stored")
	cmd.MarkFlagsMutuallyExclusive("json", "stored")
	return cmd
}

func (s *schema) run(cmd *cobra.Command, args []string) error {
	if s.stored {
		return s.printStored(cmd, args)
	}
	for i, a := range args {
		columns, err := s.schema(cmd, args[i:i+1], true)
		if err != nil {
			return err
		}
		s.tellUndecided(os.Stderr)
		if err := printSchema(cmd.OutOrStdout(), a, columns, len(args) > 1, s.json); err != nil {
			return err
		}
	}
	return nil
}

// printStored shows what Parquet files say of themselves.
func (s *schema) printStored(cmd *cobra.Command, args []string) error {
	if slices.Contains(args, stdio) {
		return usage(cmd, "--stored looks at files, not at standard input")
	}
	if err := s.ofCSV(cmd); err != nil {
		return err
	}
	files, err := paths.Expand(args...)
	if err != nil {
		return err
	}
	for i, f := range files {
		info, err := s.parquet().Inspect(cmd.Context(), f)
		if err != nil {
			return err
		}
		text := info.String()
		if i > 0 {
			text = "\n" + text
		}
		if err := show(cmd.OutOrStdout(), text); err != nil {
			return err
		}
	}
	return nil
}

func printSchema(w io.Writer, input string, s *arrow.Schema, heading, asJSON bool) error {
	if asJSON {
		return writeJSON(w, map[string]any{"input": input, "columns": columnsOf(s)})
	}
	text := schemaText(s)
	if heading {
		text = terminal.Escape(input) + ":\n" + text
	}
	return show(w, text)
}

// columnInfo is a column as JSON shows it.
type columnInfo struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Nullable bool   `json:"nullable"`
}

func columnsOf(s *arrow.Schema) []columnInfo {
	out := make([]columnInfo, s.NumFields())
	for i, f := range s.Fields() {
		out[i] = columnInfo{f.Name, bind.Name(f.Type), f.Nullable}
	}
	return out
}

// schemaText is a line for each column.
func schemaText(s *arrow.Schema) string {
	room := 0
	for _, f := range s.Fields() {
		room = max(room, min(width.Of(printable(f.Name)), 40))
	}
	var b strings.Builder
	for _, f := range s.Fields() {
		b.WriteString(width.Pad(printable(f.Name), room, false) + "  " + bind.Name(f.Type))
		if !f.Nullable {
			b.WriteString(" not null")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// printable is a name as it stands, or quoted where it has characters that cannot be seen.
func printable(name string) string {
	if q := strconv.Quote(name); name == "" || q != `"`+name+`"` {
		return q
	}
	return name
}
