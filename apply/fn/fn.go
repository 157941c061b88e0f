// Package fn is the registry of Go functions by name and version. A function that is registered can
// be called by expressions, and a step that is made of it can be stored as data, for another run or
// another program that has the function, too:
//
//	func init() { fn.Register("acme/score@v1", fn.Of2(score)) }
//
//	func score(fare, tip float64) float64 { … }
//
//	apply.Map2("score", "fare", "tip", score)           // stored: {"step": "map", "fn": "acme/score@v1", …}
//	apply.Expr("high = acme.score.v1(fare, tip) > 0.5") // / and @ are dots in an expression
//
// Steps find the name by the function itself. They find it if they are given the same function: one
// of a package, or one variable's; each func literal with variables around it, and each method
// value (x.Method), is another function every time it is written down, so keep it in a variable.
//
// An expression calls a function once for each row whose arguments are all valid; a null argument
// gives null without a call. In a branch of ifelse it is called for every row, taken or not (a side
// of && and || is such a branch), but an error counts only if the branch is taken. A panic is the
// row's error, and so is runtime.Goexit. Functions are called from many goroutines at the same
// time.
//
// A version is for good: what a name stands for is never changed, a function that does something
// else gets the next version. So a stored job means the same wherever it runs, or is refused.
package fn

import (
	"context"
	"fmt"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/gofunc"
	"github.com/volley-go/volley/internal/near"
)

// Func is a function that can be registered, made by [Of1], [Try1], [Call1], [Batch] and those like
// them. It holds the function and its types; the zero Func holds none.
type Func struct{ f gofunc.Func }

// Of1 is a function of one value: for apply.Map1 and apply.Each, or, from struct to struct, for
// apply.Rows; and for expressions if the types are bool, string or numbers of a fixed size.
func Of1[A, R any](f func(A) R) Func { return made(f == nil, gofunc.Plain1(f)) }

// Of2 is a function of two values, for apply.Map2 and expressions.
func Of2[A, B, R any](f func(A, B) R) Func { return made(f == nil, gofunc.Plain2(f)) }

// Of3 is a function of three values, for apply.Map3 and expressions.
func Of3[A, B, C, R any](f func(A, B, C) R) Func { return made(f == nil, gofunc.Plain3(f)) }

// Try1 is a function of one value that may fail, for expressions: the error is that row's.
func Try1[A, R any](f func(A) (R, error)) Func { return made(f == nil, gofunc.Fails1(f)) }

// Try2 is a function of two values that may fail, for expressions.
func Try2[A, B, R any](f func(A, B) (R, error)) Func { return made(f == nil, gofunc.Fails2(f)) }

// Try3 is a function of three values that may fail, for expressions.
func Try3[A, B, C, R any](f func(A, B, C) (R, error)) Func { return made(f == nil, gofunc.Fails3(f)) }

// Call1 is a function of one value that may wait and may fail, for apply.Call1, or, from struct to
// struct, for apply.CallRows. Expressions do not call it, since they do not wait.
func Call1[A, R any](f func(context.Context, A) (R, error)) Func {
	return made(f == nil, gofunc.Waits1(f))
}

// Call2 is a function of two values that may wait and may fail, for apply.Call2.
func Call2[A, B, R any](f func(context.Context, A, B) (R, error)) Func {
	return made(f == nil, gofunc.Waits2(f))
}

// Call3 is a function of three values that may wait and may fail, for apply.Call3.
func Call3[A, B, C, R any](f func(context.Context, A, B, C) (R, error)) Func {
	return made(f == nil, gofunc.Waits3(f))
}

// Batch is a function of record batches, for apply.Batch.
func Batch(f func(context.Context, arrow.Record) (arrow.Record, error)) Func {
	return made(f == nil, gofunc.Func{Value: f, Kind: gofunc.Batch})
}

func made(isNil bool, f gofunc.Func) Func {
	if isNil {
		return Func{}
	}
	return Func{f}
}

// Typed is the function for the packages of this module that call it.
func (f Func) Typed() gofunc.Func { return f.f }

// String is the function's type.
func (f Func) String() string { return fmt.Sprintf("%T", f.f.Value) }

var registry = struct {
	sync.RWMutex
	funcs map[string]Func
	names map[unsafe.Pointer]string // by the function's identity, which funcs keeps alive
	calls map[string]string         // by the form in expressions
}{funcs: map[string]Func{}, names: map[unsafe.Pointer]string{}, calls: map[string]string{}}

var version = regexp.MustCompile(`^v[1-9][0-9]{0,8}$`)

// Register gives a function a name, for the whole program: words of letters, digits and underscores
// with a slash between, and a version, such as acme/score@v1. Like other registries it is filled by
// init functions, and panics if the name is none or is taken, if the function is nil, or has a name
// already.
func Register(name string, f Func) {
	if err := checkName(name); err != nil {
		panic(fmt.Sprintf("fn: Register(%q): %v", name, err))
	}
	if f.f.Value == nil {
		panic(fmt.Sprintf("fn: Register(%q): the function is nil", name))
	}
	registry.Lock()
	defer registry.Unlock()
	if _, taken := registry.funcs[name]; taken {
		panic(fmt.Sprintf("fn: Register(%q): the name is taken: give a function that does something else the next version", name))
	}
	id := gofunc.Identity(f.f.Value)
	if other, named := registry.names[id]; named {
		panic(fmt.Sprintf("fn: Register(%q): the function is registered as %q: it can have one name only", name, other))
	}
	registry.funcs[name], registry.names[id], registry.calls[CallName(name)] = f, name, name
}

func checkName(name string) error {
	path, v, ok := strings.Cut(name, "@")
	if !ok || !version.MatchString(v) {
		return fmt.Errorf("a name ends in a version, such as acme/score@v1")
	}
	for _, word := range strings.Split(path, "/") {
		if !token.IsIdentifier(word) {
			return fmt.Errorf("%q is no word of letters, digits and underscores, or one that Go keeps for itself: write names such as acme/score@v1", word)
		}
	}
	return nil
}

// CallName is how expressions write a name: acme.score.v1 for acme/score@v1.
func CallName(name string) string { return strings.NewReplacer("/", ".", "@", ".").Replace(name) }

// Named finds a function. The error of a name that is not registered has the versions that are, or
// a name that is near.
func Named(name string) (Func, error) {
	registry.RLock()
	defer registry.RUnlock()
	if f, ok := registry.funcs[name]; ok {
		return f, nil
	}
	names := slices.Sorted(maps.Keys(registry.funcs))
	if err := checkName(name); err != nil {
		return Func{}, fmt.Errorf("no function %q: %w", name, err)
	}
	path, _, _ := strings.Cut(name, "@")
	if others := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasPrefix(n, path+"@") }); len(others) > 0 {
		return Func{}, fmt.Errorf("no function %q is registered in this program; of that name it has %s", name, strings.Join(others, ", "))
	}
	return Func{}, fmt.Errorf("no function %q is registered in this program%s", name, near.Hint(name, names))
}

// Called finds the function that an expression calls so, such as acme.score.v1.
func Called(call string) (f Func, ok bool) {
	registry.RLock()
	defer registry.RUnlock()
	f, ok = registry.funcs[registry.calls[call]]
	return f, ok
}

// NameOf is the name of a Go function that was registered. It reports whether it was.
func NameOf(f any) (name string, ok bool) {
	registry.RLock()
	defer registry.RUnlock()
	name, ok = registry.names[gofunc.Identity(f)]
	return name, ok
}

// Names are the names that are registered, in alphabetical order.
func Names() []string {
	registry.RLock()
	defer registry.RUnlock()
	return slices.Sorted(maps.Keys(registry.funcs))
}
