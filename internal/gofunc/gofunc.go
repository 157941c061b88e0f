// Package gofunc is Go functions whose types are known when the program runs: what a function that
// was found by its name is called through. The loop over rows is compiled for the function's types,
// so that a call costs what it costs where the types are known to the compiler.
package gofunc

import (
	"context"
	"reflect"
	"unsafe"

	"github.com/volley-go/volley/internal/morsel"
)

// Kind is what a function takes beside the values of a row, and returns beside its result.
type Kind int

// The kinds: Plain takes values and returns one; Fails returns an error, too; Waits takes a context
// as well; Batch takes record batches, and has no Loop.
const (
	Plain Kind = iota
	Fails
	Waits
	Batch
)

// Func is a function.
type Func struct {
	Value any // the function itself
	Kind  Kind
	In    []reflect.Type // of the values that it takes, at most three
	Out   reflect.Type   // of its result
	Loop  Loop
}

// Loop calls the function for rows lo … hi-1. in are the addresses of row 0 of slices of the types
// that it takes, out that of one of results. at is set to the row before each call. It ends at the
// first row whose call returns an error, and behind the row after which hand was interrupted.
type Loop func(ctx context.Context, hand *morsel.Hand, in *[3]unsafe.Pointer, out unsafe.Pointer, lo, hi int, at *int) error

// Identity is the address of a function value: of a constant for a function of a package, of the
// variables around it for any other, which stay there as long as it does. So two functions that
// have one identity are the same; the same one may have several. It is nil for what is no function.
func Identity(f any) unsafe.Pointer {
	if f == nil || reflect.TypeOf(f).Kind() != reflect.Func {
		return nil
	}
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&f))[1] // an interface is a type, and what a func variable holds
}
