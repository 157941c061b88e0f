package main

import (
	"context"
	"strings"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/frame"
)

// load makes a frame of the task's Arrow file.
func load(task protocol.Task) (*frame.Frame, error) {
	records, err := inputs.Records(task)
	if err != nil {
		return nil, err
	}
	return frame.FromRecords(records[0].Schema(), records...)
}

// applying is a program that runs one function over the loaded frame; answer looks
// at its column out after the clock has stopped.
func applying(task protocol.Task, fn apply.Func, answer func(*frame.Frame) (protocol.Answer, error)) (func() (protocol.Answer, error), error) {
	f, err := load(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out, err := apply.Apply(context.Background(), f, fn)
		return later(func() (protocol.Answer, error) { return answer(out) }), err
	}, nil
}

func later(answer protocol.Later) protocol.Answer { return protocol.Answer{"": answer} }

// total sums the column out.
func total(f *frame.Frame) (protocol.Answer, error) {
	out, err := frame.Col[float64](f, "out")
	if err != nil {
		return nil, err
	}
	sum := 0.0
	for _, v := range out.All() {
		sum += v
	}
	return protocol.Answer{"rows": float64(f.NumRows()), "sum": sum}, nil
}

// trues counts the rows where the column out is true.
func trues(f *frame.Frame) (protocol.Answer, error) {
	out, err := frame.Col[bool](f, "out")
	if err != nil {
		return nil, err
	}
	n := 0.0
	for _, is := range out.All() {
		if is {
			n++
		}
	}
	return protocol.Answer{"rows": float64(f.NumRows()), "true": n}, nil
}

// lengths looks at the texts of the column out.
func lengths(f *frame.Frame) (protocol.Answer, error) {
	out, err := frame.Col[string](f, "out")
	if err != nil {
		return nil, err
	}
	bytes, b := 0, 0
	for _, s := range out.All() {
		bytes += len(s)
		b += strings.Count(s, "B")
	}
	return protocol.Answer{"rows": float64(f.NumRows()), "bytes": float64(bytes), "b": float64(b)}, nil
}
