package main

import (
	"context"
	"time"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/frame"
)

// waitSleep is a function that waits, called so many times at the same time.
func waitSleep(task protocol.Task) (func() (protocol.Answer, error), error) {
	n := make([]float64, task.Rows)
	for i := range n {
		n[i] = float64(i)
	}
	f, err := frame.New(frame.Of("n", n))
	if err != nil {
		return nil, err
	}
	wait := apply.Call1("out", "n", func(_ context.Context, n float64) (float64, error) {
		time.Sleep(time.Duration(task.CostNs))
		return n + 1, nil
	}).With(apply.Calls{Concurrency: task.Limit})
	return func() (protocol.Answer, error) {
		out, err := apply.Apply(context.Background(), f, wait)
		return later(func() (protocol.Answer, error) { return total(out) }), err
	}, nil
}
