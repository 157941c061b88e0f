package expr

import (
	"fmt"
	"go/token"
	"math"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// Times in a vector are what Arrow holds: days (date32), milliseconds (date64),
// units since 1970 (timestamp) or plain units (duration). Operations on calendar
// fields see the wall clock: UTC seconds moved by the zone of the column's type.

// emitChecked is arithmetic of times and durations: it fails where that of integers would wrap.
func emitChecked(k func(dst, a, b []int64, bad kernel.Bits) bool) func(*node, int, []int) step {
	return func(_ *node, d int, a []int) step { return checked(d, a, k) }
}

func emitDivTime(_ *node, d int, a []int) step {
	return func(m *machine) bool {
		x, y := lanesOf[int64](m, a[0]), lanesOf[int64](m, a[1])
		for i := range x {
			if x[i] == math.MinInt64 && y[i] == -1 {
				m.now.cause(i, ErrTimeRange)
			}
		}
		return kernel.DivInt(lanesOf[int64](m, d), x, y, m.now.bits) || len(m.now.causes) > 0
	}
}

func emitAbsTime(_ *node, d int, a []int) step {
	return eachTime(d, laneI64, func(m *machine, i int) (int64, bool) {
		v := widened(m, laneI64, a[0], i)
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
		return clock{perSecond: 1e9 / unitNanos(t.Unit)}, nil
	case *arrow.TimestampType:
		c := clock{perSecond: 1e9 / unitNanos(t.Unit)}
		if t.TimeZone == "" || t.TimeZone == "UTC" {
			return c, nil
		}
		zone, err := t.GetZone()
		c.zone = zone
		return c, err
	}
	return clock{}, fmt.Errorf("%s is no time", typeName(t))
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
func widened(m *machine, l lane, r int, i int) int64 {
	if l == laneI32 {
		return int64(lanesOf[int32](m, r)[i])
	}
	return lanesOf[int64](m, r)[i]
}

// mustClock is for types that the checker has seen to be times of known zones.
func mustClock(t arrow.DataType) clock {
	c, err := clockOf(t)
	if err != nil {
		panic(bail{&Error{Msg: err.Error()}})
	}
	return c
}

// calendar computes int64 lanes from the wall clock of each row.
func calendar(n *node, d, x int, f func(sec, nano int64) int64) step {
	c, l := mustClock(n.args[0].typ), laneOf(n.args[0].typ)
	return func(m *machine) bool {
		out := lanesOf[int64](m, d)
		for i := range out {
			out[i] = f(c.wall(&m.zone, widened(m, l, x, i)))
		}
		return false
	}
}

// field is the parameter of opField.
type field string

func (f field) String() string { return string(f) }

var fields = map[field]func(sec, nano int64) int64{
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

func emitField(n *node, d int, a []int) step {
	return calendar(n, d, a[0], fields[n.val.(field)])
}

// unit is a parameter: a length of time by name.
type unit string

func (u unit) String() string { return string(u) }

// seconds of the units that have a fixed length on the wall clock.
var unitSeconds = map[unit]int64{"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}

// unitMonths of the units that the calendar makes.
var unitMonths = map[unit]int64{"month": 1, "quarter": 3, "year": 12}

// sub tells whether the unit is a part of a day.
func (u unit) sub() bool { return unitSeconds[u] > 0 && unitSeconds[u] < 86400 }

// floor is the beginning of the unit that a wall-clock second lies in. Weeks
// begin on Monday.
func (u unit) floor(sec int64) int64 {
	if u == "week" {
		return sec - (floorMod(sec, 7*86400)+3*86400)%(7*86400)
	}
	if s := unitSeconds[u]; s > 0 {
		return sec - floorMod(sec, s)
	}
	y, m, _ := kernel.Civil(kernel.FloorDiv(sec, 86400))
	months := unitMonths[u]
	m = int((int64(m)-1)/months*months) + 1
	return kernel.Days(y, m, 1) * 86400
}

// emitTruncTo is the first instant of the unit: of days and more by the calendar, where the clock
// may skip midnight; of hours and less not before the clock's last change.
func emitTruncTo(n *node, d int, a []int) step {
	u, c, l := n.val.(unit), mustClock(n.typ), laneOf(n.typ)
	return eachTime(d, l, func(m *machine, i int) (int64, bool) {
		v := widened(m, l, a[0], i)
		sec, nano := c.wall(&m.zone, v)
		if !u.sub() || c.perSecond == 0 {
			begin := u.floor(sec)
			if begin > sec { // it wrapped: the unit begins before the least second
				return 0, false
			}
			return c.begin(&m.zone, begin)
		}
		part := floorMod(sec, unitSeconds[u])
		if c.zone != nil {
			utc := sec - m.zone.off
			part = utc - m.zone.changed(utc-part)
		}
		return kernel.AddInt(v, -part*c.perSecond-nano/(1e9/c.perSecond))
	})
}

// eachTime writes a time for each row; false fails the row, as does a date that 32 bits do
// not hold.
func eachTime(d int, l lane, f func(m *machine, i int) (int64, bool)) step {
	return func(m *machine) bool {
		bad := false
		for i := range m.n {
			v, ok := f(m, i)
			if !ok || l == laneI32 && v != int64(int32(v)) {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
			putTime(m, l, d, i, v)
		}
		return bad
	}
}

func putTime(m *machine, l lane, r, i int, v int64) {
	if l == laneI32 {
		lanesOf[int32](m, r)[i] = int32(v)
		return
	}
	lanesOf[int64](m, r)[i] = v
}

// emitShift adds a number of units: hours and less in elapsed time, days and
// more on the wall clock, months to the same day or the month's last.
func emitShift(n *node, d int, a []int) step {
	u, c, l := n.val.(unit), mustClock(n.typ), laneOf(n.typ)
	elapsed := c.perSecond != 0 && unitSeconds[u] > 0 && unitSeconds[u] < 86400
	return eachTime(d, l, func(m *machine, i int) (int64, bool) {
		v, count := widened(m, l, a[0], i), lanesOf[int64](m, a[1])[i]
		if elapsed {
			by, ok := kernel.MulInt(count, unitSeconds[u]*c.perSecond)
			sum, fits := kernel.AddInt(v, by)
			return sum, ok && fits
		}
		sec, nano := c.wall(&m.zone, v)
		sec, ok := u.shift(sec, count)
		if !ok || c.zone != nil && (sec > farthest || sec < -farthest) {
			return 0, false
		}
		return c.value(&m.zone, sec, nano)
	})
}

// shift moves a wall-clock second, and tells whether the result can be counted.
func (u unit) shift(sec, count int64) (int64, bool) {
	if s := unitSeconds[u]; s > 0 {
		by, ok := kernel.MulInt(count, s)
		sum, fits := kernel.AddInt(sec, by)
		return sum, ok && fits
	}
	if count > farthest/86400/28 || count < -farthest/86400/28 {
		return 0, false
	}
	days := kernel.FloorDiv(sec, 86400)
	y, m, d := kernel.Civil(days)
	months := y*12 + int64(m) - 1 + count*unitMonths[u]
	y, m = kernel.FloorDiv(months, 12), int(floorMod(months, 12))+1
	d = min(d, kernel.MonthDays(y, m))
	return joinedUnits(kernel.Days(y, m, d), 86400, sec-days*86400)
}

// emitDiff counts whole units from the second argument to the first: hours and less in elapsed
// time, days and more between two times shown on the wall clock.
func emitDiff(n *node, d int, a []int) step {
	u, c, l := n.val.(unit), mustClock(n.args[0].typ), laneOf(n.args[0].typ)
	return eachTime(d, laneI64, func(m *machine, i int) (int64, bool) {
		x, y := widened(m, l, a[0], i), widened(m, l, a[1], i)
		if s := unitSeconds[u]; s > 0 && c.perSecond > 0 && (u.sub() || c.zone == nil) {
			return wholeUnits(x, y, s*c.perSecond)
		}
		xs, xn := c.wall(&m.zone, x)
		ys, yn := c.wall(&m.zone, y)
		if max(xs, ys) > farthest/2 || min(xs, ys) < -farthest/2 {
			return 0, false
		}
		return u.diff(xs, xn, ys, yn), true
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

func (u unit) diff(xs, xn, ys, yn int64) int64 {
	if s := unitSeconds[u]; s > 0 {
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
		return -u.diff(ys, yn, xs, xn)
	}
	y1, m1, _ := kernel.Civil(kernel.FloorDiv(xs, 86400))
	y2, m2, _ := kernel.Civil(kernel.FloorDiv(ys, 86400))
	months := (y1*12 + int64(m1)) - (y2*12 + int64(m2))
	// One month less where the last one is not full.
	if s, _ := unit("month").shift(ys, months); s > xs || s == xs && yn > xn {
		months--
	}
	return months / unitMonths[u]
}

// ratio is the parameter of opScale: times mul, or divided by div; rounded down, or towards zero.
type ratio struct {
	mul, div int64
	toZero   bool
}

func (r ratio) String() string { return fmt.Sprintf("*%d/%d", r.mul, r.div) }

// emitScale moves a time to another unit; what does not fit fails.
func emitScale(n *node, d int, a []int) step {
	r, from := n.val.(ratio), laneOf(n.args[0].typ)
	return eachTime(d, laneOf(n.typ), func(m *machine, i int) (int64, bool) {
		v, ok := kernel.MulInt(widened(m, from, a[0], i), r.mul)
		if r.toZero {
			return v / r.div, ok
		}
		return kernel.FloorDiv(v, r.div), ok
	})
}

// emitToDate is the date on the wall clock.
func emitToDate(n *node, d int, a []int) step {
	c, l, to := mustClock(n.args[0].typ), laneOf(n.args[0].typ), laneOf(n.typ)
	per := int64(1)
	if to == laneI64 {
		per = 86400000
	}
	return eachTime(d, to, func(m *machine, i int) (int64, bool) {
		sec, _ := c.wall(&m.zone, widened(m, l, a[0], i))
		return kernel.MulInt(kernel.FloorDiv(sec, 86400), per)
	})
}

// emitToZone reads the wall clock of the argument's type as that of the
// result's.
func emitToZone(n *node, d int, a []int) step {
	from, to, l := mustClock(n.args[0].typ), mustClock(n.typ), laneOf(n.args[0].typ)
	return eachTime(d, laneI64, func(m *machine, i int) (int64, bool) {
		sec, nano := from.wall(&m.zone, widened(m, l, a[0], i))
		if to.zone != nil && (sec > farthest || sec < -farthest) {
			return 0, false
		}
		return to.value(&m.zone, sec, nano)
	})
}

// timeArith types + - * / of times, nil when neither operand is one.
func (c *checker) timeArith(tok token.Token, x, y *node, pos int) *node {
	tx, ty := x.typ, y.typ
	if x.untyped() || isNullNode(x) {
		tx = nil
	}
	if y.untyped() || isNullNode(y) {
		ty = nil
	}
	is := func(t arrow.DataType, f func(arrow.DataType) bool) bool { return t != nil && f(t) }
	switch {
	case tok == token.SUB && is(tx, isInstant) && is(ty, isInstant):
		return c.instantDiff(x, y, pos)
	case (tok == token.ADD || tok == token.SUB) && is(tx, isInstant) && is(ty, isDuration):
		return c.instantShift(tok, x, y, pos)
	case tok == token.ADD && is(tx, isDuration) && is(ty, isInstant):
		return c.instantShift(tok, y, x, pos)
	case (tok == token.ADD || tok == token.SUB) && is(tx, isDuration) && is(ty, isDuration):
		t := common(tx, ty)
		return c.node(timeOps[tok], t, pos, c.convert(x, t, pos), c.convert(y, t, pos))
	case (tok == token.MUL || tok == token.QUO) && is(tx, isDuration) && (ty == nil || isInt(ty)):
		return c.durationTimes(tok, x, y, pos)
	case tok == token.MUL && is(ty, isDuration) && (tx == nil || isInt(tx)):
		return c.durationTimes(tok, y, x, pos)
	}
	return nil
}

var timeOps = map[token.Token]op{token.ADD: opAddTime, token.SUB: opSubTime}

func (c *checker) durationTimes(tok token.Token, x, y *node, pos int) *node {
	o := opMulTime
	if tok == token.QUO {
		o = opDivTime
	}
	return c.node(o, x.typ, pos, c.node(opView, int64Type, pos, x), c.to(y, int64Type))
}

// instantDiff is the elapsed time between two instants of their finer unit.
func (c *checker) instantDiff(x, y *node, pos int) *node {
	t := common(x.typ, y.typ)
	if t == nil {
		c.fail(pos, "- does not apply to %s and %s%s", c.describe(x), c.describe(y), mixHint(token.SUB, x, y))
	}
	if t.ID() == arrow.DATE32 {
		days := func(n *node) *node { return c.node(opWiden, int64Type, pos, c.node(opView, int32Type, pos, n)) }
		wide := c.node(opSub, int64Type, pos, days(x), days(y))
		n := c.node(opScale, &arrow.DurationType{Unit: arrow.Second}, pos, wide)
		n.val = ratio{mul: 86400, div: 1}
		return n
	}
	u := arrow.Millisecond
	if ts, ok := t.(*arrow.TimestampType); ok {
		u = ts.Unit
	}
	return c.node(opSubTime, &arrow.DurationType{Unit: u}, pos, c.convert(x, t, pos), c.convert(y, t, pos))
}

// instantShift moves an instant by a duration, in the finer unit of the two; a
// date becomes a timestamp.
func (c *checker) instantShift(tok token.Token, x, y *node, pos int) *node {
	t := &arrow.TimestampType{Unit: y.typ.(*arrow.DurationType).Unit}
	if ts, ok := x.typ.(*arrow.TimestampType); ok {
		t.Unit, t.TimeZone = max(t.Unit, ts.Unit), ts.TimeZone
	}
	dur := &arrow.DurationType{Unit: t.Unit}
	return c.node(timeOps[tok], t, pos, c.convert(x, t, pos), c.convert(y, dur, pos))
}

// convertTime casts between times, and between times and integers, which count
// the units.
func (c *checker) convertTime(n *node, t arrow.DataType, pos int) *node {
	from := n.typ
	switch {
	case isInt(from) && (isTime(t) || isClock(t)), (isTime(from) || isClock(from)) && isInt(t):
		return c.countUnits(n, t, pos)
	case isDate(from) && isDate(t), isTimestamp(from) && isDate(t):
		c.checkZone(from, pos)
		return c.node(opToDate, t, pos, n)
	case isDate(from) && isTimestamp(t):
		c.checkZone(t, pos)
		return c.node(opToZone, t, pos, n)
	case isTimestamp(from) && isTimestamp(t):
		a, b := from.(*arrow.TimestampType), t.(*arrow.TimestampType)
		if (a.TimeZone == "") != (b.TimeZone == "") {
			c.checkZone(from, pos)
			c.checkZone(t, pos)
			return c.node(opToZone, t, pos, n)
		}
		return c.rescale(n, t, unitNanos(a.Unit), unitNanos(b.Unit), pos)
	case isDuration(from) && isDuration(t), isClock(from) && isClock(t):
		return c.rescale(n, t, tickNanos(from), tickNanos(t), pos)
	}
	c.fail(pos, "there is no cast from %s to %s", typeName(from), typeName(t))
	return nil
}

func (c *checker) checkZone(t arrow.DataType, pos int) {
	if _, err := clockOf(t); err != nil {
		c.fail(pos, "%v", err)
	}
}

func (c *checker) rescale(n *node, t arrow.DataType, from, to int64, pos int) *node {
	if from == to {
		return c.node(opView, t, pos, n)
	}
	r := c.node(opScale, t, pos, n)
	r.val = ratio{max(from/to, 1), max(to/from, 1), isDuration(t) || isClock(t)}
	return r
}

func (c *checker) countUnits(n *node, t arrow.DataType, pos int) *node {
	lane := map[bool]arrow.DataType{true: int32Type, false: int64Type}
	if isInt(n.typ) {
		return c.node(opView, t, pos, c.convert(n, lane[laneOf(t) == laneI32], pos))
	}
	return c.convert(c.node(opView, lane[laneOf(n.typ) == laneI32], pos, n), t, pos)
}
