package gofunc

import (
	"context"
	"reflect"
	"unsafe"

	"github.com/volley-go/volley/internal/morsel"
)

// rows are rows lo … hi-1 of a slice whose row 0 is at p.
func rows[T any](p unsafe.Pointer, lo, hi int) []T { return unsafe.Slice((*T)(p), hi)[lo:] }

func type1[A any]() []reflect.Type { return []reflect.Type{reflect.TypeFor[A]()} }

func type2[A, B any]() []reflect.Type { return append(type1[A](), reflect.TypeFor[B]()) }

func type3[A, B, C any]() []reflect.Type { return append(type2[A, B](), reflect.TypeFor[C]()) }

// Plain1 is a function of one value.
func Plain1[A, R any](f func(A) R) Func {
	return Func{f, Plain, type1[A](), reflect.TypeFor[R](), func(_ context.Context, hand *morsel.Hand, in *[3]unsafe.Pointer, out unsafe.Pointer, lo, hi int, at *int) error {
		a, r := rows[A](in[0], lo, hi), rows[R](out, lo, hi)
		for i := range r {
			*at = lo + i
			r[i] = f(a[i])
			if hand.Interrupted() {
				break
			}
		}
		return nil
	}}
}

// Plain2 is a function of two values.
func Plain2[A, B, R any](f func(A, B) R) Func {
	return Func{f, Plain, type2[A, B](), reflect.TypeFor[R](), func(_ context.Context, hand *morsel.Hand, in *[3]unsafe.Pointer, out unsafe.Pointer, lo, hi int, at *int) error {
		a, b, r := rows[A](in[0], lo, hi), rows[B](in[1], lo, hi), rows[R](out, lo, hi)
		for i := range r {
			*at = lo + i
			r[i] = f(a[i], b[i])
			if hand.Interrupted() {
				break
			}
		}
		return nil
	}}
}

// Plain3 is a function of three values.
func Plain3[A, B, C, R any](f func(A, B, C) R) Func {
	return Func{f, Plain, type3[A, B, C](), reflect.TypeFor[R](), func(_ context.Context, hand *morsel.Hand, in *[3]unsafe.Pointer, out unsafe.Pointer, lo, hi int, at *int) error {
		a, b, c, r := rows[A](in[0], lo, hi), rows[B](in[1], lo, hi), rows[C](in[2], lo, hi), rows[R](out, lo, hi)
		for i := range r {
			*at = lo + i
			r[i] = f(a[i], b[i], c[i])
			if hand.Interrupted() {
				break
			}
		}
		return nil
	}}
}

// Waits1 is a function of a context and one value that may fail.
func Waits1[A, R any](f func(context.Context, A) (R, error)) Func {
	return Func{f, Waits, type1[A](), reflect.TypeFor[R](), func(ctx context.Context, hand *morsel.Hand, in *[3]unsafe.Pointer, out unsafe.Pointer, lo, hi int, at *int) (err error) {
		a, r := rows[A](in[0], lo, hi), rows[R](out, lo, hi)
		for i := range r {
			*at = lo + i
			if r[i], err = f(ctx, a[i]); err != nil || hand.Interrupted() {
				return err
			}
		}
		return nil
	}}
}

// Waits2 is a function of a context and two values that may fail.
func Waits2[A, B, R any](f func(context.Context, A, B) (R, error)) Func {
	return Func{f, Waits, type2[A, B](), reflect.TypeFor[R](), func(ctx context.Context, hand *morsel.Hand, in *[3]unsafe.Pointer, out unsafe.Pointer, lo, hi int, at *int) (err error) {
		a, b, r := rows[A](in[0], lo, hi), rows[B](in[1], lo, hi), rows[R](out, lo, hi)
		for i := range r {
			*at = lo + i
			if r[i], err = f(ctx, a[i], b[i]); err != nil || hand.Interrupted() {
				return err
			}
		}
		return nil
	}}
}

// Waits3 is a function of a context and three values that may fail.
func Waits3[A, B, C, R any](f func(context.Context, A, B, C) (R, error)) Func {
	return Func{f, Waits, type3[A, B, C](), reflect.TypeFor[R](), func(ctx context.Context, hand *morsel.Hand, in *[3]unsafe.Pointer, out unsafe.Pointer, lo, hi int, at *int) (err error) {
		a, b, c, r := rows[A](in[0], lo, hi), rows[B](in[1], lo, hi), rows[C](in[2], lo, hi), rows[R](out, lo, hi)
		for i := range r {
			*at = lo + i
			if r[i], err = f(ctx, a[i], b[i], c[i]); err != nil || hand.Interrupted() {
				return err
			}
		}
		return nil
	}}
}

// Fails1 is a function of one value that may fail.
func Fails1[A, R any](f func(A) (R, error)) Func {
	return fails(f, Waits1(func(_ context.Context, a A) (R, error) { return f(a) }))
}

// Fails2 is a function of two values that may fail.
func Fails2[A, B, R any](f func(A, B) (R, error)) Func {
	return fails(f, Waits2(func(_ context.Context, a A, b B) (R, error) { return f(a, b) }))
}

// Fails3 is a function of three values that may fail.
func Fails3[A, B, C, R any](f func(A, B, C) (R, error)) Func {
	return fails(f, Waits3(func(_ context.Context, a A, b B, c C) (R, error) { return f(a, b, c) }))
}

func fails(value any, f Func) Func {
	f.Value, f.Kind = value, Fails
	return f
}
