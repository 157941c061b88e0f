package expr

import (
	"go/token"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/vm"
)

// timeArith types + - * / of times, nil when neither operand is one.
func (c *checker) timeArith(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	tx, ty := x.Type, y.Type
	if x.Untyped() || isNullNode(x) {
		tx = nil
	}
	if y.Untyped() || isNullNode(y) {
		ty = nil
	}
	is := func(t arrow.DataType, f func(arrow.DataType) bool) bool { return t != nil && f(t) }
	switch {
	case tok == token.SUB && is(tx, ir.IsInstant) && is(ty, ir.IsInstant):
		return c.instantDiff(x, y, pos)
	case (tok == token.ADD || tok == token.SUB) && is(tx, ir.IsInstant) && is(ty, ir.IsDuration):
		return c.instantShift(tok, x, y, pos)
	case tok == token.ADD && is(tx, ir.IsDuration) && is(ty, ir.IsInstant):
		return c.instantShift(tok, y, x, pos)
	case (tok == token.ADD || tok == token.SUB) && is(tx, ir.IsDuration) && is(ty, ir.IsDuration):
		t := common(tx, ty)
		return c.node(timeOps[tok], t, pos, c.convert(x, t, pos), c.convert(y, t, pos))
	case (tok == token.MUL || tok == token.QUO) && is(tx, ir.IsDuration) && (ty == nil || ir.IsInt(ty)):
		return c.durationTimes(tok, x, y, pos)
	case tok == token.MUL && is(ty, ir.IsDuration) && (tx == nil || ir.IsInt(tx)):
		return c.durationTimes(tok, y, x, pos)
	}
	return nil
}

var timeOps = map[token.Token]ir.Op{token.ADD: ir.OpAddTime, token.SUB: ir.OpSubTime}

func (c *checker) durationTimes(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	o := ir.OpMulTime
	if tok == token.QUO {
		o = ir.OpDivTime
	}
	return c.node(o, x.Type, pos, c.node(ir.OpView, ir.Int64Type, pos, x), c.to(y, ir.Int64Type))
}

// instantDiff is the elapsed time between two instants of their finer unit.
func (c *checker) instantDiff(x, y *ir.Node, pos int) *ir.Node {
	t := common(x.Type, y.Type)
	if t == nil {
		c.fail(pos, "- does not apply to %s and %s%s", c.describe(x), c.describe(y), mixHint(token.SUB, x, y))
	}
	if t.ID() == arrow.DATE32 {
		days := func(n *ir.Node) *ir.Node {
			return c.node(ir.OpWiden, ir.Int64Type, pos, c.node(ir.OpView, ir.Int32Type, pos, n))
		}
		wide := c.node(ir.OpSub, ir.Int64Type, pos, days(x), days(y))
		n := c.node(ir.OpScale, &arrow.DurationType{Unit: arrow.Second}, pos, wide)
		n.Value = ir.Ratio{Mul: 86400, Div: 1}
		return n
	}
	u := arrow.Millisecond
	if ts, ok := t.(*arrow.TimestampType); ok {
		u = ts.Unit
	}
	return c.node(ir.OpSubTime, &arrow.DurationType{Unit: u}, pos, c.convert(x, t, pos), c.convert(y, t, pos))
}

// instantShift moves an instant by a duration, in the finer unit of the two; a
// date becomes a timestamp.
func (c *checker) instantShift(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	t := &arrow.TimestampType{Unit: y.Type.(*arrow.DurationType).Unit}
	if ts, ok := x.Type.(*arrow.TimestampType); ok {
		t.Unit, t.TimeZone = max(t.Unit, ts.Unit), ts.TimeZone
	}
	dur := &arrow.DurationType{Unit: t.Unit}
	return c.node(timeOps[tok], t, pos, c.convert(x, t, pos), c.convert(y, dur, pos))
}

// convertTime casts between times, and between times and integers, which count
// the units.
func (c *checker) convertTime(n *ir.Node, t arrow.DataType, pos int) *ir.Node {
	from := n.Type
	switch {
	case ir.IsInt(from) && (ir.IsTime(t) || ir.IsClock(t)), (ir.IsTime(from) || ir.IsClock(from)) && ir.IsInt(t):
		return c.countUnits(n, t, pos)
	case ir.IsDate(from) && ir.IsDate(t), ir.IsTimestamp(from) && ir.IsDate(t):
		c.checkZone(from, pos)
		return c.node(ir.OpToDate, t, pos, n)
	case ir.IsDate(from) && ir.IsTimestamp(t):
		c.checkZone(t, pos)
		return c.node(ir.OpToZone, t, pos, n)
	case ir.IsTimestamp(from) && ir.IsTimestamp(t):
		a, b := from.(*arrow.TimestampType), t.(*arrow.TimestampType)
		if (a.TimeZone == "") != (b.TimeZone == "") {
			c.checkZone(from, pos)
			c.checkZone(t, pos)
			return c.node(ir.OpToZone, t, pos, n)
		}
		return c.rescale(n, t, ir.UnitNanos(a.Unit), ir.UnitNanos(b.Unit), pos)
	case ir.IsDuration(from) && ir.IsDuration(t), ir.IsClock(from) && ir.IsClock(t):
		return c.rescale(n, t, ir.TickNanos(from), ir.TickNanos(t), pos)
	}
	c.fail(pos, "there is no cast from %s to %s", ir.TypeName(from), ir.TypeName(t))
	return nil
}

func (c *checker) checkZone(t arrow.DataType, pos int) {
	if err := vm.CheckZone(t); err != nil {
		c.fail(pos, "%v", err)
	}
}

func (c *checker) rescale(n *ir.Node, t arrow.DataType, from, to int64, pos int) *ir.Node {
	if from == to {
		return c.node(ir.OpView, t, pos, n)
	}
	r := c.node(ir.OpScale, t, pos, n)
	r.Value = ir.Ratio{Mul: max(from/to, 1), Div: max(to/from, 1), ToZero: ir.IsDuration(t) || ir.IsClock(t)}
	return r
}

func (c *checker) countUnits(n *ir.Node, t arrow.DataType, pos int) *ir.Node {
	lane := map[bool]arrow.DataType{true: ir.Int32Type, false: ir.Int64Type}
	if ir.IsInt(n.Type) {
		return c.node(ir.OpView, t, pos, c.convert(n, lane[ir.LaneOf(t) == ir.LaneI32], pos))
	}
	return c.convert(c.node(ir.OpView, lane[ir.LaneOf(n.Type) == ir.LaneI32], pos, n), t, pos)
}
