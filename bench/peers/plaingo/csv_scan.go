package main

import (
	"encoding/csv"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/volley-go/volley/bench/protocol"
)

// csvScan reads rows with encoding/csv and strconv. A column's type is that of its
// first value that is not null.
func csvScan(task protocol.Task) (protocol.Answer, error) {
	f, err := os.Open(task.Input)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return nil, err
	}
	header = slices.Clone(header)
	sums, parsers := make([]float64, len(header)), make([]parser, len(header))
	rows := 0
	for ; ; rows++ {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		for i, text := range record {
			if text == task.Null {
				continue
			}
			if parsers[i] == nil {
				parsers[i] = parserOf(text)
			}
			v, err := parsers[i](text)
			if err != nil {
				return nil, err
			}
			sums[i] += v
		}
	}
	out := protocol.Answer{"rows": float64(rows)}
	for i, name := range header {
		out[name] = sums[i]
	}
	return out, nil
}

// parser turns a field into what is summed.
type parser func(string) (float64, error)

func parserOf(text string) parser {
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		return func(s string) (float64, error) {
			n, err := strconv.ParseInt(s, 10, 64)
			return float64(n), err
		}
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }
	}
	for _, layout := range []string{time.DateTime, time.RFC3339} {
		if _, err := time.Parse(layout, text); err == nil {
			return func(s string) (float64, error) {
				t, err := time.Parse(layout, s)
				return float64(t.Unix()), err
			}
		}
	}
	return func(s string) (float64, error) { return float64(len(s)), nil }
}
