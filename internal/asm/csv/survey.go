package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// Where the fields of internal/csv's surveyState lie; its tests hold them against it.
const (
	surveyAt, surveyInside, surveyBefore, surveyLines, surveyBad0, surveyBad1, surveyQuoting = 0, 8, 16, 24, 32, 40, 48
	surveyBytes                                                                              = 56
)

// surveyor is the registers of a survey.
type surveyor struct {
	set
	text, state, last reg.GPVirtual
	at                reg.GPVirtual // place in the text
	inside            reg.GPVirtual // all ones if the word before ended in quotes, had the text begun outside
	lines, quoting    reg.GPVirtual
	ones              reg.VecVirtual // for insideQuotes
}

func (c *surveyor) field(offset int) Mem { return emit.At(c.state, offset) }

// survey counts lines, and follows the quotes of a text of which it is not known whether it begins
// in quotes: it finds the quotes that stand where they should not for both cases.
func survey(s set) {
	emit.Function("survey"+s.name(), "func(text *byte, last int, state *uint64)")
	c := beginSurvey(s)
	Label("word")
	CMPQ(c.at, c.last)
	JG(LabelRef("finish"))
	w := readWord(c, c.text, c.at)
	c.plainWord(w)
	c.quotedWord(w)
	c.finish()
}

// beginSurvey loads what does not change, and where the state goes on.
func beginSurvey(s set) *surveyor {
	c := &surveyor{set: s, text: emit.Argument("text"), state: emit.Argument("state"), last: emit.Argument("last")}
	s.want(c.field(surveyBytes), 3)
	c.ones = allOnes()
	c.at, c.inside, c.lines, c.quoting = GP64(), GP64(), GP64(), GP64()
	MOVQ(c.field(surveyAt), c.at)
	MOVQ(c.field(surveyInside), c.inside)
	MOVQ(c.field(surveyLines), c.lines)
	MOVQ(c.field(surveyQuoting), c.quoting)
	return c
}

// plainWord does a word without quotes and goes on at the next; any other goes to "quoted".
func (c *surveyor) plainWord(w word) {
	addCount(w.newlines, GP64(), c.lines)
	ORQ(w.newlines, w.delimiters)
	ADDQ(Imm(64), c.at)
	ANDQ(c.quoting, w.quotes)
	JNZ(LabelRef("quoted"))
	keepLast(w.delimiters, c.field(surveyBefore))
	JMP(LabelRef("word"))
}

// quotedWord finds the word's stray quotes, those behind neither a separator nor a quote. Which of
// them open, and so are bad, turns round with where the text began.
func (c *surveyor) quotedWord(w word) {
	Label("quoted")
	inside := insideQuotes(w.quotes, c.inside, c.ones)
	marks := w.delimiters
	ORQ(w.quotes, marks)
	behindMarks := GP64()
	MOVQ(marks, behindMarks)
	moveBehind(behindMarks, c.field(surveyBefore))
	keepLast(marks, c.field(surveyBefore))
	stray := andNot(w.quotes, behindMarks)
	MOVQ(inside, c.inside)
	SARQ(Imm(63), c.inside)

	bad := inside
	ANDQ(stray, bad) // if the text began outside, those inside open
	ORQ(bad, c.field(surveyBad0))
	XORQ(stray, bad) // if it began inside, the others do
	ORQ(bad, c.field(surveyBad1))
	JMP(LabelRef("word"))
}

// finish stores what the next call goes on with.
func (c *surveyor) finish() {
	Label("finish")
	MOVQ(c.at, c.field(surveyAt))
	MOVQ(c.inside, c.field(surveyInside))
	MOVQ(c.lines, c.field(surveyLines))
	emit.Return()
}
