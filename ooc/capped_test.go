package ooc_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// flawed is a source of a file of which every refused-th row is refused and every lossy-th has lost
// something, cut into chunks of rows rows of the file; 0 is none.
type flawed struct {
	small
	refused, lossy int
}

func (s flawed) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s flawed) Open(context.Context, chunker.Request) (chunker.Stream, error) {
	return &flawedStream{flawed: s}, nil
}

type flawedStream struct {
	flawed
	at, given int // in the file, in the frame
}

func (s *flawedStream) Next(context.Context) (chunker.Part, error) {
	if s.given == s.f.NumRows() {
		return nil, io.EOF
	}
	c := chunker.Chunk{Origin: chunker.Origin{File: "f", Row: -1}}
	first := s.given
	for i := 0; i < s.rows && s.given < s.f.NumRows(); i++ {
		switch {
		case s.refused > 0 && s.at%s.refused == 3:
			c.Rejects = append(c.Rejects, &chunker.Error{File: "f", Row: int64(i), Raw: fmt.Sprintf("at %d", s.at), Err: errors.New("no row")})
			s.given--
		case s.lossy > 0 && s.at%s.lossy == 5:
			c.Nulled.Add(s.given-first, func() *chunker.Error {
				return &chunker.Error{File: "f", Row: int64(i), Column: "w", Err: errors.New("no number")}
			})
		}
		s.at, s.given = s.at+1, s.given+1
	}
	c.Record = s.f.Records()[0].NewSlice(int64(first), int64(s.given))
	return func(context.Context) (chunker.Chunk, error) { return c, nil }, nil
}

// every is a function of "n" that fails on each k-th of its values.
func every(column string, k int64) apply.Func {
	return apply.Call1(column, "n", func(_ context.Context, n int64) (int64, error) {
		if n%k == k-1 {
			return 0, fmt.Errorf("%s of %d", column, n)
		}
		return n, nil
	})
}

// worded is a function of a column that fails on each k-th of its values, and returns texts.
func worded(column, of string, k int64) apply.Func {
	return apply.Call1(column, of, func(_ context.Context, n int64) (string, error) {
		if n%k == k-1 {
			return "", fmt.Errorf("%s of %d", column, n)
		}
		return strings.Repeat("x", int(n%3)), nil
	})
}

var cappedSteps = map[string]chunker.Steps{
	"a function":            {every("m", 11)},
	"two functions":         {every("m", 11), worded("k", "n", 7)},
	"one after another":     {every("m", 40), worded("k", "m", 7), apply.Expr("z = len(k) / (n - 9)")},
	"conditions":            {apply.Where("100 / (n % 13 - 4) > -1000"), every("m", 10), apply.Where("m % 3 != 1 && 7 / (m % 17) < 8")},
	"few are left":          {apply.Where("n % 20 == 9"), every("m", 10), apply.Expr("z = 1 / (m % 7)")},
	"in the stream's order": {every("m", 30), table.RowNumber("at"), worded("k", "m", 9), table.Limit(900), apply.Expr("z = m / (at % 29)")},
	"behind a sort":         {every("m", 100), order.By("-n"), worded("k", "n", 30), apply.Expr("z = 1 / (n % 41)")},
	"before a sort":         {every("m", 7), order.By("-n"), worded("k", "n", 30)},
}

// cameTo is all that a run tells of its rows, but for how they were cut.
func cameTo(r *ooc.Report, err error, rejects *frame.Frame) string {
	text := fmt.Sprintln(err, r.RowsIn, r.RowsOut, r.Pruned, r.Refused, r.LeftOut, r.Rejected, r.Unchosen, r.NullResults, r.Nulled, r.Cut, r.Mended, r.Steps.Failed)
	for _, e := range r.Steps.Errors {
		text += fmt.Sprintln(e)
	}
	for _, list := range [][]*chunker.Error{r.FirstRefused, r.FirstNulled, r.FirstCut, r.FirstMended} {
		for _, e := range list {
			text += fmt.Sprintln(e, e.Row)
		}
	}
	return text + rowsOf(rejects)
}

func rowsOf(f *frame.Frame) string {
	if f == nil {
		return "no rejects"
	}
	one, err := f.Rechunk(0)
	if err != nil {
		return err.Error()
	}
	text := fmt.Sprintln(one.NumRows(), "rejects")
	for _, rec := range one.Records() {
		for _, c := range rec.Columns() {
			text += fmt.Sprintln(c)
		}
	}
	return text
}

// bads is how many rows of a run count against the policy's limits.
func bads(t *testing.T, err error) int {
	t.Helper()
	var many *chunker.TooManyError
	require.ErrorAs(t, err, &many)
	return many.Failed
}

// TestACappedRunTellsTheSameHoweverItIsCut: it ends with the row that is one too many, and neither
// counts nor rejects any behind it.
func TestACappedRunTellsTheSameHoweverItIsCut(t *testing.T) {
	f := wide2(t, 1000)
	for name, steps := range cappedSteps {
		for _, c := range []struct {
			flawed
			most    int
			rejects bool
		}{
			{flawed{}, 4, true}, {flawed{refused: 37}, 20, true}, {flawed{lossy: 23}, 1, false}, {flawed{refused: 13, lossy: 10}, 20, true}, {flawed{refused: 200}, 20, false},
		} {
			told := ""
			for _, workers := range []int{1, 2, 8} {
				for _, rows := range []int{1, 7, 400, 10_000} {
					what := fmt.Sprintf("%s, %d refused, %d lossy, at most %d, %d workers, chunks of %d", name, c.refused, c.lossy, c.most, workers, rows)
					from, sink, policy := c.flawed, new(chunker.FrameSink), chunker.Null()
					from.small = small{f, rows}
					if c.rejects {
						policy = chunker.Reject(sink, 0)
					}
					policy.RowsMax = c.most
					report, err := ooc.Job{From: from, Steps: steps, To: new(chunker.FrameSink), OnError: policy, Workers: workers}.Run(t.Context())
					require.Equal(t, c.most+1, bads(t, err), what)
					if c.rejects {
						require.EqualValues(t, sink.Frame().NumRows(), report.Rejected, what)
						require.True(t, c.lossy > 0 || sink.Frame().NumRows() == c.most+1, what)
					}
					text := cameTo(report, err, sink.Frame())
					require.Equal(t, cmp.Or(told, text), text, what)
					told = text
				}
			}
		}
	}
}

// TestACappedRunOverAFrameIsThatOverAStream of its rows.
func TestACappedRunOverAFrameIsThatOverAStream(t *testing.T) {
	f := wide2(t, 3000)
	for name, steps := range cappedSteps {
		for _, most := range []int{1, 4, 20} {
			want := new(chunker.FrameSink)
			_, werr := ooc.Job{From: small{f, 7}, Steps: steps, To: new(chunker.FrameSink), OnError: chunker.Reject(want, most)}.Run(t.Context())
			for _, rows := range []int{7, 10_000} {
				cut, err := f.Rechunk(rows)
				require.NoError(t, err)
				for _, e := range []apply.Engine{{Workers: 1}, {Workers: 2}, {Workers: 8, MorselRows: 5}, {Workers: 8, MorselRows: 64}} {
					sink := new(chunker.FrameSink)
					e.OnError = chunker.Reject(sink, most)
					_, report, err := e.Run(t.Context(), cut, steps...)
					require.Equal(t, most+1, bads(t, err), name)
					require.Equal(t, werr.Error(), err.Error(), name)
					require.Equal(t, rowsOf(want.Frame()), rowsOf(sink.Frame()), "%s, %d", name, most)
					require.Equal(t, most+1, report.Failed, name)
				}
			}
		}
	}
}

// TestAShareOfBadRowsEndsARunWhereItIsExceeded, which is after the 1,000th row or where no 1,000
// rows can make it good; in a frame, whose rows are all there, as soon as all of them cannot.
func TestAShareOfBadRowsEndsARunWhereItIsExceeded(t *testing.T) {
	f := wide2(t, 2500)
	late := apply.Call1("m", "n", func(_ context.Context, n int64) (int64, error) {
		if n >= 1200 && n%10 == 0 {
			return 0, errors.New("bad")
		}
		return n, nil
	})
	for name, c := range map[string]struct {
		steps chunker.Steps
		ratio float64
		ends  bool
		in    int64 // rows seen of the stream
		bad   int
	}{
		"in time":      {chunker.Steps{late}, 0.01, true, 1331, 14}, // 13 is fine of 1,321
		"at once":      {chunker.Steps{every("m", 2)}, 0.1, true, 202, 101},
		"few are left": {chunker.Steps{apply.Where("n % 4 == 0"), late}, 0.04, false, 2500, 0},
		"fits":         {chunker.Steps{late}, 0.2, false, 2500, 0},
	} {
		for _, src := range []flawed{{}, {lossy: 1100}} {
			told := ""
			for _, workers := range []int{1, 8} {
				for _, rows := range []int{7, 400, 10_000} {
					from, sink := src, new(chunker.FrameSink)
					from.small = small{f, rows}
					policy := chunker.Reject(sink, 0)
					policy.RatioMax = c.ratio
					report, err := ooc.Job{From: from, Steps: c.steps, To: new(chunker.FrameSink), OnError: policy, Workers: workers}.Run(t.Context())
					require.Equal(t, c.ends, err != nil, name)
					if c.ends && src.lossy == 0 {
						require.Equal(t, []any{c.in, c.bad, c.bad}, []any{report.RowsIn, bads(t, err), sink.Frame().NumRows()}, name)
					}
					text := cameTo(report, err, sink.Frame())
					require.Equal(t, cmp.Or(told, text), text, "%s, %d workers, chunks of %d", name, workers, rows)
					told = text
				}
			}
		}
	}
	share := chunker.Null()
	share.RatioMax = 0.03
	_, report, err := apply.Engine{OnError: share}.Run(t.Context(), f, apply.Where("n % 10 < 5"), every("m", 1250), every("k", 25), apply.Where("n >= 0"))
	require.NoError(t, err, "50 of 2,500, though of 1,250 that are left")
	require.Equal(t, 50, report.Failed)
}

// TestRowsBehindALimitAreNoShare: neither as rows, nor as bad ones, however many of them are
// refused in the chunk in which the limit is reached.
func TestRowsBehindALimitAreNoShare(t *testing.T) {
	var text strings.Builder
	text.WriteString("n,w\n")
	for i := range 400 {
		switch {
		case i == 5:
			text.WriteString("5\n")
		case i < 100 || i%50 == 0:
			fmt.Fprintf(&text, "%d,word\n", i)
		default:
			fmt.Fprintf(&text, "%d,word,more,still\n", i)
		}
	}
	path := filepath.Join(t.TempDir(), "in.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o644))
	for limit, bad := range map[int64]int{3: 0, 5: 0, 10: 1, 99: 1} {
		for _, ratio := range []float64{0.05, 0.2} {
			for name, steps := range map[string]chunker.Steps{
				"alone": {table.Limit(limit)}, "behind a condition": {apply.Where("n >= 0"), table.Limit(limit)},
				"before a sort": {apply.Where("n >= 0"), table.Limit(limit), order.By("-n")},
			} {
				for _, policy := range []chunker.Policy{chunker.Skip(), chunker.Reject(new(chunker.FrameSink), 0)} {
					policy.RatioMax = ratio
					to := new(chunker.FrameSink)
					from := csvio.ReadOptions{Header: csvio.Present}.Open(path)
					_, err := ooc.Job{From: from, Steps: steps, To: to, OnError: policy}.Run(t.Context())
					if float64(bad) > ratio*float64(limit+int64(bad)) {
						require.Equal(t, bad, bads(t, err), "%s, of %d rows", name, limit)
						continue
					}
					require.NoError(t, err, "%s, of %d rows", name, limit)
					require.EqualValues(t, limit, to.Frame().NumRows(), name)
				}
			}
		}
	}
}

// TestACappedRunOverCSVTellsTheSameHoweverItIsCut: rows that cannot be read, that lost a value and
// on which a function failed.
func TestACappedRunOverCSVTellsTheSameHoweverItIsCut(t *testing.T) {
	var text strings.Builder
	text.WriteString("n,w\n")
	for i := range 40_000 {
		switch {
		case i > 20_000 && i%1000 == 17:
			fmt.Fprintf(&text, "%d,many,%d,%d\n", i, i, i)
		case i%5000 == 4000:
			fmt.Fprintf(&text, "%d,\"two\nlines\"\n", i)
		default:
			fmt.Fprintf(&text, "%d,word %d\n", i, i)
		}
	}
	path := filepath.Join(t.TempDir(), "in.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o644))
	steps := chunker.Steps{every("m", 700), worded("k", "m", 900)}
	for _, own := range []chunker.Policy{{}, chunker.Null()} {
		for _, most := range []int{3, 40, 60} {
			told, chunks := "", map[int64]bool{}
			for _, workers := range []int{1, 8} {
				for _, bytes := range []int64{1 << 10, 64 << 10, 8 << 20} {
					sink := new(chunker.FrameSink)
					from := sized{csvio.ReadOptions{OnError: own, Header: csvio.Present}.Open(path), bytes}
					report, err := ooc.Job{From: from, Steps: steps, To: new(chunker.FrameSink), OnError: chunker.Reject(sink, most), Workers: workers}.Run(t.Context())
					require.Equal(t, most+1, bads(t, err))
					chunks[report.Chunks] = true
					text := cameTo(report, err, sink.Frame())
					require.Equal(t, cmp.Or(told, text), text, "%v, %d, %d workers, chunks of %d bytes", own, most, workers, bytes)
					told = text
				}
			}
			if most > 3 {
				require.Greater(t, len(chunks), 1, "the file is cut in several ways")
			}
		}
	}
}

// sized is a source that is asked for chunks of a size.
type sized struct {
	chunker.Source
	bytes int64
}

func (s sized) OwnPolicy() chunker.Policy { return chunker.OwnPolicy(s.Source) }

func (s sized) Under(p chunker.Policy) chunker.Source {
	return sized{chunker.Under(s.Source, p), s.bytes}
}

func (s sized) Describe(ctx context.Context) (chunker.Input, error) {
	in, err := s.Source.Describe(ctx)
	return sizedInput{in, s.bytes}, err
}

type sizedInput struct {
	chunker.Input
	bytes int64
}

func (s sizedInput) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	req.Bytes = s.bytes
	return s.Input.Open(ctx, req)
}
