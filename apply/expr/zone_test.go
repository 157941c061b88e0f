package expr

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones, on machines that have none

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// changes are instants around the changes of a zone's clock over ten years.
func changes(zone *time.Location) (list []time.Time) {
	for at := time.Date(2014, 1, 1, 0, 0, 0, 0, zone); at.Year() < 2024; {
		_, next := at.ZoneBounds()
		if next.IsZero() {
			break
		}
		for _, d := range []time.Duration{-25 * time.Hour, -time.Hour, -1, 0, 1, 31 * time.Minute, 61*time.Minute + 1500*time.Millisecond, 25 * time.Hour, 40 * 24 * time.Hour} {
			list = append(list, next.Add(d))
		}
		at = next.Add(time.Hour)
	}
	return append(list, time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, zone), time.Date(2024, 2, 29, 12, 34, 56, 789_012_345, zone))
}

// hourBegin is the beginning of the hour, or the change of the clock within it.
func hourBegin(t time.Time) time.Time {
	begin := t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	_, now := t.Zone()
	for change, _ := t.ZoneBounds(); change.After(begin); change, _ = change.Add(-1).ZoneBounds() {
		if _, before := change.Add(-1).Zone(); before != now {
			return change
		}
	}
	return begin
}

// firstOf is the first instant of t's zone whose date is the given one or a later one: found by
// the dates alone, second by second where it must be.
func firstOf(t time.Time, year int, month time.Month, day int) time.Time {
	want := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	before := func(sec int64) bool {
		at := time.Unix(sec, 0).In(t.Location())
		return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC).Before(want)
	}
	// Dates go back at some changes, so that halving is right only between two of them.
	for from := want.Unix() - 20*3600; ; {
		_, next := time.Unix(from, 0).In(t.Location()).ZoneBounds()
		to := want.Unix() + 40*3600
		if !next.IsZero() {
			to = min(to, next.Unix())
		}
		if !before(to - 1) {
			n := sort.Search(int(to-from), func(i int) bool { return !before(from + int64(i)) })
			return time.Unix(from+int64(n), 0).In(t.Location())
		}
		from = to
	}
}

// skippers are the zones whose clock skips midnight at some time from 2000 to 2040, one of those
// that do so alike, and some whose clock repeats it or skips other times.
var skippers = strings.Fields(`
	Africa/Cairo Africa/Casablanca Africa/Tunis America/Araguaina America/Argentina/Buenos_Aires America/Argentina/Catamarca
	America/Argentina/Jujuy America/Argentina/Mendoza America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman
	America/Asuncion America/Bahia America/Boa_Vista America/Campo_Grande America/Cuiaba America/Eirunepe America/Fortaleza America/Godthab
	America/Guatemala America/Havana America/Managua America/Montevideo America/Noronha America/Port-au-Prince America/Punta_Arenas
	America/Santarem America/Santiago America/Sao_Paulo America/Scoresbysund America/Tegucigalpa Antarctica/Casey Asia/Amman Asia/Beirut
	Asia/Damascus Asia/Dhaka Asia/Dili Asia/Gaza Asia/Hebron Asia/Karachi Asia/Khandyga Asia/Pyongyang Asia/Tbilisi Asia/Tehran Atlantic/Azores
	Atlantic/Stanley Pacific/Apia Pacific/Fakaofo
	America/St_Johns Asia/Baku Australia/Lord_Howe Europe/Dublin Pacific/Kwajalein`)

// TestTruncSkipsWithTheClock holds the beginnings of days and more against package time, from the
// year 2000 on to 2040, around every change and around midnight of days between.
func TestTruncSkipsWithTheClock(t *testing.T) {
	units := map[string]func(t time.Time) (int, time.Month, int){
		"day":     func(t time.Time) (int, time.Month, int) { return t.Date() },
		"week":    func(t time.Time) (int, time.Month, int) { y, m, d := t.Date(); return y, m, d - (int(t.Weekday())+6)%7 },
		"month":   func(t time.Time) (int, time.Month, int) { return t.Year(), t.Month(), 1 },
		"quarter": func(t time.Time) (int, time.Month, int) { return t.Year(), (t.Month()-1)/3*3 + 1, 1 },
		"year":    func(t time.Time) (int, time.Month, int) { return t.Year(), 1, 1 },
	}
	for _, name := range skippers {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		rec, times := aroundChanges(zone, &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: name})
		for unit, date := range units {
			checkTimes(t, rec, `trunc(t, "`+unit+`")`, times, func(t time.Time) any {
				y, m, d := date(t)
				return firstOf(t, y, m, d).UnixMilli()
			})
		}
		checkTimes(t, rec, `trunc(t, "hour")`, times, func(t time.Time) any { return hourBegin(t).UnixMilli() })
	}
}

// aroundChanges are times of a zone from 2000 to 2040: some before and behind each change, and noon
// and midnight of every 40th day.
func aroundChanges(zone *time.Location, dt *arrow.TimestampType) (arrow.Record, []time.Time) {
	var times []time.Time
	for at := time.Date(2000, 1, 1, 0, 0, 0, 0, zone); at.Year() < 2040; {
		_, next := at.ZoneBounds()
		if next.IsZero() {
			break
		}
		for _, d := range []time.Duration{-49 * time.Hour, -2 * time.Hour, -time.Millisecond, 0, time.Millisecond, 29 * time.Minute, 59 * time.Minute, 90 * time.Minute, 23 * time.Hour, 50 * time.Hour} {
			times = append(times, next.Add(d))
		}
		at = next
	}
	for day := range 365 {
		noon := time.Date(2000, 1, 1+40*day, 12, 0, 0, 0, zone)
		times = append(times, noon, noon.Add(-12*time.Hour))
	}
	b := array.NewTimestampBuilder(memory.DefaultAllocator, dt)
	for i, at := range times {
		times[i] = at.In(zone)
		b.Append(arrow.Timestamp(at.UnixMilli()))
	}
	return array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "t", Type: dt, Nullable: true}}, nil), []arrow.Array{b.NewArray()}, int64(len(times))), times
}

// Package time ends a leap year's last offset a day early where it computes it by a rule.
func TestLastDaysOfLeapYears(t *testing.T) {
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Africa/Cairo", "Australia/Sydney", "America/Havana"} {
		for _, year := range []string{"2040", "2320", "4096", "9996"} {
			rec := recordOf(written(t, "s", arrow.BinaryTypes.String, year+"-12-30 23:30", year+"-12-31 12:00", year+"-12-31 23:59:59"))
			to := fmt.Sprintf(`timestamp("s", %q)`, zone)
			checkTexts(t, rec, map[string][]any{
				`format(cast(s, ` + to + `), "2006-01-02 15:04:05")`:                        {year + "-12-30 23:30:00", year + "-12-31 12:00:00", year + "-12-31 23:59:59"},
				`format(trunc(cast(s, ` + to + `), "day"), "2006-01-02 15:04:05")`:          {year + "-12-30 00:00:00", year + "-12-31 00:00:00", year + "-12-31 00:00:00"},
				`format(add(add(cast(s, ` + to + `), 2, "day"), -2, "day"), "01-02 15:04")`: {"12-30 23:30", "12-31 12:00", "12-31 23:59"},
			})
		}
	}
}

// What a clock skips is moved on by what it was put forward, of what it shows twice the first is
// meant: by add, by casts from wall clocks and from texts.
func TestGapsAndOverlaps(t *testing.T) {
	for _, c := range []struct{ zone, wall, want string }{
		{"Europe/Berlin", "2024-03-31 02:30", "2024-03-31T03:30:00+02:00"},
		{"Europe/Berlin", "2024-10-27 02:30", "2024-10-27T02:30:00+02:00"},
		{"America/New_York", "2024-03-10 02:00", "2024-03-10T03:00:00-04:00"},
		{"America/New_York", "2024-11-03 01:59:59", "2024-11-03T01:59:59-04:00"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"},
		{"Asia/Beirut", "2024-03-31 00:15", "2024-03-31T01:15:00+03:00"},
		{"Australia/Lord_Howe", "2024-10-06 02:10", "2024-10-06T02:40:00+11:00"},
		{"Pacific/Apia", "2011-12-30 10:00", "2011-12-31T10:00:00+14:00"},
		{"Africa/Cairo", "2023-04-28", "2023-04-28T01:00:00+03:00"},
		{"America/Havana", "2024-03-10", "2024-03-10T01:00:00-04:00"},
	} {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		b.Append(c.wall)
		rec := array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}}, nil), []arrow.Array{b.NewArray()}, 1)
		zoned := fmt.Sprintf(`timestamp("ms", %q)`, c.zone)
		for _, text := range []string{
			"cast(s, " + zoned + ")",
			`cast(cast(s, timestamp("us")), ` + zoned + ")",
			`add(cast(cast(add(cast(s, timestamp("ms")), -40, "day"), string), ` + zoned + `), 40, "day")`,
			`ifelse(cast(s, ` + zoned + `) == "` + c.wall + `", cast("` + c.wall + `", ` + zoned + `), cast(nil, ` + zoned + `))`,
		} {
			got, failed := evalText(t, rec, "cast("+text+", string)")
			require.Empty(t, failed)
			require.Equal(t, c.want, got[0], "%s in %s: %s", c.wall, c.zone, text)
		}
	}
}

// TestZones holds the wall clock of zones against package time, around every change.
func TestZones(t *testing.T) {
	fields := map[string]func(time.Time) any{
		"year(t)":                                func(t time.Time) any { return int64(t.Year()) },
		"month(t)":                               func(t time.Time) any { return int64(t.Month()) },
		"day(t)":                                 func(t time.Time) any { return int64(t.Day()) },
		"yearday(t)":                             func(t time.Time) any { return int64(t.YearDay()) },
		"weekday(t)":                             func(t time.Time) any { return int64(t.Weekday()) },
		"hour(t)":                                func(t time.Time) any { return int64(t.Hour()) },
		"minute(t)":                              func(t time.Time) any { return int64(t.Minute()) },
		"second(t)":                              func(t time.Time) any { return int64(t.Second()) },
		`cast(t, date)`:                          func(t time.Time) any { return civilDays(t) },
		`format(t, "2006-01-02 15:04:05 -0700")`: func(t time.Time) any { return t.Format("2006-01-02 15:04:05 -0700") },
		`diff(add(t, 1, "day"), t, "day")`:       func(time.Time) any { return int64(1) },
		`diff(add(t, -3, "week"), t, "week")`:    func(time.Time) any { return int64(-3) },
		`diff(add(t, 5, "hour"), t, "hour")`:     func(time.Time) any { return int64(5) },
	}
	moves := map[string]func(time.Time) time.Time{
		`trunc(t, "second")`: func(t time.Time) time.Time { return t.Add(-time.Duration(t.Nanosecond())) },
		`trunc(t, "minute")`: func(t time.Time) time.Time {
			return t.Add(-time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
		},
		`trunc(t, "hour")`:    hourBegin,
		`trunc(t, "day")`:     func(t time.Time) time.Time { return firstOf(t, t.Year(), t.Month(), t.Day()) },
		`trunc(t, "month")`:   func(t time.Time) time.Time { return firstOf(t, t.Year(), t.Month(), 1) },
		`trunc(t, "year")`:    func(t time.Time) time.Time { return firstOf(t, t.Year(), 1, 1) },
		`add(t, 7, "minute")`: func(t time.Time) time.Time { return t.Add(7 * time.Minute) },
		`add(t, 3, "hour")`:   func(t time.Time) time.Time { return t.Add(3 * time.Hour) },
	}
	for _, name := range []string{"Europe/Rome", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, unit := range []arrow.TimeUnit{arrow.Second, arrow.Millisecond, arrow.Microsecond, arrow.Nanosecond} {
			dt := &arrow.TimestampType{Unit: unit, TimeZone: name}
			b := array.NewTimestampBuilder(memory.DefaultAllocator, dt)
			var times []time.Time
			for _, at := range changes(zone) {
				units := at.UnixNano() / int64(unit.Multiplier())
				if at.UnixNano() < 0 {
					units--
				}
				b.Append(arrow.Timestamp(units))
				times = append(times, time.Unix(0, units*int64(unit.Multiplier())).In(zone))
			}
			rec := array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "t", Type: dt, Nullable: true}}, nil), []arrow.Array{b.NewArray()}, int64(len(times)))
			for text, want := range fields {
				checkTimes(t, rec, text, times, want)
			}
			for text, want := range moves {
				checkTimes(t, rec, text, times, func(t time.Time) any { return want(t).UnixNano() / int64(unit.Multiplier()) })
			}
		}
	}
}

func civilDays(t time.Time) int32 {
	return int32(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func checkTimes(t *testing.T, rec arrow.Record, text string, times []time.Time, want func(time.Time) any) {
	t.Helper()
	got, failed := evalText(t, rec, text)
	require.Empty(t, failed)
	for i := range got {
		require.Equal(t, want(times[i]), got[i], "%s of %v (%s)", text, times[i], rec.Schema().Field(0).Type)
	}
	require.False(t, slices.Contains(got, nil))
}
