package vm

import (
	"bytes"
	"unicode/utf8"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// compareText compares texts by bytes.
func compareText(n *ir.Node, d int, a []int) step {
	x, y := a[0], a[1]
	for i := range n.Args {
		if c := n.Args[i]; n.Op == ir.OpEq && c.IsConst() && c.Value != nil {
			return equalsConst(d, a[1-i], c.Value.(string))
		}
	}
	return func(m *Machine) bool {
		p, q, out := &m.v[x], &m.v[y], m.bitsOf(d)
		if n.Op == ir.OpEq {
			kernel.EqText(out, p.start[:m.n], p.end, p.data, q.start, q.end, q.data)
		} else {
			kernel.CompareText(out, p.start[:m.n], p.end, p.data, q.start, q.end, q.data, n.Op == ir.OpLe)
		}
		return false
	}
}

func equalsConst(d, x int, want string) step {
	k := kernel.NewNeedle([]byte(want))
	return func(m *Machine) bool {
		p := &m.v[x]
		k.Equal(m.bitsOf(d), p.start[:m.n], p.end, p.data)
		return false
	}
}

// selectText copies the selected values together.
func selectText(m *Machine, d, x, y int, t []uint64) {
	v := &m.v[d]
	v.beginText(m.n)
	for i := range m.n {
		from := &m.v[y]
		if t[i>>6]>>(i&63)&1 != 0 {
			from = &m.v[x]
		}
		if !v.nulls || v.valid[i>>6]>>(i&63)&1 != 0 {
			v.text = append(v.text, from.textAt(i)...)
		}
		v.ends[i+1] = int32(len(v.text))
	}
	v.endText(m, m.n)
}

// eachText makes register d by appending to the result for each value.
func eachText(d, x int, f func(m *Machine, i int, out, s []byte) []byte) step {
	return func(m *Machine) bool {
		v, from := &m.v[d], &m.v[x]
		v.beginText(m.n)
		for i := range m.n {
			v.text = f(m, i, v.text, from.textAt(i))
			v.ends[i+1] = int32(len(v.text))
			if len(v.text) > maxText {
				break
			}
		}
		v.endText(m, m.n)
		return false
	}
}

func emitConcat(_ *ir.Node, d int, a []int) step {
	return eachText(d, a[0], func(m *Machine, i int, out, s []byte) []byte {
		out = append(out, s...)
		for _, r := range a[1:] {
			out = append(out, m.v[r].textAt(i)...)
		}
		return out
	})
}

func emitLen(_ *ir.Node, d int, a []int) step {
	return func(m *Machine) bool {
		out, v := lanesOf[int64](m, d), &m.v[a[0]]
		for i := range out {
			out[i] = int64(kernel.RuneCount(v.textAt(i)))
		}
		return false
	}
}

// emitCase changes a whole vector of ASCII at once, other texts by value.
func emitCase(ascii func(dst, a []byte), unicode func([]byte) []byte) func(*ir.Node, int, []int) step {
	return func(_ *ir.Node, d int, a []int) step {
		slow := eachText(d, a[0], func(_ *Machine, _ int, out, s []byte) []byte { return append(out, unicode(s)...) })
		return func(m *Machine) bool {
			v, from := &m.v[d], &m.v[a[0]]
			if !from.packed {
				return slow(m)
			}
			lo, hi := from.start[0], from.end[m.n-1]
			if !kernel.ASCII(from.data[lo:hi]) {
				return slow(m)
			}
			v.beginText(m.n)
			v.text = append(v.text, from.data[lo:hi]...)
			ascii(v.text, v.text)
			for i, e := range from.end[:m.n] {
				v.ends[i+1] = e - lo
			}
			v.endText(m, m.n)
			return false
		}
	}
}

// emitTrim narrows the values and copies nothing.
func emitTrim(left, right bool) func(n *ir.Node, d int, a []int) step {
	return func(n *ir.Node, d int, a []int) step {
		cut := " \t\n\v\f\r\u0085\u00a0"
		if s, ok := n.Value.(ir.Quoted); ok {
			cut = string(s)
		}
		return narrowed(d, a[0], func(_ *Machine, _ int, s []byte) (from, to int) {
			to = len(s)
			if right {
				to = len(bytes.TrimRight(s, cut))
			}
			if left {
				from = to - len(bytes.TrimLeft(s[:to], cut))
			}
			return from, to
		})
	}
}

// narrowed makes values that are parts of others: data stays where it is.
func narrowed(d, x int, f func(m *Machine, i int, s []byte) (from, to int)) step {
	return func(m *Machine) bool {
		v, src := &m.v[d], &m.v[x]
		v.reserve(m.n)
		starts, ends := v.ends[:m.n], v.ends[m.n:2*m.n]
		for i := range m.n {
			from, to := f(m, i, src.textAt(i))
			base := src.start[i]
			starts[i], ends[i] = base+int32(from), base+int32(to)
		}
		v.start, v.end, v.data, v.packed = starts, ends, src.data, false
		return false
	}
}

// emitSearch looks for the second argument in the first.
func emitSearch(f func(s, what []byte) bool) func(*ir.Node, int, []int) step {
	return func(n *ir.Node, d int, a []int) step {
		if what, ok := n.Args[1].Value.(string); ok && n.Args[1].IsConst() {
			return searchConst(n.Op, d, a[0], kernel.NewNeedle([]byte(what)))
		}
		return func(m *Machine) bool {
			v, i := &m.v[a[0]], -1
			kernel.MatchText(m.bitsOf(d), v.start[:m.n], v.end, v.data, func(s []byte) bool {
				i++
				return f(s, m.v[a[1]].textAt(i))
			})
			return false
		}
	}
}

// searchConst looks for a constant, in a whole vector at once.
func searchConst(o ir.Op, d, x int, k *kernel.Needle) step {
	return func(m *Machine) bool {
		out, v := m.bitsOf(d), &m.v[x]
		switch o {
		case ir.OpStartsWith:
			k.Prefix(out, v.start[:m.n], v.end, v.data)
		case ir.OpEndsWith:
			k.Suffix(out, v.start[:m.n], v.end, v.data)
		default:
			k.In(out, v.start[:m.n], v.end, v.data, v.packed)
		}
		return false
	}
}

func emitReplace(_ *ir.Node, d int, a []int) step {
	return eachText(d, a[0], func(m *Machine, i int, out, s []byte) []byte {
		old, new := m.v[a[1]].textAt(i), m.v[a[2]].textAt(i)
		if len(old) == 0 {
			return append(out, bytes.ReplaceAll(s, old, new)...)
		}
		for {
			k := bytes.Index(s, old)
			if k < 0 {
				return append(out, s...)
			}
			out = append(append(out, s[:k]...), new...)
			s = s[k+len(old):]
		}
	})
}

// emitSubstr counts in runes; ASCII texts are cut without decoding.
func emitSubstr(n *ir.Node, d int, a []int) step {
	return narrowed(d, a[0], func(m *Machine, i int, s []byte) (int, int) {
		from, length := lanesOf[int64](m, a[1])[i], int64(len(s))
		if len(a) == 3 {
			length = lanesOf[int64](m, a[2])[i]
		}
		return substring(s, from, length)
	})
}

// substring is length runes from rune from on; a negative from counts from the
// end. What lies outside is cut off.
func substring(s []byte, from, length int64) (lo, hi int) {
	n := int64(kernel.RuneCount(s))
	if from < 0 {
		from = max(from+n, 0)
	}
	from = min(from, n)
	length = min(max(length, 0), n-from)
	if n == int64(len(s)) {
		return int(from), int(from + length)
	}
	lo = runeOffset(s, int(from))
	return lo, lo + runeOffset(s[lo:], int(length))
}

// runeOffset is where rune k begins.
func runeOffset(s []byte, k int) int {
	for i := range s {
		if utf8.RuneStart(s[i]) || s[i]&0xC0 != 0x80 {
			if k == 0 {
				return i
			}
			k--
		}
	}
	return len(s)
}

// emitSplit is part k of a text cut at a separator, null where there is none.
func emitSplit(n *ir.Node, d int, a []int) step {
	part := narrowed(d, a[0], func(m *Machine, i int, s []byte) (int, int) {
		lo, hi, ok := splitPart(s, m.v[a[1]].textAt(i), lanesOf[int64](m, a[2])[i])
		if !ok {
			m.spare[i>>6] |= 1 << (i & 63)
		}
		return lo, hi
	})
	return func(m *Machine) bool {
		clear(m.spare[:])
		m.andValid(d, a)
		part(m)
		v := &m.v[d]
		valid := m.validOf(d)
		for w, missing := range m.spare {
			if missing != 0 {
				v.nulls = true
			}
			valid[w] &^= missing
		}
		v.valid = valid
		return false
	}
}

// splitPart finds part k, from the end for k < 0 (-1 is the last).
func splitPart(s, sep []byte, k int64) (lo, hi int, ok bool) {
	if len(sep) == 0 {
		return 0, len(s), k == 0 || k == -1
	}
	if k < 0 {
		k += int64(bytes.Count(s, sep)) + 1
	}
	if k < 0 {
		return 0, 0, false
	}
	for ; ; k-- {
		end := bytes.Index(s[lo:], sep)
		switch {
		case k == 0 && end < 0:
			return lo, len(s), true
		case k == 0:
			return lo, lo + end, true
		case end < 0:
			return 0, 0, false
		}
		lo += end + len(sep)
	}
}

func emitMatch(n *ir.Node, d int, a []int) step {
	re := n.Value.(ir.Pattern)
	return func(m *Machine) bool {
		v := &m.v[a[0]]
		kernel.MatchText(m.bitsOf(d), v.start[:m.n], v.end, v.data, re.Match)
		return false
	}
}

func emitInSet(n *ir.Node, d int, a []int) step {
	set := n.Value.(ir.TextSet)
	return func(m *Machine) bool {
		v := &m.v[a[0]]
		kernel.MatchText(m.bitsOf(d), v.start[:m.n], v.end, v.data, func(s []byte) bool { return set[string(s)] })
		return false
	}
}
