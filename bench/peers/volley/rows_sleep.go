package main

import (
	"context"
	"time"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsSleep is a function that waits: it takes a context, and may fail.
func rowsSleep(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Call1("out", "x", func(_ context.Context, x float64) (float64, error) {
		time.Sleep(time.Duration(task.CostNs))
		return x + 1, nil
	}), total)
}
