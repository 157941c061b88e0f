package main

import (
	"sync"
	"time"

	"github.com/volley-go/volley/bench/protocol"
)

// waitSleep starts a goroutine for each row, so many at a time.
func waitSleep(task protocol.Task) (protocol.Answer, error) {
	out := make([]float64, task.Rows)
	atOnce(task, func(n int) {
		time.Sleep(time.Duration(task.CostNs))
		out[n] = float64(n) + 1
	})
	return total(out), nil
}

// atOnce calls a function for each row, as often at the same time as the task's limit says.
func atOnce(task protocol.Task, call func(n int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, task.Limit)
	for n := range task.Rows {
		slots <- struct{}{}
		wg.Go(func() {
			call(n)
			<-slots
		})
	}
	wg.Wait()
}
