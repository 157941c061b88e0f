package ir

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

// Op is an operation, by its name. What every machine has to keep to is its rule; how a machine
// computes it is the machine's own.
type Op string

// Values that no operation computes.
const (
	OpConst  Op = "const"
	OpColumn Op = "column"
)

// Numbers. Those of integers wrap on overflow; those of floats round once, as IEEE 754 says.
const (
	OpAdd       Op = "add"
	OpSub       Op = "sub"
	OpMul       Op = "mul"
	OpNeg       Op = "neg"
	OpMin       Op = "min"
	OpMax       Op = "max"
	OpAbs       Op = "abs"
	OpDivInt    Op = "div"
	OpModInt    Op = "mod"
	OpDivSafe   Op = "div.nonzero"
	OpModSafe   Op = "mod.nonzero"
	OpAndInt    Op = "bitand"
	OpOrInt     Op = "bitor"
	OpXorInt    Op = "bitxor"
	OpAndNotInt Op = "bitandnot"
	OpInvert    Op = "invert"
	OpShl       Op = "shl"
	OpShr       Op = "shr"
	OpDiv       Op = "quo"
	OpModFloat  Op = "fmod"
	OpSqrt      Op = "sqrt"
	OpExp       Op = "exp"
	OpLog       Op = "log"
	OpLog2      Op = "log2"
	OpLog10     Op = "log10"
	OpCbrt      Op = "cbrt"
	OpSin       Op = "sin"
	OpCos       Op = "cos"
	OpTan       Op = "tan"
	OpAsin      Op = "asin"
	OpAcos      Op = "acos"
	OpAtan      Op = "atan"
	OpSinh      Op = "sinh"
	OpCosh      Op = "cosh"
	OpTanh      Op = "tanh"
	OpAtan2     Op = "atan2"
	OpHypot     Op = "hypot"
	OpPow       Op = "pow"
	OpFloor     Op = "floor"
	OpCeil      Op = "ceil"
	OpTrunc     Op = "trunc"
	OpRoundEven Op = "roundeven"
	OpRound     Op = "round"
	OpRoundInt  Op = "round.integer"
	OpIsNaN     Op = "isnan"
	OpHash      Op = "hash"
)

// Decimals.
const (
	OpAddDec   Op = "add.decimal"
	OpSubDec   Op = "sub.decimal"
	OpMulDec   Op = "mul.decimal"
	OpRoundDec Op = "round.decimal"
	OpFloorDec Op = "floor.decimal"
	OpCeilDec  Op = "ceil.decimal"
	OpTruncDec Op = "trunc.decimal"
)

// Comparisons: of equal types, of times in any units, and of decimals and integers of any scales.
const (
	OpLt     Op = "lt"
	OpLe     Op = "le"
	OpEq     Op = "eq"
	OpLtTime Op = "lt.time"
	OpLeTime Op = "le.time"
	OpEqTime Op = "eq.time"
	OpLtDec  Op = "lt.decimal"
	OpLeDec  Op = "le.decimal"
	OpEqDec  Op = "eq.decimal"
)

// Truth values, choices and nulls.
const (
	OpNot      Op = "not"
	OpXorBits  Op = "xor"
	OpAnd      Op = "and"
	OpOr       Op = "or"
	OpIsNull   Op = "isnull"
	OpIsTrue   Op = "istrue"
	OpSelect   Op = "ifelse"
	OpCoalesce Op = "coalesce"
)

// Texts. Positions and lengths count runes.
const (
	OpConcat     Op = "concat"
	OpLen        Op = "len"
	OpLower      Op = "lower"
	OpUpper      Op = "upper"
	OpTrim       Op = "trim"
	OpTrimLeft   Op = "ltrim"
	OpTrimRight  Op = "rtrim"
	OpContains   Op = "contains"
	OpStartsWith Op = "startswith"
	OpEndsWith   Op = "endswith"
	OpReplace    Op = "replace"
	OpSubstr     Op = "substr"
	OpSplit      Op = "split"
	OpMatch      Op = "match"
	OpInSet      Op = "in"
)

// Conversions, to the node's type.
const (
	OpWiden  Op = "widen"
	OpWrap   Op = "wrap"
	OpCast   Op = "cast"
	OpView   Op = "as"
	OpParse  Op = "parse"
	OpFormat Op = "format"
)

// Times: what Arrow holds, days, milliseconds or units since 1970, or plain units.
const (
	OpField   Op = "field"
	OpTruncTo Op = "trunc.time"
	OpShift   Op = "shift"
	OpDiff    Op = "diff"
	OpScale   Op = "scale"
	OpToDate  Op = "date"
	OpToZone  Op = "zoned"
	OpAddTime Op = "add.time"
	OpSubTime Op = "sub.time"
	OpMulTime Op = "mul.time"
	OpDivTime Op = "div.time"
	OpAbsTime Op = "abs.time"
)

// OpCall calls a function written in Go.
const OpCall Op = "call"

// Operations that no expression has: a machine's own passes put them in place of others.
const (
	OpMulAdd   Op = "muladd"
	OpSelectLt Op = "select.lt"
	OpSelectLe Op = "select.le"
	OpSelectEq Op = "select.eq"
	OpLookup   Op = "lookup"
	OpCopy     Op = "copy"
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
	Args  string // operands, and after a semicolon the parameter
	Means string // the result, once for all machines

	Nulls NullRule
	// MayNull: null for some arguments that are not.
	MayNull bool
	// Fails is the usual cause of a row that fails, nil if none can. A failing row is null.
	Fails error
	// Impure operations are called as often as they are written: they are neither folded nor shared.
	Impure bool
	// Commutative: the first two arguments may change places.
	Commutative bool
	// Lowered operations are made by the passes of a machine alone.
	Lowered bool
}

// opRules are those of all operations.
var opRules = map[Op]*Rule{
	OpConst:  {Args: "; value", Means: "the value in every row", Nulls: Own},
	OpColumn: {Args: "; column", Means: "the column's values", Nulls: Own},

	OpAdd:       {Args: "a, b", Means: "a + b", Commutative: true},
	OpSub:       {Args: "a, b", Means: "a - b"},
	OpMul:       {Args: "a, b", Means: "a * b", Commutative: true},
	OpNeg:       {Args: "a", Means: "-a"},
	OpMin:       {Args: "a, b", Means: "the lesser; NaN if one is NaN, -0 below 0"},
	OpMax:       {Args: "a, b", Means: "the greater; NaN if one is NaN, -0 below 0"},
	OpAbs:       {Args: "a", Means: "the absolute value; the least integer wraps to itself"},
	OpDivInt:    {Args: "a, b", Means: "a / b of integers, rounded towards zero", Fails: ErrDivideByZero},
	OpModInt:    {Args: "a, b", Means: "a % b of integers, with a's sign", Fails: ErrDivideByZero},
	OpDivSafe:   {Args: "a, b", Means: "div by a constant other than 0"},
	OpModSafe:   {Args: "a, b", Means: "mod by a constant other than 0"},
	OpAndInt:    {Args: "a, b", Means: "a & b", Commutative: true},
	OpOrInt:     {Args: "a, b", Means: "a | b", Commutative: true},
	OpXorInt:    {Args: "a, b", Means: "a ^ b", Commutative: true},
	OpAndNotInt: {Args: "a, b", Means: "a &^ b"},
	OpInvert:    {Args: "a", Means: "^a"},
	OpShl:       {Args: "a, n", Means: "a << n, 0 for n beyond the width", Fails: ErrNegativeShift},
	OpShr:       {Args: "a, n", Means: "a >> n, 0 or -1 for n beyond the width", Fails: ErrNegativeShift},
	OpDiv:       {Args: "a, b", Means: "a / b of floats"},
	OpModFloat:  {Args: "a, b", Means: "math.Mod of floats"},
	OpSqrt:      {Args: "x", Means: "the square root"},
	OpExp:       {Args: "x", Means: "e to the power x, by the definition of kernel.Exp on every machine"},
	OpLog:       {Args: "x", Means: "the natural logarithm, by the definition of kernel.Log on every machine"},
	OpLog2:      {Args: "x", Means: "math.Log2"},
	OpLog10:     {Args: "x", Means: "math.Log10"},
	OpCbrt:      {Args: "x", Means: "math.Cbrt"},
	OpSin:       {Args: "x", Means: "math.Sin"},
	OpCos:       {Args: "x", Means: "math.Cos"},
	OpTan:       {Args: "x", Means: "math.Tan"},
	OpAsin:      {Args: "x", Means: "math.Asin"},
	OpAcos:      {Args: "x", Means: "math.Acos"},
	OpAtan:      {Args: "x", Means: "math.Atan"},
	OpSinh:      {Args: "x", Means: "math.Sinh"},
	OpCosh:      {Args: "x", Means: "math.Cosh"},
	OpTanh:      {Args: "x", Means: "math.Tanh"},
	OpAtan2:     {Args: "y, x", Means: "math.Atan2"},
	OpHypot:     {Args: "y, x", Means: "math.Hypot"},
	OpPow:       {Args: "x, y", Means: "math.Pow"},
	OpFloor:     {Args: "x", Means: "the greatest whole number not above x"},
	OpCeil:      {Args: "x", Means: "the least whole number not below x"},
	OpTrunc:     {Args: "x", Means: "x without its fraction"},
	OpRoundEven: {Args: "x", Means: "math.RoundToEven"},
	OpRound:     {Args: "x; places", Means: "x rounded half away from zero to decimals, below 0 to tens, hundreds …"},
	OpRoundInt:  {Args: "a; places", Means: "an integer rounded to tens, hundreds …", Fails: ErrOverflow},
	OpIsNaN:     {Args: "x", Means: "whether x is NaN"},
	OpHash:      {Args: "a, …", Means: "the hash of internal/kernel, in which a null has its own word", Nulls: Never},

	OpAddDec:   {Args: "a, b", Means: "a + b at their common scale", Fails: ErrOverflow, Commutative: true},
	OpSubDec:   {Args: "a, b", Means: "a - b at their common scale", Fails: ErrOverflow},
	OpMulDec:   {Args: "a, b", Means: "a * b, whose scale is the sum of theirs", Fails: ErrOverflow, Commutative: true},
	OpRoundDec: {Args: "a; places", Means: "a rounded half away from zero to the result's scale, or to tens, hundreds …", Fails: ErrOverflow},
	OpFloorDec: {Args: "a", Means: "the greatest whole number not above a"},
	OpCeilDec:  {Args: "a", Means: "the least whole number not below a"},
	OpTruncDec: {Args: "a", Means: "a without its fraction"},

	OpLt:     {Args: "a, b", Means: "a < b; texts by their bytes"},
	OpLe:     {Args: "a, b", Means: "a <= b; texts by their bytes"},
	OpEq:     {Args: "a, b", Means: "a == b", Commutative: true},
	OpLtTime: {Args: "a, b", Means: "a < b of times in different units, as instants"},
	OpLeTime: {Args: "a, b", Means: "a <= b of times in different units, as instants"},
	OpEqTime: {Args: "a, b", Means: "a == b of times in different units, as instants"},
	OpLtDec:  {Args: "a, b", Means: "a < b of decimals or integers, exactly"},
	OpLeDec:  {Args: "a, b", Means: "a <= b of decimals or integers, exactly"},
	OpEqDec:  {Args: "a, b", Means: "a == b of decimals or integers, exactly"},

	OpNot:      {Args: "a", Means: "!a"},
	OpXorBits:  {Args: "a, b", Means: "a != b of truth values", Commutative: true},
	OpAnd:      {Args: "a, b", Means: "a && b: false if either is false, else null if either is null", Nulls: Own},
	OpOr:       {Args: "a, b", Means: "a || b: true if either is true, else null if either is null", Nulls: Own},
	OpIsNull:   {Args: "a", Means: "whether a is null", Nulls: Never},
	OpIsTrue:   {Args: "a", Means: "whether a is true and not null", Nulls: Never},
	OpSelect:   {Args: "c, a, b", Means: "a if c is true, b if it is false or null", Nulls: Own},
	OpCoalesce: {Args: "a, b", Means: "a unless it is null, else b", Nulls: Own},

	OpConcat:     {Args: "a, …", Means: "the texts joined"},
	OpLen:        {Args: "s", Means: "the number of runes"},
	OpLower:      {Args: "s", Means: "bytes.ToLower"},
	OpUpper:      {Args: "s", Means: "bytes.ToUpper"},
	OpTrim:       {Args: "s; [cut]", Means: "s without the white space or the given runes at both ends"},
	OpTrimLeft:   {Args: "s; [cut]", Means: "trim at the beginning alone"},
	OpTrimRight:  {Args: "s; [cut]", Means: "trim at the end alone"},
	OpContains:   {Args: "s, part", Means: "whether part is in s"},
	OpStartsWith: {Args: "s, part", Means: "whether s begins with part"},
	OpEndsWith:   {Args: "s, part", Means: "whether s ends with part"},
	OpReplace:    {Args: "s, old, new", Means: "bytes.ReplaceAll"},
	OpSubstr:     {Args: "s, from[, length]", Means: "length runes from rune from on, which counts from the end below 0; what lies outside is cut off"},
	OpSplit:      {Args: "s, separator, k", Means: "part k of s, from the end below 0; null if there is none", Nulls: Own, MayNull: true},
	OpMatch:      {Args: "s; pattern", Means: "whether the regular expression matches in s"},
	OpInSet:      {Args: "s; set", Means: "whether s is in the set"},

	OpWiden:  {Args: "a", Means: "a in a type that holds it, or its nearest float; a truth value as 0 or 1, a number as whether it is not 0"},
	OpWrap:   {Args: "a", Means: "an integer modulo the result's width"},
	OpCast:   {Args: "a", Means: "a in a type that may not hold it: fractions are dropped for integers, rounded half away from zero for decimals", Fails: ErrCast},
	OpView:   {Args: "a", Means: "the same bits as another type"},
	OpParse:  {Args: "s; [layout]", Means: "the value that a text writes", Fails: ErrCast},
	OpFormat: {Args: "a; [layout]", Means: "the text of a value, as Go prints it; times as ISO 8601 or by the layout"},

	OpField:   {Args: "t; field", Means: "a field of the calendar, on the wall clock of t's zone"},
	OpTruncTo: {Args: "t; unit", Means: "the first instant of t's unit", Fails: ErrTimeRange},
	OpShift:   {Args: "t, n; unit", Means: "t moved by n units: elapsed time up to hours, the calendar from days on", Fails: ErrTimeRange},
	OpDiff:    {Args: "a, b; unit", Means: "the whole units from b to a", Fails: ErrTimeRange},
	OpScale:   {Args: "t; ratio", Means: "the count of t's units times a ratio, rounded down or towards zero", Fails: ErrCast},
	OpToDate:  {Args: "t", Means: "the date on the wall clock of t's zone", Fails: ErrCast},
	OpToZone:  {Args: "t", Means: "the instant at which the result's zone shows what the clock of t's zone shows", Fails: ErrCast},
	OpAddTime: {Args: "a, b", Means: "a + b of times or durations", Fails: ErrTimeRange},
	OpSubTime: {Args: "a, b", Means: "a - b of times or durations", Fails: ErrTimeRange},
	OpMulTime: {Args: "d, n", Means: "n times a duration", Fails: ErrTimeRange},
	OpDivTime: {Args: "d, n", Means: "a duration divided by n, rounded towards zero", Fails: ErrDivideByZero},
	OpAbsTime: {Args: "d", Means: "the absolute value of a duration", Fails: ErrTimeRange},

	OpCall: {Args: "a, …; function", Means: "what a function written in Go returns", Fails: errFunc, Impure: true},

	OpMulAdd:   {Args: "a, b, c", Means: "add(mul(a, b), c), rounded twice", Lowered: true},
	OpSelectLt: {Args: "p, q, a, b", Means: "ifelse(lt(p, q), a, b)", Nulls: Own, Lowered: true},
	OpSelectLe: {Args: "p, q, a, b", Means: "ifelse(le(p, q), a, b)", Nulls: Own, Lowered: true},
	OpSelectEq: {Args: "p, q, a, b", Means: "ifelse(eq(p, q), a, b)", Nulls: Own, Lowered: true},
	OpLookup:   {Args: "; graph", Means: "a value computed once for each entry of a dictionary", Nulls: Own, Lowered: true},
	OpCopy:     {Args: "a", Means: "a, in a register of its own", Nulls: Own, Lowered: true},
}

// Rule is the operation's. A name that has none panics: it is a mistake of the program.
func (o Op) Rule() *Rule {
	r := opRules[o]
	if r == nil {
		panic("ir: there is no operation " + string(o))
	}
	return r
}

// Ops are the names of all operations, sorted.
func Ops() []Op {
	list := make([]Op, 0, len(opRules))
	for o := range opRules {
		list = append(list, o)
	}
	slices.Sort(list)
	return list
}
