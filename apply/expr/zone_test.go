package expr

import (
	"slices"
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

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
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
		`trunc(t, "hour")`: func(t time.Time) time.Time {
			return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
		},
		`trunc(t, "day")`:     midnight,
		`trunc(t, "month")`:   func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location()) },
		`trunc(t, "year")`:    func(t time.Time) time.Time { return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, t.Location()) },
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
