package vm

import (
	"fmt"
	"math"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// Times in a vector are what Arrow holds: days (date32), milliseconds (date64),
// units since 1970 (timestamp) or plain units (duration). Operations on calendar
// fields see the wall clock: UTC seconds moved by the zone of the column's type.

// emitChecked is arithmetic of times and durations: it fails where that of integers would wrap.
func emitChecked(k func(dst, a, b []int64, bad kernel.Bits) bool) func(*ir.Node, int, []int) step {
	return func(_ *ir.Node, d int, a []int) step { return checked(d, a, k) }
}

func emitDivTime(_ *ir.Node, d int, a []int) step {
	return func(m *Machine) bool {
		x, y := lanesOf[int64](m, a[0]), lanesOf[int64](m, a[1])
		for i := range x {
			if x[i] == math.MinInt64 && y[i] == -1 {
				m.now.cause(i, ir.ErrTimeRange)
			}
		}
		return kernel.DivInt(lanesOf[int64](m, d), x, y, m.now.bits) || len(m.now.causes) > 0
	}
}

func emitAbsTime(_ *ir.Node, d int, a []int) step {
	return eachTime(d, ir.LaneI64, func(m *Machine, i int) (int64, bool) {
		v := widened(m, ir.LaneI64, a[0], i)
		return max(v, -v), v != math.MinInt64
	})
}

// clock is the layout of an instant type.
type clock struct {
	perSecond int64 // units a second; 0 for days
	zone      *time.Location
}

// clockOf reads a type; an unknown zone is the error.
func clockOf(t arrow.DataType) (clock, error) {
	switch t := t.(type) {
	case *arrow.Date32Type:
		return clock{}, nil
	case *arrow.Date64Type:
		return clock{perSecond: 1000}, nil
	case *arrow.DurationType:
		return clock{perSecond: 1e9 / ir.UnitNanos(t.Unit)}, nil
	case *arrow.TimestampType:
		c := clock{perSecond: 1e9 / ir.UnitNanos(t.Unit)}
		if t.TimeZone == "" || t.TimeZone == "UTC" {
			return c, nil
		}
		zone, err := t.GetZone()
		c.zone = zone
		return c, err
	}
	return clock{}, fmt.Errorf("%s is no time", ir.TypeName(t))
}

// CheckZone is the error of a time whose zone is not known here.
func CheckZone(t arrow.DataType) error {
	_, err := clockOf(t)
	return err
}

// farthest are the seconds from 1970 on up to which zones are known, 146 billion years.
const farthest = 1 << 62

// wall is a value as wall-clock seconds since 1970 and nanoseconds.
func (c clock) wall(z *zoneCache, v int64) (sec int64, nano int64) {
	if c.perSecond == 0 {
		return v * 86400, 0
	}
	sec = kernel.FloorDiv(v, c.perSecond)
	nano = (v - sec*c.perSecond) * (1e9 / c.perSecond)
	if c.zone != nil {
		sec = min(max(sec, -farthest), farthest)
		sec += z.offset(c.zone, sec)
	}
	return sec, nano
}

// value is the inverse of wall, and whether the type holds it. What a zone's clock skips is moved
// by what the clock was put forward; of what it shows twice, the first is meant.
func (c clock) value(z *zoneCache, sec, nano int64) (int64, bool) {
	if c.zone != nil {
		sec, _ = z.instant(c.zone, sec)
	}
	return c.units(sec, nano)
}

// begin is value for the beginning of a day or more: if the clock skips it, the time at
// which the clock was put forward.
func (c clock) begin(z *zoneCache, sec int64) (int64, bool) {
	if c.zone != nil {
		_, sec = z.instant(c.zone, sec)
	}
	return c.units(sec, 0)
}

// units counts a UTC time in the type's unit.
func (c clock) units(sec, nano int64) (int64, bool) {
	if c.perSecond == 0 {
		return kernel.FloorDiv(sec, 86400), true
	}
	return joinedUnits(sec, c.perSecond, nano/(1e9/c.perSecond))
}

// joinedUnits is whole*per + part, 0 <= part < per, and whether an int64 holds it: the
// product alone may lie below the least one.
func joinedUnits(whole, per, part int64) (int64, bool) {
	if whole < 0 && part > 0 {
		whole, part = whole+1, part-per
	}
	v, ok := kernel.MulInt(whole, per)
	sum, fits := kernel.AddInt(v, part)
	return sum, ok && fits
}

// widened reads a register of times as int64.
func widened(m *Machine, l ir.Lane, r int, i int) int64 {
	if l == ir.LaneI32 {
		return int64(lanesOf[int32](m, r)[i])
	}
	return lanesOf[int64](m, r)[i]
}

// mustClock is for types that the checker has seen to be times of known zones.
func mustClock(t arrow.DataType) clock {
	c, err := clockOf(t)
	if err != nil {
		panic(cannot{err})
	}
	return c
}

// calendar computes int64 lanes from the wall clock of each row.
func calendar(n *ir.Node, d, x int, f func(sec, nano int64) int64) step {
	c, l := mustClock(n.Args[0].Type), ir.LaneOf(n.Args[0].Type)
	return func(m *Machine) bool {
		out := lanesOf[int64](m, d)
		for i := range out {
			out[i] = f(c.wall(&m.zone, widened(m, l, x, i)))
		}
		return false
	}
}

var fields = map[ir.Field]func(sec, nano int64) int64{
	"year": func(sec, _ int64) int64 {
		y, _, _ := kernel.Civil(kernel.FloorDiv(sec, 86400))
		return y
	},
	"quarter": func(sec, _ int64) int64 {
		_, m, _ := kernel.Civil(kernel.FloorDiv(sec, 86400))
		return int64(m+2) / 3
	},
	"month": func(sec, _ int64) int64 {
		_, m, _ := kernel.Civil(kernel.FloorDiv(sec, 86400))
		return int64(m)
	},
	"day": func(sec, _ int64) int64 {
		_, _, d := kernel.Civil(kernel.FloorDiv(sec, 86400))
		return int64(d)
	},
	"yearday": func(sec, _ int64) int64 {
		days := kernel.FloorDiv(sec, 86400)
		y, _, _ := kernel.Civil(days)
		return days - kernel.Days(y, 1, 1) + 1
	},
	"weekday":    func(sec, _ int64) int64 { return floorMod(kernel.FloorDiv(sec, 86400)+4, 7) },
	"hour":       func(sec, _ int64) int64 { return floorMod(sec, 86400) / 3600 },
	"minute":     func(sec, _ int64) int64 { return floorMod(sec, 3600) / 60 },
	"second":     func(sec, _ int64) int64 { return floorMod(sec, 60) },
	"nanosecond": func(_, nano int64) int64 { return nano },
}

func floorMod(a, b int64) int64 { return a - kernel.FloorDiv(a, b)*b }

func emitField(n *ir.Node, d int, a []int) step {
	return calendar(n, d, a[0], fields[n.Value.(ir.Field)])
}

// floorUnit is the beginning of the unit that a wall-clock second lies in. Weeks
// begin on Monday.
func floorUnit(u ir.Unit, sec int64) int64 {
	if u == "week" {
		return sec - (floorMod(sec, 7*86400)+3*86400)%(7*86400)
	}
	if s := ir.UnitSeconds[u]; s > 0 {
		return sec - floorMod(sec, s)
	}
	y, m, _ := kernel.Civil(kernel.FloorDiv(sec, 86400))
	months := ir.UnitMonths[u]
	m = int((int64(m)-1)/months*months) + 1
	return kernel.Days(y, m, 1) * 86400
}

// emitTruncTo is the first instant of the unit: of days and more by the calendar, where the clock
// may skip midnight; of hours and less not before the clock's last change.
func emitTruncTo(n *ir.Node, d int, a []int) step {
	u, c, l := n.Value.(ir.Unit), mustClock(n.Type), ir.LaneOf(n.Type)
	return eachTime(d, l, func(m *Machine, i int) (int64, bool) {
		v := widened(m, l, a[0], i)
		sec, nano := c.wall(&m.zone, v)
		if !u.WithinDay() || c.perSecond == 0 {
			begin := floorUnit(u, sec)
			if begin > sec { // it wrapped: the unit begins before the least second
				return 0, false
			}
			return c.begin(&m.zone, begin)
		}
		part := floorMod(sec, ir.UnitSeconds[u])
		if c.zone != nil {
			utc := sec - m.zone.off
			part = utc - m.zone.changed(utc-part)
		}
		return kernel.AddInt(v, -part*c.perSecond-nano/(1e9/c.perSecond))
	})
}

// eachTime writes a time for each row; false fails the row, as does a date that 32 bits do
// not hold.
func eachTime(d int, l ir.Lane, f func(m *Machine, i int) (int64, bool)) step {
	return func(m *Machine) bool {
		bad := false
		for i := range m.n {
			v, ok := f(m, i)
			if !ok || l == ir.LaneI32 && v != int64(int32(v)) {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
			putTime(m, l, d, i, v)
		}
		return bad
	}
}

func putTime(m *Machine, l ir.Lane, r, i int, v int64) {
	if l == ir.LaneI32 {
		lanesOf[int32](m, r)[i] = int32(v)
		return
	}
	lanesOf[int64](m, r)[i] = v
}

// emitShift adds a number of units: hours and less in elapsed time, days and
// more on the wall clock, months to the same day or the month's last.
func emitShift(n *ir.Node, d int, a []int) step {
	u, c, l := n.Value.(ir.Unit), mustClock(n.Type), ir.LaneOf(n.Type)
	elapsed := c.perSecond != 0 && ir.UnitSeconds[u] > 0 && ir.UnitSeconds[u] < 86400
	return eachTime(d, l, func(m *Machine, i int) (int64, bool) {
		v, count := widened(m, l, a[0], i), lanesOf[int64](m, a[1])[i]
		if elapsed {
			by, ok := kernel.MulInt(count, ir.UnitSeconds[u]*c.perSecond)
			sum, fits := kernel.AddInt(v, by)
			return sum, ok && fits
		}
		sec, nano := c.wall(&m.zone, v)
		sec, ok := shiftUnits(u, sec, count)
		if !ok || c.zone != nil && (sec > farthest || sec < -farthest) {
			return 0, false
		}
		return c.value(&m.zone, sec, nano)
	})
}

// shiftUnits moves a wall-clock second, and reports whether the result can be counted.
func shiftUnits(u ir.Unit, sec, count int64) (int64, bool) {
	if s := ir.UnitSeconds[u]; s > 0 {
		by, ok := kernel.MulInt(count, s)
		sum, fits := kernel.AddInt(sec, by)
		return sum, ok && fits
	}
	if count > farthest/86400/28 || count < -farthest/86400/28 {
		return 0, false
	}
	days := kernel.FloorDiv(sec, 86400)
	y, m, d := kernel.Civil(days)
	months := y*12 + int64(m) - 1 + count*ir.UnitMonths[u]
	y, m = kernel.FloorDiv(months, 12), int(floorMod(months, 12))+1
	d = min(d, kernel.MonthDays(y, m))
	return joinedUnits(kernel.Days(y, m, d), 86400, sec-days*86400)
}

// emitDiff counts whole units from the second argument to the first: hours and less in elapsed
// time, days and more between two times shown on the wall clock.
func emitDiff(n *ir.Node, d int, a []int) step {
	u, c, l := n.Value.(ir.Unit), mustClock(n.Args[0].Type), ir.LaneOf(n.Args[0].Type)
	return eachTime(d, ir.LaneI64, func(m *Machine, i int) (int64, bool) {
		x, y := widened(m, l, a[0], i), widened(m, l, a[1], i)
		if s := ir.UnitSeconds[u]; s > 0 && c.perSecond > 0 && (u.WithinDay() || c.zone == nil) {
			return wholeUnits(x, y, s*c.perSecond)
		}
		xs, xn := c.wall(&m.zone, x)
		ys, yn := c.wall(&m.zone, y)
		if max(xs, ys) > farthest/2 || min(xs, ys) < -farthest/2 {
			return 0, false
		}
		return diffUnits(u, xs, xn, ys, yn), true
	})
}

// wholeUnits is (x-y)/unit rounded towards zero, and whether it fits.
func wholeUnits(x, y, unit int64) (int64, bool) {
	if x < y {
		n := (uint64(y) - uint64(x)) / uint64(unit)
		return -int64(n), n <= math.MaxInt64
	}
	n := (uint64(x) - uint64(y)) / uint64(unit)
	return int64(n), n <= math.MaxInt64
}

// diffUnits counts the whole units between two wall-clock times.
func diffUnits(u ir.Unit, xs, xn, ys, yn int64) int64 {
	if s := ir.UnitSeconds[u]; s > 0 {
		sec := xs - ys
		switch { // the last one is not full
		case sec > 0 && xn < yn:
			sec--
		case sec < 0 && xn > yn:
			sec++
		}
		return sec / s
	}
	if xs < ys || xs == ys && xn < yn {
		return -diffUnits(u, ys, yn, xs, xn)
	}
	y1, m1, _ := kernel.Civil(kernel.FloorDiv(xs, 86400))
	y2, m2, _ := kernel.Civil(kernel.FloorDiv(ys, 86400))
	months := (y1*12 + int64(m1)) - (y2*12 + int64(m2))
	// One month less where the last one is not full.
	if s, _ := shiftUnits("month", ys, months); s > xs || s == xs && yn > xn {
		months--
	}
	return months / ir.UnitMonths[u]
}

// emitScale moves a time to another unit; what does not fit fails.
func emitScale(n *ir.Node, d int, a []int) step {
	r, from := n.Value.(ir.Ratio), ir.LaneOf(n.Args[0].Type)
	return eachTime(d, ir.LaneOf(n.Type), func(m *Machine, i int) (int64, bool) {
		v, ok := kernel.MulInt(widened(m, from, a[0], i), r.Mul)
		if r.ToZero {
			return v / r.Div, ok
		}
		return kernel.FloorDiv(v, r.Div), ok
	})
}

// emitToDate is the date on the wall clock.
func emitToDate(n *ir.Node, d int, a []int) step {
	c, l, to := mustClock(n.Args[0].Type), ir.LaneOf(n.Args[0].Type), ir.LaneOf(n.Type)
	per := int64(1)
	if to == ir.LaneI64 {
		per = 86400000
	}
	return eachTime(d, to, func(m *Machine, i int) (int64, bool) {
		sec, _ := c.wall(&m.zone, widened(m, l, a[0], i))
		return kernel.MulInt(kernel.FloorDiv(sec, 86400), per)
	})
}

// emitToZone reads the wall clock of the argument's type as that of the
// result's.
func emitToZone(n *ir.Node, d int, a []int) step {
	from, to, l := mustClock(n.Args[0].Type), mustClock(n.Type), ir.LaneOf(n.Args[0].Type)
	return eachTime(d, ir.LaneI64, func(m *Machine, i int) (int64, bool) {
		sec, nano := from.wall(&m.zone, widened(m, l, a[0], i))
		if to.zone != nil && (sec > farthest || sec < -farthest) {
			return 0, false
		}
		return to.value(&m.zone, sec, nano)
	})
}
