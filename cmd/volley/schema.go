package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/spf13/cobra"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/width"
)

func newSchema() *cobra.Command {
	in, asJSON := new(input), false
	cmd := &cobra.Command{
		Use:   "schema IN…",
		Short: "Print the columns of inputs and their types",
		Long: `Schema prints the columns of each input, one a line: name, type, and "not null" where nulls are ruled out.
A pattern is one input. The types of CSV are found from samples spread over the files, as convert finds
them; the types are written as --types takes them.`,
		Example: `  volley schema trips.csv
  volley schema trips.parquet --json`,
		Args: someInputs,
		RunE: func(cmd *cobra.Command, args []string) error {
			for i, a := range args {
				schema, err := in.schema(cmd, args[i:i+1])
				if err != nil {
					return err
				}
				if err := printSchema(cmd.OutOrStdout(), a, schema, len(args) > 1, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	in.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each input")
	return cmd
}

func printSchema(w io.Writer, input string, s *arrow.Schema, heading, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(map[string]any{"input": input, "columns": columnsOf(s)})
	}
	if heading {
		if _, err := fmt.Fprintf(w, "%s:\n", input); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, schemaText(s))
	return err
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

// printable is a name as it stands, or quoted where a terminal would obey it or lines break.
func printable(name string) string {
	if q := strconv.Quote(name); name == "" || q != `"`+name+`"` {
		return q
	}
	return name
}
