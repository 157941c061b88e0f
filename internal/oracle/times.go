package oracle

import (
	"go/token"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Times are counts of their type's unit. Here they become big.Ints of nanoseconds, which
// nothing overflows, and times of package time where the calendar is asked.

var units = map[string]int64{"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1}

// temporal is what the name of a time type says.
type temporal struct {
	kind string // date, date64, timestamp, duration; "" for other types
	per  int64  // nanoseconds of a unit
	unit string
	zone string
}

func temporalOf(t string) temporal {
	switch t {
	case "date":
		return temporal{kind: t, per: 86400e9}
	case "date64":
		return temporal{kind: t, per: 1e6, unit: "ms"}
	}
	kind, rest, ok := strings.Cut(strings.TrimSuffix(t, "]"), "[")
	if !ok {
		return temporal{}
	}
	unit, zone, _ := strings.Cut(rest, ", ")
	return temporal{kind: kind, per: units[unit], unit: unit, zone: zone}
}

func (k temporal) instant() bool { return k.kind != "" && k.kind != "duration" }
func (k temporal) date() bool    { return k.kind == "date" || k.kind == "date64" }

func (k temporal) name() string {
	switch {
	case k.date():
		return k.kind
	case k.zone != "":
		return k.kind + "[" + k.unit + ", " + k.zone + "]"
	}
	return k.kind + "[" + k.unit + "]"
}

func isTemporal(t string) bool { return temporalOf(t).kind != "" }

// finer is the smaller unit of two.
func finer(a, b temporal) string {
	if b.per < a.per {
		return b.unit
	}
	return a.unit
}

// commonTime is the type in which two times meet.
func commonTime(a, b string) string {
	x, y := temporalOf(a), temporalOf(b)
	switch {
	case a == b:
		return a
	case x.date() && y.date():
		return "date64"
	case x.date():
		return b
	case y.date():
		return a
	}
	x.unit = finer(x, y)
	return x.name()
}

func location(zone string) *time.Location {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return loc
}

// nanos is a time's nanoseconds, of a wall clock for dates and timestamps without zone.
func nanos(v Value) *big.Int {
	n := big.NewInt(v.V.(int64))
	return n.Mul(n, big.NewInt(temporalOf(v.Type).per))
}

// at is an instant, shown by the clock of its zone.
func at(v Value) time.Time {
	return fromNanos(nanos(v)).In(location(temporalOf(v.Type).zone))
}

func fromNanos(n *big.Int) time.Time {
	sec, rest := new(big.Int).DivMod(n, big.NewInt(1e9), new(big.Int))
	if sec.BitLen() > 56 {
		panic(ErrBeyond)
	}
	return time.Unix(sec.Int64(), rest.Int64())
}

func toNanos(t time.Time) *big.Int {
	n := new(big.Int).Mul(big.NewInt(t.Unix()), big.NewInt(1e9))
	return n.Add(n, big.NewInt(int64(t.Nanosecond())))
}

// wallTime is what the clock shows, as a time in UTC.
func wallTime(t time.Time) time.Time {
	_, off := t.Zone()
	return t.Add(time.Duration(off) * time.Second).UTC()
}

// zoned is when a zone's clock shows a wall-clock time: the first time, or, skipped, moved on by
// the length of the gap.
func zoned(wall time.Time, zone string) time.Time {
	loc := location(zone)
	_, before := wall.Add(-24 * time.Hour).In(loc).Zone()
	_, after := wall.Add(24 * time.Hour).In(loc).Zone()
	first := wall.Add(-time.Duration(before) * time.Second).In(loc)
	second := wall.Add(-time.Duration(after) * time.Second).In(loc)
	if !wallTime(first).Equal(wall) && wallTime(second).Equal(wall) {
		return second
	}
	return first
}

// counted is nanoseconds in a type's unit, rounded down, or towards zero for durations.
func counted(n *big.Int, t string) (Value, error) {
	per := big.NewInt(temporalOf(t).per)
	q := new(big.Int)
	if temporalOf(t).kind == "duration" {
		q.Quo(n, per)
	} else {
		q.Div(n, per)
	}
	if !q.IsInt64() || t == "date" && q.Int64() != int64(int32(q.Int64())) {
		return Value{Type: t}, ErrRow
	}
	return Value{t, q.Int64()}, nil
}

// castTime converts between times.
func castTime(v Value, t string) (Value, error) {
	from, to := temporalOf(v.Type), temporalOf(t)
	switch {
	case to.date():
		return counted(toNanos(begin(wallTime(at(v)), "day")), t)
	case from.kind == "timestamp" && (from.zone == "") == (to.zone == ""), from.kind == "duration":
		return counted(nanos(v), t)
	case to.zone == "":
		return counted(toNanos(wallTime(at(v))), t)
	}
	return counted(toNanos(zoned(fromNanos(nanos(v)).UTC(), to.zone)), t)
}

// compareTimes is the order of two times: a date beside a zone is the zone's midnight.
func compareTimes(x, y Value) int {
	if z := temporalOf(y.Type).zone; z != "" && temporalOf(x.Type).date() {
		return toNanos(zoned(fromNanos(nanos(x)).UTC(), z)).Cmp(nanos(y))
	}
	if z := temporalOf(x.Type).zone; z != "" && temporalOf(y.Type).date() {
		return -compareTimes(y, x)
	}
	return nanos(x).Cmp(nanos(y))
}

// timeArith is + - * / of times and durations.
func timeArith(op token.Token, x, y Value) (Value, error) {
	a, b := temporalOf(x.Type), temporalOf(y.Type)
	switch {
	case a.kind == "":
		return timeArith(op, y, x)
	case b.kind == "":
		return scaledDuration(op, x, y)
	}
	t := commonTime(x.Type, y.Type)
	result := t
	switch {
	case a.instant() && b.instant():
		result = "duration[" + temporalOf(t).unit + "]"
		if t == "date" {
			result = "duration[s]"
		}
	case a.instant():
		k := temporal{kind: "timestamp", unit: finer(b, a), zone: a.zone}
		if a.date() {
			k.unit = b.unit
		}
		return sum(op, x, y, k.name(), "duration["+k.unit+"]", k.name())
	case b.instant():
		return timeArith(op, y, x)
	}
	return sum(op, x, y, t, t, result)
}

// sum converts both operands, and adds or subtracts them.
func sum(op token.Token, x, y Value, tx, ty, result string) (Value, error) {
	x, errx := cast(x, tx)
	y, erry := cast(y, ty)
	switch {
	case errx != nil || erry != nil: // though the other one be null
		return Value{Type: result}, ErrRow
	case x.V == nil || y.V == nil:
		return Value{Type: result}, nil
	}
	n := nanos(x)
	if op == token.ADD {
		n.Add(n, nanos(y))
	} else {
		n.Sub(n, nanos(y))
	}
	return counted(n, result)
}

func scaledDuration(op token.Token, x, y Value) (Value, error) {
	y = to(y, "int64")
	if x.V == nil || y.V == nil {
		return Value{Type: x.Type}, nil
	}
	n, by := big.NewInt(x.V.(int64)), big.NewInt(y.V.(int64))
	switch {
	case op == token.MUL:
		n.Mul(n, by)
	case by.Sign() == 0:
		return Value{Type: x.Type}, ErrRow
	default:
		n.Quo(n, by)
	}
	return counted(n.Mul(n, big.NewInt(temporalOf(x.Type).per)), x.Type)
}

// timeFunction is the functions of times that have a unit.
func timeFunction(name string, v []Value) (Value, error) {
	unit := v[len(v)-1].V.(string)
	switch name {
	case "trunc":
		return truncated(v[0], unit)
	case "add":
		return moved(v[0], v[1].V.(int64), unit)
	}
	t := commonTime(v[0].Type, v[1].Type)
	x, errx := cast(v[0], t)
	y, erry := cast(v[1], t)
	switch {
	case errx != nil || erry != nil: // though the other one be null
		return Value{Type: "int64"}, ErrRow
	case x.V == nil || y.V == nil:
		return Value{Type: "int64"}, nil
	}
	return Value{"int64", between(x, y, unit)}, nil
}

var fixed = map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour}

// begin is the beginning of a unit on the wall clock.
func begin(t time.Time, unit string) time.Time {
	y, m, d := t.Date()
	switch unit {
	case "day":
	case "week":
		d -= (int(t.Weekday()) + 6) % 7
	case "month":
		d = 1
	case "quarter":
		m, d = (m-1)/3*3+1, 1
	case "year":
		m, d = 1, 1
	default:
		part := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
		return t.Add(-part % fixed[unit])
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func truncated(v Value, unit string) (Value, error) {
	t := at(v)
	wall := begin(wallTime(t), unit)
	if fixed[unit] == 0 || temporalOf(v.Type).date() {
		r := zoned(wall, temporalOf(v.Type).zone)
		if !wallTime(r).Equal(wall) { // skipped: the day begins with the change
			r, _ = r.ZoneBounds()
		}
		return counted(toNanos(r), v.Type)
	}
	r := t.Add(wall.Sub(wallTime(t)))
	if change, _ := t.ZoneBounds(); change.After(r) && !wallTime(change.Add(-time.Nanosecond)).Equal(wallTime(change).Add(-time.Nanosecond)) {
		r = change
	}
	return counted(toNanos(r), v.Type)
}

func moved(v Value, n int64, unit string) (Value, error) {
	if d := fixed[unit]; d > 0 {
		by := new(big.Int).Mul(big.NewInt(int64(d)), big.NewInt(n))
		return counted(by.Add(by, nanos(v)), v.Type)
	}
	return counted(toNanos(zoned(movedWall(wallTime(at(v)), n, unit), temporalOf(v.Type).zone)), v.Type)
}

var months = map[string]int64{"month": 1, "quarter": 3, "year": 12}

func movedWall(t time.Time, n int64, unit string) time.Time {
	switch unit {
	case "week":
		n *= 7
		fallthrough
	case "day":
		return t.AddDate(0, 0, int(n))
	}
	y, m, d := t.Date()
	first := time.Date(y, m+time.Month(n*months[unit]), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d, last)-1)
}

// between counts whole units from y to x by trying: the most that y can be moved and not be behind
// x.
func between(x, y Value, unit string) int64 {
	k := temporalOf(x.Type)
	if d := fixed[unit]; d > 0 && !k.date() {
		n := new(big.Int).Sub(nanos(x), nanos(y))
		return n.Quo(n, big.NewInt(int64(d))).Int64()
	}
	a, b := wallTime(at(x)), wallTime(at(y))
	sign := int64(1)
	if a.Before(b) {
		a, b, sign = b, a, -1
	}
	switch unit {
	case "day", "week":
		per := map[string]int64{"day": 86400e9, "week": 7 * 86400e9}[unit]
		n := new(big.Int).Sub(toNanos(a), toNanos(b))
		return sign * n.Quo(n, big.NewInt(per)).Int64()
	}
	if d := fixed[unit]; d > 0 {
		n := new(big.Int).Sub(toNanos(a), toNanos(b))
		return sign * n.Quo(n, big.NewInt(int64(d))).Int64()
	}
	n := int64(a.Year()-b.Year())*12 + int64(a.Month()) - int64(b.Month())
	if movedWall(b, n, "month").After(a) {
		n--
	}
	return sign * (n / months[unit])
}

func timeText(v Value) string {
	k := temporalOf(v.Type)
	switch {
	case k.date():
		return at(v).Format("2006-01-02")
	case k.kind == "duration":
		return durationText(nanos(v))
	case k.zone != "":
		return at(v).Format(time.RFC3339Nano)
	}
	return at(v).Format("2006-01-02T15:04:05.999999999")
}

// durationText is as time.Duration writes itself.
func durationText(n *big.Int) string {
	if n.IsInt64() && n.Int64() != math.MinInt64 {
		return time.Duration(n.Int64()).String()
	}
	sign := map[bool]string{true: "-"}[n.Sign() < 0]
	h, rest := new(big.Int).QuoRem(new(big.Int).Abs(n), big.NewInt(3600e9), new(big.Int))
	m, s := rest.Int64()/60e9, rest.Int64()%60e9
	text := strconv.FormatFloat(float64(s/1e9), 'f', -1, 64)
	if frac := s % 1e9; frac > 0 {
		text += strings.TrimRight("."+strings.Repeat("0", 9-len(strconv.FormatInt(frac, 10)))+strconv.FormatInt(frac, 10), "0")
	}
	return sign + h.String() + "h" + strconv.FormatInt(m, 10) + "m" + text + "s"
}

// instantOf reads a text constant beside a time.
func instantOf(s, t string) *big.Int {
	for _, layout := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02"} {
		wall, err := time.Parse(layout, s)
		if err == nil {
			return toNanos(zoned(wall, temporalOf(t).zone))
		}
	}
	panic("oracle: no time: " + s)
}
