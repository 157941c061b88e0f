// Package expr compiles expressions in Go's syntax, typed against a schema,
// into programs of vector kernels, and evaluates them over record batches.
//
//	p, err := expr.Compile(schema, `total = ifelse(zone == "Zone 7", fare*0.9, fare) + tip`)
//	totals, err := p.Eval(ctx, rec)
//
// # Vocabulary
//
// A text is an expression, or `name = expression`. [Compile] makes a [Program] of it,
// [CompileValue] of one that is no result to be named, such as a condition; [CompileAll] makes one
// program of several texts, which computes what they share once. The program runs over vectors of
// 1,024 rows, whose registers stay in the cache: one kernel call for each operation and vector, no
// allocation. An [Evaluator] holds the registers of one goroutine. [Program.Explain] prints what
// the compiler's passes made of the texts.
//
// This package is the language. What it makes of a text is a graph of operations ([Program.Graph],
// package internal/ir), which the CPU's machine (internal/vm) compiles to kernels and runs.
//
// # The language
//
// Names are columns; col("unit price") names any column. Constants are untyped,
// as in Go: small + 1 is an int8 if small is; but arithmetic with a constant that is
// written as a float is one of floats: minutes / 60.0 has a fraction. Operators are Go's, with Go's
// precedence. Between typed operands Go would ask for conversions where this
// package widens: integers to the wider type, integers with floats to float64, a
// date to a timestamp, decimals to the larger scale. Integers wrap on overflow;
// dividing one by zero fails the row. A text constant beside a date, timestamp or
// time of day is read as one. Text goes in double quotes: a quoted character, a number in Go,
// is refused. A decimal times or plus a decimal is exact, and fails
// the row past 38 digits; a quotient of decimals is a float64. Operands are brought to their common
// type first: a row fails if one does not fit there, though the result would. A cast that is
// written is made before what follows.
//
// Comparisons are exact: a constant between two values of a column (1.5 beside
// integers, half a millisecond beside milliseconds, noon beside dates) is neither
// rounded nor cut, and one beyond all values (300 beside uint8) is above or below them. But a
// constant beside floats is the nearest float, as in Go.
// Timestamps of different units and zones are compared as instants; one with a zone does
// not meet one without.
//
// # Time
//
// Calendar functions see the wall clock of the column's zone. A wall-clock time that the clock
// skips is moved on by what the clock was put forward; of one that it shows twice, the first is
// meant. So trunc to days and more gives the first instant of the day, 01:00 where midnight is
// skipped, and trunc to hours and less nothing before the clock's last change. Arithmetic of times
// fails the row where the type does not hold the result.
//
// What SQL, Python, pandas, Polars, R and Excel write otherwise is an [Error] that says what to
// write, or what differs where nothing means the same.
//
// [Functions] lists the functions, with what they make of nulls and NaN and which
// rows they fail. Functions written in Go are called by name, see package fn. The
// text of a Go function is an expression too: its parameters are the columns
// of those names.
//
//	func(fare, tip float64) float64 { t := fare + tip; return t * 2 }
//
// # Limits
//
// Compiling costs about 10 µs for each operation, however many there are. Up to 99,900 operators
// may follow each other without parentheses, and up to 5,000 parentheses and calls stand within
// each other; what is more is an [Error].
//
// # Nulls
//
// An operation on a null is null. Exceptions: && and || are three-valued (false
// && null is false), ifelse and casewhen take a null condition for not true,
// coalesce and isnull look at nulls. A comparison with nil, null in every row, is refused: write
// isnull(x). A selection (Where) keeps the rows that are
// true.
//
// # Failing rows
//
// Some operations fail for some rows: integer division by zero, casts that do not
// fit, times out of range. Such a row is reported as a [RowError] and its result is null. Though
// vectors compute both branches of an ifelse, a failure in the branch that a row
// does not take is none, as if rows were evaluated one by one.
package expr
