package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/frame"
)

// rowsFailing counts the calls of a function that fails on the last row.
func rowsFailing(task protocol.Task) (protocol.Answer, error) {
	x := make([]int64, task.Rows)
	for i := range x {
		x[i] = int64(i)
	}
	f, err := frame.New(frame.Of("x", x))
	if err != nil {
		return nil, err
	}
	var calls atomic.Int64
	_, err = apply.Apply(context.Background(), f, apply.Call1("out", "x", func(_ context.Context, x int64) (float64, error) {
		calls.Add(1)
		if x == int64(task.Rows-1) {
			return 0, fmt.Errorf("bad value %d", x)
		}
		return float64(x) + 1, nil
	}))
	if err == nil {
		return nil, fmt.Errorf("the failing row was not told")
	}
	return protocol.Answer{"calls": float64(calls.Load()), "message": err.Error()}, nil
}
