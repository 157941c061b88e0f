package vm

import (
	"bytes"
	"math"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// emitter is how this machine computes an operation.
type emitter struct {
	// emit makes the step that computes register d from registers a: it chooses the kernel for the
	// types at hand, once for each instruction.
	emit func(n *ir.Node, d int, a []int) step
	// immediates are the operands that the kernels take as one lane for all rows, as bits.
	immediates uint8
	// swaps: the first two operands may change places, so that the second is the immediate.
	swaps bool
	// borrows: a text result lies in the bytes of the first argument.
	borrows bool
}

// Which operands may be immediates.
const (
	noImmediate   uint8 = 0
	second        uint8 = 1 << 1
	firstOrSecond uint8 = 1<<0 | 1<<1
	last2         uint8 = 1<<1 | 1<<2 // of a product and sum
)

// emitters are what this machine computes, by the names of the operations. Another machine has a
// table of its own, and refuses by name what it lacks.
var emitters [ir.OpCount]emitter

// A literal would be an initialisation cycle: an emitter assembles programs of its own.
func init() {
	emitters = [ir.OpCount]emitter{
		ir.OpAdd:    {emit: emitNumber, immediates: second, swaps: true},
		ir.OpSub:    {emit: emitNumber, immediates: firstOrSecond},
		ir.OpMul:    {emit: emitNumber, immediates: second, swaps: true},
		ir.OpMulAdd: {emit: emitNumber, immediates: last2, swaps: true},
		ir.OpNeg:    {emit: emitNumber},
		ir.OpMin:    {emit: emitExtreme, immediates: second, swaps: true},
		ir.OpMax:    {emit: emitExtreme, immediates: second, swaps: true},
		ir.OpAbs:    {emit: emitAbs},

		ir.OpDivInt:    {emit: emitInteger},
		ir.OpModInt:    {emit: emitInteger},
		ir.OpDivSafe:   {emit: emitInteger},
		ir.OpModSafe:   {emit: emitInteger},
		ir.OpAndInt:    {emit: emitInteger, immediates: second, swaps: true},
		ir.OpOrInt:     {emit: emitInteger, immediates: second, swaps: true},
		ir.OpXorInt:    {emit: emitInteger, immediates: second, swaps: true},
		ir.OpAndNotInt: {emit: emitInteger, immediates: firstOrSecond},
		ir.OpInvert:    {emit: emitInteger},
		ir.OpShl:       {emit: emitInteger},
		ir.OpShr:       {emit: emitInteger},

		ir.OpDiv:       {emit: emitFloat, immediates: firstOrSecond},
		ir.OpModFloat:  {emit: emitFloat},
		ir.OpSqrt:      {emit: byKernel("sqrt", kernel.Sqrt)},
		ir.OpExp:       {emit: byKernel("exp", kernel.Exp)},
		ir.OpLog:       {emit: byKernel("log", kernel.Log)},
		ir.OpFloor:     {emit: byKernel("floor", kernel.Floor)},
		ir.OpCeil:      {emit: byKernel("ceil", kernel.Ceil)},
		ir.OpTrunc:     {emit: byKernel("trunc", kernel.Trunc)},
		ir.OpLog2:      {emit: byRow(math.Log2)},
		ir.OpLog10:     {emit: byRow(math.Log10)},
		ir.OpCbrt:      {emit: byRow(math.Cbrt)},
		ir.OpSin:       {emit: byRow(math.Sin)},
		ir.OpCos:       {emit: byRow(math.Cos)},
		ir.OpTan:       {emit: byRow(math.Tan)},
		ir.OpAsin:      {emit: byRow(math.Asin)},
		ir.OpAcos:      {emit: byRow(math.Acos)},
		ir.OpAtan:      {emit: byRow(math.Atan)},
		ir.OpSinh:      {emit: byRow(math.Sinh)},
		ir.OpCosh:      {emit: byRow(math.Cosh)},
		ir.OpTanh:      {emit: byRow(math.Tanh)},
		ir.OpRoundEven: {emit: byRow(math.RoundToEven)},
		ir.OpAtan2:     {emit: byRow2(math.Atan2)},
		ir.OpHypot:     {emit: byRow2(math.Hypot)},
		ir.OpPow:       {emit: byRow2(math.Pow)},
		ir.OpRound:     {emit: emitRound},
		ir.OpRoundInt:  {emit: emitRoundInt},
		ir.OpIsNaN:     {emit: emitIsNaN},
		ir.OpHash:      {emit: emitHash},

		ir.OpAddDec:   {emit: emitDecimal(kernel.AddDec)},
		ir.OpSubDec:   {emit: emitDecimal(kernel.SubDec)},
		ir.OpMulDec:   {emit: emitDecimal(kernel.MulDec)},
		ir.OpRoundDec: {emit: emitRoundDec},
		ir.OpFloorDec: {emit: emitWholeDec(ir.Dec.Floor)},
		ir.OpCeilDec:  {emit: emitWholeDec(ir.Dec.Ceil)},
		ir.OpTruncDec: {emit: emitWholeDec(ir.Dec.Truncate)},

		ir.OpLt:       {emit: emitCompare, immediates: firstOrSecond},
		ir.OpLe:       {emit: emitCompare, immediates: firstOrSecond},
		ir.OpEq:       {emit: emitCompare, immediates: second, swaps: true},
		ir.OpSelectLt: {emit: emitSelectCompare, immediates: firstOrSecond},
		ir.OpSelectLe: {emit: emitSelectCompare, immediates: firstOrSecond},
		ir.OpSelectEq: {emit: emitSelectCompare, immediates: second, swaps: true},
		ir.OpLtTime:   {emit: emitCompareTimes(isLess)},
		ir.OpLeTime:   {emit: emitCompareTimes(isNotGreater)},
		ir.OpEqTime:   {emit: emitCompareTimes(isEqual)},
		ir.OpLtDec:    {emit: emitCompareDecimals(isLess)},
		ir.OpLeDec:    {emit: emitCompareDecimals(isNotGreater)},
		ir.OpEqDec:    {emit: emitCompareDecimals(isEqual)},

		ir.OpNot:      {emit: emitNot},
		ir.OpXorBits:  {emit: emitXorBits},
		ir.OpAnd:      {emit: emitAnd},
		ir.OpOr:       {emit: emitOr},
		ir.OpIsNull:   {emit: emitIsNull},
		ir.OpIsTrue:   {emit: emitIsTrue},
		ir.OpSelect:   {emit: emitSelect},
		ir.OpCoalesce: {emit: emitCoalesce},
		ir.OpCopy:     {emit: emitCopy, borrows: true},
		ir.OpLookup:   {emit: emitLookup},
		ir.OpCall:     {emit: emitCall},

		ir.OpConcat:     {emit: emitConcat},
		ir.OpLen:        {emit: emitLen},
		ir.OpLower:      {emit: emitCase(kernel.LowerASCII, bytes.ToLower)},
		ir.OpUpper:      {emit: emitCase(kernel.UpperASCII, bytes.ToUpper)},
		ir.OpTrim:       {emit: emitTrim(true, true), borrows: true},
		ir.OpTrimLeft:   {emit: emitTrim(true, false), borrows: true},
		ir.OpTrimRight:  {emit: emitTrim(false, true), borrows: true},
		ir.OpContains:   {emit: emitSearch(bytes.Contains)},
		ir.OpStartsWith: {emit: emitSearch(bytes.HasPrefix)},
		ir.OpEndsWith:   {emit: emitSearch(bytes.HasSuffix)},
		ir.OpReplace:    {emit: emitReplace},
		ir.OpSubstr:     {emit: emitSubstr, borrows: true},
		ir.OpSplit:      {emit: emitSplit, borrows: true},
		ir.OpMatch:      {emit: emitMatch},
		ir.OpInSet:      {emit: emitInSet},

		ir.OpWiden:  {emit: emitWiden},
		ir.OpWrap:   {emit: emitWiden},
		ir.OpCast:   {emit: emitCast},
		ir.OpView:   {emit: emitView},
		ir.OpParse:  {emit: emitParse},
		ir.OpFormat: {emit: emitFormat},

		ir.OpField:   {emit: emitField},
		ir.OpTruncTo: {emit: emitTruncTo},
		ir.OpShift:   {emit: emitShift},
		ir.OpDiff:    {emit: emitDiff},
		ir.OpScale:   {emit: emitScale},
		ir.OpToDate:  {emit: emitToDate},
		ir.OpToZone:  {emit: emitToZone},
		ir.OpAddTime: {emit: emitChecked(kernel.AddChecked)},
		ir.OpSubTime: {emit: emitChecked(kernel.SubChecked)},
		ir.OpMulTime: {emit: emitChecked(kernel.MulChecked)},
		ir.OpDivTime: {emit: emitDivTime},
		ir.OpAbsTime: {emit: emitAbsTime},
	}
}

// byKernel computes floats by a kernel that may have a twin.
func byKernel(name string, k func(dst, a []float64)) func(*ir.Node, int, []int) step {
	return func(_ *ir.Node, d int, a []int) step { return unary(d, a, kernel.Twin(name, k)) }
}

// byRow calls a function for each row.
func byRow(f func(float64) float64) func(*ir.Node, int, []int) step {
	return func(_ *ir.Node, d int, a []int) step {
		return unary(d, a, func(dst, x []float64) { kernel.Map1(dst, x, f) })
	}
}

// byRow2 is byRow for two arguments.
func byRow2(f func(x, y float64) float64) func(*ir.Node, int, []int) step {
	return func(_ *ir.Node, d int, a []int) step {
		x, y := a[0], a[1]
		return func(m *Machine) bool {
			kernel.Map2(lanesOf[float64](m, d), lanesOf[float64](m, x), lanesOf[float64](m, y), f)
			return false
		}
	}
}

func isLess(order int) bool       { return order < 0 }
func isNotGreater(order int) bool { return order <= 0 }
func isEqual(order int) bool      { return order == 0 }
