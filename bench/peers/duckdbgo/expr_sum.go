package main

import "github.com/volley-go/volley/bench/protocol"

// exprSum is a conditional expression over four columns, summed.
func exprSum(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := load(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		var sum float64
		err := db.QueryRow("SELECT sum(CASE WHEN x * x + y * y * 2 - 0.5 > t THEN a ELSE b END) FROM rows").Scan(&sum)
		return protocol.Answer{"sum": sum}, err
	}, nil
}
