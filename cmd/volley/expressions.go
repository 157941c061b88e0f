package main

import (
	"github.com/spf13/cobra"

	"github.com/volley-go/volley/apply/expr"
)

// newExpressions is a help topic.
func newExpressions() *cobra.Command {
	return &cobra.Command{
		Use:   "expressions",
		Short: "What --where and --set may say",
		Long: `Expressions are in Go's syntax: names are columns, col("unit price") is a column of any name, text goes in double
quotes; == compares, = names the result of --set. Operators are + - * / % == != < <= > >= && || ! & | ^ << >>, with Go's precedence.

  --where 'distance > 10 && zone != "Zone 7"'
  --set 'total = fare + tip'
  --set 'band = ifelse(distance > 10, "far", "near")'
  --set 'day = trunc(pickup, "day")'

Numbers of different types meet in the wider one, integers and floats in float64; constants take the type of
what they meet. Integers divided by integers are integers, as in Go: write minutes / 60.0 for the
fraction. A row that divides an integer by zero fails: see --on-error.

An operation on a null is null; isnull(x) tells which are, and x == nil is refused. Exceptions are false && null, which is false, true || null, which is true, and the
functions that say so. --where keeps the rows for which the condition is true: null is not.

Functions:

` + expr.Functions(),
	}
}
