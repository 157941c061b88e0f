package main

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/volley-go/volley/bench/inputs18"
	"github.com/volley-go/volley/bench/protocol"
)

// csvFrame keeps all batches.
func csvFrame(task protocol.Task) (protocol.Answer, error) {
	f, r, err := openCSV(task)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var records []arrow.Record
	for r.Next() {
		record := r.Record()
		record.Retain()
		records = append(records, record)
	}
	return inputs18.Later(records), ended(r)
}
