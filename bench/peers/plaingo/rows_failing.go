package main

import (
	"fmt"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsFailing is the plain loop that returns the first error, as it came.
func rowsFailing(task protocol.Task) (protocol.Answer, error) {
	calls, message := 0, "no error"
	for x := range task.Rows {
		calls++
		if err := failing(x, task.Rows-1); err != nil {
			message = err.Error()
			break
		}
	}
	return protocol.Answer{"calls": float64(calls), "message": message}, nil
}

func failing(x, last int) error {
	if x == last {
		return fmt.Errorf("bad value %d", x)
	}
	return nil
}
