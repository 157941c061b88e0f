package expr

import (
	"errors"
	"slices"
)

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

// op is an operation, by its name. What every machine has to keep to is its rule; how a machine
// computes it is the machine's own.
type op string

// Values that no operation computes.
const (
	opConst  op = "const"
	opColumn op = "column"
)

// Numbers. Those of integers wrap on overflow; those of floats round once, as IEEE 754 says.
const (
	opAdd       op = "add"
	opSub       op = "sub"
	opMul       op = "mul"
	opNeg       op = "neg"
	opMin       op = "min"
	opMax       op = "max"
	opAbs       op = "abs"
	opDivInt    op = "div"
	opModInt    op = "mod"
	opDivSafe   op = "div.nonzero"
	opModSafe   op = "mod.nonzero"
	opAndInt    op = "bitand"
	opOrInt     op = "bitor"
	opXorInt    op = "bitxor"
	opAndNotInt op = "bitandnot"
	opInvert    op = "invert"
	opShl       op = "shl"
	opShr       op = "shr"
	opDiv       op = "quo"
	opModFloat  op = "fmod"
	opSqrt      op = "sqrt"
	opExp       op = "exp"
	opLog       op = "log"
	opLog2      op = "log2"
	opLog10     op = "log10"
	opCbrt      op = "cbrt"
	opSin       op = "sin"
	opCos       op = "cos"
	opTan       op = "tan"
	opAsin      op = "asin"
	opAcos      op = "acos"
	opAtan      op = "atan"
	opSinh      op = "sinh"
	opCosh      op = "cosh"
	opTanh      op = "tanh"
	opAtan2     op = "atan2"
	opHypot     op = "hypot"
	opPow       op = "pow"
	opFloor     op = "floor"
	opCeil      op = "ceil"
	opTrunc     op = "trunc"
	opRoundEven op = "roundeven"
	opRound     op = "round"
	opRoundInt  op = "round.integer"
	opIsNaN     op = "isnan"
	opHash      op = "hash"
)

// Decimals.
const (
	opAddDec   op = "add.decimal"
	opSubDec   op = "sub.decimal"
	opMulDec   op = "mul.decimal"
	opRoundDec op = "round.decimal"
	opFloorDec op = "floor.decimal"
	opCeilDec  op = "ceil.decimal"
	opTruncDec op = "trunc.decimal"
)

// Comparisons: of equal types, of times in any units, and of decimals and integers of any scales.
const (
	opLt     op = "lt"
	opLe     op = "le"
	opEq     op = "eq"
	opLtTime op = "lt.time"
	opLeTime op = "le.time"
	opEqTime op = "eq.time"
	opLtDec  op = "lt.decimal"
	opLeDec  op = "le.decimal"
	opEqDec  op = "eq.decimal"
)

// Truth values, choices and nulls.
const (
	opNot      op = "not"
	opXorBits  op = "xor"
	opAnd      op = "and"
	opOr       op = "or"
	opIsNull   op = "isnull"
	opIsTrue   op = "istrue"
	opSelect   op = "ifelse"
	opCoalesce op = "coalesce"
)

// Texts. Positions and lengths count runes.
const (
	opConcat     op = "concat"
	opLen        op = "len"
	opLower      op = "lower"
	opUpper      op = "upper"
	opTrim       op = "trim"
	opTrimLeft   op = "ltrim"
	opTrimRight  op = "rtrim"
	opContains   op = "contains"
	opStartsWith op = "startswith"
	opEndsWith   op = "endswith"
	opReplace    op = "replace"
	opSubstr     op = "substr"
	opSplit      op = "split"
	opMatch      op = "match"
	opInSet      op = "in"
)

// Conversions, to the node's type.
const (
	opWiden  op = "widen"
	opWrap   op = "wrap"
	opCast   op = "cast"
	opView   op = "as"
	opParse  op = "parse"
	opFormat op = "format"
)

// Times: what Arrow holds, days, milliseconds or units since 1970, or plain units.
const (
	opField   op = "field"
	opTruncTo op = "trunc.time"
	opShift   op = "shift"
	opDiff    op = "diff"
	opScale   op = "scale"
	opToDate  op = "date"
	opToZone  op = "zoned"
	opAddTime op = "add.time"
	opSubTime op = "sub.time"
	opMulTime op = "mul.time"
	opDivTime op = "div.time"
	opAbsTime op = "abs.time"
)

// opCall calls a function written in Go.
const opCall op = "call"

// Operations that no expression has: a machine's own passes put them in place of others.
const (
	opMulAdd   op = "muladd"
	opSelectLt op = "select.lt"
	opSelectLe op = "select.le"
	opSelectEq op = "select.eq"
	opLookup   op = "lookup"
	opCopy     op = "copy"
)

// nullRule is how the validity of a result follows from the arguments'.
type nullRule uint8

const (
	strict nullRule = iota // null if any argument is
	never                  // never null
	own                    // as the operation says
)

// opRule is what every machine has to keep to for an operation.
type opRule struct {
	args  string // operands, and after a semicolon the parameter
	means string // the result, once for all machines

	nulls nullRule
	// mayNull: null for some arguments that are not.
	mayNull bool
	// fails is the usual cause of a row that fails, nil if none can. A failing row is null.
	fails error
	// impure operations are called as often as they are written: they are neither folded nor shared.
	impure bool
	// commutative: the first two arguments may change places.
	commutative bool
	// lowered operations are made by the passes of a machine alone.
	lowered bool
}

// opRules are those of all operations.
var opRules = map[op]*opRule{
	opConst:  {args: "; value", means: "the value in every row", nulls: own},
	opColumn: {args: "; column", means: "the column's values", nulls: own},

	opAdd:       {args: "a, b", means: "a + b", commutative: true},
	opSub:       {args: "a, b", means: "a - b"},
	opMul:       {args: "a, b", means: "a * b", commutative: true},
	opNeg:       {args: "a", means: "-a"},
	opMin:       {args: "a, b", means: "the lesser; NaN if one is NaN, -0 below 0"},
	opMax:       {args: "a, b", means: "the greater; NaN if one is NaN, -0 below 0"},
	opAbs:       {args: "a", means: "the absolute value; the least integer wraps to itself"},
	opDivInt:    {args: "a, b", means: "a / b of integers, rounded towards zero", fails: ErrDivideByZero},
	opModInt:    {args: "a, b", means: "a % b of integers, with a's sign", fails: ErrDivideByZero},
	opDivSafe:   {args: "a, b", means: "div by a constant other than 0"},
	opModSafe:   {args: "a, b", means: "mod by a constant other than 0"},
	opAndInt:    {args: "a, b", means: "a & b", commutative: true},
	opOrInt:     {args: "a, b", means: "a | b", commutative: true},
	opXorInt:    {args: "a, b", means: "a ^ b", commutative: true},
	opAndNotInt: {args: "a, b", means: "a &^ b"},
	opInvert:    {args: "a", means: "^a"},
	opShl:       {args: "a, n", means: "a << n, 0 for n beyond the width", fails: ErrNegativeShift},
	opShr:       {args: "a, n", means: "a >> n, 0 or -1 for n beyond the width", fails: ErrNegativeShift},
	opDiv:       {args: "a, b", means: "a / b of floats"},
	opModFloat:  {args: "a, b", means: "math.Mod of floats"},
	opSqrt:      {args: "x", means: "the square root"},
	opExp:       {args: "x", means: "e to the power x, by the definition of kernel.Exp on every machine"},
	opLog:       {args: "x", means: "the natural logarithm, by the definition of kernel.Log on every machine"},
	opLog2:      {args: "x", means: "math.Log2"},
	opLog10:     {args: "x", means: "math.Log10"},
	opCbrt:      {args: "x", means: "math.Cbrt"},
	opSin:       {args: "x", means: "math.Sin"},
	opCos:       {args: "x", means: "math.Cos"},
	opTan:       {args: "x", means: "math.Tan"},
	opAsin:      {args: "x", means: "math.Asin"},
	opAcos:      {args: "x", means: "math.Acos"},
	opAtan:      {args: "x", means: "math.Atan"},
	opSinh:      {args: "x", means: "math.Sinh"},
	opCosh:      {args: "x", means: "math.Cosh"},
	opTanh:      {args: "x", means: "math.Tanh"},
	opAtan2:     {args: "y, x", means: "math.Atan2"},
	opHypot:     {args: "y, x", means: "math.Hypot"},
	opPow:       {args: "x, y", means: "math.Pow"},
	opFloor:     {args: "x", means: "the greatest whole number not above x"},
	opCeil:      {args: "x", means: "the least whole number not below x"},
	opTrunc:     {args: "x", means: "x without its fraction"},
	opRoundEven: {args: "x", means: "math.RoundToEven"},
	opRound:     {args: "x; places", means: "x rounded half away from zero to decimals, below 0 to tens, hundreds …"},
	opRoundInt:  {args: "a; places", means: "an integer rounded to tens, hundreds …", fails: ErrOverflow},
	opIsNaN:     {args: "x", means: "whether x is NaN"},
	opHash:      {args: "a, …", means: "the hash of internal/kernel, in which a null has its own word", nulls: never},

	opAddDec:   {args: "a, b", means: "a + b at their common scale", fails: ErrOverflow, commutative: true},
	opSubDec:   {args: "a, b", means: "a - b at their common scale", fails: ErrOverflow},
	opMulDec:   {args: "a, b", means: "a * b, whose scale is the sum of theirs", fails: ErrOverflow, commutative: true},
	opRoundDec: {args: "a; places", means: "a rounded half away from zero to the result's scale, or to tens, hundreds …", fails: ErrOverflow},
	opFloorDec: {args: "a", means: "the greatest whole number not above a"},
	opCeilDec:  {args: "a", means: "the least whole number not below a"},
	opTruncDec: {args: "a", means: "a without its fraction"},

	opLt:     {args: "a, b", means: "a < b; texts by their bytes"},
	opLe:     {args: "a, b", means: "a <= b; texts by their bytes"},
	opEq:     {args: "a, b", means: "a == b", commutative: true},
	opLtTime: {args: "a, b", means: "a < b of times in different units, as instants"},
	opLeTime: {args: "a, b", means: "a <= b of times in different units, as instants"},
	opEqTime: {args: "a, b", means: "a == b of times in different units, as instants"},
	opLtDec:  {args: "a, b", means: "a < b of decimals or integers, exactly"},
	opLeDec:  {args: "a, b", means: "a <= b of decimals or integers, exactly"},
	opEqDec:  {args: "a, b", means: "a == b of decimals or integers, exactly"},

	opNot:      {args: "a", means: "!a"},
	opXorBits:  {args: "a, b", means: "a != b of truth values", commutative: true},
	opAnd:      {args: "a, b", means: "a && b: false if either is false, else null if either is null", nulls: own},
	opOr:       {args: "a, b", means: "a || b: true if either is true, else null if either is null", nulls: own},
	opIsNull:   {args: "a", means: "whether a is null", nulls: never},
	opIsTrue:   {args: "a", means: "whether a is true and not null", nulls: never},
	opSelect:   {args: "c, a, b", means: "a if c is true, b if it is false or null", nulls: own},
	opCoalesce: {args: "a, b", means: "a unless it is null, else b", nulls: own},

	opConcat:     {args: "a, …", means: "the texts joined"},
	opLen:        {args: "s", means: "the number of runes"},
	opLower:      {args: "s", means: "bytes.ToLower"},
	opUpper:      {args: "s", means: "bytes.ToUpper"},
	opTrim:       {args: "s; [cut]", means: "s without the white space or the given runes at both ends"},
	opTrimLeft:   {args: "s; [cut]", means: "trim at the beginning alone"},
	opTrimRight:  {args: "s; [cut]", means: "trim at the end alone"},
	opContains:   {args: "s, part", means: "whether part is in s"},
	opStartsWith: {args: "s, part", means: "whether s begins with part"},
	opEndsWith:   {args: "s, part", means: "whether s ends with part"},
	opReplace:    {args: "s, old, new", means: "bytes.ReplaceAll"},
	opSubstr:     {args: "s, from[, length]", means: "length runes from rune from on, which counts from the end below 0; what lies outside is cut off"},
	opSplit:      {args: "s, separator, k", means: "part k of s, from the end below 0; null if there is none", nulls: own, mayNull: true},
	opMatch:      {args: "s; pattern", means: "whether the regular expression matches in s"},
	opInSet:      {args: "s; set", means: "whether s is in the set"},

	opWiden:  {args: "a", means: "a in a type that holds it, or its nearest float; a truth value as 0 or 1, a number as whether it is not 0"},
	opWrap:   {args: "a", means: "an integer modulo the result's width"},
	opCast:   {args: "a", means: "a in a type that may not hold it: fractions are dropped for integers, rounded half away from zero for decimals", fails: ErrCast},
	opView:   {args: "a", means: "the same bits as another type"},
	opParse:  {args: "s; [layout]", means: "the value that a text writes", fails: ErrCast},
	opFormat: {args: "a; [layout]", means: "the text of a value, as Go prints it; times as ISO 8601 or by the layout"},

	opField:   {args: "t; field", means: "a field of the calendar, on the wall clock of t's zone"},
	opTruncTo: {args: "t; unit", means: "the first instant of t's unit", fails: ErrTimeRange},
	opShift:   {args: "t, n; unit", means: "t moved by n units: elapsed time up to hours, the calendar from days on", fails: ErrTimeRange},
	opDiff:    {args: "a, b; unit", means: "the whole units from b to a", fails: ErrTimeRange},
	opScale:   {args: "t; ratio", means: "the count of t's units times a ratio, rounded down or towards zero", fails: ErrCast},
	opToDate:  {args: "t", means: "the date on the wall clock of t's zone", fails: ErrCast},
	opToZone:  {args: "t", means: "the instant at which the result's zone shows what the clock of t's zone shows", fails: ErrCast},
	opAddTime: {args: "a, b", means: "a + b of times or durations", fails: ErrTimeRange},
	opSubTime: {args: "a, b", means: "a - b of times or durations", fails: ErrTimeRange},
	opMulTime: {args: "d, n", means: "n times a duration", fails: ErrTimeRange},
	opDivTime: {args: "d, n", means: "a duration divided by n, rounded towards zero", fails: ErrDivideByZero},
	opAbsTime: {args: "d", means: "the absolute value of a duration", fails: ErrTimeRange},

	opCall: {args: "a, …; function", means: "what a function written in Go returns", fails: errFunc, impure: true},

	opMulAdd:   {args: "a, b, c", means: "add(mul(a, b), c), rounded twice", lowered: true},
	opSelectLt: {args: "p, q, a, b", means: "ifelse(lt(p, q), a, b)", nulls: own, lowered: true},
	opSelectLe: {args: "p, q, a, b", means: "ifelse(le(p, q), a, b)", nulls: own, lowered: true},
	opSelectEq: {args: "p, q, a, b", means: "ifelse(eq(p, q), a, b)", nulls: own, lowered: true},
	opLookup:   {args: "; graph", means: "a value computed once for each entry of a dictionary", nulls: own, lowered: true},
	opCopy:     {args: "a", means: "a, in a register of its own", nulls: own, lowered: true},
}

// rule is the operation's. A name that has none panics: it is a mistake of the program.
func (o op) rule() *opRule {
	r := opRules[o]
	if r == nil {
		panic("expr: there is no operation " + string(o))
	}
	return r
}

// allOps are the names of all operations, sorted.
func allOps() []op {
	list := make([]op, 0, len(opRules))
	for o := range opRules {
		list = append(list, o)
	}
	slices.Sort(list)
	return list
}
