package expr

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/kernel"
)

// twinTexts use every kernel that has a twin, with columns and constants on either
// side. Columns that begin with a have nulls, those that begin with b have none.
var twinTexts = []string{
	"afloat64*bfloat64 + 2", "afloat64*3 + bfloat64", "bfloat64*3 - 1.5", "1 - afloat64", "2 / bfloat64", "bfloat64 / 3", "-afloat64",
	"afloat32*bfloat32 - 2", "bint64*7 + aint64", "bint32 - 3", "5 - bint16", "bint8 * aint8", "buint8 - auint8", "buint64*3 + 1",
	"min(afloat64, bfloat64)", "max(bfloat64, 0)", "max(aint64, bint64)", "min(buint32, 7)", "clip(bint16, -3, 100)", "abs(bint64)", "abs(bfloat32)", "abs(bint8)",
	"bint64 & 255", "auint32 | buint32", "bint16 ^ 3", "bint64 &^ 12", "7 &^ bint32", "^buint8",
	"afloat64 < bfloat64", "bfloat64 <= 1", "1 < bfloat32", "bint64 == 7", "aint8 != bint8", "buint16 > 3", "3 >= buint64", "isnan(bfloat64)",
	"ifelse(bfloat64 < 1, bfloat64, afloat64)", "ifelse(1 < bint64, bint64, aint64)", "ifelse(bint32 == 7, bint32, 0)", "ifelse(bbool, bint16, aint16)",
	"ifelse(afloat32 >= bfloat32, bfloat32, 1.5)", "ifelse(abool, buint8, auint8)", "coalesce(afloat64, bfloat64)",
	"sqrt(bfloat64)", "exp(afloat64)", "log(bfloat64)", "floor(bfloat64)", "ceil(afloat64)", "round(bfloat64)", "round(bfloat64, 2)", "round(bfloat64, -1)",
	"cast(bint64, float64) + cast(bint32, float64)", "cast(bint8, int64)", "cast(buint16, uint32)", "cast(bfloat32, float64)", "cast(bfloat64, float32)",
	`bstring == "Zone 7"`, `astring == ""`, `contains(bstring, "a")`, `startswith(bstring, "Zo")`, `endswith(astring, "e")`, `contains(astring, "longer than a word")`,
	"hash(bint64, afloat64, bstring)",
}

// TestTwinsGiveTheSameRows evaluates with and without the twins, over lengths around a
// vector's, at any offset of the columns, with none, some and only nulls.
func TestTwinsGiveTheSameRows(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	schema := randomRecord(r, 0, 0, 0).Schema()
	fast := compiled(t, schema)
	var plain map[string]*Program
	plainly(func() { plain = compiled(t, schema) })
	for _, n := range []int{1, 63, 64, 65, 1023, 1024, 1025, 2100} {
		for _, offset := range []int{0, 1, 13} {
			for _, nulls := range []float64{0, 0.3, 1} {
				rec := randomRecord(r, n, offset, nulls)
				for _, text := range twinTexts {
					got, failed := evalProgram(t, fast[text], rec)
					var want []any
					var wantFailed map[int]error
					plainly(func() { want, wantFailed = evalProgram(t, plain[text], rec) })
					require.True(t, slices.EqualFunc(want, got, func(a, b any) bool { return sameValue(oracleValue("", a).V, oracleValue("", b).V) }), "%s: %d rows from %d", text, n, offset)
					require.Equal(t, slices.Sorted(maps.Keys(wantFailed)), slices.Sorted(maps.Keys(failed)))
				}
			}
		}
	}
}

// compiled are the programs of twinTexts.
func compiled(t *testing.T, schema *arrow.Schema) map[string]*Program {
	programs := map[string]*Program{}
	for _, text := range twinTexts {
		p, err := Compile(schema, text)
		require.NoError(t, err, text)
		programs[text] = p
	}
	return programs
}

// plainly runs without the twins.
func plainly(run func()) {
	defer kernel.Plain()()
	run()
}

// TestSteadyStateAllocatesNothing runs vectors after the first.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	rec := randomRecord(r, 4096, 3, 0.2)
	for _, text := range twinTexts {
		p, err := Compile(rec.Schema(), text)
		require.NoError(t, err, text)
		if p.Fails() {
			continue
		}
		e := p.NewEvaluator()
		require.NoError(t, e.Bind(rec))
		outs := []Output{NewOutput(p.Type(), 4096)}
		run := func() { require.NoError(t, e.Run(0, 4096, outs, nil)) }
		run()
		require.Zero(t, testing.AllocsPerRun(3, run), text)
	}
}
