package main

import (
	"context"
	"fmt"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/frame"
)

// told is what the server says: a number.
type told struct {
	Out float64 `volley:"out" web:"json"`
}

// waitHTTP makes a request for each row, by a client of this repetition.
func waitHTTP(task protocol.Task) (func() (protocol.Answer, error), error) {
	urls := make([]string, task.Rows)
	for n := range urls {
		urls[n] = fmt.Sprintf("%s/%d", task.Server, n)
	}
	f, err := frame.New(frame.Of("url", urls))
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		client := &web.Client{PerHost: task.Limit}
		defer client.Close()
		out, err := apply.Apply(context.Background(), f, web.GetAs[told]("url", client).With(apply.Calls{Concurrency: task.Limit}))
		return later(func() (protocol.Answer, error) { return total(out) }), err
	}, nil
}
