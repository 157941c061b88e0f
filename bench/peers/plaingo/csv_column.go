package main

import (
	"encoding/csv"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/volley-go/volley/bench/protocol"
)

// csvColumn sums one column; encoding/csv parses all of them.
func csvColumn(task protocol.Task) (protocol.Answer, error) {
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
	name := task.Columns[0]
	at, sum := slices.Index(header, name), 0.0
	for {
		record, err := r.Read()
		if err == io.EOF {
			return protocol.Answer{name: sum}, nil
		}
		if err != nil {
			return nil, err
		}
		v, err := strconv.ParseFloat(record[at], 64)
		if err != nil {
			return nil, err
		}
		sum += v
	}
}
