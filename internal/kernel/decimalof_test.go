package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func power10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// nearest is the whole number nearest to r, of two the one farther from 0.
func nearest(r *big.Rat) *big.Int {
	q, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if rest.Abs(rest).Lsh(rest, 1).Cmp(r.Denom()) >= 0 {
		q.Add(q, big.NewInt(int64(r.Sign())))
	}
	return q
}

// TestDecimalOfFloat holds floats of all sizes against fractions: halves, their neighbours, and the
// limits of 127 bits.
func TestDecimalOfFloat(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	values := []float64{0, 0.5, 1.5, 2.5, 0.25, 0.125, 2.675, 1.005, 0.1, 0.3, 1e15, 1 << 53, 1<<53 + 2, 1e22, 1e37, 1e38, 0x1p126, 0x1p127, 0x1.fffffffffffffp126, 0x1p63, 0x1p64,
		math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-127, 0x1p-128, 0x1p-192, 5e-39, 4.9999999999999e-39}
	for range 3000 {
		values = append(values, math.Float64frombits(r.Uint64()), math.Ldexp(r.Float64(), r.IntN(260)-130), math.Round(r.Float64()*1e6)/1e3+0.0005, float64(r.IntN(2000))/16)
	}
	for _, v := range values {
		for _, f := range []float64{v, -v, math.Nextafter(v, 0), math.Nextafter(v, math.Inf(1))} {
			scale := []int{0, 1, 2, 3, r.IntN(39), 38}[r.IntN(6)]
			got, ok := DecOfFloat(f, scale)
			exact := new(big.Rat).SetFloat64(f)
			if exact == nil {
				require.False(t, ok, f)
				continue
			}
			want := nearest(exact.Mul(exact, new(big.Rat).SetInt(power10(scale))))
			require.Equal(t, want.BitLen() <= 127, ok, "%v at %d", f, scale)
			if ok {
				require.Zero(t, want.Cmp(big128(got)), "%v at %d is %v, want %v", f, scale, big128(got), want)
			}
		}
	}
}

// TestDecimalAsFloat: the nearest floats, of any digits and scale.
func TestDecimalAsFloat(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	values := []Dec{{}, DecOf(1), DecOf(-1), DecOf(1<<53 - 1), DecOf(1 << 53), DecOf(1<<53 + 1), {^uint64(0), 0}, {0, 1}, {1<<10 + 1, 1 << 54}, {0, 1 << 62}, Pow10(38), Pow10(36), Pow10(18), Pow10(19)}
	for range 3000 {
		values = append(values, Dec{r.Uint64() >> r.IntN(64), int64(r.Uint64()) >> r.IntN(64)}, DecOf(int64(r.Uint64())>>r.IntN(64)))
	}
	for _, d := range values {
		if d == (Dec{0, math.MinInt64}) {
			continue
		}
		for _, scale := range []int{0, 1, 15, 22, 23, 38, r.IntN(39)} {
			exact := new(big.Rat).SetFrac(big128(d), power10(scale))
			want, _ := exact.Float64()
			require.Equal(t, want, d.Float(scale), "%v at %d", big128(d), scale)
			small, _ := exact.Float32()
			require.Equal(t, small, d.Float32(scale), "%v at %d", big128(d), scale)
		}
	}
}

// decimalText writes a random number, as decimals are and are not written.
func decimalText(r *rand.Rand) string {
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0000999123456789"[r.IntN(16)]
		}
		return string(b)
	}
	s := []string{"", "", "-", "+"}[r.IntN(4)] + strings.Repeat("0", r.IntN(3)*r.IntN(30)) + digits(r.IntN(42))
	if r.IntN(3) > 0 {
		s += "." + digits(r.IntN(42)) + strings.Repeat("0", r.IntN(3)*r.IntN(60))
	}
	switch r.IntN(8) {
	case 0:
		s += []string{"e0", "E5", "e-3", "e+12", "e-40", "e38", "E-0001"}[r.IntN(7)]
	case 1:
		s += []string{"x", " ", "e", ".", "-", "e1.5", "/2", "p3", "_1", "e+-1"}[r.IntN(10)]
	}
	return s
}

// TestParseDecimal holds texts against fractions: every precision and scale, signs, exponents, and
// zeros in front and behind.
func TestParseDecimal(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	nines := strings.Repeat("9", 38)
	texts := []string{"", "-", ".", "+.", "e5", "-.e1", "0", "-0", "+0.0", ".5", "5.", "-.5", "1e38", "1e37", "1e-38", "0e999999999999", "1e-999999999999", "1e9999999999999999999999", "0b1", "0o7", "0x1", "1_0", "1/2", "Inf", "NaN", "--1", "+-1", "1-", "1.2.3", "١", "1e"}
	for at := range len(nines) + 1 {
		texts = append(texts, nines[:at]+"."+nines[at:], "-"+nines[:at]+"."+nines[at:], "1"+nines[:at]+"."+nines[at:], nines[:at]+"."+nines[at:]+"5")
	}
	for range 20000 {
		texts = append(texts, decimalText(r))
	}
	for _, s := range texts {
		precision := 1 + r.IntN(38)
		if r.IntN(2) == 0 {
			precision = 38
		}
		scale := r.IntN(precision + 1)
		want, ok := textAsBig(s, precision, scale)
		got, gotOK := ParseDec(s, precision, scale)
		require.Equal(t, ok, gotOK, "%q as decimal(%d, %d)", s, precision, scale)
		if ok {
			require.Zero(t, want.Cmp(big128(got)), "%q as decimal(%d, %d) is %v", s, precision, scale, big128(got))
		}
	}
}

// textAsBig reads a decimal by package big.
func textAsBig(s string, precision, scale int) (*big.Int, bool) {
	v, power, _ := strings.Cut(strings.ToLower(s), "e")
	if len(power) > 8 { // a fraction would take as many digits
		zero, ok := new(big.Rat).SetString(v)
		return new(big.Int), ok && zero.Sign() == 0
	}
	exact, ok := new(big.Rat).SetString(s)
	if !ok || strings.ContainsAny(s, "xXpPbBoO_/") {
		return nil, false
	}
	exact.Mul(exact, new(big.Rat).SetInt(power10(scale)))
	return exact.Num(), exact.IsInt() && exact.Num().CmpAbs(power10(precision)) < 0
}
