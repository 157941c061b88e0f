package expr

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/volley-go/volley/internal/kernel"
)

// Values as text and back.
var (
	opParse  = &op{name: "parse", fails: ErrCast, emit: emitParse}
	opFormat = &op{name: "format", emit: emitFormat}
)

// emitParse reads values of the node's type; a text that is none fails.
func emitParse(n *node, d int, a []int) step {
	switch l := laneOf(n.typ); l {
	case laneBits:
		return parseBits(d, a[0])
	case laneF32:
		return parsed(n, d, a[0], func(s string) (float32, error) {
			f, err := strconv.ParseFloat(s, 32)
			return float32(f), err
		})
	case laneF64:
		return parsed(n, d, a[0], func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	case laneDec:
		return parsed(n, d, a[0], decimalParser(n.typ.(*arrow.Decimal128Type)))
	case laneI32:
		if isTime(n.typ) {
			return parsed(n, d, a[0], func(s string) (int32, error) {
				v, err := parseInstant(s, n)
				return int32(v), err
			})
		}
		return parsedInt[int32](n, d, a[0])
	case laneI64:
		if isInstant(n.typ) {
			return parsed(n, d, a[0], func(s string) (int64, error) { return parseInstant(s, n) })
		}
		return parsedInt[int64](n, d, a[0])
	case laneI8:
		return parsedInt[int8](n, d, a[0])
	case laneI16:
		return parsedInt[int16](n, d, a[0])
	case laneU8:
		return parsedUint[uint8](n, d, a[0])
	case laneU16:
		return parsedUint[uint16](n, d, a[0])
	case laneU32:
		return parsedUint[uint32](n, d, a[0])
	}
	return parsedUint[uint64](n, d, a[0])
}

// parsed reads each value that is not null, with white space around it.
func parsed[T any](n *node, d, x int, f func(string) (T, error)) step {
	return func(m *machine) bool {
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
				m.now.cause(i, fmt.Errorf("%w: %q is no %s", ErrCast, s, typeName(n.typ)))
			}
		}
		return bad
	}
}

func parsedInt[T kernel.Signed](n *node, d, x int) step {
	bits := laneOf(n.typ).width() * 8
	return parsed(n, d, x, func(s string) (T, error) {
		v, err := strconv.ParseInt(s, 10, bits)
		return T(v), err
	})
}

func parsedUint[T kernel.Unsigned](n *node, d, x int) step {
	bits := laneOf(n.typ).width() * 8
	return parsed(n, d, x, func(s string) (T, error) {
		v, err := strconv.ParseUint(s, 10, bits)
		return T(v), err
	})
}

func parseBits(d, x int) step {
	return func(m *machine) bool {
		out, v, bad := m.bitsOf(d), &m.v[x], false
		var words [kernel.Words]uint64
		for i := range m.n {
			b, err := strconv.ParseBool(strings.TrimSpace(string(v.textAt(i))))
			if b {
				words[i>>6] |= 1 << (i & 63)
			}
			if err != nil && (!v.nulls || v.valid[i>>6]>>(i&63)&1 != 0) {
				bad = true
				m.now.cause(i, fmt.Errorf("%w: %q is no bool", ErrCast, v.textAt(i)))
			}
		}
		copy(out, words[:])
		return bad
	}
}

// decimalParser takes digits with a point; what the scale cannot hold fails.
func decimalParser(t *arrow.Decimal128Type) func(string) (dec, error) {
	return func(s string) (dec, error) {
		r, ok := new(big.Rat).SetString(s)
		if !ok || len(s) > 100 || strings.ContainsAny(s, "/pPxX_") || len(r.Num().Bits()) > 8 {
			return dec{}, ErrCast
		}
		p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Scale)), nil)
		r.Mul(r, new(big.Rat).SetInt(p))
		if !r.IsInt() || r.Num().BitLen() > 126 {
			return dec{}, ErrCast
		}
		d := decFromBig(r.Num())
		if !d.Fits(int(t.Precision)) {
			return dec{}, ErrCast
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
// without a zone is a wall-clock time of the type's.
func parseInstant(s string, n *node) (int64, error) {
	if layout, ok := n.val.(quoted); ok {
		return instantValue(s, string(layout), n.typ)
	}
	for _, layout := range instantLayouts {
		if v, err := instantValue(s, layout, n.typ); err == nil {
			return v, nil
		}
	}
	return 0, ErrCast
}

func instantValue(s, layout string, t arrow.DataType) (int64, error) {
	c, err := clockOf(t)
	if err != nil {
		return 0, err
	}
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	at, err := time.ParseInLocation(layout, s, zone)
	if err != nil {
		return 0, err
	}
	if c.perSecond == 0 {
		return kernel.FloorDiv(at.Unix(), 86400), nil
	}
	v := at.Unix()*c.perSecond + int64(at.Nanosecond())/(1e9/c.perSecond)
	if kernel.FloorDiv(v, c.perSecond) != at.Unix() {
		return 0, ErrCast
	}
	return v, nil
}

// instantConst is a text constant where a time is needed.
func (c *checker) instantConst(s string, t arrow.DataType, pos int) any {
	v, err := parseInstant(strings.TrimSpace(s), &node{typ: t})
	if err != nil {
		c.fail(pos, "%q is no %s: write it as 2006-01-02 or 2006-01-02 15:04:05", s, typeName(t))
	}
	if laneOf(t) == laneI32 {
		return int32(v)
	}
	return v
}

// emitFormat writes values as Go prints them; times as ISO 8601 or by layout.
func emitFormat(n *node, d int, a []int) step {
	write := writer(n, a[0])
	return eachLane(d, a[0], write)
}

// eachLane appends the text of each lane that is not null.
func eachLane(d, x int, write func(m *machine, out []byte, i int) []byte) step {
	return func(m *machine) bool {
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

func writer(n *node, r int) func(m *machine, out []byte, i int) []byte {
	t := n.args[0].typ
	if isTime(t) {
		return timeWriter(n, r)
	}
	switch l := laneOf(t); l {
	case laneBits:
		return func(m *machine, out []byte, i int) []byte {
			return strconv.AppendBool(out, m.bitsOf(r)[i>>6]>>(i&63)&1 != 0)
		}
	case laneF32, laneF64:
		return floatWriter(l, r)
	case laneDec:
		scale := t.(*arrow.Decimal128Type).Scale
		return func(m *machine, out []byte, i int) []byte {
			v := lanesOf[dec](m, r)[i]
			return append(out, decimal128.New(v.Hi, v.Lo).ToString(scale)...)
		}
	case laneText:
		return func(m *machine, out []byte, i int) []byte { return append(out, m.v[r].textAt(i)...) }
	default:
		return intWriter(l, r)
	}
}

func floatWriter(l lane, r int) func(m *machine, out []byte, i int) []byte {
	if l == laneF32 {
		return func(m *machine, out []byte, i int) []byte {
			return strconv.AppendFloat(out, float64(lanesOf[float32](m, r)[i]), 'g', -1, 32)
		}
	}
	return func(m *machine, out []byte, i int) []byte {
		return strconv.AppendFloat(out, lanesOf[float64](m, r)[i], 'g', -1, 64)
	}
}

func intWriter(l lane, r int) func(m *machine, out []byte, i int) []byte {
	switch l {
	case laneI8:
		return signedWriter[int8](r)
	case laneI16:
		return signedWriter[int16](r)
	case laneI32:
		return signedWriter[int32](r)
	case laneI64:
		return signedWriter[int64](r)
	case laneU8:
		return unsignedWriter[uint8](r)
	case laneU16:
		return unsignedWriter[uint16](r)
	case laneU32:
		return unsignedWriter[uint32](r)
	}
	return unsignedWriter[uint64](r)
}

func signedWriter[T kernel.Signed](r int) func(m *machine, out []byte, i int) []byte {
	return func(m *machine, out []byte, i int) []byte {
		return strconv.AppendInt(out, int64(lanesOf[T](m, r)[i]), 10)
	}
}

func unsignedWriter[T kernel.Unsigned](r int) func(m *machine, out []byte, i int) []byte {
	return func(m *machine, out []byte, i int) []byte {
		return strconv.AppendUint(out, uint64(lanesOf[T](m, r)[i]), 10)
	}
}

func timeWriter(n *node, r int) func(m *machine, out []byte, i int) []byte {
	t := n.args[0].typ
	c, l := mustClock(t), laneOf(t)
	if isDuration(t) {
		nanos := unitNanos(t.(*arrow.DurationType).Unit)
		return func(m *machine, out []byte, i int) []byte {
			return append(out, time.Duration(lanesOf[int64](m, r)[i]*nanos).String()...)
		}
	}
	layout := "2006-01-02T15:04:05.999999999"
	switch {
	case isDate(t):
		layout = "2006-01-02"
	case t.(*arrow.TimestampType).TimeZone != "":
		layout = time.RFC3339Nano
	}
	if q, ok := n.val.(quoted); ok {
		layout = string(q)
	}
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	plain := clock{perSecond: c.perSecond}
	return func(m *machine, out []byte, i int) []byte {
		sec, nano := plain.wall(nil, widened(m, l, r, i))
		return time.Unix(sec, nano).In(zone).AppendFormat(out, layout)
	}
}
