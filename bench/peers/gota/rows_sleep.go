package main

import (
	"time"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsSleep maps a series by a function that waits.
func rowsSleep(task protocol.Task) (func() (protocol.Answer, error), error) {
	return mapping(task, func(x float64) float64 {
		time.Sleep(time.Duration(task.CostNs))
		return x + 1
	})
}
