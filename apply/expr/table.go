package expr

import (
	"bytes"
	"math"

	"github.com/volley-go/volley/internal/kernel"
)

// emitter is how this machine computes an operation.
type emitter struct {
	// emit makes the step that computes register d from registers a: it chooses the kernel for the
	// types at hand, once for each instruction.
	emit func(n *node, d int, a []int) step
	// immediates are the operands that the kernels take as one lane for all rows, as bits.
	immediates uint8
	// swaps: the first two operands may change places, so that the second is the immediate.
	swaps bool
	// borrows: a text result lies in the bytes of the first argument.
	borrows bool
}

// Which operands may be immediates.
const (
	noImmediate uint8 = 0
	second      uint8 = 1 << 1
	either2     uint8 = 1<<0 | 1<<1
	last2       uint8 = 1<<1 | 1<<2 // of a product and sum
)

// emitters are what this machine computes, by the names of the operations. Another machine has a
// table of its own, and refuses by name what it lacks.
var emitters map[op]emitter

// A literal would be an initialisation cycle: an emitter assembles programs of its own.
func init() {
	emitters = map[op]emitter{
		opAdd:    {emit: emitNumber, immediates: second, swaps: true},
		opSub:    {emit: emitNumber, immediates: either2},
		opMul:    {emit: emitNumber, immediates: second, swaps: true},
		opMulAdd: {emit: emitNumber, immediates: last2, swaps: true},
		opNeg:    {emit: emitNumber},
		opMin:    {emit: emitExtreme, immediates: second, swaps: true},
		opMax:    {emit: emitExtreme, immediates: second, swaps: true},
		opAbs:    {emit: emitAbs},

		opDivInt:    {emit: emitInteger},
		opModInt:    {emit: emitInteger},
		opDivSafe:   {emit: emitInteger},
		opModSafe:   {emit: emitInteger},
		opAndInt:    {emit: emitInteger, immediates: second, swaps: true},
		opOrInt:     {emit: emitInteger, immediates: second, swaps: true},
		opXorInt:    {emit: emitInteger, immediates: second, swaps: true},
		opAndNotInt: {emit: emitInteger, immediates: either2},
		opInvert:    {emit: emitInteger},
		opShl:       {emit: emitInteger},
		opShr:       {emit: emitInteger},

		opDiv:       {emit: emitFloat, immediates: either2},
		opModFloat:  {emit: emitFloat},
		opSqrt:      {emit: byKernel("sqrt", kernel.Sqrt)},
		opExp:       {emit: byKernel("exp", kernel.Exp)},
		opLog:       {emit: byKernel("log", kernel.Log)},
		opFloor:     {emit: byKernel("floor", kernel.Floor)},
		opCeil:      {emit: byKernel("ceil", kernel.Ceil)},
		opTrunc:     {emit: byKernel("trunc", kernel.Trunc)},
		opLog2:      {emit: byRow(math.Log2)},
		opLog10:     {emit: byRow(math.Log10)},
		opCbrt:      {emit: byRow(math.Cbrt)},
		opSin:       {emit: byRow(math.Sin)},
		opCos:       {emit: byRow(math.Cos)},
		opTan:       {emit: byRow(math.Tan)},
		opAsin:      {emit: byRow(math.Asin)},
		opAcos:      {emit: byRow(math.Acos)},
		opAtan:      {emit: byRow(math.Atan)},
		opSinh:      {emit: byRow(math.Sinh)},
		opCosh:      {emit: byRow(math.Cosh)},
		opTanh:      {emit: byRow(math.Tanh)},
		opRoundEven: {emit: byRow(math.RoundToEven)},
		opAtan2:     {emit: byRow2(math.Atan2)},
		opHypot:     {emit: byRow2(math.Hypot)},
		opPow:       {emit: byRow2(math.Pow)},
		opRound:     {emit: emitRound},
		opRoundInt:  {emit: emitRoundInt},
		opIsNaN:     {emit: emitIsNaN},
		opHash:      {emit: emitHash},

		opAddDec:   {emit: emitDecimal(kernel.AddDec)},
		opSubDec:   {emit: emitDecimal(kernel.SubDec)},
		opMulDec:   {emit: emitDecimal(kernel.MulDec)},
		opRoundDec: {emit: emitRoundDec},
		opFloorDec: {emit: emitWholeDec(dec.Floor)},
		opCeilDec:  {emit: emitWholeDec(dec.Ceil)},
		opTruncDec: {emit: emitWholeDec(dec.Truncate)},

		opLt:       {emit: emitCompare, immediates: either2},
		opLe:       {emit: emitCompare, immediates: either2},
		opEq:       {emit: emitCompare, immediates: second, swaps: true},
		opSelectLt: {emit: emitSelectCompare, immediates: either2},
		opSelectLe: {emit: emitSelectCompare, immediates: either2},
		opSelectEq: {emit: emitSelectCompare, immediates: second, swaps: true},
		opLtTime:   {emit: emitCompareTimes(isLess)},
		opLeTime:   {emit: emitCompareTimes(isNotGreater)},
		opEqTime:   {emit: emitCompareTimes(isEqual)},
		opLtDec:    {emit: emitCompareDecimals(isLess)},
		opLeDec:    {emit: emitCompareDecimals(isNotGreater)},
		opEqDec:    {emit: emitCompareDecimals(isEqual)},

		opNot:      {emit: emitNot},
		opXorBits:  {emit: emitXorBits},
		opAnd:      {emit: emitAnd},
		opOr:       {emit: emitOr},
		opIsNull:   {emit: emitIsNull},
		opIsTrue:   {emit: emitIsTrue},
		opSelect:   {emit: emitSelect},
		opCoalesce: {emit: emitCoalesce},
		opCopy:     {emit: emitCopy, borrows: true},
		opLookup:   {emit: emitLookup},
		opCall:     {emit: emitCall},

		opConcat:     {emit: emitConcat},
		opLen:        {emit: emitLen},
		opLower:      {emit: emitCase(kernel.LowerASCII, bytes.ToLower)},
		opUpper:      {emit: emitCase(kernel.UpperASCII, bytes.ToUpper)},
		opTrim:       {emit: emitTrim(true, true), borrows: true},
		opTrimLeft:   {emit: emitTrim(true, false), borrows: true},
		opTrimRight:  {emit: emitTrim(false, true), borrows: true},
		opContains:   {emit: emitSearch(bytes.Contains)},
		opStartsWith: {emit: emitSearch(bytes.HasPrefix)},
		opEndsWith:   {emit: emitSearch(bytes.HasSuffix)},
		opReplace:    {emit: emitReplace},
		opSubstr:     {emit: emitSubstr, borrows: true},
		opSplit:      {emit: emitSplit, borrows: true},
		opMatch:      {emit: emitMatch},
		opInSet:      {emit: emitInSet},

		opWiden:  {emit: emitWiden},
		opWrap:   {emit: emitWiden},
		opCast:   {emit: emitCast},
		opView:   {emit: emitView},
		opParse:  {emit: emitParse},
		opFormat: {emit: emitFormat},

		opField:   {emit: emitField},
		opTruncTo: {emit: emitTruncTo},
		opShift:   {emit: emitShift},
		opDiff:    {emit: emitDiff},
		opScale:   {emit: emitScale},
		opToDate:  {emit: emitToDate},
		opToZone:  {emit: emitToZone},
		opAddTime: {emit: emitChecked(kernel.AddChecked)},
		opSubTime: {emit: emitChecked(kernel.SubChecked)},
		opMulTime: {emit: emitChecked(kernel.MulChecked)},
		opDivTime: {emit: emitDivTime},
		opAbsTime: {emit: emitAbsTime},
	}
}

// byKernel computes floats by a kernel that may have a twin.
func byKernel(name string, k func(dst, a []float64)) func(*node, int, []int) step {
	return func(_ *node, d int, a []int) step { return unary(d, a, kernel.Twin(name, k)) }
}

// byRow calls a function for each row.
func byRow(f func(float64) float64) func(*node, int, []int) step {
	return func(_ *node, d int, a []int) step {
		return unary(d, a, func(dst, x []float64) { kernel.Map1(dst, x, f) })
	}
}

// byRow2 is byRow for two arguments.
func byRow2(f func(x, y float64) float64) func(*node, int, []int) step {
	return func(_ *node, d int, a []int) step {
		x, y := a[0], a[1]
		return func(m *machine) bool {
			kernel.Map2(lanesOf[float64](m, d), lanesOf[float64](m, x), lanesOf[float64](m, y), f)
			return false
		}
	}
}

func isLess(order int) bool       { return order < 0 }
func isNotGreater(order int) bool { return order <= 0 }
func isEqual(order int) bool      { return order == 0 }
