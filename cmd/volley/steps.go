package main

import (
	lists "encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

// steps are what is done to the rows between input and output, in the order in which the flags were
// given.
type steps struct{ list []step }

// step is one flag.
type step struct{ flag, text string }

func (s *steps) flags(cmd *cobra.Command, in *input) {
	for _, f := range []struct{ name, what, usage string }{
		{"where", "condition", "keep the rows for which this is true, such as 'distance > 0': see volley help expressions"},
		{"set", "expression", "compute a column, such as 'total = fare + tip'"},
		{"cast", "column=type", "make a column another type, such as when=date"},
		{"select", "columns", "keep these columns, in this order"},
		{"drop", "columns", "leave columns out"},
		{"rename", "old=new", "give a column another name"},
		{"sort", "columns", "sort by these columns, such as -total,city; one with a - before it greatest first"},
		{"number", "column", "add a column of the rows' numbers, from 0"},
		{"first", "rows", "keep the first rows and read no further"},
	} {
		cmd.Flags().Var(&stepFlag{s, f.name, f.what}, f.name, f.usage)
	}
	complete := func(flag string, f func(typed string, columns []string) []string) {
		_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return f(typed, in.columns(cmd, args, s.computed())), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		})
	}
	complete("select", completeList)
	complete("drop", completeList)
	complete("sort", completeKeys)
	complete("where", completeExpression)
	complete("set", completeExpression)
}

// stepFlag is a flag that adds a step each time it is given.
type stepFlag struct {
	steps      *steps
	name, what string
}

func (f *stepFlag) String() string { return "" }
func (f *stepFlag) Type() string   { return f.what }

func (f *stepFlag) Set(text string) error {
	s := step{f.name, text}
	if _, err := s.step(); err != nil {
		return err
	}
	f.steps.list = append(f.steps.list, s)
	return nil
}

// step is what the flag asks for.
func (s step) step() (chunker.Step, error) {
	switch s.flag {
	case "where":
		return apply.Where(s.text), nil
	case "set":
		return apply.Expr(s.text), nil
	case "number":
		return table.RowNumber(s.text), nil
	case "first":
		n, err := strconv.ParseInt(s.text, 10, 64)
		if err != nil || n < 0 {
			return nil, errors.New("it is a number of rows, such as 1000")
		}
		return table.Limit(n), nil
	case "cast", "rename":
		left, right, ok := strings.Cut(s.text, "=")
		if left, right = strings.TrimSpace(left), strings.TrimSpace(right); !ok || left == "" || right == "" {
			return nil, fmt.Errorf("it is written as %s", map[string]string{"cast": "column=type", "rename": "old=new"}[s.flag])
		}
		if s.flag == "cast" {
			return apply.Cast(left, right), nil
		}
		return table.Rename(left, right), nil
	}
	columns, err := lists.NewReader(strings.NewReader(s.text)).Read()
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("it is a list of columns, such as a,b: %w", err)
	}
	switch s.flag {
	case "drop":
		return table.Drop(columns...), nil
	case "sort":
		return sortBy(columns)
	}
	return table.Select(columns...), nil
}

// sortBy is the step of --sort.
func sortBy(columns []string) (chunker.Step, error) {
	if len(columns) == 0 {
		return nil, errors.New("it is a list of columns, such as -total,city")
	}
	for _, c := range columns {
		if c == "" || c == "-" {
			return nil, errors.New("one of the columns has no name: it is a list of columns, such as -total,city")
		}
	}
	return order.By(columns...), nil
}

// all are the steps.
func (s *steps) all() (out chunker.Steps) {
	for _, one := range s.list {
		step, _ := one.step() // Set has seen to errors
		out = append(out, step)
	}
	return out
}

// job is the steps over a source; where it goes is the verb's.
func (s *steps) job(from chunker.Source) ooc.Job { return ooc.Job{From: from, Steps: s.all()} }

// sorts reports whether the rows are sorted.
func (s *steps) sorts() bool {
	return slices.ContainsFunc(s.list, func(one step) bool { return one.flag == "sort" })
}

// computed are the texts of --set.
func (s *steps) computed() (texts []string) {
	for _, one := range s.list {
		if one.flag == "set" {
			texts = append(texts, one.text)
		}
	}
	return texts
}

// explained adds to an error what the command knows beside: a condition may name a column that a
// later step computes.
func (s *steps) explained(err error) error {
	if err == nil || !strings.HasPrefix(err.Error(), "where: ") {
		return err
	}
	conditions := 0
	for _, one := range s.list {
		switch name, _, _ := strings.Cut(one.text, "="); {
		case one.flag == "where":
			conditions++
		case one.flag != "set" || conditions == 0 || strings.TrimSpace(name) == "":
		case strings.Contains(err.Error(), fmt.Sprintf("%q", strings.TrimSpace(name))):
			return fmt.Errorf("%w\n%s is computed by a --set after it: steps are done in the order of their flags", err, strings.TrimSpace(name))
		}
	}
	return err
}

// columns are the columns of the first input and those that are computed, none where they cannot be
// known.
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

// completeKeys is completeList for columns that may have a - before them.
func completeKeys(typed string, columns []string) []string {
	if last := typed[strings.LastIndexByte(typed, ',')+1:]; !strings.HasPrefix(last, "-") {
		return completeList(typed, columns)
	}
	descending := make([]string, len(columns))
	for i, c := range columns {
		descending[i] = "-" + c
	}
	return completeList(typed, descending)
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
