package main

import (
	"runtime"
	"sync"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprSum evaluates a compiled program vector by vector, in one evaluator a core,
// and sums what comes while it is in the cache: no column is made.
func exprSum(task protocol.Task) (func() (protocol.Answer, error), error) {
	records, err := inputs.Records(task)
	if err != nil {
		return nil, err
	}
	program, err := expr.Compile(records[0].Schema(), "ifelse(x*x + y*y*2 - 0.5 > t, a, b)")
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		sums, errs := make([]float64, len(records)), make([]error, len(records))
		next := make(chan int)
		var wg sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			wg.Go(func() {
				evaluator := program.NewEvaluator()
				for i := range next {
					sums[i], errs[i] = sumOf(evaluator, records[i])
				}
			})
		}
		for i := range records {
			next <- i
		}
		close(next)
		wg.Wait()
		sum := 0.0
		for i := range records {
			if errs[i] != nil {
				return nil, errs[i]
			}
			sum += sums[i]
		}
		return protocol.Answer{"sum": sum}, nil
	}, nil
}

func sumOf(evaluator *expr.Evaluator, record arrow.Record) (sum float64, err error) {
	if err := evaluator.Bind(record); err != nil {
		return 0, err
	}
	const vector = 4096
	values := make([]float64, vector)
	fixed := unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), 8*vector)
	rows := int(record.NumRows())
	for lo := 0; lo < rows; lo += vector {
		n := min(vector, rows-lo)
		if err := evaluator.Run(lo, lo+n, []expr.Output{{Fixed: fixed[:8*n], Valid: make([]uint64, vector/64)}}, nil); err != nil {
			return 0, err
		}
		for _, v := range values[:n] {
			sum += v
		}
	}
	return sum, nil
}
