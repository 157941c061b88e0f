package main

import "github.com/volley-go/volley/bench/protocol"

// csvFrame reads the file into a frame.
func csvFrame(task protocol.Task) (protocol.Answer, error) {
	df, err := readCSV(task)
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
		out, nulls := sums(df), 0.0
		for _, name := range df.Names() {
			for _, null := range df.Col(name).IsNaN() {
				if null {
					nulls++
				}
			}
		}
		out["nulls"] = nulls
		return out, nil
	})}, err
}
