package vm

import (
	"math"
	"time"

	"github.com/volley-go/volley/internal/kernel"
)

// zoneCache remembers the offset of the last time looked up and how long it
// holds: neighbouring rows nearly always share it, and a look-up costs 50 ns.
type zoneCache struct {
	zone     *time.Location
	from, to int64
	off      int64
}

func (z *zoneCache) offset(zone *time.Location, sec int64) int64 {
	if z.zone == zone && sec >= z.from && sec < z.to {
		return z.off
	}
	t := time.Unix(sec, 0).In(zone)
	from, to := t.ZoneBounds()
	_, off := t.Zone()
	*z = zoneCache{zone: zone, from: math.MinInt64, to: math.MaxInt64, off: int64(off)}
	if !from.IsZero() {
		z.from = from.Unix()
	}
	if !to.IsZero() {
		z.to = to.Unix()
	}
	if z.to <= sec { // package time ends leap years of rules, from 2038 on, a day early
		z.to = (kernel.FloorDiv(sec, 86400) + 1) * 86400
	}
	return z.off
}

// changed is the second at which the present offset began, or least if that is later. Zones also
// change their names alone.
func (z *zoneCache) changed(least int64) int64 {
	for from := z.from; from > least; {
		before := time.Unix(from-1, 0).In(z.zone)
		if _, off := before.Zone(); int64(off) != z.off {
			return from
		}
		began, _ := before.ZoneBounds()
		if began.IsZero() {
			break
		}
		from = began.Unix()
	}
	return least
}

// maxOffset is above every offset that a zone ever had.
const maxOffset = 16 * 3600

// instant is the second at which the zone's clock shows a wall-clock second: the first one, if
// the clock shows it twice. One that the clock skips is moved by what the clock was put forward,
// as if it had gone on; change is then the second of the change, otherwise the result.
func (z *zoneCache) instant(zone *time.Location, wall int64) (sec, change int64) {
	at := wall - maxOffset // not behind the result
	z.offset(zone, at)
	for {
		sec = wall - z.off
		if sec < z.to {
			return sec, sec
		}
		change = z.to
		if off := z.offset(zone, change); wall-off < change {
			return sec, change
		}
	}
}
