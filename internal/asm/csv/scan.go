package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// Where the fields of internal/csv's scanState lie; its tests hold them against it.
const (
	scanAt, scanN, scanInside, scanBefore, scanClosed, scanClosedCR = 0, 8, 16, 24, 32, 40
	scanRows, scanLines, scanQuotes, scanDoubled, scanQuoting       = 48, 56, 64, 72, 80
	scanBytes                                                       = 88
)

// scanner is the registers of a scan.
type scanner struct {
	set
	text, state reg.GPVirtual
	end         reg.GPVirtual  // where the next separator's place is written
	at          reg.GPVirtual  // place in the text
	pending     reg.GPVirtual  // not 0 if what is behind matters to the next word
	ones        reg.VecVirtual // for insideQuotes
}

func (c *scanner) field(offset int) Mem { return emit.At(c.state, offset) }

// scan goes on from the state's place while a word may begin there and 64 places have room, and
// before a word whose quotes are not where they should be. It writes down the places of separators:
// of delimiters and newlines outside quotes.
func scan(s set) {
	emit.Function("scan"+s.name(), "func(text *byte, last int, ends *uint32, full *uint32, state *uint64)")
	c := beginScan(s)
	Label("word")
	CMPQ(c.at, emit.OnStack("last"))
	JG(LabelRef("finish"))
	CMPQ(c.end, emit.OnStack("full"))
	JA(LabelRef("finish"))
	w := readWord(c, c.text, c.at)
	c.plainWord(w)
	c.putPlaces(w.delimiters)
	c.quotedWord(w)
	c.finish()
}

// beginScan loads what does not change, and where the state goes on.
func beginScan(s set) *scanner {
	c := &scanner{set: s, text: emit.Argument("text"), state: emit.Argument("state"), end: emit.Argument("ends")}
	c.at, c.pending = GP64(), GP64()
	s.want(c.field(scanBytes), 4)
	c.ones = allOnes()
	MOVQ(c.field(scanN), c.at)
	LEAQ(emit.Item(c.end, c.at, 4), c.end)
	MOVQ(c.field(scanAt), c.at)
	MOVQ(c.field(scanInside), c.pending)
	c.addPending()
	return c
}

// addPending joins to pending the two carries that forbid what the next word begins with.
func (c *scanner) addPending() {
	ORQ(c.field(scanClosed), c.pending)
	ORQ(c.field(scanClosedCR), c.pending)
}

// plainWord does a word without quotes in it and without quotes before it that matter; any other
// goes to "quoted".
func (c *scanner) plainWord(w word) {
	ANDQ(c.field(scanQuoting), w.quotes)
	ORQ(w.quotes, c.pending)
	JNZ(LabelRef("quoted"))
	addCount(w.newlines, GP64(), c.field(scanLines), c.field(scanRows))
	ORQ(w.newlines, w.delimiters)
	keepLast(w.delimiters, c.field(scanBefore))
}

// putPlaces writes down the word's separators and goes on at the next word.
func (c *scanner) putPlaces(separators reg.GPVirtual) {
	Label("put")
	count := GP64()
	POPCNTQ(separators, count)
	c.put(c.end, c.at, separators, count)
	LEAQ(emit.Item(c.end, count, 4), c.end)
	ADDQ(Imm(64), c.at)
	JMP(LabelRef("word"))
}

// quotedWord is the masks of a word with quotes, or after quotes that matter.
type quotedWord struct {
	word
	inside  reg.GPVirtual // bytes in quotes, the opening ones included
	behind  reg.GPVirtual // bytes behind a closing quote
	marks   reg.GPVirtual // separators and quotes; by the check's end, the bytes behind them
	returns reg.GPVirtual // \r behind a closing quote
}

// quotedWord does a word as plainWord does, but looks at where its quotes stand.
func (c *scanner) quotedWord(w word) {
	Label("quoted")
	ORQ(w.newlines, w.delimiters)
	q := &quotedWord{word: w, inside: insideQuotes(w.quotes, c.field(scanInside), c.ones)}
	bad := c.checkBehindClosing(q)
	c.checkOpening(q, bad)
	c.keepCarries(q)
	c.keepQuotes(q)
	c.countRows(q)
	MOVQ(andNot(w.delimiters, q.inside), w.delimiters)
	JMP(LabelRef("put"))
}

// checkBehindClosing is the bytes that may not stand where they do: behind a closing quote there
// may be a separator, a quote, which makes the two a quote in the text, or \r, and behind that only
// \n.
func (c *scanner) checkBehindClosing(q *quotedWord) (bad reg.GPVirtual) {
	q.behind = andNot(q.quotes, q.inside)
	moveBehind(q.behind, c.field(scanClosed))
	q.marks = GP64()
	q.joinMarks()
	q.returns = andNot(q.behind, q.marks) // all that is neither a separator nor a quote
	carriages := c.mask(carriage)
	bad = andNot(q.returns, carriages)
	ANDQ(carriages, q.returns)
	behindReturns := carriages
	MOVQ(q.returns, behindReturns)
	moveBehind(behindReturns, c.field(scanClosedCR))
	ORQ(andNot(behindReturns, q.newlines), bad)
	return bad
}

func (q *quotedWord) joinMarks() {
	MOVQ(q.delimiters, q.marks)
	ORQ(q.quotes, q.marks)
}

// checkOpening leaves the scan before a word that has bad bytes, or a quote that opens behind what
// is neither a separator nor a quote.
func (c *scanner) checkOpening(q *quotedWord, bad reg.GPVirtual) {
	moveBehind(q.marks, c.field(scanBefore))
	opening := andNot(q.quotes, q.marks)
	ANDQ(q.inside, opening)
	ORQ(opening, bad)
	JNZ(LabelRef("finish"))
}

// keepCarries stores what the next word must know of this one.
func (c *scanner) keepCarries(q *quotedWord) {
	q.joinMarks()
	keepLast(q.marks, c.field(scanBefore))
	keepLast(andNot(q.quotes, q.inside), c.field(scanClosed))
	keepLast(q.returns, c.field(scanClosedCR))
	MOVQ(q.inside, c.pending)
	SARQ(Imm(63), c.pending) // all ones if the last byte is in quotes
	MOVQ(c.pending, c.field(scanInside))
	c.addPending()
}

// keepQuotes tells the state whether there are quotes, and doubled ones: an opening quote behind a
// closing one.
func (c *scanner) keepQuotes(q *quotedWord) {
	ORQ(q.quotes, c.field(scanQuotes))
	ANDQ(q.inside, q.quotes)
	ANDQ(q.behind, q.quotes)
	ORQ(q.quotes, c.field(scanDoubled))
}

// countRows counts all newlines as lines, and those outside quotes as rows.
func (c *scanner) countRows(q *quotedWord) {
	count := GP64()
	addCount(q.newlines, count, c.field(scanLines))
	addCount(andNot(q.newlines, q.inside), count, c.field(scanRows))
}

// finish stores the place and the number of separators written down.
func (c *scanner) finish() {
	Label("finish")
	MOVQ(c.at, c.field(scanAt))
	SUBQ(emit.OnStack("ends"), c.end)
	SHRQ(Imm(2), c.end)
	MOVQ(c.end, c.field(scanN))
	emit.Return()
}
