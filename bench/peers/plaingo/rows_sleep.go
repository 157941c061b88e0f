package main

import (
	"sync"
	"time"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsSleep starts a goroutine for each row, 64 at a time.
func rowsSleep(task protocol.Task) (func() (protocol.Answer, error), error) {
	c, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := make([]float64, len(c["x"]))
		var wg sync.WaitGroup
		slots := make(chan struct{}, 64)
		for i, x := range c["x"] {
			slots <- struct{}{}
			wg.Go(func() {
				time.Sleep(time.Duration(task.CostNs))
				out[i] = x + 1
				<-slots
			})
		}
		wg.Wait()
		return total(out), nil
	}, nil
}
