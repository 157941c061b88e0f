package csv

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// forms are the loops of this processor by name.
func forms() map[string]form {
	f := map[string]form{"generic": {scanGeneric, surveyGeneric}}
	addForms(f)
	return f
}

type form struct {
	scan   scanFunc
	survey surveyFunc
}

// use runs a test with every form in use.
func (f form) use(t *testing.T, run func()) {
	scan, survey := scanWords, surveyWords
	defer func() { scanWords, surveyWords = scan, survey }()
	scanWords, surveyWords = f.scan, f.survey
	run()
}

// hostile makes text that the masks meet in all ways: sparse and dense, quotes in order and not.
func hostile(r *rand.Rand, n int) []byte {
	alphabets := []string{"ab1,,\n\n\"\"\r", "aaaaaaaaaaaaaaaaaaa,b\n", "\"\",\n", "abc\"\",\"x\",\n\"", "\r\n\",a", "\"a\",\"b\"\r\n", "x"}
	b := make([]byte, 0, n)
	for len(b) < n {
		a := alphabets[r.IntN(len(alphabets))]
		for range r.IntN(150) {
			b = append(b, a[r.IntN(len(a))])
		}
		for range r.IntN(5) {
			b = append(b, []string{"\"quoted, \"\"text\"\"\",", "plain,", "\"a\nb\"\n", "1,2\r\n", "\"x\"\r\n"}[r.IntN(5)]...)
		}
		if r.IntN(8) == 0 {
			b = append(b, byte(r.IntN(256)))
		}
	}
	return b[:n]
}

func TestFormsAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 1500 {
		b := hostile(r, r.IntN(2000))
		d := []Dialect{comma, {',', 0, '\n', 0}, {';', '\'', '\r', 0}}[r.IntN(3)]
		at, room := r.IntN(min(len(b), 100)+1), 64+r.IntN(300)
		before := uint64(r.IntN(2))
		type result struct {
			scan   scanState
			ends   []uint32
			survey surveyState
		}
		run := func(f form) (out result) {
			out.scan.set(d)
			out.scan.restart(at)
			out.scan.n = 3
			ends := make([]uint32, room)
			f.scan(b, len(b), ends, &out.scan)
			out.ends = slices.Clone(ends[3:out.scan.n])
			out.survey = surveyState{quoting: quoting(d), bytes: wanted(d), before: before}
			f.survey(b[at:], &out.survey)
			// Which quotes were seen is no matter, only whether.
			for _, p := range []*uint64{&out.scan.quotes, &out.scan.doubled, &out.survey.bad0, &out.survey.bad1} {
				*p = min(*p, 1)
			}
			return out
		}
		want := run(form{scanGeneric, surveyGeneric})
		for name, f := range forms() {
			require.Equal(t, want, run(f), "%s: %q from %d", name, b, at)
		}
	}
}

// TestFormsMakeTheSameIndex holds whole indexes of all forms against byte by byte.
func TestFormsMakeTheSameIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 800 {
		b := hostile(r, r.IntN(1500))
		columns := r.IntN(4)
		want, wx := exactIndex(b, comma, columns)
		for name, f := range forms() {
			f.use(t, func() {
				got, x := index(string(b), comma, columns)
				require.Equal(t, want, got, "%s: %q", name, b)
				require.Equal(t, wx.Bad, x.Bad, "%s: %q", name, b)
				require.Equal(t, wx.Breaks, x.Breaks, "%s: %q", name, b)
				require.Equal(t, wx.Lines, x.Lines, "%s: %q", name, b)
			})
		}
	}
}

// exactIndex is the index of a block by the exact rows alone.
func exactIndex(b []byte, d Dialect, columns int) ([][]string, *Index) {
	x := new(Index)
	x.reset(b, d, columns)
	for x.row < len(b) {
		x.exactRow()
	}
	return rowsOf(b, d, x), x
}

// TestSomeIsTheWhole takes a block in windows of every size.
func TestSomeIsTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		b := hostile(r, r.IntN(1000))
		want, wx := index(string(b), comma, 2)
		for _, size := range []int{1, 3, 64, 65, 100, 500} {
			var got [][]string
			bad, lines := 0, 0
			x := new(Index)
			for at := 0; at < len(b); {
				used := x.Some(b[at:], size, comma, 2)
				require.Positive(t, used)
				got = append(got, rowsOf(b[at:], comma, x)...)
				bad, lines, at = bad+len(x.Bad), lines+x.Lines, at+used
			}
			require.Equal(t, want, got, "%q in windows of %d", b, size)
			require.Equal(t, len(wx.Bad), bad, "%q", b)
			require.Equal(t, wx.Lines, lines, "%q", b)
		}
	}
}

// TestSurveysAgreeWithCuts holds what surveys of pieces say about the end of all of them
// against going from quote to quote.
func TestSurveysAgreeWithCuts(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	told := 0
	for range 1500 {
		b := hostile(r, 1+r.IntN(600))
		at := r.IntN(len(b))
		whole := Look(b, '\n', comma)
		before := byte('\n')
		if at > 0 {
			before = b[at-1]
		}
		require.Equal(t, whole, Look(b[:at], '\n', comma).Then(Look(b[at:], before, comma)), "%q at %d", b, at)
		want, _ := cutQuoted(b, comma)
		got, _ := Cut(b, comma)
		if _, ok := whole.Ends(false); ok {
			told++
			if b[len(b)-1] != '"' {
				require.Equal(t, want, got, "%q", b)
			}
		} else {
			require.Equal(t, want, got, "%q", b)
		}
	}
	require.Greater(t, told, 100)
}
