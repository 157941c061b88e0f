package vm

import (
	"math"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// emitHash folds the arguments into one word a row, column by column. Numbers of
// different widths that are equal hash alike, and so do 0 and -0.
func emitHash(n *ir.Node, d int, a []int) step {
	words := make([]func(m *Machine, dst []uint64), len(a))
	for i, r := range a {
		if ir.LaneOf(n.Args[i].Type) != ir.LaneText {
			words[i] = wordsOf(ir.LaneOf(n.Args[i].Type), r)
		}
	}
	return func(m *Machine) bool {
		out, buf := m.hashScratch()
		kernel.HashStart(out)
		for i, r := range a {
			v := &m.v[r]
			if words[i] != nil {
				words[i](m, buf)
			}
			if words[i] != nil && !v.nulls {
				kernel.HashWords(out, buf)
				continue
			}
			for j := range out {
				switch {
				case v.nulls && v.valid[j>>6]>>(j&63)&1 == 0:
					out[j] = kernel.HashNull(out[j])
				case words[i] == nil:
					out[j] = kernel.HashText(out[j], v.textAt(j))
				default:
					out[j] = kernel.Mix(out[j]*3 + buf[j])
				}
			}
		}
		copy(lanesOf[uint64](m, d), out)
		return false
	}
}

// hashScratch is apart from the result, which may be an argument's register.
func (m *Machine) hashScratch() (out, words []uint64) {
	if m.hashes == nil {
		m.hashes = make([]uint64, 2*kernel.Rows)
	}
	return m.hashes[:m.n], m.hashes[kernel.Rows:][:m.n]
}

// wordsOf brings any lane to one word.
func wordsOf(l ir.Lane, r int) func(*Machine, []uint64) {
	switch l {
	case ir.LaneBits:
		return func(m *Machine, dst []uint64) { kernel.FromBits(dst, m.bitsOf(r)) }
	case ir.LaneF32:
		return floatWords[float32](r)
	case ir.LaneF64:
		return floatWords[float64](r)
	case ir.LaneDec:
		return func(m *Machine, dst []uint64) {
			for i, v := range lanesOf[ir.Dec](m, r) {
				dst[i] = v.Lo ^ kernel.Mix(uint64(v.Hi))
			}
		}
	case ir.LaneI8:
		return intWords[int8](r)
	case ir.LaneI16:
		return intWords[int16](r)
	case ir.LaneI32:
		return intWords[int32](r)
	case ir.LaneU8:
		return intWords[uint8](r)
	case ir.LaneU16:
		return intWords[uint16](r)
	case ir.LaneU32:
		return intWords[uint32](r)
	}
	return intWords[uint64](r)
}

func intWords[S kernel.Integer](r int) func(*Machine, []uint64) {
	return func(m *Machine, dst []uint64) { kernel.Convert(dst, lanesOf[S](m, r)) }
}

func floatWords[S kernel.Float](r int) func(*Machine, []uint64) {
	return func(m *Machine, dst []uint64) {
		for i, v := range lanesOf[S](m, r) {
			switch f := float64(v); {
			case f == 0:
				dst[i] = 0
			case f != f:
				dst[i] = math.Float64bits(math.NaN())
			default:
				dst[i] = math.Float64bits(f)
			}
		}
	}
}
