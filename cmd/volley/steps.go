package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

// steps are what is done to the rows between input and output.
type steps struct {
	where  string
	set    []string
	choose []string
	drop   []string
}

func (s *steps) flags(cmd *cobra.Command, in *input) {
	f := cmd.Flags()
	f.StringVar(&s.where, "where", "", "keep the rows for which this is true, such as 'distance > 0': see volley help expressions")
	f.StringArrayVar(&s.set, "set", nil, "compute a column, such as 'total = fare + tip'; may be repeated")
	f.StringSliceVar(&s.choose, "select", nil, "the columns of the output, in this order (default: all)")
	f.StringSliceVar(&s.drop, "drop", nil, "columns to leave out")
	columns := func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		return in.complete(cmd, args, s.set, typed)
	}
	_ = cmd.RegisterFlagCompletionFunc("select", columns)
	_ = cmd.RegisterFlagCompletionFunc("drop", columns)
}

// job is the steps over a source; where it goes is the verb's.
func (s *steps) job(from chunker.Source) ooc.Job {
	job := ooc.Job{From: from, Where: s.where, Select: s.choose, Drop: s.drop}
	for _, text := range s.set {
		job.Apply = append(job.Apply, apply.Expr(text))
	}
	return job
}

// complete lists what a comma-separated list of columns may go on with.
func (in *input) complete(cmd *cobra.Command, args, set []string, typed string) ([]string, cobra.ShellCompDirective) {
	const how = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	if len(args) == 0 || slices.Contains(args, stdio) {
		return nil, how
	}
	schema, err := in.schema(cmd, args[:1])
	if err != nil {
		return nil, how
	}
	var columns []string
	for _, f := range schema.Fields() {
		columns = append(columns, f.Name)
	}
	for _, text := range set {
		name, _, _ := strings.Cut(text, "=")
		columns = append(columns, strings.TrimSpace(name))
	}
	done := typed[:strings.LastIndexByte(typed, ',')+1]
	var out []string
	for _, c := range columns {
		if strings.HasPrefix(c, typed[len(done):]) && !slices.Contains(strings.Split(done, ","), c) {
			out = append(out, done+c)
		}
	}
	return out, how
}
