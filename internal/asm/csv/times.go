package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// timeReader reads points in time, eight at a time.
type timeReader struct {
	*fields
	unit, length                 reg.VecVirtual // units in a second; bytes of a field
	yearMonth, day, clock        literals       // of the three words that a field is loaded as
	dayMask, highHalves, tens    reg.VecVirtual
	monthLengths, daysFromMarch  reg.VecVirtual // by month
	date, dayWord, clockWord     reg.VecVirtual // YYYY-MM-, DD, HH:MM:SS; later their numbers
	scratch, another             reg.VecVirtual
	odd, some                    reg.OpmaskVirtual
	monthOf, dayOf, years, total reg.VecVirtual
}

// times writes the loop over points in time of 19 bytes, 2006-01-02 15:04:05 or with a T. The 29th
// of February is odd: whether there was one is for others to say.
func times() {
	r := &timeReader{fields: beginFields("timesAVX512", "func(text *byte, pairs *uint32, step int, groups int, unit int64, out *int64, odd *uint8)")}
	r.loadConstants()
	Label("group")
	r.load19()
	r.checkSeparator()
	r.checkBytes()
	r.joinDate()
	r.joinClock()
	r.checkRanges()
	r.beginYearsInMarch()
	r.countDays()
	r.countUnits()
	r.end(r.total, r.odd)
}

func (r *timeReader) loadConstants() {
	r.unit = ZMM()
	VPBROADCASTQ(emit.OnStack("unit"), r.unit)
	r.length = all8(19)
	r.yearMonth, r.clock, r.day = literalsOf("0000-00-"), literalsOf("00:00:00"), literalsOf("00")
	r.dayMask = all8(0xFFFF)
	r.highHalves, r.tens = all8(highHalves), all8(tenAndOne)
	r.monthLengths = shorts("monthLengths", 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
	r.daysFromMarch = shorts("monthStarts", 0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275)
}

// literals are for what a word of text must be: its bytes with 0 for each digit, and what brings a
// byte that may not stand there to where highHalves has bits, once those bytes are taken off.
type literals struct{ bytes, beyond reg.VecVirtual }

// literalsOf takes a pattern in which 0 is any digit and all else is what must stand there.
func literalsOf(pattern string) literals {
	var bytes, beyond uint64
	for i := range len(pattern) {
		over := uint64(0x0F) // no other byte than this
		if pattern[i] == '0' {
			over = 6 // nor one above 9
		}
		bytes |= uint64(pattern[i]) << (8 * i)
		beyond |= over << (8 * i)
	}
	return literals{all8(bytes), all8(beyond)}
}

// load19 loads the fields; one of another size is odd.
func (r *timeReader) load19() {
	begin, size := r.places()
	r.odd, r.some = K(), K()
	VPCMPUQ(notEqual, r.length, size, r.odd)
	r.date, r.dayWord, r.clockWord = r.load(begin, 0), r.load(begin, 8), r.load(begin, 11)
	r.scratch, r.another = ZMM(), ZMM()
}

// checkSeparator finds a field odd whose byte 10 is neither a space nor T.
func (r *timeReader) checkSeparator() {
	separator := r.another
	VPSRLQ(Imm(16), r.dayWord, separator)
	VPANDQ(all8(0xFF), separator, separator)
	VPCMPUQ(notEqual, all8(' '), separator, r.some)
	noT := K()
	VPCMPUQ(notEqual, all8('T'), separator, noT)
	KANDB(noT, r.some, r.some)
	join(r.some, r.odd)
}

// checkBytes makes digits of the three words, and nothing where a literal stands.
func (r *timeReader) checkBytes() {
	r.check(r.date, r.yearMonth)
	VPANDQ(r.dayMask, r.dayWord, r.dayWord)
	r.check(r.dayWord, r.day)
	r.check(r.clockWord, r.clock)
}

func (r *timeReader) check(word reg.VecVirtual, l literals) {
	VPXORQ(l.bytes, word, word)
	VPADDB(l.beyond, word, r.scratch)
	VPORQ(word, r.scratch, r.scratch)
	VPTESTMQ(r.highHalves, r.scratch, r.some)
	join(r.some, r.odd)
}

// joinDate closes the literals' bytes up to YYYYMMDD, and makes of it, two by two, four numbers of
// 16 bits: century, year, month, day.
func (r *timeReader) joinDate() {
	VPSRLQ(Imm(40), r.date, r.scratch)
	VPSLLQ(Imm(32), r.scratch, r.scratch)
	VPANDQ(all8(0x00000000FFFFFFFF), r.date, r.date)
	VPANDQ(all8(0x0000FFFF00000000), r.scratch, r.scratch)
	VPORQ(r.scratch, r.date, r.date)
	VPSLLQ(Imm(48), r.dayWord, r.dayWord)
	VPORQ(r.dayWord, r.date, r.date)
	VPMADDUBSW(r.tens, r.date, r.date)
}

// joinClock does so with HHMMSS: hour, minute, second, 0.
func (r *timeReader) joinClock() {
	VPANDQ(all8(0xFFFF), r.clockWord, r.scratch)
	VPSRLQ(Imm(8), r.clockWord, r.clockWord)
	VPANDQ(all8(0x00000000FFFF0000), r.clockWord, r.another)
	VPORQ(r.another, r.scratch, r.scratch)
	VPSRLQ(Imm(8), r.clockWord, r.clockWord)
	VPANDQ(all8(0x0000FFFF00000000), r.clockWord, r.clockWord)
	VPORQ(r.scratch, r.clockWord, r.clockWord)
	VPMADDUBSW(r.tens, r.clockWord, r.clockWord)
}

// checkRanges finds odd what is too large, and a day of 0 or beyond its month's end; a month of 0
// has no days.
func (r *timeReader) checkRanges() {
	VPSUBUSW(all8(emit.FourWords(99, 99, 12, 31)), r.date, r.scratch) // at least 0: not 0 is too large
	VPSUBUSW(all8(emit.FourWords(23, 59, 59, 0)), r.clockWord, r.another)
	VPORQ(r.another, r.scratch, r.scratch)
	VPTESTMQ(r.scratch, r.scratch, r.some)
	join(r.some, r.odd)
	r.monthOf, r.dayOf, r.years = ZMM(), ZMM(), ZMM()
	VPSRLQ(Imm(32), r.date, r.monthOf)
	VPANDQ(all8(0xFF), r.monthOf, r.monthOf)
	VPSRLQ(Imm(48), r.date, r.dayOf)
	VPTESTNMQ(r.dayOf, r.dayOf, r.some)
	join(r.some, r.odd)
	VPERMW(r.monthLengths, r.monthOf, r.scratch)
	VPCMPUQ(greater, r.scratch, r.dayOf, r.some)
	join(r.some, r.odd)
}

// beginYearsInMarch gives January and February to the year before, so that a leap day is a year's
// last. 400 years more, the calendar's period, keep all that follows above 0.
func (r *timeReader) beginYearsInMarch() {
	VPMADDWD(all8(emit.FourWords(100, 1, 0, 0)), r.date, r.years)
	VPADDQ(all8(400), r.years, r.years)
	VPCMPUQ(less, all8(3), r.monthOf, r.some)
	VPSUBQ(r.one, r.years, r.some, r.years)
}

// countDays counts the days from 1970 on: 365 a year, one more every 4 years, one less every 100,
// one more every 400.
func (r *timeReader) countDays() {
	days, centuries := ZMM(), ZMM()
	VPMULUDQ(all8(365), r.years, days)
	VPSRLQ(Imm(2), r.years, r.scratch)
	VPADDQ(r.scratch, days, days)
	VPMULUDQ(all8(5243), r.years, centuries)
	VPSRLQ(Imm(19), centuries, centuries) // by 100, for up to 43698
	VPSUBQ(centuries, days, days)
	VPSRLQ(Imm(2), centuries, centuries)
	VPADDQ(centuries, days, days)
	VPERMW(r.daysFromMarch, r.monthOf, r.scratch)
	VPADDQ(r.scratch, days, days)
	VPADDQ(r.dayOf, days, days)
	VPSUBQ(all8(719468+146097+1), days, days) // from March of year 0 to 1970, 400 years, day 1
	r.total = days
}

// countUnits makes seconds of days and clock, and units of seconds. Days may be negative, and have
// less than 32 bits.
func (r *timeReader) countUnits() {
	VPMULDQ(all8(86400), r.total, r.total)
	VPMADDWD(all8(emit.FourWords(3600, 60, 1, 0)), r.clockWord, r.clockWord)
	VPSRLQ(Imm(32), r.clockWord, r.scratch) // seconds; hours and minutes are in the lower half
	VPANDQ(r.low32, r.clockWord, r.clockWord)
	VPADDQ(r.scratch, r.total, r.total)
	VPADDQ(r.clockWord, r.total, r.total)
	VPMULLQ(r.unit, r.total, r.total)
}

// shorts is a table of 32 16-bit numbers, of which a qword's low byte, below 32, takes one.
func shorts(name string, values ...uint64) reg.VecVirtual {
	packed := make([]uint64, 8)
	for i, v := range values {
		packed[i/4] |= v << (16 * (i % 4))
	}
	z := ZMM()
	VMOVDQU64(emit.Table(name, packed...), z)
	return z
}
