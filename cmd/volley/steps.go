package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/expr"
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
	complete := func(flag string, f func(typed string, columns []string) []string) {
		_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return f(typed, in.columns(cmd, args, s.set)), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		})
	}
	complete("select", completeList)
	complete("drop", completeList)
	complete("where", completeExpression)
	complete("set", completeExpression)
}

// job is the steps over a source; where it goes is the verb's.
func (s *steps) job(from chunker.Source) ooc.Job {
	job := ooc.Job{From: from, Where: s.where, Select: s.choose, Drop: s.drop}
	for _, text := range s.set {
		job.Apply = append(job.Apply, apply.Expr(text))
	}
	return job
}

// columns are the columns of the first input and those that are computed, none where they cannot be known.
func (in *input) columns(cmd *cobra.Command, args, set []string) (columns []string) {
	if len(args) == 0 || slices.Contains(args, stdio) {
		return nil
	}
	schema, err := in.schema(cmd, args[:1], false)
	if err != nil {
		return nil
	}
	for _, f := range schema.Fields() {
		columns = append(columns, f.Name)
	}
	for _, text := range set {
		name, _, _ := strings.Cut(text, "=")
		columns = append(columns, strings.TrimSpace(name))
	}
	return columns
}

// completeList lists what a comma-separated list of columns may go on with.
func completeList(typed string, columns []string) (out []string) {
	done := typed[:strings.LastIndexByte(typed, ',')+1]
	for _, c := range columns {
		if strings.HasPrefix(c, typed[len(done):]) && !slices.Contains(strings.Split(done, ","), c) {
			out = append(out, done+c)
		}
	}
	return out
}

// completeExpression lists what the name at the end of an expression may become: a column,
// or, once it has begun, a function.
func completeExpression(typed string, columns []string) (out []string) {
	end := strings.LastIndexFunc(typed, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	done := typed[:end+1]
	if end >= 0 {
		_, size := utf8.DecodeRuneInString(typed[end:])
		done = typed[:end+size]
	}
	begun := typed[len(done):]
	for _, c := range columns {
		if strings.HasPrefix(c, begun) {
			out = append(out, done+expr.Col(c).String())
		}
	}
	if begun == "" {
		return out
	}
	for _, f := range expr.FunctionNames() {
		if strings.HasPrefix(f, begun) {
			out = append(out, done+f+"(")
		}
	}
	return out
}
