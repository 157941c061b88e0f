package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// words are four 16-bit numbers, the first the lowest.
func words(a, b, c, d uint64) uint64 { return a | b<<16 | c<<32 | d<<48 }

// times writes the loop over points in time of 19 bytes, 2006-01-02 15:04:05 or with a T. The 29th
// of February is odd: whether there was one is for others to say.
func times() {
	l := begin("timesAVX512", "func(text *byte, pairs *uint32, step int, groups int, unit int64, out *int64, odd *uint8)")
	unit := ZMM()
	VPBROADCASTQ(param("unit"), unit)
	length := constant(19)
	dateZero, dateOver := constant(0x2D30302D30303030), constant(0x0F06060F06060606)
	timeZero, timeOver := constant(0x30303A30303A3030), constant(0x06060F06060F0606)
	dayZero, dayOver, dayMask := constant(0x3030), constant(0x0606), constant(0xFFFF)
	high, tens := constant(bytes8(0xF0)), constant(0x010A010A010A010A)
	lengths := shorts("monthLengths", 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
	starts := shorts("monthStarts", 0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275)

	Label("group")
	lo, n := l.fields()
	odd, k := K(), K()
	VPCMPUQ(Imm(4), length, n, odd) // not equal
	ym, dd, hms := l.load(lo, 0), l.load(lo, 8), l.load(lo, 11)
	t, sep := ZMM(), ZMM()

	// Byte 10 is a space or T.
	VPSRLQ(Imm(16), dd, sep)
	VPANDQ(constant(0xFF), sep, sep)
	VPCMPUQ(Imm(4), constant(' '), sep, k)
	other := K()
	VPCMPUQ(Imm(4), constant('T'), sep, other)
	KANDB(other, k, k)
	KORB(k, odd, odd)

	// Differences from zeros: digits, and nothing where a literal stands.
	check := func(x, zero, over reg.VecVirtual) {
		VPXORQ(zero, x, x)
		VPADDB(over, x, t)
		VPORQ(x, t, t)
		VPTESTMQ(high, t, k)
		KORB(k, odd, odd)
	}
	check(ym, dateZero, dateOver)
	VPANDQ(dayMask, dd, dd)
	check(dd, dayZero, dayOver)
	check(hms, timeZero, timeOver)

	// YYYYMMDD and HHMMSS: the literals' bytes closed up, digits two by two.
	VPSRLQ(Imm(40), ym, t)
	VPSLLQ(Imm(32), t, t)
	VPANDQ(constant(0x00000000FFFFFFFF), ym, ym)
	VPANDQ(constant(0x0000FFFF00000000), t, t)
	VPORQ(t, ym, ym)
	VPSLLQ(Imm(48), dd, dd)
	VPORQ(dd, ym, ym)
	VPMADDUBSW(tens, ym, ym) // century, year, month, day
	VPANDQ(constant(0xFFFF), hms, t)
	VPSRLQ(Imm(8), hms, hms)
	VPANDQ(constant(0x00000000FFFF0000), hms, sep)
	VPORQ(sep, t, t)
	VPSRLQ(Imm(8), hms, hms)
	VPANDQ(constant(0x0000FFFF00000000), hms, hms)
	VPORQ(t, hms, hms)
	VPMADDUBSW(tens, hms, hms) // hour, minute, second

	// None of them is too large; month and day are not 0.
	VPSUBUSW(constant(words(99, 99, 12, 31)), ym, t)
	VPSUBUSW(constant(words(23, 59, 59, 0)), hms, sep)
	VPORQ(sep, t, t)
	VPTESTMQ(t, t, k)
	KORB(k, odd, odd)
	month, day, year := ZMM(), ZMM(), ZMM()
	VPSRLQ(Imm(32), ym, month)
	VPANDQ(constant(0xFF), month, month)
	VPSRLQ(Imm(48), ym, day)
	VPTESTNMQ(day, day, k)
	KORB(k, odd, odd)
	VPERMW(lengths, month, t)
	VPCMPUQ(Imm(6), t, day, k)
	KORB(k, odd, odd)

	// Days, in years that begin in March; 400 years more, so that there are no negative ones.
	VPMADDWD(constant(words(100, 1, 0, 0)), ym, year)
	VPADDQ(constant(400), year, year)
	VPCMPUQ(Imm(1), constant(3), month, k) // January and February
	VPSUBQ(l.one, year, k, year)
	days, century := ZMM(), ZMM()
	VPMULUDQ(constant(365), year, days)
	VPSRLQ(Imm(2), year, t)
	VPADDQ(t, days, days)
	VPMULUDQ(constant(5243), year, century)
	VPSRLQ(Imm(19), century, century) // by 100, for up to 43698
	VPSUBQ(century, days, days)
	VPSRLQ(Imm(2), century, century)
	VPADDQ(century, days, days)
	VPERMW(starts, month, t)
	VPADDQ(t, days, days)
	VPADDQ(day, days, days)
	VPSUBQ(constant(719468+146097+1), days, days)

	// Seconds, and units of them. Days may be negative, and have less than 32 bits.
	VPMULDQ(constant(86400), days, days)
	VPMADDWD(constant(words(3600, 60, 1, 0)), hms, hms)
	VPSRLQ(Imm(32), hms, t)
	VPANDQ(l.low32, hms, hms)
	VPADDQ(t, days, days)
	VPADDQ(hms, days, days)
	VPMULLQ(unit, days, days)
	l.end(days, odd)
}

// shorts is a table of 32 16-bit numbers, of which a qword's low byte, below 32, takes one.
func shorts(name string, values ...uint64) reg.VecVirtual {
	packed := make([]uint64, 8)
	for i, v := range values {
		packed[i/4] |= v << (16 * (i % 4))
	}
	z := ZMM()
	VMOVDQU64(table(name, packed...), z)
	return z
}
