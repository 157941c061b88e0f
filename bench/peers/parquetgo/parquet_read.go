package main

import (
	"io"
	"os"

	"github.com/parquet-go/parquet-go"

	"github.com/volley-go/volley/bench/protocol"
)

// fareZone are the two columns of the job that reads two; parquet-go reads those
// that the struct has.
type fareZone struct {
	Fare float64 `parquet:"fare"`
	Zone string  `parquet:"zone"`
}

// parquetRead reads the file into a slice of structs.
func parquetRead(task protocol.Task) (protocol.Answer, error) {
	if len(task.Columns) > 0 {
		rows, err := readAll[fareZone](task.Input)
		return later(func() protocol.Answer { return sumTwo(rows) }), err
	}
	rows, err := readAll[trip](task.Input)
	return later(func() protocol.Answer { return sumTrips(rows) }), err
}

func readAll[T any](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := parquet.NewGenericReader[T](f)
	defer r.Close()
	rows := make([]T, r.NumRows())
	for n := 0; n < len(rows); {
		read, err := r.Read(rows[n:])
		n += read
		if err == io.EOF {
			return rows[:n], nil
		}
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func later(sum func() protocol.Answer) protocol.Answer {
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) { return sum(), nil })}
}

func sumTwo(rows []fareZone) protocol.Answer {
	fare, bytes := 0.0, 0
	for _, row := range rows {
		fare += row.Fare
		bytes += len(row.Zone)
	}
	return protocol.Answer{"rows": float64(len(rows)), "nulls": 0.0, "fare": fare, "zone": float64(bytes)}
}

func sumTrips(rows []trip) protocol.Answer {
	sums := map[string]float64{"rows": float64(len(rows))}
	for _, t := range rows {
		sums["id"] += float64(t.ID)
		sums["pickup"] += float64(t.Pickup.Unix())
		sums["passengers"] += float64(t.Passengers)
		sums["rate"] += float64(t.Rate)
		sums["distance"] += t.Distance
		sums["fare"] += t.Fare
		if t.Tip == nil {
			sums["nulls"]++
		} else {
			sums["tip"] += *t.Tip
		}
		sums["zone"] += float64(len(t.Zone))
		sums["payment"] += float64(len(t.Payment))
		sums["note"] += float64(len(t.Note))
		sums["driver"] += float64(t.Driver)
		sums["day"] += float64(t.Day) * 86400
	}
	out := protocol.Answer{}
	for name, sum := range sums {
		out[name] = sum
	}
	return out
}
