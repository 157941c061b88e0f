package expr

import (
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/ir"
)

// A float becomes the decimal nearest to its exact value, not to what it is written as.
func TestFloatsAsDecimals(t *testing.T) {
	rec := recordOf(
		written(t, "x", arrow.PrimitiveTypes.Float64, "0.5", "2.675", "0.1", "-1.005", "1e15", "2251799813685248.5", ""),
		written(t, "f", arrow.PrimitiveTypes.Float32, "0.5", "2.675", "0.1", "-1.005", "1e15", "8388607.5", ""),
		written(t, "h", arrow.PrimitiveTypes.Float64, "0.125", "-0.125", "2.5", "-2.5", "0.5", "1e-320", "NaN"),
		written(t, "m", arrow.PrimitiveTypes.Float64, "9.995", "9.99", "99999999.5", "1.0000000000000002e38", "9.999999999999999e37", "-Inf", "1e300"),
	)
	checkTexts(t, rec, map[string][]any{
		`cast(cast(x, decimal(38, 30)), string)`:                                                                {"0.500000000000000000000000000000", "2.674999999999999822364316059975", "0.100000000000000005551115123126", "-1.004999999999999893418589635985", failing{}, failing{}, nil},
		`cast(cast(x, decimal(38, 2)), string)`:                                                                 {"0.50", "2.67", "0.10", "-1.00", "1000000000000000.00", "2251799813685248.50", nil},
		`cast(cast(x, decimal(38, 18)), string)`:                                                                {"0.500000000000000000", "2.674999999999999822", "0.100000000000000006", "-1.004999999999999893", "1000000000000000.000000000000000000", "2251799813685248.500000000000000000", nil},
		`cast(cast(f, decimal(38, 20)), string)`:                                                                {"0.50000000000000000000", "2.67499995231628417969", "0.10000000149011611938", "-1.00499999523162841797", "999999986991104.00000000000000000000", "8388607.50000000000000000000", nil},
		`cast(cast(h, decimal(5, 2)), string)`:                                                                  {"0.13", "-0.13", "2.50", "-2.50", "0.50", "0.00", failing{}},
		`cast(cast(h, decimal(5, 0)), string)`:                                                                  {"0", "0", "3", "-3", "1", "0", failing{}},
		`cast(cast(m, decimal(3, 2)), string)`:                                                                  {"9.99", "9.99", failing{}, failing{}, failing{}, failing{}, failing{}},
		`cast(cast(m, decimal(8, 0)), string)`:                                                                  {"10", "10", failing{}, failing{}, failing{}, failing{}, failing{}},
		`cast(cast(m, decimal(38, 0)), string)`:                                                                 {"10", "10", "100000000", failing{}, "99999999999999997748809823456034029568", failing{}, failing{}},
		`cast(round(cast(cast(x, string), decimal(38, 20)), 2), string)`:                                        {"0.50", "2.68", "0.10", "-1.01", "1000000000000000.00", "2251799813685248.50", nil},
		`cast(cast(x, decimal(38, 18)), float64) == x`:                                                          {true, true, true, true, true, true, nil},
		`cast(cast(0.1, decimal(38, 38)), string)`:                                                              {"0.10000000000000000000000000000000000000"},
		`cast(99999999999999999999999999999999999999, decimal(38, 0)) > 99999999999999999999999999999999999998`: {true},
	})
}

// randomNumberText writes a number of up to 40 digits, with zeros in front and behind.
func randomNumberText(r *rand.Rand) string {
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "00999123456789"[r.IntN(14)]
		}
		return string(b)
	}
	s := []string{"", "-", "+"}[r.IntN(3)] + strings.Repeat("0", r.IntN(4)) + digits(r.IntN(25)) + "." + digits(r.IntN(25)) + strings.Repeat("0", r.IntN(2)*r.IntN(90))
	return s + []string{"", "", "", "e3", "E-2", "e+0", "x"}[r.IntN(7)]
}

// Texts become every decimal that holds them, and no other.
func TestTextsAsDecimals(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 4))
	texts := []string{"9999.9999999999999999999999999999999999", "-9999.9999999999999999999999999999999999", "999999999999999999.99999999999999999999", "0.00000000000000000000000000000000000001", strings.Repeat("9", 38), "1" + strings.Repeat("0", 38), " 12.5 ", "000012.50000", ".5", "5.", "1e2", "12e-1", "", "x", "0x10", "1_000", "1/3", "1,5"}
	for range 500 {
		texts = append(texts, randomNumberText(r))
	}
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendStringValues(texts, nil)
	rec := recordOf(named{"s", b.NewArray()})
	for range 60 {
		precision := 1 + r.IntN(38)
		scale := r.IntN(precision + 1)
		switch r.IntN(4) {
		case 0:
			precision, scale = 38, 34
		case 1:
			precision, scale = 38, r.IntN(39)
		}
		text := "cast(s, decimal(" + strconv.Itoa(precision) + ", " + strconv.Itoa(scale) + "))"
		got, failed := evalText(t, rec, text)
		limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(precision)), nil)
		power := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		for i, s := range texts {
			want, ok := new(big.Rat).SetString(strings.TrimSpace(s))
			ok = ok && !strings.ContainsAny(s, "x_/")
			if ok {
				want.Mul(want, power)
			}
			if !ok || !want.IsInt() || want.Num().CmpAbs(limit) >= 0 {
				require.Contains(t, failed, i, "%s: %q is %v", text, s, got[i])
				continue
			}
			require.NotContains(t, failed, i, "%s: %q", text, s)
			require.True(t, sameValue(want.Num(), oracleValue("", got[i]).V), "%s: %q is %v", text, s, got[i])
		}
	}
}

// A constant beside a decimal is a decimal of its own digits, whatever their number.
func TestConstantsBesideDecimals(t *testing.T) {
	rec := recordOf(
		written(t, "d", decimalType(38, 30), "1.5", "0.000000000000000000000000000001", "-0.5", ""),
		written(t, "e", decimalType(38, 38), "0.1", "0.00000000000000000000000000000000000001", "-0.5", ""),
		written(t, "p", decimalType(9, 2), "0.10", "9999999.99", "-1.00", ""),
	)
	checkTexts(t, rec, map[string][]any{
		`cast(d + 0.5, string)`:                   {"2.000000000000000000000000000000", "0.500000000000000000000000000001", "0.000000000000000000000000000000", nil},
		`cast(max(d, 0.25), string)`:              {"1.500000000000000000000000000000", "0.250000000000000000000000000000", "0.250000000000000000000000000000", nil},
		`cast(coalesce(d, 0.5), string)`:          {"1.500000000000000000000000000000", "0.000000000000000000000000000001", "-0.500000000000000000000000000000", "0.500000000000000000000000000000"},
		`cast(e + 0.5, string)`:                   {"0.60000000000000000000000000000000000000", "0.50000000000000000000000000000000000001", "0.00000000000000000000000000000000000000", nil},
		`cast(p + 0.0000000000000000001, string)`: {"0.1000000000000000001", "9999999.9900000000000000001", "-0.9999999999999999999", nil},
		`cast(p * 0.0000000000000000001, string)`: {"0.000000000000000000010", "0.000000000000999999999", "-0.000000000000000000100", nil},
		`cast(p + 10000000000, string)`:           {"10000000000.10", "10009999999.99", "9999999999.00", nil},
		`cast(1e30 - p, string)`:                  {"999999999999999999999999999999.90", "999999999999999999999990000000.01", "1000000000000000000000000000001.00", nil},
		`cast(min(p, 12345678901), string)`:       {"0.10", "9999999.99", "-1.00", nil},
		`p + 1e-40`:                               {0.1, 9999999.99, -1.0, nil},
	})
	for _, text := range []string{`p + 1e38`, `p * 1e-38`} {
		_, err := Compile(rec.Schema(), text)
		require.ErrorContains(t, err, "decimal", text)
	}
	for _, c := range oddConstants {
		for _, op := range []string{"+", "-", "*"} {
			p, err := Compile(rec.Schema(), "p "+op+" "+c)
			if err == nil && ir.IsDecimal(p.Type()) {
				checkAgainstOracle(t, rec, "p "+op+" "+c)
			}
		}
	}
}
