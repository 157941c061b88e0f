package main

import (
	"context"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/parquetio"
)

// sortRows sorts a frame of all columns by the task's keys, on all cores, into another.
func sortRows(task protocol.Task) (func() (protocol.Answer, error), error) {
	f, err := chunker.ReadAll(context.Background(), parquetio.ReadOptions{KeepDictionaries: true}.Open(task.Input))
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out, err := apply.Apply(context.Background(), f, order.By(task.Keys...))
		return later(func() (protocol.Answer, error) {
			id, err := frame.Col[int64](out, "id")
			if err != nil {
				return nil, err
			}
			ids := id.Values()
			return protocol.Answer{"first": float64(ids[0]), "middle": float64(ids[len(ids)/2]), "last": float64(ids[len(ids)-1])}, nil
		}), err
	}, nil
}
