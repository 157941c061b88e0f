package vm

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// emitParse reads values of the node's type; a text that is none fails.
func emitParse(n *ir.Node, d int, a []int) step {
	switch l := ir.LaneOf(n.Type); l {
	case ir.LaneBits:
		return parseBits(d, a[0])
	case ir.LaneF32:
		return parsed(n, d, a[0], func(s string) (float32, error) {
			f, err := strconv.ParseFloat(s, 32)
			return float32(f), err
		})
	case ir.LaneF64:
		return parsed(n, d, a[0], func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	case ir.LaneDec:
		return parsed(n, d, a[0], decimalParser(n.Type.(*arrow.Decimal128Type)))
	case ir.LaneI32:
		if ir.IsClock(n.Type) {
			return parsedClock[int32](n, d, a[0])
		}
		if ir.IsTime(n.Type) {
			return parsed(n, d, a[0], func(s string) (int32, error) {
				v, err := parseInstant(s, n)
				if v != int64(int32(v)) {
					err = ir.ErrCast
				}
				return int32(v), err
			})
		}
		return parsedInt[int32](n, d, a[0])
	case ir.LaneI64:
		if ir.IsClock(n.Type) {
			return parsedClock[int64](n, d, a[0])
		}
		if ir.IsInstant(n.Type) {
			return parsed(n, d, a[0], func(s string) (int64, error) { return parseInstant(s, n) })
		}
		return parsedInt[int64](n, d, a[0])
	case ir.LaneI8:
		return parsedInt[int8](n, d, a[0])
	case ir.LaneI16:
		return parsedInt[int16](n, d, a[0])
	case ir.LaneU8:
		return parsedUint[uint8](n, d, a[0])
	case ir.LaneU16:
		return parsedUint[uint16](n, d, a[0])
	case ir.LaneU32:
		return parsedUint[uint32](n, d, a[0])
	}
	return parsedUint[uint64](n, d, a[0])
}

// parsed reads each value that is not null, with white space around it.
func parsed[T any](n *ir.Node, d, x int, f func(string) (T, error)) step {
	return func(m *Machine) bool {
		out, v, bad := lanesOf[T](m, d), &m.v[x], false
		for i := range out {
			if v.nulls && v.valid[i>>6]>>(i&63)&1 == 0 {
				var zero T
				out[i] = zero
				continue
			}
			s := strings.TrimSpace(string(v.textAt(i)))
			r, err := f(s)
			if out[i] = r; err != nil {
				bad = true
				m.now.cause(i, fmt.Errorf("%w: %q is no %s%s", ir.ErrCast, s, ir.TypeName(n.Type), dateRemedy(s, n.Type)))
			}
		}
		return bad
	}
}

// otherDates are dates whose order a text alone does not tell, or that are not written as ISO 8601
// has them.
var otherDates = regexp.MustCompile(`^\d{1,2}([./ -])\d{1,2}([./ -])(\d{4}|\d{2})(?:[ T](\d{1,2}:\d{2})(:\d{2})?)?$`)

// dateRemedy says how a text that was to be a date or timestamp may be read, where it looks like a
// date in another order.
func dateRemedy(s string, t arrow.DataType) string {
	if !ir.IsInstant(t) {
		return ""
	}
	m := otherDates.FindStringSubmatch(s)
	if m == nil {
		return `: it is read as 2006-01-02 or 2006-01-02 15:04:05; parse(x, "layout") reads others`
	}
	rest := m[2] + "2006"[4-len(m[3]):]
	if m[4] != "" {
		rest += s[len(s)-len(m[4]+m[5])-1:][:1] + "15:04"
		if m[5] != "" {
			rest += ":05"
		}
	}
	return fmt.Sprintf(": write parse(x, %q) if the day is first, parse(x, %q) if the month is; csvio.ReadOptions.Dates reads such a column of CSV as dates", "2"+m[1]+"1"+rest, "1"+m[1]+"2"+rest)
}

func parsedInt[T kernel.Signed](n *ir.Node, d, x int) step {
	bits := ir.LaneOf(n.Type).Width() * 8
	return parsed(n, d, x, func(s string) (T, error) {
		v, err := strconv.ParseInt(s, 10, bits)
		return T(v), err
	})
}

func parsedUint[T kernel.Unsigned](n *ir.Node, d, x int) step {
	bits := ir.LaneOf(n.Type).Width() * 8
	return parsed(n, d, x, func(s string) (T, error) {
		v, err := strconv.ParseUint(s, 10, bits)
		return T(v), err
	})
}

func parseBits(d, x int) step {
	return func(m *Machine) bool {
		out, v, bad := m.bitsOf(d), &m.v[x], false
		var words [kernel.Words]uint64
		for i := range m.n {
			b, err := strconv.ParseBool(strings.TrimSpace(string(v.textAt(i))))
			if b {
				words[i>>6] |= 1 << (i & 63)
			}
			if err != nil && (!v.nulls || v.valid[i>>6]>>(i&63)&1 != 0) {
				bad = true
				m.now.cause(i, fmt.Errorf("%w: %q is no bool", ir.ErrCast, v.textAt(i)))
			}
		}
		copy(out, words[:])
		return bad
	}
}

// decimalParser fails on a text whose value the type does not hold.
func decimalParser(t *arrow.Decimal128Type) func(string) (ir.Dec, error) {
	return func(s string) (ir.Dec, error) {
		d, ok := kernel.ParseDec(s, int(t.Precision), int(t.Scale))
		if !ok {
			return d, ir.ErrCast
		}
		return d, nil
	}
}

// instantLayouts are what casts to date and timestamp read.
var instantLayouts = []string{
	"2006-01-02", time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04",
}

// parseInstant reads a time by the node's layout, or by the usual ones. A text
// without a zone is a wall-clock time of the type's. What is finer than the unit is dropped.
func parseInstant(s string, n *ir.Node) (int64, error) {
	c, err := clockOf(n.Type)
	if err != nil {
		return 0, err
	}
	layout, _ := n.Value.(ir.Quoted)
	at, err := c.read(s, string(layout))
	if err != nil {
		return 0, err
	}
	v, ok := c.units(at.Unix(), int64(at.Nanosecond()))
	if !ok {
		return 0, ir.ErrCast
	}
	return v, nil
}

// read is the instant that a text means, by a layout or by the usual ones.
func (c clock) read(s, layout string) (time.Time, error) {
	if layout != "" {
		return c.readAs(s, layout)
	}
	for _, layout := range instantLayouts {
		if at, err := c.readAs(s, layout); err == nil {
			return at, nil
		}
	}
	return time.Time{}, ir.ErrCast
}

// ReadInstant is the instant that a constant means as a value of type t.
func ReadInstant(s string, t arrow.DataType) (time.Time, error) {
	c, err := clockOf(t)
	if err != nil {
		return time.Time{}, err
	}
	return c.read(s, "")
}

func (c clock) readAs(s, layout string) (time.Time, error) {
	if c.zone == nil {
		return time.Parse(layout, s)
	}
	at, err := time.ParseInLocation(layout, s, c.zone)
	if err != nil || layoutHasZone(layout) {
		return at, err
	}
	at, err = time.Parse(layout, s)
	if err != nil {
		return at, err
	}
	var z zoneCache
	sec, _ := z.instant(c.zone, at.Unix())
	return time.Unix(sec, int64(at.Nanosecond())), nil
}

// layoutHasZone reports whether what a layout reads says its zone.
func layoutHasZone(layout string) bool {
	return strings.Contains(layout, "07") || strings.Contains(layout, "MST")
}

// clockLayouts are how times of day are written.
var clockLayouts = []string{"15:04:05.999999999", "15:04"}

// ParseClock reads the nanoseconds since midnight.
func ParseClock(s string) (int64, error) {
	for _, layout := range clockLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return int64(t.Sub(t.Truncate(24 * time.Hour))), nil
		}
	}
	return 0, ir.ErrCast
}

func parsedClock[T kernel.Signed](n *ir.Node, d, x int) step {
	per := ir.TickNanos(n.Type)
	return parsed(n, d, x, func(s string) (T, error) {
		nanos, err := ParseClock(s)
		return T(nanos / per), err
	})
}

// emitFormat writes values as Go prints them; times as ISO 8601 or by layout.
func emitFormat(n *ir.Node, d int, a []int) step {
	write := writer(n, a[0])
	return eachLane(d, a[0], write)
}

// eachLane appends the text of each lane that is not null.
func eachLane(d, x int, write func(m *Machine, out []byte, i int) []byte) step {
	return func(m *Machine) bool {
		v, from := &m.v[d], &m.v[x]
		v.beginText(m.n)
		for i := range m.n {
			if !from.nulls || from.valid[i>>6]>>(i&63)&1 != 0 {
				v.text = write(m, v.text, i)
			}
			v.ends[i+1] = int32(len(v.text))
		}
		v.endText(m, m.n)
		return false
	}
}

func writer(n *ir.Node, r int) func(m *Machine, out []byte, i int) []byte {
	t := n.Args[0].Type
	if ir.IsTime(t) {
		return timeWriter(n, r)
	}
	if ir.IsClock(t) {
		return clockWriter(t, r)
	}
	switch l := ir.LaneOf(t); l {
	case ir.LaneBits:
		return func(m *Machine, out []byte, i int) []byte {
			return strconv.AppendBool(out, m.bitsOf(r)[i>>6]>>(i&63)&1 != 0)
		}
	case ir.LaneF32, ir.LaneF64:
		return floatWriter(l, r)
	case ir.LaneDec:
		scale := t.(*arrow.Decimal128Type).Scale
		return func(m *Machine, out []byte, i int) []byte {
			v := lanesOf[ir.Dec](m, r)[i]
			return append(out, decimal128.New(v.Hi, v.Lo).ToString(scale)...)
		}
	case ir.LaneText:
		return func(m *Machine, out []byte, i int) []byte { return append(out, m.v[r].textAt(i)...) }
	default:
		return intWriter(l, r)
	}
}

func floatWriter(l ir.Lane, r int) func(m *Machine, out []byte, i int) []byte {
	if l == ir.LaneF32 {
		return func(m *Machine, out []byte, i int) []byte {
			return strconv.AppendFloat(out, float64(lanesOf[float32](m, r)[i]), 'g', -1, 32)
		}
	}
	return func(m *Machine, out []byte, i int) []byte {
		return strconv.AppendFloat(out, lanesOf[float64](m, r)[i], 'g', -1, 64)
	}
}

func intWriter(l ir.Lane, r int) func(m *Machine, out []byte, i int) []byte {
	switch l {
	case ir.LaneI8:
		return signedWriter[int8](r)
	case ir.LaneI16:
		return signedWriter[int16](r)
	case ir.LaneI32:
		return signedWriter[int32](r)
	case ir.LaneI64:
		return signedWriter[int64](r)
	case ir.LaneU8:
		return unsignedWriter[uint8](r)
	case ir.LaneU16:
		return unsignedWriter[uint16](r)
	case ir.LaneU32:
		return unsignedWriter[uint32](r)
	}
	return unsignedWriter[uint64](r)
}

func signedWriter[T kernel.Signed](r int) func(m *Machine, out []byte, i int) []byte {
	return func(m *Machine, out []byte, i int) []byte {
		return strconv.AppendInt(out, int64(lanesOf[T](m, r)[i]), 10)
	}
}

func unsignedWriter[T kernel.Unsigned](r int) func(m *Machine, out []byte, i int) []byte {
	return func(m *Machine, out []byte, i int) []byte {
		return strconv.AppendUint(out, uint64(lanesOf[T](m, r)[i]), 10)
	}
}

func timeWriter(n *ir.Node, r int) func(m *Machine, out []byte, i int) []byte {
	t := n.Args[0].Type
	c, l := mustClock(t), ir.LaneOf(t)
	if ir.IsDuration(t) {
		return func(m *Machine, out []byte, i int) []byte {
			return appendDuration(out, lanesOf[int64](m, r)[i], c.perSecond)
		}
	}
	layout := "2006-01-02T15:04:05.999999999"
	switch {
	case ir.IsDate(t):
		layout = "2006-01-02"
	case t.(*arrow.TimestampType).TimeZone != "":
		layout = time.RFC3339Nano
	}
	if q, ok := n.Value.(ir.Quoted); ok {
		layout = string(q)
	}
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	plain := clock{perSecond: c.perSecond}
	return func(m *Machine, out []byte, i int) []byte {
		sec, nano := plain.wall(nil, widened(m, l, r, i))
		return time.Unix(sec, nano).In(zone).AppendFormat(out, layout)
	}
}

// clockWriter writes times of day; one that is none, as its count.
func clockWriter(t arrow.DataType, r int) func(m *Machine, out []byte, i int) []byte {
	l, per := ir.LaneOf(t), ir.TickNanos(t)
	return func(m *Machine, out []byte, i int) []byte {
		v := widened(m, l, r, i)
		if v < 0 || v >= 86400e9/per {
			return strconv.AppendInt(out, v, 10)
		}
		return time.Unix(0, v*per).UTC().AppendFormat(out, clockLayouts[0])
	}
}

// appendDuration writes v as Go writes a time.Duration, and likewise one of more than the 292
// years that a time.Duration holds.
func appendDuration(out []byte, v, perSecond int64) []byte {
	if nanos, ok := kernel.MulInt(v, 1e9/perSecond); ok {
		return append(out, time.Duration(nanos).String()...)
	}
	whole, rest := v/(3600*perSecond), v%(3600*perSecond)
	if v < 0 {
		rest = -rest
	}
	out = strconv.AppendInt(out, whole, 10)
	afterHour := time.Hour + time.Duration(rest*(1e9/perSecond))
	return append(out, strings.TrimPrefix(afterHour.String(), "1")...)
}
