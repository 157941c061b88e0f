package progress

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/internal/width"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write what is shown to testdata as the golden text")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "go test ./apply/progress -update writes it anew")
}

// run reports a job of 336,776 rows that goes at an even speed for a second, then at a third of it.
func run(report Func, job string, rowsTotal, bytesTotal int64, step time.Duration, err error) {
	var e Event
	for e = (Event{Job: job, RowsTotal: rowsTotal, BytesTotal: bytesTotal}); e.RowsDone < 336_776; e.Elapsed += step {
		report(e)
		speed := 200_000.0
		if e.Elapsed > time.Second {
			speed /= 3
		}
		if err != nil && e.Elapsed > time.Second {
			break
		}
		e.RowsDone = min(e.RowsDone+int64(speed*step.Seconds()), 336_776)
		e.BytesDone = e.RowsDone * 92
	}
	e.Done, e.Err = true, err
	report(e)
}

// screen keeps what is drawn, and what of it is left on the line at the end.
type screen struct{ bytes.Buffer }

func (s *screen) drawings() []string {
	return strings.Split(strings.TrimPrefix(s.String(), "\r"), "\r")
}

func (s *screen) bar(columns int) *bar { return newBar(s, func() int { return columns }) }

func TestBar(t *testing.T) {
	for _, c := range []struct {
		name        string
		job         string
		rows, bytes int64
		columns     int
		err         error
	}{
		{"rows", "flights.csv", 336_776, 336_776 * 92, 120, nil},
		{"bytes", "flights.csv", -1, 336_776 * 92, 120, nil},
		{"unknown", "flights.csv", -1, -1, 120, nil},
		{"narrow", "flights.csv", 336_776, -1, 60, nil},
		{"tiny", "a file of a long name.csv", 336_776, -1, 24, nil},
		{"noname", "", 336_776, -1, 0, nil},
		{"failed", "日本\n.csv", 336_776, -1, 80, errors.New("row 7:\nno number")},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s screen
			run(s.bar(c.columns).show, c.job, c.rows, c.bytes, 7*time.Millisecond, c.err)
			drawn := s.drawings()
			for _, line := range drawn[:len(drawn)-1] {
				require.Less(t, width.Of(line), max(c.columns, 80-80*min(c.columns, 1)), "%q", line)
				require.NotContains(t, line, "\n")
			}
			last := drawn[len(drawn)-1]
			require.True(t, strings.HasSuffix(last, "\n"))
			require.Equal(t, 1, strings.Count(last, "\n"))
			golden(t, "bar_"+c.name+".txt", strings.Join(drawn, "\n"))
		})
	}
}

func TestBarIsDrawnTenTimesASecond(t *testing.T) {
	var s screen
	b := s.bar(80)
	for ms := range 1000 {
		b.show(Event{RowsDone: int64(ms), RowsTotal: 1000, Elapsed: time.Duration(ms) * time.Millisecond})
	}
	require.Len(t, s.drawings(), 9, "at 100, 200, … 900 ms")
}

func TestBarCoversWhatWasThere(t *testing.T) {
	var s screen
	b := s.bar(100)
	b.show(Event{Job: "a long name", RowsDone: 1 << 40, RowsTotal: 1 << 41, Elapsed: time.Hour})
	before := width.Of(s.drawings()[0])
	s.Reset()
	b.show(Event{Job: "a long name", RowsDone: 1, Elapsed: time.Hour + time.Second, Done: true})
	require.GreaterOrEqual(t, width.Of(strings.TrimSuffix(s.drawings()[0], "\n")), before)
}

func TestNextJobBeginsAnew(t *testing.T) {
	var s screen
	b := s.bar(100)
	run(b.show, "one", 336_776, -1, 7*time.Millisecond, nil)
	first := s.String()
	s.Reset()
	run(b.show, "one", 336_776, -1, 7*time.Millisecond, nil)
	require.Equal(t, first, s.String(), "the same job again looks the same")
}

func TestNoTerminalNoBar(t *testing.T) {
	require.Nil(t, Terminal(&bytes.Buffer{}))
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	defer file.Close()
	require.Nil(t, Terminal(file))
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer null.Close()
	require.Nil(t, Terminal(null), "a character device, but no terminal")
	var out bytes.Buffer
	run(Auto(&out), "flights.csv", 336_776, -1, 7*time.Millisecond, nil)
	require.Equal(t, 1, strings.Count(out.String(), "\n"))
	require.Contains(t, out.String(), `msg=done job=flights.csv rows=336776 rows_total=336776 bytes=30983392 elapsed=3.059s`)
}

// logger writes records without their time.
func logger(out *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func TestLog(t *testing.T) {
	var out bytes.Buffer
	run(Log(logger(&out), time.Second), "flights.csv", 336_776, 336_776*92, 7*time.Millisecond, nil)
	run(Log(logger(&out), time.Second), "unknown", -1, -1, 7*time.Millisecond, nil)
	run(Log(logger(&out), 0), "failed", 336_776, -1, 7*time.Millisecond, errors.New("row 7: no number"))
	report := Log(logger(&out), time.Second)
	report(Event{Job: "empty", Done: true})
	report(Event{Job: "slow", Elapsed: 10 * time.Second}) // one record, and the next in its second
	report(Event{Job: "slow", Elapsed: 10*time.Second + time.Millisecond})
	report(Event{Job: "slow", Elapsed: 11 * time.Second})
	golden(t, "log.txt", out.String())
}

// TestCallsAreShown where a job has some: on the bar, in its summary, in the log.
func TestCallsAreShown(t *testing.T) {
	var s screen
	var out bytes.Buffer
	bar, log := s.bar(140), Log(logger(&out), time.Second)
	narrow := s.bar(70)
	for i := range int64(4) {
		e := Event{
			Job: "users.csv", RowsDone: 400 * i, RowsTotal: 1600, Elapsed: time.Duration(i) * time.Second,
			Calls: Calls{Running: 250, Made: 500 * i, Failed: max(0, i-2), Retried: 20 * i},
		}
		bar.show(e)
		narrow.show(e)
		log(e)
	}
	done := Event{Job: "users.csv", RowsDone: 1600, RowsTotal: 1600, Elapsed: 4 * time.Second, Done: true, Calls: Calls{Made: 2000, Failed: 1, Retried: 80}}
	bar.show(done)
	log(done)
	golden(t, "calls.txt", strings.Join(s.drawings(), "\n")+out.String())
}

func TestSpeedFollowsTheJob(t *testing.T) {
	var s speed
	e := Event{RowsTotal: 1_000_000}
	at := func(seconds float64, perSecond int64) {
		for range int(seconds * 10) {
			e.Elapsed += 100 * time.Millisecond
			e.RowsDone += perSecond / 10
			s.add(e)
		}
	}
	at(0.1, 1000)
	require.InEpsilon(t, 1000, s.rows.perSecond(), 1e-9, "the first interval is the rate")
	at(5, 1000)
	require.InEpsilon(t, 1000, s.rows.perSecond(), 1e-9, "an even speed is that speed")
	left, ok := s.left(e)
	require.True(t, ok)
	require.InDelta(t, float64(1_000_000-e.RowsDone)/1000, left.Seconds(), 1e-3)
	at(20, 100)
	require.InEpsilon(t, 100, s.rows.perSecond(), 0.05, "what was long ago is forgotten")
	s.add(e) // no time has passed
	at(1000, 0)
	_, ok = s.left(e)
	require.False(t, ok, "nothing moves")

	// Cutting the same course into other intervals makes no difference while the speed is even.
	var fine, coarse rate
	for range 1000 {
		fine.add(5, 10*time.Millisecond)
	}
	coarse.add(5000, 10*time.Second)
	require.InEpsilon(t, fine.perSecond(), coarse.perSecond(), 1e-9)
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 7: "7", 950: "950", 0.5: "0.50", 999.4: "999", 999.6: "1.00k", 1234: "1.23k", 9999: "10.0k", 99_950: "100k", 45.6e6: "45.6M", 2e18: "2000P", 12.34: "12.3"} {
		require.Equal(t, want, compact(v))
	}
	for d, want := range map[time.Duration]string{0: "0.0s", 1234 * time.Millisecond: "1.2s", 9949 * time.Millisecond: "9.9s", 9950 * time.Millisecond: "10s",
		59400 * time.Millisecond: "59s", 59500 * time.Millisecond: "1m00s", 185 * time.Second: "3m05s", 2*time.Hour + 7*time.Minute: "2h07m"} {
		require.Equal(t, want, clock(d))
	}
}

// TestOddEvents: no event makes a line that is wrong to look at.
func TestOddEvents(t *testing.T) {
	for _, n := range []int64{math.MinInt64, -1, 0, 1, 1000, math.MaxInt64} {
		for _, total := range []int64{math.MinInt64, -1, 0, 1, 1000, math.MaxInt64} {
			for _, d := range []time.Duration{-1, 0, time.Nanosecond, time.Second, math.MaxInt64} {
				for _, columns := range []int{0, 1, 2, 10, 80, 100_000} {
					var s screen
					b := s.bar(columns)
					b.show(Event{Job: "job", RowsDone: n, RowsTotal: total, BytesDone: total, BytesTotal: n, Elapsed: d})
					b.show(Event{Job: "job", RowsDone: n, RowsTotal: total, BytesDone: total, BytesTotal: n, Elapsed: d, Done: true})
					require.NotContains(t, s.String(), "NaN")
					require.Equal(t, 1, strings.Count(s.String(), "\n"))
				}
			}
		}
	}
}

func TestSafeFromManyGoroutines(t *testing.T) {
	var s screen
	report := s.bar(80).show
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { run(report, "job", 336_776, -1, 50*time.Millisecond, nil) })
	}
	wg.Wait()
	require.Equal(t, 8, strings.Count(s.String(), "\n"))
}

func BenchmarkShow(b *testing.B) {
	var s screen
	report := s.bar(80).show
	for i := range b.N {
		report(Event{Job: "job", RowsDone: int64(i), RowsTotal: int64(b.N), Elapsed: time.Duration(i)})
	}
}

func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	report := Log(logger, 10*time.Second)
	for rows := range int64(4) {
		report(Event{Job: "flights.csv", RowsDone: rows * 10_000, RowsTotal: 27_004, Elapsed: time.Duration(rows) * 5 * time.Second})
	}
	report(Event{Job: "flights.csv", RowsDone: 27_004, RowsTotal: 27_004, Elapsed: 20 * time.Second, Done: true})
	// Output:
	// level=INFO msg=progress job=flights.csv rows=20000 rows_total=27004 elapsed=10s rows_per_s=2000 left=4s
	// level=INFO msg=done job=flights.csv rows=27004 rows_total=27004 elapsed=20s rows_per_s=1350
}

// ExampleFunc shows a Func of one's own.
func ExampleFunc() {
	var report Func = func(e Event) {
		if e.Done {
			fmt.Println(e.Job, "is done:", e.RowsDone, "rows")
		}
	}
	report(Event{Job: "flights.csv", RowsDone: 27_004, Done: true})
	// Output: flights.csv is done: 27004 rows
}

func TestNamesAreNoOrders(t *testing.T) {
	for _, name := range []string{"\x1b[2J", "\u009b2J", "a\nb", "\u202ecsv", "\x9b", "a\rb"} {
		e := Event{Job: name, RowsDone: 1, RowsTotal: 2, Elapsed: time.Second, Err: errors.New(name)}
		for _, text := range []string{line(e, new(speed), 80), summary(e)} {
			require.Equal(t, terminal.Escape(text), text, "%q", name)
		}
	}
}
