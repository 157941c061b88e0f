package ir

import "errors"

// Causes of failing rows.
var (
	// ErrDivideByZero is the cause of a row whose integer divisor is 0.
	ErrDivideByZero = errors.New("integer division by zero")
	// ErrNegativeShift is the cause of a row whose shift count is negative.
	ErrNegativeShift = errors.New("negative shift count")
	// ErrOverflow is the cause of a row whose decimal or rounded result has too many digits.
	ErrOverflow = errors.New("decimal overflow")
	// ErrCast is the cause of a row whose value the type of a cast does not hold.
	ErrCast = errors.New("value does not fit the type")
	// ErrTimeRange is the cause of a row whose time or duration the type does not hold.
	ErrTimeRange = errors.New("time out of range")

	errFunc = errors.New("the function failed")
)

// Op is an operation. Its name is what machines, plans and refusals call it; what every machine has
// to keep to is its rule; how a machine computes it is the machine's own.
type Op uint8

// The operations. Names are the rules'; the zero Op is none.
const (
	noOp Op = iota

	// Values that no operation computes.
	OpConst
	OpColumn

	// Numbers. Those of integers wrap on overflow; those of floats round once, as IEEE 754 says.
	OpAdd
	OpSub
	OpMul
	OpNeg
	OpMin
	OpMax
	OpAbs
	OpDivInt
	OpModInt
	OpDivSafe
	OpModSafe
	OpAndInt
	OpOrInt
	OpXorInt
	OpAndNotInt
	OpInvert
	OpShl
	OpShr
	OpDiv
	OpModFloat
	OpSqrt
	OpExp
	OpLog
	OpLog2
	OpLog10
	OpCbrt
	OpSin
	OpCos
	OpTan
	OpAsin
	OpAcos
	OpAtan
	OpSinh
	OpCosh
	OpTanh
	OpAtan2
	OpHypot
	OpPow
	OpFloor
	OpCeil
	OpTrunc
	OpRoundEven
	OpRound
	OpRoundInt
	OpIsNaN
	OpHash

	// Decimals.
	OpAddDec
	OpSubDec
	OpMulDec
	OpRoundDec
	OpFloorDec
	OpCeilDec
	OpTruncDec

	// Comparisons: of equal types, of times in any units, and of decimals and integers of any
	// scales.
	OpLt
	OpLe
	OpEq
	OpLtTime
	OpLeTime
	OpEqTime
	OpLtDec
	OpLeDec
	OpEqDec

	// Truth values, choices and nulls.
	OpNot
	OpXorBits
	OpAnd
	OpOr
	OpIsNull
	OpIsTrue
	OpSelect
	OpCoalesce

	// Texts. Positions and lengths count runes.
	OpConcat
	OpLen
	OpLower
	OpUpper
	OpTrim
	OpTrimLeft
	OpTrimRight
	OpContains
	OpStartsWith
	OpEndsWith
	OpReplace
	OpSubstr
	OpSplit
	OpMatch
	OpInSet

	// Conversions, to the node's type.
	OpWiden
	OpWrap
	OpCast
	OpView
	OpParse
	OpFormat

	// Times: what Arrow holds, days, milliseconds or units since 1970, or plain units.
	OpField
	OpTruncTo
	OpShift
	OpDiff
	OpScale
	OpToDate
	OpToZone
	OpAddTime
	OpSubTime
	OpMulTime
	OpDivTime
	OpAbsTime

	// A function written in Go.
	OpCall

	// Operations that no expression has: a machine's own passes put them in place of others.
	OpMulAdd
	OpSelectLt
	OpSelectLe
	OpSelectEq
	OpLookup
	OpCopy

	// OpCount is above all operations: the length of a machine's table.
	OpCount
)

// NullRule is how the validity of a result follows from the arguments'.
type NullRule uint8

const (
	Strict NullRule = iota // null if any argument is
	Never                  // never null
	Own                    // as the operation says
)

// Rule is what every machine has to keep to for an operation.
type Rule struct {
	Name  string
	Args  string // operands, and after a semicolon the parameter
	Means string // the result, once for all machines

	Nulls NullRule
	// MayNull: null for some arguments that are not.
	MayNull bool
	// Fails is the usual cause of a row that fails, nil if none can. A failing row is null.
	Fails error
	// Impure operations are called as often as they are written: they are neither folded nor
	// shared.
	Impure bool
	// Commutative: the first two arguments may change places.
	Commutative bool
	// Lowered operations are made by the passes of a machine alone.
	Lowered bool
}

// opRules are those of all operations.
var opRules = [OpCount]Rule{
	OpConst:  {Name: "const", Args: "; value", Means: "the value in every row", Nulls: Own},
	OpColumn: {Name: "column", Args: "; column", Means: "the column's values", Nulls: Own},

	OpAdd:       {Name: "add", Args: "a, b", Means: "a + b", Commutative: true},
	OpSub:       {Name: "sub", Args: "a, b", Means: "a - b"},
	OpMul:       {Name: "mul", Args: "a, b", Means: "a * b", Commutative: true},
	OpNeg:       {Name: "neg", Args: "a", Means: "-a"},
	OpMin:       {Name: "min", Args: "a, b", Means: "the lesser; NaN if one is NaN, -0 below 0"},
	OpMax:       {Name: "max", Args: "a, b", Means: "the greater; NaN if one is NaN, -0 below 0"},
	OpAbs:       {Name: "abs", Args: "a", Means: "the absolute value; the least integer wraps to itself"},
	OpDivInt:    {Name: "div", Args: "a, b", Means: "a / b of integers, rounded towards zero", Fails: ErrDivideByZero},
	OpModInt:    {Name: "mod", Args: "a, b", Means: "a % b of integers, with a's sign", Fails: ErrDivideByZero},
	OpDivSafe:   {Name: "div.nonzero", Args: "a, b", Means: "div by a constant other than 0"},
	OpModSafe:   {Name: "mod.nonzero", Args: "a, b", Means: "mod by a constant other than 0"},
	OpAndInt:    {Name: "bitand", Args: "a, b", Means: "a & b", Commutative: true},
	OpOrInt:     {Name: "bitor", Args: "a, b", Means: "a | b", Commutative: true},
	OpXorInt:    {Name: "bitxor", Args: "a, b", Means: "a ^ b", Commutative: true},
	OpAndNotInt: {Name: "bitandnot", Args: "a, b", Means: "a &^ b"},
	OpInvert:    {Name: "invert", Args: "a", Means: "^a"},
	OpShl:       {Name: "shl", Args: "a, n", Means: "a << n, 0 for n beyond the width", Fails: ErrNegativeShift},
	OpShr:       {Name: "shr", Args: "a, n", Means: "a >> n, 0 or -1 for n beyond the width", Fails: ErrNegativeShift},
	OpDiv:       {Name: "quo", Args: "a, b", Means: "a / b of floats"},
	OpModFloat:  {Name: "fmod", Args: "a, b", Means: "math.Mod of floats"},
	OpSqrt:      {Name: "sqrt", Args: "x", Means: "the square root"},
	OpExp:       {Name: "exp", Args: "x", Means: "e to the power x, by the definition of kernel.Exp on every machine"},
	OpLog:       {Name: "log", Args: "x", Means: "the natural logarithm, by the definition of kernel.Log on every machine"},
	OpLog2:      {Name: "log2", Args: "x", Means: "math.Log2"},
	OpLog10:     {Name: "log10", Args: "x", Means: "math.Log10"},
	OpCbrt:      {Name: "cbrt", Args: "x", Means: "math.Cbrt"},
	OpSin:       {Name: "sin", Args: "x", Means: "math.Sin"},
	OpCos:       {Name: "cos", Args: "x", Means: "math.Cos"},
	OpTan:       {Name: "tan", Args: "x", Means: "math.Tan"},
	OpAsin:      {Name: "asin", Args: "x", Means: "math.Asin"},
	OpAcos:      {Name: "acos", Args: "x", Means: "math.Acos"},
	OpAtan:      {Name: "atan", Args: "x", Means: "math.Atan"},
	OpSinh:      {Name: "sinh", Args: "x", Means: "math.Sinh"},
	OpCosh:      {Name: "cosh", Args: "x", Means: "math.Cosh"},
	OpTanh:      {Name: "tanh", Args: "x", Means: "math.Tanh"},
	OpAtan2:     {Name: "atan2", Args: "y, x", Means: "math.Atan2"},
	OpHypot:     {Name: "hypot", Args: "y, x", Means: "math.Hypot"},
	OpPow:       {Name: "pow", Args: "x, y", Means: "math.Pow"},
	OpFloor:     {Name: "floor", Args: "x", Means: "the greatest whole number not above x"},
	OpCeil:      {Name: "ceil", Args: "x", Means: "the least whole number not below x"},
	OpTrunc:     {Name: "trunc", Args: "x", Means: "x without its fraction"},
	OpRoundEven: {Name: "roundeven", Args: "x", Means: "math.RoundToEven"},
	OpRound:     {Name: "round", Args: "x; decimals", Means: "x rounded half away from zero to decimals, below 0 to tens, hundreds …"},
	OpRoundInt:  {Name: "round.integer", Args: "a; decimals", Means: "an integer rounded to tens, hundreds …", Fails: ErrOverflow},
	OpIsNaN:     {Name: "isnan", Args: "x", Means: "whether x is NaN"},
	OpHash:      {Name: "hash", Args: "a, …", Means: "the hash of internal/kernel, in which a null has its own word", Nulls: Never},

	OpAddDec:   {Name: "add.decimal", Args: "a, b", Means: "a + b at their common scale", Fails: ErrOverflow, Commutative: true},
	OpSubDec:   {Name: "sub.decimal", Args: "a, b", Means: "a - b at their common scale", Fails: ErrOverflow},
	OpMulDec:   {Name: "mul.decimal", Args: "a, b", Means: "a * b, whose scale is the sum of theirs", Fails: ErrOverflow, Commutative: true},
	OpRoundDec: {Name: "round.decimal", Args: "a; decimals", Means: "a rounded half away from zero to the result's scale, or to tens, hundreds …", Fails: ErrOverflow},
	OpFloorDec: {Name: "floor.decimal", Args: "a", Means: "the greatest whole number not above a"},
	OpCeilDec:  {Name: "ceil.decimal", Args: "a", Means: "the least whole number not below a"},
	OpTruncDec: {Name: "trunc.decimal", Args: "a", Means: "a without its fraction"},

	OpLt:     {Name: "lt", Args: "a, b", Means: "a < b; texts by their bytes"},
	OpLe:     {Name: "le", Args: "a, b", Means: "a <= b; texts by their bytes"},
	OpEq:     {Name: "eq", Args: "a, b", Means: "a == b", Commutative: true},
	OpLtTime: {Name: "lt.time", Args: "a, b", Means: "a < b of times in different units, as instants"},
	OpLeTime: {Name: "le.time", Args: "a, b", Means: "a <= b of times in different units, as instants"},
	OpEqTime: {Name: "eq.time", Args: "a, b", Means: "a == b of times in different units, as instants"},
	OpLtDec:  {Name: "lt.decimal", Args: "a, b", Means: "a < b of decimals or integers, exactly"},
	OpLeDec:  {Name: "le.decimal", Args: "a, b", Means: "a <= b of decimals or integers, exactly"},
	OpEqDec:  {Name: "eq.decimal", Args: "a, b", Means: "a == b of decimals or integers, exactly"},

	OpNot:      {Name: "not", Args: "a", Means: "!a"},
	OpXorBits:  {Name: "xor", Args: "a, b", Means: "a != b of truth values", Commutative: true},
	OpAnd:      {Name: "and", Args: "a, b", Means: "a && b: false if either is false, else null if either is null", Nulls: Own},
	OpOr:       {Name: "or", Args: "a, b", Means: "a || b: true if either is true, else null if either is null", Nulls: Own},
	OpIsNull:   {Name: "isnull", Args: "a", Means: "whether a is null", Nulls: Never},
	OpIsTrue:   {Name: "istrue", Args: "a", Means: "whether a is true and not null", Nulls: Never},
	OpSelect:   {Name: "ifelse", Args: "c, a, b", Means: "a if c is true, b if it is false or null", Nulls: Own},
	OpCoalesce: {Name: "coalesce", Args: "a, b", Means: "a unless it is null, else b", Nulls: Own},

	OpConcat:     {Name: "concat", Args: "a, …", Means: "the texts joined"},
	OpLen:        {Name: "len", Args: "s", Means: "the number of runes"},
	OpLower:      {Name: "lower", Args: "s", Means: "bytes.ToLower"},
	OpUpper:      {Name: "upper", Args: "s", Means: "bytes.ToUpper"},
	OpTrim:       {Name: "trim", Args: "s; [cut]", Means: "s without the white space or the given runes at both ends"},
	OpTrimLeft:   {Name: "ltrim", Args: "s; [cut]", Means: "trim at the beginning alone"},
	OpTrimRight:  {Name: "rtrim", Args: "s; [cut]", Means: "trim at the end alone"},
	OpContains:   {Name: "contains", Args: "s, part", Means: "whether part is in s"},
	OpStartsWith: {Name: "startswith", Args: "s, part", Means: "whether s begins with part"},
	OpEndsWith:   {Name: "endswith", Args: "s, part", Means: "whether s ends with part"},
	OpReplace:    {Name: "replace", Args: "s, old, new", Means: "bytes.ReplaceAll"},
	OpSubstr:     {Name: "substr", Args: "s, from[, length]", Means: "length runes from rune from on, which counts from the end below 0; what lies outside is cut off"},
	OpSplit:      {Name: "split", Args: "s, separator, k", Means: "part k of s, from the end below 0; null if there is none", Nulls: Own, MayNull: true},
	OpMatch:      {Name: "match", Args: "s; pattern", Means: "whether the regular expression matches in s"},
	OpInSet:      {Name: "in", Args: "s; set", Means: "whether s is in the set"},

	OpWiden:  {Name: "widen", Args: "a", Means: "a in a type that holds it, or its nearest float; a truth value as 0 or 1, a number as whether it is not 0"},
	OpWrap:   {Name: "wrap", Args: "a", Means: "an integer modulo the result's width"},
	OpCast:   {Name: "cast", Args: "a", Means: "a in a type that may not hold it: fractions are dropped for integers, rounded half away from zero for decimals", Fails: ErrCast},
	OpView:   {Name: "as", Args: "a", Means: "the same bits as another type"},
	OpParse:  {Name: "parse", Args: "s; [layout]", Means: "the value that a text writes", Fails: ErrCast},
	OpFormat: {Name: "format", Args: "a; [layout]", Means: "the text of a value, as Go prints it; times as ISO 8601 or by the layout"},

	OpField:   {Name: "field", Args: "t; field", Means: "a field of the calendar, on the wall clock of t's zone"},
	OpTruncTo: {Name: "trunc.time", Args: "t; unit", Means: "the first instant of t's unit", Fails: ErrTimeRange},
	OpShift:   {Name: "shift", Args: "t, n; unit", Means: "t moved by n units: elapsed time up to hours, the calendar from days on", Fails: ErrTimeRange},
	OpDiff:    {Name: "diff", Args: "a, b; unit", Means: "the whole units from b to a", Fails: ErrTimeRange},
	OpScale:   {Name: "scale", Args: "t; ratio", Means: "the count of t's units times a ratio, rounded down or towards zero", Fails: ErrCast},
	OpToDate:  {Name: "date", Args: "t", Means: "the date on the wall clock of t's zone", Fails: ErrCast},
	OpToZone:  {Name: "zoned", Args: "t", Means: "the instant at which the result's zone shows what the clock of t's zone shows", Fails: ErrCast},
	OpAddTime: {Name: "add.time", Args: "a, b", Means: "a + b of times or durations", Fails: ErrTimeRange},
	OpSubTime: {Name: "sub.time", Args: "a, b", Means: "a - b of times or durations", Fails: ErrTimeRange},
	OpMulTime: {Name: "mul.time", Args: "d, n", Means: "n times a duration", Fails: ErrTimeRange},
	OpDivTime: {Name: "div.time", Args: "d, n", Means: "a duration divided by n, rounded towards zero", Fails: ErrDivideByZero},
	OpAbsTime: {Name: "abs.time", Args: "d", Means: "the absolute value of a duration", Fails: ErrTimeRange},

	OpCall: {Name: "call", Args: "a, …; function", Means: "what a function written in Go returns", Fails: errFunc, Impure: true},

	OpMulAdd:   {Name: "muladd", Args: "a, b, c", Means: "add(mul(a, b), c), rounded twice", Lowered: true},
	OpSelectLt: {Name: "select.lt", Args: "p, q, a, b", Means: "ifelse(lt(p, q), a, b)", Nulls: Own, Lowered: true},
	OpSelectLe: {Name: "select.le", Args: "p, q, a, b", Means: "ifelse(le(p, q), a, b)", Nulls: Own, Lowered: true},
	OpSelectEq: {Name: "select.eq", Args: "p, q, a, b", Means: "ifelse(eq(p, q), a, b)", Nulls: Own, Lowered: true},
	OpLookup:   {Name: "lookup", Args: "; graph", Means: "a value computed once for each entry of a dictionary", Nulls: Own, Lowered: true},
	OpCopy:     {Name: "copy", Args: "a", Means: "a, in a register of its own", Nulls: Own, Lowered: true},
}

// Rule is the operation's.
func (o Op) Rule() *Rule { return &opRules[o] }

// String is the operation's name.
func (o Op) String() string { return opRules[o].Name }

// Ops are all operations.
func Ops() (list []Op) {
	for o := noOp + 1; o < OpCount; o++ {
		list = append(list, o)
	}
	return list
}
