package main

import (
	"encoding/csv"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/volley-go/volley/bench/protocol"
)

// trip is a row of the main table.
type trip struct {
	id               int
	pickup           time.Time
	passengers, rate int
	distance, fare   float64
	tip              *float64
	zone, payment    string
	note             string
}

// csvFrame reads the main table into a slice of structs.
func csvFrame(task protocol.Task) (protocol.Answer, error) {
	f, err := os.Open(task.Input)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	if _, err := r.Read(); err != nil {
		return nil, err
	}
	var trips []trip
	for {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		t, err := parseTrip(record)
		if err != nil {
			return nil, err
		}
		trips = append(trips, t)
	}
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) { return summary(trips), nil })}, nil
}

func parseTrip(record []string) (t trip, err error) {
	number := func(s string) (n int) {
		if err == nil {
			n, err = strconv.Atoi(s)
		}
		return n
	}
	float := func(s string) (f float64) {
		if err == nil {
			f, err = strconv.ParseFloat(s, 64)
		}
		return f
	}
	if t.pickup, err = time.Parse(time.DateTime, record[1]); err != nil {
		return t, err
	}
	t.id, t.passengers, t.rate = number(record[0]), number(record[2]), number(record[3])
	t.distance, t.fare = float(record[4]), float(record[5])
	if record[6] != "" {
		tip := float(record[6])
		t.tip = &tip
	}
	t.zone, t.payment, t.note = record[7], record[8], record[9]
	return t, err
}

func summary(trips []trip) protocol.Answer {
	sums := map[string]float64{"rows": float64(len(trips))}
	for _, t := range trips {
		sums["id"] += float64(t.id)
		sums["pickup"] += float64(t.pickup.Unix())
		sums["passengers"] += float64(t.passengers)
		sums["rate"] += float64(t.rate)
		sums["distance"] += t.distance
		sums["fare"] += t.fare
		if t.tip == nil {
			sums["nulls"]++
		} else {
			sums["tip"] += *t.tip
		}
		sums["zone"] += float64(len(t.zone))
		sums["payment"] += float64(len(t.payment))
		sums["note"] += float64(len(t.note))
	}
	out := protocol.Answer{}
	for name, sum := range sums {
		out[name] = sum
	}
	return out
}
