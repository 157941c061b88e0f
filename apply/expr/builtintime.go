package expr

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// times are the functions of dates, timestamps and durations.
func times() []*builtin {
	list := []*builtin{
		{name: "trunc", args: "t, \"unit\"", doc: "the first instant of t's second … year, see below; trunc(x) of a number drops the fraction: an integer stays as it is, a decimal stays a decimal, others are float64",
			nan: nanStays, errs: "a time that t's type does not hold", min: 1, max: 2, check: checkTrunc},
		{name: "add", args: "t, n, \"unit\"", doc: "t moved by n units: elapsed time up to hours, the calendar from days on (31 January and a month is the last of February)",
			errs: "a time that t's type does not hold", min: 3, max: 3, check: func(k *call) *ir.Node {
				n := k.make(ir.OpShift, k.args[0].Type, k.instant(0), k.integer(1))
				u := k.unit(2)
				if n.Type.ID() == arrow.DATE32 && u.WithinDay() {
					k.fail(k.pos, "a date has no %ss: write add(cast(…, timestamp(\"s\")), …)", u)
				}
				n.Value = u
				return n
			}},
		{name: "diff", args: "a, b, \"unit\"", doc: "the whole units from b to a: hours and less of elapsed time, days and more between what the clock on the wall shows, with no regard to hours that it skips or repeats", errs: "more units than an int64 holds", min: 3, max: 3, check: checkDiff},
		{name: "format", args: "t, \"layout\"", doc: "t written by a layout of Go's time package", min: 2, max: 2,
			check: func(k *call) *ir.Node {
				n := k.make(ir.OpFormat, ir.StringType, k.instant(0))
				n.Value = ir.Quoted(k.constLayout(1))
				return n
			}},
		{name: "parse", args: "s, \"layout\"[, \"zone\"]", doc: "the timestamp[us] that s writes by a layout of Go's time package, in a zone (none)",
			errs: "s not of the layout", min: 2, max: 3, check: checkParse},
	}
	for _, f := range []struct{ name, doc string }{
		{"year", "the year"}, {"quarter", "the quarter, 1 to 4"}, {"month", "the month, 1 to 12"},
		{"day", "the day of the month, 1 to 31"}, {"yearday", "the day of the year, 1 to 366"},
		{"weekday", "the day of the week, 0 for Sunday, as in Go"}, {"hour", "the hour, 0 to 23"},
		{"minute", "the minute, 0 to 59"}, {"second", "the second, 0 to 59"}, {"nanosecond", "the nanoseconds within the second"},
	} {
		list = append(list, &builtin{name: f.name, args: "t", doc: f.doc + ", on the wall clock of t's zone", min: 1, max: 1,
			check: func(k *call) *ir.Node {
				n := k.make(ir.OpField, ir.Int64Type, k.instant(0))
				n.Value = ir.Field(f.name)
				return n
			}})
	}
	for _, b := range list {
		b.nulls = nullStrict
		if b.nan == "" {
			b.nan = noNaN
		}
		if b.errs == "" {
			b.errs = noErrors
		}
	}
	return list
}

// instant is argument i as a date or timestamp whose zone is known here.
func (k *call) instant(i int) *ir.Node {
	n := k.args[i]
	if n.Untyped() || !ir.IsInstant(n.Type) {
		k.wrong(i, "a date or timestamp"+either(!n.Untyped() && ir.IsString(n.Type), `, which cast(x, date) or parse(x, "layout") make of a text`, ""))
	}
	k.checkZone(n.Type, n.Pos)
	return n
}

// unit is argument i as the name of a unit, singular or plural.
func (k *call) unit(i int) ir.Unit {
	u := ir.Unit(strings.TrimSuffix(k.constText(i), "s"))
	if ir.UnitSeconds[u] == 0 && ir.UnitMonths[u] == 0 {
		k.fail(k.args[i].Pos, "unknown unit %q: second, minute, hour, day, week, month, quarter or year", k.constText(i))
	}
	return u
}

func checkTrunc(k *call) *ir.Node {
	if len(k.args) == 1 {
		return checkWhole(k, ir.OpTrunc, ir.OpTruncDec)
	}
	n := k.make(ir.OpTruncTo, k.args[0].Type, k.instant(0))
	n.Value = k.unit(1)
	return n
}

func checkDiff(k *call) *ir.Node {
	list, t := k.together(k.args[:2])
	k.args[0], k.args[1] = list[0], list[1]
	if !ir.IsInstant(t) {
		k.wrong(0, "a date or timestamp")
	}
	k.checkZone(t, k.pos)
	n := k.make(ir.OpDiff, ir.Int64Type, list[0], list[1])
	n.Value = k.unit(2)
	return n
}

func checkParse(k *call) *ir.Node {
	t := &arrow.TimestampType{Unit: arrow.Microsecond}
	if len(k.args) == 3 {
		t.TimeZone = k.constText(2)
		k.checkZone(t, k.args[2].Pos)
	}
	n := k.make(ir.OpParse, t, k.text(0))
	n.Value = ir.Quoted(k.constLayout(1))
	return n
}
